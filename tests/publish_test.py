#!/usr/bin/env python3
"""reports/publish.py: what is measured, what the pages contain, and what is rejected.

Usage: publish_test.py CNNSPEC      the program

A script stands in for the commands. It returns the examples of tests/reports.
"""

import contextlib
import importlib.util
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parent
EXAMPLES = TESTS / "reports"

# Stands in for the start-up script, and writes down its arguments. A command named in "fail" fails, one named in
# "interrupt" is interrupted.
STAND_IN = """#!{python}
import json, os, pathlib, signal, sys
root = pathlib.Path(__file__).parent
words = sys.argv[1:]
with open(root / "asked", "a") as asked:
    print(*words, file=asked)
if (root / "fail").exists() and words[0] == (root / "fail").read_text():
    sys.exit(2)
if (root / "interrupt").exists() and words[0] == (root / "interrupt").read_text():
    os.kill(os.getppid(), signal.SIGINT)
    signal.pause()
if words[0] == "build":
    sys.exit(0)
if words[0] == "bench":
    groups = [group for option, group in zip(words, words[1:]) if option == "--only"]
    result = json.loads(pathlib.Path("{examples}/bench.json").read_text())
    figure = {"unit": "executions/s", "median": 1800, "low": 1500, "high": 2300, "runs": 3, "lower_is_better": False,
              "peer": {"name": "without sanitizers", "median": 9100, "low": 9000, "high": 9200, "runs": 3}, "ratio": 0.2}
    result.update(figures=[{"group": group, "name": "layer", **figure} for group in groups], series=[], skipped=[],
                  conditions=[{"groups": groups, "date": "2026-01-02", "quick": False, "load": {"start": 1, "end": 2}}])
elif words[0] == "coverage":
    full, none = {"covered": 7, "total": 7, "percent": 100.0}, {"covered": 0, "total": 0, "percent": 0.0}
    part = {"covered": 9765, "total": 10000, "percent": 97.65}
    result = {"marks": {"spec": {"lines": 100, "branches": 100}, "checks": {"lines": 95}}, "passed": True, "files": {},
              "folders": {"checks": {"lines": part, "branches": none}, "spec": {"lines": full, "branches": full}}}
else:
    example = "judge_pass" if words[0] == "judge" else words[0]
    result = json.loads(pathlib.Path("{examples}/" + example + ".json").read_text())
pathlib.Path(words[words.index("--json") + 1]).write_text(json.dumps(result))
"""

# Writes the page on conventions. A file "absent" beside it means that a library is not installed.
CONVENTIONS = """
import pathlib, sys
if pathlib.Path(__file__).with_name("absent").exists():
    sys.exit(3)
assert "--complete" in sys.argv
pathlib.Path(sys.argv[sys.argv.index("--markdown") + 1]).write_text("# measured\\n")
"""


