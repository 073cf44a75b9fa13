#!/usr/bin/env python3
"""Measures what a user waits for, and compares it with the tools that people use today.

Each figure that has a peer is measured in turn with it, in the same run: own, peer, own, peer, ... The output shows the
medians, the least and the largest values, and the medians of the ratios. If a peer is not installed, it is left out,
and the output says so.

groups:
  gradcheck  gradient checks, against torch.autograd.gradcheck (Debian: python3-torch)
  spec       the specification's loops for each scalar, static extents, the machine's peak
  judge      cases per second, real shapes; against oneDNN's benchdnn with --benchdnn
  python     the Python package: cases per second, its import, a verdict on one result
  fuzz       executions per second of the fuzz targets, where they are built
  grid       which kernels that are wrong at some sizes the judge detects: many minutes, only with --only grid
  false-alarms  how often the judge finds right kernels wrong: many minutes, only with --only false-alarms
  suite      time and memory of a build from nothing and of the whole test run: many minutes, only with --only suite

examples:
  ./cnnspec bench                                          all but the last three
  ./cnnspec bench --quick --only spec                      one group, with fewer runs
  ./cnnspec bench --json bench.json --markdown reports/bench.md
  ./cnnspec bench --only suite --json bench.json           adds that group's figures to the file, or replaces them
  ./cnnspec bench --only grid --seeds 3
  ./cnnspec bench --only judge --benchdnn ~/oneDNN/build/tests/benchdnn/benchdnn
  ./cnnspec bench --only judge --onednn ~/oneDNN/prefix --benchdnn ~/oneDNN/build/tests/benchdnn/benchdnn
  ./cnnspec bench -- --benchmark_filter=loops/forward      Google Benchmark alone, with its options

status: 0 if all was measured, 1 if a measured program failed, 2 if it could not be measured.
"""

import argparse
import datetime
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent))
import front_end  # noqa: E402
import machine  # noqa: E402
import onednn_plugin  # noqa: E402
import programs  # noqa: E402
import result as results  # noqa: E402
import session as sessions  # noqa: E402
import table  # noqa: E402
from groups import false_alarms, fuzz, gradcheck, grid, judge, python, spec, suite  # noqa: E402

GROUPS = {group.NAME: group for group in (gradcheck, spec, judge, python, fuzz, grid, false_alarms, suite)}
BY_DEFAULT = [name for name, group in GROUPS.items() if group not in (grid, false_alarms, suite)]


def arguments(words):
    parser = argparse.ArgumentParser(prog="./cnnspec bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="GROUP", action="append", choices=list(GROUPS),
                        help="this group alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help="fewer runs, and without the longest measurements")
    parser.add_argument("--list", action="store_true", help="print the groups and measure nothing")
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON; with --only, a result that is already "
                        "in FILE keeps its other groups; - is the standard output")
    parser.add_argument("--markdown", metavar="FILE",
                        help="write the tables as Markdown (of all that is then in --json's file)")
    parser.add_argument("--benchdnn", metavar="PATH", type=pathlib.Path, help="oneDNN's benchdnn, to compare with")
    parser.add_argument("--onednn", metavar="DIR", type=pathlib.Path,
                        help="the prefix of an installed oneDNN, to judge that one; the kernel is built for it")
    parser.add_argument("--seeds", metavar="N", type=int, help="how many seeds the grid is judged at (10)")
    parser.add_argument("--build-fuzz", action="store_true", help="build the fuzz targets first, with and without "
                        "sanitizers")
    parser.add_argument("--build", type=pathlib.Path, help=argparse.SUPPRESS)
    front_end.add_check(parser)
    options = parser.parse_args(words)
    if options.benchdnn and not os.access(options.benchdnn, os.X_OK):
        parser.error(f"--benchdnn: expected the path of a program, got '{options.benchdnn}'")
    if options.onednn and not (options.onednn / "include/oneapi/dnnl/dnnl.hpp").is_file():
        parser.error("--onednn: expected the prefix in which oneDNN is installed, with include/oneapi/dnnl/dnnl.hpp, "
                     f"got '{options.onednn}'")
    if options.seeds is not None and options.seeds < 1:
        parser.error(f"--seeds: expected at least 1, got {options.seeds}")
    if options.markdown == "-" and options.json == "-":
        parser.error("--json - and --markdown -: only one of them can have the standard output")
    for name in ("json", "markdown"):
        path = getattr(options, name)
        if path not in (None, "-") and not front_end.can_be_written(path):
            parser.error(f"--{name}: expected a file that can be written, got '{path}'")
    return options


def new_result(session, groups, load):
    """`load`: the load average at the start and now."""
    today = datetime.date.today().isoformat()
    return {"type": "bench", "schema": 1, "version": machine.version_of(session.cnnspec),
            "date": today, "machine": machine.machine(),
            "versions": {**machine.versions(session.build), **session.versions},
            "conditions": [results.conditions(groups, today, session.quick, load)], "figures": session.figures,
            "series": session.series, "skipped": session.skipped}


def print_figures(result):
    """For people: a line for each figure."""
    for f in result["figures"]:
        line = f"{f['group']:<13}{f['name']:<52}{table.number(f['median']):>10} {f['unit']:<16}"
        if "ratio" in f:
            line += f"{table.number(f['ratio']):>9} x {f['peer']['name']}, {table.number(f['peer']['median'])}"
        print(line.rstrip())
    for s in result["skipped"]:
        print(f"left out: {s['name']}: {s['why']}")


def main(words):
    google = words.index("--") if "--" in words else len(words)
    options = arguments(words[:google])
    if options.list:
        for name, group in GROUPS.items():
            print(f"{name:<13}{group.__doc__.strip()}")
        return 0
    if options.build is None:
        raise results.ResultError("--build: expected the build folder; ./cnnspec bench gives it")
    to_file = options.json not in (None, "-")
    old = results.read(options.json) if to_file else None  # read before minutes are spent
    if options.check_arguments:
        return front_end.tell_needs("cnnspec_bench", "cnnspec_cli", *(["fuzz"] if options.build_fuzz else []))
    session = sessions.Session(options.build, quick=options.quick, benchdnn=options.benchdnn, seeds=options.seeds)
    if options.onednn:
        session.progress("building the kernel onednn")
        onednn_plugin.use(options.onednn, options.build)
    if google < len(words):
        os.execv(session.program, [str(session.program), *words[google + 1:]])

    groups = [name for name in GROUPS if name in (options.only or BY_DEFAULT)]
    start, load = time.monotonic(), os.getloadavg()[0]
    for name in groups:
        GROUPS[name].measure(session)
    session.progress()

    new = new_result(session, groups, (load, os.getloadavg()[0]))
    result = results.in_order(results.merged(old if options.only else None, new, groups), list(GROUPS))
    if to_file:
        results.write(options.json, results.text_of(result))
    if options.markdown not in (None, "-"):
        results.write(options.markdown, table.markdown(result, list(GROUPS.values())))
    if options.json == "-":
        print(results.text_of(result), end="")
    elif options.markdown == "-":
        print(table.markdown(result, list(GROUPS.values())), end="")
    else:
        print_figures(result)
        print(f"\n{time.monotonic() - start:.0f} s; medians, and the median of own / peer")
        for sentence in table.conditions(result):
            print(sentence)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:  # the reader has closed the pipe
        os._exit(0)
    except (results.ResultError, OSError) as error:
        print(f"cnnspec: {error}", file=sys.stderr)
        sys.exit(2)
    except programs.Failure as error:
        print(f"cnnspec: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\ncnnspec: interrupted", file=sys.stderr)
        sys.exit(130)
