"""The worker: a process that calls a Python kernel for the judge. docs/worker.md is its protocol.

Started by `cnnspec judge python:'MODULE:FUNCTION [OPTION]...'`:

    python -m cnnspec.worker MODULE:FUNCTION --op OP [--framework FRAMEWORK] [--device DEVICE] [--layout LAYOUT]...

OP is an operation, or a layer: then the framework makes the gradients of the function. LAYOUT is one for all tensors,
or TENSOR=LAYOUT.
"""

import argparse
import ctypes
import importlib
import importlib.util
import inspect
import mmap
import os
import sys
import traceback
from pathlib import Path

import numpy as np

from .frameworks import FRAMEWORKS
from .gradients import LAYERS, kernels_of
from .layouts import laid_out, layout_of, parse
from .operations import OPERATIONS, Unsupported

SOCKET, MEMORY = 3, 4


def load(name):
    """The function FILE.py:NAME or MODULE:NAME, or the one that FILE.pkl holds. NAME may have dots."""
    module_name, _, function = name.rpartition(":")
    if not module_name:
        raise ValueError(f"expected MODULE:FUNCTION or FILE.py:FUNCTION, got {name!r}")
    if module_name.endswith(".pkl"):
        import cloudpickle
        with open(module_name, "rb") as file:
            return cloudpickle.load(file)
    if module_name.endswith(".py"):
        spec = importlib.util.spec_from_file_location(Path(module_name).stem, module_name)
        found = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(spec.name, found)
        sys.path.insert(0, str(Path(module_name).resolve().parent))
        spec.loader.exec_module(found)
    else:
        sys.path.insert(0, os.getcwd())
        found = importlib.import_module(module_name)
    for part in function.split("."):
        found = getattr(found, part)
    return found


class Memory:
    """The judge's file in memory. When it has grown, it is mapped again."""

    def __init__(self, descriptor):
        self.descriptor, self.map = descriptor, None

    def tensor(self, text, dtype):
        """OFFSET:SHAPE:STRIDES, or "-" for an absent bias."""
        if text == "-":
            return None
        offset, shape, strides = text.split(":")
        shape = [int(n) for n in shape.split(",")]
        strides = [int(n) * np.dtype(dtype).itemsize for n in strides.split(",")]
        end = int(offset) + np.dtype(dtype).itemsize + sum((n - 1) * s for n, s in zip(shape, strides))
        if self.map is None or len(self.map) < end:
            self.map = mmap.mmap(self.descriptor, os.fstat(self.descriptor).st_size)
        return np.ndarray(shape, dtype, self.map, int(offset), strides)


class Worker:
    """Answers the judge's lines with the results of a function. Raises ValueError if the arguments make no sense.

    is_alone: the process is the worker's own, so its heap may be changed.
    """

    def __init__(self, function, op, framework, device="cpu", layouts=(), descriptor=MEMORY, is_alone=True):
        if op in LAYERS and framework == "numpy":
            raise ValueError(f"framework: expected one that differentiates, torch or jax, for all of {op}, got numpy")
        self.framework, self.memory, self.is_alone = FRAMEWORKS[framework](device), Memory(descriptor), is_alone
        self.even_padding = pads_evenly(function)
        self.kernels = (kernels_of(op, adapted(function), self.framework) if op in LAYERS else
                        {op: adapted(function, OPERATIONS[op].needless)})
        self.layouts = parse(layouts or getattr(function, "cnnspec_layouts", ("contiguous",)))
        if not self.framework.has_strides and self.layouts != {None: ["contiguous"]}:
            raise ValueError(f"layout: expected contiguous, because {framework} has no strides, got {layouts}")

    def answer(self, line):
        word, *rest = line.split(" ")
        if word == "hello":
            return " ".join(["hello 1"] + [function_of(op, dtype) for op in self.kernels for dtype in self.framework.types])
        number, function, *fields = rest
        try:
            op, _, dtype = function.rpartition("_")
            self.compute(op, dtype, [field.split("=") for field in fields])
            return f"done {number}"
        except (Unsupported, NotImplementedError):
            return f"unsupported {number}"
        except Exception as error:
            return f"error {number} {in_one_line(error)}"

    def compute(self, op, dtype, fields):
        # Plain numbers are those of the problem; tensors have colons or are "-".
        numbers = {key: int(value) for key, value in fields if value.lstrip("-").isdecimal()}
        heap = numbers.pop("heap")
        if self.is_alone:
            fill_heap_with(heap)
        element = self.framework.types[dtype]
        *inputs, output = (self.memory.tensor(value, element) for key, value in fields
                           if key != "heap" and key not in numbers)
        kernel, keywords = self.kernels[op], OPERATIONS[op].keywords(numbers)
        if self.even_padding and len(keywords.get("padding", ())) == 4:
            raise Unsupported
        names = OPERATIONS[op].inputs
        laid = [None if array is None else laid_out(array, layout_of(name, f"{function_of(op, dtype)} {numbers}",
                                                                     self.layouts))
                for name, array in zip(names, inputs)]
        tensors = [None if array is None else self.framework.of(array) for array in laid]
        result = kernel(*tensors, **keywords)
        for name, array, copy, tensor in zip(names, inputs, laid, tensors):
            seen = self.framework.seen(copy, tensor)
            if seen is not array and not same_bits(array, seen):
                raise ValueError(f"the kernel changed its input {name}")
        array = self.framework.to_numpy(result, dtype)
        if array.shape != output.shape:
            raise ValueError(f"expected a result of shape {output.shape}, got {array.shape}")
        output[...] = array


