"""Judging one result on given tensors, and the reference for given tensors."""

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from .command import CnnspecError, run, run_json
from .operations import descriptor, operation_named
from .tensors import as_numpy, path_of, shared, storage_type

USUAL_TOLERANCES = {"f32": (1.3e-6, 1e-5), "f64": (1e-7, 1e-7), "f16": (1e-3, 1e-5), "bf16": (1.6e-2, 1e-5)}
"""rtol and atol of torch.testing.assert_close."""


class Mismatch(AssertionError):
    """A result is wrong. `details` has the command's JSON of the failure: first_index, expected, actual, bound, ..."""

    def __init__(self, text, details):
        super().__init__(text)
        self.details = details


@dataclass(frozen=True)
class Reference:
    """What is right for given inputs: |result - value| <= bound, element by element.

    value: float64, or Python's numbers if a scalar was asked for. bound: float64; 0 demands equality, NaN says that no
    bound is known. terms: int64, the number of nonzero terms of each sum.
    """
    value: np.ndarray
    bound: np.ndarray
    terms: np.ndarray


class Given:
    """The tensors of one problem, with what the command must know of them."""

    def __init__(self, op, inputs, keywords, profile):
        self.operation = operation_named(op)
        inputs = [tensor for tensor in inputs if tensor is not None]
        types = {storage_type(tensor, name) for tensor, name in zip(inputs, self.operation.inputs)}
        if len(types) != 1:
            raise CnnspecError(f"{op}: expected inputs of one type, got {', '.join(sorted(types)) or 'no inputs'}")
        self.dtype = types.pop()
        self.arguments = ["--op", op, "--case", descriptor(self.operation, inputs, keywords), "--dtype", self.dtype]
        if profile is not None:
            self.arguments += ["--profile", profile]
        self.is_flat = "relu" in op  # any shape will do
        self.arrays = [self.flat(as_numpy(tensor)) for tensor in inputs]

    def flat(self, array):
        return array.reshape(-1) if self.is_flat else array

    @contextmanager
    def names(self, output, memory):
        """Puts the names of the tensors in the place of their files in the command's words."""
        try:
            yield
        except CnnspecError as error:
            names = [*self.operation.inputs[:len(self.arrays)], output]
            text = str(error)
            for descriptor, name in zip(memory, names):
                text = text.replace(f"{path_of(descriptor)}:", f"{name}:")
            raise CnnspecError(text) from None


def assert_close(actual, op, *inputs, profile=None, sample=None, full=False, **problem):
    """Raises Mismatch if `actual` is not the result of an operation on these inputs.

    actual: the result, with the shape and the storage type of the operation's output. inputs: tensors in the order of
    `cnnspec ops`; the bias may be None or left out. problem: the keywords of the operation (see cnnspec.operations).
    Tensors are NumPy or JAX arrays or PyTorch tensors of f32, f64, f16, bf16, f8e4m3 or f8e5m2, in any layout.

    Exact results are compared with ==; others must be within the proved bound of rounding in any order of summation.
    Large results are judged on a sample unless they are exact; sample=N and full=True change that. profile: what the
    kernel claims, such as "tf32" (see `cnnspec judge --help`).

    Raises CnnspecError if the tensors or keywords make no sense, or if nothing can be judged.
    """
    given = Given(op, inputs, problem, profile)
    result = as_numpy(actual)
    if storage_type(actual, "actual") != given.dtype:
        raise CnnspecError(f"actual: expected {given.dtype}, the type of the inputs, got {storage_type(actual)}")
    options = ["--full"] if full else [] if sample is None else ["--sample", str(sample)]
    with shared([*given.arrays, given.flat(result)]) as memory, given.names("actual", memory):
        tensors = [path_of(n) for n in memory]
        outcome = run_json(["compare", *given.arguments, *tensors[:-1], "--actual", tensors[-1], *options], memory)
    if outcome["verdict"] == "vacuous":
        raise CnnspecError(f"{op}: no element could be judged: no bound is known for so long sums in this type")
    if outcome["failures"]:
        raise Mismatch(in_words(outcome["failures"][0], given.dtype), outcome["failures"][0])


def in_words(failure, dtype):
    place = f"{failure['tensor']}[{', '.join(map(str, failure['first_index']))}]"
    error = abs(failure["actual"] - failure["expected"]) if None not in (failure["actual"], failure["expected"]) else None
    lines = [f"{failure['op']} {dtype} {failure['descriptor']}: {failure['elements_wrong']} of "
             f"{failure['elements']} elements are wrong",
             f"  {place}: expected {failure['expected']!r}, got {failure['actual']!r}"]
    if error is not None:
        allowed = f"rounding explains at most {failure['bound']:.3g}" if failure["bound"] else "it must be equal"
        lines.append(f"  off by {error:.3g}; {allowed}")
        if dtype in USUAL_TOLERANCES:
            rtol, atol = USUAL_TOLERANCES[dtype]
            tolerance = atol + rtol * abs(failure["expected"])
            lines.append(f"  a tolerance of rtol={rtol:g}, atol={atol:g} would have "
                         f"{'accepted' if error <= tolerance else 'rejected'} it")
    lines += [f"  diagnosis: {d['name']}: {d['sentence']}" for d in failure["diagnosis"]]
    return "\n".join(lines)


SCALARS = {"f64": None, "exact": Fraction, "float50": Decimal}


def reference(op, *inputs, scalar="f64", profile=None, **problem):
    """What is right for given inputs, as a Reference. Arguments and errors are those of assert_close.

    scalar: "f64" gives the nearest float64 of each value; "exact" gives fractions.Fraction without any rounding, and
    "float50" decimal.Decimal of 50 digits, both in arrays of objects. Fractions take some 200 times as long as
    float64 and fifty digits some 30 times (reports/bench.md), so they are for small problems.
    """
    if scalar not in SCALARS:
        raise CnnspecError(f"scalar: expected one of {', '.join(SCALARS)}, got {scalar!r}")
    given = Given(op, inputs, problem, profile)
    folder = "/dev/shm" if Path("/dev/shm").is_dir() else None
    name = given.operation.output
    with tempfile.TemporaryDirectory(dir=folder) as place:
        out = Path(place) / "golden"
        with shared(given.arrays) as memory, given.names("", memory):
            run(["golden", *given.arguments, "--inputs", *map(path_of, memory), "--scalar", scalar, "--out", str(out)],
                memory)
        parts = [np.load(out / f"{name}{part}.npy") for part in ("", "_bound", "_terms")]
        if SCALARS[scalar] is not None:
            numbers = [SCALARS[scalar](line) for line in (out / f"{name}_{scalar}.txt").read_text().split()]
            parts[0] = np.array(numbers, object).reshape(parts[0].shape)
    if given.is_flat:
        parts = [part.reshape(inputs[0].shape) for part in parts]
    return Reference(*parts)
