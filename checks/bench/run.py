#!/usr/bin/env python3
"""Runs the benchmarks and their peers, and prints one table of figures and ratios.

Usage: run.py BENCH_PROGRAM [GOOGLE_BENCHMARK_OPTION]...

Every ratio is against a peer measured in this same run; a peer that is not installed is left out, and said so. With
options for Google Benchmark (e.g. --benchmark_filter=conv2d) only that program runs, and prints what it prints.
"""

import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
REPEATS = 5


def own_figures(program):
    """Over the repetitions: {name: (median seconds, median and least ns per multiply-add, or None)}."""
    out = subprocess.run(
        [program, "--benchmark_format=json", f"--benchmark_repetitions={REPEATS}", "--benchmark_min_time=0.1"],
        check=True, capture_output=True, text=True).stdout
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    figures, least = {}, {}
    for row in json.loads(out)["benchmarks"]:
        name, per_tap = row["run_name"], row.get("ns_per_tap")
        if row["run_type"] == "iteration" and per_tap:
            least[name] = min(per_tap, least.get(name, per_tap))
        if row.get("aggregate_name") == "median":
            figures[name] = (row["cpu_time"] * scale[row["time_unit"]], per_tap and (per_tap, least[name]))
    return figures


def python_with_torch():
    for python in ("/usr/bin/python3", sys.executable):
        if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0:
            return python
    return None


def torch_seconds(python, mode):
    times = [float(subprocess.run([python, HERE / "gradcheck_torch.py", mode], check=True, capture_output=True,
                                  text=True).stdout.split()[-1]) for _ in range(3)]
    return statistics.median(times)


def judged(command):
    """Runs the judge: (its result, wall seconds, processor seconds)."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    result = json.loads(subprocess.run([*command, "--json", "-"], check=True, capture_output=True, text=True).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (result, time.monotonic() - start,
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def print_judge(cnnspec):
    """Cases per second, each call in a child process; and real shapes."""
    judge = [cnnspec, "judge", "im2col", "--dtype", "f32"]
    rates = []
    for _ in range(REPEATS):
        result, _, processor = judged([*judge, "--cases", "1000", "--jobs", "1"])
        rates.append(result["cases"] / processor)
    print(f"judge, random f32 cases of all operations: median {statistics.median(rates):,.0f} cases per second and core")

    shapes = [*judge, "--shapes", HERE / "resnet_50.txt"]
    shapes += [word for op in ("forward", "backward_input", "backward_kernel", "backward_bias")
               for word in ("--op", f"conv2d_{op}")]
    result, wall, processor = judged(shapes)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"judge, ResNet-50's convolutions, forward and three gradients: {wall:.1f} s on {os.cpu_count()} cores "
          f"({processor:.1f} s of processor time), at most {memory:,.0f} MiB; {result['verdict']}")
    for family in ("exact-first-wide", "exact-second-wide"):
        _, wall, processor = judged([*shapes, "--data", family, "--jobs", "1"])
        print(f"  {family} data alone, on one core: {wall:.1f} s")


def main():
    program, options = sys.argv[1], sys.argv[2:]
    if options:
        return subprocess.run([program, *options]).returncode
    figures = own_figures(program)
    print(f"{'medians of ' + str(REPEATS):<44}{'time':>12}{'ns/multiply-add (least)':>26}")
    for name, (seconds, per_tap) in figures.items():
        print(f"{name:<44}{seconds * 1e3:>9.3f} ms" + (f"{per_tap[0]:>17.2f} ({per_tap[1]:.2f})" if per_tap else ""))

    dynamic = figures["conv2d_forward<double>/16/32"][0]
    static = figures["conv2d_forward_static<double, 16, 32>"][0]
    print(f"\nstatic extents / dynamic extents, conv2d double: {static / dynamic:.2f}")

    print_judge(pathlib.Path(program).parent / "cnnspec")

    python = python_with_torch()
    if python is None:
        print("torch.autograd.gradcheck: left out, PyTorch is not installed (Debian: python3-torch)")
        return 0
    full, directional = figures["gradcheck_cnn2/exact_full"][0], figures["gradcheck_cnn2/exact_directional"][0]
    for mode, own, what in (("slow", full, "exact full"), ("fast", directional, "exact directional")):
        seconds = torch_seconds(python, mode)
        print(f"{what} {own * 1e3:.1f} ms; torch.autograd.gradcheck ({mode} mode) {seconds * 1e3:.1f} ms: "
              f"ratio 1/{seconds / own:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
