"""Compiles a mutant with each part of the suite, runs it, and says which checks killed it.

The examples beside the code are checked first: for them, the compiler only reads the headers. Every other part is a
program, which is compiled without these examples. The laws are compiled once, with the specification. They judge a
mutant in its own namespace, like any other layer. Hand-worked examples and clauses are compiled with the mutant in the
specification's place, and with nothing else that includes the specification. So no program has two definitions of the
same thing.
"""

import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import threading

from mutator import without_examples

EXAMPLES = "examples beside the code: static_assert"
RUN_SECONDS, COMPILE_SECONDS = 600, 600
FLAGS = ["-std=c++20", "-O0", "-fPIC", "-ffp-contract=off", "-w", "-fno-color-diagnostics"]


class SuiteError(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Part:
    """A program of the suite."""
    name: str
    source: str      # from the root of the project
    headers: tuple   # the headers of spec/ that it includes; mutants of other headers do not affect it
    laws: bool = False  # the mutant has its own namespace, and the laws judge it


LAYER = ("shape.hpp", "tensor.hpp", "layer.hpp")
CNN = (*LAYER, "chain.hpp", "conv2d.hpp", "flatten.hpp", "linear.hpp", "max_pool2d.hpp", "relu.hpp", "cnn.hpp")
NETWORK = ("avg_pool2d.hpp", "network.hpp")  # and what cnn.hpp includes
SUITE = "checks/mutants/suite/"
MUST_NOT_COMPILE = "tests/compile_fail"
# The cheapest first.
PARTS = [
    Part("conv2d laws", SUITE + "mutant_conv2d.cpp", (*LAYER, "conv2d.hpp"), True),
    Part("vector laws", SUITE + "mutant_vectors.cpp", (*LAYER, "relu.hpp", "flatten.hpp", "linear.hpp"), True),
    Part("max_pool2d laws", SUITE + "mutant_max_pool2d.cpp", (*LAYER, "max_pool2d.hpp"), True),
    Part("avg_pool2d laws", SUITE + "mutant_avg_pool2d.cpp", (*LAYER, "avg_pool2d.hpp"), True),
    Part("extents", "tests/partly_known_test.cpp", (*LAYER, "conv2d.hpp", "flatten.hpp")),
    Part("hand-worked", "tests/hand_worked_test.cpp", (*CNN, "avg_pool2d.hpp")),
    Part("descriptions", "tests/description_test.cpp", (*CNN, *NETWORK)),
    Part("clauses", "tests/clauses_test.cpp", (*CNN, *NETWORK)),
    Part("model laws", SUITE + "mutant_models.cpp", (*CNN, *NETWORK), True),
]
# These parts always judge a mutant of these headers. Other parts that include the header judge it only while it is
# alive.
FIRST = {
    "conv2d.hpp": ["conv2d laws", "hand-worked"],
    "max_pool2d.hpp": ["max_pool2d laws", "hand-worked"],
    "avg_pool2d.hpp": ["avg_pool2d laws", "hand-worked", "clauses"],
    "relu.hpp": ["vector laws", "hand-worked"],
    "flatten.hpp": ["vector laws", "hand-worked"],
    "linear.hpp": ["vector laws", "hand-worked"],
    "shape.hpp": ["vector laws", "extents", "clauses"],
    "tensor.hpp": ["vector laws", "extents", "clauses"],
    "layer.hpp": ["hand-worked", "descriptions"],
    "chain.hpp": ["hand-worked", "descriptions"],
    "cnn.hpp": ["hand-worked", "descriptions"],
    "network.hpp": ["descriptions", "clauses"],
}


def choose_compiler(asked):
    for name in [asked] if asked else ["clang++", "g++"]:
        if shutil.which(name):
            return name
    raise SuiteError(f"there is no {asked or 'clang++ and no g++'}")


def run(command, seconds, given=None, **options):
    """The finished process. If it takes too long, it is killed with its children, and its status is None."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                               start_new_session=True, **options)
    try:
        out, err = process.communicate(given, timeout=seconds)
        return process.returncode, out, err
    except BaseException as stopped:
        os.killpg(process.pid, 9)
        out, err = process.communicate()
        if isinstance(stopped, subprocess.TimeoutExpired):
            return None, out, err
        raise


def digest(*texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


class Builder:
    """Compiles the parts with a mutant's header in the place of the specification's."""

    def __init__(self, root, build, headers, compiler):
        self.root, self.build, self.headers, self.compiler = root, build.resolve(), headers, compiler
        self.folder = self.build / "mutants"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.bare = {file: without_examples(text) for file, text in headers.items()}
        self.users = {file: sorted(self._users(file)) for file in headers}
        self.written = {}  # path: text, so that an unchanged file is not written again
        self.runner, self.laws = self.folder / "runner.o", self.build / "checks/libcnnspec_mutants_laws.so"
        self.compiler_version = run([compiler, "--version"], 60)[1].splitlines()[0]
        self.is_clang = "clang" in self.compiler_version
        self.flags = [f for f in FLAGS if self.is_clang or f != "-fno-color-diagnostics"]
        self.linker = ["-fuse-ld=lld"] if self.is_clang and shutil.which("ld.lld") else []
        self.environment = {**os.environ, "CCACHE_DISABLE": "1", "LC_ALL": "C"}
        self.prefixes = {laws: self._precompile(laws) for laws in {False, *(part.laws for part in PARTS)}}
        if True in self.prefixes and not self.laws.exists():
            raise SuiteError(f"{self.laws} is not built; ./cnnspec mutants builds it")
        status, _, errors = run([compiler, "-std=c++20", "-O1", f"-I{root}", "-c", root / SUITE / "runner.cpp", "-o",
                                 self.runner], COMPILE_SECONDS, env=self.environment)
        if status != 0:
            raise SuiteError(f"the runner does not compile:\n{errors}")

    def _paths(self, laws, folder):
        own = [folder] + ([self.root / "spec", self.root / "checks/kernels"] if laws else [self.root / SUITE])
        return [f"-I{path}" for path in [*own, self.root]]

    def _precompile(self, laws):
        """Compiles once what no mutant changes: the standard library, and for laws also the specification."""
        prefix = self.folder / ("laws.hpp" if laws else "examples.hpp")
        text = "".join(f"#include <{name}>\n" for name in (
            "algorithm", "array", "cassert", "cstdint", "functional", "limits", "optional", "sstream", "stdexcept",
            "string", "tuple", "type_traits", "utility", "variant", "vector"))
        text += f'#include "{SUITE}laws.hpp"\n' if laws else "#include <gtest/gtest.h>\n"
        if not prefix.exists() or prefix.read_text() != text:
            prefix.write_text(text)
        compiled = prefix.with_suffix(".hpp.pch" if self.is_clang else ".hpp.gch")
        status, _, errors = run([self.compiler, *self.flags, *self._paths(laws, self.folder), "-x", "c++-header", prefix,
                                 "-o", compiled], COMPILE_SECONDS, env=self.environment)
        if status != 0:
            raise SuiteError(f"{prefix} does not compile:\n{errors}")
        return ["-include-pch", compiled] if self.is_clang else ["-include", prefix]

    def _users(self, file):
        """The headers that include this one, and itself."""
        users = {file}
        for other, text in self.headers.items():
            if f'#include "cnnspec/{file}"' in text:
                users |= self._users(other)
        return users

    def write(self, folder, mutant_file, text):
        """Writes the headers with the mutant among them, three times: as they are; without examples; and without
        examples in the namespace `mutant`."""
        for file in self.headers:
            whole, bare = self.headers[file], self.bare[file]
            if file == mutant_file:
                whole, bare = text, without_examples(text)
            for name, content in (("examples/cnnspec", whole), ("cnnspec", bare),
                                  ("mutant", re.sub(r"\bcnnspec\b", "mutant", bare))):
                path = folder / name / file
                if self.written.get(path) != content:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(content)
                    self.written[path] = content

    def read(self, folder, headers):
        """"" or the compiler's errors when it reads these headers below a folder."""
        text = "".join(f'#include "cnnspec/{file}"\n' for file in headers)
        status, _, errors = run([self.compiler, *self.flags, *self.prefixes[False], "-fsyntax-only",
                                 *self._paths(False, folder), "-x", "c++", "-"], COMPILE_SECONDS, given=text,
                                env=self.environment)
        return "" if status == 0 else errors or "no message"

    def commands(self, part, folder):
        """How a part is compiled and linked."""
        unit, program = folder / "unit.o", folder / "program"
        return ([self.compiler, *self.flags, *self.prefixes[part.laws], *self._paths(part.laws, folder), "-c",
                 self.root / part.source, "-o", unit],
                [self.compiler, *self.linker, unit, *([self.laws] if part.laws else []), self.runner,
                 f"-Wl,-rpath,{self.laws.parent}", "-o", program])

    def command_text(self, name):
        parts = [p for p in PARTS if p.name == name]
        if not parts:
            return name
        folder = self.folder / "work" / "0"
        return "\n".join(" ".join(map(str, c)) for c in self.commands(parts[0], folder))

    def compile(self, part, folder):
        """"" or the compiler's errors."""
        for command in self.commands(part, folder):
            status, _, errors = run(command, COMPILE_SECONDS, env=self.environment)
            if status != 0:
                if "precompiled header" in errors or "PCH" in errors:
                    raise SuiteError(f"a file changed meanwhile; run this again\n{first_error(errors)}")
                return errors or "no message"
        return ""

    def refuses(self, source, folder):
        """The errors of a file that must not compile; "" if it does."""
        status, _, errors = run([self.compiler, *self.flags, *self.prefixes[False], "-fsyntax-only",
                                 *self._paths(False, folder), source], COMPILE_SECONDS, env=self.environment)
        return "" if status == 0 else errors or "no message"

    def inputs_of(self, part):
        """What a part's results depend on beside the headers of spec/."""
        source = (self.root / part.source).read_text()
        texts = [source, self.compiler_version, " ".join(self.flags)]
        texts += [(self.root / file).read_text() for file in re.findall(r'#include "(checks/[^"]+)"', source)]
        texts += [path.read_text() for path in sorted((self.root / SUITE).rglob("*.h*")) + [
            self.root / SUITE / "runner.cpp"]]
        return digest(*texts, hashlib.sha256(self.laws.read_bytes()).hexdigest() if part.laws else "")


@dataclasses.dataclass
class Verdict:
    status: str    # "killed", "survived", "invalid"
    results: dict  # {part: {check: (pass|fail|crash|hang|skipped|invalid, why)}}

    def killers(self):
        return [check for results in self.results.values() for check, (said, _) in results.items()
                if said in ("fail", "crash", "hang")]


def first_error(errors):
    found = re.search(r"^.*\berror: .*$", errors, re.MULTILINE)
    return found[0] if found else errors.strip().split("\n")[0]


def first_message(errors):
    """The first error without its place, because headers without examples have other line numbers."""
    return re.sub(r"^.*?\berror: ", "", first_error(errors)) if errors else ""


def is_compile_time_check(errors):
    """Whether an assertion or a precondition failed at compile time; a syntax error is neither."""
    return bool(re.search(r"error: [^\n]*(static_assert|static assertion|constant expression|not constant|non-constant|"
                          r"constexpr|consteval)", errors))


def is_in_header(errors, folder):
    """Whether the first error is in a header of spec/, and not in the part that uses it."""
    error = first_error(errors)
    return error.startswith((str(folder / "mutant"), str(folder / "cnnspec")))


def is_refusal(first_line, errors):
    """Whether these errors are right for a file with this first line; as in tests/compile_fail/run.cmake."""
    expected = re.match(r"// expect: (C\d)(?: (-?\d+) (-?\d+))?$", first_line)
    if expected is None:
        return errors == ""
    clause, wanted, given = expected.groups()
    # The arguments of require_static, in the form of g++ and of clang++.
    shown = rf"expected = {wanted}; [^\n]*actual = {given}\]|::{clause}, {wanted}L*, {given}L*>"
    return bool(re.search(rf"error: [^\n]*{clause}: ", errors)) and (wanted is None or bool(re.search(shown, errors)))


class Judge:
    """judge(mutant): its Verdict. Results are kept in a file, a line each, for the next run."""

    def __init__(self, builder, parts, jobs):
        """parts: "all" of the suite; "first", those meant for a mutant's header; "quick", until one kills."""
        self.builder, self.parts = builder, parts
        self.inputs = {part.name: builder.inputs_of(part) for part in PARTS}
        self.must_not_compile = sorted((builder.root / MUST_NOT_COMPILE).glob("*.cpp"))
        self.inputs["examples beside the code"] = builder.compiler_version
        self.inputs["compile-time clauses"] = digest(*(p.read_text() for p in self.must_not_compile),
                                                     builder.compiler_version)
        self.folders = queue.Queue()
        for n in range(jobs):
            self.folders.put(builder.folder / "work" / str(n))
        self.repeated = 0
        self.lock = threading.Lock()
        self.path = builder.folder / "results.jsonl"
        self.known = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                try:
                    key, results = json.loads(line)
                    self.known[key] = results
                except ValueError:
                    pass  # the line that an interrupted run was writing

    def expect_the_specification_passes(self):
        """Every check must pass on the specification itself, or no verdict means anything."""
        results = self._judge(None, "", "").results
        for part, checks in results.items():
            for check, (said, why) in checks.items():
                if said != "pass":
                    raise SuiteError(f"the specification itself does not pass: {part}: {check}: {said}: {why}")
            if not checks:
                raise SuiteError(f"{part}: no check ran")
        self.repeated = 0  # the specification itself is not a mutant

    def __call__(self, mutant):
        return self._judge(mutant.file, mutant.text, self.builder.headers[mutant.file])

    def _judge(self, file, text, original):
        folder = self.folders.get()
        try:
            return self._judge_in(folder, file, text)
        finally:
            self.folders.put(folder)

    def _judge_in(self, folder, file, text):
        parts = [p for p in PARTS if file is None or file in p.headers]
        first = FIRST.get(file, [p.name for p in parts])
        parts.sort(key=lambda p: (p.name not in first, PARTS.index(p)))
        steps = [("examples beside the code", True, self._examples)]
        steps += [(p.name, p.name in first, functools.partial(self._run, p)) for p in parts]
        steps += [("compile-time clauses", False, self._compile_fail)]
        verdict, new = Verdict("survived", {}), False
        for name, is_first, find in steps:
            enough = {"all": False, "first": not is_first, "quick": True}[self.parts]
            if verdict.status == "killed" and enough:
                break
            results, ran = self._remembered(name, file, text, lambda: find(folder, file, text))
            verdict.results[name], new = results, new or ran
            if verdict.killers():
                verdict.status = "killed"
            elif any(said == "invalid" for said, _ in results.values()):
                verdict.status = "invalid"
                break
        with self.lock:
            self.repeated += not new
        return verdict

    def _remembered(self, name, file, text, find):
        """(results, whether they were found just now)"""
        headers = [t for f, t in self.builder.headers.items() if f != file]
        key = digest(self.inputs[name], file or "", text, *headers)[:32]
        if key in self.known:
            return self.known[key], False
        results = find()
        with self.lock:
            self.known[key] = results
            with self.path.open("a") as out:
                out.write(json.dumps([key, results]) + "\n")
        return results, True

    def _examples(self, folder, file, text):
        """The verdict of the examples beside the code. Also tests whether the header is valid C++ at all."""
        builder = self.builder
        builder.write(folder, file, text)
        headers = builder.users[file] if file else list(builder.headers)
        errors = builder.read(folder / "examples", headers)
        if not errors:
            return {EXAMPLES: ("pass", "")}
        others = builder.read(folder, headers)  # without the examples
        if others and not is_compile_time_check(others):
            return {f"{EXAMPLES.split(':')[0]}: does not compile": ("invalid", first_error(others))}
        # If the first error also occurs without the examples, or is not about a check, the examples have not found it:
        # the parts will.
        found = is_compile_time_check(errors) and first_message(others) != first_message(errors)
        return {EXAMPLES: ("fail", first_error(errors)) if found else ("pass", "")}

    def _run(self, part, folder, file, text):
        """{check: (verdict, why)} of one part."""
        self.builder.write(folder, file, text)
        errors = self.builder.compile(part, folder)
        if errors:
            plain = is_in_header(errors, folder) and not is_compile_time_check(errors)
            return {f"{part.name}: does not compile": ("invalid" if plain else "fail", first_error(errors))}
        results = self._said(part, folder)
        hung = [check for check, (said, _) in results.items() if said == "hang"]
        if hung and all(said in ("pass", "hang", "skipped") for said, _ in results.values()):
            # On a busy machine a check may just be slow: a mutant that only a hang kills must hang twice.
            results |= self._said(part, folder, hung)
        return results

    def _said(self, part, folder, checks=()):
        """The verdicts of a part that has been compiled, or only of these checks in it."""
        prefix = "" if part.laws else f"{part.name}: "
        status, out, errors = run([folder / "program", *(c.removeprefix(prefix) for c in checks)], RUN_SECONDS)
        results = {}
        for line in out.splitlines():
            check, said, why = (line.split("\t") + ["", ""])[:3]
            results[prefix + check] = (said, why[:400])
        if status != 0:
            results[f"{part.name}: ends"] = ("crash", errors[:400])
        return results

    def _compile_fail(self, folder, file, text):
        self.builder.write(folder, file, text)
        results = {}
        for source in self.must_not_compile:
            included = re.findall(r'#include [<"]cnnspec/(\w+\.hpp)[>"]', source.read_text())
            if file and not set(included) & set(self.builder.users[file]):
                continue  # the part does not include the mutant
            errors = self.builder.refuses(source, folder)
            right = is_refusal(source.read_text().split("\n")[0], errors)
            results[f"compile-time clauses: {source.stem}"] = (
                "pass" if right else "fail", "" if right else first_error(errors) or "compiles")
        return results
