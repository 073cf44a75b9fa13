"""The kernel onednn for the user's own oneDNN: its plug-in is built with that one, in a separate folder."""

import os
import pathlib

import programs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def use(prefix, build):
    """Builds the plug-in for the oneDNN that is installed in `prefix`. Every cnnspec that this process runs then uses
    this plug-in instead of its own."""
    folder = build / "onednn" / prefix.resolve().as_posix().strip("/").replace("/", "-")
    programs.measured(["cmake", "-S", ROOT, "-B", folder, f"-DoneDNN_ROOT={prefix.resolve()}", "-DCNNSPEC_WITH_ONEDNN=ON",
                       "-DCNNSPEC_BUILD_TESTS=OFF"])
    programs.measured(["cmake", "--build", folder, "--target", "cnnspec_kernel_onednn"])
    os.environ["CNNSPEC_LIBEXEC"] = str(folder / "bin")
