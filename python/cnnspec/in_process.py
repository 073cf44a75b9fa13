"""Judging in this process: for functions that no other process can import, and that cannot be pickled.

The command starts relays (relay.py), which hand its requests over to this process. If the kernel crashes, so does this
process.
"""

import os
import select
import shlex
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from .command import environment, executable
from .worker import Worker

RELAY = Path(__file__).with_name("relay.py")


class Connection:
    """The judge's socket and memory, as one relay has handed them over."""

    def __init__(self, relay, function, op, framework, device, layouts):
        _, (judge, memory), *_ = socket.recv_fds(relay, 1, 2)
        self.relay, self.judge, self.memory, self.received = relay, socket.socket(fileno=judge), memory, b""
        self.worker = Worker(function, op, framework, device, layouts, memory, is_alone=False)

    def fileno(self):
        return self.judge.fileno()

    def serve(self):
        """Answers what there is to read. False: the judge has closed its end."""
        try:
            self.received += (some := self.judge.recv(1 << 16))
            *lines, self.received = self.received.split(b"\n")
            for line in lines:
                self.judge.sendall(self.worker.answer(line.decode()).encode() + b"\n")
        except OSError:
            some = b""
        return bool(some)

    def close(self):
        self.judge.close()
        self.relay.close()
        os.close(self.memory)


def run_in_process(function, op, framework, device, layouts, arguments):
    """Runs the command with this function as its kernel. `arguments`: those after the kernel. Returns the kernel's name in
    the results, the exit status, the standard output and the standard error."""
    Worker(function, op, framework, device, layouts)  # raises its errors before anything is started
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(folder) / "judge"))
        listener.listen()
        kernel = "worker:" + shlex.join([sys.executable, "-S", str(RELAY), str(Path(folder) / "judge")])
        output, errors = (open(Path(folder) / name, "w+", encoding="utf-8") for name in ("output", "errors"))
        with output, errors, subprocess.Popen([executable(), "judge", kernel, *arguments], stdin=subprocess.DEVNULL,
                                              stdout=output, stderr=errors, env=environment()) as command:
            try:
                serve(command, listener, lambda relay: Connection(relay, function, op, framework, device, layouts))
            except BaseException:
                command.terminate()
                raise
            command.wait()
            output.seek(0), errors.seek(0)
            return kernel, command.returncode, output.read(), errors.read()


def serve(command, listener, connect):
    """Answers requests until the command ends."""
    connections = []
    try:
        while command.poll() is None:
            for ready in select.select([listener, *connections], [], [], 0.05)[0]:
                if ready is listener:
                    connections.append(connect(listener.accept()[0]))
                elif not ready.serve():
                    connections.remove(ready)
                    ready.close()
    finally:
        for connection in connections:
            connection.close()
