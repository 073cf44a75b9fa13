"""The whole: a build from nothing, and the fast test run."""

import os
import shutil
import tempfile

import programs
from session import ROOT

NAME = "suite"
TITLE = "The build and the tests"
TEXT = """\
A build from nothing in a folder of its own, without ccache, of the command and everything that the fast tests need; then
the fast tests (`./cnnspec test --fast`). Each once. Memory is that of the largest single process (a compiler, a test)."""


def configure(folder, session):
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    programs.measured(["cmake", "--preset", "release", "-S", ROOT, "-B", folder, *generator, "-D",
                       f"CNNSPEC_BUILD_TESTS={'OFF' if session.quick else 'ON'}"])


def add(session, what, usage):
    session.add(NAME, f"{what}, time", "s", [usage.wall])
    session.add(NAME, f"{what}, processor time", "s", [usage.processor])
    session.add(NAME, f"{what}, largest process", "MiB", [usage.peak_mib])


def measure(session):
    """--quick builds the command alone and runs no tests."""
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(len(os.sched_getaffinity(0))))
    with tempfile.TemporaryDirectory(prefix="cnnspec-bench-") as folder:
        session.progress("configuring")
        configure(folder, session)
        session.progress("a build from nothing; this takes many minutes")
        target = "cnnspec_cli" if session.quick else "cnnspec_fast_tests"
        _, usage = programs.measured(["cmake", "--build", folder, "--target", target, "--parallel", jobs],
                                     env={"CCACHE_DISABLE": "1"})
        what = "the command" if session.quick else "the command and the fast tests"
        add(session, f"build of {what}, {jobs} at once", usage)
        if session.quick:
            session.skip(NAME, "the fast tests", "left out by --quick")
            return
        session.progress("the fast tests")
        _, usage = programs.measured(["ctest", "--test-dir", folder, "-L", "fast", "--parallel", jobs])
        add(session, f"fast tests, {jobs} at once", usage)
