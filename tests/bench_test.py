#!/usr/bin/env python3
"""The benchmark's own arithmetic, files and peers: medians, ratios, merging, refusals, and what is left out.

benchdnn is a script here that takes its options and answers in its words; nothing is measured that takes time.
"""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "checks/bench"))
import figures  # noqa: E402
import memory  # noqa: E402
import peer_benchdnn  # noqa: E402
import peer_torch  # noqa: E402
import programs  # noqa: E402
import result as results  # noqa: E402
import run  # noqa: E402
import session as sessions  # noqa: E402
import table  # noqa: E402
from groups import false_alarms, fuzz, gradcheck, grid, judge, spec, suite  # noqa: E402


def a_result(*group_names, median=1.0, machine="a", date="2026-01-01", quick=False, load=1.5):
    return {"type": "bench", "schema": 1, "version": "0.1.0", "date": date,
            "machine": {"cpu": machine, "cores": 2, "memory_gib": 4.0, "system": "s"}, "versions": {"old": "1"},
            "conditions": [results.conditions(group_names, date, quick, (0.5, load))],
            "figures": [figures.figure(g, f"{g} figure", "ms", [median]) for g in group_names],
            "series": [{"name": f"{g}: series", "x_label": "x", "y_label": "y",
                        "curves": [{"name": "own", "points": [{"x": 1, "y": median}]}]} for g in group_names],
            "skipped": [{"name": f"{g}: peer", "why": "absent"} for g in group_names]}


def a_program(folder, text):
    path = pathlib.Path(folder) / "program"
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(0o755)
    return path


