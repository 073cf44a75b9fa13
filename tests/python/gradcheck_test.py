"""gradcheck: right and wrong gradients, kinks, and smooth functions.

Usage: gradcheck_test.py [-v]
"""

import importlib.util
import sys
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import cnnspec  # noqa: E402


def linear(x, w):
    return x @ w.T


def linear_gradient(x, w, dy):
    return dy @ w, dy.T @ x


def relu(x):
    return np.where(x <= 0, 0 * x, x)


X, W = np.array([[1, -2, 3], [4, 5, -6]]), np.array([[2, 1, -1], [0.5, 3, 7]])


class Exact(unittest.TestCase):
    def test_accepts_right_gradients(self):
        result = cnnspec.gradcheck(linear, X, W, gradient=linear_gradient)
        self.assertTrue(result, str(result))
        self.assertEqual((result.compared, str(result)), (12, "pass: 12 derivatives"))
        squares = cnnspec.gradcheck(lambda x: x * x, X, gradient=lambda x, dy: 2 * x * dy)
        self.assertTrue(squares, str(squares))
        self.assertTrue(cnnspec.gradcheck(relu, X, gradient=lambda x, dy: np.where(x <= 0, 0 * dy, dy)))

    def test_rejects_wrong_gradients_however_slightly(self):
        result = cnnspec.gradcheck(linear, X, W, gradient=lambda x, w, dy: (dy @ w, dy.T @ x[::-1]))
        self.assertFalse(result)
        self.assertTrue(all(wrong.input == 1 for wrong in result.wrong))
        self.assertRegex(str(result), r"fail: \d of 12 derivatives are wrong; that of input 1 at \[0, 0\] is .*, got ")
        tiny = cnnspec.gradcheck(relu, X, gradient=lambda x, dy: np.where(x <= 0, 0 * dy, dy * (1 + 1e-15)))
        self.assertFalse(tiny)

    def test_says_where_it_proves_nothing(self):
        kink = cnnspec.gradcheck(relu, np.array([1, 0]), gradient=lambda x, dy: np.where(x <= 0, 0 * dy, dy))
        self.assertFalse(kink)
        self.assertEqual((kink.undecided, kink.compared, kink.wrong), ([(0, (1,))], 1, []))
        self.assertIn("not piecewise quadratic here", str(kink))
        size = cnnspec.gradcheck(abs, np.array([0, 3]), gradient=lambda x, dy: dy * np.sign(x))
        self.assertEqual(size.undecided, [(0, (0,))])
        cubes = cnnspec.gradcheck(lambda x: x * x * x, X, gradient=lambda x, dy: 3 * x * x * dy)
        self.assertEqual(len(cubes.undecided), X.size)

    def test_leaves_an_input_out(self):
        self.assertEqual(cnnspec.gradcheck(linear, X, W, gradient=lambda x, w, dy: (dy @ w, None)).compared, 6)

    def test_refuses_what_makes_no_sense(self):
        for pattern, arguments, keywords in (
                ("expected at least one input", (linear,), {"gradient": linear_gradient}),
                ("expected 2 of them, one for each input, got 1", (linear, X, W), {"gradient": lambda x, w, dy: dy @ w}),
                (r"expected shape \(2, 3\) for input 0", (relu, X), {"gradient": lambda x, dy: dy[0]}),
                ("scalar: expected exact or float50, got 'f64'", (relu, X), {"gradient": None, "scalar": "f64"}),
                ("expected finite numbers in input 0", (relu, [np.nan]), {"gradient": None})):
            with self.subTest(pattern), self.assertRaisesRegex(cnnspec.CnnspecError, pattern):
                cnnspec.gradcheck(*arguments, **keywords)


@unittest.skipUnless(importlib.util.find_spec("mpmath"), "mpmath is not installed")
class FiftyDigits(unittest.TestCase):
    def test_decides_smooth_functions(self):
        import mpmath
        exponential = np.vectorize(mpmath.exp, otypes=[object])
        right = cnnspec.gradcheck(exponential, X / 4, gradient=lambda x, dy: exponential(x) * dy, scalar="float50")
        self.assertEqual(right.compared, X.size)

        def wrong(x, dy):
            return exponential(x) * dy * (1 + mpmath.mpf(10) ** -12)

        self.assertFalse(cnnspec.gradcheck(exponential, X / 4, gradient=wrong, scalar="float50"))
        kink = cnnspec.gradcheck(abs, np.array([0.0, 3]), gradient=lambda x, dy: dy * np.sign(x), scalar="float50")
        self.assertEqual(kink.undecided, [(0, (0,))])


if __name__ == "__main__":
    unittest.main()
