"""cnnspec judges kernels of convolutional networks: is every result right, for some order of summation?

    import cnnspec
    cnnspec.assert_close(y, "conv2d_forward", x, w, b, stride=2, padding=1)   # one result, on your tensors
    verdict = cnnspec.judge(my_conv2d, "conv2d_forward")                      # a kernel, on drawn problems
    print(verdict)

A verdict needs no tolerance. Where nothing rounds, only the equal result is right; elsewhere the error must be within
what rounding explains for some order of summation. The bounds are proved: see docs/judge.md.

The work is done by the command `cnnspec`; this package finds it, starts it, and shares the tensors with it.
"""

from . import command
from .command import CnnspecError
from .differences import Gradcheck, WrongDerivative, gradcheck
from .judging import judge, judge_layer
from .operations import Unsupported
from .results import Mismatch, Reference, assert_close, reference
from .verdict import Failure, Verdict

__all__ = ["CnnspecError", "Failure", "Gradcheck", "Mismatch", "Reference", "Unsupported", "Verdict", "WrongDerivative",
           "assert_close", "gradcheck", "judge", "judge_layer", "reference"]


def __getattr__(name):
    if name == "__version__":  # the command's: there is one version of both
        return command.run(["--version"])[1].split()[-1]
    raise AttributeError(f"module 'cnnspec' has no attribute {name!r}")
