#!/usr/bin/env python3
"""Runs every command that the README shows, and compares what it prints with what the README says that it prints.

Usage: readme_test.py README COMMAND EXAMPLES     COMMAND: the cnnspec to run; EXAMPLES: the folder of examples
       readme_test.py --self-test                 the comparison must reject READMEs that are wrong
       readme_test.py --update README COMMAND     replaces the outputs by what the commands print now

A ```console block holds commands, each after "$ ", and their output. They run in an empty folder, in order. Decimal numbers
(times, ratios) may differ, and so may the width of columns. A ```cpp block of more than three lines must stand in an example.
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block):
    """[(command, the lines that it should print)]"""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line and not found:
            raise SystemExit(f"README: output before a command: {line}")
        elif found:
            found[-1][1].append(line)
    return found


def comparable(lines):
    """Without what may differ from run to run."""
    masked = [re.sub(r"\d+\.\d+(e[+-]\d+)?", "#", re.sub(r"\s+", " ", line.strip())) for line in lines]
    return [line for line in masked if line]


def wrong_commands(text, command):
    """What differs, one message a command; and how many commands were compared, or left out for want of oneDNN."""
    wrong, compared, left_out = [], 0, 0
    has_onednn = subprocess.run([command, "judge", "onednn", "--cases", "1"], capture_output=True).returncode == 0
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "cnnspec").symlink_to(pathlib.Path(command).resolve())
        for block in blocks(text, "console"):
            for line, expected in commands(block):
                if "onednn" in line and not has_onednn:
                    left_out += 1
                    continue
                run = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, timeout=120)
                shown = run.stdout + run.stderr
                compared += 1
                if run.returncode != 0 or comparable(shown.splitlines()) != comparable(expected):
                    wrong.append(f"$ {line}\n--- the README says\n" + "\n".join(expected) +
                                 f"\n--- it printed (status {run.returncode})\n{shown}")
    return wrong, compared, left_out


def wrong_examples(text, examples):
    sources = [p.read_text() for p in pathlib.Path(examples).rglob("*.cpp")]
    return [block for block in blocks(text, "cpp")
            if block.count("\n") > 3 and not any(block in source for source in sources)]


def self_test():
    right = "```console\n$ echo a 1.5\na   2.5\n$ true\n```\n"
    cases = {right: 0, right.replace("a   2.5", "b 2.5"): 1, right.replace("$ true", "$ false"): 1,
             right.replace("a   2.5", "a 2.5\nand more"): 1, right.replace("a   2.5", "a 2"): 1}
    for text, count in cases.items():
        wrong, compared, _ = wrong_commands(text, "/bin/true")
        assert (len(wrong), compared) == (count, 2), text
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "x.cpp").write_text("int a;\nint b;\nint c;\nint d;\nint e;\n")
        assert not wrong_examples("```cpp\nint b;\nint c;\nint d;\nint e;\n```\n", folder)
        assert wrong_examples("```cpp\nint b;\nint c;\nint d;\nint f;\n```\n", folder)
    print("the comparison rejects what it must")


def update(readme, command):
    path = pathlib.Path(readme)
    text = path.read_text()
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "cnnspec").symlink_to(pathlib.Path(command).resolve())
        for block in blocks(text, "console"):
            fresh = ""
            for line, _ in commands(block):
                run = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, timeout=120)
                fresh += f"$ {line}\n{run.stdout}{run.stderr}"
            text = text.replace(f"```console\n{block}```", f"```console\n{fresh}```")
    path.write_text(text)


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:2] == ["--update"]:
        return update(*sys.argv[2:])
    readme, command, examples = sys.argv[1:]
    text = pathlib.Path(readme).read_text()
    wrong, compared, left_out = wrong_commands(text, command)
    for block in wrong_examples(text, examples):
        wrong.append(f"this code stands in no example:\n{block}")
    if not compared:
        wrong.append("the README shows no command")
    for message in wrong:
        print(message, file=sys.stderr)
    print(f"{compared} commands compared, {left_out} left out (no oneDNN), {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
