"""The pytest plugin: tests pass and fail as the verdicts do, and say why.

Usage: plugin_test.py COMMAND [-v]     COMMAND: the path of cnnspec
"""

import os
import subprocess
import sys
import tempfile
import unittest
from importlib.metadata import entry_points
from pathlib import Path

# Where the package is installed, pytest finds the plugin, and does not take it twice.
IS_INSTALLED = any(entry.name == "cnnspec" for entry in entry_points(group="pytest11"))
HERE = Path(__file__).resolve().parent
COMMAND = sys.argv.pop(1)
TESTS = """
import kernels
import pytest


@pytest.mark.cnnspec(cases=10)
def test_right(cnnspec_judge):
    verdict = cnnspec_judge(kernels.linear, "linear_forward")
    assert verdict.result["operations"][0]["cases"] in (10, 7)


def test_wrong(cnnspec_judge):
    cnnspec_judge(kernels.flipped, "conv2d_forward", case="mb1ic1ih3oc1kh3")
    raise RuntimeError("it goes on")


def test_vacuous(cnnspec_judge):
    cnnspec_judge(kernels.unsupported, "linear_forward", cases=2)
"""


class Plugin(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "test_kernels.py").write_text(TESTS)

    def run_pytest(self, *arguments):
        paths = os.pathsep.join([str(HERE.parents[1] / "python"), str(HERE)])
        plugin = [] if IS_INSTALLED else ["-p", "cnnspec.pytest_plugin"]
        return subprocess.run([sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "--strict-markers",
                               *arguments], cwd=self.folder, capture_output=True, text=True,
                              check=False, env={**os.environ, "PYTHONPATH": paths, "CNNSPEC_COMMAND": COMMAND})

    def test_a_test_fails_with_the_verdict_and_the_line_that_repeats_it(self):
        run = self.run_pytest()
        self.assertIn("2 failed, 1 passed", run.stdout, run.stdout + run.stderr)
        self.assertIn("kernel flipped", run.stdout)
        self.assertIn("to repeat it:\n  python3 -m cnnspec judge 'python:kernels:flipped", run.stdout)
        self.assertIn("vacuous: ", run.stdout)
        self.assertNotIn("it goes on", run.stdout)

    def test_options_replace_what_tests_ask_for_and_pages_are_kept(self):
        run = self.run_pytest("-k", "right", "--cnnspec-cases", "7", "--cnnspec-seed", "3", "--cnnspec-html", "pages")
        self.assertIn("1 passed", run.stdout, run.stdout + run.stderr)
        page = (self.folder / "pages" / "test_right.html").read_text()
        self.assertIn("linear_forward", page)

    def test_help_names_the_options(self):
        self.assertIn("--cnnspec-html", self.run_pytest("--help").stdout)


if __name__ == "__main__":
    unittest.main()
