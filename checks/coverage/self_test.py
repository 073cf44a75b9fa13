#!/usr/bin/env python3
"""The figures of coverage, tested on small reports: what counts, and which reports must be rejected."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import coverage  # noqa: E402
import figures  # noqa: E402


def file(path, segments, branches=()):
    return {"filename": f"/root/{path}", "segments": segments, "branches": [list(b) for b in branches]}


def report(*files):
    return {"data": [{"files": list(files)}]}


def function(first, last, count):
    """The segments of a function from line to line."""
    return [[first, 1, count, True, True, False], [last, 2, 0, False, False, False]]


def judged(*files, required=()):
    return figures.figures_of(report(*files), "/root", required)


def shortfalls(*files):
    return figures.shortfalls(figures.folders_of(judged(*files)))


ALL = [file("spec/a.hpp", function(1, 4, 7), [(2, 3, 2, 8, 3, 4, 0, 0, 4)]), file("checks/b.cpp", function(1, 9, 1))]


class Lines(unittest.TestCase):
    def test_are_those_with_code(self):
        self.assertEqual(figures.counts_of_lines(function(3, 5, 2)), {3: 2, 4: 2, 5: 2})

    def test_a_region_that_was_not_run_is_not_covered_by_the_one_around_it(self):
        segments = [[1, 1, 5, True, True, False], [2, 9, 0, True, True, False], [4, 3, 5, True, False, False],
                    [5, 2, 0, False, False, False]]
        self.assertEqual(figures.counts_of_lines(segments), {1: 5, 2: 5, 3: 0, 4: 0, 5: 5})

    def test_a_gap_between_regions_starts_no_line(self):
        segments = [[1, 1, 5, True, True, False], [2, 5, 0, True, True, True], [3, 1, 5, True, True, False],
                    [4, 2, 0, False, False, False]]
        self.assertEqual(figures.counts_of_lines(segments), {1: 5, 2: 5, 3: 5, 4: 5})


class Statements(unittest.TestCase):
    def judged(self, statements, *files):
        return figures.figures_of(report(*files), "/root", ["spec/a.hpp"], statements=statements)

    def test_that_were_never_compiled_are_missed(self):
        files = self.judged({"spec/a.hpp": [2, 3, 6, 7]}, *ALL)  # a template in lines 5 to 8 that nobody uses
        self.assertEqual(files["spec/a.hpp"].missed_lines, [6, 7])
        self.assertEqual(figures.shortfalls(figures.folders_of(files)), ["spec/: 66.66% of lines; the mark is 100%"])
        self.assertIn("  lines never compiled: 6-7", figures.table(files).splitlines())
        self.assertNotIn("never run", figures.table(files))
        self.assertEqual(figures.as_json(files)["files"]["spec/a.hpp"]["uncompiled_lines"], [6, 7])

    def test_of_a_header_that_nobody_includes_are_missed(self):
        files = self.judged({"checks/c.hpp": [3]}, *ALL)
        self.assertEqual(files["checks/c.hpp"].missed_lines, [3])
        self.assertEqual(figures.shortfalls(figures.folders_of(files)), ["checks/: 90.00% of lines; the mark is 95%"])

    def test_begin_in_bodies_of_functions_that_run(self):
        self.assertEqual(coverage.statements_of("""\
