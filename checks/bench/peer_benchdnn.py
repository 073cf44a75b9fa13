"""oneDNN's own tester, benchdnn, as a peer: its correctness mode on a list of shapes."""

import pathlib
import re

import programs

NAME = "benchdnn --mode=C"
DIRECTIONS = "FWD_B,BWD_D,BWD_WB"  # forward with a bias; the gradients of the input; of the kernel and the bias
SAYS_ITS_LIBRARY = {"ONEDNN_VERBOSE": "1", "DNNL_VERBOSE": "1"}  # oneDNN before 2.3 knows only the second one


def command(benchdnn, shapes, directions=DIRECTIONS):
    return [benchdnn, "--conv", "--mode=C", "--dt=f32", f"--dir={directions}", f"--batch={shapes}"]


def counts(printed):
    """What its last lines say: {"tests": 60, "passed": 60, ...}."""
    found = re.findall(r"^tests:\d+ .*$", printed, re.MULTILINE)
    if not found:
        raise programs.Failure(f"benchdnn printed no line of counts:\n{printed[-1000:]}")
    return {name: int(count) for name, count in re.findall(r"(\w+):(\d+)", found[-1])}


def judged(said):
    """How many problems it has judged, without those that it skips, does not implement or mistrusts."""
    return said.get("passed", 0) + said.get("failed", 0)


def words(said):
    return f"{said['tests']} problems: " + ", ".join(
        f"{said.get(name, 0)} {name}" for name in ("passed", "failed", "skipped", "mistrusted", "unimplemented"))


def run(benchdnn, shapes, directions=DIRECTIONS, env=None):
    """Seconds of one run over all shapes, and its counts. Status 1 means that some problems failed; the run is measured
    all the same."""
    printed, usage = programs.measured(command(benchdnn, shapes, directions), env=env, allowed=(0, 1))
    said = counts(printed)
    if said.get("tests", 0) == 0 or judged(said) == 0:
        raise programs.Failure(f"benchdnn judged nothing: {said}")
    return usage.wall, said


def library(program, *arguments):
    """The version of oneDNN that a program calls, as the library itself reports it: "v2.6.3 (commit N/A)"; None if it
    reports none."""
    printed, _ = programs.measured([program, *arguments], env=SAYS_ITS_LIBRARY, allowed=range(256))
    found = re.search(r"^\w+_verbose,info,(?:oneDNN|DNNL) (v.*)$", printed, re.MULTILINE)
    return found[1].strip() if found else None


def same_library(benchdnn, program):
    """The version that both benchdnn and our benchmarks call; Missing if they call different ones. (The output of the
    judge's children is dropped. So the benchmarks are asked, which are linked with the same library.)"""
    theirs = library(benchdnn, "--conv", "--mode=C", "--dt=f32", "--dir=FWD_B", "ic1ih1oc1oh1kh1")
    ours = library(program, "--benchmark_filter=^kernels/onednn$", "--benchmark_min_time=0.001")
    if theirs is None or theirs != ours:
        raise programs.Missing(f"it calls oneDNN {theirs or 'of a version that it does not tell'}, and cnnspec "
                               f"{ours or 'one of a version that it does not tell'}: not the same library")
    return ours


def found(path):
    """The program; Missing if no path was given."""
    if path is None:
        raise programs.Missing("give its path with --benchdnn; no distribution packages it, it comes with oneDNN's "
                               "sources (tests/benchdnn)")
    return pathlib.Path(path)
