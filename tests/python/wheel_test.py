"""The wheel: it is made, installed into every Python of this machine from 3.9 to 3.13, and used without a PATH.

Usage: wheel_test.py PROJECT [-v]     PROJECT: the checkout
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(sys.argv.pop(1)).resolve()
VERSIONS = [f"3.{minor}" for minor in range(9, 14)]
KERNEL = """
def linear(x, w, b=None):
    return x @ w.T if b is None else x @ w.T + b
"""
USE = """
import cnnspec, kernel
assert "site-packages" in cnnspec.__file__, cnnspec.__file__
verdict = cnnspec.judge(kernel.linear, "linear_forward", cases=20)
print(verdict)
assert verdict
"""


def pythons():
    """{version: interpreter} of those on this machine: on the PATH, and those of pyenv."""
    found = {version: shutil.which(f"python{version}") for version in VERSIONS}
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for version in VERSIONS:
        for path in sorted(root.glob(f"versions/{version}.*/bin/python3")):
            found[version] = str(path)
    return {version: path for version, path in found.items() if path}


class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = subprocess.run([PROJECT / "cnnspec", "python", "--wheel"], stdout=subprocess.PIPE, text=True, check=True)
        cls.wheel = Path(made.stdout.strip())

    def test_its_name_says_that_every_Python_can_use_it(self):
        self.assertRegex(self.wheel.name, r"^cnnspec-[0-9.]+-py3-none-manylinux_[0-9_]+_\w+\.whl$")

    def test_judges_in_every_Python_without_a_PATH(self):
        interpreters = pythons()
        self.assertTrue(interpreters)
        for version, python in interpreters.items():
            with self.subTest(version), tempfile.TemporaryDirectory() as folder:
                there = Path(folder) / "environment"
                subprocess.run([python, "-m", "venv", there], check=True)
                subprocess.run([there / "bin/pip", "install", "--quiet", self.wheel], check=True, capture_output=True)
                (Path(folder) / "kernel.py").write_text(KERNEL)

                def run(*words):
                    return subprocess.run([there / "bin" / words[0], *words[1:]], cwd=folder, env={"PATH": ""},
                                          capture_output=True, text=True, check=False)

                used = run("python", "-c", USE)
                self.assertEqual(used.returncode, 0, used.stderr)
                judged = run("cnnspec", "judge", "python:kernel:linear", "--op", "linear_forward", "--cases", "20")
                self.assertEqual(judged.returncode, 0, judged.stderr)
                self.assertIn("\npass: ", judged.stdout)
                own = run("cnnspec", "judge", "im2col", "--cases", "2")
                self.assertIn(own.returncode, (0, 3), own.stderr)
                absent = run("cnnspec", "judge", "onednn")
                self.assertEqual(absent.returncode, 2)
                self.assertIn("onednn: expected a kernel that is built in", absent.stderr)
        print(f"with Python {', '.join(interpreters)}", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
