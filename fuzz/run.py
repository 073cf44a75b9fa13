#!/usr/bin/env python3
"""Fuzzes cnnspec: runs several targets at once, keeps new inputs, and reports the inputs that fail.

Usage: ./cnnspec fuzz [TARGET...] [--seconds S] [--jobs N] [--seed N] [-- FLAG...]   fuzz these targets, or all of them
       ./cnnspec fuzz TARGET FILE... [-- FLAG...]                       run a target on these inputs alone
       ./cnnspec fuzz [TARGET...] --minimise                            drop inputs that the corpora do not need
       ./cnnspec fuzz --seeds                                           write the seeds into the corpora again
       ./cnnspec fuzz --list                                            the targets, and how large their corpora are

libFuzzer's own flags, such as -max_len=64, follow --. They replace those of fuzz/options. But when inputs are chosen
for a corpus, the usual limits hold. build/fuzz/bin/fuzz_layer -help=1 lists the flags.

Inputs are taken from fuzz/corpus/TARGET and from earlier runs (build/.../fuzzing/TARGET). At the end, inputs that reach
new code are added to fuzz/corpus/TARGET; commit them. New code is code that no input of this corpus reaches. An input
that crashes, hangs, leaks or takes too much memory is made as small as possible. Its path is printed with what is
wrong. ^C ends all targets; what they found stays in build/.../fuzzing, and the next run goes on from there.

Examples:
  ./cnnspec fuzz                                   all targets, one minute each, with sanitizers
  ./cnnspec fuzz layer kernel --seconds 3600
  ./cnnspec fuzz layer -- -max_len=64              with one of libFuzzer's flags: no input of more than 64 bytes
  CNNSPEC_PRESET=fuzz-plain ./cnnspec fuzz layer   without sanitizers: more inputs in the same time
  ./cnnspec fuzz layer build/fuzz/fuzzing/failures/layer-crash-1f3a...

Status: 0, nothing failed; 1, an input failed; 2, the command line is wrong, or a target could not be run; 130, ^C.
"""

import argparse
import concurrent.futures
import configparser
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "checks"))
import front_end  # noqa: E402

SECONDS_TO_MINIMISE = 30
# Counts of edges and compared values guide the fuzzer. But merging by them would fill the source tree with thousands
# of files.
MERGE = ["-merge=1", "-use_counters=0", "-use_cmp=0"]
# Flags of libFuzzer that are rejected because they are set here, and what to use instead.
OWN_FLAGS = {"max_total_time": "--seconds", "seed": "--seed", "jobs": "--jobs", "workers": "--jobs", "fork": "--jobs",
             "merge": "--minimise", "help": "build/fuzz/bin/fuzz_layer -help=1",
             **dict.fromkeys(("artifact_prefix", "exact_artifact_path", "minimize_crash", "print_final_stats"), None)}


class Interrupted(Exception):
    """The whole run must end."""


class CannotRun(Exception):
    """A target did not do its work, and left no failing input."""


class Screen:
    """The output of several targets: lines, and below them, on a terminal, one line of progress."""

    def __init__(self):
        self.lock = threading.Lock()
        self.states = {}

    def say(self, text):
        with self.lock:
            self.erase()
            print(text, flush=True)
            self.draw()

    def progress(self, target, text):
        with self.lock:
            self.states.pop(target, None)
            if text:
                self.states[target] = text
            self.erase()
            self.draw()

    def erase(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def draw(self):
        if sys.stderr.isatty():
            line = "; ".join(f"{target}: {text}" for target, text in sorted(self.states.items()))
            print(line[:shutil.get_terminal_size().columns - 1], end="", file=sys.stderr, flush=True)


class Processes:
    """All running processes. Each has its own process group, because libFuzzer starts more processes, and because ^C
    must reach only this script."""

    def __init__(self):
        self.lock = threading.Lock()
        self.running = set()
        self.ended = False

    def start(self, command, folder):
        with self.lock:
            if self.ended:
                raise Interrupted
            process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
            self.running.add(process)
            return process

    def wait(self, process):
        """The exit status. Raises Interrupted if the process was told to end."""
        status = process.wait()
        with self.lock:
            self.running.discard(process)
            if self.ended:
                raise Interrupted
        return status

    def end(self):
        with self.lock:
            self.ended = True
            for process in self.running:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)