def run_main(*words):
    """Status, or what was raised; standard output; standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = run.main(list(words))
        except SystemExit as end:
            status = end.code
        except results.ResultError as error:
            status = error
    return status, out.getvalue(), err.getvalue()


class Figures(unittest.TestCase):
    def test_are_medians_with_the_least_and_the_largest(self):
        f = figures.figure("g", "n", "ms", [3.0, 1.0, 2.0])
        self.assertEqual(f, {"group": "g", "name": "n", "unit": "ms", "median": 2.0, "low": 1.0, "high": 3.0, "runs": 3,
                             "lower_is_better": True})

    def test_ratios_are_of_pairs_and_not_of_medians(self):
        own, peer = [1.0, 10.0, 2.0], [2.0, 40.0, 1.0]  # ratios 0.5, 0.25, 2; that of the medians is 1
        f = figures.figure("g", "n", "ms", own, "p", peer)
        self.assertEqual(f["ratio"], 0.5)
        self.assertEqual(f["peer"], {"name": "p", "median": 2.0, "low": 1.0, "high": 40.0, "runs": 3})

    def test_a_pair_needs_both(self):
        with self.assertRaises(ValueError):
            figures.paired_ratio([1.0, 2.0], [1.0])

    def test_own_and_peer_are_measured_in_turn(self):
        calls = []
        values = figures.in_turn(2, lambda: calls.append("own") or 1, lambda: calls.append("peer") or 2)
        self.assertEqual((calls, values), (["own", "peer", "own", "peer"], [[1, 1], [2, 2]]))


class Merging(unittest.TestCase):
    def test_replaces_what_was_measured_and_keeps_the_rest(self):
        merged = results.merged(a_result("spec", "judge"), a_result("judge", median=5.0), ["judge"])
        self.assertEqual([(f["group"], f["median"]) for f in merged["figures"]], [("spec", 1.0), ("judge", 5.0)])
        self.assertEqual([s["name"] for s in merged["series"]], ["spec: series", "judge: series"])
        self.assertEqual([s["name"] for s in merged["skipped"]], ["spec: peer", "judge: peer"])

    def test_each_group_keeps_the_day_the_load_and_the_options_of_its_run(self):
        merged = results.merged(a_result("spec", "judge", quick=True),
                                a_result("judge", "fuzz", date="2026-02-02", load=7.0), ["judge", "fuzz"])
        self.assertEqual([(c["groups"], c["date"], c["quick"], c["load"]["end"]) for c in merged["conditions"]],
                         [(["spec"], "2026-01-01", True, 1.5), (["judge", "fuzz"], "2026-02-02", False, 7.0)])
        again = results.merged(merged, a_result("spec"), ["spec"])
        self.assertEqual([c["groups"] for c in again["conditions"]], [["judge", "fuzz"], ["spec"]])
        self.assertEqual([c["groups"] for c in results.in_order(again, list(run.GROUPS))["conditions"]],
                         [["spec"], ["judge", "fuzz"]])

    def test_a_figure_that_is_no_longer_measured_goes(self):
        self.assertEqual(results.merged(a_result("judge"), a_result(), ["judge"])["figures"], [])

    def test_figures_of_two_machines_do_not_stand_together(self):
        with self.assertRaisesRegex(results.ResultError, "another machine"):
            results.merged(a_result("spec"), a_result("judge", machine="b"), ["judge"])

    def test_groups_stand_in_their_order(self):
        ordered = results.in_order(a_result("judge", "spec", "gradcheck"), list(run.GROUPS))
        self.assertEqual([f["group"] for f in ordered["figures"]], ["gradcheck", "spec", "judge"])


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "bench.json"

    def test_are_read_as_they_were_written(self):
        self.assertIsNone(results.read(self.path))
        results.write(self.path, results.text_of(a_result("spec")))
        self.assertEqual(results.read(self.path), a_result("spec"))
        self.assertEqual([p.name for p in self.folder.iterdir()], ["bench.json"])

    def test_numbers_that_are_not_finite_are_text(self):
        self.assertEqual(json.loads(results.text_of({"a": [float("inf"), float("-inf"), float("nan"), 1.5]})),
                         {"a": ["inf", "-inf", "nan", 1.5]})

    def test_another_file_is_refused_and_left_as_it_is(self):
        for text in ("", "no JSON", "[]", "{}", '{"type": "judge", "schema": 1}', '{"type": "bench", "schema": 2}',
                     '{"type": "bench", "schema": 1}'):
            with self.subTest(text):
                self.path.write_text(text)
                status, _, _ = run_main("--build", str(self.folder), "--only", "spec", "--json", str(self.path))
                self.assertIsInstance(status, results.ResultError)
                self.assertEqual(self.path.read_text(), text)

    def test_a_folder_that_is_not_there_is_a_usage_error(self):
        with self.assertRaises(results.ResultError):
            results.write(self.folder / "none/bench.json", "{}")


class CommandLine(unittest.TestCase):
    def test_bad_usage_is_status_2_and_says_what_was_expected(self):
        for words, said in ((["--only", "speed"], "gradcheck"), (["--benchdnn", "/none"], "/none"), (["--onednn", "/none"], "dnnl.hpp, got '/none'"), (["--fast"], "--fast"),
                            (["--seeds", "0"], "at least 1"),
                            (["--json", "-", "--markdown", "-"], "standard output"), (["--json", "/none/x"], "'/none/x'"),
                            (["--markdown", "."], "--markdown: expected a file that can be written, got '.'")):
            with self.subTest(words):
                status, _, err = run_main(*words)
                self.assertEqual(status, 2)
                self.assertIn(said, err)

    def test_is_checked_where_nothing_is_built(self):
        check = ["--check-arguments", "--build", "/none"]
        self.assertEqual(run_main(*check)[:2], (0, "needs: cnnspec_bench cnnspec_cli\n"))
        self.assertEqual(run_main(*check, "--only", "fuzz", "--build-fuzz")[:2], (0, "needs: cnnspec_bench cnnspec_cli fuzz\n"))
        self.assertEqual(run_main(*check, "--", "--build-fuzz", "--help")[:2], (0, "needs: cnnspec_bench cnnspec_cli\n"))
        with tempfile.NamedTemporaryFile("w") as other:
            self.assertIsInstance(run_main(*check, "--json", other.name)[0], results.ResultError)

    def test_help_has_examples_and_the_list_every_group(self):
        _, out, _ = run_main("--help")
        self.assertIn("examples:", out)
        status, out, _ = run_main("--list")
        self.assertEqual((status, [line.split()[0] for line in out.splitlines()]), (0, list(run.GROUPS)))


class Tables(unittest.TestCase):
    def test_hold_every_figure_series_and_what_was_left_out(self):
        text = table.markdown(a_result("spec", "gradcheck"), list(run.GROUPS.values()))
        for expected in (gradcheck.TEXT, spec.TEXT, "| spec figure | ms | 1 |", "Left out: peer: absent.", "| 1 | 1 |",
                         "a, 2 cores", "./cnnspec bench --build-fuzz --json"):
            self.assertIn(expected, text)
        self.assertNotIn(judge.TEXT, text)
        self.assertIn("\n\n## What the profile showed\n", text)

    def test_say_how_loaded_the_machine_was_and_what_was_quick(self):
        text = table.markdown(a_result("spec", load=12.25), list(run.GROUPS.values()))
        self.assertIn("- spec: 2026-01-01, load average 0.5 at the start, 12.2 at the end.", text)
        self.assertNotIn("with --quick", text)
        self.assertIn("at the end, with --quick: few runs, and parts left out.",
                      table.markdown(a_result("spec", quick=True), list(run.GROUPS.values())))

    def test_numbers_have_three_digits(self):
        for value, text in ((0, "0"), (1234.5, "1,230"), (123.4, "123"), (0.012345, "0.0123"), (0.000000123, "1.23e-07"),
                            (2.0, "2"), ("nan", "nan")):
            self.assertEqual(table.number(value), text)

    def test_what_would_break_a_table_is_escaped(self):
        self.assertEqual(table.row(["a|b", "<i>"]), "| a\\|b | &lt;i> |")


def a_grid_kernel(op, axis, n, cases, kind="from N on"):
    return {"op": op, "family": "conv2d", "axis": axis, "kind": kind, "n": n, "name": f"{op}, {axis}, from {n} on",
            "convicted": sum(c > 0 for c in cases), "cases": cases, "seconds_until": [0.5 for c in cases if c > 0]}


class Grid(unittest.TestCase):
    def of(self, *kernels):
        session = sessions.Session(pathlib.Path("."))
        grid.add(session, {"seeds": 2, "kernels": list(kernels)})
        return session

    def test_tells_the_share_of_each_axis_and_names_what_was_not_convicted(self):
        session = self.of(a_grid_kernel("conv2d_forward", "batch", 8, [3, 9]),
                          a_grid_kernel("conv2d_backward_input", "batch", 8, [5, 0]),
                          a_grid_kernel("conv2d_forward", "groups", 9, [1, 2]))
        share, cases, seconds = session.figures
        self.assertAlmostEqual(share["high"], 100)
        self.assertAlmostEqual(share["low"], 66.6667)
        self.assertEqual((cases["low"], cases["high"], cases["runs"], seconds["median"]), (1, 9, 5, 0.5))
        (series,) = session.series
        self.assertEqual(series["name"], "grid: conv2d, from N on")
        self.assertEqual([(c["name"], c["points"]) for c in series["curves"]],
                         [("batch", [{"x": 8, "y": 75.0}]), ("groups", [{"x": 9, "y": 100.0}])])
        self.assertEqual(session.skipped, [{"name": "grid: conv2d_backward_input, batch, from 8 on",
                                            "why": "convicted at 1 of 2 seeds"}])

    def test_stands_where_nothing_was_convicted(self):
        session = self.of(a_grid_kernel("conv2d_forward", "batch", 8, [0, 0]))
        self.assertEqual([f["median"] for f in session.figures], [0])


class FalseAlarms(unittest.TestCase):
    RESULT = {"plan": {"dtypes": ["f32"]}, "failures": [],
              "counts": [{"kernel": k, "dtype": "f32", "op": op, "judged": 10, "unsupported": 1, "failed": 0,
                          "worst_ratio": ratio} for k, op, ratio in (("a", "x", 0.25), ("b", "x", 0.75), ("b", "y", 0))]}

    def test_are_counted_by_type_with_the_largest_error_of_each_operation(self):
        session = sessions.Session(pathlib.Path("."))
        false_alarms.add(session, self.RESULT)
        self.assertEqual([(f["name"], f["median"]) for f in session.figures],
                         [("f32: cases judged", 30), ("f32: false alarms", 0), ("f32, x: largest error / bound", 0.75),
                          ("f32, y: largest error / bound", 0)])

    def test_are_a_failure_that_shows_how_to_see_one_again(self):
        with self.assertRaisesRegex(programs.Failure, "cnnspec judge a --case"):
            false_alarms.add(sessions.Session(pathlib.Path(".")), {**self.RESULT, "failures": ["cnnspec judge a --case 1"]})


class Torch(unittest.TestCase):
    def test_a_python_without_it_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            without = a_program(folder, "raise SystemExit(1)\n")
            with self.assertRaisesRegex(programs.Missing, "python3-torch"):
                peer_torch.python_with_torch([str(without), "/none/python3"])

    def test_the_figures_stand_without_a_ratio_where_it_is_missing(self):
        """The benchmark program answers as Google Benchmark does."""
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "bin"))
            program = a_program(os.path.join(folder, "bin"), """
