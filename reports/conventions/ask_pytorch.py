"""PyTorch's answers: torch.nn.functional, and autograd's gradients of it."""

import sys

sys.dont_write_bytecode = True
import protocol  # noqa: E402

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    sys.exit(f"{error}")

torch.set_num_threads(1)


def tensor(values, *shape):
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def same_padding(s):
    """PyTorch's padding is one number for both sides."""
    if s["pad_left"] != s["pad_right"]:
        raise protocol.NotOffered("padding is one number for both sides")
    return (s["pad_top"], s["pad_left"])


def solve(operation, s, t):
    if operation.startswith("relu"):
        inputs = {"x": tensor(t["x"], -1)}
        outputs = lambda: F.relu(inputs["x"])  # noqa: E731
    elif operation.startswith("max_pool2d"):
        padding = same_padding(s)
        inputs = {"x": tensor(t["x"], s["batch"], s["channels"], s["in_height"], s["in_width"])}
        outputs = lambda: F.max_pool2d(  # noqa: E731
            inputs["x"], (s["kernel_height"], s["kernel_width"]), (s["stride_height"], s["stride_width"]), padding,
            (s["dilation_height"], s["dilation_width"]), ceil_mode="ceil_mode" in s)
    else:
        padding = same_padding(s)
        x_shape = (s["batch"], s["in_channels"], s["in_height"], s["in_width"])
        w_shape = (s["out_channels"], s["in_channels"] // s["groups"], s["kernel_height"], s["kernel_width"])
        inputs = {"x": tensor(t["x"], *x_shape) if "x" in t else torch.zeros(x_shape),
                  "w": tensor(t["w"], *w_shape) if "w" in t else torch.zeros(w_shape)}
        bias = tensor(t["b"], -1) if "b" in t else None
        outputs = lambda: F.conv2d(inputs["x"], inputs["w"], bias, (s["stride_height"], s["stride_width"]),  # noqa: E731
                                   padding, (s["dilation_height"], s["dilation_width"]), s["groups"])
    if operation.endswith("forward"):
        with torch.no_grad():
            return outputs().flatten().tolist()
    asked = inputs["w" if operation.endswith("kernel") else "x"].requires_grad_()
    y = outputs()
    y.backward(tensor(t["dy"], *y.shape))
    return asked.grad.flatten().tolist()


protocol.main(f"PyTorch {torch.__version__}", solve, (RuntimeError, ValueError))