class Fuzzing:
    """One target: its program and its folders."""

    def __init__(self, home, build, target, flags, processes, screen):
        self.flags = flags
        self.target, self.processes, self.screen = target, processes, screen
        self.program = build / "bin" / f"fuzz_{target}"
        self.settings = home / "options" / f"fuzz_{target}.options"
        self.dictionary = home / "dictionaries" / f"{target}.dict"
        self.corpus = home / "corpus" / target
        self.corpus_name = self.corpus.relative_to(home.parent)
        self.found = build / "fuzzing" / target
        self.failures = build / "fuzzing" / "failures"
        self.failure = None
        # libFuzzer starts processes with a shell and does not quote paths. So it gets links with simple names.
        self.links = tempfile.TemporaryDirectory(prefix="fuzz-")
        self.linked = {}
        for folder in (self.corpus, self.found, self.failures):
            folder.mkdir(parents=True, exist_ok=True)

    def options(self):
        """The same options as on OSS-Fuzz."""
        settings = configparser.ConfigParser()
        settings.read(self.settings)
        options = dict(settings["libfuzzer"]) if "libfuzzer" in settings else {}
        if options.pop("dict", None):
            options["dict"] = self.link(self.dictionary)
        return [f"-{name}={value}" for name, value in options.items()]

    def link(self, path):
        if path not in self.linked:
            self.linked[path] = f"./{len(self.linked)}"
            pathlib.Path(self.links.name, self.linked[path]).symlink_to(path.absolute())
        return self.linked[path]

    def start(self, *arguments):
        prefix = f"-artifact_prefix={self.link(self.failures)}/{self.target}-"
        words = [self.link(word) if isinstance(word, pathlib.Path) else word for word in arguments]
        return self.processes.start([self.link(self.program), *self.options(), prefix, *words], self.links.name)

    def call(self, *arguments):
        """Runs the target. Returns status and output."""
        process = self.start(*arguments)
        output = process.communicate()[0]
        return self.processes.wait(process), output

    def unknown_flags(self):
        """The flags that libFuzzer does not know. It would only warn and ignore them."""
        return re.findall(r"unrecognized flag '([^']*)'", self.call(*self.flags, "-help=1")[1]) if self.flags else []

    def fuzz(self, seconds, seed):
        """Fuzzes. Then keeps the new inputs, or reports the input that fails."""
        self.run(seconds, seed)
        if self.failure:
            self.screen.say(self.report(self.minimised(self.failure)))
        else:
            self.merge()

    def run(self, seconds, seed):
        """Sets `failure` to the path of an input that fails."""
        arguments = [*self.flags, f"-max_total_time={seconds}", "-print_final_stats=1", self.found, self.corpus]
        if seed is not None:
            arguments.insert(0, f"-seed={seed}")
        process, start = self.start(*arguments), time.monotonic()
        executed, reached, written = 0, "?", []
        for line in process.stdout:
            if match := re.search(r"Test unit written to (.+)", line):
                written.append(self.failures / pathlib.Path(match[1]).name)
            if match := re.match(r"#(\d+)\s.*cov: (\d+)", line):
                executed, reached = int(match[1]), match[2]
                self.screen.progress(self.target, f"{executed:,} inputs, {reached} edges")
            if match := re.match(r"stat::number_of_executed_units:\s+(\d+)", line):
                executed = int(match[1])
        status = process.wait()
        slow = [path for path in written if "-slow-unit-" in path.name]  # worth a look, but no failure
        failing = [path for path in written if path not in slow]
        if failing and status:
            self.failure = failing[-1]
        self.screen.progress(self.target, "")
        self.screen.say("\n".join([f"fuzz_{self.target}: {executed:,} inputs in {time.monotonic() - start:.0f} s, "
                                   f"{reached} edges reached" + (", one fails" if self.failure else "")]
                                  + [f"  slow: {path}" for path in slow]))
        self.processes.wait(process)
        if status and not self.failure:
            raise CannotRun(f"fuzz_{self.target} ended with status {status} and left no input")

    def merge(self):
        """Adds inputs that reach a new edge to the corpus in the source tree."""
        before = len(list(self.corpus.iterdir()))
        self.merge_into(self.corpus, self.found)
        new = len(list(self.corpus.iterdir())) - before
        self.screen.say(f"  {new} new in {self.corpus_name}, {before + new} in all")

    def merge_into(self, corpus, *others):
        status, output = self.call(*MERGE, corpus, *others)
        if status:
            raise CannotRun(f"fuzz_{self.target}: merging failed:\n{output[-2000:]}")

    def minimise(self):
        """Replaces the corpus by a smaller one with the same coverage. Inputs not named by libFuzzer stay."""
        status, output = self.call("-runs=0", self.corpus)
        if status:  # merging would drop an input that fails
            raise CannotRun(f"fuzz_{self.target}: an input of the corpus fails:\n{output[-2000:]}")
        before = sorted(self.corpus.iterdir())
        with tempfile.TemporaryDirectory(dir=self.corpus.parent, prefix=f".{self.target}-") as folder:
            smaller, larger = pathlib.Path(folder, "smaller"), pathlib.Path(folder, "larger")
            smaller.mkdir()
            for path in before:
                if not re.fullmatch("[0-9a-f]{40}", path.name):
                    shutil.copy2(path, smaller)
            self.merge_into(smaller, self.corpus)
            self.corpus.rename(larger)
            try:
                smaller.rename(self.corpus)
            except OSError:
                larger.rename(self.corpus)
                raise
        self.screen.say(f"fuzz_{self.target}: {len(before)} inputs, {len(list(self.corpus.iterdir()))} of them needed")

    def minimised(self, failure):
        """The smallest failing input that was found."""
        if failure.stat().st_size <= 1:
            return failure
        smallest = failure.with_name(failure.name + "-minimised")
        self.call(*self.flags, "-minimize_crash=1", f"-max_total_time={SECONDS_TO_MINIMISE}",
                  f"-exact_artifact_path={self.link(self.failures)}/{smallest.name}", failure)
        if smallest.exists() and smallest.stat().st_size and not self.passes(smallest):
            return smallest
        return failure

    def passes(self, path):
        return self.call(*self.flags, path)[0] == 0

    def report(self, path):
        """The target's message about a failing input, without the output of libFuzzer."""
        output = self.call(*self.flags, path)[1]
        start = output.find(f"\nfuzz_{self.target}: ")
        said = output[start if start >= 0 else max(output.find("\n=="), 0):]
        for end in ("\n==", "\nMS: "):  # a sanitizer's stack trace of our own abort; libFuzzer's mutations
            if start >= 0 and end in said:
                said = said[:said.index(end)]
        return f"{said.strip()}\n{self.again(path)}"

    def again(self, path):
        flags = f" -- {shlex.join(self.flags)}" if self.flags else ""
        return f"  again: ./cnnspec fuzz {self.target} {path}{flags}"


