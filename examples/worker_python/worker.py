#!/usr/bin/env python3
"""A worker for cnnspec to judge: a program that gets requests over a socket and computes the results, with NumPy.

Twelve of the fourteen operations (all but average pooling), in f32, f64 and f16. Replace the functions in `FUNCTIONS`
by your own. ../../docs/worker.md is the protocol.

Usage: cnnspec judge 'worker:python3 worker.py [--mistake]'     --mistake: flip the filter
"""

import ctypes
import mmap
import os
import sys

import numpy as np

SOCKET, MEMORY = 3, 4
TYPES = {"f32": np.float32, "f64": np.float64, "f16": np.float16}
MISTAKE = "--mistake" in sys.argv[1:]


# ---- The operations: g is the problem; inputs are arrays; the return value is the output ----

def padded(g, x, value=0):
    *others, h, w = x.shape
    result = np.full((*others, h + g.pad_top + g.pad_bottom, w + g.pad_left + g.pad_right), value, x.dtype)
    result[..., g.pad_top:g.pad_top + h, g.pad_left:g.pad_left + w] = x
    return result


def windows(g, padded_x):
    """[..., i, j, p, q]: the cell (p, q) in the window of output (i, j). A view: nothing is copied."""
    *others, h, w = padded_x.strides
    return np.lib.stride_tricks.as_strided(
        padded_x, (*padded_x.shape[:-2], g.out_height, g.out_width, g.kernel_height, g.kernel_width),
        (*others, h * g.stride_height, w * g.stride_width, h * g.dilation_height, w * g.dilation_width))


def by_groups(g, x):
    """[image, group, channel, row, column]"""
    return x.reshape(g.batch, g.groups, -1, *x.shape[2:])


