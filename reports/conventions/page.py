"""The page in Markdown: the tables, and what each difference means."""

import math
import textwrap

import questions


def wrapped(text, indent=""):
    """A paragraph in lines; `indent` is that of all but the first."""
    return textwrap.fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False,
                         subsequent_indent=indent)


def same(a, b):
    """Equal, with every NaN alike and the zeros apart."""
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


def equal(a, b):
    return len(a) == len(b) and all(map(same, a, b))


def is_like(a, b):
    """Equal for the judge: the zeros are alike too."""
    return (a != a and b != b) or a == b


def relation(expected, actual):
    """How an answer stands to the specification's: "same"; "zero", the same but for signs of zeros; "differs";
    "computes", what the specification refuses; "refuses", what it computes; "silent", there is nothing to compare; or
    what became of the process."""
    if actual[0] in ("crashed", "hangs", "no answer"):
        return actual[0]
    if "not offered" in (expected[0], actual[0]):
        return "silent"
    if expected[0] != actual[0]:
        return "computes" if expected[0] == "refuses" else "refuses"
    if expected[0] == "refuses":
        return "same"
    if len(expected[1]) == len(actual[1]):
        if equal(expected[1], actual[1]):
            return "same"
        if all(map(is_like, expected[1], actual[1])):
            return "zero"
    return "differs"


def numbers(values):
    return " ".join(questions.number(v) for v in values) if values else "none"


def cell(expected, actual, wide=None):
    """What a table says of an answer, and of the answer in many channels if it is different."""
    if wide is not None:
        return f"{cell(expected, actual)}; in {questions.CHANNELS} channels {cell(expected, wide)}"
    kind = relation(expected, actual)
    if kind in ("crashed", "hangs", "no answer"):
        return f"**{kind}**" + (f" ({actual[1]})" if actual[1] else "")
    if actual[0] == "not offered":
        return "–"
    if kind == "refuses":
        return "**refuses**"
    if actual[0] == "refuses":
        return "refuses"
    marks = {"differs": "**differs:** ", "zero": "**sign of 0:** ", "computes": "**computes:** "}
    return marks.get(kind, "") + numbers(actual[1])


def expected_cell(q, expected):
    """The specification's answer, with the clause that says so."""
    if expected[0] == "refuses":
        return f"refuses ({expected[1]})"
    if expected[0] == "not offered":
        return "–"
    return f"{numbers(expected[1])} ({q['clause']})"


def table(section, expected, libraries, wide):
    """`libraries` and `wide`: {name: {question: answer}}"""
    head = ["question", "input", "specification", *libraries]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for name, q in section.items():
        cells = [q["text"], questions.problem(q), expected_cell(q, expected[name])]
        cells += [cell(expected[name], answers[name], wide[library][name]) for library, answers in libraries.items()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def differences(expected, libraries, wide):
    """{question: {library: relation}} of what differs; "wide": in many channels only"""
    found = {}
    for name in expected:
        for library, answers in libraries.items():
            kind = relation(expected[name], answers[name])
            other = wide[library][name]
            if kind == "same" and other and relation(expected[name], other) != "same":
                kind = "wide"
            if kind not in ("same", "silent"):
                found.setdefault(name, {})[library] = kind
    return found


LEGEND = """\
In brackets, what `cnnspec compare` says of the library's answer on the same numbers (`cnnspec golden --data`): *wrong*,
*right* (equal, or within the bound of rounding), *not judged*, or *no case* where the judge cannot be given the problem.
"""


def verdict_line(q, name, relations, judge):
    """One question: which libraries differ, and the judge's verdict on each."""
    words = []
    for library, kind in relations.items():
        where = f"in {questions.CHANNELS} channels, " if kind == "wide" else ""
        words.append(f"{library} ({where}{judge.get((name, library), (kind,))[0]})")
    return f"{q['operation']}, {q['text']}: {', '.join(words)}"