template <class T>
struct A {
  int f(int n) const {
    static_assert(sizeof(T) > 1);
    static constexpr int one = 1;
    using U = T;
    if (n > 0)
      return one;
    const auto twice = [](U u) {
      return u + u;
    };
    return n == 0 ? 0
                  : twice(n);
  }
};
static_assert(A<char>{}.f(0) == 0);
"""), [7, 8, 9, 10, 12])

    def test_of_all_headers_are_found(self):
        statements = coverage.statements()
        for path in ("spec/cnnspec/conv2d.hpp", "checks/layers/conv2d/laws.hpp", "checks/twins/windows.hpp"):
            self.assertGreater(len(statements[path]), 10, path)
        self.assertFalse([path for path in statements if path.startswith(coverage.LEFT_OUT)])


class Branches(unittest.TestCase):
    def missed(self, branches, count=1):
        return judged(file("spec/a.hpp", function(1, 9, count), branches), ALL[1])["spec/a.hpp"].missed_branches

    def test_must_be_taken_both_ways(self):
        self.assertEqual(self.missed([(2, 3, 2, 8, 3, 0, 0, 0, 4)]), ["2:3 is never false"])
        self.assertEqual(self.missed([(2, 3, 2, 8, 0, 3, 0, 0, 4)]), ["2:3 is never true"])

    def test_may_be_taken_each_way_by_another_instantiation(self):
        self.assertEqual(self.missed([(2, 3, 2, 8, 3, 0, 0, 0, 4), (2, 3, 2, 8, 0, 1, 0, 0, 4)]), [])

    def test_that_start_together_count_each_for_itself(self):
        self.assertEqual(self.missed([(2, 3, 2, 8, 3, 0, 0, 0, 4), (2, 3, 2, 12, 3, 1, 0, 0, 4)]), ["2:3 is never false"])

    def test_do_not_count_where_the_compiler_has_settled_them(self):
        self.assertEqual(self.missed([(2, 3, 2, 8, 0, 0, 0, 0, 4)]), [])

    def test_that_nobody_has_written_do_not_count(self):
        a = file("spec/a.hpp", function(1, 9, 1), [(2, 3, 2, 4, 3, 0, 0, 0, 4), (5, 3, 5, 8, 3, 0, 0, 0, 4)])
        files = figures.figures_of(report(a), "/root", [], defaulted=lambda path: {2} if path == "spec/a.hpp" else ())
        self.assertEqual(files["spec/a.hpp"].missed_branches, ["5:3 is never false"])

    def test_that_were_never_reached_are_missed_both_ways(self):
        self.assertEqual(judged(file("spec/a.hpp", function(1, 9, 0), [(2, 3, 2, 8, 0, 0, 0, 0, 4)]), ALL[1])
                         ["spec/a.hpp"].missed_branches, ["2:3 is never true", "2:3 is never false"])


class Marks(unittest.TestCase):
    def test_are_reached_where_all_was_run(self):
        self.assertEqual(shortfalls(*ALL), [])

    def test_one_line_of_the_specification_is_too_many(self):
        found = shortfalls(file("spec/a.hpp", function(1, 9999, 1) + function(10001, 10001, 0)), ALL[1])
        self.assertEqual(found[0], "spec/: 99.99% of lines; the mark is 100%")

    def test_so_is_one_branch(self):
        self.assertEqual(shortfalls(file("spec/a.hpp", function(1, 4, 7), [(2, 3, 2, 8, 3, 0, 0, 0, 4)]), ALL[1]),
                         ["spec/: 50.00% of branches; the mark is 100%"])

    def test_what_has_no_mark_is_said(self):
        self.assertEqual(figures.unmarked(figures.folders_of(judged(*ALL))), [])
        half = file("checks/b.cpp", function(1, 9, 1), [(2, 3, 2, 8, 3, 0, 0, 0, 4)])
        self.assertEqual(figures.unmarked(figures.folders_of(judged(ALL[0], half))),
                         ["checks/: 50.00% of branches; no mark"])

    def test_a_twentieth_of_the_checks_may_be_missing_and_no_more(self):
        self.assertEqual(shortfalls(ALL[0], file("checks/b.cpp", function(1, 95, 1) + function(97, 101, 0))), [])
        self.assertEqual(shortfalls(ALL[0], file("checks/b.cpp", function(1, 94, 1) + function(97, 102, 0))),
                         ["checks/: 94.00% of lines; the mark is 95%"])

    def test_a_folder_without_code_does_not_reach_its_mark(self):
        self.assertEqual(len(shortfalls(ALL[1])), 2)


class BadReports(unittest.TestCase):
    def rejected(self, bad, required, words):
        with self.assertRaisesRegex(figures.BadReport, words):
            figures.figures_of(bad, "/root", required)

    def test_without_anything(self):
        self.rejected({"data": []}, [], "empty")

    def test_without_a_file_that_must_be_there(self):
        self.rejected(report(*ALL), ["spec/a.hpp", "spec/c.hpp"], "nothing was compiled of spec/c.hpp")

    def test_with_a_file_without_code(self):
        self.rejected(report(file("spec/a.hpp", [])), ["spec/a.hpp"], "nothing was compiled of spec/a.hpp")

    def test_of_an_empty_profile(self):
        self.rejected(report(file("spec/a.hpp", function(1, 4, 0))), ["spec/a.hpp"], "nothing was run")

    def test_about_files_elsewhere(self):
        self.rejected(report(file("other/a.hpp", function(1, 4, 1))), [], "nothing was run")


class Table(unittest.TestCase):
    def test_names_what_is_missed_and_no_file_that_is_not(self):
        text = figures.table(judged(file("spec/a.hpp", function(1, 4, 0) + function(6, 7, 1)), ALL[1]))
        self.assertIn("spec/a.hpp: 33.33% of lines", text)
        self.assertIn("lines never run: 1-4\n", text + "\n")
        self.assertNotIn("b.cpp", text)

    def test_the_figures_for_programs_tell_the_verdict(self):
        self.assertTrue(figures.as_json(judged(*ALL))["passed"])
        self.assertEqual(figures.as_json(judged(*ALL))["folders"]["spec"]["branches"],
                         {"covered": 2, "total": 2, "percent": 100.0})


class CommandLine(unittest.TestCase):
    def run_with(self, *words):
        """(status, what it printed, what it said on the side), where nothing is built."""
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, coverage.__file__, "--build", f"{folder}/build", "--check-arguments", *words]
            done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_is_checked_where_nothing_is_built(self):
        self.assertEqual(self.run_with(), (0, "needs: cnnspec_fast_tests\n", ""))
        self.assertEqual(self.run_with("--all"), (0, "needs: all\n", ""))
        for words, message in ((["--some"], "unrecognized arguments: --some"),
                               (["--json", "/nosuch/file"], "--json: expected a file that can be written, got '/nosuch/file'"),
                               (["--json", "."], "--json: expected a file that can be written")):
            status, out, err = self.run_with(*words)
            self.assertEqual((status, out), (2, ""))
            self.assertIn(message, err)


if __name__ == "__main__":
    unittest.main()
