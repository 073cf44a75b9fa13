"""The whole: a build from nothing, and the whole test run."""

import os
import re
import shutil
import tempfile

import programs
from session import ROOT

NAME = "suite"
TITLE = "The build and the tests"
TEXT = """\
A build from nothing, in a folder of its own, of the command and all tests; then the tests (`ctest -LE slow`, as in
`.ci/run`: all but the few that take minutes each). Both without ccache, and each **once**: these figures have no spread.

- *time* is what one waits, *processor time* the sum over all processors.
- *memory, together* is the largest sum over all processes that ran at one time, each with its share of what they share
  (PSS, looked at every 0.2 s); *memory, largest process* is that of one compiler, or one test."""

WITHOUT_CCACHE = {"CCACHE_DISABLE": "1"}


def configure(folder, session):
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    programs.measured(["cmake", "--preset", "release", "-S", ROOT, "-B", folder, *generator, "-D",
                       f"CNNSPEC_BUILD_TESTS={'OFF' if session.quick else 'ON'}"])


def add(session, what, usage):
    session.add(NAME, f"{what}: time", "s", [usage.wall])
    session.add(NAME, f"{what}: processor time", "s", [usage.processor])
    session.add(NAME, f"{what}: memory, together", "MiB", [usage.together_mib])
    session.add(NAME, f"{what}: memory, largest process", "MiB", [usage.largest_mib])


def counts(printed):
    """(how many tests ran, how many were left out because something is not installed), as ctest says."""
    found = re.search(r"^\d+% tests passed, \d+ tests failed out of (\d+)", printed, re.MULTILINE)
    if not found or int(found[1]) == 0:
        raise programs.Failure(f"ctest ran no tests:\n{printed[-1000:]}")
    skipped = len(re.findall(r"^\s*\d+/\d+ Test\s+#\d+: .*\*\*\*Skipped", printed, re.MULTILINE))
    return int(found[1]) - skipped, skipped


def run_tests(session, command, jobs):
    printed, usage = programs.measured(command, env=WITHOUT_CCACHE, watch_memory=True)
    ran, skipped = counts(printed)
    add(session, f"{ran:,} tests, {jobs} at once", usage)
    if skipped:
        session.skip(NAME, f"{skipped} of {ran + skipped:,} tests", "what they need is not installed")


def measure(session):
    """--quick builds the command alone and runs no tests."""
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(len(os.sched_getaffinity(0))))
    with tempfile.TemporaryDirectory(prefix="cnnspec-bench-") as folder:
        session.progress("configuring")
        configure(folder, session)
        session.progress("a build from nothing; this takes many minutes")
        target = "cnnspec_cli" if session.quick else "all"
        _, usage = programs.measured(["cmake", "--build", folder, "--target", target, "--parallel", jobs],
                                     env=WITHOUT_CCACHE, watch_memory=True)
        add(session, f"build of {'the command' if session.quick else 'everything'}, {jobs} at once", usage)
        if session.quick:
            session.skip(NAME, "the tests", "left out by --quick")
            return
        session.progress("the tests; this takes many minutes")
        run_tests(session, ["ctest", "--test-dir", folder, "-LE", "slow", "--parallel", jobs], jobs)
