"""What the adapters in Python share: reading a question, and answering it in a line.

An adapter is a program. `--version` prints its library's version, or fails with a word about what is missing. Otherwise
a question comes on standard input as lines of a name and values (questions.py: message), and the answer goes to standard
output as one line: "answer V V ...", "refuses WHY" (the library says no) or "not offered WHY" (it has no such function).
"""

import sys


class NotOffered(Exception):
    pass


class Refused(Exception):
    """What the library said, where it did so in another way than by an exception."""


def one_line(text):
    return " ".join(str(text).split())


def read(stream):
    """(operation, {size: int}, {tensor: [float]})"""
    operation, sizes, tensors = "", {}, {}
    for line in stream:
        name, *values = line.split()
        if name == "operation":
            operation = values[0]
        elif name in ("x", "w", "b", "dy"):
            tensors[name] = [float(v) for v in values]
        else:
            sizes[name] = int(values[0])
    return operation, sizes, tensors


def main(version, solve, refusals=()):
    """`solve(operation, sizes, tensors)` returns floats; what it throws of `refusals` is the library's word."""
    if sys.argv[1:] == ["--version"]:
        print(version)
        return
    try:
        print("answer", *map(repr, map(float, solve(*read(sys.stdin)))))
    except NotOffered as error:
        print("not offered", one_line(error))
    except (Refused, *refusals) as error:
        print("refuses", one_line(error))
