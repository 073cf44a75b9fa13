"""What decides: the conventions of the specification, as its headers say them."""

import pathlib
import re

import page

SPEC = pathlib.Path(__file__).resolve().parents[2] / "spec" / "cnnspec"


def conventions(folder=SPEC):
    """{"N1": its text}; of one that several layers have, that of the layer whose name comes first."""
    found = {}
    for header in sorted(folder.glob("*.hpp")):
        comment = re.findall(r"^// ?(.*)$", header.read_text(encoding="utf-8"), re.MULTILINE)
        name = None
        for line in comment:
            if clause := re.match(r"  (N\d)  (.*)", line):
                name = clause[1] if clause[1] not in found else None
                line = clause[2]
                if name:
                    found[name] = line
            elif name and re.match(r" {6}\S", line):
                found[name] += " " + line.strip()
            else:
                name = None
    return dict(sorted(found.items()))


def markdown():
    lines = [page.wrapped(f"- **{name}**: {text}", "  ") for name, text in conventions().items()]
    table = "- **C1** to **C6**, what a problem must fulfil: the table of clauses in [the README](../README.md#conventions)."
    return "\n".join([*lines, page.wrapped(table, "  ")])