def targets_of(home):
    """The targets that have a file of options, whether they are built or not."""
    return sorted(path.stem.removeprefix("fuzz_") for path in (home / "options").glob("fuzz_*.options"))


def wrong_flag(flag):
    """The error in a flag for libFuzzer, as far as it can be found without running libFuzzer; or ""."""
    named = re.fullmatch(r"-([a-z_0-9]+)=.*", flag, re.DOTALL)
    if not named:
        return f"expected libFuzzer's flags after --, such as -max_len=64, got '{flag}'"
    if named[1] not in OWN_FLAGS:
        return ""
    instead = OWN_FLAGS[named[1]]
    return f"'{flag}' after --: " + (f"use {instead} instead" if instead else "this is set by ./cnnspec fuzz itself")


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./cnnspec fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=pathlib.Path, default=HERE, help=argparse.SUPPRESS)  # corpora, options, ...
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--jobs", "-j", type=int, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="how many targets to run at once, each on one core (default: the number of cores)")
    parser.add_argument("--seed", type=int, help="seed of the fuzzer's random choices (default: a new one each time)")
    parser.add_argument("--minimise", action="store_true",
                        help="keep in each corpus only named inputs, and those that reach code that no other reaches")
    parser.add_argument("--seeds", action="store_true", help="only write the seeds into the corpora")
    parser.add_argument("--list", action="store_true", help="only list the targets")
    parser.add_argument("names", nargs="*", metavar="TARGET or FILE")
    front_end.add_check(parser)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, unknown = parser.parse_known_args(arguments[:end])
    options.flags = arguments[end + 1:]
    if unknown:
        hint = "; libFuzzer's own flags go after --" if any(re.match("-[a-z]", word) for word in unknown) else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    for flag in options.flags:
        if wrong := wrong_flag(flag):
            parser.error(wrong)
    if options.flags and (options.minimise or options.seeds or options.list):
        parser.error("flags after -- are for targets and files alone, not for --minimise, --seeds and --list")
    for name in ("seconds", "jobs"):
        if getattr(options, name) < 1:
            parser.error(f"--{name}: expected at least 1, got {getattr(options, name)}")
    known = targets_of(options.home)
    options.targets = list(dict.fromkeys(name for name in options.names if name in known)) or known
    options.files = [pathlib.Path(name) for name in options.names if name not in known]
    for path in options.files:
        if not path.exists():
            parser.error(f"expected a target ({', '.join(known)}) or a file, got '{path}'")
    if options.files and len(options.targets) != 1:
        parser.error("files are run by one target: name it first")
    return options


