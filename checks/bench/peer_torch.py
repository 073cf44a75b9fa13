"""torch.autograd.gradcheck as a peer: one process of it, asked again and again."""

import pathlib
import subprocess
import sys

import programs

PROGRAM = pathlib.Path(__file__).resolve().parent / "gradcheck_torch.py"
PYTHONS = ("/usr/bin/python3", sys.executable)


def python_with_torch(candidates=PYTHONS):
    for python in candidates:
        try:
            if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0:
                return python
        except OSError:
            pass
    raise programs.Missing("PyTorch is not installed (Debian: python3-torch)")


class Torch:
    """A context manager: the process ends with it."""

    def __init__(self, python=None):
        command = [python or python_with_torch(), str(PROGRAM)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version = self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def answer(self):
        line = self.process.stdout.readline().strip()
        if not line:
            raise programs.Failure(f"{PROGRAM.name} ended with status {self.process.wait()}")
        return line

    def seconds(self, mode, config, derivatives):
        """The time of one check, slow or fast, of the network with this configuration and this number of
        derivatives."""
        self.process.stdin.write(f"{mode} {derivatives} {config}\n")
        self.process.stdin.flush()
        answer = self.answer()
        try:
            return float(answer)
        except ValueError:
            raise programs.Failure(f"torch.autograd.gradcheck ({mode}, {derivatives} derivatives): {answer}") from None
