"""Every Python snippet of the README and of the package's page runs as it stands.

Usage: pages_test.py COMMAND [-v]     COMMAND: the path of cnnspec
"""

import importlib.util
import os
import re
import sys
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/python"
os.environ["CNNSPEC_COMMAND"] = sys.argv.pop(1)
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/python"), str(EXAMPLES)]

import cnnspec  # noqa: E402
import kernels  # noqa: E402


def snippets(page):
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def tensors_of(snippet):
    """What the page says that one has: tensors of a convolution, or of a linear layer."""
    rng = np.random.default_rng(1)
    if "conv2d_forward" not in snippet:
        return {"x": rng.integers(-9, 9, (2, 3)), "w": rng.integers(-9, 9, (4, 3))}
    x, w, b = (rng.standard_normal(shape).astype(np.float32) for shape in ((2, 3, 7, 7), (4, 3, 3, 3), 4))
    how = {"stride": (2, 2), "padding": (1, 1), "dilation": (1, 1), "groups": 1}
    return {"x": x, "w": w, "b": b, "y": kernels.conv2d(x, w, b, **how)}


class Snippets(unittest.TestCase):
    def test_all_run(self):
        count = 0
        for page in ("README.md", "python/README.md"):
            for snippet in snippets(page):
                needed = {"pytest": "import pytest", "torch": "torch.nn"}
                absent = [name for name, sign in needed.items()
                          if sign in snippet and importlib.util.find_spec(name) is None]
                with self.subTest(snippet):
                    if absent:
                        self.skipTest(f"{absent[0]} is not installed")
                    names = {"cnnspec": cnnspec, **tensors_of(snippet)}
                    exec(compile(snippet, page, "exec"), names)  # noqa: S102
                    count += 1
                    if "result" in names:
                        self.assertTrue(names["result"], str(names["result"]))
                    if "verdict" in names:
                        self.assertTrue(names["verdict"], str(names["verdict"]))
        self.assertGreaterEqual(count, 4)

    def test_are_the_examples(self):
        first = (EXAMPLES / "first_verdict.py").read_text(encoding="utf-8")
        for page in ("README.md", "python/README.md"):
            self.assertIn(first, snippets(page))
        test = (EXAMPLES / "test_my_linear.py").read_text(encoding="utf-8").split("\n\n", 1)[1]
        self.assertIn(test, snippets("python/README.md"))


if __name__ == "__main__":
    unittest.main()
