"""The operations in the words of the frameworks: names of arguments as in torch.nn.functional and torch.nn.grad.

    conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1)
    max_pool2d(x, *, kernel_size, stride=None, padding=0, dilation=1)
    avg_pool2d(x, *, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True,
               divisor_override=None)
    relu(x)
    linear(x, w, b=None)

A gradient takes the tensors of `cnnspec ops` in their order, the same keywords, and what cannot be told from them:
input_size (of a convolution's or of average pooling's dx) and kernel_size (of dw). A size is a number, or (height,
width); padding may also be (top, bottom, left, right). Images are [batch, channels, height, width], convolution kernels
[out, in / groups, height, width], weights of linear layers [out, in].
"""

import math
from dataclasses import dataclass

from .command import CnnspecError


class Unsupported(Exception):
    """Raised by a kernel for a problem that it does not support. The judge counts it, and it is no failure."""


def pair(value, name):
    """A number for both axes, or (height, width)."""
    values = (value, value) if isinstance(value, int) else tuple(value)
    if len(values) != 2:
        raise CnnspecError(f"{name}: expected a number or (height, width), got {value!r}")
    return tuple(int(v) for v in values)


def sides(padding):
    """(top, bottom, left, right)."""
    if not isinstance(padding, int) and len(padding) == 4:
        return tuple(int(v) for v in padding)
    height, width = pair(padding, "padding")
    return height, height, width, width


def shape(tensor, axes, name):
    extents = tuple(int(n) for n in tensor.shape)
    if axes is not None and len(extents) != axes:
        raise CnnspecError(f"{name}: expected {axes} axes, got shape {extents}")
    return extents


def window(x_shape, kernel, stride, padding, dilation):
    """The part of a descriptor that says how a window moves over [.., .., height, width]."""
    (ih, iw), (kh, kw), (sh, sw), (dh, dw) = x_shape[2:], kernel, stride, pair(dilation, "dilation")
    top, bottom, left, right = sides(padding)
    return (f"_ih{ih}kh{kh}sh{sh}dh{dh - 1}ph{top}pb{bottom}"
            f"_iw{iw}kw{kw}sw{sw}dw{dw - 1}pw{left}pr{right}")


def required(value, name, why):
    if value is None:
        raise CnnspecError(f"{name}: expected {why}, got nothing")
    return value


def shape_of_x(tensors, input_size):
    """[batch, channels, height, width]."""
    if "x" in tensors:
        return shape(tensors["x"], 4, "x")
    what = "the shape of x, [batch, channels, height, width]"
    size = tuple(required(input_size, "input_size", what))
    if len(size) != 4:
        raise CnnspecError(f"input_size: expected {what}, got {input_size!r}")
    return size


def describe_conv2d(tensors, *, stride=1, padding=0, dilation=1, groups=1, input_size=None, kernel_size=None):
    x = shape_of_x(tensors, input_size)
    if "w" in tensors:
        out, _, *kernel = shape(tensors["w"], 4, "w")
    else:
        out = shape(tensors["dy"], 4, "dy")[1]
        kernel = pair(required(kernel_size, "kernel_size", "the height and width of w"), "kernel_size")
    return (f"mb{x[0]}g{groups}ic{x[1]}oc{out}" +
            window(x, kernel, pair(stride, "stride"), padding, dilation))


def describe_conv2d_bias(tensors, **_):
    batch, channels, height, width = shape(tensors["dy"], 4, "dy")
    return f"mb{batch}ic1oc{channels}_ih{height}kh1_iw{width}kw1"  # db depends on nothing else


def describe_pool(tensors, *, kernel_size=None, stride=None, padding=0, dilation=1, input_size=None):
    kernel = pair(required(kernel_size, "kernel_size", "the height and width of a window"), "kernel_size")
    x = shape_of_x(tensors, input_size)
    return f"mb{x[0]}ic{x[1]}" + window(x, kernel, kernel if stride is None else pair(stride, "stride"), padding,
                                        dilation)


def describe_avg_pool(tensors, *, ceil_mode=False, count_include_pad=True, divisor_override=None, **numbers):
    return describe_pool(tensors, **numbers) + (f"_cip{int(count_include_pad)}_ceil{int(ceil_mode)}" +
                                                ("" if divisor_override is None else f"_div{divisor_override}"))


def describe_relu(tensors):
    return str(math.prod(shape(next(iter(tensors.values())), None, "x")))


def describe_linear(tensors):
    first = {name: shape(tensor, 2, name) for name, tensor in tensors.items() if name != "b"}
    batch = (first.get("x") or first.get("dy"))[0]
    features_in = first["x"][1] if "x" in first else first["w"][1]
    features_out = first["w"][0] if "w" in first else first["dy"][1]
    return f"mb{batch}ic{features_in}oc{features_out}"