def filter_by_groups(g, w):
    """[group, output channel, input channel, p, q]"""
    w = w[..., ::-1, ::-1] if MISTAKE else w
    return w.reshape(g.groups, g.out_channels // g.groups, g.in_channels // g.groups, g.kernel_height, g.kernel_width)


def conv2d_forward(g, x, w, b):
    y = np.einsum("ngcijpq,gocpq->ngoij", windows(g, padded(g, by_groups(g, x))), filter_by_groups(g, w))
    y = y.reshape(g.batch, g.out_channels, g.out_height, g.out_width)
    return y if b is None else y + b[:, None, None]


def conv2d_backward_input(g, w, dy):
    dx = np.zeros((g.batch, g.in_channels, g.in_height, g.in_width), w.dtype)
    dx = padded(g, by_groups(g, dx))
    of_windows, w, dy = windows(g, dx), filter_by_groups(g, w), by_groups(g, dy)
    for p in range(g.kernel_height):
        for q in range(g.kernel_width):
            of_windows[..., p, q] += np.einsum("goc,ngoij->ngcij", w[..., p, q], dy)
    dx = dx[..., g.pad_top:g.pad_top + g.in_height, g.pad_left:g.pad_left + g.in_width]
    return dx.reshape(g.batch, g.in_channels, g.in_height, g.in_width)


def conv2d_backward_kernel(g, x, dy):
    dw = np.einsum("ngcijpq,ngoij->gocpq", windows(g, padded(g, by_groups(g, x))), by_groups(g, dy))
    return filter_by_groups(g, dw).reshape(g.out_channels, -1, g.kernel_height, g.kernel_width)


def conv2d_backward_bias(g, dy):
    return dy.sum((0, 2, 3))


def max_pool2d_forward(g, x):
    return windows(g, padded(g, x, -np.inf)).max((-2, -1))  # padding never wins, a NaN does


def winners(g, x):
    """For each window, the cell that wins: the first of the greatest ones, but a NaN replaces any."""
    cells = windows(g, padded(g, x, -np.inf)).reshape(g.batch, g.channels, g.out_height, g.out_width, -1)
    wins = cells.argmax(-1)
    if np.isfinite(x).all():
        return wins
    is_real = windows(g, padded(g, np.ones((g.in_height, g.in_width), bool))).reshape(g.out_height, g.out_width, -1)
    wins = (is_real & (cells == cells.max(-1, keepdims=True))).argmax(-1)  # -inf in the padding never wins
    is_nan = np.isnan(cells)
    last_nan = cells.shape[-1] - 1 - is_nan[..., ::-1].argmax(-1)
    return np.where(is_nan.any(-1), last_nan, wins)


def max_pool2d_backward(g, x, dy):
    p, q = np.divmod(winners(g, x), g.kernel_width)
    row = p * g.dilation_height + np.arange(g.out_height)[:, None] * g.stride_height - g.pad_top
    column = q * g.dilation_width + np.arange(g.out_width) * g.stride_width - g.pad_left
    plane = np.arange(g.batch * g.channels).reshape(g.batch, g.channels, 1, 1)
    place = (plane * g.in_height + row) * g.in_width + column
    return np.bincount(place.ravel(), dy.ravel(), x.size).reshape(x.shape)


def linear_forward(g, x, w, b):
    return x @ w.T if b is None else x @ w.T + b


FUNCTIONS = {
    "conv2d_forward": conv2d_forward,
    "conv2d_backward_input": conv2d_backward_input,
    "conv2d_backward_kernel": conv2d_backward_kernel,
    "conv2d_backward_bias": conv2d_backward_bias,
    "max_pool2d_forward": max_pool2d_forward,
    "max_pool2d_backward": max_pool2d_backward,
    "relu_forward": lambda g, x: np.where(x <= 0, x.dtype.type(0), x),
    "relu_backward": lambda g, x, dy: np.where(x <= 0, x.dtype.type(0), dy),
    "linear_forward": linear_forward,
    "linear_backward_input": lambda g, w, dy: dy @ w,
    "linear_backward_weight": lambda g, x, dy: dy.T @ x,
    "linear_backward_bias": lambda g, dy: dy.sum(0),
}


# ---- Where tensors lie ----

class File:
    """The judge's file in memory. When it has grown, it is mapped again."""

    def __init__(self):
        self.map = None

    def tensor(self, text, dtype):
        """OFFSET:SHAPE:STRIDES, or "-" for an absent bias."""
        if text == "-":
            return None
        offset, shape, strides = text.split(":")
        shape = [int(n) for n in shape.split(",")]
        strides = [int(n) * dtype().itemsize for n in strides.split(",")]
        end = int(offset) + dtype().itemsize + sum((n - 1) * s for n, s in zip(shape, strides))
        if self.map is None or len(self.map) < end:
            self.map = mmap.mmap(MEMORY, os.fstat(MEMORY).st_size)
        return np.ndarray(shape, dtype, self.map, int(offset), strides)


# ---- The protocol ----

class Problem:
    """The numbers of a problem, under their names in cnnspec/kernel.h."""

    def __init__(self, numbers):
        self.__dict__.update(numbers)


def fill_heap_with(byte, libc=ctypes.CDLL(None)):
    """From now on, memory that C libraries allocate is full of these bytes, so that reading it before writing shows."""
    m_perturb = -6
    if hasattr(libc, "mallopt"):
        libc.mallopt(m_perturb, byte ^ 0xff)


def compute(file, function, fields):
    operation, _, type_name = function.rpartition("_")
    dtype = TYPES[type_name]
    numbers = {key: int(value) for key, value in fields if value.isdecimal()}
    fill_heap_with(numbers.pop("heap"))
    *inputs, output = (file.tensor(value, dtype) for _, value in fields if not value.isdecimal())
    if dtype == np.float16:  # computed in f32, and rounded once
        inputs = [x if x is None else x.astype(np.float32) for x in inputs]
    output[...] = FUNCTIONS[operation](Problem(numbers), *inputs)


def answer(file, line):
    word, *rest = line.split(" ")
    if word == "hello":
        return " ".join(["hello 1"] + [f"{operation}_{t}" for operation in FUNCTIONS for t in TYPES])
    number, function, *fields = rest
    try:
        compute(file, function, [field.split("=") for field in fields])
        return f"done {number}"
    except Exception as error:
        return f"error {number} {error!r}"


def main():
    np.seterr(all="ignore")
    file = File()
    try:
        judge = open(SOCKET, "rb", closefd=False)
    except OSError:
        sys.exit("worker.py: cnnspec starts this: cnnspec judge 'worker:python3 worker.py'")
    for line in judge:
        os.write(SOCKET, answer(file, line.decode().rstrip("\n")).encode() + b"\n")


if __name__ == "__main__":
    main()
