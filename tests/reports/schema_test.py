#!/usr/bin/env python3
"""schema_test.py CNNSPEC SCHEMAS LIBRARY: JSON that cnnspec writes conforms to the schemas, and the schemas refuse JSON
that does not.

Looks at the results beside this file, and at new ones of the program CNNSPEC. SCHEMAS: the folder of the schemas. LIBRARY: a
kernel with every mistake, tests/libraries/many_mistakes.c.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
CNNSPEC, SCHEMAS, LIBRARY = "", pathlib.Path(), ""

RIGHT, WRONG_KERNEL, VACUOUS = 0, 1, 3  # exit statuses
# Type of result, options that make one quickly, and how the run ends. LIBRARY stands for the library, and REMEMBERS for
# the one beside it whose mistakes need earlier calls.
RUNS = [
    ("judge", ["judge", "im2col", "--dtype", "f32", "--cases", "3"], RIGHT),
    ("judge", ["judge", "LIBRARY", "--cases", "20", "--timeout", "1"], WRONG_KERNEL),
    ("judge", ["judge", "REMEMBERS", "--cases", "20"], WRONG_KERNEL),
    ("judge", ["judge", "im2col", "--op", "linear_forward", "--cases", "3", "--data", "signed-zeros"], VACUOUS),
    ("judge-network", ["judge", "im2col", "--net", "cnn", "--dtype", "f32"], RIGHT),
    ("judge-network", ["judge", "LIBRARY", "--net", "cnn2", "--dtype", "f32", "--timeout", "1"], WRONG_KERNEL),
    ("gradcheck", ["gradcheck", "linear"], RIGHT),
    ("gradcheck", ["gradcheck", "linear", "--sweep"], RIGHT),
    ("gradcheck", ["gradcheck", "linear", "--scalar", "float"], RIGHT),
    ("census", ["census", "--op", "linear", "--max", "features=3"], RIGHT),
]
KINDS = {"wrong-value", "unwritten-output", "out-of-bounds", "input-modified", "crash", "hang", "nondeterministic",
         "kernel-error"}


def schema_of(kind):
    return json.loads((SCHEMAS / f"{kind}.json").read_text())


def complaints(result):
    return [error.message for error in jsonschema.Draft7Validator(schema_of(result["type"])).iter_errors(result)]


def fixtures():
    return {path.stem: json.loads(path.read_text()) for path in sorted(HERE.glob("*.json"))}


def new_result(arguments):
    """The exit status, and the result."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "result.json"
        libraries = {"LIBRARY": LIBRARY, "REMEMBERS": LIBRARY.replace("many_mistakes", "remembers")}
        words = [libraries.get(word, word) for word in arguments]
        run = subprocess.run([CNNSPEC, *words, "--json", str(path)], check=False, stdout=subprocess.DEVNULL)
        return run.returncode, json.loads(path.read_text())


def objects(schema):
    """Every part of a schema that describes an object."""
    if isinstance(schema, dict):
        if "properties" in schema and "type" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


class Schemas(unittest.TestCase):
    def test_are_schemas(self):
        for path in SCHEMAS.glob("*.json"):
            jsonschema.Draft7Validator.check_schema(json.loads(path.read_text()))

    def test_are_strict_and_describe_every_field(self):
        for path in SCHEMAS.glob("*.json"):
            schema = json.loads(path.read_text())
            self.assertIn("title", schema)
            for part in objects(schema):
                self.assertIs(part["additionalProperties"], False, path)
                for name, field in part["properties"].items():
                    self.assertTrue("description" in field or "$ref" in field, (path, name))

    def test_the_fixtures_are_as_they_say(self):
        kinds = set()
        for name, result in fixtures().items():
            self.assertEqual([], complaints(result), name)
            kinds.add(result["type"])
        self.assertEqual({path.stem for path in SCHEMAS.glob("*.json")}, kinds)

    def test_new_results_are_as_they_say(self):
        for kind, arguments, status in RUNS:
            with self.subTest(" ".join(arguments)):
                ended, result = new_result(arguments)
                self.assertEqual(status, ended)
                self.assertEqual(kind, result["type"])
                self.assertEqual([], complaints(result))

    def test_failures_have_the_history_that_they_need(self):
        for failure in new_result(["judge", "REMEMBERS", "--cases", "20"])[1]["failures"]:
            self.assertTrue(failure["history"], failure)
            self.assertTrue(failure["shrunk_history"], failure)
            self.assertIn("--in-one-process", failure["repro"])

    def test_the_fixtures_have_every_kind_of_failure(self):
        self.assertEqual(KINDS, {failure["kind"] for failure in fixtures()["judge_fail"]["failures"]})


def without(*path):
    def change(result):
        for key in path[:-1]:
            result = result[key]
        del result[path[-1]]
    return change


