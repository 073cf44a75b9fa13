#!/usr/bin/env python3
"""No two types have the same name. A program with two such types links, mixes their destructors, and fails elsewhere.

Usage: names_test.py FOLDER...     checks the headers of these folders, which share one namespace
       names_test.py --self-test   checks that it finds what it must
"""

import collections
import pathlib
import re
import sys
import tempfile

# A definition at namespace scope starts at the beginning of a line, and has its opening brace on that line.
DEFINITION = re.compile(r"^(?:struct|class|enum class|enum struct|union)\s+(\w+)[^;<()]*\{", re.MULTILINE)


def defined_twice(folders):
    places = collections.defaultdict(list)
    for folder in folders:
        for header in sorted(pathlib.Path(folder).rglob("*.hpp")):
            for name in DEFINITION.findall(header.read_text()):
                places[name].append(str(header))
    return {name: found for name, found in places.items() if len(found) > 1}, len(places)


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "a.hpp").write_text("struct A {\n};\nstruct Only;\nenum class E { a };\n")
        (path / "b.hpp").write_text("struct A final : Base {\n};\nstruct E;\nclass B {\n  struct E {};\n};\n")
        found, _ = defined_twice([folder])
        assert set(found) == {"A"}, found
    print("finds what is defined twice, and nothing else")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    found, names = defined_twice(sys.argv[1:])
    for name, places in found.items():
        print(f"{name} is defined in {' and in '.join(places)}", file=sys.stderr)
    print(f"{names} types, {len(found)} defined twice")
    return 1 if found or not names else 0


if __name__ == "__main__":
    sys.exit(main())
