"""How the command is told of a Python function: python:MODULE:FUNCTION, with options of the worker."""

import atexit
import inspect
import os
import shlex
import tempfile

from .command import CnnspecError

PREFIX = "python:"


def named(kernel, op, framework, device, layouts):
    """The kernel as the command takes it. `op`: an operation or a layer. Raises CnnspecError."""
    words = [place_of(kernel), "--op", op, "--framework", framework]
    words += [] if device == "cpu" else ["--device", device]
    for layout in layouts:
        words += ["--layout", layout]
    return PREFIX + shlex.join(words)


def place_of(kernel):
    """MODULE:FUNCTION or FILE.py:FUNCTION of a callable, for another process. Raises CnnspecError."""
    if isinstance(kernel, str):
        return kernel
    name, module = getattr(kernel, "__qualname__", ""), inspect.getmodule(kernel)
    file = getattr(module, "__file__", None)
    if not name or "<" in name or module is None or (module.__name__ == "__main__" and file is None):
        return pickled(kernel)
    return f"{module.__name__ if module.__name__ != '__main__' else os.path.abspath(file)}:{name}"


def require_function(kernel):
    """Raises CnnspecError if the kernel cannot be one."""
    if not callable(kernel):
        raise CnnspecError(f"kernel: expected a function of a module, or its name, got {kernel!r}")
    if inspect.iscoroutinefunction(kernel) or inspect.isgeneratorfunction(kernel):
        raise CnnspecError(f"kernel: expected a function that returns the result, got {kernel!r}")


def pickled(kernel):
    """FILE.pkl:kernel, for a function that has no name in a module. The file is there until this process ends."""
    try:
        import cloudpickle
    except ImportError:
        raise CnnspecError(f"kernel: expected a function of a module or of a script, which another process can import, got "
                           f"{kernel!r}; save it in a file, install cloudpickle, or use isolate=False") from None
    descriptor, name = tempfile.mkstemp(prefix="cnnspec-", suffix=".pkl")
    with open(descriptor, "wb") as file:
        cloudpickle.dump(kernel, file)
    atexit.register(os.remove, name)
    return f"{name}:kernel"
