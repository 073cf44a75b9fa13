"""The Python package with JAX: its operations and the gradients that it makes of them.

Usage: jax_test.py COMMAND [-v]     COMMAND: the path of cnnspec
"""

import os
import sys
import unittest
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
os.environ["CNNSPEC_COMMAND"] = sys.argv.pop(1)
sys.path[:0] = [str(HERE.parents[1] / "python"), str(HERE)]

import cnnspec  # noqa: E402
import jax_kernels  # noqa: E402


class Jax(unittest.TestCase):
    def test_its_layers_and_gradients_are_right(self):
        for layer, case in (("relu", "64"), ("linear", "mb3ic5oc4"), ("max_pool2d", "mb2ic2ih6kh3sh2ph1"),
                            ("avg_pool2d", "mb2ic2ih6kh3sh2"), ("conv2d", "mb2g2ic4oc6ih6kh3sh2ph1pb0")):
            with self.subTest(layer):
                verdict = cnnspec.judge_layer(getattr(jax_kernels, layer), layer, framework="jax", case=case, accept="ftz")
                self.assertTrue(verdict, str(verdict))
                self.assertTrue(all(row["unsupported"] == 0 for row in verdict.result["operations"]))

    def test_it_flushes_subnormal_numbers(self):
        of_one = {"framework": "jax", "case": "mb1ic1ih1kh1iw2kw2", "data": "x[1]=1.0197855687126746e-38"}
        verdict = cnnspec.judge(jax_kernels.max_pool2d, "max_pool2d_forward", **of_one)
        self.assertEqual(verdict.name, "differs", str(verdict))
        self.assertIn("ftz", verdict.sentence)

    def test_what_it_cannot_differentiate_is_not_supported(self):
        verdict = cnnspec.judge_layer(jax_kernels.max_pool2d, "max_pool2d", framework="jax", case="mb1ic1ih6kh3dh1",
                                      accept="ftz")
        self.assertEqual([row["unsupported"] for row in verdict.result["operations"]], [0, 1])

    def test_a_type_of_sixteen_bits_is_judged(self):
        for dtype in ("f16", "bf16"):
            verdict = cnnspec.judge_layer(jax_kernels.relu, "relu", framework="jax", case="64", dtype=dtype, accept="ftz")
            self.assertTrue(verdict, str(verdict))

    def test_mistakes_are_found(self):
        wrong = cnnspec.judge(jax_kernels.conv2d_with_dilation_of_one, "conv2d_forward", framework="jax",
                              case="mb1ic1oc1ih1kh1iw3kw2dw1", accept="ftz")
        self.assertEqual(wrong.name, "fail", str(wrong))
        other = cnnspec.judge(jax_kernels.relu_in_numpy, "relu_forward", framework="jax", case="4")
        self.assertIn("expected a jax.Array, got a numpy.ndarray", other.failures[0].details["detail"])

    def test_layouts_are_refused(self):
        with self.assertRaisesRegex(cnnspec.CnnspecError, "jax has no strides"):
            cnnspec.judge(jax_kernels.relu, "relu_forward", framework="jax", layouts=("strided",))

    def test_results_are_compared(self):
        x, w = (jax_kernels.jnp.asarray(np.random.default_rng(n).standard_normal((3, 4)), "float32") for n in (1, 2))
        cnnspec.assert_close(jax_kernels.linear(x, w), "linear_forward", x, w)
        with self.assertRaises(cnnspec.Mismatch):
            cnnspec.assert_close(jax_kernels.linear(x, w) + 1e-3, "linear_forward", x, w)


if __name__ == "__main__":
    unittest.main()
