"""The command's progress line, on the terminal of this program or in its notebook."""

import os
import pty
import sys
import threading
from contextlib import contextmanager

ERASE = "\r\x1b[K"  # stands before each line of progress, and after the last


def is_shown():
    has_reader = sys.stderr is not None and (sys.stderr.isatty() or "ipykernel" in sys.modules)
    return has_reader and os.path.exists("/dev/ptmx")


class ErrorOutput:
    """What the command wrote to its standard error, without the progress."""

    def __init__(self):
        self.text = ""

    def take(self, text):
        """Shows a line of progress; keeps all else."""
        if text.startswith(ERASE) and "\n" not in text:
            sys.stderr.write(text)
            sys.stderr.flush()
        else:
            self.text += text.replace(ERASE, "").replace("\r\n", "\n")

    def read_all(self, descriptor):
        while True:
            try:
                some = os.read(descriptor, 1 << 12)
            except OSError:  # a terminal has no other end
                return
            if not some:
                return
            self.take(some.decode(errors="replace"))


@contextmanager
def on_terminal():
    """(descriptor, ErrorOutput): the standard error for a command. Its text is complete when the block has ended."""
    own, of_command = pty.openpty()
    output = ErrorOutput()
    reader = threading.Thread(target=output.read_all, args=(own,), daemon=True)
    reader.start()
    try:
        yield of_command, output
    finally:
        os.close(of_command)
        reader.join()
        os.close(own)
