#!/usr/bin/env python3
"""Fuzzes cnnspec: runs the targets, keeps what is new, and tells of the first input that fails.

Usage: ./cnnspec fuzz [TARGET...] [--seconds S] [--seed N]      fuzz these targets, or all of them, S seconds each (60)
       ./cnnspec fuzz TARGET FILE...                            run a target on these inputs alone
       ./cnnspec fuzz --seeds                                   write the seeds into the corpora anew

Inputs are taken from fuzz/corpus/TARGET and from earlier runs (build/.../fuzzing/TARGET). Those that reach code which
no input of fuzz/corpus/TARGET reaches are added to it at the end; commit them. An input that fails is made as small as it
gets, and its path is printed along with what is wrong.

Examples:
  ./cnnspec fuzz                                   all targets, one minute each, with sanitizers
  ./cnnspec fuzz layer --seconds 3600
  CNNSPEC_PRESET=fuzz-plain ./cnnspec fuzz layer   without sanitizers: about eight times as fast
  ./cnnspec fuzz layer build/fuzz/fuzzing/failures/layer-crash-1f3a...

Status: 0, nothing failed; 1, an input failed; 2, the command line is wrong.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
LIMITS = ["-timeout=20", "-rss_limit_mb=2048", "-malloc_limit_mb=1024"]
SECONDS_TO_MINIMISE = 30


class Fuzzing:
    """One target: its program and its folders."""

    def __init__(self, build, target):
        self.target = target
        self.program = build / "bin" / f"fuzz_{target}"
        self.corpus = HERE / "corpus" / target
        self.found = build / "fuzzing" / target
        self.failures = build / "fuzzing" / "failures"
        for folder in (self.corpus, self.found, self.failures):
            folder.mkdir(parents=True, exist_ok=True)

    def options(self):
        options = list(LIMITS)
        settings = HERE / "options" / f"fuzz_{self.target}.options"
        if settings.exists():
            options += [f"-{line}".replace(" ", "") for line in settings.read_text().splitlines()
                        if "=" in line and not line.startswith(("#", "dict"))]
        dictionary = HERE / "dictionaries" / f"{self.target}.dict"
        return options + ([f"-dict={dictionary}"] if dictionary.exists() else [])

    def call(self, *arguments, **keywords):
        prefix = f"-artifact_prefix={self.failures}/{self.target}-"
        return subprocess.Popen([self.program, *self.options(), prefix, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                **keywords)

    def run(self, seconds, seed):
        """Fuzzes. Returns the path of an input that fails, or None."""
        arguments = [f"-max_total_time={seconds}", "-print_final_stats=1", self.found, self.corpus]
        if seed is not None:
            arguments.insert(0, f"-seed={seed}")
        process, failure, executed, reached, start = self.call(*arguments), None, 0, "?", time.monotonic()
        for line in process.stdout:
            if match := re.search(r"Test unit written to (\S+)", line):
                failure = pathlib.Path(match[1])
            if match := re.match(r"#(\d+)\s.*cov: (\d+)", line):
                executed, reached = int(match[1]), match[2]
                self.progress(f"{executed:,} inputs, {reached} edges")
            if match := re.match(r"stat::number_of_executed_units:\s+(\d+)", line):
                executed = int(match[1])
        process.wait()
        self.progress("")
        print(f"fuzz_{self.target}: {executed:,} inputs in {time.monotonic() - start:.0f} s, {reached} edges reached"
              + (", one fails" if failure else ""), flush=True)
        if process.returncode and not failure:
            raise SystemExit(f"fuzz_{self.target} ended with status {process.returncode} and left no input")
        return failure

    def progress(self, text):
        if sys.stderr.isatty():
            print(f"\r\033[Kfuzz_{self.target}: {text}" if text else "\r\033[K", end="", file=sys.stderr, flush=True)

    def merge(self):
        """Adds what reaches a new edge to the corpus in the source tree. (How often it is passed, and what was
        compared, guides the fuzzer, but would fill the tree with thousands of files.)"""
        before = len(list(self.corpus.iterdir()))
        process = self.call("-merge=1", "-use_counters=0", "-use_cmp=0", self.corpus, self.found)
        output = process.communicate()[0]
        if process.returncode:
            raise SystemExit(f"fuzz_{self.target}: merging failed:\n{output[-2000:]}")
        new = len(list(self.corpus.iterdir())) - before
        print(f"  {new} new in {self.corpus.relative_to(HERE.parent)}, {before + new} in all", flush=True)

    def minimised(self, failure):
        """The smallest input found that fails as well."""
        smallest = failure.with_name(failure.name + "-minimised")
        process = self.call("-minimize_crash=1", f"-max_total_time={SECONDS_TO_MINIMISE}",
                            f"-exact_artifact_path={smallest}", failure)
        process.communicate()
        if smallest.exists() and smallest.stat().st_size and not self.passes(smallest):
            return smallest
        return failure

    def passes(self, path):
        process = self.call(path)
        process.communicate()
        return process.returncode == 0

    def report(self, path):
        """What the target says about an input that fails, without the engine's own words."""
        output = self.call(path).communicate()[0]
        start = output.find(f"\nfuzz_{self.target}: ")
        said = output[start:] if start >= 0 else output
        for end in ("\n==", "\nMS: "):  # a sanitizer's stack trace of our own abort; the mutations
            if start >= 0 and end in said:
                said = said[:said.index(end)]
        print(said.strip())
        print(f"  again: ./cnnspec fuzz {self.target} {path}", flush=True)


def targets_of(build):
    return sorted(path.name.removeprefix("fuzz_") for path in (build / "bin").glob("fuzz_*"))


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./cnnspec fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, help="of the fuzzer's random choices (default: another one each time)")
    parser.add_argument("--seeds", action="store_true", help="write the seeds into the corpora, and do no more")
    parser.add_argument("names", nargs="*", metavar="TARGET or FILE")
    options = parser.parse_args(arguments)
    if options.seconds < 1:
        parser.error(f"--seconds: expected at least 1, got {options.seconds}")
    known = targets_of(options.build)
    options.targets = [name for name in options.names if name in known] or known
    options.files = [pathlib.Path(name) for name in options.names if name not in known]
    for path in options.files:
        if not path.exists():
            parser.error(f"expected a target ({', '.join(known)}) or a file, got '{path}'")
    if options.files and len(options.targets) != 1:
        parser.error("files are run by one target: name it first")
    return options


def main(arguments):
    options = parse(arguments)
    if options.seeds:
        return subprocess.run([options.build / "fuzz" / "make_seeds", HERE / "seeds", HERE / "corpus"]).returncode
    for target in options.targets:
        fuzzing = Fuzzing(options.build, target)
        if options.files:
            failing = [path for path in options.files if not fuzzing.passes(path)]
            for path in failing:
                fuzzing.report(path)
            print(f"fuzz_{target}: {len(options.files) - len(failing)} of {len(options.files)} inputs pass")
            if failing:
                return 1
            continue
        failure = fuzzing.run(options.seconds, options.seed)
        if failure:
            fuzzing.report(fuzzing.minimised(failure))
            return 1
        fuzzing.merge()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
