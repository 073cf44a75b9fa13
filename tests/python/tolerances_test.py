"""Results on which a fixed tolerance decides wrong, and assert_close right. Each is a complaint that users of frameworks
have made in public, retold with tensors of our own.

Usage: tolerances_test.py COMMAND [-v]     COMMAND: the path of cnnspec
"""

import os
import sys
import unittest
from pathlib import Path

import numpy as np

os.environ["CNNSPEC_COMMAND"] = sys.argv.pop(1)
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import cnnspec  # noqa: E402

try:
    import torch
except ImportError:
    torch = None


def numbers(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def one_after_the_other(x, w):
    """A matrix product whose sums are made term by term in f32, as a plain loop makes them."""
    y = np.zeros((len(x), len(w)), np.float32)
    for term in range(x.shape[1]):
        y += x[:, term, None] * w[None, :, term]
    return y


class Tolerances(unittest.TestCase):
    def test_a_long_sum_in_f32_is_right_beyond_the_usual_tolerance(self):
        # "The result of a convolution in f32 differs from that in f64 by 4.6e-5, and atol is 1e-5."
        x, w = numbers(4, 20_000), numbers(6, 20_000, seed=2)
        y, exact = one_after_the_other(x, w), x.astype(np.float64) @ w.T.astype(np.float64)
        self.assertGreater(np.abs(y - exact).max(), 4.6e-5)
        self.assertFalse(np.allclose(y, exact, rtol=1e-5, atol=1e-5))
        cnnspec.assert_close(y, "linear_forward", x, w)

    def test_of_two_right_results_neither_is_the_measure_of_the_other(self):
        # "The new kernel fails against the old one": the new one was the more accurate of the two.
        x, w = numbers(4, 20_000), numbers(6, 20_000, seed=2)
        old, new = one_after_the_other(x, w), (x.astype(np.float64) @ w.T.astype(np.float64)).astype(np.float32)
        self.assertFalse(np.allclose(new, old, rtol=1e-5, atol=1e-5))
        cnnspec.assert_close(old, "linear_forward", x, w)
        cnnspec.assert_close(new, "linear_forward", x, w)

    def test_zeros_are_no_gradient_of_a_mean(self):
        # "The gradient of a mean is tiny, so that a backward pass that returns zeros passes."
        x, dy = numbers(2, 5), np.full((2, 3), 1 / 600_000, np.float32)
        zeros = np.zeros((3, 5), np.float32)
        self.assertTrue(np.allclose(zeros, dy.T @ x, rtol=1e-5, atol=1e-5))
        with self.assertRaises(cnnspec.Mismatch) as caught:
            cnnspec.assert_close(zeros, "linear_backward_weight", x, dy)
        self.assertIn("would have accepted it", str(caught.exception))
        cnnspec.assert_close(dy.T @ x, "linear_backward_weight", x, dy)

    @unittest.skipIf(torch is None, "PyTorch is not installed: bf16 is not compared")
    def test_zeros_are_no_small_results_in_bf16(self):
        # "In bf16 the tests use 1e-2. A kernel that writes nothing passes on small numbers."
        x = torch.from_numpy(numbers(4, 8) * np.float32(1e-3)).to(torch.bfloat16)
        w = torch.from_numpy(numbers(3, 8, seed=2)).to(torch.bfloat16)
        y = (x.double() @ w.double().T).to(torch.bfloat16)
        self.assertTrue(torch.allclose(torch.zeros_like(y), y, rtol=1e-2, atol=1e-2))
        with self.assertRaises(cnnspec.Mismatch):
            cnnspec.assert_close(torch.zeros_like(y), "linear_forward", x, w)
        cnnspec.assert_close(y, "linear_forward", x, w)


if __name__ == "__main__":
    unittest.main()
