"""The Python package: cases per second, its import, a verdict on one result."""

import json
import os
import pathlib
import shutil
import sys
import tempfile

import figures
import programs

NAME = "python"
TITLE = "The Python package"
TEXT = """\
`cnnspec judge python:...` and `cnnspec.assert_close`, with NumPy, f32.

- *cases per second* of functions in NumPy, called by the package's worker, one process at a time, on 3,000 random cases: in
  turn with `examples/worker_c`, a worker in C, on the same cases. Kernels differ, so for small problems the ratio is about the
  worker, and for others about NumPy. ReLU also in turn with `examples/worker_python`, which is as small as a worker in
  Python can be.
- *import* is a whole Python process, in turn with one that imports NumPy alone.
- *assert_close* is the verdict on one result of a ResNet-50 layer (56x56, 64 -> 64, 3x3, minibatch 8): on whole numbers,
  where every element must be equal, and on real numbers, where a sample is judged."""

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
OPERATIONS = {"relu": "relu_forward", "linear": "linear_forward", "conv2d": "conv2d_forward"}
CASES = 3000
RUNS = 5


def environment(session):
    return {"CNNSPEC_COMMAND": str(session.cnnspec), "CNNSPEC_PYTHON": sys.executable,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "python"), str(HERE)])}


def python_process(session, *words):
    return programs.measured([sys.executable, *words], env=environment(session))


def rate(session, kernel, operation):
    command = [session.cnnspec, "judge", kernel, "--op", operation, "--dtype", "f32", "--cases", CASES, "--jobs", "1",
               "--json", "-"]
    printed, usage = programs.measured(command, env=environment(session), stderr=None)
    result = json.loads(printed)
    if result["verdict"] != "pass":
        raise programs.Failure(f"judge {kernel} --op {operation}: {result['verdict']}")
    return (result["cases"] - result["unsupported"]) / usage.wall


def compiled_worker(folder):
    compiler = shutil.which("cc")
    if compiler is None:
        raise programs.Missing("there is no C compiler")
    program = pathlib.Path(folder) / "worker_c"
    programs.measured([compiler, "-O2", f"-I{ROOT / 'checks/kernels'}", ROOT / "examples/worker_c/worker.c", "-o", program,
                       "-lm"])
    return program


def measure_rates(session, folder):
    worker = f"worker:{compiled_worker(folder)}"
    for function, operation in OPERATIONS.items():
        session.progress(f"python, {operation}")
        kernel = f"python:{HERE / 'numpy_kernels.py'}:{function}"
        own, peer = figures.in_turn(session.runs(RUNS), lambda: rate(session, kernel, operation),
                                    lambda: rate(session, worker, operation))
        session.add(NAME, f"{operation} in NumPy", "cases/s", own, "a worker in C", peer, lower_is_better=False)
    smallest = f"worker:{sys.executable} {ROOT / 'examples/worker_python/worker.py'}"
    kernel = f"python:{HERE / 'numpy_kernels.py'}:relu"
    own, peer = figures.in_turn(session.runs(RUNS), lambda: rate(session, kernel, "relu_forward"),
                                lambda: rate(session, smallest, "relu_forward"))
    session.add(NAME, "relu_forward in NumPy, the package", "cases/s", own, "examples/worker_python", peer,
                lower_is_better=False)


def measure_import(session):
    session.progress("python, import")

    def milliseconds(module):
        return 1e3 * python_process(session, "-c", f"import {module}")[1].wall

    milliseconds("cnnspec")  # writes the compiled modules
    own, peer = figures.in_turn(session.runs(2 * RUNS), lambda: milliseconds("cnnspec"), lambda: milliseconds("numpy"))
    session.add(NAME, "import cnnspec", "ms", own, "import numpy", peer)


def measure_assert_close(session):
    for kind in ("exact", "rounded"):
        session.progress(f"python, assert_close, {kind}")
        seconds = [float(python_process(session, HERE / "assert_close_seconds.py", kind)[0])
                   for _ in range(session.runs(RUNS))]
        session.add(NAME, f"assert_close, {kind} data", "s", seconds)


def measure(session):
    try:
        python_process(session, "-c", "import numpy")
    except programs.Failure:
        session.skip(NAME, "all of it", "NumPy is not installed (Debian: python3-numpy)")
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            measure_rates(session, folder)
        except programs.Missing as why:
            session.skip(NAME, "cases per second", why)
    measure_import(session)
    measure_assert_close(session)
