"""oneDNN's own tester, benchdnn, as a peer: its correctness mode on a list of shapes."""

import pathlib
import re

import programs

DIRECTIONS = "FWD_B,BWD_D,BWD_WB"  # forward with a bias; the gradients of the input; of the kernel and the bias


def command(benchdnn, shapes):
    return [benchdnn, "--conv", "--mode=C", "--dt=f32", f"--dir={DIRECTIONS}", f"--batch={shapes}"]


def counts(printed):
    """What its last lines say: {"tests": 60, "passed": 60, ...}."""
    found = re.findall(r"^tests:\d+ .*$", printed, re.MULTILINE)
    if not found:
        raise programs.Failure(f"benchdnn printed no line of counts:\n{printed[-1000:]}")
    return {name: int(count) for name, count in re.findall(r"(\w+):(\d+)", found[-1])}


def run(benchdnn, shapes):
    """Seconds of one run over all shapes, and how many problems it tested. Status 1 says that some failed: it is
    measured all the same, and they are in the counts."""
    printed, usage = programs.measured(command(benchdnn, shapes), allowed=(0, 1))
    said = counts(printed)
    if said.get("tests", 0) == 0 or said.get("passed", 0) == 0:
        raise programs.Failure(f"benchdnn tested nothing: {said}")
    return usage.wall, said


def found(path):
    """The program; Missing if no path was given."""
    if path is None:
        raise programs.Missing("give its path with --benchdnn; no distribution packages it, it comes with oneDNN's "
                               "sources (tests/benchdnn)")
    return pathlib.Path(path)
