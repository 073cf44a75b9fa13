"""Layouts: how a tensor lies in memory. A kernel sees the same numbers with other strides.

Mistakes often show in one layout alone: a library has other code for each.
"""

import zlib

import numpy as np


def contiguous(array):
    """Row-major, without gaps."""
    return array


def channels_last(array):
    """[batch, channels, height, width] with the channels innermost in memory. Other tensors stay as they are."""
    if array.ndim != 4:
        return array
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def strided(array):
    """Every second element of a larger tensor, which begins elsewhere. All other bits are 1: NaN, in every type."""
    bits = np.dtype(f"u{array.itemsize}")
    around = np.full((*array.shape[:-1], 2 * array.shape[-1] + 1), np.iinfo(bits).max, bits).view(array.dtype)
    view = around[..., 1::2]
    view[...] = array
    return view


def expanded(array):
    """Stride 0 along each axis on which all elements are equal, as a sum's backward makes it. Ones become one element."""
    bits = array.view(f"u{array.itemsize}")
    equal = [bits.shape[axis] > 1 and (bits == bits.take([0], axis)).all() for axis in range(bits.ndim)]
    once = array[tuple(slice(0, 1) if e else slice(None) for e in equal)].copy()
    strides = [0 if e else stride for e, stride in zip(equal, once.strides)]
    return np.lib.stride_tricks.as_strided(once, array.shape, strides)


LAYOUTS = {layout.__name__: layout for layout in (contiguous, channels_last, strided, expanded)}


def parse(texts):
    """{tensor or None: layouts} of texts "LAYOUT" or "TENSOR=LAYOUT". Raises ValueError."""
    found = {}
    for text in texts:
        tensor, _, layout = text.rpartition("=")
        if layout not in LAYOUTS:
            raise ValueError(f"layout: expected one of {', '.join(LAYOUTS)}, got {layout!r}")
        found.setdefault(tensor or None, []).append(layout)
    return found


def layout_of(tensor, problem, layouts):
    """The layout of a tensor of a problem. If it may have several, the problem alone decides which: so a problem that
    failed has the same layouts when it is repeated."""
    names = layouts.get(tensor) or layouts.get(None) or ["contiguous"]
    return names[0] if len(names) == 1 else names[zlib.crc32(f"{tensor} {problem}".encode()) % len(names)]


def laid_out(array, name):
    """The array in a layout. Its numbers and its shape are the same."""
    return array if name == "contiguous" or array.size == 0 else LAYOUTS[name](array)
