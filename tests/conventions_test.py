#!/usr/bin/env python3
"""Tests the page on conventions. Is its column for the specification right? Does it mark differences? Does it survive
libraries that crash, hang, or are missing?

Usage: conventions_test.py BUILD        a build with bin/conventions_specification and bin/cnnspec
"""

import math
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True
CONVENTIONS = pathlib.Path(__file__).resolve().parent.parent / "reports/conventions"
sys.path.insert(0, str(CONVENTIONS))
import clauses  # noqa: E402
import conventions  # noqa: E402
import judged  # noqa: E402
import libraries  # noqa: E402
import page  # noqa: E402
import questions  # noqa: E402
import summary  # noqa: E402

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
NAN, INF = math.nan, math.inf

# Worked out by hand, from the numbers in the column "input" of the page. A text is the clause that rejects the input;
# None: not offered.
BY_HAND = {
    "pool-tie": [0, 8, 0, 0],
    "pool-overlap": [0, 8 + 16, 0],
    "pool-nan": [NAN, NAN, NAN],
    "pool-nan-gradient": [0, 8, 0],
    "pool-two-nan-gradient": [0, 0, 8],
    "pool-zeros": [-0.0, 0.0],
    "pool-zeros-gradient": [8, 0],
    "pool-minus-infinity": [-INF],
    "pool-minus-infinity-gradient": [8, 0],
    "pool-minus-infinity-padded": [8 + 16, 0],
    "pool-infinite-gradient": [0, INF],
    "pool-padding": [-1, -1],
    "pool-uneven-padding": [2, 9],
    "pool-wide-padding": "C4",
    "pool-all-padding": "C4",
    "pool-straddle": "C4",
    "pool-dilation": [2, 5, 3],
    "pool-remainder": [2, 4],
    "pool-remainder-gradient": [0, 8, 0, 16, 0],
    "pool-ceil": None,
    "pool-ceil-padding": None,
    "pool-too-large": "C2",
    "pool-too-large-stride": "C2",
    "pool-subnormal": [2.0**-140],
    "pool-empty-batch": [],
    "relu": [0, 3, 0, INF],
    "relu-nan": [NAN],
    "relu-nan-gradient": [8],
    "relu-zero-gradient": [0, 0],
    "relu-negative-zero": [0, 0],
    "relu-blocked-gradient": [0, 0],
    "relu-subnormal": [2.0**-140, 0],
    "relu-subnormal-gradient": [8],
    "conv": [1 + 20, 2 + 30],
    "conv-dilation": [1 + 30, 2 + 40, 3 + 50],
    "conv-groups": [1, 10, 200, 2000],
    "conv-remainder": [1, 2, 10, 20, 0],
    "conv-uneven-padding": [1 + 20, 2],
    "conv-all-padding": [10, 6 + 10, 10],
    "conv-too-large": "C2",
    "conv-too-large-stride": "C2",
    "conv-empty-batch": [],
    "conv-empty-batch-gradient": [0, 0],
    "conv-padding-infinity": [2],
    "conv-padding-infinity-groups": [2, 3],
    "conv-padding-nan": [2],
    "conv-padding-gradient": [0, INF, 0],
    "conv-zero-infinity": [NAN, INF],
    "conv-remainder-infinity": [21],
    "conv-stride-infinity": [INF, 0, INF],
    "conv-negative-zero": [0.0],  # 0 + -0
    "conv-negative-zero-bias": [0.0],
    "conv-cancel": [0],  # 2^24 + 1 is halfway to 2^24 + 2, and 2^24 is the even one
    "conv-cancel-bias": [2.0**24],
    "conv-bias-order": [0],
    "conv-overflow": [INF],  # 2^127 + 2^127, and then it is too late
    "conv-fma": [0],  # (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, halfway to 1 + 2^-11 + 2^-23
    "conv-subnormal": [2.0**-140],
    "conv-underflow": [2.0**-140],
}


def specification(q):
    return libraries.ask(libraries.specification(BUILD), q, 60)


def adapter(folder, body):
    """The command of a fake library. `body` prints its answer, and can use the `lines` of the question."""
    path = pathlib.Path(folder) / "library.py"
    head = """
        import os, signal, sys, time
        if sys.argv[1:] == ["--version"]:
            print("fake 1.0")
            sys.exit(0)
        lines = sys.stdin.read().splitlines()
    """
    path.write_text(textwrap.dedent(head) + textwrap.dedent(body))
    return [sys.executable, str(path)]


