"""Prints the seconds that assert_close takes for a convolution of ResNet-50 (56x56, 64 -> 64, 3x3, minibatch 8).

Usage: assert_close_seconds.py exact|rounded
"""

import sys
import time

import cnnspec
import numpy as np
import numpy_kernels


def numbers(kind, *shape):
    random = np.random.default_rng(1)
    values = random.integers(-8, 9, shape) if kind == "exact" else random.standard_normal(shape)
    return values.astype(np.float32)


def main(kind):
    x, w = numbers(kind, 8, 64, 56, 56), numbers(kind, 64, 64, 3, 3)
    y = numpy_kernels.conv2d(x, w, stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=1)
    begin = time.perf_counter()
    cnnspec.assert_close(y, "conv2d_forward", x, w, padding=1)
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    main(sys.argv[1])
