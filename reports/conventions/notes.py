"""What a difference means if you judge a kernel of that library.

A note is printed only if some library answered one of its questions differently. Its commands are run, and each must
end with the status that is stated.
"""

FEW = "--dtype f32 --cases 100"

NOTES = [
    {
        "title": "NaN in max pooling",
        "questions": ["pool-nan", "pool-nan-gradient", "pool-two-nan-gradient"],
        "text": """
The specification's rule is PyTorch's: NaN wins, and of several the last. Elsewhere a NaN loses against numbers, or
survives only where it comes last (ONNX Runtime), or becomes an end of the range that the operation was given, here
-inf to inf (XNNPACK); the gradient then goes to a number. By default the judge's data has no NaN, so that such a
kernel passes; `--specials`, or `--data nan` alone, shows it in both directions.
""",
        "commands": [(f"judge onednn --op max_pool2d_forward {FEW}", 0),
                     (f"judge onednn --op max_pool2d_forward {FEW} --data nan", 1),
                     (f"judge onednn --op max_pool2d_backward {FEW} --data nan", 1)],
    },
    {
        "title": "Windows of nothing but -inf",
        "questions": ["pool-minus-infinity", "pool-minus-infinity-gradient", "pool-minus-infinity-padded"],
        "text": """
Some return the lowest finite number where there is nothing but -inf; others lose the gradient, oneDNN only where the
window begins in padding. The family `minus-infinity` is among those of every run, but judges only the rest of the
output; `--specials`, or `--data infinities` alone, judges such windows too.
""",
        "commands": [(f"judge onednn --op max_pool2d_forward {FEW} --data minus-infinity", 0),
                     (f"judge onednn --op max_pool2d_forward {FEW} --data infinities", 1),
                     (f"judge onednn --op max_pool2d_backward {FEW} --data minus-infinity --specials", 1)],
    },
    {
        "title": "Windows that do not fit, or hold only padding",
        "questions": ["pool-wide-padding", "pool-all-padding", "pool-straddle", "pool-too-large",
                      "pool-too-large-stride", "conv-too-large", "conv-too-large-stride"],
        "text": """
The specification refuses these problems (C2, C4), so the judge never asks for them: it says nothing about what a
library does there, be it a number, an empty output, a crash or a hang. oneDNN refuses a window that does not fit, but
not where the stride is larger than what is missing; nor does ONNX Runtime then, in pooling. XNNPACK's answer to a
window that straddles the image, in many channels, changes from run to run. The kernels that `cnnspec judge` calls are
told the size of the output; these are questions that im2col was never meant to be asked. In a descriptor, what the
output's size leaves over is padding on the right, so that such a problem means another one, in which the window fits.
""",
        "commands": [("judge im2col --op max_pool2d_forward --dtype f32 --case ic1_ih1oh1kh1_iw1ow1kw2dw1pw1", 2),
                     ("judge im2col --op conv2d_forward --dtype f32 --case ic1oc1_ih1oh1kh1_iw2ow1kw3pw0", 0)],
    },
    {
        "title": "Dilation, groups, empty batches: what is not supported",
        "questions": ["pool-dilation", "conv-groups", "pool-empty-batch", "conv-empty-batch",
                      "conv-empty-batch-gradient"],
        "text": """
OpenCV's max pooling takes a dilation from the model and ignores it; its answer has another size, which the judge
calls wrong. A kernel made of such a library should return *unsupported* for what it does not do: that is counted and
is no failure. Empty batches are never asked for, as the judge's problems have at least one image.
""",
        "commands": [("judge im2col --op max_pool2d_forward --case mb0ic1_ih1oh1kh1_iw3ow2kw2", 2)],
    },
    {
        "title": "Subnormal numbers",
        "questions": ["pool-subnormal", "relu-subnormal", "relu-subnormal-gradient", "conv-subnormal",
                      "conv-underflow"],
        "text": """
OpenCV and XNNPACK answer zero for a subnormal number; OpenCV's ReLU lets a negative one through. In float, the family
`subnormals` is among those of every run and demands equality, so that such answers are wrong without any option.
oneDNN keeps them (of its convolution, the verdict below is *vacuous*: nothing is wrong, but such numbers show little
else). In bfloat16 it does not, which is judged with `--specials`, or `--data subnormals` alone, only.
""",
        "commands": [(f"judge onednn --op max_pool2d_forward {FEW} --data subnormals", 0),
                     (f"judge onednn --op conv2d_forward {FEW} --data subnormals", 3),
                     ("judge onednn --op max_pool2d_forward --dtype bf16 --cases 100", 0),
                     ("judge onednn --op max_pool2d_forward --dtype bf16 --cases 100 --data subnormals", 1)],
    },
    {
        "title": "NaN and infinities in ReLU",
        "questions": ["relu", "relu-nan", "relu-nan-gradient", "relu-blocked-gradient"],
        "text": """
oneDNN and XNNPACK make 0 of NaN; oneDNN and TensorFlow.js make NaN of an infinite gradient that should be blocked, as
a multiplication by zero would. OpenCV makes NaN of -inf already forward. By default none of it shows; `--data nan`
shows the first, and `--data infinities` the second, and `--specials` has both.
""",
        "commands": [(f"judge onednn --op relu_forward {FEW}", 0),
                     (f"judge onednn --op relu_forward {FEW} --data nan", 1),
                     (f"judge onednn --op relu_backward {FEW}", 0),
                     (f"judge onednn --op relu_backward {FEW} --data infinities", 1)],
    },
    {
        "title": "Padding in a convolution: absent, or zero times the weight",
        "questions": ["conv-padding-infinity", "conv-padding-infinity-groups", "conv-padding-nan",
                      "conv-padding-gradient", "conv-zero-infinity"],
        "text": """
im2col copies the padding into its matrix and multiplies it, and zero times infinity is NaN; PyTorch's and OpenCV's
answers are the same. A NaN of XNNPACK's is again an end of its range. On finite numbers there is no difference, and
the judge's default data is finite. `--specials`, or `--data infinities` alone, shows it. oneDNN, PyTorch and ONNX
Runtime do it in some shapes and not in others.
""",
        "commands": [(f"judge im2col --op conv2d_forward {FEW}", 0),
                     (f"judge im2col --op conv2d_forward {FEW} --data infinities", 1),
                     (f"judge onednn --op conv2d_forward {FEW}", 0),
                     (f"judge onednn --op conv2d_forward {FEW} --data infinities", 1)],
    },
    {
        "title": "The sign of zero",
        "questions": ["pool-zeros", "pool-zeros-gradient", "relu-negative-zero", "conv-negative-zero",
                      "conv-negative-zero-bias"],
        "text": """
The judge takes +0 and -0 for equal: all of these are right.
""",
    },
    {
        "title": "Order and rounding",
        "questions": ["conv-cancel", "conv-cancel-bias", "conv-bias-order", "conv-overflow", "conv-fma"],
        "text": """
The specification adds the bias last and rounds each product; these answers come out where the bias is first, or
multiplication and addition are fused. Neither is an error: the bound holds for every order, with or without FMA, and
the answers are right to the judge. No option shows them, as they are no mistakes.
""",
    },
]
