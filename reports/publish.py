#!/usr/bin/env python3
"""Measures where cnnspec stands, and writes it down: reports/README.md, reports/bench.md, reports/conventions.md.

Each part is measured with cnnspec's own commands. Its result is kept in reports/results; the day, the machine and the
versions are kept in reports/results/facts. Commit them with the pages. The pages are then made from all results that
exist. For a part without a result, they keep the section that they have. If a part is measured again, its new result
replaces the older one. If it fails or is interrupted, the older result stays.

parts:
  onednn       what the judge says of oneDNN
  census       every small configuration, proved
  mutants      the mutants of the specification, all of them, each until a part of the suite kills it
  coverage     what the tests run of spec/ and checks/: builds the tests with clang++
  fuzzing      sizes of the corpora, executions per second: builds the fuzz targets twice, with and without sanitizers
  bench        the benchmark: gradient checks, loops, the judge, the Python package
  suite        a build from nothing and the whole test run
  conventions  what libraries compute where conventions differ; only if all libraries of the page are installed

The mutants and the suite take longest. --list says how long each part took when it was measured last. Measure speed on a
machine that does nothing else: the result says how loaded it was.

examples:
  ./cnnspec publish                        everything
  ./cnnspec publish --only onednn          one part, and the pages anew
  ./cnnspec publish --only none            the pages alone, from the results that are there

status: 0 if all that was asked for was measured and the pages are written, 1 if a command failed (the pages are made
from the results that exist), 2 if there is no result or a file cannot be written, 130 if it was interrupted.
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "reports"), str(ROOT / "checks" / "bench")]
sys.path.append(str(ROOT / "checks"))
import front_end  # noqa: E402
import machine  # noqa: E402
import result as files  # noqa: E402
import standing  # noqa: E402

# A kernel that is found wrong (1) or not shown right (3) is a result, too; so is a mutant that is alive, or a line that
# no test runs (1).
COMMANDS = {
    "onednn": (["judge", "onednn"], (0, 1, 3)),
    "census": (["census"], (0, 1)),
    "mutants": (["mutants", "--quick"], (0, 1)),
    "coverage": (["coverage"], (0, 1)),
    "fuzzing": (["bench", "--only", "fuzz", "--build-fuzz"], (0,)),
    "bench": (["bench", "--only", "gradcheck", "--only", "spec", "--only", "judge", "--only", "python"], (0,)),
    "suite": (["bench", "--only", "suite"], (0,)),
}
PARTS = [*COMMANDS, "conventions"]
OWN_BUILDS = {"coverage": "coverage", "fuzzing": "fuzz"}  # of presets with another compiler
LIBRARY_ABSENT = 3  # conventions.py's status
STANDARD_ERROR = 2


class PublishError(Exception):
    """What ends a run; `status` is the program's."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


def say(text):
    print(f"cnnspec: {text}", file=sys.stderr, flush=True)


def run(command, allowed=(0,)):
    """Runs a command and shows its output. Returns its status."""
    words = " ".join(map(str, command))
    say(words)
    status = subprocess.run(command, stdout=STANDARD_ERROR, check=False).returncode
    if status not in allowed:
        raise PublishError(f"{words}: ended with status {status}", 1)
    return status


def revision():
    """The version of the source: " (1a2b3c4)". It has a "+" if files other than the published ones have been changed
    since."""
    commit = machine.output("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD").strip()
    changed = machine.output("git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no", "--", ".",
                             ":(exclude,top,glob)reports/*.md", ":(exclude,top)reports/results").strip()
    return f" ({commit}{'+' if changed else ''})" if commit else ""


def about(options, part, commit, seconds):
    where = machine.machine()
    measured_in = options.build.with_name(OWN_BUILDS.get(part, options.build.name))
    versions = {"cnnspec": machine.version_of(options.build / "bin" / "cnnspec") + commit, **machine.versions(measured_in)}
    return {"date": datetime.date.today().isoformat(), "seconds": round(seconds),
            "machine": f"{where['cpu']}, {where['cores']} cores, {where['memory_gib']} GiB, {where['system']}",
            "versions": ", ".join(f"{name} {version}" for name, version in versions.items())}


def corpora():
    """{target: how many inputs, and their bytes} of the committed corpora."""
    found = {}
    for folder in sorted((ROOT / "fuzz" / "corpus").iterdir()):
        sizes = [path.stat().st_size for path in folder.iterdir()]
        found[folder.name] = {"inputs": len(sizes), "bytes": sum(sizes)}
    return found


