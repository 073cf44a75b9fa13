"""The threshold grid: which of the kernels that are wrong at one size a default run convicts."""

import json
import os

import programs

NAME = "grid"
TITLE = "The threshold grid"
TEXT = """\
Kernels that are right but for one term of one element of the output, and wrong there only from a size N on, at N, at
multiples of N, or at sizes above N that are no multiple of it: for each operation, along each axis that it has, with
N on both sides of every size at which optimised code branches. Each is judged by the default run (f32, 500 cases of its
operation) until its first conviction, at several seeds (`--seeds`).

- *convicted* is the share of kernels, for each seed. The tables have it for each axis, over all operations that have the
  axis and all seeds. What was not convicted at every seed is listed by name.
- *cases until convicted* is the number of the case that convicts; *seconds until convicted* is what a run on one
  processor has taken when that case's batch is judged. The spread is over all kernels and seeds."""


def percent(part, whole):
    return 100.0 * part / whole


def add_shares(session, grid):
    seeds = range(grid["seeds"])
    session.add(NAME, f"convicted, of {len(grid['kernels']):,} kernels", "%",
                [percent(sum(k["cases"][n] > 0 for k in grid["kernels"]), len(grid["kernels"])) for n in seeds],
                lower_is_better=False)
    cases = [c for k in grid["kernels"] for c in k["cases"] if c > 0]
    seconds = [s for k in grid["kernels"] for s in k["seconds_until"]]
    if cases:
        session.add(NAME, "cases until convicted", "cases", cases)
        session.add(NAME, "seconds until convicted", "s", seconds)


def curve(axis, kernels, seeds):
    """For each N, the share that was convicted."""
    sizes = sorted({k["n"] for k in kernels})
    of_size = {n: [k["convicted"] for k in kernels if k["n"] == n] for n in sizes}
    return {"name": axis, "points": [{"x": n, "y": percent(sum(c), seeds * len(c))} for n, c in of_size.items()]}


def add_tables(session, grid):
    for family, kind in dict.fromkeys((k["family"], k["kind"]) for k in grid["kernels"]):
        of_table = [k for k in grid["kernels"] if (k["family"], k["kind"]) == (family, kind)]
        axes = dict.fromkeys(k["axis"] for k in of_table)
        session.series.append({"name": f"{NAME}: {family}, {kind}", "x_label": "N", "y_label": "%", "curves": [
            curve(axis, [k for k in of_table if k["axis"] == axis], grid["seeds"]) for axis in axes]})


def add(session, grid):
    add_shares(session, grid)
    add_tables(session, grid)
    for k in grid["kernels"]:
        if k["convicted"] < grid["seeds"]:
            session.skip(NAME, k["name"], f"convicted at {k['convicted']} of {grid['seeds']} seeds")


def measure(session):
    """--quick takes one seed and a sample of the kernels."""
    seeds = session.seeds or (1 if session.quick else 10)
    session.progress(f"the threshold grid at {seeds} seeds; this takes many minutes")
    jobs = len(os.sched_getaffinity(0))
    printed = programs.measured([session.build / "bin/cnnspec_threshold_grid", "--seeds", seeds, "--jobs", jobs,
                                 "--step", 23 if session.quick else 1, "--json", "-"], stderr=None)[0]
    add(session, json.loads(printed))
