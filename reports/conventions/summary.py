"""The beginning of the page: a row for each of the main conventions, and the questions on which nobody differs."""

import page
import questions

# A convention; the specification's rule; the questions about it.
TOPICS = [
    ("ties in max pooling", "the first cell gets the gradient (N4)",
     ["pool-tie", "pool-zeros-gradient", "pool-minus-infinity-gradient"]),
    ("NaN in max pooling", "wins, the last of several (N5)", ["pool-nan", "pool-nan-gradient", "pool-two-nan-gradient"]),
    ("NaN in ReLU", "passes, forward and backward (N6)", ["relu-nan", "relu-nan-gradient"]),
    ("-0", "ReLU makes +0 of it (N6), sums begin at +0 (N1); in max pooling tied with +0 (N4)",
     ["relu-negative-zero", "relu-zero-gradient", "conv-negative-zero", "conv-negative-zero-bias", "pool-zeros"]),
    ("`inf` and NaN times padding", "padding is absent, not zero times the weight (N2)",
     ["conv-padding-infinity", "conv-padding-infinity-groups", "conv-padding-nan", "conv-padding-gradient"]),
    ("remainders of a stride", "left out; their gradient is 0 (sizes)",
     ["pool-remainder", "pool-remainder-gradient", "conv-remainder", "conv-remainder-infinity", "conv-stride-infinity"]),
]

WORDS = {"zero": "sign of 0", "refuses": "**refuses**", "computes": "**computes**", "crashed": "**crashed**",
         "hangs": "**hangs**", "no answer": "**no answer**"}


def kind_of(expected, answer, wide):
    """The relation of an answer. If only the answer in many channels differs, its relation."""
    kind = page.relation(expected, answer)
    return page.relation(expected, wide) if kind == "same" and wide is not None else kind


def kinds(names, expected, answers, wide):
    """The relation of a library's answers to the specification's, for the questions that it has an answer to."""
    found = [kind_of(expected[name], answers[name], wide[name]) for name in names]
    return [kind for kind in found if kind != "silent"]


def cell(found):
    if not found:
        return "–"
    others = [kind for kind in dict.fromkeys(found) if kind != "same"]
    return ", ".join(f"{WORDS.get(kind, '**differs**')} ({found.count(kind)} of {len(found)})"
                     for kind in others) or "the same"


def matrix(expected, libraries, wide):
    """`libraries` and `wide`: {name: {question: answer}}"""
    lines = ["| convention | the specification | " + " | ".join(libraries) + " |",
             "|" + " --- |" * (2 + len(libraries))]
    for topic, rule, names in TOPICS:
        cells = [cell(kinds(names, expected, libraries[library], wide[library])) for library in libraries]
        lines.append("| " + " | ".join([topic, rule, *cells]) + " |")
    return "\n".join(lines)


def agreed(section, expected, libraries, wide):
    """The questions of a section that more than one library answers, and all as the specification does."""
    found = []
    for name, q in section.items():
        answered = [kind for library in libraries for kind in kinds([name], expected, libraries[library], wide[library])]
        if len(answered) > 1 and set(answered) == {"same"}:
            found.append(q["text"].rstrip("?"))
    return found


def agreements(expected, libraries, wide):
    """A line for each section."""
    found = {title: agreed(section, expected, libraries, wide) for title, section in questions.SECTIONS.items()}
    return "\n".join(page.wrapped(f"- {title}: {'; '.join(texts)}.", "  ") for title, texts in found.items() if texts)
