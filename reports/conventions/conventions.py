#!/usr/bin/env python3
"""Asks the libraries that are installed what they compute where conventions differ, and writes the page on it.

Each question is asked in a process of its own. A library that is not installed is left out with a word. What differs
from the specification is given to the judge as well (`cnnspec golden`, `cnnspec compare`), so that the page says what
is judged.

examples:
  python3 reports/conventions/conventions.py --build build/release
  python3 reports/conventions/conventions.py --build build/release --markdown reports/conventions.md
  python3 reports/conventions/conventions.py --build build/release --library "mine=./my_adapter" --only mine

ONNX Runtime and TensorFlow.js are npm packages: `npm install --ignore-scripts onnxruntime-node @tensorflow/tfjs` in a
folder of your own, and --node-modules FOLDER/node_modules. The rest are Debian packages: libdnnl-dev python3-torch
python3-opencv libxnnpack-dev libpthreadpool-dev. protocol.py says what an adapter is.

status: 0; 1 if a statement on the page did not hold when it was tried; 2 if the specification could not be asked; 3 if
a library is not installed, with --complete.
"""

import argparse
import concurrent.futures
import datetime
import os
import pathlib
import platform
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import clauses  # noqa: E402
import judged  # noqa: E402
import libraries  # noqa: E402
import notes  # noqa: E402
import page  # noqa: E402
import questions  # noqa: E402
import summary  # noqa: E402

OWN = "im2col"  # no library, but asked like one

