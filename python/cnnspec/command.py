"""The command `cnnspec`: where it is, and how it is started."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

from . import progress

FOUND_WRONG, VACUOUS = 1, 3  # exit statuses of a run that has a result; 0: all is well


class CnnspecError(ValueError):
    """The command refused: a problem that makes no sense, tensors that do not fit, or no command at all."""


PACKAGES = Path(__file__).resolve().parents[1]  # where this package is


def executable():
    """The path of the command: $CNNSPEC_COMMAND; else the one that was installed with this package; else that of this
    checkout, as `./cnnspec build` builds it; else that of PATH. Raises CnnspecError if there is none."""
    installed = [Path(sysconfig.get_path("scripts", scheme)) / "cnnspec" for scheme in schemes()]
    candidates = [os.environ.get("CNNSPEC_COMMAND"), *installed, PACKAGES / "bin/cnnspec",  # of pip install --target
                  PACKAGES.parent / "build/release/bin/cnnspec", shutil.which("cnnspec")]
    for candidate in filter(None, candidates):
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):
            return str(candidate)
    raise CnnspecError("the command cnnspec is not there: build it with `./cnnspec build`, or name it in "
                       "$CNNSPEC_COMMAND")


def schemes():
    """The ways to install a package: for this interpreter, and for this user."""
    return [sysconfig.get_default_scheme() if hasattr(sysconfig, "get_default_scheme") else "posix_prefix",
            f"{os.name}_user"]


def environment():
    """The command's environment. Python kernels are called by this interpreter, which finds what this program finds."""
    usual = (*map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")), "/usr/lib/python3")
    added = [path for path in sys.path if path and not path.startswith(usual) and not path.endswith(".zip")]
    paths = dict.fromkeys([str(PACKAGES), *added])
    return {**os.environ, "CNNSPEC_PYTHON": sys.executable, "PYTHONPATH": os.pathsep.join(paths)}


def run(arguments, descriptors=()):
    """Runs the command. Returns its exit status and its standard output. Raises CnnspecError with the command's words
    if it refuses or fails. ^C goes to the command, which ends with the results so far."""
    if not progress.is_shown():
        return checked(*ended(arguments, descriptors, subprocess.PIPE))
    with progress.on_terminal() as (terminal, shown):
        status, output, _ = ended(arguments, descriptors, terminal)
    return checked(status, output, shown.text)


def ended(arguments, descriptors, stderr):
    """Runs the command to its end. Returns its exit status, its standard output and its standard error."""
    with subprocess.Popen([executable(), *arguments], pass_fds=descriptors, stdin=subprocess.DEVNULL, env=environment(),
                          stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True) as command:
        try:
            output, errors = command.communicate()
        except KeyboardInterrupt:
            command.send_signal(signal.SIGINT)
            output, errors = command.communicate()
    return command.returncode, output, errors


def checked(status, output, errors):
    """The exit status and the standard output, if the command has a result."""
    if status not in (0, FOUND_WRONG, VACUOUS):
        raise CnnspecError(errors.strip().removeprefix("cnnspec: ") or f"the command ended with status {status}")
    return status, output


def run_json(arguments, descriptors=()):
    """The same for a command that prints JSON."""
    return json.loads(run([*arguments, "--json", "-"], descriptors)[1])
