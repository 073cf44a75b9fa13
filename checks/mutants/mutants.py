#!/usr/bin/env python3
"""Makes small mistakes in the specification, one at a time, and shows which checks notice each.

Every header of spec/ is mutated: operators, indices, bounds, constants, texts, names that are easily mistaken for one
another, and dropped or repeated statements. Each mutant is compiled with the fast part of the suite, and judged by the
laws, their independent twins, the gradient checks, the hand-worked examples and the clauses.

examples:
  ./cnnspec mutants                            all of them, and the kill matrix
  ./cnnspec mutants --sample 16 --quick        16, chosen by --seed: what a change must pass
  ./cnnspec mutants --file relu                those of one header
  ./cnnspec mutants --list --file conv2d       only what they are
  ./cnnspec mutants --only 1f3a90c2            one mutant: its text, how it is compiled, what each check says
  ./cnnspec mutants --json mutants.json        the result for programs; - is the standard output
  ./cnnspec mutants --html mutants.html        the result as a page

status: 0 if every mutant is killed or listed as equivalent, 1 if not, 2 if it could not be found out.
After an interruption, the same command goes on where it stopped; what has changed since is judged again.
"""

import argparse
import concurrent.futures
import difflib
import fcntl
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent))
import equivalent  # noqa: E402
import front_end  # noqa: E402
import matrix  # noqa: E402
import mutator  # noqa: E402
import suite  # noqa: E402

ROOT = HERE.parent.parent


class UsageError(Exception):
    pass


def count(least):
    def read(text):
        value = int(text) if text.isdigit() else -1
        if value < least:
            raise argparse.ArgumentTypeError(f"expected an integer of at least {least}, got {text!r}")
        return value
    return read


