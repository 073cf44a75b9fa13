"""The Python package: verdicts on results, the reference, and verdicts on kernels, with NumPy.

Usage: package_test.py COMMAND [-v]     COMMAND: the path of cnnspec
"""

import importlib.util
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from fractions import Fraction
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "python"
os.environ["CNNSPEC_COMMAND"] = sys.argv.pop(1)
sys.path[:0] = [str(PACKAGE), str(HERE)]

import cnnspec  # noqa: E402
import kernels  # noqa: E402


def numbers(*shape, dtype=np.float32, seed=1):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


class AssertClose(unittest.TestCase):
    def setUp(self):
        self.x, self.w, self.b = numbers(2, 4, 7, 6), numbers(6, 2, 3, 3), numbers(6)
        self.how = {"stride": (2, 1), "padding": (1, 0, 2, 1), "dilation": (1, 2), "groups": 2}
        self.y = kernels.conv2d(self.x, self.w, self.b, **self.how)

    def test_accepts_right_results(self):
        cnnspec.assert_close(self.y, "conv2d_forward", self.x, self.w, self.b, **self.how)
        without = kernels.conv2d(self.x, self.w, **self.how)
        cnnspec.assert_close(without, "conv2d_forward", self.x, self.w, **self.how)
        cnnspec.assert_close(without, "conv2d_forward", self.x, self.w, None, **self.how)
        pooled = kernels.max_pool2d(self.x, kernel_size=(3, 2), stride=(3, 2), padding=(1, 1), dilation=(1, 1))
        cnnspec.assert_close(pooled, "max_pool2d_forward", self.x, kernel_size=(3, 2), padding=1)
        cnnspec.assert_close(kernels.relu(self.x), "relu_forward", self.x)
        for dtype in (np.float16, np.float64):
            x, w = numbers(3, 5, dtype=dtype), numbers(4, 5, dtype=dtype)
            y = kernels.linear(x.astype(np.float32 if dtype == np.float16 else dtype), w).astype(dtype)
            cnnspec.assert_close(y, "linear_forward", x, w)

    def test_accepts_tensors_in_any_layout(self):
        columns = np.asfortranarray(self.x)
        cnnspec.assert_close(np.asfortranarray(self.y), "conv2d_forward", columns, self.w[...], self.b, **self.how)
        dy = np.broadcast_to(np.float32(1), (3, 4))
        w = numbers(4, 5)
        cnnspec.assert_close(kernels.linear_input(w, dy), "linear_backward_input", w, dy)

    def test_rejects_wrong_results_and_says_what_is_wrong(self):
        wrong = self.y.copy()
        wrong[1, 3, 2, 1] += np.float32(1e-4)
        with self.assertRaises(cnnspec.Mismatch) as caught:
            cnnspec.assert_close(wrong, "conv2d_forward", self.x, self.w, self.b, **self.how)
        text = str(caught.exception)
        self.assertIn("1 of", text)
        self.assertIn("y[1, 3, 2, 1]", text)
        self.assertIn("rounding explains at most", text)
        self.assertIn("a tolerance of rtol=1.3e-06, atol=1e-05 would have rejected it", text)
        self.assertEqual(caught.exception.details["first_index"], [1, 3, 2, 1])
        self.assertIsInstance(caught.exception, AssertionError)
        flipped = kernels.flipped(self.x, self.w, self.b, **self.how)
        with self.assertRaisesRegex(cnnspec.Mismatch, "diagnosis: kernel flipped"):
            cnnspec.assert_close(flipped, "conv2d_forward", self.x, self.w, self.b, **self.how)

    def test_demands_equality_where_nothing_rounds(self):
        x, w = np.float32([[3, -5]]), np.float32([[2, 7]])
        cnnspec.assert_close(np.float32([[-29]]), "linear_forward", x, w)
        almost = np.nextafter(np.float32([[-29]]), np.float32(0))
        with self.assertRaisesRegex(cnnspec.Mismatch, "it must be equal(.|\n)*would have accepted it"):
            cnnspec.assert_close(almost, "linear_forward", x, w)

    def test_refuses_what_makes_no_sense(self):
        def refused(pattern, *arguments, **keywords):
            with self.assertRaisesRegex(cnnspec.CnnspecError, pattern):
                cnnspec.assert_close(*arguments, **keywords)

        x, w, y = numbers(3, 5), numbers(4, 5), numbers(3, 4)
        refused("op: expected one of conv2d_forward", y, "linear", x, w)
        refused("expected tensors x, w, b, got 1", y, "linear_forward", x)
        refused("expected inputs of one type, got f32, f64", y, "linear_forward", x, w.astype(np.float64))
        refused("x: expected a tensor of float32, .*, got int64", y, "linear_forward", np.ones((3, 5), int), w)
        refused("actual: expected f32", y.astype(np.float64), "linear_forward", x, w)
        refused(r"actual: .*expected shape \(3, 4\), got .*\(4, 3\)", y.T, "linear_forward", x, w)
        refused("x: expected 2 axes, got shape", y, "linear_forward", x[0], w)
        refused("unexpected keyword argument 'strides'", self.y, "conv2d_forward", self.x, self.w, strides=2)
        refused("stride: expected a number or", self.y, "conv2d_forward", self.x, self.w, stride=(1, 2, 3))
        refused("kernel_size: expected", self.y, "conv2d_backward_kernel", self.x, self.y)
        refused(r"input_size: expected the shape of x, .*got \(7, 6\)", self.x, "conv2d_backward_input", self.w, self.y,
                input_size=(7, 6))
        refused("C", self.y, "conv2d_forward", self.x, self.w, groups=3)


