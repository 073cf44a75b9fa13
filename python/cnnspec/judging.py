"""Judging a Python kernel on drawn problems."""

import json
import shlex
import tempfile
from pathlib import Path

from .command import CnnspecError, checked, run
from .frameworks import FRAMEWORKS
from .gradients import LAYERS, operations_of
from .kernel_names import named, require_function
from .layouts import LAYOUTS
from .operations import operation_named
from .verdict import Verdict
from .wrong_layouts import layouts_of_failures


def judge(kernel, op, *, framework="numpy", dtype="f32", layouts=None, device="cpu", profile=None, cases=None,
          seconds=None, seed=None, case=(), shapes=None, data=None, timeout=None, jobs=1, isolate=True, **options):
    """Judges a kernel on drawn problems, and returns a Verdict.

    kernel: a function of a module or of the script that runs, or its name "module:function"; or what the command takes:
    the path of a shared library, "im2col", "worker:COMMAND". A function is called in a process of its own, with the
    tensors of the operation in the order of `cnnspec ops` and the keywords of cnnspec.operations, and returns the
    result. A bias may be None. For a problem that it does not support it raises Unsupported or NotImplementedError. op:
    such as "conv2d_forward". framework: "numpy", "torch" or "jax". dtype: a storage type, or several.

    layouts: how tensors lie in memory: some of "contiguous", "channels_last", "strided" and "expanded". If there are
    several, each tensor of each problem has one of them. Without it, the attribute `cnnspec_layouts` of the function
    counts, or else all tensors are contiguous. If a failure shows in some layouts only, its diagnosis says in which.

    device: where the framework has the tensors, such as "cuda" or "cuda:1". They are copied there, with their strides, and
    the result is copied back.

    isolate=False: the function is called in this process. Then it may be a closure or one of a notebook; but if it
    crashes, so does this process, and an endless loop does not end.

    The other arguments are the command's options: a claimed profile, the number of cases or seconds, the seed, a
    problem or several (case), a file with problems (shapes), a family of data or the data itself, the time limit of a
    call in seconds, processes at once; and any other one by its name, such as accept="ftz" or specials=True. ^C ends
    the run, and the verdict is about what was judged until then; with isolate=False there is none.

    Raises CnnspecError if the arguments make no sense, or if the kernel cannot be started.
    """
    operation_named(op)
    return judged(kernel, op, [op], framework, dtype, layouts, device, profile=profile, cases=cases, seconds=seconds,
                  seed=seed, case=case, shapes=shapes, data=data, timeout=timeout, jobs=jobs, isolate=isolate, **options)


def judge_layer(function, layer, *, framework="torch", dtype="f32", layouts=None, device="cpu", **options):
    """Judges a function of PyTorch or JAX, and the gradients that the framework makes of it, in one run.

    layer: "conv2d", "max_pool2d", "avg_pool2d", "relu" or "linear". The function is the layer's forward operation.
    layouts, device: as for `judge`; also of the gradients' dy. options: the command's, as for `judge`. The errors are
    those of `judge`.
    """
    if layer not in LAYERS:
        raise CnnspecError(f"layer: expected one of {', '.join(LAYERS)}, got {layer!r}")
    return judged(function, layer, operations_of(layer), framework, dtype, layouts, device, **options)


def judged(kernel, what, operations, framework, dtype, layouts, device, *, case=(), jobs=1, isolate=True, **options):
    """`what`: as the worker takes it, an operation or a layer. `options`: of the command, one value each; True for a
    flag."""
    dtypes = [dtype] if isinstance(dtype, str) else list(dtype)
    layouts = layouts if layouts is not None else getattr(kernel, "cnnspec_layouts", ())
    is_python = not isinstance(kernel, str) or (":" in kernel and not kernel.startswith("worker:"))
    if not isinstance(kernel, str):
        require_function(kernel)
    elif not isolate:
        raise CnnspecError(f"isolate: expected True for a kernel that is named, got False for {kernel!r}")
    require_known(what, framework, layouts)
    given = kernel if not is_python or not isolate else named(kernel, what, framework, device, layouts)
    arguments = []
    for name, values in (("op", operations), ("dtype", dtypes), ("case", [case] if isinstance(case, str) else case)):
        for value in values:
            arguments += [f"--{name}", value]
    for name, value in {**options, "jobs": jobs}.items():
        if value is not None and value is not False:
            option = "--" + name.replace("_", "-")
            arguments += [option] if value is True else [option, str(value)]
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: Path(folder) / kind for kind in ("json", "junit")}
        arguments += ["--json", str(files["json"]), "--junit", str(files["junit"])]
        if isolate:
            table = run(["judge", given, *arguments])[1]
        else:
            from .in_process import run_in_process
            try:
                name, *outcome = run_in_process(kernel, what, framework, device, layouts, arguments)
            except ValueError as error:
                raise CnnspecError(str(error)) from None
            table = checked(*outcome)[1].replace(shlex.quote(name), "KERNEL")
        result, junit = json.loads(files["json"].read_text()), files["junit"].read_text()
    found = layouts_of_failures(result["failures"]) if set(layouts) - {"contiguous"} and is_python and isolate else []
    lines = [f"{f['op']} {f['dtype']}: wrong {layout}" for f, layout in zip(result["failures"], found) if layout]
    return Verdict("\n".join([table.rstrip("\n"), *lines]), result, junit, found, isolate)


def require_known(op, framework, layouts):
    """Raises CnnspecError."""
    if framework not in FRAMEWORKS:
        raise CnnspecError(f"framework: expected one of {', '.join(FRAMEWORKS)}, got {framework!r}")
    if op in LAYERS and framework == "numpy":
        raise CnnspecError(f"framework: expected one that differentiates, torch or jax, for all of {op}, got numpy")
    for layout in layouts:
        if layout not in LAYOUTS:
            raise CnnspecError(f"layouts: expected some of {', '.join(LAYOUTS)}, got {layout!r}")
