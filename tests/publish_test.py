#!/usr/bin/env python3
"""reports/publish.py: what is measured, what stands in the page, and what is refused.

Usage: publish_test.py CNNSPEC      the program; the commands are played by a script that hands out the examples of tests/reports
"""

import importlib.util
import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parent
EXAMPLES = TESTS / "reports"

# Answers as the start-up script does; notes what it was asked for. A command named in "fail" fails.
STAND_IN = """#!/bin/sh
root=$(dirname "$0")
echo "$@" >>"$root/asked"
case "$1" in
  judge) example=judge_pass ;;
  build) exit 0 ;;
  *) example=$1 ;;
esac
if [ -e "$root/fail" ] && [ "$1" = "$(cat "$root/fail")" ]; then exit 1; fi
if [ "$1" = bench ]; then echo "# the benchmark" >"$5"; fi
while [ "$1" != --json ]; do shift; done
cp "{examples}/$example.json" "$2"
"""


def load():
    spec = importlib.util.spec_from_file_location("publish", TESTS.parent / "reports" / "publish.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Publish(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.publish = load()
        self.publish.ROOT = self.root
        (self.root / "reports").mkdir()
        program = self.root / "cnnspec"
        program.write_text(STAND_IN.replace("{examples}", str(EXAMPLES)))
        program.chmod(0o755)
        self.build = self.root / "build"
        (self.build / "bin").mkdir(parents=True)
        (self.build / "bin" / "cnnspec").symlink_to(pathlib.Path(CNNSPEC).resolve())

    def run_with(self, *words):
        """The status."""
        arguments = sys.argv
        sys.argv = ["publish.py", "--build", str(self.build), *words]
        try:
            return self.publish.main()
        finally:
            sys.argv = arguments

    def page(self):
        return (self.root / "reports" / "README.md").read_text()

    def asked(self):
        return [line.split()[0] for line in (self.root / "asked").read_text().splitlines()]

    def test_all_parts_are_measured_and_shown_with_day_machine_and_versions(self):
        self.assertEqual(self.run_with(), 0)
        self.assertEqual(self.asked(), ["judge", "census", "mutants", "bench", "build"])
        page = self.page()
        for title, command in self.publish.TITLES.values():
            self.assertIn(f"\n## {title}\n", page)
            self.assertIn(f"`{command}`, ", page)
        known = json.loads((self.build / "published" / "census.about.json").read_text())
        self.assertIn(known["date"], page)
        self.assertIn(known["machine"], page)
        self.assertIn("cnnspec ", known["versions"])
        self.assertEqual((self.root / "reports" / "bench.md").read_text(), "# the benchmark\n")

    def test_one_part_leaves_the_others_as_they_were(self):
        self.assertEqual(self.run_with(), 0)
        before = (self.build / "published" / "mutants.about.json").stat().st_mtime_ns
        (self.root / "asked").unlink()
        self.assertEqual(self.run_with("--only", "onednn"), 0)
        self.assertEqual(self.asked(), ["judge", "build"])
        self.assertEqual((self.build / "published" / "mutants.about.json").stat().st_mtime_ns, before)

    def test_a_part_that_was_never_measured_is_no_empty_section(self):
        self.assertEqual(self.run_with("--only", "none"), 2)
        self.assertFalse((self.root / "reports" / "README.md").exists())

    def test_a_part_that_fails_leaves_what_was_published(self):
        self.assertEqual(self.run_with(), 0)
        page = self.page()
        (self.root / "fail").write_text("bench")
        self.assertEqual(self.run_with("--only", "bench"), 1)
        self.assertEqual(self.page(), page)
        self.assertEqual(self.run_with("--only", "none"), 0)
        self.assertEqual(self.page(), page)

    def test_what_is_no_result_is_not_published(self):
        self.assertEqual(self.run_with(), 0)
        (self.build / "published" / "census.json").write_text('{"type": "census"}')
        self.assertEqual(self.run_with("--only", "none"), 1)


if __name__ == "__main__":
    CNNSPEC = sys.argv.pop(1)
    unittest.main()