class Reference(unittest.TestCase):
    def test_has_values_bounds_and_terms(self):
        x, w, b = numbers(2, 3, 5, 5), numbers(4, 3, 3, 3), numbers(4)
        r = cnnspec.reference("conv2d_forward", x, w, b, padding=1)
        y = kernels.conv2d(x, w, b, stride=(1, 1), padding=(1, 1), dilation=(1, 1), groups=1)
        self.assertEqual(r.value.shape, (2, 4, 5, 5))
        self.assertTrue((np.abs(y - r.value) <= r.bound).all())
        db = cnnspec.reference("conv2d_backward_bias", y)
        self.assertTrue((np.abs(kernels.conv2d_bias(y) - db.value) <= db.bound).all())
        with self.assertRaises(cnnspec.Mismatch):
            cnnspec.assert_close(kernels.conv2d_bias_of_the_first_image(y), "conv2d_backward_bias", y)
        cnnspec.assert_close(kernels.linear_bias(w.reshape(4, -1)), "linear_backward_bias", w.reshape(4, -1))
        self.assertEqual(r.terms[0, 0, 2, 2], 3 * 9 + 1)
        self.assertEqual(r.terms[0, 0, 0, 0], 3 * 4 + 1)

    def test_is_exact_where_nothing_rounds(self):
        r = cnnspec.reference("relu_backward", np.float32([[1, -2]]), np.float32([[3, 4]]))
        self.assertEqual(r.value.tolist(), [[3, 0]])
        self.assertEqual(r.bound.tolist(), [[0, 0]])


    def test_has_all_digits_if_asked(self):
        x, w, b, dy = numbers(2, 4, 5, 5), numbers(6, 2, 3, 3), numbers(6), numbers(2, 6, 3, 5)
        window = {"stride": (2, 1), "padding": (1, 1), "groups": 2}
        exact = [np.vectorize(lambda n: Fraction(float(n)), otypes=[object])(tensor) for tensor in (x, w, b, dy)]
        y = np.zeros((2, 6, 3, 5), object)  # from the definition
        padded = np.full((2, 4, 7, 7), Fraction(0))
        padded[:, :, 1:6, 1:6] = exact[0]
        for n, k, i, j in np.ndindex(y.shape):
            group = padded[n, k // 3 * 2:k // 3 * 2 + 2, 2 * i:2 * i + 3, j:j + 3]
            y[n, k, i, j] = (group * exact[1][k]).sum() + exact[2][k]
        value = cnnspec.reference("conv2d_forward", x, w, b, scalar="exact", **window).value
        self.assertTrue((value == y).all())
        self.assertIsInstance(value[0, 0, 0, 0], Fraction)
        digits = cnnspec.reference("conv2d_forward", x, w, b, scalar="float50", **window).value
        self.assertTrue(all(abs(Fraction(d) - v) <= abs(v) / 10**49 for d, v in zip(digits.flat, value.flat)))
        db = cnnspec.reference("conv2d_backward_bias", dy, scalar="exact").value
        self.assertTrue((db == exact[3].sum(axis=(0, 2, 3))).all())

    def test_digits_agree_with_the_values_of_all_operations(self):
        def whole(*shape):  # no sum of them rounds, nor does a quarter of it
            return np.random.default_rng(1).integers(-9, 10, shape).astype(np.float32)

        x, dy = whole(2, 4, 5, 5), whole(2, 4, 2, 2)
        window = {"kernel_size": 2, "stride": 3}
        for op, inputs, keywords in (("max_pool2d_forward", [x], window), ("max_pool2d_backward", [x, dy], window),
                                     ("avg_pool2d_forward", [x], window),
                                     ("avg_pool2d_backward", [dy], {**window, "input_size": (2, 4, 5, 5)}),
                                     ("conv2d_backward_input", [whole(4, 3, 2, 2), dy],
                                      {"stride": 3, "input_size": (2, 3, 5, 5)}),
                                     ("conv2d_backward_kernel", [x, dy], {"stride": 3, "kernel_size": 2}),
                                     ("relu_forward", [x], {}),
                                     ("relu_backward", [x, whole(2, 4, 5, 5)[::-1]], {}),
                                     ("linear_forward", [x[:, 0, 0], x[0, 0], x[0, 0, 0]], {}),
                                     ("linear_backward_input", [x[:, 0, 0], dy[:, 0, 0]], {}),
                                     ("linear_backward_weight", [x[:, 0, 0], dy[:, 0, 0]], {}),
                                     ("linear_backward_bias", [x[:, 0, 0]], {})):
            with self.subTest(op):
                usual = cnnspec.reference(op, *inputs, **keywords)
                for scalar in ("exact", "float50"):
                    value = cnnspec.reference(op, *inputs, scalar=scalar, **keywords).value
                    self.assertEqual(value.shape, usual.value.shape)
                    self.assertTrue((value == usual.value).all())

    def test_refuses_digits_that_there_are_not(self):
        with self.assertRaisesRegex(cnnspec.CnnspecError, "scalar: expected one of f64, exact, float50, got 'f32'"):
            cnnspec.reference("relu_forward", np.float32([1]), scalar="f32")
        with self.assertRaisesRegex(cnnspec.CnnspecError, "x: at element 1: expected a finite number.*, got inf"):
            cnnspec.reference("relu_forward", np.float32([1, np.inf]), scalar="exact")
        self.assertEqual(str(cnnspec.reference("relu_forward", np.float32([1, np.inf]), scalar="float50").value[1]),
                         "Infinity")


class Judge(unittest.TestCase):
    def test_passes_right_kernels(self):
        for kernel, op in ((kernels.conv2d, "conv2d_forward"), (kernels.max_pool2d, "max_pool2d_forward"),
                           (kernels.linear, "linear_forward"), (kernels.linear_input, "linear_backward_input"),
                           (kernels.relu, "relu_forward"), (kernels.conv2d_bias, "conv2d_backward_bias"),
                           (kernels.conv2d_kernel, "conv2d_backward_kernel"), (kernels.linear_bias, "linear_backward_bias")):
            verdict = cnnspec.judge(kernel, op, cases=20, seed=1)
            self.assertTrue(verdict, f"{op}\n{verdict}")
            self.assertIn(op, str(verdict))

    def test_judges_several_types_and_given_cases(self):
        verdict = cnnspec.judge("kernels:linear", "linear_forward", dtype=("f32", "f64"), cases=20)
        self.assertEqual([row["dtype"] for row in verdict.result["operations"]], ["f32", "f64"])
        one = cnnspec.judge(kernels.linear, "linear_forward", case=["mb2ic3oc4", "mb1ic1oc1"])
        self.assertEqual(one.result["operations"][0]["cases"], 2)

    def test_judges_what_the_command_judges(self):
        verdict = cnnspec.judge("im2col", "relu_forward", cases=20)
        self.assertTrue(verdict, str(verdict))
        with self.assertRaisesRegex(cnnspec.CnnspecError, "no_such_library.so"):
            cnnspec.judge("./no_such_library.so", "relu_forward")

    def test_convicts_a_wrong_kernel_and_explains_it(self):
        verdict = cnnspec.judge(kernels.flipped, "conv2d_forward", cases=20, seed=1)
        self.assertFalse(verdict)
        self.assertEqual(verdict.name, "fail")
        self.assertIn("flipped", verdict.failures[0].diagnosis[0])
        line = verdict.failures[0].repro_python
        self.assertRegex(line, r"^cnnspec.judge\('kernels:flipped', 'conv2d_forward', dtype='f32', case='.*', seed=\d+")
        self.assertFalse(eval(line))
        repro = shlex.split(verdict.failures[0].repro)
        self.assertEqual(repro[:4], ["python3", "-m", "cnnspec", "judge"])
        self.assertEqual(repro[4], "python:kernels:flipped --op conv2d_forward --framework numpy")
        again = subprocess.run([sys.executable, *repro[1:]], env={**os.environ, "PYTHONPATH": f"{PACKAGE}:{HERE}"},
                               capture_output=True, text=True, check=False)
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertIn("kernel flipped", str(verdict))
        self.assertIn("fail", repr(verdict))

    def test_passes_right_kernels_in_every_layout_and_names_the_wrong_one(self):
        layouts = ("contiguous", "channels_last", "strided", "expanded")
        right = cnnspec.judge(kernels.conv2d, "conv2d_forward", cases=20, layouts=layouts)
        self.assertTrue(right, str(right))
        wrong = cnnspec.judge(kernels.conv2d_wrong_in_channels_last_w, "conv2d_forward", cases=20, layouts=layouts)
        self.assertFalse(wrong)
        self.assertEqual(wrong.failures[0].diagnosis[0], "only with channels_last w")
        self.assertIn("conv2d_forward f32: wrong only with channels_last w", str(wrong))
        self.assertNotIn("it holds", str(wrong))  # the layouts change with the sizes
        self.assertTrue(cnnspec.judge(kernels.conv2d_wrong_in_channels_last_w, "conv2d_forward", cases=20))
        declared = cnnspec.judge(kernels.linear_wrong_in_strided_x, "linear_forward", cases=20)
        self.assertEqual(declared.failures[0].diagnosis[0], "only with strided x")
        everywhere = cnnspec.judge(kernels.flipped, "conv2d_forward", cases=20, layouts=layouts)
        self.assertEqual(everywhere.failures[0].diagnosis[0], "in every layout")
        constant = cnnspec.judge(kernels.linear_input_wrong_in_expanded_dy, "linear_backward_input", layouts=["expanded"])
        self.assertEqual(constant.failures[0].diagnosis[0], "only with expanded dy")

    def test_makes_about_a_hundred_calls_of_a_slow_kernel(self):
        verdict = cnnspec.judge(kernels.slow, "linear_forward")
        self.assertTrue(verdict, str(verdict))
        self.assertEqual(verdict.result["operations"][0]["cases"], 25)
        self.assertRegex(str(verdict), r"a call takes 0\.\d\d s, so 25 cases .*, not 500; --cases N asks for more")
        self.assertIn("sizes not met", str(verdict))
        asked = cnnspec.judge(kernels.slow, "linear_forward", cases=30)
        self.assertEqual(asked.result["operations"][0]["cases"], 30)

    def test_finds_the_mistakes_of_a_framework_in_channels_last(self):
        layouts = ("channels_last",)
        for kernel, op, kind in (
                (kernels.crashes_if_grouped_1x1_with_padding_and_dilation_in_channels_last, "conv2d_forward", "crash"),
                (kernels.loses_a_column_if_grouped_1x1_with_dilation_in_channels_last, "conv2d_backward_kernel",
                 "wrong-value"),
                (kernels.leaves_taps_on_padding_unwritten_in_channels_last, "conv2d_backward_kernel", "wrong-value")):
            with self.subTest(op):
                self.assertTrue(cnnspec.judge(kernel, op, cases=40))
                verdict = cnnspec.judge(kernel, op, cases=300, layouts=layouts)
                self.assertFalse(verdict)
                self.assertEqual(verdict.failures[0].kind, kind)
                self.assertEqual(verdict.failures[0].diagnosis[0], "only with channels_last x")

    def test_shows_the_calls_that_a_failure_needs_before(self):
        verdict = cnnspec.judge(kernels.relu_of_first_length, "relu_forward", cases=30)
        failure = verdict.failures[0]
        self.assertEqual(failure.kind, "wrong-value", str(verdict))
        self.assertEqual(len(failure.details["history"]), 1)
        self.assertIn("it shows only after another case in the same process", str(verdict))
        self.assertIn("in_one_process=True", failure.repro_python)
        again = eval(failure.repro_python, {"cnnspec": cnnspec})  # noqa: S307
        self.assertFalse(again, failure.repro_python)
        alone = cnnspec.judge(kernels.relu_of_first_length, "relu_forward", case=failure.case)
        self.assertTrue(alone, str(alone))

    def test_finds_an_input_that_is_changed_in_any_layout(self):
        verdict = cnnspec.judge(kernels.changes_its_input, "linear_forward", case="mb2ic3oc4", layouts=["strided"])
        self.assertRegex(verdict.failures[0].details["detail"], "the kernel changed its input x")

    def test_calls_a_closure_in_this_process(self):
        calls = []

        def relu(x):
            calls.append(x.size)
            return np.where(x <= 0, x.dtype.type(0), x)

        verdict = cnnspec.judge(relu, "relu_forward", cases=20, isolate=False)
        self.assertTrue(verdict, str(verdict))
        self.assertGreaterEqual(len(calls), 20)
        wrong = cnnspec.judge(lambda x: np.abs(x), "relu_forward", cases=20, isolate=False)
        self.assertFalse(wrong)
        self.assertIn("isolate=False", wrong.failures[0].repro)
        self.assertNotIn("relay", str(wrong))

        def kernel(x):
            raise KeyError("no such plan")

        raising = cnnspec.judge(kernel, "relu_forward", case="4", isolate=False)
        self.assertIn("KeyError: 'no such plan'", raising.failures[0].details["detail"])
        self.assertFalse(eval(raising.failures[0].repro, {"cnnspec": cnnspec, "kernel": kernel}))

    @unittest.skipUnless(importlib.util.find_spec("cloudpickle"), "cloudpickle is not installed")
    def test_calls_a_closure_in_another_process_if_it_can_be_pickled(self):
        zero = np.float32(0)
        verdict = cnnspec.judge(lambda x: np.where(x <= zero, zero, x), "relu_forward", cases=20)
        self.assertTrue(verdict, str(verdict))

    def test_stops_at_an_interrupt_and_tells_what_was_judged(self):
        program = "import cnnspec, kernels\nv = cnnspec.judge(kernels.relu_that_tells, 'relu_forward', cases=10**9)\n" \
                  "print(v.name, v.result['operations'][0]['cases'])"
        told = Path(self.enterContext(tempfile.TemporaryDirectory())) / "told"
        environment = {**os.environ, "PYTHONPATH": f"{PACKAGE}:{HERE}", "CNNSPEC_TOLD": str(told)}
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment) as run:
            while not told.exists() and run.poll() is None:
                time.sleep(0.01)
            run.send_signal(signal.SIGINT)
            name, cases = run.communicate()[0].split()
        self.assertEqual(name, "pass")
        self.assertGreater(int(cases), 10)

    def test_shows_progress_on_a_terminal(self):
        program = "import cnnspec, kernels; print(bool(cnnspec.judge(kernels.relu, 'relu_forward', cases=3000)))\n" \
                  "try: cnnspec.judge('nowhere:f', 'relu_forward')\nexcept cnnspec.CnnspecError as e: print(repr(str(e)))"
        own, terminal = pty.openpty()
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=terminal, text=True,
                              env={**os.environ, "TERM": "xterm", "PYTHONPATH": f"{PACKAGE}:{HERE}"}) as process:
            output, _ = process.communicate()
        os.close(terminal)
        shown = os.read(own, 1 << 16).decode()
        os.close(own)
        self.assertRegex(shown, r"\r\x1b\[Kjudging python:.*relu.*: [\d,]+/3,000 \(\d+%\)")
        self.assertTrue(shown.endswith("\r\x1b[K"), repr(shown[-200:]))
        self.assertRegex(output, r"^True\n[\"']python:nowhere.* got ModuleNotFoundError: No module named 'nowhere'[\"']\n$")

    def test_writes_pages_and_junit(self):
        verdict = cnnspec.judge(kernels.flipped, "conv2d_forward", case="mb1ic1ih3oc1kh3")
        self.assertIn("<!doctype html>", verdict.to_html().lower())
        self.assertIn("srcdoc", verdict._repr_html_())
        self.assertIn("<failure", verdict.junit())
        self.assertEqual(json.loads(verdict.to_json())["verdict"], "fail")

    def test_counts_what_a_kernel_does_not_support(self):
        verdict = cnnspec.judge(kernels.only_without_groups, "conv2d_forward", cases=20, seed=1)
        self.assertTrue(verdict, str(verdict))
        self.assertGreater(verdict.result["operations"][0]["unsupported"], 0)
        nothing = cnnspec.judge(kernels.unsupported, "linear_forward", cases=5)
        self.assertEqual(nothing.name, "vacuous")
        self.assertFalse(nothing)

    def test_says_in_words_what_a_kernel_did(self):
        for kernel, pattern in ((kernels.returns_none, "expected a numpy.ndarray, got None"),
                                (kernels.returns_another_shape, r"expected a result of shape .*, got"),
                                (kernels.returns_another_type, "expected elements of float32, got float64"),
                                (kernels.raises, "KeyError: 'no such plan'"),
                                (kernels.takes_too_little, r"TypeError: takes_too_little\(\) takes 1 positional argument"),
                                (kernels.changes_the_input_before, "it changed its input x"),
                                (kernels.ends_the_process, "it ended its process with exit status 7"),
                                (kernels.changes_its_input, "it changed its input x")):
            verdict = cnnspec.judge(kernel, "linear_forward", case="mb2ic3oc4")
            self.assertFalse(verdict)
            self.assertRegex(verdict.failures[0].details["detail"], pattern)

    def test_passes_a_right_kernel_that_prints_seeds_moves_and_starts_threads(self):
        verdict = cnnspec.judge(kernels.does_much_beside, "linear_forward", cases=20)
        self.assertTrue(verdict, str(verdict))

    def test_keeps_the_traceback_of_an_exception(self):
        for isolate in (True, False):
            failure = cnnspec.judge(kernels.raises, "linear_forward", case="mb2ic3oc4", isolate=isolate).failures[0]
            self.assertRegex(failure.traceback, r'^Traceback .*\n(?s:.*)kernels.py", line \d+, in raises\n(?s:.*)\nKeyError')
            self.assertIn('raise KeyError("no such plan")', "\n".join(failure.details["more_lines"]))
        self.assertEqual(cnnspec.judge(kernels.returns_none, "linear_forward", case="ic3oc4").failures[0].details["kind"],
                         "kernel-error")

    def test_refuses_what_is_no_kernel(self):
        def refused(pattern, *arguments, **keywords):
            with self.assertRaisesRegex(cnnspec.CnnspecError, pattern):
                cnnspec.judge(*arguments, **keywords)

        with unittest.mock.patch.dict(sys.modules, cloudpickle=None):
            refused("a function of a module .* install cloudpickle, or use isolate=False", lambda x: x, "relu_forward")
        refused("a function of a module", 3, "relu_forward")
        refused("isolate: expected True for a kernel that is named", "kernels:relu", "relu_forward", isolate=False)
        refused("a function that returns the result", kernels.is_async, "linear_forward")
        refused("op: expected one of", kernels.relu, "relu")
        refused("framework: expected one of numpy, torch, jax", kernels.relu, "relu_forward", framework="tf")
        for isolate in (True, False):
            refused("device: expected cpu, where NumPy has its arrays, got 'cuda'", kernels.relu, "relu_forward",
                    device="cuda", isolate=isolate)
        refused("layouts: expected some of contiguous, .*, got 'columns'", kernels.relu, "relu_forward", layouts=["columns"])
        refused("^python:no_such_module:f .*: expected a Python function that can be called, got ModuleNotFoundError",
                "no_such_module:f", "relu_forward")
        refused("no_such_function", "kernels:no_such_function", "relu_forward")
        for kernel in (kernels.yields, kernels.is_awaited):
            refused("kernel: expected a function that returns the result, got <function", kernel, "linear_forward")
        with self.assertRaisesRegex(cnnspec.CnnspecError, "torch or jax, .* got numpy"):
            cnnspec.judge_layer(kernels.relu, "relu", framework="numpy")
        with self.assertRaisesRegex(cnnspec.CnnspecError, "--casez"):
            cnnspec.judge_layer("kernels:relu", "relu", casez=3)


