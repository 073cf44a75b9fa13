"""What the judge says of an answer: `cnnspec golden` writes inputs and what is expected, `cnnspec compare` judges."""

import json
import pathlib
import struct
import subprocess
import tempfile
from decimal import Decimal

import questions

OUTPUT = {"conv2d_backward_input": "dx", "conv2d_backward_kernel": "dw", "max_pool2d_backward": "dx",
          "relu_backward": "dx"}


def shape(q):
    s = q["sizes"]
    return {"relu_forward": lambda: (s["count"],), "relu_backward": lambda: (s["count"],),
            "max_pool2d_forward": lambda: (s["batch"], s["channels"], s["out_height"], s["out_width"]),
            "max_pool2d_backward": lambda: (s["batch"], s["channels"], s["in_height"], s["in_width"]),
            "conv2d_forward": lambda: (s["batch"], s["out_channels"], s["out_height"], s["out_width"]),
            "conv2d_backward_input": lambda: (s["batch"], s["in_channels"], s["in_height"], s["in_width"]),
            "conv2d_backward_kernel": lambda: (s["out_channels"], s["in_channels"] // s["groups"], s["kernel_height"],
                                               s["kernel_width"])}[q["operation"]]()


def npy(values, extents):
    """A .npy file of floats."""
    text = ", ".join(map(str, extents)) + ("," if len(extents) == 1 else "")
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({text}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
            struct.pack(f"<{len(values)}f", *values))


def literal(value):
    """A number as --data reads it: exact, in decimal."""
    return repr(value) if value != value or value in (questions.INF, -questions.INF) else str(Decimal(value))


def data(q):
    """The question's tensors for --data. A number that is not named there is +0, so -0 must be named."""
    return " ".join(f"{name}[{n}]={'-0' if repr(v) == '-0.0' else literal(v)}" for name, values in q["tensors"].items()
                    for n, v in enumerate(values) if repr(v) != "0.0")


def judge(cnnspec, q, answer):
    """(verdict, text): "right", "wrong", "not judged"; "no case" where the judge cannot be given the problem."""
    if (problem := questions.descriptor(q)) is None:
        return "no case", "has no words for it"
    with tempfile.TemporaryDirectory() as folder:
        golden, actual = pathlib.Path(folder) / "golden", pathlib.Path(folder) / "actual"
        made = subprocess.run([cnnspec, "golden", "--op", q["operation"], "--case", problem, "--data", data(q), "--out",
                               golden], capture_output=True, text=True)
        if made.returncode != 0:
            return "no case", made.stderr.strip().splitlines()[-1]
        sizes = json.loads((golden / "case.json").read_text())["geometry"]
        if any(sizes.get(size, value) != value for size, value in q["sizes"].items()):
            return "no case", "means another problem"  # such as one with more padding, in which the window does fit
        name = OUTPUT.get(q["operation"], "y")
        if len(answer) != q["sizes"]["answers"]:
            return "wrong", "of another size"
        actual.mkdir()
        (actual / f"{name}.npy").write_bytes(npy(answer, shape(q)))
        compared = subprocess.run([cnnspec, "compare", golden, actual], capture_output=True, text=True)
        words = {0: "right", 1: "wrong", 3: "not judged"}
        return words.get(compared.returncode, "no case"), (compared.stdout + compared.stderr).strip()
