"""Kernels in NumPy for the tests of the Python package: right ones, and ones with one mistake each."""

import os
import random
import sys
import threading
import time

import numpy as np


def windows(x, kernel, stride, padding, dilation, value=0):
    """[n, c, i, j, p, q]: cell (p, q) of the window of output (i, j)."""
    if len(padding) == 2:
        padding = (padding[0], padding[0], padding[1], padding[1])
    x = np.pad(x, ((0, 0), (0, 0), padding[:2], padding[2:]), constant_values=value)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    all_windows = np.lib.stride_tricks.sliding_window_view(x, spans, (2, 3))
    return all_windows[:, :, ::stride[0], ::stride[1], ::dilation[0], ::dilation[1]]


def conv2d(x, w, b=None, *, stride, padding, dilation, groups):
    cells = windows(x, w.shape[2:], stride, padding, dilation)
    n, _, oh, ow = cells.shape[:4]
    cells = cells.reshape(n, groups, -1, oh, ow, *w.shape[2:])
    w = w.reshape(groups, -1, *w.shape[1:])
    y = np.einsum("ngcijpq,gocpq->ngoij", cells, w).reshape(n, -1, oh, ow).astype(x.dtype)
    return y if b is None else y + b[:, None, None]


def flipped(x, w, b=None, **keywords):
    return conv2d(x, w[:, :, ::-1, ::-1], b, **keywords)


def max_pool2d(x, *, kernel_size, stride, padding, dilation):
    return windows(x, kernel_size, stride, padding, dilation, -np.inf).max((-2, -1))


def linear(x, w, b=None):
    return x @ w.T if b is None else x @ w.T + b


def linear_input(w, dy):
    return dy @ w


def relu(x):
    return np.where(x <= 0, x.dtype.type(0), x)


def only_without_groups(x, w, b=None, *, stride, padding, dilation):
    return conv2d(x, w, b, stride=stride, padding=padding, dilation=dilation, groups=1)


def unsupported(x, w, b=None):
    raise NotImplementedError


def returns_none(x, w, b=None):
    return None


def returns_another_shape(x, w, b=None):
    return linear(x, w, b)[:, :0]


def returns_another_type(x, w, b=None):
    return linear(x, w, b).astype(np.float64)


def raises(x, w, b=None):
    raise KeyError("no such plan")


def relu_of_first_length(x, first=[]):
    """Forgets what is beyond the length of its first call."""
    first.append(x.size)
    return np.where(np.arange(x.size).reshape(x.shape) < first[0], relu(x), 0).astype(x.dtype)


def slow(x, w, b=None):
    time.sleep(0.03)
    return linear(x, w, b)


def relu_that_tells(x, calls=[]):
    """Creates the file $CNNSPEC_TOLD at its thousandth call."""
    calls.append(None)
    if len(calls) == 1000:
        open(os.environ["CNNSPEC_TOLD"], "w").close()
    return relu(x)


def ends_the_process(x, w, b=None):
    os._exit(7)


def takes_too_little(x):
    return x


def does_much_beside(x, w, b=None):
    """Right, however untidy."""
    print("computing\nthe sum")
    print("done 1", file=sys.stderr)
    np.random.seed(1), random.seed(1)
    os.chdir("/")
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return linear(x, w, b)


def changes_the_input_before(x, w, b=None, kept=[]):
    for old in kept:
        old[...] = 7
    kept[:] = [x]
    return linear(x, w, b)


def yields(x, w, b=None):
    yield linear(x, w, b)


async def is_awaited(x, w, b=None):
    return linear(x, w, b)


def changes_its_input(x, w, b=None):
    y = linear(x, w, b)
    x[...] = 0
    return y


async def is_async(x, w, b=None):
    return linear(x, w, b)


def conv2d_wrong_in_channels_last_w(x, w, b=None, **keywords):
    return (flipped if is_channels_last(w) else conv2d)(x, w, b, **keywords)


def linear_wrong_in_strided_x(x, w, b=None):
    return linear(x[:, ::-1] if x.strides[-1] != x.itemsize else x, w, b)


linear_wrong_in_strided_x.cnnspec_layouts = ("contiguous", "strided")


def linear_input_wrong_in_expanded_dy(w, dy):
    return linear_input(w, dy) * (1 if dy.strides[-1] or dy.size < 2 else 2)


def conv2d_bias(dy):
    return dy.sum((0, 2, 3))


def conv2d_bias_of_the_first_image(dy):
    return dy[0].sum((1, 2))


def linear_bias(dy):
    return dy.sum(0)


def is_channels_last(x):
    return x.strides[1] < x.strides[3] and min(x.shape[1:]) > 1


def crashes_if_grouped_1x1_with_padding_and_dilation_in_channels_last(x, w, b=None, **keywords):
    point = w.shape[2:] == (1, 1) and max(keywords["dilation"]) > 1 and max(keywords["padding"]) > 0
    if is_channels_last(x) and keywords["groups"] > 1 and point:
        os.abort()
    return conv2d(x, w, b, **keywords)


def conv2d_kernel(x, dy, *, kernel_size, stride, padding, dilation, groups):
    cells = windows(x, kernel_size, stride, padding, dilation)
    n, _, oh, ow = cells.shape[:4]
    cells = cells.reshape(n, groups, -1, oh, ow, *kernel_size)
    dw = np.einsum("ngcijpq,ngoij->gocpq", cells, dy.reshape(n, groups, -1, oh, ow))
    return dw.reshape(-1, *dw.shape[2:]).astype(x.dtype)


def loses_a_column_if_grouped_1x1_with_dilation_in_channels_last(x, dy, **keywords):
    ignored = keywords["kernel_size"] == (1, 1) and max(keywords["dilation"]) > 1
    if is_channels_last(x) and keywords["groups"] > 1 and ignored and dy.shape[3] > 1:
        dy = np.where(np.arange(dy.shape[3]) == 1, 0, dy).astype(dy.dtype)
    return conv2d_kernel(x, dy, **keywords)


def leaves_taps_on_padding_unwritten_in_channels_last(x, dy, **keywords):
    dw = conv2d_kernel(x, dy, **keywords)
    if is_channels_last(x):
        touched = conv2d_kernel(np.ones_like(x), np.ones_like(dy), **keywords)
        unwritten = np.empty_like(dw)
        dw = np.where(touched == 0, unwritten, dw)
    return dw
