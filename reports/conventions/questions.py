"""The questions that the page asks each library: one operation on numbers so few that the answer can be worked by hand.

A question is a dictionary: `id`; `text`; `clause`, of the specification, or what decides it; `operation`, as in `cnnspec
ops`; `sizes`, named as in cnnspec/kernel.h; and `tensors`, each a list of floats. All are in float, and images are one
row high unless the question says otherwise.
"""

import math

NAN, INF = math.nan, math.inf
TINY = 2.0**-140  # subnormal: the least normal float is 2^-126


def window(size, kernel, stride, pad, dilation, ceil=False):
    """How many windows there are along an axis; 1 where none fits, for whoever computes nevertheless."""
    room = size + sum(pad) - (dilation * (kernel - 1) + 1)
    return max(1, (-(-room // stride) if ceil else room // stride) + 1)


def geometry(rows, columns, kernel, stride, pad, dilation, ceil=False):
    """`kernel` and `dilation`: (along the height, along the width); `stride` and `pad` are of the width alone."""
    return {"in_height": rows, "in_width": columns, "out_height": window(rows, kernel[0], 1, (0, 0), dilation[0], ceil),
            "out_width": window(columns, kernel[1], stride, pad, dilation[1], ceil), "kernel_height": kernel[0],
            "kernel_width": kernel[1], "stride_height": 1, "stride_width": stride, "dilation_height": dilation[0],
            "dilation_width": dilation[1], "pad_top": 0, "pad_left": pad[0], "pad_bottom": 0, "pad_right": pad[1]}


def question(operation, text, clause, sizes, answers, **tensors):
    return {"text": text, "clause": clause, "operation": operation, "sizes": dict(sizes, answers=answers),
            "tensors": {name: [float(v) for v in values] for name, values in tensors.items() if values is not None}}


def pool(text, clause, x, kernel, rows=1, stride=1, pad=(0, 0), dilation=1, dy=None, batch=1, ceil=False):
    """max_pool2d of x, one row unless `rows` says so; backward where there is a dy. A kernel is a width, or a pair."""
    height, width = kernel if isinstance(kernel, tuple) else (1, kernel)
    columns = len(x) // rows if batch else 3
    sizes = {"batch": batch, "channels": 1,
             **geometry(rows, columns, (height, width), stride, pad, (1, dilation), ceil)}
    if ceil:
        sizes["ceil_mode"] = 1
    outputs = batch * sizes["out_height"] * sizes["out_width"]
    if dy is None:
        return question("max_pool2d_forward", text, clause, sizes, outputs, x=x)
    return question("max_pool2d_backward", text, clause, sizes, len(x), x=x, dy=dy)


def conv(text, clause, x=None, w=None, b=None, dy=None, columns=None, kernel=None, stride=1, pad=(0, 0), dilation=1,
         groups=1, channels=1, outputs=1, batch=1):
    """conv2d of one row: forward without dy; the gradient of x where x is missing, that of w where w is."""
    columns = columns or len(x) // (channels * batch)
    kernel = kernel or len(w) * groups // (channels * outputs)
    sizes = {"batch": batch, "groups": groups, "in_channels": channels, "out_channels": outputs,
             **geometry(1, columns, (1, kernel), stride, pad, (1, dilation))}
    tensors = {"x": x, "w": w, "b": b, "dy": dy}
    if dy is None:
        return question("conv2d_forward", text, clause, sizes, batch * outputs * sizes["out_width"], **tensors)
    if x is None:
        return question("conv2d_backward_input", text, clause, sizes, batch * channels * columns, **tensors)
    return question("conv2d_backward_kernel", text, clause, sizes, outputs * channels // groups * kernel, **tensors)


def relu(text, x, dy=None):
    operation = "relu_forward" if dy is None else "relu_backward"
    return question(operation, text, "N6", {"count": len(x)}, len(x), x=x, dy=dy)


BIG = 2.0**127  # twice it is beyond float
EPSILON = 2.0**-12

SECTIONS = {
    "Max pooling": {
        "pool-tie": pool("a tie: who gets the gradient?", "N4", [2, 3, 3, 3], (2, 2), rows=2, dy=[8]),
        "pool-overlap": pool("windows overlap: gradients add up", "definition", [1, 3, 2], 2, dy=[8, 16]),
        "pool-nan": pool("NaN first, in the middle, last", "N5", [NAN, 1, 3, 1, NAN, 3, 1, 3, NAN], 3, rows=3),
        "pool-nan-gradient": pool("NaN: who gets the gradient?", "N5", [1, NAN, 3], 3, dy=[8]),
        "pool-two-nan-gradient": pool("two NaN: who gets the gradient?", "N5", [NAN, 1, NAN], 3, dy=[8]),
        "pool-zeros": pool("zeros of both signs are tied", "N4", [-0.0, 0.0, 0.0, -0.0], 2, rows=2),
        "pool-zeros-gradient": pool("zeros of both signs: the gradient", "N4", [-0.0, 0.0], 2, dy=[8]),
        "pool-minus-infinity": pool("nothing but -inf", "N3", [-INF, -INF], 2),
        "pool-minus-infinity-gradient": pool("nothing but -inf: the gradient", "N4", [-INF, -INF], 2, dy=[8]),
        "pool-minus-infinity-padded": pool("-inf beside padding: the gradient", "N3", [-INF, -INF], 2, pad=(1, 0),
                                           dy=[8, 16]),
        "pool-infinite-gradient": pool("an infinite gradient: what do the losers get?", "definition", [1, 2], 2,
                                       dy=[INF]),
        "pool-padding": pool("padding beside negative numbers", "N3", [-1, -2], 3, pad=(1, 1)),
        "pool-uneven-padding": pool("padding on one side only", "sizes", [1, 2, 9], 2, stride=2, pad=(0, 1)),
        "pool-wide-padding": pool("padding of more than half the kernel", "C4", [1, 2, 3], 3, pad=(2, 2)),
        "pool-all-padding": pool("windows wholly in the padding", "C4", [1], 2, pad=(2, 2)),
        "pool-straddle": pool("a dilated window that straddles the image", "C4", [5], 2, pad=(1, 1), dilation=2),
        "pool-dilation": pool("dilation", "sizes", [1, 5, 2, 4, 3], 2, dilation=2),
        "pool-remainder": pool("a remainder is left out", "sizes", [1, 2, 3, 4, 9], 2, stride=2),
        "pool-remainder-gradient": pool("a remainder gets no gradient", "definition", [1, 2, 3, 4, 9], 2, stride=2,
                                        dy=[8, 16]),
        "pool-ceil": pool("sizes rounded up", "sizes", [1, 2, 3, 4, 9], 2, stride=2, ceil=True),
        "pool-ceil-padding": pool("rounded up to a window wholly in the padding", "sizes", [1, 2, 3, 4], 2, stride=3,
                                  pad=(1, 1),
                                  ceil=True),
        "pool-too-large": pool("a window that does not fit", "C2", [1, 2], 3),
        "pool-too-large-stride": pool("the same, and a stride beyond it", "C2", [7], 3, stride=3),
        "pool-subnormal": pool("subnormal numbers", "definition", [0, TINY], 2),
        "pool-empty-batch": pool("an empty batch", "batch", [], 2, batch=0),
    },
    "ReLU": {
        "relu": relu("both signs, and infinities", [-2, 3, -INF, INF]),
        "relu-nan": relu("NaN", [NAN]),
        "relu-nan-gradient": relu("the gradient at NaN", [NAN], [8]),
        "relu-zero-gradient": relu("the gradient at +0 and -0", [0.0, -0.0], [8, 16]),
        "relu-negative-zero": relu("the sign of zero", [-0.0, 0.0]),
        "relu-blocked-gradient": relu("a gradient of infinity and of NaN where x < 0", [-1, -1], [INF, NAN]),
        "relu-subnormal": relu("subnormal numbers", [TINY, -TINY]),
        "relu-subnormal-gradient": relu("the gradient at a subnormal number", [TINY], [8]),
    },
    "Convolution: what is computed": {
        "conv": conv("the filter is not flipped", "definition", [1, 2, 3], [1, 10]),
        "conv-dilation": conv("dilation", "definition", [1, 2, 3, 4, 5], [1, 10], dilation=2),
        "conv-groups": conv("two groups of one input and two output channels", "C5", [1, 2], [1, 10, 100, 1000],
                            groups=2,
                            channels=2, outputs=4),
        "conv-remainder": conv("a remainder gets no gradient", "definition", w=[1, 2], dy=[1, 10], columns=5, stride=2),
        "conv-uneven-padding": conv("padding on one side only", "sizes", [1, 2], [1, 10], pad=(0, 1)),
        "conv-all-padding": conv("windows wholly in the padding", "N2", [2], [3], b=[10], pad=(1, 1)),
        "conv-too-large": conv("a window that does not fit", "C2", [1, 2], [1, 10, 100]),
        "conv-too-large-stride": conv("the same, and a stride beyond it", "C2", [5], [1, 10, 100], stride=3),
        "conv-empty-batch": conv("an empty batch", "batch", [], [1, 10], columns=3, batch=0),
        "conv-empty-batch-gradient": conv("an empty batch: the gradient of the filter", "batch", [], dy=[],
                                          columns=3, kernel=2, batch=0),
    },
    "Convolution: zeros, infinities, NaN": {
        "conv-padding-infinity": conv("an infinite weight over padding", "N2", [2], [INF, 1, INF], pad=(1, 1)),
        "conv-padding-infinity-groups": conv("the same, in two groups", "N2", [2, 3], [INF, 1, INF, INF, 1, INF],
                                             pad=(1, 1),
                                             groups=2, channels=2, outputs=2),
        "conv-padding-nan": conv("a NaN weight over padding", "N2", [2], [NAN, 1, NAN], pad=(1, 1)),
        "conv-padding-gradient": conv("an infinite gradient over padding: that of the filter", "N2", [2], dy=[INF],
                                      kernel=3,
                                      pad=(1, 1)),
        "conv-zero-infinity": conv("zero times infinity, within the image", "definition", [0, 1], [INF]),
        "conv-remainder-infinity": conv("infinities in a remainder", "definition", [1, 2, INF], [1, 10], stride=2),
        "conv-stride-infinity": conv("infinite weights: the gradient where no window is", "definition", w=[INF],
                                     dy=[1, 1], columns=3,
                                     stride=2),
        "conv-negative-zero": conv("a sum of -0 alone", "N1", [-1], [0]),
        "conv-negative-zero-bias": conv("the same, and a bias of -0", "N1", [-1], [0], b=[-0.0]),
    },
    "Convolution: how it rounds": {
        "conv-cancel": conv("a small term between large ones", "N1", [1, 1, 1], [2.0**24, 1, -(2.0**24)]),
        "conv-cancel-bias": conv("the bias is last", "N1", [2.0**24], [1], b=[1]),
        "conv-bias-order": conv("the bias is last: a small term between it and a large one", "N1", [1, 1], [1, 2.0**24],
                                b=[-(2.0**24)]),
        "conv-overflow": conv("a partial sum overflows", "N1", [1, 1, 1], [BIG, BIG, -BIG]),
        "conv-fma": conv("is the product rounded before it is added?", "N1", [-1, 1 + EPSILON],
                         [1 + 2 * EPSILON, 1 + EPSILON]),
        "conv-subnormal": conv("subnormal numbers", "definition", [TINY], [1]),
        "conv-underflow": conv("a product that is subnormal", "definition", [2.0**-100], [2.0**-40]),
    },
}

for _section in SECTIONS.values():
    for _name, _question in _section.items():
        _question["id"] = _name

QUESTIONS = {name: q for section in SECTIONS.values() for name, q in section.items()}


def number(value):
    """A float as the tables show it: powers of two that nobody would read otherwise are written as such."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    mantissa, exponent = math.frexp(abs(value))
    if mantissa == 0.5 and not 1e-3 < abs(value) < 1e6:
        return f"{'-' if value < 0 else ''}2^{exponent - 1}"
    return {1 + EPSILON: "1+2^-12", 1 + 2 * EPSILON: "1+2^-11"}.get(value) or f"{value:.9g}"


def numbers(values, rows=1):
    """A list of floats, rows apart."""
    width = max(1, len(values) // rows)
    lines = [values[n : n + width] for n in range(0, len(values), width)]
    return "(" + "; ".join(" ".join(number(v) for v in line) for line in lines) + ")"


def problem(q):
    """The input of a question in numbers."""
    sizes, words = q["sizes"], []
    rows = {"x": sizes.get("in_height", 1) * sizes.get("in_channels", 1), "w": sizes.get("out_channels", 1)}
    for name, values in q["tensors"].items():
        words.append(f"{name} {numbers(values, rows.get(name, 1))}")
    if "batch" not in sizes:
        return ", ".join(words)
    if sizes["batch"] == 0:
        words = [f"{name} of no images" if name in ("x", "dy") else word for name, word in zip(q["tensors"], words)]
    if "channels" in sizes or "w" not in q["tensors"]:
        words.append(f"window {sizes['kernel_height']}x{sizes['kernel_width']}")
    if "x" not in q["tensors"]:
        words.append(f"x of {sizes['in_width']}")
    if sizes["stride_width"] != 1:
        words.append(f"stride {sizes['stride_width']}")
    if sizes["pad_left"] or sizes["pad_right"]:
        left, right = sizes["pad_left"], sizes["pad_right"]
        words.append(f"padding {left}" if left == right else f"padding {left} left, {right} right")
    if sizes["dilation_width"] != 1:
        words.append(f"dilation {sizes['dilation_width']}")
    if sizes.get("groups", 1) != 1:
        words.append(f"groups {sizes['groups']}")
    return ", ".join(words)


def message(q):
    """The question as adapters read it: lines of a name and values."""
    lines = [f"operation {q['operation']}"]
    lines += [f"{name} {value}" for name, value in q["sizes"].items()]
    lines += [" ".join([name, *map(repr, values)]) for name, values in q["tensors"].items()]
    return "\n".join(lines) + "\n"


def descriptor(q):
    """The problem as `cnnspec judge --case` reads it, or None where its language has no words for it."""
    s = q["sizes"]
    if "count" in s:
        return str(s["count"])
    if "ceil_mode" in s:
        return None
    axes = [f"i{a}{s['in_' + name]}o{a}{s['out_' + name]}k{a}{s['kernel_' + name]}s{a}{s['stride_' + name]}"
            f"d{a}{s['dilation_' + name] - 1}p{a}{s['pad_' + first]}"
            for a, name, first in (("h", "height", "top"), ("w", "width", "left"))]
    if "channels" in s:
        return f"mb{s['batch']}ic{s['channels']}_{axes[0]}_{axes[1]}"
    return f"g{s['groups']}mb{s['batch']}ic{s['in_channels']}oc{s['out_channels']}_{axes[0]}_{axes[1]}"


CHANNELS = 16  # as many as a vector of 512 bits has floats: what a library computes side by side


def widened(q):
    """(the same question in many channels, a function from its answer to those that should all be the original's).

    Libraries have code for vectors of channels that one channel never reaches. Pooling and ReLU are asked the same in
    each. Of a convolution, all input channels but the first are zero, and so are their weights; all output channels are
    the same, but of a gradient only the first counts. None where a question has no such form: groups, an empty batch.
    """
    s, t = dict(q["sizes"]), dict(q["tensors"])
    n = s["answers"]
    if s.get("groups", 1) != 1 or s.get("batch", 1) == 0:
        return None
    def channels(y):
        each = len(y) // CHANNELS
        return [y[c * each : c * each + each] for c in range(CHANNELS)]

    if "groups" not in s:
        s["channels" if "channels" in s else "count"] *= CHANNELS
        s["answers"] *= CHANNELS
        wide = {name: values * CHANNELS for name, values in t.items()}
        return dict(q, sizes=s, tensors=wide), channels
    s.update(in_channels=CHANNELS, out_channels=CHANNELS)
    forward, zeros = "dy" not in t, lambda values, times: [0.0] * (len(values) * times)  # noqa: E731
    wide = {name: t[name] + zeros(t[name], CHANNELS - 1) for name in ("x", "dy") if name in t}
    if "w" in t:
        row = t["w"] + zeros(t["w"], CHANNELS - 1)
        wide["w"] = row * CHANNELS if forward else row + zeros(row, CHANNELS - 1)
    if "b" in t:
        wide["b"] = t["b"] * CHANNELS
    s["answers"] = n * CHANNELS * (CHANNELS if q["operation"] == "conv2d_backward_kernel" else 1)
    wide = {name: wide[name] for name in t}
    return dict(q, sizes=s, tensors=wide), channels if forward else lambda y: [y[:n]]