def in_one_line(error, most_characters=16_000):  # of at most four bytes each, so that a line of the protocol holds them
    """An exception and its traceback, as the protocol has texts of several lines: with carriage returns."""
    lines = traceback.format_exc().rstrip("\n").splitlines()
    summary = f"{type(error).__name__}: {error}".replace("\n", " ")[:4000]
    return "\r".join([summary, *lines])[:most_characters]


def function_of(op, dtype):
    return f"{op}_{dtype}"


def same_bits(a, b):
    return np.array_equal(a.view(f"u{a.itemsize}"), b.view(f"u{b.itemsize}"))


DEFAULTS = {"dilation": (1, 1), "groups": 1, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}
"""Keywords that a kernel need not have, if the problem has these values."""


def pads_evenly(kernel):
    """Whether a kernel takes only the same padding on both sides of an axis: it says so, or it is one of PyTorch's."""
    module = getattr(kernel, "__module__", None) or ""
    return getattr(kernel, "cnnspec_even_padding", module.split(".")[0] in ("torch", "_VariableFunctions"))


def parameters_of(kernel):
    """None if it does not tell them, as a compiled function."""
    try:
        return inspect.signature(kernel).parameters
    except ValueError:
        return None


def accepted(parameters, keywords, needless):
    """The keywords that a kernel has. Raises Unsupported if it lacks one that matters."""
    if parameters is None:
        return {name: value for name, value in keywords.items() if name not in DEFAULTS or value != DEFAULTS[name]}
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return keywords
    keywords = {name: value for name, value in keywords.items() if name in parameters or name not in needless}
    for name in keywords.keys() - parameters.keys():
        if name in DEFAULTS and keywords[name] != DEFAULTS[name]:
            raise Unsupported
    return {name: value for name, value in keywords.items() if name in parameters or name not in DEFAULTS}


def adapted(kernel, needless=()):
    """The kernel as a function of all keywords. It raises Unsupported where the kernel lacks one that matters."""
    parameters = parameters_of(kernel)

    def call(*tensors, **keywords):
        has = accepted(parameters, keywords, needless)
        try:
            return kernel(*tensors, **has)
        except TypeError as error:  # of a compiled function
            if any(f"unexpected keyword argument '{name}'" in str(error) for name in has if name in DEFAULTS):
                raise Unsupported from None
            raise
    return call


def fill_heap_with(byte, libc=ctypes.CDLL(None)):
    """From now on, memory that C libraries allocate is full of these bytes, so that reading it before writing shows."""
    m_perturb = -6
    if hasattr(libc, "mallopt"):
        libc.mallopt(m_perturb, byte ^ 0xff)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        sys.exit(message)  # the command shows the last line


def main():
    parser = Parser(prog="python -m cnnspec.worker")
    parser.add_argument("kernel", metavar="MODULE:FUNCTION")
    parser.add_argument("--op", required=True, choices=[*OPERATIONS, *LAYERS])
    parser.add_argument("--framework", default="numpy", choices=FRAMEWORKS)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--layout", action="append")
    options = parser.parse_args()
    np.seterr(all="ignore")
    function = load(options.kernel)
    try:
        worker = Worker(function, options.op, options.framework, options.device, options.layout)
    except ValueError as error:
        parser.error(str(error))
    try:
        judge = open(SOCKET, "rb", closefd=False)
    except OSError:
        sys.exit("cnnspec.worker: cnnspec starts this; use `cnnspec judge python:MODULE:FUNCTION --op OP`")
    for line in judge:
        os.write(SOCKET, worker.answer(line.decode().rstrip("\n")).encode() + b"\n")


if __name__ == "__main__":
    main()
