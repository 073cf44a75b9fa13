"""A kernel in NumPy, with a mistake: for a tensor with gaps, the first element of a row decides for all."""

import numpy as np


def my_relu(x):
    if x.strides[-1] != x.itemsize:  # the path for views
        return np.where(x[..., :1] <= 0, x.dtype.type(0), x)
    return np.where(x <= 0, x.dtype.type(0), x)
