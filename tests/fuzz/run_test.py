"""run_test.py SOURCE CLANG++: tests how `cnnspec fuzz` handles inputs that fail, new inputs, corpora, and a wrong
command line.

The targets are toys (toy_target.cpp), and so are their corpora and options. All paths have spaces."""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

source, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]


def command(home, build, *arguments):
    return [sys.executable, source / "fuzz" / "run.py", "--home", home, "--build", build, *map(str, arguments)]


class Toys:
    """Toy targets `a` and `b`, with corpora of one harmless input."""

    def __init__(self, program, folder):
        self.home, self.build = folder / "the home", folder / "the build"
        (self.build / "bin").mkdir(parents=True)
        (self.home / "options").mkdir(parents=True)
        for target in ("a", "b"):
            shutil.copy(program, self.build / "bin" / f"fuzz_{target}")
            (self.home / "options" / f"fuzz_{target}.options").write_text(
                "# As short as can be.\n[libfuzzer]\nmax_len = 4\ntimeout = 3\nmalloc_limit_mb = 64\n"
                "report_slow_units = 1\n")
            self.corpus(target).mkdir(parents=True)
            (self.corpus(target) / "harmless").write_bytes(b"x")

    def corpus(self, target):
        return self.home / "corpus" / target

    def add(self, target, name, content):
        (self.corpus(target) / name).write_bytes(content)

    def fuzz(self, *arguments, toy="", seconds=120):
        done = subprocess.run(command(self.home, self.build, *arguments), capture_output=True, text=True,
                              env={**os.environ, "TOY": toy}, timeout=seconds)
        return done.returncode, done.stdout + done.stderr


def engines_name(content):
    return hashlib.sha1(content).hexdigest()


def test_an_input_that_fails_is_made_small_and_told(toys):
    for toy, words in (("crash", "deadly signal"), ("hang", "timeout after"), ("leak", "detected memory leaks"),
                       ("allocate", "out-of-memory (malloc(68157440))")):
        toys.add("a", "bad", b"!")
        status, text = toys.fuzz("a", "--seconds", 2, toy=toy)
        assert status == 1 and "one fails" in text and words in text, (toy, status, text)
        failing = pathlib.Path(text.split("again: ./cnnspec fuzz a ")[1].strip())
        assert failing.read_bytes() == b"!", (toy, text)
        status, text = toys.fuzz("a", failing, toy=toy)
        assert status == 1 and "0 of 1 inputs pass" in text and words in text, (toy, status, text)
        status, text = toys.fuzz("a", failing)
        assert status == 0 and "1 of 1 inputs pass" in text, (toy, status, text)


def test_a_crash_is_made_smaller(toys):
    toys.add("a", "bad", b"!xyz")
    status, text = toys.fuzz("a", "--seconds", 2, toy="crash-at-any-length")
    assert status == 1, (status, text)
    smallest = pathlib.Path(text.split("again: ./cnnspec fuzz a ")[1].strip())
    assert smallest.read_bytes() == b"!", text


def test_a_slow_input_is_told_and_is_no_failure(toys):
    toys.add("a", "slow", b"!")
    status, text = toys.fuzz("a", "--seconds", 2, toy="slow")
    assert status == 0 and "slow: " in text and "slow-unit-" in text and "fails" not in text, (status, text)


def test_what_is_new_is_added(toys):
    status, text = toys.fuzz("a", "--seconds", 2, "--seed", 1)
    assert status == 0 and "new in the home/corpus/a" in text, (status, text)
    starts = {path.read_bytes()[:1] for path in toys.corpus("a").iterdir()}
    assert {b"a", b"b"} <= starts and (toys.corpus("a") / "harmless").exists(), starts
    before = sorted(toys.corpus("a").iterdir())
    status, text = toys.fuzz("a", "--seconds", 1)
    assert status == 0 and f"0 new in the home/corpus/a, {len(before)} in all" in text, (status, text)
    assert sorted(toys.corpus("a").iterdir()) == before


