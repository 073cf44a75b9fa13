#!/usr/bin/env python3
"""Runs every command that a page shows, and compares its output with the output on the page.

Usage: readme_test.py PAGE COMMAND EXAMPLES            PAGE: the README, or another; COMMAND: the cnnspec to run; EXAMPLES: the
                                                       folder of examples
       readme_test.py --self-test                      the comparison must reject pages that are wrong
       readme_test.py --update PAGE COMMAND EXAMPLES   replaces the outputs on the page by the current ones

A ```console block holds commands, each after "$ ", and their output. They run in order, in a folder that contains only
the examples. Decimal numbers (times, ratios) may differ, and so may the width of columns. A ```cpp or ```python block of
more than three lines must be part of an example. The exit status is 77 (skipped) if a page runs Python and this Python
has no NumPy.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block):
    """[(command, its expected output lines)]"""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line and not found:
            raise SystemExit(f"output before a command: {line}")
        elif found:
            found[-1][1].append(line)
    return found


def comparable(lines):
    """The lines, without what may differ from run to run."""
    masked = [re.sub(r"\d+\.\d+(e[+-]\d+)?", "#", re.sub(r"\s+", " ", line.strip())) for line in lines]
    return [line for line in masked if line]


@contextlib.contextmanager
def shell(command, examples):
    """A function that runs a line of shell in a temporary folder, with this Python as python3."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as programs:
        (pathlib.Path(folder) / "cnnspec").symlink_to(pathlib.Path(command).resolve())
        (pathlib.Path(folder) / "examples").symlink_to(pathlib.Path(examples).resolve())
        python = pathlib.Path(programs) / "python3"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        package = pathlib.Path(examples).resolve().parent / "python"
        environment = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}", PYTHONDONTWRITEBYTECODE="1",
                           PYTHONPATH=str(package), CNNSPEC_COMMAND=str(pathlib.Path(command).resolve()))
        yield lambda line: subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True,
                                          timeout=120)


def wrong_commands(text, command, examples):
    """The differences, one message for each command; how many commands were compared, and left out without oneDNN."""
    wrong, compared, left_out = [], 0, 0
    has_onednn = subprocess.run([command, "judge", "onednn", "--cases", "1"], capture_output=True).returncode == 0
    with shell(command, examples) as run_line:
        for block in blocks(text, "console"):
            for line, expected in commands(block):
                if "onednn" in line and not has_onednn:
                    left_out += 1
                    continue
                run = run_line(line)
                shown = run.stdout + run.stderr
                compared += 1
                if run.returncode != 0 or comparable(shown.splitlines()) != comparable(expected):
                    wrong.append(f"$ {line}\n--- the page says\n" + "\n".join(expected) +
                                 f"\n--- it printed (status {run.returncode})\n{shown}")
    return wrong, compared, left_out


def wrong_examples(text, examples):
    wrong = []
    for language, suffix in (("cpp", "cpp"), ("python", "py")):
        sources = [p.read_text() for p in pathlib.Path(examples).rglob(f"*.{suffix}")]
        wrong += [block for block in blocks(text, language)
                  if block.count("\n") > 3 and not any(block in source for source in sources)]
    return wrong


def needs_numpy(text):
    return any("python3" in line for block in blocks(text, "console") for line, _ in commands(block))


def has_numpy():
    return subprocess.run([sys.executable, "-c", "import numpy"], capture_output=True).returncode == 0


def self_test():
    right = "```console\n$ echo a 1.5\na   2.5\n$ true\n```\n"
    cases = {right: 0, right.replace("a   2.5", "b 2.5"): 1, right.replace("$ true", "$ false"): 1,
             right.replace("a   2.5", "a 2.5\nand more"): 1, right.replace("a   2.5", "a 2"): 1}
    for text, count in cases.items():
        wrong, compared, _ = wrong_commands(text, "/bin/true", "/")
        assert (len(wrong), compared) == (count, 2), text
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "x.cpp").write_text("int a;\nint b;\nint c;\nint d;\nint e;\n")
        assert not wrong_examples("```cpp\nint b;\nint c;\nint d;\nint e;\n```\n", folder)
        assert wrong_examples("```cpp\nint b;\nint c;\nint d;\nint f;\n```\n", folder)
        assert wrong_examples("```python\nint b;\nint c;\nint d;\nint e;\n```\n", folder)
    assert needs_numpy("```console\n$ python3 x.py\n```\n") and not needs_numpy(right)
    print("the comparison rejects what it must")


def update(page, command, examples):
    path = pathlib.Path(page)
    text = path.read_text()
    with shell(command, examples) as run_line:
        for block in blocks(text, "console"):
            fresh = ""
            for line, _ in commands(block):
                run = run_line(line)
                fresh += f"$ {line}\n{run.stdout}{run.stderr}"
            text = text.replace(f"```console\n{block}```", f"```console\n{fresh}```")
    path.write_text(text)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:2] == ["--update"]:
        return update(*sys.argv[2:])
    page, command, examples = sys.argv[1:]
    text = pathlib.Path(page).read_text()
    if needs_numpy(text) and not has_numpy():
        print(f"skipped: {sys.executable} has no NumPy")
        return SKIPPED
    wrong, compared, left_out = wrong_commands(text, command, examples)
    for block in wrong_examples(text, examples):
        wrong.append(f"this code stands in no example:\n{block}")
    if not compared:
        wrong.append("the page shows no command")
    for message in wrong:
        print(message, file=sys.stderr)
    print(f"{compared} commands compared, {left_out} left out (no oneDNN), {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
