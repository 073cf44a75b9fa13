"""The judge: cases per second, and a list of real shapes."""

import json
import pathlib

import figures
import peer_benchdnn
import programs

NAME = "judge"
TITLE = "The judge"
TEXT = """\
`cnnspec judge`, f32.

- *cases per second*, one operation after the other, on random problems with --jobs 1, each call of the kernel in a child
  process between guard pages. A case is judged on four families of data. Two of them are integers with which no order of
  summation rounds, so every element must be equal; on real numbers, every element must be within a bound that is proved
  for every order of summation. Where oneDNN is installed it is judged in turn with im2col, on the same problems: the
  ratio shows how much longer it takes when the kernel prepares something for each problem, as oneDNN does.
- *600 small convolutions*, forward, from a list (`checks/bench/small_convolutions.txt`), with --jobs 1: against as many random
  ones in the same run, and where --benchdnn gives its path against benchdnn in one thread on the same list, with the same
  library.
- *the convolutions of ResNet-50*, one image each (`checks/bench/resnet_50.txt`): forward, and the gradients of input,
  kernel and bias, on all cores; of rounded data, a sample of the outputs is judged where there are many.
- *against benchdnn*, where --benchdnn gives its path: oneDNN's own tester in its correctness mode (`--mode=C`, f32,
  FWD_B, BWD_D, BWD_WB) on the same shapes, with the same library (each is asked for its version). It compares all
  outputs with those of a reference of its own, on small integers for which it expects equality, or within a threshold
  set by hand; one filling of the tensors, no guard pages. There is a ratio only if it judged every problem: what it
  skips, does not implement or mistrusts is no work done."""

OPERATIONS = [f"{family}_{part}" for family, parts in
              (("conv2d", ("forward", "backward_input", "backward_kernel", "backward_bias")),
               ("max_pool2d", ("forward", "backward")), ("relu", ("forward", "backward")),
               ("linear", ("forward", "backward_input", "backward_weight", "backward_bias"))) for part in parts]
SHAPES = pathlib.Path(__file__).resolve().parent.parent / "resnet_50.txt"
SHAPE_OPERATIONS = [word for op in OPERATIONS[:4] for word in ("--op", op)]
LIST = SHAPES.with_name("small_convolutions.txt")
LIST_FIGURE = "{}, 600 small convolutions, forward"
SHAPES_FIGURE = "{}, the convolutions of ResNet-50"
CASES = 500
RUNS = 5


def judged(session, *options):
    """The result of a judgement that must pass, and what it took."""
    printed, usage = programs.measured([session.cnnspec, "judge", *options, "--dtype", "f32", "--json", "-"])
    result = json.loads(printed)
    if result["verdict"] != "pass":
        raise programs.Failure(f"judge {' '.join(map(str, options))}: {result['verdict']}")
    return result, usage


def rate(session, kernel, operation):
    result, usage = judged(session, kernel, "--op", operation, "--cases", CASES, "--jobs", "1")
    return (result["cases"] - result["unsupported"]) / usage.wall


def has_onednn(session):
    printed, _ = programs.measured([session.cnnspec, "judge", "onednn", "--op", "relu_forward", "--cases", "1",
                                    "--json", "-"], allowed=(0, 1, 2, 3))
    return printed.lstrip().startswith("{")


def measure_rates(session, onednn):
    for operation in OPERATIONS:
        session.progress(f"judge, {operation}")
        kernels = ["im2col", "onednn"] if onednn else ["im2col"]
        values = figures.in_turn(session.runs(RUNS), *[lambda k=k: rate(session, k, operation) for k in kernels])
        session.add(NAME, f"im2col, {operation}", "cases/s", values[0], lower_is_better=False)
        if onednn:
            session.add(NAME, f"onednn, {operation}", "cases/s", values[1], "im2col", values[0], lower_is_better=False)


