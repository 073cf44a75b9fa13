"""python -m cnnspec: the command. For `cnnspec judge python:MODULE:FUNCTION` it starts this interpreter, which imports
what this program could import.

    python -m cnnspec judge python:mymodule:my_conv2d --op conv2d_forward
"""

import os
import sys

from .command import CnnspecError, environment, executable


def main():
    try:
        command = executable()
        os.execve(command, [command, *sys.argv[1:]], environment())
    except CnnspecError as error:
        print(f"cnnspec: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
