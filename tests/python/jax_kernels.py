"""JAX's layers with the keywords of the judge, and two of them with a mistake."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

NUMBERS = ("NCHW", "OIHW", "NCHW")


def sides(padding):
    top, bottom, left, right = padding if len(padding) == 4 else (padding[0], padding[0], padding[1], padding[1])
    return ((top, bottom), (left, right))


def conv2d(x, w, b=None, *, stride, padding, dilation, groups):
    y = lax.conv_general_dilated(x, w, stride, sides(padding), rhs_dilation=dilation, dimension_numbers=NUMBERS,
                                 feature_group_count=groups, precision=lax.Precision.HIGHEST)
    return y if b is None else y + b[:, None, None]


def pooled(x, start, add, kernel_size, stride, padding, dilation):
    return lax.reduce_window(x, jnp.asarray(start, x.dtype), add, (1, 1, *kernel_size), (1, 1, *stride),
                             ((0, 0), (0, 0), *sides(padding)), window_dilation=(1, 1, *dilation))


def max_pool2d(x, *, kernel_size, stride, padding, dilation):
    return pooled(x, -jnp.inf, lax.max, kernel_size, stride, padding, dilation)


def avg_pool2d(x, *, kernel_size, stride, padding, dilation):
    return pooled(x, 0, lax.add, kernel_size, stride, padding, dilation) / (kernel_size[0] * kernel_size[1])


def linear(x, w, b=None):
    y = jnp.dot(x, w.T, precision=lax.Precision.HIGHEST)
    return y if b is None else y + b


def relu(x):
    return jax.nn.relu(x)


def conv2d_with_dilation_of_one(x, w, b=None, *, stride, padding, dilation, groups):
    """The shape is right: the missing reach is added to the kernel, as zeros."""
    reach = [(size - 1) * step + 1 for size, step in zip(w.shape[2:], dilation)]
    dense = jnp.zeros((*w.shape[:2], *reach), w.dtype).at[:, :, :w.shape[2], :w.shape[3]].set(w)
    return conv2d(x, dense, b, stride=stride, padding=padding, dilation=(1, 1), groups=groups)


def relu_in_numpy(x):
    return np.maximum(np.asarray(x), 0)