def describe_linear_bias(tensors):
    batch, features = shape(tensors["dy"], 2, "dy")
    return f"mb{batch}ic1oc{features}"


def sizes_of(numbers):
    """The window of a problem, as keywords. `numbers`: of cnnspec/kernel.h."""
    padding = tuple(numbers[f"pad_{side}"] for side in ("top", "bottom", "left", "right"))
    even = padding[0] == padding[1] and padding[2] == padding[3]
    return {"stride": (numbers["stride_height"], numbers["stride_width"]),
            "padding": (padding[0], padding[2]) if even else padding,
            "dilation": (numbers["dilation_height"], numbers["dilation_width"])}


def kernel_of(numbers):
    return {"kernel_size": (numbers["kernel_height"], numbers["kernel_width"])}


def input_of(numbers):
    channels = numbers.get("channels", numbers.get("in_channels"))
    return {"input_size": (numbers["batch"], channels, numbers["in_height"], numbers["in_width"])}


def conv_keywords(numbers):
    return sizes_of(numbers) | {"groups": numbers["groups"]}


def pool_keywords(numbers):
    return sizes_of(numbers) | kernel_of(numbers)


def avg_pool_keywords(numbers):
    return pool_keywords(numbers) | {"ceil_mode": bool(numbers["ceil_mode"]),
                                     "count_include_pad": bool(numbers["count_include_pad"]),
                                     "divisor_override": numbers["divisor_override"] or None}


def no_keywords(_):
    return {}


@dataclass(frozen=True)
class Operation:
    """An operation: its tensors, and how its problems are written."""
    name: str
    inputs: tuple  # the names of the tensors, in the order of `cnnspec ops`; b may be left out
    output: str
    describe: callable  # the descriptor of a problem, from the inputs by name and keywords
    keywords: callable  # the keywords of a problem, from its numbers in cnnspec/kernel.h
    needless: tuple = ()  # keywords that a kernel need not have, because the result does not depend on them


OPERATIONS = {o.name: o for o in (
    Operation("conv2d_forward", ("x", "w", "b"), "y", describe_conv2d, conv_keywords),
    Operation("conv2d_backward_input", ("w", "dy"), "dx", describe_conv2d, lambda n: conv_keywords(n) | input_of(n)),
    Operation("conv2d_backward_kernel", ("x", "dy"), "dw", describe_conv2d, lambda n: conv_keywords(n) | kernel_of(n)),
    Operation("conv2d_backward_bias", ("dy",), "db", describe_conv2d_bias,
              lambda n: conv_keywords(n) | kernel_of(n) | input_of(n),
              ("stride", "padding", "dilation", "groups", "kernel_size", "input_size")),
    Operation("max_pool2d_forward", ("x",), "y", describe_pool, pool_keywords),
    Operation("max_pool2d_backward", ("x", "dy"), "dx", describe_pool, pool_keywords),
    Operation("avg_pool2d_forward", ("x",), "y", describe_avg_pool, avg_pool_keywords),
    Operation("avg_pool2d_backward", ("dy",), "dx", describe_avg_pool, lambda n: avg_pool_keywords(n) | input_of(n)),
    Operation("relu_forward", ("x",), "y", describe_relu, no_keywords),
    Operation("relu_backward", ("x", "dy"), "dx", describe_relu, no_keywords),
    Operation("linear_forward", ("x", "w", "b"), "y", describe_linear, no_keywords),
    Operation("linear_backward_input", ("w", "dy"), "dx", describe_linear, no_keywords),
    Operation("linear_backward_weight", ("x", "dy"), "dw", describe_linear, no_keywords),
    Operation("linear_backward_bias", ("dy",), "db", describe_linear_bias, no_keywords),
)}


def operation_named(name):
    if name not in OPERATIONS:
        raise CnnspecError(f"op: expected one of {', '.join(OPERATIONS)}, got {name!r}")
    return OPERATIONS[name]


def descriptor(operation, inputs, keywords):
    """The problem that tensors and keywords mean, as `--case` takes it. Raises CnnspecError."""
    least = len(operation.inputs) - ("b" in operation.inputs)
    if not least <= len(inputs) <= len(operation.inputs):
        raise CnnspecError(f"{operation.name}: expected tensors {', '.join(operation.inputs)}, got {len(inputs)}")
    tensors = {name: tensor for name, tensor in zip(operation.inputs, inputs) if tensor is not None}
    try:
        return operation.describe(tensors, **keywords)
    except TypeError as error:  # a keyword that the layer does not have
        raise CnnspecError(f"{operation.name}: {str(error).split('() ')[-1]}") from None
