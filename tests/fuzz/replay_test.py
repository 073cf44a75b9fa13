"""replay_test.py REPLAY_PROGRAM [sanitized]: replays corpora with good inputs, with inputs that fail, without inputs,
and with inputs that compare nothing. The target is failing_target.cpp."""

import os
import pathlib
import subprocess
import sys
import tempfile

SANITIZED = len(sys.argv) > 2


def replay(*arguments):
    done = subprocess.run([sys.argv[1], *map(str, arguments)], capture_output=True, text=True,
                          env={name: value for name, value in os.environ.items() if "SAN_OPTIONS" not in name})
    return done.returncode, done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder, "a corpus")
    folder.mkdir()

    def write(name, text):
        (folder / name).write_text(text)
        return folder / name

    status, text = replay(folder)
    assert status == 2 and "no input to replay" in text, (status, text)
    status, text = replay()
    assert status == 2, (status, text)
    status, text = replay(folder / "absent")
    assert status == 2 and "absent cannot be read" in text, (status, text)

    write("empty", "")
    write("good", "compare")
    status, text = replay(folder)
    assert status == 0 and "2 inputs, all pass; 1 compared something" in text, (status, text)
    write("more", "")
    status, text = replay(folder)
    assert status == 2 and "expected at least 50% to compare something" in text, (status, text)
    status, text = replay(folder / "more")  # one input may be anything
    assert status == 0, (status, text)

    for happens in ["abort", "write to nowhere", "divide by zero"] + ["write behind the end"] * SANITIZED:
        bad = write("bad", happens)
        status, text = replay(folder)
        assert status < 0 and text.count(f"  input: {bad}\n") == 1, (happens, status, text)
        assert not SANITIZED or happens == "abort" or "Sanitizer" in text or "runtime error" in text, (happens, text)
