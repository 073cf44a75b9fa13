#!/usr/bin/env python3
"""The start-up script ./cnnspec on a machine without any package. Stand-ins for the package manager and CMake only write
down what they are asked for. Is what a command needs installed and configured? Are mistakes reported with status 2?

Usage: start_up_test.py ROOT
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
TOOLS = ("awk", "bash", "cat", "chmod", "cut", "dirname", "env", "find", "flock", "grep", "head", "mkdir", "nproc", "python3",
         "readlink", "rm", "sed", "tail", "touch")
NOTE = 'echo "${0##*/} $*" >>"$NOTES"\n'
# Stands in for CMake: writes down its arguments, and leaves the files of a configured build.
CMAKE = NOTE + """
case $1 in
  --preset)
    build=$PWD/build/$2
    touch "$build/build.ninja"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" >"$build/CMakeCache.txt"
    for word; do case $word in *=ON) echo "${word%=ON}:BOOL=ON" >>"$build/CMakeCache.txt" ;; esac; done ;;
  --build)
    mkdir -p "$2/bin"
    printf '#!/bin/sh\\necho "ran $*"\\n' >"$2/bin/cnnspec"
    chmod +x "$2/bin/cnnspec" ;;
esac
"""
# The files that commands written in Python need to check their arguments.
PYTHON = ("CMakeLists.txt", "checks", "fuzz/options", "fuzz/run.py", "python/environment.py", "reports/publish.py",
          "reports/standing.py", "spec/cnnspec")
# Commands with a wrong argument, and the error message.
WRONG = {"fuzz": (["--nonsense"], "unrecognized arguments: --nonsense"),
         "fuzz layer": (["-max_len=64"], "libFuzzer's own flags go after --"),
         "fuzz kernel": (["--", "-seed=1"], "'-seed=1' after --: use --seed instead"),
         "bench": (["--only", "speed"], "argument --only: invalid choice: 'speed'"),
         "bench --json": (["."], "--json: expected a file that can be written, got '.'"),
         "mutants": (["--sample", "0"], "argument --sample: expected an integer of at least 1, got '0'"),
         "mutants --file": (["nosuch"], "--file: expected one of "),
         "mutants --html": (["/nosuch/page.html"], "--html: expected a file that can be written, got '/nosuch/page.html'"),
         "publish": (["--only", "speed"], "argument --only: invalid choice: 'speed'"),
         "coverage": (["--some"], "unrecognized arguments: --some"),
         "coverage --json": (["."], "--json: expected a file that can be written, got "),
         "python --wheel": (["-c"], "--wheel: expected no further argument, got ")}
# Stands in for the package manager: the package named in ABSENT does not exist.
APT_GET = NOTE + 'for word; do [ "$word" != "${ABSENT:-}" ] || exit 100; done\n'


class Machine:
    """A copy of the script on a machine with only these programs, and without any package."""

    def __init__(self, folder, with_python=False, **programs):
        self.root, self.bin, self.notes = folder / "project", folder / "bin", folder / "notes"
        self.root.mkdir()
        self.bin.mkdir()
        for name in ("cnnspec", "CMakePresets.json"):
            shutil.copy(ROOT / name, self.root / name)
        for name in PYTHON if with_python else ():
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("*.cpp", "*.json", "__pycache__"))
            else:
                (self.root / name).parent.mkdir(exist_ok=True)
                shutil.copy(ROOT / name, self.root / name)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), self.bin / tool)
        programs = {"apt_get": APT_GET, "cmake": CMAKE, "ctest": NOTE, "dpkg_query": "exit 1\n", "sudo": '"$@"\n', **programs}
        for name, text in programs.items():
            if text is not None:
                path = self.bin / name.replace("_", "-")
                path.write_text("#!/bin/sh\n" + text)
                path.chmod(0o755)

    def run(self, *arguments, **environment):
        """(status, standard output, standard error, the commands that it called)"""
        self.notes.write_text("")
        done = subprocess.run([self.root / "cnnspec", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={"PATH": str(self.bin), "HOME": "/", "NOTES": str(self.notes), **environment}, check=False)
        return done.returncode, done.stdout, done.stderr, self.notes.read_text().splitlines()


class StartUp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def machine(self, **programs):
        return Machine(pathlib.Path(tempfile.mkdtemp(dir=self.folder)), **programs)

    def built(self, commands):
        return [words[words.index("--target") + 1] for words in map(str.split, commands) if "--target" in words]

    def installed(self, commands):
        return {word for c in commands if c.startswith("apt-get install") for word in c.split() if word[:1] != "-"}

    def test_a_command_is_built_without_the_tests_and_what_they_need(self):
        for words in (["ops"], ["build"]):
            with self.subTest(words):
                status, out, err, commands = self.machine().run(*words)
                self.assertEqual((status, out), (0, "ran ops\n" if words == ["ops"] else ""), err)
                self.assertIn("libcli11-dev", self.installed(commands))
                self.assertNotIn("librapidcheck-dev", self.installed(commands))
                self.assertIn("cmake --preset release -D CNNSPEC_BUILD_TESTS=OFF", commands)
                self.assertTrue(commands[-1].endswith("build/release --target cnnspec_cli"), commands)

    def test_what_is_built_is_not_configured_again_but_by_build_which_leaves_the_tests_in(self):
        machine = self.machine()
        machine.run("test")
        for words, configured in ((["ops"], []), (["build"], ["cmake --preset release"])):
            status, _, err, commands = machine.run(*words)
            self.assertEqual(status, 0, err)
            self.assertEqual([c for c in commands if c.startswith("cmake --preset")], configured)

    def test_the_suite_is_built_with_what_it_needs_and_then_run(self):
        for words, target, asked in ((["test"], "all", ""), (["test", "--fast", "-R", "x"], "cnnspec_fast_tests", "-L fast -R x")):
            with self.subTest(words):
                machine = self.machine()
                machine.run("build")
                status, _, err, commands = machine.run(*words, CMAKE_BUILD_PARALLEL_LEVEL="3")
                self.assertEqual(status, 0, err)
                self.assertLessEqual({"libgtest-dev", "librapidcheck-dev", "chromium", "graphviz"}, self.installed(commands))
                self.assertIn("cmake --preset release -D CNNSPEC_BUILD_TESTS=ON", commands)
                self.assertTrue(commands[-2].endswith(f"--target {target}"), commands)
                self.assertTrue(commands[-1].startswith("ctest "), commands)
                self.assertTrue(commands[-1].endswith(f"--parallel 3 {asked}".strip()), commands)

    def test_the_status_of_the_suite_is_that_of_the_tests(self):
        status, _, err, _ = self.machine(ctest="exit 8\n").run("test")
        self.assertEqual(status, 8)
        self.assertNotIn("passed", err)

    def test_old_package_lists_are_renewed(self):
        once = 'for word; do :; done\n[ "$1" = update ] || [ -e "$NOTES.updated" ] || exit 100\ntouch "$NOTES.updated"\n'
        status, _, err, commands = self.machine(apt_get=NOTE + once).run("ops")
        self.assertEqual(status, 0, err)
        self.assertEqual([c.split()[1] for c in commands if c.startswith("apt-get")][:3], ["install", "update", "install"])

    def test_only_an_optional_package_may_be_missing(self):
        status, _, err, _ = self.machine().run("ops", ABSENT="libdnnl-dev")
        self.assertEqual(status, 0)
        self.assertIn("going on without libdnnl-dev", err)
        status, out, err, commands = self.machine().run("ops", ABSENT="libboost-dev")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("installing packages failed", err)
        self.assertFalse([c for c in commands if c.startswith("cmake")])

    def test_without_a_package_manager_what_is_missing_is_named(self):
        status, _, err, commands = self.machine(apt_get=None).run("build")
        self.assertEqual((status, commands), (2, []))
        self.assertIn("please install these packages", err)
        self.assertIn("libboost-dev", err)
        self.assertNotIn("libdnnl-dev", err)

    def test_a_compiler_that_a_preset_needs_is_installed(self):
        clang = {"clang", "libclang-rt-dev"}
        for preset in ("clang", "coverage", "asan", "fuzz"):
            with self.subTest(preset):
                _, _, _, commands = self.machine().run("ops", CNNSPEC_PRESET=preset)
                self.assertLessEqual(clang, self.installed(commands))
        for preset in ("release", "ci", "debug"):
            with self.subTest(preset):
                _, _, _, commands = self.machine().run("ops", CNNSPEC_PRESET=preset)
                self.assertFalse(clang & self.installed(commands))

    def test_beside_an_old_compiler_a_newer_one_is_installed(self):
        for preset, version, wanted in (("release", 10, True), ("release", 12, False), ("asan", 10, False)):
            with self.subTest(preset, version=version):
                machine = self.machine(**{"g++": f"echo {version}\n"})
                _, _, _, commands = machine.run("ops", CNNSPEC_PRESET=preset)
                self.assertEqual("g++-12" in self.installed(commands), wanted)

    def test_without_Graphviz_the_suite_runs(self):
        status, _, err, commands = self.machine().run("test", ABSENT="graphviz")
        self.assertEqual(status, 0, err)
        self.assertIn("going on without graphviz", err)
        self.assertTrue(commands[-1].startswith("ctest "), commands)

    def test_a_wrong_argument_is_told_before_anything_is_installed_or_built(self):
        for command, (arguments, message) in WRONG.items():
            with self.subTest(command):
                machine = self.machine(with_python=True)
                status, out, err, commands = machine.run(*command.split(), *arguments)
                self.assertEqual((status, out, commands), (2, "", []), err)
                self.assertIn(message, err)
                self.assertFalse((machine.root / "build").exists())

    def test_a_right_argument_is_followed_by_what_has_to_be_built_for_it(self):
        # The stand-in builds programs that do nothing, so the commands themselves fail afterwards.
        for words, targets in (("fuzz layer -- -max_len=64", ["cnnspec_fuzzers"]),
                               ("fuzz --seeds", ["cnnspec_fuzzers"]),
                               ("bench --only spec -- --help", ["cnnspec_bench", "cnnspec_cli"]),
                               ("mutants --sample 1", ["cnnspec_mutants_laws"]),
                               ("mutants --sample 1 --html=x.html", ["cnnspec_mutants_laws", "cnnspec_cli"]),
                               ("coverage", ["cnnspec_fast_tests"]),
                               ("coverage --all", ["all"]),
                               ("python -c pass", ["cnnspec_cli"]),
                               ("python --wheel", [])):
            with self.subTest(words):
                _, _, err, commands = self.machine(with_python=True).run(*words.split())
                self.assertEqual(self.built(commands), targets, err)
                self.assertIn("libboost-dev", self.installed(commands))

    def test_what_needs_no_build_is_answered_without_one(self):
        for words, answer in (("fuzz --help", "./cnnspec fuzz layer -- -max_len=64"), ("fuzz --list", "layer"),
                              ("bench -h", "usage: "), ("bench --list", "gradcheck"), ("mutants --help", "usage: "),
                              ("mutants --list --file relu", "relu.hpp:"), ("publish --help", "usage: "),
                              ("publish --list", "no result in reports/results"), ("coverage --help", "usage: "),
                              ("python --help", "usage: ")):
            with self.subTest(words):
                status, out, err, commands = self.machine(with_python=True).run(*words.split())
                self.assertEqual((status, commands), (0, []), err)
                self.assertIn(answer, out)

    def test_fuzz_knows_its_targets_before_they_are_built(self):
        _, out, err, _ = self.machine(with_python=True).run("fuzz", "--list")
        built = re.search(r"set\(cnnspec_fuzz_targets ([a-z ]+)\)", (ROOT / "fuzz/CMakeLists.txt").read_text())[1]
        self.assertEqual([line.split()[0] for line in out.splitlines()], sorted(built.split()), err)

    def test_fuzz_targets_are_built_by_presets_that_have_them(self):
        status, _, err, commands = self.machine(with_python=True).run("fuzz", CNNSPEC_PRESET="release")
        self.assertEqual((status, commands), (2, []))
        self.assertIn('the fuzz targets are in "fuzz" and "fuzz-plain"', err)
        _, _, err, commands = self.machine(with_python=True).run("fuzz", CNNSPEC_PRESET="fuzz-plain")
        self.assertEqual(self.built(commands), ["cnnspec_fuzzers"], err)

    def test_Python_is_installed_where_arguments_cannot_be_checked_without_it(self):
        python = shutil.which("python3")
        machine = self.machine(with_python=True, apt_get=NOTE + f'ln -s "{python}" "${{0%/*}}/python3"\n')
        (machine.bin / "python3").unlink()
        (machine.bin / "ln").symlink_to(shutil.which("ln"))
        status, _, err, commands = machine.run("fuzz", "--nonsense")
        self.assertEqual((status, self.installed(commands) - {"apt-get", "install"}), (2, {"python3"}), err)
        self.assertIn("unrecognized arguments: --nonsense", err)

    def test_an_unknown_preset_is_refused(self):
        status, _, err, commands = self.machine().run("ops", CNNSPEC_PRESET="fast")
        self.assertEqual((status, commands), (2, []))
        self.assertIn('CNNSPEC_PRESET: CMakePresets.json has no "fast"', err)

    def test_a_build_that_fails_is_status_2_with_the_end_of_its_output(self):
        status, out, err, _ = self.machine(cmake="echo no such library\nexit 1\n").run("ops")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("no such library", err)
        self.assertIn("configuring failed", err)

    def test_a_tree_that_was_moved_is_configured_anew(self):
        machine = self.machine()
        machine.run("build")
        moved = machine.root.with_name("moved")
        machine.root.rename(moved)
        machine.root = moved
        status, out, err, commands = machine.run("ops")
        self.assertEqual((status, out), (0, "ran ops\n"), err)
        self.assertIn("cmake --preset release -D CNNSPEC_BUILD_TESTS=OFF", commands)


if __name__ == "__main__":
    unittest.main()