import json, re, sys
name = re.sub(r"[\\\\^$]", "", sys.argv[1].split("=", 1)[1])
print(json.dumps({"benchmarks": [{"name": name, "cpu_time": 2.0, "time_unit": "ms", "label": "c1=1",
                                  "derivatives": int(name.split("/")[-1])}]}))
""")
            program.rename(program.with_name("cnnspec_bench"))
            session = sessions.Session(pathlib.Path(folder), quick=True)
            gradcheck.without_peer(session, "PyTorch is not installed")
        self.assertEqual(len(session.figures), 9)
        self.assertTrue(all("ratio" not in f and "peer" not in f and f["median"] == 2.0 for f in session.figures))
        self.assertEqual(session.skipped, [{"name": "gradcheck: torch.autograd.gradcheck",
                                            "why": "PyTorch is not installed"}])

    def test_what_it_says_instead_of_a_time_is_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            answers = a_program(folder, "import sys\nprint('1.0', flush=True)\n"
                                        "for line in sys.stdin: print('0.25' if 'slow' in line else 'failed', flush=True)\n")
            with peer_torch.Torch(str(answers)) as torch:
                self.assertEqual((torch.version, torch.seconds("slow", "c1=1", 193)), ("1.0", 0.25))
                with self.assertRaisesRegex(programs.Failure, "failed"):
                    torch.seconds("fast", "c1=1", 193)


BENCHDNN = """
import os, sys
if os.environ.get("ONEDNN_VERBOSE") == "1":
    print("onednn_verbose,info,oneDNN VERSION")
