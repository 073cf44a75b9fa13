"""False alarms: how often the judge finds a right kernel wrong."""

import json
import os

import programs

NAME = "false-alarms"
TITLE = "False alarms"
TEXT = """\
The six variants of im2col (three orders of loops, each with and without FMA), and oneDNN where it is installed, are judged
as the command judges by default, at one seed after the other. Counted are the cases that were judged; those that a kernel
does not support are none of them.

- *cases judged* and *false alarms*, over all kernels and operations of a storage type.
- *largest error / bound*: how near to the limit a right kernel comes, for each operation."""
CASES_OF_TYPE = 250_000


def add(session, result):
    """Raises Failure if there is a false alarm."""
    if result["failures"]:
        raise programs.Failure("a right kernel is found wrong:\n" + "\n".join(result["failures"]))
    for dtype in result["plan"]["dtypes"]:
        rows = [c for c in result["counts"] if c["dtype"] == dtype]
        session.add(NAME, f"{dtype}: cases judged", "cases", [sum(c["judged"] for c in rows)], lower_is_better=False)
        session.add(NAME, f"{dtype}: false alarms", "cases", [sum(c["failed"] for c in rows)])
        for op in dict.fromkeys(c["op"] for c in rows):
            session.add(NAME, f"{dtype}, {op}: largest error / bound", "",
                        [max(c["worst_ratio"] for c in rows if c["op"] == op)])


def measure(session):
    """--quick judges a few thousand cases of each type."""
    session.progress("false alarms; this takes many minutes")
    few = ["--cases", 10_000, "--cases-of-operation", 40] if session.quick else ["--cases", CASES_OF_TYPE]
    printed = programs.measured([session.build / "bin/cnnspec_false_alarms", *few, "--jobs",
                                 len(os.sched_getaffinity(0)), "--json", "-"], allowed=(0, 1), stderr=None)[0]
    add(session, json.loads(printed))
