"""The libraries, and asking one: each question in a process of its own, so that a crash or a hang is an answer."""

import os
import pathlib
import signal
import struct
import subprocess
import sys

import page
import protocol
import questions

HERE = pathlib.Path(__file__).resolve().parent


def commands(build, node_modules):
    """{library: command lines of its adapter, the first that works is taken}"""
    os.environ["NODE_PATH"] = os.pathsep.join(filter(None, [str(node_modules or ""), os.environ.get("NODE_PATH")]))
    pythons = dict.fromkeys([sys.executable, "/usr/bin/python3"])
    kernel = str(build / "bin/conventions_kernel")
    return {
        "oneDNN": [[kernel, "onednn"]],
        "im2col": [[kernel, "im2col"]],
        "PyTorch": [[python, str(HERE / "ask_pytorch.py")] for python in pythons],
        "ONNX Runtime": [[sys.executable, str(HERE / "ask_onnxruntime.py")]],
        "TensorFlow.js": [["node", str(HERE / "ask_tensorflow.js")]],
        "OpenCV": [[python, str(HERE / "ask_opencv.py")] for python in pythons],
        "XNNPACK": [[str(build / "bin/conventions_xnnpack")]],
    }


def specification(build):
    return [str(build / "bin/conventions_specification")]


def run(command, text, seconds):
    """subprocess.run; None: it did not end."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment, start_new_session=True) as process:
        try:
            stdout, stderr = process.communicate(text, seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def version(text):
    """What the adapter says; of a library that does not know its version, that of its Debian package too."""
    package = {"XNNPACK": "libxnnpack0"}.get(text)
    if package is None:
        return text
    found = subprocess.run(["dpkg-query", "--show", "--showformat", "${Version}", package], capture_output=True,
                           text=True)
    return f"{text} {found.stdout}".strip()


def find(candidates, seconds=60):
    """(the command that works, its version), or (None, why there is none)."""
    why = "not installed"
    for command in candidates:
        try:
            found = run([*command, "--version"], "", seconds)
        except OSError as error:
            why = f"{error.filename}: {error.strerror}"
            continue
        if found and found.returncode == 0:
            return command, version(found.stdout.strip())
        why = protocol.one_line(found.stderr)[-200:] if found else "does not start"
    return None, why


def as_float(text):
    """The number as a float (of 32 bits) has it."""
    value = float(text)
    return struct.unpack("f", struct.pack("f", value))[0]


def ask(command, question, seconds):
    """(kind, detail): ("answer", [float]), ("refuses", text), ("not offered", text), ("crashed", signal), ("hangs", ""),
    or ("no answer", text) from a program that does not keep to the protocol."""
    done = run(command, questions.message(question), seconds)
    if done is None:
        return "hangs", ""
    if done.returncode < 0:
        return "crashed", signal.Signals(-done.returncode).name
    lines = [line for line in done.stdout.splitlines() if line.split(" ")[0] in ("answer", "refuses", "not")]
    if done.returncode != 0 or not lines:
        return "no answer", f"exit status {done.returncode}"
    line = lines[-1]
    for kind in ("refuses", "not offered"):
        if line.startswith(kind):
            return kind, line[len(kind) :].strip()
    return "answer", [as_float(v) for v in line.split()[1:]]


def ask_wide(command, question, alone, seconds):
    """The answer to the widened question if it is different; else None."""
    if alone[0] != "answer" or (wide := questions.widened(question)) is None:
        return None
    kind, detail = ask(command, wide[0], seconds)
    if kind != "answer":
        return kind, detail
    for answer in wide[1](detail):
        if not page.equal(answer, alone[1]):
            return "answer", answer
    return None