def with_value(value, *path):
    def change(result):
        for key in path[:-1]:
            result = result[key]
        result[path[-1]] = value
    return change


WRONG = [
    ("judge_fail", without("verdict")),
    ("judge_fail", without("failures", 0, "repro")),
    ("judge_fail", with_value("right", "verdict")),
    ("judge_fail", with_value(1, "schema")),
    ("judge_fail", with_value("12", "cases")),
    ("judge_fail", with_value(-1, "cases")),
    ("judge_fail", with_value(None, "worst_ratio")),
    ("judge_fail", with_value("infinite", "worst_ratio")),
    ("judge_differs", with_value("different", "verdict")),
    ("judge_differs", with_value(["ftzz"], "operations", 0, "conventions")),
    ("judge_differs", without("operations", 0, "unexplained")),
    ("judge_differs", with_value(None, "failures", 0, "conventions")),
    ("judge_fail", with_value("conv3d_forward", "operations", 0, "op")),
    ("judge_fail", with_value("wrong", "failures", 0, "kind")),
    ("judge_fail", with_value(1, "failures", 0, "map", "elements", 0, "place")),
    ("judge_fail", without("failures", 0, "first_index")),
    ("judge_fail", with_value([], "failures", 0, "map", "extents")),
    ("judge_network", with_value("passed", "steps", 0, "verdict")),
    ("judge_network", without("steps", 0, "failure")),
    ("judge_network", with_value("pass", "steps", 0, "verdict")),
    ("judge_network", without("steps", 0, "failure", "repro")),
    ("judge_network", without("sentence")),
    ("judge_fail", with_value("none", "operations", 0, "worst_wrong_ratio")),
    ("judge_fail", without("operations", 0, "ratios", "wrong")),
    ("judge_fail", without("coverage", 0, "cells", 0, "unsupported")),
    ("judge_fail", with_value("yes", "failures", 0, "map", "all_judged")),
    ("judge_fail", without("size_levels")),
    ("judge_fail", with_value(None, "sizes_not_met")),
    ("judge_fail", without("operations", 0, "sizes")),
    ("judge_fail", with_value(-1, "operations", 0, "sizes", 0, "counts", 0)),
    ("judge_fail", without("operations", 0, "sizes", 0, "axis")),
    ("gradcheck", with_value(None, "tensors", 0, "vacuous")),
    ("gradcheck", with_value("half", "sweep", "curves", 0, "scalar")),
    ("gradcheck", without("tensors", 0, "shape")),
    ("census", with_value(True, "done")),
    ("mutants", with_value("dead", "mutants", 0, "status")),
    ("mutants", with_value({"kills": 1}, "checks", "another")),
    ("mutants", with_value("some", "parts")),
    ("mutants", without("sample", "of")),
    ("mutants", with_value({"kills": 1, "alone": 1}, "kinds", "laws")),
    ("mutants", without("beyond_gradients", "by_twins")),
    ("bench", with_value("6 May 2024", "date")),
    ("bench", with_value("new", "extra")),
    ("bench", without("conditions")),
    ("bench", with_value("yes", "conditions", 0, "quick")),
    ("bench", without("conditions", 1, "load", "end")),
]


class WrongResults(unittest.TestCase):
    def test_are_refused_by_the_schemas(self):
        for name, change in WRONG:
            result = copy.deepcopy(fixtures()[name])
            change(result)
            self.assertNotEqual([], complaints(result), name)

    def test_are_refused_by_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            for n, (name, change) in enumerate(WRONG):
                result = copy.deepcopy(fixtures()[name])
                change(result)
                path = pathlib.Path(folder) / f"{n}.json"
                path.write_text(json.dumps(result))
                run = subprocess.run([CNNSPEC, "report", str(path)], capture_output=True, text=True)
                self.assertEqual(2, run.returncode, (n, name, run.stderr))

    def test_the_right_ones_are_not(self):
        for path in sorted(HERE.glob("*.json")):
            run = subprocess.run([CNNSPEC, "report", str(path)], capture_output=True, text=True)
            self.assertEqual(0, run.returncode, (path.name, run.stderr))

    def test_describe_what_is_published(self):
        results = [json.loads(path.read_text()) for path in (HERE.parent.parent / "reports" / "results").glob("*.json")]
        shown = [result for result in results if (SCHEMAS / f"{result.get('type')}.json").exists()]
        self.assertIn("census", {result["type"] for result in shown})
        for result in shown:
            self.assertEqual([], complaints(result), result["type"])


if __name__ == "__main__":
    LIBRARY = sys.argv.pop(3)
    SCHEMAS = pathlib.Path(sys.argv.pop(2))
    CNNSPEC = sys.argv.pop(1)
    unittest.main()
