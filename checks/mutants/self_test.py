#!/usr/bin/env python3
"""Tests the mutation tester: which mutants it makes of a small header, and what it says about those that live.

The last tests compile mutants of a small header, with a small suite.
"""

import contextlib
import io
import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import equivalent  # noqa: E402
import matrix  # noqa: E402
import mutants  # noqa: E402
import mutator  # noqa: E402
import suite  # noqa: E402


def mutations(text):
    return [m.mutation for m in mutator.mutants_of("small.hpp", text)]


class Mutator(unittest.TestCase):
    def test_changes_every_operator_constant_bound_and_statement(self):
        self.assertEqual(
            mutations("""int sum(const int* x, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) total += x[i] * 2;
  return total;
}
"""),
            ["`0` -> `1`", "drop `for (int i = 0; i < count; ++i) total += x[i] * 2;`", "`0` -> `1`", "`<` -> `<=`",
             "`<` -> `>=`", "`i < count` -> `i < count - 1`", "`++` -> `--`", "`++i` -> `i += 2`",
             "drop `total += x[i] * 2;`", "repeat `total += x[i] * 2;`", "`+=` -> `-=`", "`+=` -> `=`",
             "`i` -> `i + 1` #4", "`i` -> `i - 1` #4", "`*` -> `+`", "`2` -> `1`", "`2` -> `3`"])

    def changes(self, text, *parts):
        """The mutations of one kind: those whose words contain one of these parts."""
        return [m for m in mutations(text) if any(part in m for part in parts)]

    def test_moves_each_index_of_a_tensor_and_no_argument_of_another_call(self):
        self.assertEqual(self.changes("void f() { y(o) = w(o, k + q) * x(f(n), 0) - a[n]; }\n"
                                      "void g() { auto [s, t] = f(u); Tensor x(v); }\n", "+ 1", "- 1"),
                         ["`o` -> `o + 1`", "`o` -> `o - 1`", "`o` -> `o + 1` #2", "`o` -> `o - 1` #2",
                          "`k + q` -> `k + q + 1`", "`k + q` -> `k + q - 1`",
                          "`f(n)` -> `f(n) + 1`", "`f(n)` -> `f(n) - 1`", "`n` -> `n + 1` #2", "`n` -> `n - 1` #2"])

    def test_drops_each_half_of_a_comma(self):
        self.assertEqual(self.changes("void f() { best = cell, winner = g(row, column); }\n", "best ="),
                         ["`best = cell, winner = g(row, column)` -> `best = cell`",
                          "`best = cell, winner = g(row, column)` -> `winner = g(row, column)`",
                          "drop `best = cell, winner = g(row, column);`"])
        self.assertEqual(self.changes("int f(int... i) { ((check(i), n = n + i), ...); }\n", "check(i), n = n + i` ->"),
                         ["`check(i), n = n + i` -> `check(i)`", "`check(i), n = n + i` -> `n = n + i`"])
        self.assertEqual(self.changes("bool operator==(const A& a, const A& b) { g<a, b>(); A c = a, d = b; }\n",
                                      "a`", "d = b`"), [])

    def test_swaps_the_arms_of_a_condition(self):
        self.assertEqual(self.changes("int f(int a) { return g(a ? 1 : a + b, c ? d ? 5 : 6 : 7); }\n", ":"),
                         ["`1 : a + b` -> `a + b : 1`", "`d ? 5 : 6 : 7` -> `7 : d ? 5 : 6`", "`5 : 6` -> `6 : 5`"])

    def test_drops_each_branch(self):
        self.assertEqual(self.changes("void f() { if (a) g(); else { h(); } if (b) return; }\n", "drop"),
                         ["drop `g();`", "drop `{ h(); }`", "drop `h();`", "drop `if (b) return;`"])

    def test_swaps_the_least_and_the_greatest_number(self):
        self.assertEqual(mutations("auto a = Limits<int>::min();\n"), ["`min` -> `max`"])
        self.assertEqual(mutations("auto a = Limits<int>::max();\n"), ["`max` -> `min`"])

    def test_swaps_a_name_with_each_that_it_is_mistaken_for(self):
        self.assertEqual(mutations("int f(int o, int i, int c) { return o * i * c; }\n"),
                         ["`o` -> `c` #2", "`o` -> `i` #2", "`*` -> `+`", "`i` -> `o` #2", "`*` -> `+` #2",
                          "`c` -> `o` #2"])

    def test_swaps_names_that_are_near_and_not_those_being_declared(self):
        self.assertEqual(mutations("int area(int height, int width) { return height - width; }\n"
                                   "int other(int height) { return height; }\n"),
                         ["`height` -> `width` #2", "`-` -> `+`", "`width` -> `height` #2"])

    def test_drops_conditions_jumps_negations_and_signs(self):
        self.assertEqual(
            mutations("void f(bool a) {\n  while (a) {\n    if (!a) continue;\n    g(-a);\n  }\n}\n"),
            ["drop `if (!a) continue;`", "`!` -> ``", "drop `continue;`", "drop `g(-a);`", "`-` -> ``"])

    def test_looks_into_lambdas_but_not_into_comments_text_of_directives_and_brackets_of_templates(self):
        self.assertEqual(mutations("#include <a-1>\n// 1 + 1\ntemplate <class T, int... E>\n"
                                   "void f(T<E...>& t) { t([&](int& n) { n += g(); }); }\n"),
                         ["drop `t([&](int& n) { n += g(); });`", "repeat `t([&](int& n) { n += g(); });`",
                          "drop `n += g();`", "repeat `n += g();`", "`+=` -> `-=`", "`+=` -> `=`"])

    def test_leaves_examples_alone_and_changes_assertions_in_functions(self):
        text = "static_assert(1 < 2);\nvoid f() { static_assert(a || b, \"text\"); }\n"
        self.assertEqual(mutations(text), ["drop `static_assert(a || b, \"text\");`", "`||` -> `&&`"])
        self.assertEqual(mutator.without_examples(text), "\nvoid f() { static_assert(a || b, \"text\"); }\n")

    def test_names_a_mutant_alike_wherever_its_line_is(self):
        line = "int f(int a) { return a + 1; }\n"
        moved = mutator.mutants_of("a.hpp", "// more\n\n" + line)
        self.assertEqual([m.id for m in mutator.mutants_of("a.hpp", line)], [m.id for m in moved])
        twice = mutator.mutants_of("a.hpp", line.replace("f", "g") + line + line)
        self.assertEqual(len({m.id for m in twice}), len(twice))

    def test_does_not_make_one_mutant_twice(self):
        for file in (mutants.ROOT / "spec/cnnspec").glob("*.hpp"):
            texts = [m.text for m in mutator.mutants_of(file.name, file.read_text())]
            self.assertEqual(len(set(texts)), len(texts))
            self.assertGreater(len(texts), 5)


