#!/usr/bin/env python3
"""Judges the layers of PyTorch and JAX, forward and differentiated, in every type and layout, and prints a table.

Usage: frameworks.py [--only FRAMEWORK] [--layer LAYER] [--dtype TYPE] [--layout LAYOUT] [--cases N] [--seed S]

Each option but the last two may be repeated. Run it with an interpreter that has the frameworks and the package cnnspec,
such as build/python/bin/python. A framework that is not installed is left out. Verdicts depend on the processor: PyTorch has other code for AVX-512.
"""

import argparse
import importlib.util
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
os.environ.setdefault("JAX_ENABLE_X64", "1")  # else JAX has no f64
sys.path[:0] = [str(ROOT / "tests/python")]

import cnnspec  # noqa: E402

LAYERS = ("relu", "linear", "max_pool2d", "avg_pool2d", "conv2d")
LAYOUTS = ("contiguous", "channels_last", "strided", "expanded")
FRAMEWORKS = {"torch": ("torch.nn.functional", ("f32", "f64", "f16", "bf16"), LAYOUTS),
              "jax": ("jax_kernels", ("f32", "f64", "f16", "bf16"), LAYOUTS[:1])}


def rows_of(framework, asked):
    """(row of the verdict's JSON, layout) for each operation, type and layout. Explains failures on standard error."""
    module, types, layouts = FRAMEWORKS[framework]
    for layer in asked.layer or LAYERS:
        for dtype in asked.dtype or types:
            for layout in [name for name in asked.layout or layouts if name in layouts]:
                verdict = cnnspec.judge_layer(f"{module}:{layer}", layer, framework=framework, dtype=dtype,
                                              layouts=(layout,), cases=asked.cases, seed=asked.seed)
                for failure in verdict.failures:
                    print(failure.op, dtype, layout, failure.case, failure.kind, *failure.diagnosis, failure.repro, sep="\n  ",
                          file=sys.stderr, flush=True)
                for row in verdict.result["operations"]:
                    yield row, layout


def in_words(row):
    """The verdict; of a wrong operation also the profile under which it would pass."""
    return row["verdict"] + (f", behaves like {row['behaves_like']}" if row["behaves_like"] else "")


def main(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=FRAMEWORKS, action="append")
    parser.add_argument("--layer", choices=LAYERS, action="append")
    parser.add_argument("--dtype", action="append")
    parser.add_argument("--layout", choices=LAYOUTS, action="append")
    parser.add_argument("--cases", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    print("| framework | operation | type | layout | cases | error/bound | verdict |\n|---|---|---|---|--:|--:|---|")
    for framework in options.only or FRAMEWORKS:
        if importlib.util.find_spec(framework) is None:
            print(f"left out: {framework} is not installed", file=sys.stderr)
            continue
        for row, layout in rows_of(framework, options):
            print(f"| {framework} | {row['op']} | {row['dtype']} | {layout} | {row['cases'] - row['unsupported']} | "
                  f"{row.get('worst_ratio') or 0:.3f} | {in_words(row)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