def load():
    spec = importlib.util.spec_from_file_location("publish", TESTS.parent / "reports" / "publish.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sections(page):
    """The lines of a page, without those that hold times."""
    return [line for line in page.splitlines() if not line.startswith("`./cnnspec")]


class Publish(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.publish = load()
        self.publish.ROOT = self.root
        self.folder = self.root / "reports" / "conventions"
        self.folder.mkdir(parents=True)
        (self.folder / "conventions.py").write_text(CONVENTIONS)
        (self.root / "reports" / "conventions.md").write_text("# committed\n")
        (self.root / "fuzz" / "corpus" / "layer").mkdir(parents=True)
        (self.root / "fuzz" / "corpus" / "layer" / "one").write_bytes(bytes(2048))
        self.script("cnnspec", STAND_IN.replace("{python}", sys.executable).replace("{examples}", str(EXAMPLES)))
        self.script("cmake", "#!/bin/sh\n")
        self.enterContext(unittest.mock.patch.dict(os.environ, {"PATH": f"{self.root}:{os.environ['PATH']}"}))
        self.build = self.root / "build"
        (self.build / "bin").mkdir(parents=True)
        (self.build / "bin" / "cnnspec").symlink_to(pathlib.Path(CNNSPEC).resolve())

    def script(self, name, text):
        (self.root / name).write_text(text)
        (self.root / name).chmod(0o755)

    def run_with(self, *words):
        """The exit status."""
        self.said = io.StringIO()
        with unittest.mock.patch.object(sys, "argv", ["publish.py", "--build", str(self.build), *words]), \
             contextlib.redirect_stderr(self.said):
            return self.publish.main()

    def page(self, name="README.md"):
        return (self.root / "reports" / name).read_text()

    def asked(self):
        return [line.split(" --json")[0] for line in (self.root / "asked").read_text().splitlines()]

    def file(self, name):
        return self.root / "reports" / "results" / name

    def facts(self, part):
        return json.loads(self.file(f"facts/{part}.json").read_text())

    def test_all_parts_are_measured_in_full_and_shown_with_day_machine_and_versions(self):
        self.assertEqual(self.run_with(), 0, self.said.getvalue())
        self.assertEqual(self.asked(), [
            "build", "judge onednn", "census", "mutants --quick", "coverage", "bench --only fuzz --build-fuzz",
            "bench --only gradcheck --only spec --only judge --only python", "bench --only suite"])
        page = self.page()
        self.assertNotIn("Not measured", page)
        for title in ("oneDNN before the judge", "Every small configuration", "Does the suite notice?",
                      "What the tests run", "Fuzzing", "Speed"):
            self.assertEqual(page.count(f"\n## {title}\n"), 1)
        known = self.facts("census")
        self.assertIn(f"`./cnnspec census`, {known['date']}, ", page)
        self.assertIn(known["machine"], page)
        self.assertIn("cnnspec ", known["versions"])

    def test_coverage_and_fuzzing_are_told_in_figures(self):
        self.assertEqual(self.run_with(), 0)
        page = self.page()
        self.assertIn("| `checks/` | 97.65% of 10,000 |  |", page)
        self.assertIn("| `spec/` | 100.00% of 7 | 100.00% of 7 |", page)
        self.assertIn("| `layer` | 1 | 2 | 1,800 (1,500–2,300) | 9,100 (9,000–9,200) |", page)
        self.assertIn("(../fuzz/README.md)", page)

    def test_the_benchmark_has_the_groups_of_all_parts(self):
        self.assertEqual(self.run_with(), 0)
        for title in ("Gradient checks", "The specification's loops", "The judge", "Fuzzing", "The build and the tests"):
            self.assertIn(f"\n## {title}\n", self.page("bench.md"))
        for group in ("gradcheck", "spec", "judge", "fuzz", "suite"):
            self.assertIn(f"\n#### {group}\n", self.page())
        self.assertEqual(self.run_with("--only", "suite"), 0)
        self.assertIn("\n## Gradient checks\n", self.page("bench.md"))

    def test_of_a_build_of_its_own_the_compiler_is_told(self):
        (self.root / "coverage").mkdir()
        self.script("another", "#!/bin/sh\necho another compiler 1.0\n")
        (self.root / "coverage" / "CMakeCache.txt").write_text(f"CMAKE_CXX_COMPILER:STRING={self.root}/another\n")
        self.assertEqual(self.run_with("--only", "coverage", "--only", "census"), 0)
        self.assertIn("another compiler 1.0", self.facts("coverage")["versions"])
        self.assertNotIn("another compiler", self.facts("census")["versions"])

    def test_benchdnn_is_passed_on(self):
        self.assertEqual(self.run_with("--only", "bench", "--benchdnn", "/bin/true"), 0)
        self.assertIn("--only python --benchdnn /bin/true", self.asked()[1])
        with self.assertRaises(SystemExit):
            self.run_with("--benchdnn", "/none")

    def test_one_part_leaves_the_others_as_they_were(self):
        self.assertEqual(self.run_with(), 0)
        before = self.file("facts/mutants.json").stat().st_mtime_ns
        (self.root / "asked").unlink()
        self.assertEqual(self.run_with("--only", "onednn"), 0)
        self.assertEqual(self.asked(), ["build", "judge onednn"])
        self.assertEqual(self.file("facts/mutants.json").stat().st_mtime_ns, before)

    def test_the_page_is_made_of_what_is_there_and_says_what_is_not(self):
        self.assertEqual(self.run_with("--only", "census", "--only", "suite"), 0)
        page = self.page()
        self.assertIn("\n## Every small configuration\n", page)
        self.assertIn("\nNot measured yet: onednn, mutants, coverage, fuzzing, bench (", page)
        self.assertNotIn("## Fuzzing", page)
        self.assertIn("\n## The build and the tests\n", self.page("bench.md"))

    def test_a_section_without_a_result_is_kept_and_that_is_said(self):
        self.assertEqual(self.run_with("--only", "census", "--only", "mutants"), 0)
        section = self.page().split("\n## Does the suite notice?\n")[1]
        self.file("mutants.json").unlink()
        self.file("facts/mutants.json").unlink()
        for _ in range(2):
            self.assertEqual(self.run_with("--only", "none"), 0)
            self.assertEqual(self.page().split("\n## Does the suite notice?\n")[1], section)
            self.assertIn("\nWithout a result there, as published before: mutants.\n", self.page())
            self.assertIn("\nNot measured yet: onednn, coverage, fuzzing, bench, suite (", self.page())
            self.assertIn("\n    ./cnnspec report reports/results/census.json --html standing.html\n", self.page())
        self.assertEqual(self.run_with("--only", "mutants"), 0)
        self.assertNotIn("as published before", self.page())

    def test_nothing_is_no_page(self):
        self.assertEqual(self.run_with("--only", "none"), 2)
        self.assertFalse((self.root / "reports" / "README.md").exists())

    def test_a_part_that_fails_leaves_what_was_published_and_the_others_go_on(self):
        self.assertEqual(self.run_with(), 0)
        page = self.page()
        (self.root / "asked").unlink()
        (self.root / "fail").write_text("census")
        self.assertEqual(self.run_with("--only", "census", "--only", "mutants"), 1)
        self.assertEqual(self.asked(), ["build", "census", "mutants --quick"])
        self.assertIn("census --json", self.said.getvalue())
        self.assertEqual(sections(self.page()), sections(page))

    def test_the_page_on_conventions_is_measured_only_where_all_libraries_are(self):
        self.assertEqual(self.run_with("--only", "conventions", "--only", "census"), 0)
        self.assertEqual(self.page("conventions.md"), "# measured\n")
        (self.root / "reports" / "conventions.md").write_text("# committed\n")
        (self.folder / "absent").touch()
        self.assertEqual(self.run_with("--only", "conventions"), 0)
        self.assertEqual(self.page("conventions.md"), "# committed\n")
        self.assertIn("a library of the page is absent", self.said.getvalue())

    def test_what_is_no_result_is_not_published(self):
        self.assertEqual(self.run_with(), 0)
        for part in ("census", "bench", "coverage"):
            with self.subTest(part):
                path = self.file(f"{part}.json")
                text = path.read_text()
                path.write_text(f'{{"type": "{part}"')
                self.assertEqual(self.run_with("--only", "none"), 1)
                self.assertEqual(self.run_with("--only", part), 0)
                self.assertEqual(json.loads(path.read_text()), json.loads(text))

    def test_what_a_command_writes_that_is_no_json_leaves_what_was_published(self):
        self.assertEqual(self.run_with("--only", "census"), 0)
        page, result = self.page(), self.file("census.json").read_text()
        self.script("cnnspec", '#!/bin/sh\nfor file; do :; done\ntest "$1" = build || echo "{" >"$file"\n')
        self.assertEqual(self.run_with("--only", "census"), 1)
        self.assertIn("cnnspec: expected a result in JSON, got '{\\n'", self.said.getvalue())
        self.assertEqual((self.page(), self.file("census.json").read_text()), (page, result))

    def test_an_interruption_and_what_cannot_be_run_end_with_one_line(self):
        self.assertEqual(self.run_with("--only", "census"), 0)
        (self.root / "interrupt").write_text("mutants")
        self.assertEqual(self.run_with("--only", "mutants"), 130)
        lines = self.said.getvalue().splitlines()
        self.assertEqual(lines.count("cnnspec: interrupted; what was measured is kept"), 1)
        self.assertIn("\n## Every small configuration\n", self.page())
        self.assertNotIn("Traceback", self.said.getvalue())
        (self.root / "cnnspec").chmod(0o644)
        self.assertEqual(self.run_with("--only", "census"), 2)
        self.assertRegex(self.said.getvalue().splitlines()[-1], "^cnnspec: .*Permission denied")

    def test_results_are_kept_beside_the_pages_which_can_be_made_of_them_without_a_build_that_measured(self):
        self.assertEqual(self.run_with(), 0)
        page, bench = self.page(), self.page("bench.md")
        self.assertEqual(sorted(path.name for path in self.file("").glob("*.json")), sorted(
            f"{part}.json" for part in self.publish.PARTS if part != "conventions"))
        shutil.rmtree(self.build / "published")
        for name in ("README.md", "bench.md"):
            (self.root / "reports" / name).unlink()
        self.assertEqual(self.run_with("--only", "none"), 0)
        self.assertEqual((self.page(), self.page("bench.md")), (page, bench))

    def test_the_revision_is_that_of_the_source_before_the_pages_were_written(self):
        somebody = ["-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q"], ["add", "-A"], [*somebody, "commit", "-qm", "a"]):
            subprocess.run(["git", "-C", str(self.root), *words], check=True)
        (self.root / "reports" / "conventions.md").write_text("# changed\n")
        self.file("").mkdir()
        self.file("census.json").write_text("{}")
        subprocess.run(["git", "-C", str(self.root), "add", "-A"], check=True)
        self.assertRegex(self.publish.revision(), r"^ \([0-9a-f]+\)$")
        (self.folder / "conventions.py").write_text("changed")
        self.assertRegex(self.publish.revision(), r"^ \([0-9a-f]+\+\)$")

    def test_arguments_are_checked_before_anything_is_built(self):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(self.run_with("--check-arguments", "--only", "census"), 0)
        self.assertEqual(printed.getvalue(), "needs:\n")
        for words, message in ((["--only", "nosuch"], "argument --only: invalid choice: 'nosuch'"),
                               (["--benchdnn", "/nosuch"], "--benchdnn: expected the path of a program, got '/nosuch'")):
            with self.assertRaises(SystemExit) as ended:
                self.run_with("--check-arguments", *words)
            self.assertEqual(ended.exception.code, 2)
            self.assertIn(message, self.said.getvalue())
        self.assertFalse((self.root / "asked").exists())

    def test_the_list_says_what_was_measured_and_how_long_it_took(self):
        self.assertEqual(self.run_with("--only", "census"), 0)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(self.run_with("--list"), 0)
        lines = printed.getvalue().splitlines()
        self.assertEqual([line.split()[0] for line in lines], self.publish.PARTS)
        self.assertRegex(lines[1], r"^census +\d{4}-\d\d-\d\d, \d+ s$")
        self.assertIn("no result in reports/results", lines[0])


class Published(unittest.TestCase):
    """The committed pages: every figure on a page comes from a result."""

    REPORTS = TESTS.parent / "reports"

    def made(self, folder):
        load()  # finds the modules
        import standing
        return standing.pages(folder, CNNSPEC)

    def test_the_pages_are_those_of_the_results(self):
        pages = self.made(self.REPORTS)
        self.assertEqual({"README.md", "bench.md"}, set(pages))
        for name, text in pages.items():
            self.assertEqual((self.REPORTS / name).read_text(), text, "write the pages: ./cnnspec publish --only none")

    def test_another_figure_in_a_result_is_another_page(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "reports"
            shutil.copytree(self.REPORTS / "results", copy / "results")
            shutil.copy(self.REPORTS / "README.md", copy)
            self.assertEqual(self.made(copy)["README.md"], (self.REPORTS / "README.md").read_text())
            census = copy / "results" / "census.json"
            text = census.read_text()
            census.write_text(text.replace("4251528", "4251529"))
            self.assertNotEqual(census.read_text(), text)
            self.assertNotEqual(self.made(copy)["README.md"], (self.REPORTS / "README.md").read_text())


if __name__ == "__main__":
    CNNSPEC = sys.argv.pop(1)
    unittest.main()