def arguments():
    parser = argparse.ArgumentParser(prog="./cnnspec mutants", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", metavar="HEADER", action="append", help="this header alone; may be repeated")
    parser.add_argument("--sample", metavar="N", type=count(1), help="N mutants, chosen by the seed")
    parser.add_argument("--seed", metavar="S", type=count(0), default=1, help="of the sample (1)")
    parser.add_argument("--only", metavar="ID", action="append", help="this mutant, in detail; may be repeated")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    parser.add_argument("--jobs", metavar="N", type=count(1), default=os.cpu_count(), help="at once (all cores)")
    how_much = parser.add_mutually_exclusive_group()
    how_much.add_argument("--quick", dest="parts", action="store_const", const="quick", default="first",
                          help="stop at the first part of the suite that kills: less time, fewer kills in the matrix")
    how_much.add_argument("--thorough", dest="parts", action="store_const", const="all",
                          help="run every part of the suite, also those only for mutants that the others let live")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON")
    parser.add_argument("--html", metavar="FILE", help="write the result as a page")
    parser.add_argument("--markdown", metavar="FILE", help="write the result as Markdown")
    parser.add_argument("--compiler", metavar="CXX", help="the compiler of the mutants (clang++ if there is one: it is "
                        "quicker; else g++)")
    for name, default in (("--build", None), ("--spec", ROOT / "spec/cnnspec"),
                          ("--equivalent", HERE / "equivalent.txt")):
        parser.add_argument(name, type=pathlib.Path, default=default, help=argparse.SUPPRESS)
    front_end.add_check(parser)
    return parser.parse_args()


def chosen(args, mutants):
    """The mutants that the options name."""
    files = [f if f.endswith(".hpp") else f + ".hpp" for f in args.file or []]
    known = sorted({m.file for m in mutants})
    for file in files:
        if file not in known:
            raise UsageError(f"--file: expected one of {', '.join(known)}, got {file!r}")
    if args.only:
        by_id = {m.id: m for m in mutants}
        for one in args.only:
            if one not in by_id:
                raise UsageError(f"--only: there is no mutant {one!r}; --list shows them")
        return [by_id[one] for one in args.only]
    if files:
        mutants = [m for m in mutants if m.file in files]
    if args.sample:
        def drawn(m):
            return hashlib.sha256(f"{args.seed} {m.id}".encode()).digest()
        mutants = sorted(mutants, key=drawn)[:args.sample]
    return mutants


OUTPUTS = ("json", "html", "markdown")


def check_outputs(args):
    """Refuses outputs that cannot be written before the long run, not after it."""
    paths = {output: getattr(args, output) for output in OUTPUTS if getattr(args, output) is not None}
    if list(paths.values()).count("-") > 1:
        raise UsageError("-: expected one result for the standard output, got more")
    for output, path in paths.items():
        if path != "-" and not front_end.can_be_written(path):
            raise UsageError(f"--{output}: expected a file that can be written, got {path!r}")


def write_whole(path, text):
    """Writes all of it or nothing: a reader of the file never sees half of it."""
    target = pathlib.Path(path).resolve()
    if target.exists() and not target.is_file():  # a device
        target.write_text(text)
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(text)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def version():
    return re.search(r"project\(\s*cnnspec\s+VERSION\s+([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def reporter(build):
    return build / "bin/cnnspec"


def write_outputs(args, result):
    text = json.dumps(result, indent=1) + "\n"
    if args.json == "-":
        print(text, end="")
    elif args.json:
        write_whole(args.json, text)
    files = [word for output in ("html", "markdown") if getattr(args, output)
             for word in (f"--{output}", getattr(args, output))]
    if files:
        sys.stdout.flush()
        done = subprocess.run([reporter(args.build), "report", "-", *files], input=text, text=True)
        if done.returncode != 0:
            raise UsageError(f"cnnspec report ended with status {done.returncode}")


class Progress:
    """Shows the progress: one line on a terminal; elsewhere, a new line from time to time."""

    def __init__(self, total):
        self.total, self.done, self.alive, self.start, self.said = total, 0, 0, time.monotonic(), 0

    def step(self, survived):
        self.done, self.alive = self.done + 1, self.alive + survived
        spent = time.monotonic() - self.start
        left = spent / self.done * (self.total - self.done)
        text = f"{self.done}/{self.total} mutants, {self.alive} alive or equivalent, {spent:.0f} s, about {left:.0f} s left"
        if sys.stderr.isatty():
            print(f"\r\033[Kcnnspec: {text}", end="", file=sys.stderr, flush=True)
        elif spent - self.said >= 60:
            self.said = spent
            print(f"cnnspec: {text}", file=sys.stderr, flush=True)

    def end(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def judge_all(judge, mutants, jobs):
    """{id: suite.Verdict}"""
    verdicts, progress, lock = {}, Progress(len(mutants)), threading.Lock()

    def one(mutant):
        verdict = judge(mutant)
        with lock:
            verdicts[mutant.id] = verdict
            progress.step(verdict.status == "survived")

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            for future in concurrent.futures.as_completed([pool.submit(one, m) for m in mutants]):
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            progress.end()
    return verdicts


def print_mutant(mutant, original, verdict, builder, reason):
    print(f"mutant {mutant.id}: {mutant.file}:{mutant.line}: {mutant.mutation}")
    for line in list(difflib.unified_diff(original.splitlines(), mutant.text.splitlines(), mutant.file, "mutant",
                                          lineterm="", n=1))[2:]:
        print("  " + line)
    for driver, results in verdict.results.items():
        print(f"\n{builder.command_text(driver)}")
        for check, (said, why) in results.items():
            print(f"  {said:<8}{check}" + (f"\n          {why[:300]}" if said != "pass" else ""))
    print(f"\n{verdict.status}" + (f"; listed as equivalent: {reason}" if reason else ""))
    if verdict.status == "survived" and not reason:
        print("\nIf it means the same as the specification, add this to checks/mutants/equivalent.txt:\n\n"
              + equivalent.entry_of(mutant))


def main():
    args = arguments()
    headers = {path.name: path.read_text() for path in sorted(args.spec.glob("*.hpp"))}
    everything = [m for file, text in headers.items() for m in mutator.mutants_of(file, text)]
    mutants = chosen(args, everything)
    reasons = equivalent.reasons(args.equivalent, everything)
    if args.list:
        for m in mutants:
            print(f"{m.id}  {m.file}:{m.line}  {m.mutation}" + ("  (equivalent)" if m.id in reasons else ""))
        return 0
    if args.build is None:
        raise UsageError("--build: expected the build folder; ./cnnspec mutants gives it")
    check_outputs(args)
    needs_reporter = args.html or args.markdown
    if args.check_arguments:
        return front_end.tell_needs("cnnspec_mutants_laws", *(["cnnspec_cli"] if needs_reporter else []))
    if needs_reporter and not reporter(args.build).exists():
        raise UsageError(f"{reporter(args.build)} is not built; ./cnnspec mutants builds it")

    (args.build / "mutants").mkdir(parents=True, exist_ok=True)
    lock = open(args.build / "mutants/.lock", "w")  # two runs at once would compile in the same folders
    fcntl.flock(lock, fcntl.LOCK_EX)
    builder = suite.Builder(ROOT, args.build, headers, suite.choose_compiler(args.compiler))
    judge = suite.Judge(builder, "all" if args.only else args.parts, args.jobs)
    start = time.monotonic()
    judge.expect_the_specification_passes()
    verdicts = judge_all(judge, mutants, args.jobs)
    report = matrix.Report(mutants, verdicts, reasons, {
        "version": version(),
        "parts": "thorough" if judge.parts == "all" else judge.parts,
        "sample": {"mutants": len(mutants), "of": len(everything), "seed": args.seed if args.sample else None}})
    if args.only:
        for m in mutants:
            print_mutant(m, headers[m.file], verdicts[m.id], builder, reasons.get(m.id))
    elif "-" not in (args.json, args.html, args.markdown):
        report.print(detailed=len(mutants) <= 300)
        print(f"\n{time.monotonic() - start:.0f} s on {args.jobs} of {os.cpu_count()} cores, {judge.repeated} of "
              f"{len(mutants)} mutants known from an earlier run; {builder.compiler_version}")
    if not args.only:
        report.write_matrix(builder.folder / "matrix.txt")
    write_outputs(args, report.for_programs())
    return 0 if report.good() else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader has closed the pipe
        os._exit(0)
    except (UsageError, suite.SuiteError, OSError) as error:
        print(f"cnnspec: {error}", file=sys.stderr)
        sys.exit(2)
    except equivalent.ListError as error:
        print(f"cnnspec: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\ncnnspec: interrupted; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
