"""What the commands that ./cnnspec runs with Python have in common: their arguments are checked before anything is built.

./cnnspec calls such a command twice, first with --check-arguments. Then the command does no more than to read its
arguments. If they are wrong, it says so and ends with a status other than 0, as without the option. If they are right, it
prints NEEDS and what has to be built for them, which ./cnnspec installs and builds before it calls the command again. If
it prints anything else, or nothing, then what it is asked for (--help, --list) needs no build.
"""

import argparse
import os
import pathlib

NEEDS = "needs:"


def add_check(parser):
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)


def tell_needs(*targets):
    """The status."""
    print(NEEDS, *targets)
    return 0


def can_be_written(path):
    """Whether a file can be written there. "-" has no special meaning here."""
    target = pathlib.Path(path).resolve()
    if not str(path) or target.is_dir():
        return False
    return os.access(target if target.exists() and not target.is_file() else target.parent, os.W_OK)
