#!/usr/bin/env python3
"""The command contains nothing of a kernel, and no kernel can see symbols of ours.

Usage: linkage_test.py FOLDER   the folder of the command, the host program and the plug-in kernels
"""

import pathlib
import re
import subprocess
import sys
import unittest

FOLDER = pathlib.Path()


def printed_by(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def needed(file):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", printed_by("readelf", "--dynamic", "--wide", FOLDER / file))


def exported(file):
    """The symbols that a file exports, except variables of the C library, of which a program has copies."""
    names = [line.split()[-1] for line in printed_by("nm", "--dynamic", "--defined-only", FOLDER / file).splitlines()]
    return [name for name in names if "@" not in name]


class Linkage(unittest.TestCase):
    def test_the_host_needs_the_c_library_alone(self):
        for library in needed("cnnspec-host"):
            self.assertRegex(library, r"^(libc|libm|ld-linux[-\w]*|libdl|libpthread)\.so\.\d+$")

    def test_the_host_exports_nothing_that_a_kernel_could_meet(self):
        self.assertEqual([name for name in exported("cnnspec-host") if not name.startswith(("_", "__"))], [])
        self.assertEqual([name for name in exported("cnnspec-host") if name.startswith("_Z")], [])

    def test_the_host_exports_what_a_library_with_counters_of_coverage_needs(self):
        counters = [name for name in exported("cnnspec-host") if name.startswith("__sanitizer_cov")]
        self.assertLessEqual({"__sanitizer_cov_8bit_counters_init", "__sanitizer_cov_pcs_init"}, set(counters))

    def test_the_command_needs_no_library_of_a_kernel(self):
        self.assertEqual([library for library in needed("cnnspec") if re.search("dnnl|gomp|blas|cnnspec", library)], [])

    def test_the_command_has_no_kernel_in_it(self):
        printed = printed_by("nm", "--demangle", FOLDER / "cnnspec")
        self.assertTrue("LibraryKernel" in printed)
        for name in ("im2col_variant", "load_into_this_process", " U dlopen"):
            self.assertFalse(name in printed, name)

    def test_a_plug_in_exports_the_contract_and_a_word_about_itself(self):
        plugins = sorted(FOLDER.glob("cnnspec-kernel-*.so"))
        self.assertGreaterEqual(len(plugins), 6)
        for plugin in plugins:
            with self.subTest(plugin.name):
                ours = [name for name in exported(plugin.name) if "cnnspec" in name and not name.startswith("_Z")]
                self.assertIn("cnnspec_conv2d_forward_f32", ours)
                self.assertIn("cnnspec_plugin_description", ours)
                self.assertEqual([name for name in exported(plugin.name) if name.startswith("_ZN7cnnspec")], [])


if __name__ == "__main__":
    FOLDER = pathlib.Path(sys.argv.pop())
    unittest.main()