def measure_conventions(options, page):
    """Writes the page to a file; returns whether all libraries are there."""
    run(["cmake", "--build", options.build, "--target", "cnnspec_conventions"])
    words = [sys.executable, ROOT / "reports" / "conventions" / "conventions.py", "--build", options.build,
             "--complete", "--markdown", page]
    if options.node_modules:
        words += ["--node-modules", options.node_modules]
    return run(words, allowed=(0, LIBRARY_ABSENT)) == 0


def without_spaces(text):
    """JSON as it is kept: a quarter of the size."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")) + "\n"
    except ValueError as error:
        raise PublishError(f"expected a result in JSON, got {text[:40]!r}: {error}", 1) from error


def measure(options, part, commit):
    """Measures a part. Its result, and what is known about it, replace the older ones."""
    file, facts = standing.paths(ROOT / "reports", part)
    fresh = options.build / "published" / file.name
    fresh.parent.mkdir(exist_ok=True)
    fresh.unlink(missing_ok=True)  # a census would go on from there
    start = time.monotonic()
    if part == "conventions":
        if not measure_conventions(options, fresh):
            say("conventions: a library of the page is absent, so the page stays as it is")
            return
    else:
        words, allowed = COMMANDS[part]
        peer = ["--benchdnn", options.benchdnn] if part == "bench" and options.benchdnn else []
        run([ROOT / "cnnspec", *words, *peer, "--json", fresh], allowed)
    facts.parent.mkdir(parents=True, exist_ok=True)
    text = fresh.read_text(encoding="utf-8")
    files.write(file, text if part == "conventions" else without_spaces(text))
    known = about(options, part, commit, time.monotonic() - start)
    if part == "fuzzing":
        known["corpora"] = corpora()
    files.write(facts, json.dumps(known, indent=1) + "\n")


def arguments(words):
    parser = argparse.ArgumentParser(prog="./cnnspec publish", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PART", action="append", choices=[*PARTS, "none"],
                        help="measure this part alone; may be repeated")
    parser.add_argument("--list", action="store_true", help="print the parts, and when and how long each was measured")
    parser.add_argument("--benchdnn", metavar="PATH", type=pathlib.Path, help="oneDNN's benchdnn, for the benchmark")
    parser.add_argument("--node-modules", metavar="DIR", type=pathlib.Path,
                        help="where npm installed onnxruntime-node and @tensorflow/tfjs, for the page on conventions")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    front_end.add_check(parser)
    options = parser.parse_args(words)
    if options.benchdnn and not os.access(options.benchdnn, os.X_OK):
        parser.error(f"--benchdnn: expected the path of a program, got '{options.benchdnn}'")
    options.build = options.build.resolve()
    return options


def list_parts():
    for part in PARTS:
        known = standing.facts_of(ROOT / "reports", part)
        print(f"{part:<13}" + (f"{known['date']}, {known['seconds']:,} s" if known else "no result in reports/results"))


def write_pages(options):
    """Writes the pages from the results that exist. Without any result, there are no pages."""
    try:
        pages = standing.pages(ROOT / "reports", options.build / "bin" / "cnnspec")
    except (standing.StandingError, files.ResultError) as error:
        raise PublishError(error, 1) from error
    for name, text in pages.items():
        files.write(ROOT / "reports" / name, text)


def succeeds(action, *arguments):
    try:
        action(*arguments)
    except PublishError as error:
        say(error)
        return False
    return True


def publish(options):
    """Returns the status. If a part fails, the others are still measured. The pages are written after every part: one
    part is the suite, and a test in it demands that pages and results agree at any time."""
    commit = revision()
    run([ROOT / "cnnspec", "build"])
    measured, written = True, succeeds(write_pages, options)
    for part in [part for part in PARTS if options.only is None or part in options.only]:
        measured = succeeds(measure, options, part, commit) and measured
        written = succeeds(write_pages, options)
    if not any(standing.facts_of(ROOT / "reports", part) for part in PARTS):
        raise PublishError("nothing was measured yet; run ./cnnspec publish", 2)
    if written:
        say(f"wrote the pages in {ROOT / 'reports'}")
    return 0 if measured and written else 1


def main():
    try:
        options = arguments(sys.argv[1:])
        if options.list:
            list_parts()
            return 0
        if options.check_arguments:
            return front_end.tell_needs()  # the other commands build what they need
        return publish(options)
    except (PublishError, files.ResultError, OSError) as error:
        say(error)
        return getattr(error, "status", 2)
    except KeyboardInterrupt:
        print("\ncnnspec: interrupted; what was measured is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