class List(unittest.TestCase):
    def read(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "list.txt"
            path.write_text(text)
            return equivalent.read(path)

    def test_has_a_reason_for_each_mutation(self):
        self.assertEqual(self.read("# comment\n\nfile a.hpp\nline (2) x + y;\nmutation `+` -> `-`\nmutation drop\n"
                                   "why y is 0,\n    always\n"),
                         {("a.hpp", 2, "x + y;", "`+` -> `-`"): ("y is 0, always", 3),
                          ("a.hpp", 2, "x + y;", "drop"): ("y is 0, always", 3)})

    def test_refuses_what_is_incomplete_unknown_or_listed_twice(self):
        entry = "file a.hpp\nline x;\nmutation m\nwhy w\n"
        for text in (entry.replace("why w\n", ""), entry.replace("mutation m\n", ""), entry + "what is this\n",
                     entry + "\n" + entry):
            with self.assertRaises(equivalent.ListError, msg=text):
                self.read(text)


SMALL = """#pragma once
namespace cnnspec {
constexpr int larger(int a, int b) { return a < b ? b : a; }
constexpr int count_to(int n) {
  int count = 0;
  for (int i = 0; i < n; ++i) count += 1;
  return count;
}
static_assert(count_to(2) == 2);
}  // namespace cnnspec
"""
SMALL_TEST = """#include <gtest/gtest.h>
#include "cnnspec/small.hpp"
TEST(Larger, of_two) { EXPECT_EQ(cnnspec::larger(1, 2), 2); EXPECT_EQ(cnnspec::larger(4, 3), 4); }
TEST(Counting, is_right) { volatile int n = 5; EXPECT_EQ(cnnspec::count_to(n), n); }
"""


class Refusals(unittest.TestCase):
    """What a compiler says of a file that must not compile."""
    GCC = ("a.hpp: In instantiation of 'require_static() [with Clause violated = cnnspec::Clause::C2; "
           "long int expected = 5; long int actual = 4]':\na.hpp:63:26: error: static assertion failed: C2: the window\n")
    CLANG = ("a.hpp:63:3: error: static_assert failed due to requirement '2 != Clause::C2' \"C2: the window\"\n"
             "b.hpp:49:5: note: in 'cnnspec::require_static<cnnspec::Clause::C2, 5L, 4L>' requested here\n")

    def test_name_the_clause_and_the_two_numbers(self):
        for errors in (self.GCC, self.CLANG):
            self.assertTrue(suite.is_refusal("// expect: C2", errors))
            self.assertTrue(suite.is_refusal("// expect: C2 5 4", errors))
            for other in ("C1", "C1 5 4", "C2 4 5", "C2 5 5", "C2 4 4", "C2 55 4", "C2 5 44"):
                self.assertFalse(suite.is_refusal(f"// expect: {other}", errors), other)
        self.assertFalse(suite.is_refusal("// expect: C2", ""))
        self.assertTrue(suite.is_refusal("// must compile", ""))
        self.assertFalse(suite.is_refusal("// must compile", self.GCC))


class Kinds(unittest.TestCase):
    """What each kind of check is worth, computed from verdicts that are written down here."""

    def test_follow_from_the_name_of_a_check(self):
        for check, kind in (("conv2d L4: padding", "laws"), ("conv2d<double> L10: agrees", "independent twins"),
                            ("network with relu twin: agrees", "independent twins"),
                            ("relu gradient: backward", "finite differences"), ("hand-worked: A.b", "hand-worked"),
                            (suite.EXAMPLES, "examples beside the code"), ("clauses: A.b", "clauses"),
                            ("hand-worked: does not compile", "hand-worked"), ("conv2d laws: ends", "laws"),
                            ("conv2d laws: does not compile", "the compiler"),
                            ("compile-time clauses: a", "compile-time clauses")):
            self.assertEqual(matrix.kind_of(check), kind, check)

    def test_count_what_ran_what_kills_and_what_alone_kills(self):
        header = "void f() {\n  for (int i = 0; i < n; ++i) y += 1;\n  y -= 2;\n}\n"
        made = mutator.mutants_of("conv2d.hpp", header)
        (adds,) = [m for m in made if m.mutation == "`+=` -> `-=`"]
        (less,) = [m for m in made if m.mutation == "`<` -> `<=`"]
        (after,) = [m for m in made if m.mutation == "`-=` -> `+=`"]
        self.assertEqual([adds.in_loop, less.in_loop, after.in_loop], [True, True, False])
        law, twin, gradient = "conv2d L4: a", "conv2d L10: b", "conv2d gradient: c"
        verdicts = {
            adds.id: suite.Verdict("killed", {"laws": {law: ("fail", ""), twin: ("pass", ""), gradient: ("pass", "")}}),
            less.id: suite.Verdict("killed", {"laws": {law: ("pass", ""), twin: ("hang", ""), gradient: ("crash", "")},
                                              "hand-worked": {"hand-worked: d": ("pass", "")}}),
            after.id: suite.Verdict("killed", {"laws": {law: ("fail", ""), gradient: ("pass", "")}})}
        sample = {"sample": {"mutants": 3, "of": 9, "seed": 1}}
        report = matrix.Report([adds, less, after], verdicts, {}, sample)
        self.assertEqual(report.by_kind(), {
            "laws": {"ran": 3, "kills": 2, "alone": 2}, "independent twins": {"ran": 2, "kills": 1, "alone": 0},
            "finite differences": {"ran": 3, "kills": 1, "alone": 0}, "hand-worked": {"ran": 1, "kills": 0, "alone": 0}})
        self.assertEqual(report.beyond_gradients(), {"judged": 2, "pass_gradients": 1, "killed": 1, "by_laws": 1,
                                                     "by_twins": 0, "by_neither": 0})
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            report.print(detailed=False)
        self.assertIn("Of 2 mutants of the layers' loops on which finite differences ran, 1 pass them all", out.getvalue())
        self.assertIn("3 of 9 mutants were judged", out.getvalue())


REFUSED = """// expect: C1
#include "cnnspec/small.hpp"
static_assert(cnnspec::larger(1, 2) == 1, "C1: as it must be");
"""


class Whole(unittest.TestCase):
    """Mutants of a small header. In `larger`, `<` and `<=` mean the same: that mutant lives."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        for name in ("spec", "refused", "build"):
            (cls.path / name).mkdir()
        (cls.path / "spec/small.hpp").write_text(SMALL)
        (cls.path / "small_test.cpp").write_text(SMALL_TEST)
        (cls.path / "refused/first.cpp").write_text(REFUSED)
        cls.parts, cls.refused = suite.PARTS, suite.MUST_NOT_COMPILE
        suite.PARTS = [suite.Part("small", str(cls.path / "small_test.cpp"), ("small.hpp",))]
        suite.MUST_NOT_COMPILE = str(cls.path / "refused")

    @classmethod
    def tearDownClass(cls):
        suite.PARTS, suite.MUST_NOT_COMPILE = cls.parts, cls.refused
        cls.folder.cleanup()

    def run_main(self, listed, *options):
        """(status, standard output)"""
        (self.path / "list.txt").write_text(listed)
        argv = sys.argv
        sys.argv = ["mutants", "--build", str(self.path / "build"), "--spec", str(self.path / "spec"), "--equivalent",
                    str(self.path / "list.txt"), *options]
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                status = mutants.main()
        finally:
            sys.argv = argv
        return status, out.getvalue()

    def run_with(self, listed, *options):
        """(status, result for programs)"""
        status, out = self.run_main(listed, "--json", "-", *options)
        return status, json.loads(out)

    LIVES = "file small.hpp\nline constexpr int larger(int a, int b) { return a < b ? b : a; }\nmutation `<` -> `<=`\n"

    def test_a_mutant_that_lives_is_an_error_until_it_is_listed_with_a_reason(self):
        status, result = self.run_with("")
        by_mutation = {(m["line"], m["mutation"]): m for m in result["mutants"]}
        self.assertEqual([key for key, m in by_mutation.items() if m["status"] == "survived"], [(3, "`<` -> `<=`")])
        self.assertEqual(status, 1)

        status, result = self.run_with(self.LIVES + "why the larger of equal numbers is either\n")
        self.assertEqual((status, result["totals"]["equivalent"], result["totals"]["survived"]), (0, 1, 0))

        # The others are killed by the test of the function, and by the example beside the function.
        self.assertEqual(by_mutation[3, "`<` -> `>=`"]["killed_by"], ["small: Larger.of_two"])
        self.assertEqual(by_mutation[6, "`i < n` -> `i < n - 1`"]["killed_by"],
                         [suite.EXAMPLES, "small: Counting.is_right"])
        # A mutant that counts down for ever is stopped.
        self.assertEqual(by_mutation[6, "`++` -> `--`"]["status"], "killed")

    def test_an_entry_that_fits_nothing_or_a_killed_mutant_is_an_error(self):
        with self.assertRaises(equivalent.ListError):
            self.run_with(self.LIVES.replace("small.hpp", "other.hpp") + "why ...\n")
        with self.assertRaises(equivalent.ListError):
            self.run_with(self.LIVES.replace("a < b ?", "a < c ?") + "why ...\n")
        status, result = self.run_with(self.LIVES.replace("<=", ">=") + "why ...\n")
        self.assertEqual((status, result["totals"]["killed although listed"]), (1, 1))

    def test_a_specification_that_does_not_pass_is_judged_no_further(self):
        (self.path / "spec/small.hpp").write_text(SMALL.replace("a < b ? b : a", "a"))
        try:
            with self.assertRaises(suite.SuiteError):
                self.run_with("")
        finally:
            (self.path / "spec/small.hpp").write_text(SMALL)

    def test_the_result_for_programs_has_a_row_for_each_header(self):
        _, result = self.run_with("")
        self.assertEqual((result["type"], result["schema"], result["parts"]), ("mutants", 1, "first"))
        self.assertEqual(result["sample"], {"mutants": len(result["mutants"]), "of": len(result["mutants"]), "seed": None})
        self.assertRegex(result["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.run_with("", "--sample", "4", "--seed", "3", "--quick")[1]["sample"],
                         {"mutants": 4, "of": len(result["mutants"]), "seed": 3})
        totals = result["totals"]
        self.assertEqual(result["headers"], [
            {"file": "small.hpp", "mutants": len(result["mutants"]), "killed": totals["killed"], "equivalent": 0,
             "survived": 1, "listed_but_killed": 0, "invalid": totals["invalid"]}])

    def test_results_are_written_whole_and_handed_to_the_report(self):
        program = self.path / "build/bin/cnnspec"
        program.parent.mkdir(exist_ok=True)
        program.write_text('#!/bin/sh\n[ "$1 $2" = "report -" ] && cat >"$4"\n')
        program.chmod(0o755)
        result, page = self.path / "out/result.json", self.path / "out/page.html"
        result.parent.mkdir()
        result.write_text("what was there before")
        status, out = self.run_main("", "--json", str(result), "--html", str(page))
        self.assertEqual(status, 1)
        total = len(json.loads(result.read_text())["mutants"])
        known = re.search(r"(\d+) of (\d+) mutants known from an earlier run", self.run_main("")[1])
        self.assertEqual(known.groups(), (str(total), str(total)))
        self.assertIn("small.hpp", out)
        self.assertEqual(json.loads(result.read_text())["type"], "mutants")
        self.assertEqual(page.read_text(), result.read_text())
        self.assertEqual(sorted(result.parent.iterdir()), [page, result])  # nothing temporary is left
        program.write_text("#!/bin/sh\nexit 2\n")
        with self.assertRaises(mutants.UsageError):
            self.run_main("", "--markdown", str(self.path / "out/page.md"))
        program.unlink()
        with self.assertRaises(mutants.UsageError):
            self.run_main("", "--markdown", str(self.path / "out/page.md"))

    def test_a_file_that_cannot_be_written_is_refused_before_anything_runs(self):
        judge = suite.Judge
        suite.Judge = None
        try:
            for name in ("missing/result.json", "refused", ""):
                with self.assertRaisesRegex(mutants.UsageError, "--json: expected a file that can be written"):
                    self.run_main("", "--json", name and str(self.path / name))
            with self.assertRaises(mutants.UsageError):
                self.run_main("", "--json", "-", "--markdown", "-")
        finally:
            suite.Judge = judge

    def test_arguments_are_checked_where_nothing_is_built(self):
        judge = suite.Judge
        suite.Judge = None
        try:
            laws, page = "needs: cnnspec_mutants_laws", str(self.path / "page.html")
            for options, needs in ((["--sample", "1"], laws), (["--html", page], f"{laws} cnnspec_cli"),
                                   ([f"--markdown={page}"], f"{laws} cnnspec_cli")):
                self.assertEqual(self.run_main("", "--check-arguments", *options), (0, f"{needs}\n"))
            self.assertFalse(self.run_main("", "--check-arguments", "--list")[1].startswith("needs:"))
            for options, message in ((["--only", "12345678"], "--only: there is no mutant '12345678'"),
                                     (["--file", "nosuch"], "--file: expected one of small.hpp, got 'nosuch.hpp'"),
                                     (["--html", str(self.path)], "--html: expected a file that can be written")):
                with self.assertRaisesRegex(mutants.UsageError, message):
                    self.run_main("", "--check-arguments", *options)
        finally:
            suite.Judge = judge

    def test_a_sample_depends_on_its_seed_alone(self):
        ids = [[m["id"] for m in self.run_with("", "--sample", "4", "--seed", seed)[1]["mutants"]]
               for seed in ("1", "1", "2")]
        self.assertEqual(len(ids[0]), 4)
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], ids[2])


if __name__ == "__main__":
    unittest.main()
