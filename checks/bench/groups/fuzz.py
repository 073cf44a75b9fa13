"""The fuzz targets: executions per second."""

import pathlib
import re
import tempfile

import figures
import machine
import programs
from session import ROOT

NAME = "fuzz"
TITLE = "Fuzzing"
TEXT = """\
Executions of each fuzz target (libFuzzer) for a second of the processor, on one core: it starts from its committed corpus
and mutates it; the time to load the corpus counts. The build is that of `./cnnspec fuzz`, with AddressSanitizer and UndefinedBehaviorSanitizer. Where there is a build
without them (preset fuzz-plain), both are run in turn: the ratio is what the sanitizers cost."""

SECONDS = 10  # of one run


def programs_of(build):
    return {path.name.removeprefix("fuzz_"): path for path in sorted((build / "bin").glob("fuzz_*"))}


def rate(program, target, seconds):
    """Of one run, the time to load the corpus included; what it finds is thrown away."""
    options = ROOT / "fuzz/options" / f"fuzz_{target}.options"
    limits = re.findall(r"^(\w+ *= *\d+)", options.read_text(), re.MULTILINE) if options.exists() else []
    with tempfile.TemporaryDirectory() as found:
        printed, usage = programs.measured(
            [program, "-seed=1", *(f"-{limit}".replace(" ", "") for limit in limits), f"-max_total_time={seconds}",
             "-print_final_stats=1", f"-artifact_prefix={found}/", found, ROOT / "fuzz/corpus" / target])
    executed = re.search(r"^stat::number_of_executed_units:\s*(\d+)", printed, re.MULTILINE)
    if not executed:
        raise programs.Failure(f"{program}: no count of executions:\n{printed[-1000:]}")
    return int(executed[1]) / usage.processor


def measure(session, builds=ROOT / "build"):
    sanitized, plain = programs_of(pathlib.Path(builds) / "fuzz"), programs_of(pathlib.Path(builds) / "fuzz-plain")
    if not sanitized:
        session.skip(NAME, "the fuzz targets", "they are not built; ./cnnspec fuzz builds them, and so does --build-fuzz")
    else:
        session.versions["compiler of the fuzz targets"] = machine.compiler(pathlib.Path(builds) / "fuzz")
    seconds = 1 if session.quick else SECONDS
    for target, program in sanitized.items():
        session.progress(f"fuzzing, {target}")
        if target in plain:
            own, peer = figures.in_turn(session.runs(3), lambda: rate(program, target, seconds),
                                        lambda: rate(plain[target], target, seconds))
            session.add(NAME, target, "executions/s", own, "without sanitizers", peer, lower_is_better=False)
        else:
            (own,) = figures.in_turn(session.runs(3), lambda: rate(program, target, seconds))
            session.add(NAME, target, "executions/s", own, lower_is_better=False)
            session.skip(NAME, f"{target} without sanitizers", "not built; --build-fuzz does that")