directions = {"--dir=FWD_B,BWD_D,BWD_WB": 3, "--dir=FWD_B": 1}
if sys.argv[1:4] == ["--conv", "--mode=C", "--dt=f32"] and len(sys.argv) > 5 and sys.argv[5].startswith("--batch="):
    with open(sys.argv[5].split("=", 1)[1]) as shapes:
        tests = directions[sys.argv[4]] * sum(not line.startswith("#") for line in shapes)
elif os.environ.get("ONEDNN_VERBOSE") == "1":
    tests = 1
else:
    sys.exit(f"unknown options {sys.argv[1:]}")
failed = skipped = unimplemented = 0
COUNTS
passed = tests - failed - skipped - unimplemented
print("0:PASSED __REPRO: --conv --dir=FWD_B mb1_ic3")
print(f"tests:{tests} passed:{passed} skipped:{skipped} mistrusted:0 unimplemented:{unimplemented} invalid_arguments:0 "
      f"failed:{failed} listed:0")
print("total: 0.10s")
sys.exit(failed > 0)
"""

# Prints its library's version, as the benchmarks do when they call oneDNN.
BENCHMARKS = """
import os, sys
assert sys.argv[1] == "--benchmark_filter=^kernels/onednn$", sys.argv
if os.environ.get("ONEDNN_VERBOSE") == "1":
    print("onednn_verbose,info,oneDNN v2.6.3 (commit N/A)\\nonednn_verbose,info,cpu,runtime:OpenMP,nthr:1")
