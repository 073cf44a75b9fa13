"""The structure of checks/: which folder may include which, and that engines name no layer.

    python3 tests/structure_test.py

Content is sorted by layer (checks/layers/<layer>), and engines by activity. An engine walks the registry. It names no
layer, no operation, and no struct of a problem. A folder includes only folders that come before it in ORDER.
"""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A folder may include itself and the folders on earlier lines.
ORDER = [
    ["scalars"],
    ["vocabulary"],
    ["generate", "twins", "output", "kernels"],
    ["expect", "networks"],
    ["gradient"],
    ["laws"],
    ["census"],
    ["conventions", "misreadings"],
    ["data"],
    ["layers"],
    ["contract", "describe", "host", "plugins"],
    ["judge", "models"],
    ["golden"],
    ["cli", "bench", "mutants"],
    ["cases"],
]
LEVEL = {folder: level for level, folders in enumerate(ORDER) for folder in folders}

# Folders about a kernel, a model or one program, and not engines: they may name layers.
MAY_NAME = {"layers", "kernels", "plugins", "models", "bench", "mutants"}
NAMES = re.compile(
    r"\b(conv2d\w*|max_pool2d\w*|avg_pool2d\w*|relu\w*|linear_(forward|backward\w*|layer)|flatten\w*"
    r"|cnnspec_(conv2d|pool2d|linear|elementwise|avg_pool2d)|LayerId::\w+|Op::\w+)\b")
# Files that must name layers, each with its reason.
EXCEPTIONS = {
    "vocabulary/operations.hpp": "written from the registry",
    "describe/networks.cpp": "its example of a description is a network",
}


def folder_of(path):
    return path.relative_to(ROOT / "checks").parts[0]


def sources():
    for path in sorted((ROOT / "checks").rglob("*.?pp")):
        if len(path.relative_to(ROOT / "checks").parts) > 1:
            yield path


def without_comments_and_texts(text):
    text = re.sub(r"^\s*#include.*$", "", text, flags=re.M)
    text = re.sub(r'R"\((.*?)\)"', '""', text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def back_arrows(path, text):
    own = folder_of(path)
    for included in re.findall(r'^#include "checks/(\w+)/', text, flags=re.M):
        if LEVEL[included] > LEVEL[own] or (LEVEL[included] == LEVEL[own] and included != own):
            yield f"{path.relative_to(ROOT)} includes {included}/"


def names_in(path, text):
    where = str(path.relative_to(ROOT / "checks"))
    if folder_of(path) in MAY_NAME or where in EXCEPTIONS:
        return
    for name in sorted({m.group(0) for m in NAMES.finditer(without_comments_and_texts(text))}):
        yield f"{path.relative_to(ROOT)} names {name}"
    bare = re.sub(r"//[^\n]*", "", text)
    for name in sorted(set(re.findall(r'"(?:conv2d|max_pool2d|avg_pool2d|relu|linear|flatten)(?:_\w+)?"', bare))):
        yield f"{path.relative_to(ROOT)} names {name}"
    for included in re.findall(r'^#include "checks/layers/[^"]+"', text, flags=re.M):
        yield f"{path.relative_to(ROOT)}: {included}"


class Structure(unittest.TestCase):
    maxDiff = None

    def test_every_folder_has_its_level(self):
        self.assertEqual([], sorted({folder_of(p) for p in sources()} - set(LEVEL)))

    def test_no_arrow_runs_back_up(self):
        found = [arrow for path in sources() for arrow in back_arrows(path, path.read_text())]
        self.assertEqual([], found, "\n".join(found))

    def test_engines_name_no_layer(self):
        found = [name for path in sources() for name in names_in(path, path.read_text())]
        self.assertEqual([], found, "\n".join(found))

    def test_what_it_must_find(self):
        engine = ROOT / "checks/judge/x.cpp"
        self.assertEqual(["checks/judge/x.cpp names Op::conv2d_forward"],
                         list(names_in(engine, "if (op == Op::conv2d_forward) return;")))
        self.assertEqual(["checks/judge/x.cpp names cnnspec_pool2d"], list(names_in(engine, "as<cnnspec_pool2d>()")))
        self.assertEqual([], list(names_in(engine, "// such as conv2d\nsay(\"as relu does\");")))
        self.assertEqual(1, len(list(names_in(engine, 'if (name == "relu") return;'))))
        self.assertEqual(1, len(list(names_in(engine, '#include "checks/layers/relu/problem.hpp"'))))
        self.assertEqual(1, len(list(back_arrows(ROOT / "checks/vocabulary/x.hpp", '#include "checks/judge/judge.hpp"'))))
        self.assertEqual([], list(back_arrows(engine, '#include "checks/vocabulary/layer.hpp"')))

    def test_exceptions_are_needed(self):
        for where in EXCEPTIONS:
            self.assertIn('"conv2d', (ROOT / "checks" / where).read_text(), f"{where} names nothing")

    def test_twins_keep_their_distance(self):
        allowed = re.compile(r'"(checks/layers/\w+/(problem|twin\w*|correlation)\.hpp|checks/twins/\w+\.hpp'
                             r'|cnnspec/(kernel\.h|tensor\.hpp|shape\.hpp))"')
        for twin in sorted((ROOT / "checks/layers").glob("*/twin*.hpp")):
            for included in re.findall(r'^#include ("[^"]+")', twin.read_text(), flags=re.M):
                self.assertRegex(included, allowed, f"{twin.relative_to(ROOT)}")

    def test_twins_reach_no_loop_of_the_specification(self):
        loops = {"conv2d", "max_pool2d", "avg_pool2d", "relu", "linear", "flatten", "network", "cnn", "chain"}
        for twin in sorted((ROOT / "checks/layers").glob("*/twin*.hpp")):
            self.assertEqual(set(), loops & reached_headers(twin), f"{twin.relative_to(ROOT)}")


def reached_headers(path):
    """The names of the specification's headers that a file includes, directly or not."""
    seen, todo, found = set(), [path], set()
    while todo:
        for included in re.findall(r'^#include "([^"]+)"', todo.pop().read_text(), flags=re.M):
            target = ROOT / ("spec/" + included if included.startswith("cnnspec/") else included)
            if target in seen or not target.exists():
                continue
            seen.add(target)
            todo.append(target)
            if included.startswith("cnnspec/"):
                found.add(target.stem)
    return found


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
