"""What the replay of a corpus makes of good inputs, of one that fails, and of none: replay_test.py REPLAY_PROGRAM, whose
target passes the empty input only."""

import pathlib
import subprocess
import sys
import tempfile


def replay(*arguments):
    done = subprocess.run([sys.argv[1], *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    status, text = replay(folder)
    assert status == 2 and "no input to replay" in text, (status, text)
    status, text = replay()
    assert status == 2, (status, text)
    status, text = replay(folder / "absent")
    assert status == 2 and "absent cannot be read" in text, (status, text)
    (folder / "empty").write_bytes(b"")
    status, text = replay(folder)
    assert status == 0 and "1 inputs, all pass" in text, (status, text)
    (folder / "bad").write_bytes(b"x")
    status, text = replay(folder)
    assert status < 0 and "bad" in text, (status, text)
