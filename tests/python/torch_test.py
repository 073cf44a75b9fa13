"""The Python package with PyTorch: its layers and the gradients that it makes of them, in several layouts.

Usage: torch_test.py COMMAND [-v]     COMMAND: the path of cnnspec
"""

import os
import sys
import unittest
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
os.environ["CNNSPEC_COMMAND"] = sys.argv.pop(1)
sys.path[:0] = [str(HERE.parents[1] / "python"), str(HERE)]

import cnnspec  # noqa: E402
import torch_kernels  # noqa: E402

LAYOUTS = ("contiguous", "channels_last", "strided", "expanded")


class Torch(unittest.TestCase):
    def test_its_layers_and_gradients_are_right_in_every_layout(self):
        for layer in ("relu", "linear", "max_pool2d", "avg_pool2d", "conv2d"):
            with self.subTest(layer):
                # PyTorch 2.13 corrupts memory in some convolutions in channels_last.
                layouts = [name for name in LAYOUTS if layer != "conv2d" or name != "channels_last"]
                verdict = cnnspec.judge_layer(f"torch.nn.functional:{layer}", layer, cases=20, layouts=layouts)
                self.assertTrue(verdict, str(verdict))
                self.assertTrue(all(row["cases"] > row["unsupported"] for row in verdict.result["operations"]))

    def test_a_layer_is_right_in_all_types(self):
        verdict = cnnspec.judge_layer("torch.nn.functional:relu", "relu", dtype=("f32", "f64", "f16", "bf16"), cases=10)
        self.assertTrue(verdict, str(verdict))
        self.assertEqual([row["dtype"] for row in verdict.result["operations"][::2]], ["f32", "f64", "f16", "bf16"])

    def test_a_gradient_of_ones_own_is_judged(self):
        verdict = cnnspec.judge_layer(torch_kernels.linear_with_wrong_dw, "linear", case="mb3ic2oc4")
        self.assertEqual([row["verdict"] for row in verdict.result["operations"]], ["pass", "pass", "fail", "pass"])

    def test_a_mistake_of_one_layout_is_named(self):
        verdict = cnnspec.judge_layer(torch_kernels.relu_wrong_if_expanded, "relu", case="64", data="ones",
                                      layouts=("contiguous", "expanded"))
        self.assertEqual(verdict.failures[0].op, "relu_forward")
        self.assertRegex(verdict.failures[0].diagnosis[0], "only with expanded x")

    def test_tensors_of_a_device_are_copies_with_the_same_strides(self):
        # "cpu:0" takes the path of other devices, on every machine.
        for layer in ("relu", "conv2d"):
            verdict = cnnspec.judge_layer(f"torch.nn.functional:{layer}", layer, cases=10,
                                          layouts=("contiguous", "strided", "expanded"), device="cpu:0")
            self.assertTrue(verdict, str(verdict))
        wrong = cnnspec.judge_layer(torch_kernels.relu_wrong_if_expanded, "relu", case="64", data="ones",
                                    layouts=("expanded",), device="cpu:0")
        self.assertIn("--device cpu:0", wrong.failures[0].repro)
        self.assertIn("device='cpu:0'", wrong.failures[0].repro_python)
        changes = cnnspec.judge(torch_kernels.relu_in_place, "relu_forward", framework="torch", case="64", device="cpu:0")
        self.assertIn("the kernel changed its input x", changes.failures[0].details["detail"])
        with self.assertRaisesRegex(cnnspec.CnnspecError, "device: expected one that PyTorch has here, got 'nowhere'"):
            cnnspec.judge(torch_kernels.relu_in_place, "relu_forward", framework="torch", device="nowhere")

    @unittest.skipUnless(torch.cuda.is_available(), "there is no GPU")
    def test_layers_on_a_gpu_are_right(self):
        for layer in ("relu", "linear", "max_pool2d", "avg_pool2d", "conv2d"):
            with self.subTest(layer):
                verdict = cnnspec.judge_layer(f"torch.nn.functional:{layer}", layer, cases=20, device="cuda")
                self.assertTrue(verdict, str(verdict))

    def test_results_are_compared_in_any_layout(self):
        x, w = torch.randn(2, 4, 6, 5).to(memory_format=torch.channels_last), torch.randn(3, 4, 3, 3)
        y = torch.nn.functional.conv2d(x, w, padding=1)
        cnnspec.assert_close(y, "conv2d_forward", x, w, padding=1)
        with self.assertRaises(cnnspec.Mismatch):
            cnnspec.assert_close(y + 1e-3, "conv2d_forward", x, w, padding=1)


if __name__ == "__main__":
    unittest.main()
