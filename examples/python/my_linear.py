"""A linear layer in NumPy."""


def my_linear(x, w, b=None):
    y = x @ w.T
    return y if b is None else y + b