def listed_rate(session, kernel):
    result, usage = judged(session, kernel, "--shapes", LIST, "--op", "conv2d_forward", "--jobs", "1")
    return (result["cases"] - result["unsupported"]) / usage.wall


def measure_list(session, onednn):
    for kernel in ["im2col", "onednn"] if onednn else ["im2col"]:
        session.progress(f"judge, 600 small convolutions, {kernel}")
        listed, random = figures.in_turn(session.runs(RUNS), lambda k=kernel: listed_rate(session, k),
                                         lambda k=kernel: rate(session, k, "conv2d_forward"))
        session.add(NAME, LIST_FIGURE.format(kernel), "cases/s", listed, "random ones", random, lower_is_better=False)


def list_against_benchdnn(session, benchdnn):
    def theirs():
        seconds, counts = peer_benchdnn.run(benchdnn, LIST, "FWD_B", env={"OMP_NUM_THREADS": "1"})
        return peer_benchdnn.judged(counts) / seconds

    own, peer = figures.in_turn(session.runs(RUNS), lambda: listed_rate(session, "onednn"), theirs)
    session.add(NAME, LIST_FIGURE.format("onednn") + ", against benchdnn", "cases/s", own, peer_benchdnn.NAME, peer,
                lower_is_better=False)


def shape_list_seconds(session, kernel):
    result, usage = judged(session, kernel, "--shapes", SHAPES, *SHAPE_OPERATIONS)
    if result["unsupported"]:
        raise programs.Failure(f"judge {kernel} --shapes {SHAPES}: {result['unsupported']} problems were not judged")
    return usage.wall


def benchdnn_of(session, onednn):
    """The program to judge against, or None, and said why."""
    try:
        benchdnn = peer_benchdnn.found(session.benchdnn)
        if onednn:
            session.versions["oneDNN of benchdnn and cnnspec"] = peer_benchdnn.same_library(benchdnn, session.program)
            return benchdnn
    except programs.Missing as why:
        session.skip(NAME, peer_benchdnn.NAME, why)
    return None


def against_benchdnn(session, benchdnn):
    """The figure of the list of shapes, with benchdnn as the peer if it judged all of them."""
    said = []

    def theirs():
        seconds, counts = peer_benchdnn.run(benchdnn, SHAPES)
        said.append(counts)
        return seconds

    own, peer = figures.in_turn(session.runs(3), lambda: shape_list_seconds(session, "onednn"), theirs)
    fewest = min(said, key=peer_benchdnn.judged)
    words = peer_benchdnn.words(fewest)
    if peer_benchdnn.judged(fewest) == fewest["tests"]:
        session.add(NAME, SHAPES_FIGURE.format("onednn"), "s", own, f"{peer_benchdnn.NAME} ({words})", peer)
    else:
        session.add(NAME, SHAPES_FIGURE.format("onednn"), "s", own)
        session.skip(NAME, peer_benchdnn.NAME, f"it did not judge every problem ({words})")


def measure_shapes(session, onednn):
    """The benchdnn that they were measured against, or None."""
    if not onednn:
        session.skip(NAME, "onednn", "this build has no oneDNN (Debian: libdnnl-dev)")
    benchdnn = benchdnn_of(session, onednn)
    session.progress("judge, the convolutions of ResNet-50")
    if benchdnn is not None:
        against_benchdnn(session, benchdnn)
        return benchdnn
    kernel = "onednn" if onednn else "im2col"
    (own,) = figures.in_turn(session.runs(3), lambda: shape_list_seconds(session, kernel))
    session.add(NAME, SHAPES_FIGURE.format(kernel), "s", own)
    return None


def measure(session):
    onednn = has_onednn(session)
    measure_rates(session, onednn)
    measure_list(session, onednn)
    if session.quick:
        session.skip(NAME, "the convolutions of ResNet-50", "left out by --quick")
        return
    benchdnn = measure_shapes(session, onednn)
    if benchdnn is not None:
        list_against_benchdnn(session, benchdnn)