def run_files(fuzzing, files):
    try:
        failing = [path for path in files if not fuzzing.passes(path)]
    except KeyboardInterrupt:
        fuzzing.processes.end()
        return 130
    for path in failing:
        print(fuzzing.report(path))
    print(f"fuzz_{fuzzing.target}: {len(files) - len(failing)} of {len(files)} inputs pass")
    return 1 if failing else 0


def run_all(fuzzings, jobs, work):
    """Does the work for each target, several at a time. Returns the exit status."""
    status = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(work, fuzzing) for fuzzing in fuzzings]
        try:
            for done in concurrent.futures.as_completed(running):
                if isinstance(done.exception(), CannotRun):
                    fuzzings[0].screen.say(str(done.exception()))
                    status = 2
                else:
                    done.result()
        except (KeyboardInterrupt, Interrupted):
            fuzzings[0].processes.end()
            concurrent.futures.wait(running)
            status = 130
    failed = [fuzzing for fuzzing in fuzzings if fuzzing.failure]
    if status == 130:
        for fuzzing in failed:
            print(f"fuzz_{fuzzing.target}: one fails\n{fuzzing.again(fuzzing.failure)}")
        print(f"interrupted; what was found is in {fuzzings[0].found.parent}")
    return 1 if failed else status


def interrupt(*_):
    raise KeyboardInterrupt


def main(arguments):
    options = parse(arguments)
    if options.list:
        for target in options.targets:
            print(f"{target:10}{len(list((options.home / 'corpus' / target).glob('*'))):6} inputs")
        return 0
    if options.check_arguments:
        return front_end.tell_needs("cnnspec_fuzzers")
    if options.seeds:
        return subprocess.run([options.build / "fuzz" / "make_seeds", options.home / "seeds",
                               options.home / "corpus"]).returncode
    signal.signal(signal.SIGTERM, interrupt)
    processes, screen = Processes(), Screen()
    fuzzings = [Fuzzing(options.home, options.build, target, options.flags, processes, screen)
                for target in options.targets]
    if absent := [fuzzing.program.name for fuzzing in fuzzings if not fuzzing.program.exists()]:
        print(f"not built in {options.build}: {', '.join(absent)}", file=sys.stderr)
        return 2
    if unknown := fuzzings[0].unknown_flags():
        print(f"libFuzzer has no flag {', '.join(unknown)}; {fuzzings[0].program} -help=1 lists them", file=sys.stderr)
        return 2
    if options.files:
        return run_files(fuzzings[0], options.files)
    if options.minimise:
        return run_all(fuzzings, options.jobs, Fuzzing.minimise)
    return run_all(fuzzings, options.jobs, lambda fuzzing: fuzzing.fuzz(options.seconds, options.seed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