PAGE = """\
# Where libraries differ

Answers of {count} where there is more than one convention: {questions} questions in float, on numbers so few that each
answer can be worked by hand. Each was asked in a process of its own, on {date}, {machine}.

Those that the judge can accept (`--accept`) are rules with a proof: [conventions](../docs/conventions.md).

{versions}

## In short

A row is of several questions; *1 of 3* is one of three that the library has an answer to, and the others are answered
as the specification does. A dash: it has no such function. All answers are [further down](#all-answers).

{matrix}

To these questions everybody who has such an operation answers as the specification does:

{agreements}

## What the differences mean

{legend}
{explained}
## All answers

An answer in plain type is the specification's; **differs**, **computes** (what the specification refuses), **refuses**
(what it computes), **crashed** and **hangs** mark the others, and **sign of 0** what differs in the signs of zeros
only, which the judge takes for equal. Each question was asked in {channels} channels as well, for which libraries have
other code; that answer is shown where it is another. A dash: there is no such function. `(a b; c d)` is a matrix of
two rows; all else is one row. In brackets, [what decides](#what-decides).

{tables}
## What decides

{clauses}
- *definition*: the layer's equation, at the head of its file in `spec/cnnspec`; *sizes*: the formula of its output's
  size; *batch*: a batch is a loop over its images.

## To ask them again

On Debian:

```text
sudo apt-get install libdnnl-dev python3-torch python3-opencv libxnnpack-dev libpthreadpool-dev npm
npm install --prefix asking onnxruntime-node @tensorflow/tfjs --ignore-scripts
./cnnspec build && cmake --build build/release --target cnnspec_conventions
python3 reports/conventions/conventions.py --build build/release --node-modules asking/node_modules \\
    --markdown reports/conventions.md
```

What is not installed is left out with a word; `--library NAME=COMMAND` asks one more, and
`reports/conventions/protocol.py` says what such a command must do.
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, metavar="DIR", help="a build of cnnspec")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE", help="of the page (default: standard output)")
    parser.add_argument("--node-modules", type=pathlib.Path, metavar="DIR", help="where npm installed its packages")
    parser.add_argument("--library", action="append", default=[], metavar="NAME=COMMAND", help="one more: its adapter")
    parser.add_argument("--only", action="append", metavar="NAME", help="this library alone; may be repeated")
    parser.add_argument("--complete", action="store_true", help="write nothing, and end with status 3, if a library is "
                        "not installed")
    parser.add_argument("--timeout", type=float, default=20, metavar="S", help="seconds until a process hangs (20)")
    return parser.parse_args()


def candidates(args):
    found = libraries.commands(args.build.resolve(), args.node_modules and args.node_modules.resolve())
    for text in args.library:
        name, _, command = text.partition("=")
        found[name] = [shlex.split(command)]
    return {name: c for name, c in found.items() if args.only is None or name in args.only}


def ask_all(commands, seconds):
    """Two of {library: {question: answer}}: as the questions are, and in many channels (None: the same)."""
    def both(command, q):
        answer = libraries.ask(command, q, seconds)
        return answer, libraries.ask_wide(command, q, answer, seconds)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        asked = {library: {name: pool.submit(both, command, q) for name, q in questions.QUESTIONS.items()}
                 for library, command in commands.items()}
    return [{library: {name: answers[name].result()[n] for name in answers} for library, answers in asked.items()}
            for n in (0, 1)]


def verdicts(cnnspec, answers, wide, differences):
    """{(question, library): (verdict, text)} for what was answered otherwise than the specification does."""
    judge = {}
    for name, found in differences.items():
        for library, kind in found.items():
            q, answer = questions.QUESTIONS[name], answers[library][name]
            if kind == "wide":
                answer = wide[library][name]
            if answer[0] == "answer":
                judge[name, library] = judged.judge(cnnspec, q, answer[1])
    return judge


def statements(cnnspec, note, installed):
    """(lines that show the commands of a note, whether each ended as is stated)"""
    lines, right = [], True
    for command, status in note.get("commands", []):
        words = shlex.split(command)
        if "onednn" in words and "oneDNN" not in installed:
            continue
        done = subprocess.run([cnnspec, *words], capture_output=True, text=True)
        shown = (done.stdout + done.stderr).strip().splitlines()
        lines += [f"$ cnnspec {command}", shown[-1] if shown else ""]
        if done.returncode != status:
            right = False
            print(f"conventions: cnnspec {command}: expected status {status}, got {done.returncode}", file=sys.stderr)
    return lines, right


def explain(cnnspec, expected, answers, wide):
    """(the page's second half, whether all its statements held)"""
    found = page.differences(expected, answers, wide)
    judge = verdicts(cnnspec, answers, wide, found)
    all_notes = notes.NOTES + [{"title": "Others", "questions": [name for name in questions.QUESTIONS if not any(
        name in note["questions"] for note in notes.NOTES)]}]
    lines, right = [], True
    for note in all_notes:
        differing = [name for name in note["questions"] if name in found]
        if not differing:
            continue
        lines += [f"### {note['title']}", ""] + ([page.wrapped(note["text"]), ""] if "text" in note else [])
        for name in differing:
            lines.append("- " + page.verdict_line(questions.QUESTIONS[name], name, found[name], judge))
        lines.append("")
        shown, held = statements(cnnspec, note, answers)
        right = right and held
        if shown:
            lines += ["```text", *shown, "```", ""]
    return "\n".join(lines), right


def write(path, text):
    """Whole or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=path.resolve().parent, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def count_of(names):
    """"six libraries, and of cnnspec's own kernel im2col,": who was asked."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    others = len([name for name in names if name != OWN])
    text = f"{words[others] if others < len(words) else others} librar{'y' if others == 1 else 'ies'}"
    return text + (f", and of cnnspec's own kernel {OWN}," if OWN in names else "")


def document(when, where, versions, expected, answers, wide, explained):
    """The page. `explained`: what the differences mean."""
    tables = "".join(f"### {title}\n\n{page.table(section, expected, answers, wide)}\n\n"
                     for title, section in questions.SECTIONS.items())
    head, rest = PAGE.split("{versions}")
    title, *leads = head.format(count=count_of(answers), questions=len(questions.QUESTIONS), date=when,
                                machine=where).strip().split("\n\n")
    paragraphs = [title, *(page.wrapped(text) for text in [*leads, versions])]
    return "\n\n".join(paragraphs) + rest.format(
        matrix=summary.matrix(expected, answers, wide), agreements=summary.agreements(expected, answers, wide),
        legend=page.LEGEND, explained=explained, tables=tables.rstrip("\n") + "\n", clauses=clauses.markdown(),
        channels=questions.CHANNELS)


def main():
    args = arguments()
    cnnspec = args.build.resolve() / "bin/cnnspec"
    specification = libraries.specification(args.build.resolve())
    if not pathlib.Path(specification[0]).exists():
        print(f"conventions: expected {specification[0]}, which is not built", file=sys.stderr)
        return 2
    found = {name: libraries.find(c) for name, c in candidates(args).items()}
    commands = {name: command for name, (command, _) in found.items() if command}
    missing = [f"{name} ({why})" for name, (command, why) in found.items() if not command]
    if args.complete and missing:
        print(f"conventions: not installed: {', '.join(missing)}", file=sys.stderr)
        return 3
    expected = ask_all({"specification": specification}, args.timeout)[0]["specification"]
    answers, wide = ask_all(commands, args.timeout)
    versions = ", ".join(version + (" (cnnspec's own)" if name == OWN else "")
                         for name, (command, version) in found.items() if command)
    versions = f"Libraries: {versions}." + (f" Left out: {', '.join(missing)}." if missing else "")
    explained, right = explain(cnnspec, expected, answers, wide)
    text = document(datetime.date.today().isoformat(), f"{platform.system()} {platform.machine()}", versions, expected,
                    answers, wide, explained)
    if args.markdown:
        write(args.markdown, text)
    else:
        print(text, end="")
    return 0 if right else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