class Command(unittest.TestCase):
    def run_it(self, *arguments):
        environment = {**os.environ, "PYTHONPATH": f"{PACKAGE}:{HERE}"}
        return subprocess.run([sys.executable, "-m", "cnnspec", *arguments], env=environment, capture_output=True,
                              text=True, check=False)

    def test_takes_python_kernels_and_all_else(self):
        right = self.run_it("judge", "python:kernels:linear", "--op", "linear_forward", "--cases", "10")
        self.assertEqual(right.returncode, 0, right.stderr)
        self.assertIn("pass", right.stdout)
        file = self.run_it("judge", f"python:{HERE}/kernels.py:flipped", "--op", "conv2d_forward", "--case", "mb1ic1ih3oc1kh3")
        self.assertEqual(file.returncode, 1, file.stderr)
        version = self.run_it("--version")
        self.assertEqual(version.returncode, 0, version.stderr)

    def test_refuses_a_python_kernel_without_an_operation(self):
        refused = self.run_it("judge", "python:kernels:linear")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--op: expected the operation", refused.stderr)
        numpy = self.run_it("judge", "python:kernels:relu", "--op", "relu")
        self.assertEqual(numpy.returncode, 2)
        self.assertIn("expected one that differentiates", numpy.stderr)

    def test_says_in_words_of_Python_why_a_kernel_cannot_be_called(self):
        for kernel, said in (("python:nowhere:f", "a Python function that can be called, got ModuleNotFoundError: No module "
                                                  "named 'nowhere'"),
                             (f"python:{HERE}/kernels.py", "ValueError: expected MODULE:FUNCTION or FILE.py:FUNCTION, got"),
                             (f"python:{HERE}/kernels.py:nothing", "got AttributeError: module 'kernels' has no attribute"),
                             ("python:", "got the following arguments are required: MODULE:FUNCTION"),
                             ("python:kernels:relu --framework tf", "got argument --framework: invalid choice: 'tf'"),
                             ("python:kernels:relu --device cuda",
                              ": device: expected cpu, where NumPy has its arrays, got 'cuda'")):
            with self.subTest(kernel):
                refused = self.run_it("judge", kernel, "--op", "relu_forward")
                self.assertEqual(refused.returncode, 2)
                self.assertIn(said, refused.stderr)
                self.assertEqual(refused.stderr.count("\n"), 1, refused.stderr)
        without = subprocess.run([os.environ["CNNSPEC_COMMAND"], "judge", "python:kernels:relu", "--op", "relu_forward"],
                                 env={**os.environ, "PYTHONPATH": "", "CNNSPEC_PYTHON": sys.executable}, text=True,
                                 capture_output=True, check=False)
        self.assertEqual(without.returncode, 2)
        self.assertIn("expected an interpreter that has the package cnnspec (CNNSPEC_PYTHON may name it), got ",
                      without.stderr)

    def test_shows_the_traceback_of_a_layer_of_a_network_in_the_page(self):
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "network.json"
            judged = self.run_it("judge", f"python:{HERE}/kernels.py:raises --op linear_forward", "--net", "cnn", "--json",
                                 str(result))
            self.assertEqual(judged.returncode, 1, judged.stderr)
            page = self.run_it("report", str(result), "--html", "-")
            self.assertEqual(page.returncode, 0, page.stderr)
            self.assertIn("in raises", page.stdout)

    def test_refuses_options_of_python_kernels_for_others(self):
        for option, value in (("--framework", "torch"), ("--device", "cuda"), ("--layout", "strided")):
            refused = self.run_it("judge", "im2col", option, value)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(f"{option}: expected a Python kernel, python:MODULE:FUNCTION, got \"im2col\"", refused.stderr)
        layout = self.run_it("judge", "python:kernels:relu", "--op", "relu_forward", "--layout", "columns")
        self.assertEqual(layout.returncode, 2)
        self.assertIn("layout: expected one of contiguous, channels_last, strided, expanded, got 'columns'", layout.stderr)


if __name__ == "__main__":
    unittest.main()