"""

# Judges the list of shapes as `cnnspec judge` does.
JUDGE = """
import json, sys
assert sys.argv[1:4] == ["judge", "onednn", "--shapes"], sys.argv
print(json.dumps({"verdict": "pass", "cases": 80, "unsupported": UNSUPPORTED}))
"""


class Benchdnn(unittest.TestCase):
    def stand_in(self, counts="pass", version="v2.6.3 (commit N/A)", text=BENCHDNN):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return a_program(folder.name, text.replace("COUNTS", counts).replace("VERSION", version))

    def session(self, benchdnn, unsupported=0):
        """After the list of shapes was judged against it."""
        build = tempfile.TemporaryDirectory()
        self.addCleanup(build.cleanup)
        os.mkdir(os.path.join(build.name, "bin"))
        for name, text in (("cnnspec", JUDGE.replace("UNSUPPORTED", str(unsupported))), ("cnnspec_bench", BENCHMARKS)):
            program = a_program(os.path.join(build.name, "bin"), text)
            program.rename(program.with_name(name))
        session = sessions.Session(pathlib.Path(build.name), quick=True, benchdnn=benchdnn)
        judge.measure_shapes(session, onednn=True)
        return session

    def test_is_run_on_the_list_of_shapes_and_its_counts_are_read(self):
        seconds, counts = peer_benchdnn.run(self.stand_in(), judge.SHAPES)
        self.assertGreater(seconds, 0)
        self.assertEqual((counts["tests"], counts["passed"], counts["failed"]), (60, 60, 0))

    def test_is_a_peer_with_its_counts_if_it_judged_every_problem(self):
        for counts, said in (("pass", "60 passed, 0 failed"), ("failed = 2", "58 passed, 2 failed")):
            with self.subTest(counts):
                session = self.session(self.stand_in(counts))
                (figure,) = session.figures
                self.assertIn("ratio", figure)
                self.assertEqual(figure["peer"]["name"], f"benchdnn --mode=C (60 problems: {said}, 0 skipped, "
                                                         "0 mistrusted, 0 unimplemented)")
                self.assertEqual(session.versions, {"oneDNN of benchdnn and cnnspec": "v2.6.3 (commit N/A)"})
                self.assertEqual(session.skipped, [])

    def test_is_a_peer_on_the_list_of_small_convolutions(self):
        session = self.session(self.stand_in())
        judge.list_against_benchdnn(session, session.benchdnn)
        figure = session.figures[-1]
        self.assertEqual((figure["unit"], figure["lower_is_better"]), ("cases/s", False))
        self.assertEqual(figure["peer"]["name"], "benchdnn --mode=C")
        self.assertIn("ratio", figure)

    def test_is_no_peer_if_it_left_problems_out(self):
        for counts, said in (("skipped = 3", "3 skipped"), ("unimplemented = 1", "1 unimplemented")):
            with self.subTest(counts):
                session = self.session(self.stand_in(counts))
                (figure,) = session.figures
                self.assertNotIn("peer", figure)
                self.assertIn("did not judge every problem", session.skipped[0]["why"])
                self.assertIn(said, session.skipped[0]["why"])

    def test_of_another_library_is_left_out_with_a_word(self):
        for version in ("v3.4.0 (commit 1a2b)", "v2.6.3 (commit 1a2b)"):
            with self.subTest(version):
                session = self.session(self.stand_in(version=version))
                self.assertNotIn("peer", session.figures[0])
                self.assertIn(f"{version}, and cnnspec v2.6.3 (commit N/A): not the same library",
                              session.skipped[0]["why"])
        session = self.session(self.stand_in(text=BENCHDNN.replace("onednn_verbose", "nothing")))
        self.assertIn("of a version that it does not tell", session.skipped[0]["why"])

    def test_problems_that_we_do_not_judge_are_no_work_done_either(self):
        with self.assertRaisesRegex(programs.Failure, "2 problems were not judged"):
            self.session(self.stand_in(), unsupported=2)

    def test_that_judges_nothing_or_is_another_program_is_a_failure(self):
        for text in ("tests = 0", "skipped = tests", "unimplemented = tests", "print('hello'); sys.exit(0)",
                     "sys.exit(3)"):
            with self.subTest(text), self.assertRaises(programs.Failure):
                peer_benchdnn.run(self.stand_in(text), judge.SHAPES)

    def test_without_a_path_is_left_out_with_a_word(self):
        with self.assertRaisesRegex(programs.Missing, "--benchdnn"):
            peer_benchdnn.found(None)


# Two processes of 40 MiB each at the same time; prints a summary like ctest.
CTEST = """
import os, subprocess, sys, time
code = "import time; x = bytearray(40 << 20); x[::4096] = bytes([1]) * len(x[::4096]); time.sleep(1)"
children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
for child in children:
    child.wait()