class TheSpecificationsColumn(unittest.TestCase):
    def test_every_question_has_been_worked_by_hand(self):
        self.assertEqual(set(BY_HAND), set(questions.QUESTIONS))

    def test_is_what_was_worked_by_hand(self):
        for name, q in questions.QUESTIONS.items():
            kind, detail = specification(q)
            with self.subTest(name, kind=kind, detail=detail):
                if BY_HAND[name] is None:
                    self.assertEqual(kind, "not offered")
                elif isinstance(BY_HAND[name], str):
                    self.assertEqual((kind, detail), ("refuses", BY_HAND[name]))
                else:
                    self.assertEqual(kind, "answer")
                    self.assertTrue(page.equal(detail, BY_HAND[name]))

    def test_is_the_same_in_many_channels(self):
        for name, q in questions.QUESTIONS.items():
            with self.subTest(name):
                self.assertIsNone(libraries.ask_wide(libraries.specification(BUILD), q, specification(q), 60))

    def test_is_right_for_the_judge_too(self):
        for name in ("pool-nan-gradient", "relu-negative-zero", "conv-padding-infinity"):
            q = questions.QUESTIONS[name]
            self.assertEqual(judged.judge(BUILD / "bin/cnnspec", q, specification(q)[1])[0], "right", name)


class ATable(unittest.TestCase):
    expected = ("answer", [0.0, 8.0])

    def cell(self, *actual):
        return page.cell(self.expected, actual)

    def test_leaves_unmarked_what_is_the_same(self):
        self.assertEqual(self.cell("answer", [0.0, 8.0]), "0 8")
        self.assertEqual(page.cell(("answer", [NAN]), ("answer", [NAN])), "NaN")

    def test_marks_what_differs(self):
        self.assertEqual(self.cell("answer", [8.0, 0.0]), "**differs:** 8 0")
        self.assertEqual(self.cell("answer", [0.0, NAN]), "**differs:** 0 NaN")
        self.assertEqual(self.cell("answer", [0.0]), "**differs:** 0")
        self.assertEqual(self.cell("answer", []), "**differs:** none")
        self.assertEqual(self.cell("answer", [-0.0, 8.0]), "**sign of 0:** -0 8")
        self.assertEqual(self.cell("refuses", "why"), "**refuses**")
        self.assertEqual(page.cell(("refuses", "C4"), self.expected), "**computes:** 0 8")

    def test_marks_what_differs_in_many_channels_only(self):
        self.assertEqual(page.cell(self.expected, self.expected, ("answer", [8.0, 0.0])),
                         "0 8; in 16 channels **differs:** 8 0")

    def test_leaves_out_what_is_not_offered(self):
        self.assertEqual(self.cell("not offered", ""), "–")


class TheSummary(unittest.TestCase):
    """The summary for libraries that give the answers of BY_HAND, except for `changed` ones."""

    def setUp(self):
        self.expected = {name: ("not offered", "") if by_hand is None else ("refuses", by_hand)
                         if isinstance(by_hand, str) else ("answer", by_hand) for name, by_hand in BY_HAND.items()}

    def row(self, topic, changed, wide=()):
        """The cell of a library that gives other answers to the questions in `changed`."""
        answers, none = {**self.expected, **changed}, dict.fromkeys(self.expected)
        text = summary.matrix(self.expected, {"lib": answers}, {"lib": {**none, **dict(wide)}})
        (line,) = (line for line in text.splitlines() if line.startswith(f"| {topic} |"))
        return line.split(" | ")[-1].removesuffix(" |")

    def test_counts_what_differs_of_what_is_answered(self):
        nan = "NaN in max pooling"
        self.assertEqual(self.row(nan, {}), "the same")
        self.assertEqual(self.row(nan, {"pool-nan": ("answer", [3, 3, 3])}), "**differs** (1 of 3)")
        gone = {name: ("not offered", "") for name in ("pool-nan-gradient", "pool-two-nan-gradient")}
        self.assertEqual(self.row(nan, {**gone, "pool-nan": ("answer", [3, 3, 3])}), "**differs** (1 of 1)")
        self.assertEqual(self.row(nan, {**gone, "pool-nan": ("not offered", "")}), "–")
        self.assertEqual(self.row(nan, {"pool-nan": ("crashed", "SIGSEGV"), "pool-nan-gradient": ("refuses", "")}),
                         "**crashed** (1 of 3), **refuses** (1 of 3)")
        self.assertEqual(self.row(nan, {}, {"pool-nan": ("answer", [3, 3, 3])}), "**differs** (1 of 3)")
        self.assertEqual(self.row("-0", {"relu-negative-zero": ("answer", [-0.0, 0])}), "sign of 0 (1 of 5)")

    def test_asks_only_questions_that_there_are(self):
        for _, _, names in summary.TOPICS:
            self.assertLessEqual(set(names), set(questions.QUESTIONS))

    def test_says_where_all_agree_but_not_of_one_library_alone(self):
        def agreements(**changed):
            both = {"a": self.expected, "b": {**self.expected, **changed}}
            return summary.agreements(self.expected, both, {name: dict.fromkeys(self.expected) for name in both})
        self.assertIn("- ReLU: both signs, and infinities; NaN; ", agreements())
        self.assertNotIn("infinities; NaN;", agreements(**{"relu-nan": ("answer", [0])}))
        self.assertNotIn("infinities; NaN;", agreements(**{"relu-nan": ("not offered", "")}))

    def test_names_how_many_libraries_were_asked(self):
        self.assertEqual(conventions.count_of(["oneDNN", "im2col", "OpenCV"]),
                         "two libraries, and of cnnspec's own kernel im2col,")
        self.assertEqual(conventions.count_of(["OpenCV"]), "one library")


