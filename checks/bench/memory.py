"""The memory of a process and of all processes that it starts, together: a machine needs this much for them."""

import pathlib
import re
import threading

PROC = pathlib.Path("/proc")
INTERVAL = 0.2  # seconds


def parents():
    """{process: its parent} of all that run."""
    found = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            text = path.read_text(errors="replace")
        except OSError:  # the process has ended
            continue
        # After the name, which may itself contain spaces and brackets.
        found[int(path.parent.name)] = int(text[text.rindex(")") + 1:].split()[1])
    return found


def tree(root):
    """A process and all processes that it has started, if they still run."""
    children = {}
    for process, parent in parents().items():
        children.setdefault(parent, []).append(process)
    found, left = [], [root]
    while left:
        process = left.pop()
        found.append(process)
        left += children.get(process, [])
    return found


def kibibytes_of(process):
    """The memory of a process, with its share of what it shares with others. 0 if it has ended."""
    try:
        found = re.search(r"^Pss:\s+(\d+)", (PROC / str(process) / "smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


class Peak:
    """A context manager: looks at a process's tree again and again, and keeps the largest sum. Memory that is used only
    between two looks is missed."""

    def __init__(self, root):
        self.root, self.mib = root, 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def watch(self):
        while True:
            self.mib = max(self.mib, sum(map(kibibytes_of, tree(self.root))) / 1024)
            if self.ended.wait(INTERVAL):
                return
