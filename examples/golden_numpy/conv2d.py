#!/usr/bin/env python3
"""A convolution in NumPy, to be judged by files: reads golden vectors, writes what it computes.

Usage: conv2d.py GOLDEN ACTUAL [--mistake]     GOLDEN: a folder that `cnnspec golden --op conv2d_forward` wrote;
                                               ACTUAL: the folder to write y.npy to; --mistake: flip the filter
"""

import json
import pathlib
import sys

import numpy as np


def conv2d(g, x, w, b):
    """y[n,o,i,j] = b[o] + sum of w[o,c,k,l] * x[n,c,i*stride+k*dilation,j*stride+l*dilation] over c, k, l; x is padded."""
    x = np.pad(x, ((0, 0), (0, 0), (g["pad_top"], g["pad_bottom"]), (g["pad_left"], g["pad_right"])))
    y = np.zeros((g["batch"], g["out_channels"], g["out_height"], g["out_width"]), x.dtype)
    channels = g["in_channels"] // g["groups"]
    for o in range(g["out_channels"]):
        first = o // (g["out_channels"] // g["groups"]) * channels
        for k in range(g["kernel_height"]):
            for l in range(g["kernel_width"]):
                top, left = k * g["dilation_height"], l * g["dilation_width"]
                cells = x[:, first:first + channels,
                          top:top + (g["out_height"] - 1) * g["stride_height"] + 1:g["stride_height"],
                          left:left + (g["out_width"] - 1) * g["stride_width"] + 1:g["stride_width"]]
                y[:, o] += np.tensordot(cells, w[o, :, k, l], axes=(1, 0))
    return y if b is None else y + b[:, None, None]


def main(golden, actual, *options):
    golden, actual = pathlib.Path(golden), pathlib.Path(actual)
    case = json.loads((golden / "case.json").read_text())
    if case["operations"][0] != "conv2d_forward" or case["dtype"] == "bf16":
        sys.exit("conv2d.py: computes conv2d_forward, in what NumPy can compute with: f32, f64, f16")
    inputs = {t["name"]: np.load(golden / t["file"]) for t in case["tensors"] if t["role"] == "input"}
    w = inputs["w"][:, :, ::-1, ::-1] if "--mistake" in options else inputs["w"]
    y = conv2d(case["geometry"], inputs["x"], w, inputs.get("b"))
    actual.mkdir(exist_ok=True)
    np.save(actual / "y.npy", y)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