def test_a_target_that_fails_stops_no_other(toys):
    toys.add("b", "bad", b"!")
    status, text = toys.fuzz("b", "a", "--seconds", 2, "--jobs", 1, toy="crash")
    assert status == 1 and "fuzz_b: " in text and "fuzz_a: " in text, (status, text)
    assert "again: ./cnnspec fuzz b " in text, text


def test_targets_run_side_by_side_and_end_together_at_an_interrupt(toys):
    process = subprocess.Popen(command(toys.home, toys.build, "--seconds", 600, "--jobs", 2), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    found = [toys.build / "fuzzing" / target for target in ("a", "b")]
    deadline = time.monotonic() + 100
    while not all(folder.is_dir() and any(folder.iterdir()) for folder in found):  # no one has ended yet
        assert time.monotonic() < deadline, "one waits for the other"
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    text = process.communicate(timeout=60)[0]
    assert process.returncode == 130 and f"interrupted; what was found is in {found[0].parent}" in text, text
    assert all(any(folder.iterdir()) for folder in found)
    program = str(toys.build / "bin" / "fuzz_a").encode()
    assert not [p for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if program in content_of(p)], "one goes on"


def content_of(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""


def test_a_target_that_cannot_run_is_told(toys):
    (toys.build / "bin" / "fuzz_a").write_text("#!/bin/sh\nexit 3\n")
    status, text = toys.fuzz("--seconds", 1)
    assert status == 2 and "fuzz_a ended with status 3 and left no input" in text and "fuzz_b: " in text, (status, text)


def test_minimising_drops_what_is_not_needed_and_keeps_names(toys):
    for content in (b"a", b"aa", b"aaa", b"b", b"bb", b"ab"):
        toys.add("a", engines_name(content), content)
    toys.add("a", "a-name", b"aaaa")
    status, text = toys.fuzz("a", "--minimise")
    assert status == 0 and "fuzz_a: 8 inputs, " in text, (status, text)
    left = {path.name: path.read_bytes() for path in toys.corpus("a").iterdir()}
    assert left["harmless"] == b"x" and left["a-name"] == b"aaaa", left
    engines = {content[:2] for name, content in left.items() if name == engines_name(content)}
    assert b"ab" in engines and any(content[:1] == b"b" for content in engines), left
    assert not {b"aa", b"aaa"} & set(left.values()), left  # reach what a-name reaches
    assert sorted(path.name for path in (toys.home / "corpus").iterdir()) == ["a", "b"]


def test_minimising_drops_no_input_that_fails(toys):
    toys.add("a", engines_name(b"!"), b"!")
    before = sorted(toys.corpus("a").iterdir())
    status, text = toys.fuzz("a", "--minimise", toy="crash")
    assert status == 2 and "an input of the corpus fails" in text, (status, text)
    assert sorted(toys.corpus("a").iterdir()) == before


def test_the_targets_are_listed(toys):
    status, text = toys.fuzz("--list")
    assert status == 0 and [line.split() for line in text.splitlines()] == [[target, "1", "inputs"] for target in "ab"]


def test_flags_after_two_hyphens_go_to_libFuzzer_and_replace_the_options(toys):
    toys.add("a", "bad", b"!")
    bad = toys.corpus("a") / "bad"
    status, text = toys.fuzz("a", bad, toy="allocate")
    assert status == 1 and "0 of 1 inputs pass" in text, (status, text)
    status, text = toys.fuzz("a", bad, "--", "-malloc_limit_mb=100", toy="allocate")
    assert status == 0 and "1 of 1 inputs pass" in text, (status, text)
    status, text = toys.fuzz("b", "--", "-runs=7")
    assert status == 0 and "fuzz_b: 7 inputs" in text, (status, text)
    status, text = toys.fuzz("a", "--seconds", 2, "--", "-max_len=2", "-print_pcs=0", toy="crash")
    assert status == 1 and text.strip().endswith(" -- -max_len=2 -print_pcs=0"), (status, text)
    again = text.split("again: ./cnnspec fuzz a ")[1].strip().split(" -- ")
    status, text = toys.fuzz("a", again[0], "--", *again[1].split(), toy="crash")
    assert status == 1 and "0 of 1 inputs pass" in text, (status, text)


def test_what_is_kept_has_to_keep_the_usual_limits(toys):
    found = toys.build / "fuzzing" / "a"
    found.mkdir(parents=True)
    (found / "large").write_bytes(b"!")
    before = sorted(toys.corpus("a").iterdir())
    status, text = toys.fuzz("a", "--", "-malloc_limit_mb=100", "-runs=3", toy="allocate")
    assert status == 0, (status, text)
    assert b"!" not in {path.read_bytes() for path in toys.corpus("a").iterdir()}, text
    assert set(before) <= set(toys.corpus("a").iterdir())


def test_a_flag_that_libFuzzer_does_not_know_is_refused(toys):
    for arguments in (["a", "--seconds", 600], ["a", toys.corpus("a") / "harmless"]):
        status, text = toys.fuzz(*arguments, "--", "-max_lenn=3")
        assert status == 2 and "libFuzzer has no flag -max_lenn=3" in text, (status, text)


def test_a_target_that_is_not_built_is_told(toys):
    (toys.build / "bin" / "fuzz_b").unlink()
    status, text = toys.fuzz("--seconds", 1)
    assert status == 2 and text.endswith("the build: fuzz_b\n"), (status, text)


def test_arguments_are_checked_where_nothing_is_built(toys):
    shutil.rmtree(toys.build)
    for arguments in ([], ["a", "--seconds", 5], ["b", toys.corpus("a") / "harmless"], ["--seeds"], ["--minimise"],
                      ["a", "--", "-max_len=64", "-dict=x y"]):
        status, text = toys.fuzz("--check-arguments", *arguments)
        assert (status, text) == (0, "needs: cnnspec_fuzzers\n"), (arguments, status, text)
    status, text = toys.fuzz("--check-arguments", "--list")
    assert status == 0 and not text.startswith("needs:"), (status, text)
    status, text = toys.fuzz("--check-arguments", "--nonsense")
    assert status == 2 and "unrecognized arguments: --nonsense\n" in text, (status, text)
    assert not toys.build.exists()


def test_a_wrong_command_line_is_refused(toys):
    for arguments, words in ((["nosuch"], "expected a target (a, b) or a file, got 'nosuch'"),
                             (["--nonsense"], "unrecognized arguments: --nonsense\n"),
                             (["-max_len=64"], "unrecognized arguments: -max_len=64; libFuzzer's own flags go after --"),
                             (["--", "-seed=1"], "'-seed=1' after --: use --seed instead"),
                             (["--", "-merge=1"], "'-merge=1' after --: use --minimise instead"),
                             (["--", "-artifact_prefix=x"], "'-artifact_prefix=x' after --: this is set by"),
                             (["--", "a"], "expected libFuzzer's flags after --, such as -max_len=64, got 'a'"),
                             (["--", "--max_len=64"], "expected libFuzzer's flags after --, such as -max_len=64, got '--max"),
                             (["--minimise", "--", "-max_len=64"], "not for --minimise, --seeds and --list"),
                             (["--seconds", 0], "--seconds: expected at least 1, got 0"),
                             (["--jobs", 0], "--jobs: expected at least 1, got 0"),
                             ([toys.corpus("a") / "harmless"], "files are run by one target: name it first")):
        status, text = toys.fuzz(*arguments)
        assert status == 2 and words in text, (arguments, status, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([compiler, "-std=c++20", "-g1", "-fsanitize=fuzzer,address",
                        source / "tests" / "fuzz" / "toy_target.cpp", "-o", folder / "toy"], check=True)
        for name, test in list(globals().items()):
            if name.startswith("test_"):
                print(name, flush=True)
                (folder / name).mkdir()
                test(Toys(folder / "toy", folder / name))