print(os.environ["CCACHE_DISABLE"])
SAID
"""


class Memory(unittest.TestCase):
    def run_tests(self, said):
        with tempfile.TemporaryDirectory() as folder:
            session = sessions.Session(pathlib.Path(folder))
            suite.run_tests(session, [a_program(folder, CTEST.replace("SAID", said))], "2")
        return session

    def test_of_all_processes_together_is_more_than_that_of_the_largest(self):
        session = self.run_tests("""
print("  1/12 Test  #1: Left.out ...................***Skipped   0.01 sec")
print("100% tests passed, 0 tests failed out of 12")
""")
        figure = {f["name"].split(": ", 1)[1]: f["median"] for f in session.figures}
        self.assertEqual(set(figure), {"time", "processor time", "memory, together", "memory, largest process"})
        self.assertTrue(all(f["name"].startswith("11 tests, 2 at once: ") and f["runs"] == 1 for f in session.figures))
        self.assertGreater(figure["memory, together"], 80)
        self.assertTrue(40 < figure["memory, largest process"] < 80, figure)
        self.assertEqual(session.skipped, [{"name": "suite: 1 of 12 tests", "why": "what they need is not installed"}])

    def test_no_tests_are_a_failure(self):
        for said in ("print('No tests were found!!!')", "print('100% tests passed, 0 tests failed out of 0')"):
            with self.subTest(said), self.assertRaisesRegex(programs.Failure, "no tests"):
                self.run_tests(said)

    def test_of_a_process_that_has_ended_is_nothing(self):
        with memory.Peak(2**22 + 1) as peak:  # more than the largest number of a process
            time.sleep(0.01)
        self.assertEqual(peak.mib, 0)


class FuzzTargets(unittest.TestCase):
    def test_that_are_not_built_are_left_out_with_a_word(self):
        with tempfile.TemporaryDirectory() as folder:
            session = sessions.Session(pathlib.Path(folder))
            fuzz.measure(session, folder)
        self.assertEqual((session.figures, [s["name"] for s in session.skipped]), ([], ["fuzz: the fuzz targets"]))

    def test_have_those_without_sanitizers_as_their_peers_and_name_their_compiler(self):
        with tempfile.TemporaryDirectory() as folder:
            for build in ("fuzz", "fuzz-plain"):
                (pathlib.Path(folder) / build / "bin").mkdir(parents=True)
                target = a_program(pathlib.Path(folder) / build / "bin",
                                   "print('stat::number_of_executed_units: 700')\n")
                target.rename(target.with_name("fuzz_layer"))
            cache = pathlib.Path(folder) / "fuzz" / "CMakeCache.txt"
            cache.write_text(f"CMAKE_CXX_COMPILER:STRING={a_program(folder, 'print(str(7))')}")
            session = sessions.Session(pathlib.Path(folder), quick=True)
            fuzz.measure(session, folder)
        self.assertEqual([(f["name"], f["peer"]["name"]) for f in session.figures], [("layer", "without sanitizers")])
        self.assertEqual((session.versions, session.skipped), ({"compiler of the fuzz targets": "7"}, []))


if __name__ == "__main__":
    unittest.main()
