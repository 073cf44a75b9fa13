"""A question as an ONNX model: one node, the filter and the bias constants in it, x its input and y its output.

The few fields of ONNX's protocol buffers that this takes are written here, so that no package is needed. Their numbers
are those of onnx.proto.
"""

import struct

import protocol

FLOAT, INT, INTS = 1, 2, 7  # TensorProto.FLOAT, AttributeProto.INT, AttributeProto.INTS


def varint(value):
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name, value):
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, INT)
    return field(1, name) + b"".join(field(8, v) for v in value) + field(20, INTS)


def constant(name, shape, values):
    return (b"".join(field(1, extent) for extent in shape) + field(2, FLOAT) + field(8, name) +
            field(9, struct.pack(f"<{len(values)}f", *values)))


def value_info(name, shape):
    extents = b"".join(field(1, field(1, extent)) for extent in shape)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, extents)))


def model(operation, s, t):
    """(the model's bytes, the shape of x). Gradients are not offered: ONNX describes what is computed forward."""
    if not operation.endswith("forward"):
        raise protocol.NotOffered("no gradients")
    attributes, constants = [], []
    if operation == "relu_forward":
        kind, x_shape, y_shape = "Relu", (1, s["count"]), (1, s["count"])
    else:
        channels_in = s.get("channels", s.get("in_channels"))
        channels_out = s.get("channels", s.get("out_channels"))
        x_shape = (s["batch"], channels_in, s["in_height"], s["in_width"])
        y_shape = (s["batch"], channels_out, s["out_height"], s["out_width"])
        attributes = [attribute("kernel_shape", (s["kernel_height"], s["kernel_width"])),
                      attribute("strides", (s["stride_height"], s["stride_width"])),
                      attribute("dilations", (s["dilation_height"], s["dilation_width"])),
                      attribute("pads", (s["pad_top"], s["pad_left"], s["pad_bottom"], s["pad_right"]))]
        kind = "MaxPool" if operation == "max_pool2d_forward" else "Conv"
        if "ceil_mode" in s:
            attributes.append(attribute("ceil_mode", 1))
        if kind == "Conv":
            attributes.append(attribute("group", s["groups"]))
            shape = (s["out_channels"], s["in_channels"] // s["groups"], s["kernel_height"], s["kernel_width"])
            constants = [("w", shape, t["w"])] + ([("b", (len(t["b"]),), t["b"])] if "b" in t else [])
    inputs = ["x", *(name for name, _, _ in constants)]
    node = (b"".join(field(1, name) for name in inputs) + field(2, "y") + field(3, "node") + field(4, kind) +
            b"".join(field(5, a) for a in attributes))
    graph = (field(1, node) + field(2, "question") + b"".join(field(5, constant(*c)) for c in constants) +
             field(11, value_info("x", x_shape)) + field(12, value_info("y", y_shape if "ceil_mode" not in s else ())))
    opset = field(1, "") + field(2, 13)
    return field(1, 8) + field(7, graph) + field(8, opset), x_shape
