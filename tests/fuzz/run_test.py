"""What `cnnspec fuzz` makes of an input that fails, and of a wrong command line: run_test.py SOURCE CLANG++.

The target is one that passes the empty input only, so the fuzzer's first input fails."""

import pathlib
import subprocess
import sys
import tempfile

source, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]


def fuzz(build, *arguments):
    done = subprocess.run([sys.executable, source / "fuzz" / "run.py", "--build", build, *arguments],
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    build = pathlib.Path(folder)
    (build / "bin").mkdir()
    subprocess.run([compiler, "-fsanitize=fuzzer", source / "tests" / "fuzz" / "failing_target.cpp", "-o",
                    build / "bin" / "fuzz_layer"], check=True)

    status, text = fuzz(build, "layer", "--seconds", "5")
    assert status == 1 and "one fails" in text, (status, text)
    smallest = pathlib.Path(text.split("again: ./cnnspec fuzz layer ")[1].strip())
    assert smallest.stat().st_size == 1, text

    status, text = fuzz(build, "layer", smallest)
    assert status == 1 and "0 of 1 inputs pass" in text, (status, text)
    (build / "empty").touch()
    status, text = fuzz(build, "layer", build / "empty")
    assert status == 0 and "1 of 1 inputs pass" in text, (status, text)

    status, text = fuzz(build, "nosuch")
    assert status == 2 and "expected a target (layer) or a file, got 'nosuch'" in text, (status, text)
    status, text = fuzz(build, "--seconds", "0")
    assert status == 2 and "--seconds: expected at least 1, got 0" in text, (status, text)
