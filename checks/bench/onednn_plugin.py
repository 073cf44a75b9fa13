"""The kernel onednn for a oneDNN of the user's: its plug-in is built against that one, in a folder of its own."""

import os
import pathlib

import programs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def use(prefix, build):
    """Builds the plug-in for the oneDNN that is installed in `prefix`, and has every cnnspec that this process runs find it
    before its own."""
    folder = build / "onednn" / prefix.resolve().as_posix().strip("/").replace("/", "-")
    programs.measured(["cmake", "-S", ROOT, "-B", folder, f"-DoneDNN_ROOT={prefix.resolve()}", "-DCNNSPEC_WITH_ONEDNN=ON",
                       "-DCNNSPEC_BUILD_TESTS=OFF"])
    programs.measured(["cmake", "--build", folder, "--target", "cnnspec_kernel_onednn"])
    os.environ["CNNSPEC_LIBEXEC"] = str(folder / "bin")