class WhatDecides(unittest.TestCase):
    def test_has_every_convention_that_a_question_names(self):
        named = {q["clause"] for q in questions.QUESTIONS.values() if q["clause"].startswith("N")}
        self.assertEqual(named, set(clauses.conventions()))
        self.assertIn("- **N4**: ties: the first cell", clauses.markdown())


class ALibrary(unittest.TestCase):
    question = questions.QUESTIONS["relu-nan"]

    def ask(self, body, seconds=60):
        with tempfile.TemporaryDirectory() as folder:
            return libraries.ask(adapter(folder, body), self.question, seconds)

    def test_that_crashes_is_reported_as_such(self):
        answer = self.ask("os.kill(os.getpid(), signal.SIGSEGV)")
        self.assertEqual(page.cell(("answer", [0.0]), answer), "**crashed** (SIGSEGV)")

    def test_that_hangs_is_reported_as_such(self):
        self.assertEqual(page.cell(("answer", [0.0]), self.ask("time.sleep(600)", 1)), "**hangs**")

    def test_that_breaks_the_protocol_is_reported_as_such(self):
        self.assertEqual(self.ask("sys.exit(3)"), ("no answer", "exit status 3"))
        self.assertEqual(self.ask("print('hello')"), ("no answer", "exit status 0"))

    def test_that_answers_is_understood_whatever_else_it_prints(self):
        self.assertEqual(self.ask("print('hello')\nprint('answer -0.0 1e-400 inf')"), ("answer", [0.0, 0.0, INF]))
        self.assertEqual(self.ask("print('refuses too large')"), ("refuses", "too large"))
        self.assertEqual(self.ask("print('not offered no gradients')"), ("not offered", "no gradients"))

    def test_that_is_not_installed_is_left_out_with_a_word(self):
        command, why = libraries.find([["/nowhere/library"]])
        self.assertIsNone(command)
        self.assertIn("/nowhere/library", why)


class ThePage(unittest.TestCase):
    def test_marks_a_library_that_answers_wrongly_and_leaves_out_one_that_is_not_there(self):
        # Right on ReLU, except for NaN. It offers nothing else.
        body = """
            if 'operation relu_forward' not in lines:
                print('not offered')
            else:
                x = [float(v) for line in lines if line.startswith('x ') for v in line.split()[1:]]
                print('answer', *(repr(v) if v > 0 else '0' for v in x))
        """
        with tempfile.TemporaryDirectory() as folder:
            fake = " ".join(adapter(folder, body))
            out = pathlib.Path(folder) / "page.md"
            run = subprocess.run([sys.executable, str(CONVENTIONS / "conventions.py"), "--build", str(BUILD),
                                  "--library", f"fake={fake}", "--library", "absent=/nowhere/library", "--only", "fake",
                                  "--only", "absent", "--markdown", str(out)], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
            complete = subprocess.run([*run.args[:-1], str(out) + ".complete", "--complete"], capture_output=True,
                                      text=True)
            self.assertEqual((complete.returncode, complete.stdout), (3, ""))
            self.assertIn("absent", complete.stderr)
            text = out.read_text()
            self.assertEqual(sorted(p.name for p in pathlib.Path(folder).iterdir()), ["library.py", "page.md"])
        self.assertIn("| NaN | x (NaN) | NaN (N6) | **differs:** 0 |", text)
        self.assertEqual(text.count("| **differs:**"), 1)
        self.assertIn("- relu_forward, NaN: fake (wrong)", text)
        self.assertIn("Libraries: fake 1.0.", text)
        self.assertIn("Left out: absent", text)
        self.assertIn("\nAnswers of one library where", text)
        self.assertIn("| NaN in ReLU | passes, forward and backward (N6) | **differs** (1 of 1) |", text)


if __name__ == "__main__":
    unittest.main()
