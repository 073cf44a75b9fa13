"""A layer's gradients, as its framework's differentiation makes them of the forward function.

Each is a kernel of its operation: it takes the operation's tensors and keywords, and returns the gradient. A tensor that
the gradient does not depend on is zero.
"""


def conv2d(forward, framework):
    def backward_input(w, dy, *, input_size, **keywords):
        return framework.gradient(lambda x: forward(x, w, None, **keywords), framework.zeros(input_size, w), dy)

    def backward_kernel(x, dy, *, kernel_size, groups, **keywords):
        w = framework.zeros((dy.shape[1], x.shape[1] // groups, *kernel_size), x)
        return framework.gradient(lambda w: forward(x, w, None, groups=groups, **keywords), w, dy)

    def backward_bias(dy, *, input_size, kernel_size, groups, **keywords):
        x = framework.zeros(input_size, dy)
        w = framework.zeros((dy.shape[1], input_size[1] // groups, *kernel_size), dy)
        return framework.gradient(lambda b: forward(x, w, b, groups=groups, **keywords), framework.zeros(dy.shape[1:2], dy),
                                  dy)

    return {"conv2d_backward_input": backward_input, "conv2d_backward_kernel": backward_kernel,
            "conv2d_backward_bias": backward_bias}


def max_pool2d(forward, framework):
    def backward(x, dy, **keywords):
        return framework.gradient(lambda x: forward(x, **keywords), x, dy)

    return {"max_pool2d_backward": backward}


def avg_pool2d(forward, framework):
    def backward(dy, *, input_size, **keywords):
        return framework.gradient(lambda x: forward(x, **keywords), framework.zeros(input_size, dy), dy)

    return {"avg_pool2d_backward": backward}


def relu(forward, framework):
    return {"relu_backward": lambda x, dy: framework.gradient(forward, x, dy)}


def linear(forward, framework):
    def backward_input(w, dy):
        return framework.gradient(lambda x: forward(x, w, None), framework.zeros((dy.shape[0], w.shape[1]), w), dy)

    def backward_weight(x, dy):
        return framework.gradient(lambda w: forward(x, w, None), framework.zeros((dy.shape[1], x.shape[1]), x), dy)

    def backward_bias(dy):
        x, w = framework.zeros((dy.shape[0], 1), dy), framework.zeros((dy.shape[1], 1), dy)
        return framework.gradient(lambda b: forward(x, w, b), framework.zeros(dy.shape[1:], dy), dy)

    return {"linear_backward_input": backward_input, "linear_backward_weight": backward_weight,
            "linear_backward_bias": backward_bias}


LAYERS = {layer.__name__: layer for layer in (conv2d, max_pool2d, avg_pool2d, relu, linear)}


def operations_of(layer):
    """The operations of a layer that `kernels_of` makes, the forward operation first."""
    return [f"{layer}_forward", *LAYERS[layer](None, None)]


def kernels_of(layer, forward, framework):
    """The kernels of a layer, by operation."""
    return {f"{layer}_forward": forward, **LAYERS[layer](forward, framework)}
