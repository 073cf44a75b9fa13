from dataclasses import dataclass
from typing import Any, Callable, Iterable, Optional, Sequence, Union

import numpy as np

Tensor = Any  # a NumPy or JAX array, or a PyTorch tensor
Kernel = Union[str, Callable[..., Tensor]]
Names = Union[str, Iterable[str]]

__version__: str

class CnnspecError(ValueError): ...
class Unsupported(Exception): ...

class Mismatch(AssertionError):
    details: dict[str, Any]

@dataclass(frozen=True)
class Reference:
    value: np.ndarray
    bound: np.ndarray
    terms: np.ndarray

@dataclass(frozen=True)
class Failure:
    op: str
    case: str
    kind: str
    expected: Optional[float]
    actual: Optional[float]
    diagnosis: tuple[str, ...]
    repro: str
    repro_python: str
    traceback: str
    details: dict[str, Any]

@dataclass(frozen=True)
class WrongDerivative:
    input: int
    index: tuple[int, ...]
    expected: Any
    actual: Any

@dataclass
class Gradcheck:
    compared: int
    wrong: list[WrongDerivative]
    undecided: list[tuple[int, tuple[int, ...]]]
    def __bool__(self) -> bool: ...

class Verdict:
    table: str
    result: dict[str, Any]
    name: str
    sentence: str
    failures: list[Failure]
    def __bool__(self) -> bool: ...
    def to_json(self) -> str: ...
    def to_html(self) -> str: ...
    def junit(self) -> str: ...

def assert_close(actual: Tensor, op: str, *inputs: Optional[Tensor], profile: Optional[str] = None,
                 sample: Optional[int] = None, full: bool = False, **problem: Any) -> None: ...
def reference(op: str, *inputs: Optional[Tensor], scalar: str = "f64", profile: Optional[str] = None,
              **problem: Any) -> Reference: ...
def judge(kernel: Kernel, op: str, *, framework: str = "numpy", dtype: Names = "f32",
          layouts: Optional[Sequence[str]] = None, device: str = "cpu", profile: Optional[str] = None, cases: Optional[int] = None,
          seconds: Optional[float] = None, seed: Optional[int] = None, case: Names = (), shapes: Optional[str] = None,
          data: Optional[str] = None, timeout: Optional[float] = None, jobs: int = 1, isolate: bool = True,
          **options: Any) -> Verdict: ...
def judge_layer(function: Kernel, layer: str, *, framework: str = "torch", dtype: Names = "f32",
                layouts: Optional[Sequence[str]] = None, device: str = "cpu", **options: Any) -> Verdict: ...
def gradcheck(function: Callable[..., Any], *inputs: Any, gradient: Callable[..., Any], scalar: str = "exact",
              seed: int = 1) -> Gradcheck: ...
