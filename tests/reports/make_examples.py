#!/usr/bin/env python3
"""make_examples.py CNNSPEC LIBRARY: makes the results beside this file again, from real runs.

CNNSPEC: the program; LIBRARY: the kernel that tests/libraries/many_mistakes.c is compiled to. Times are replaced by one,
so that the same program makes the same files. Some results cannot come from a run: a wrong gradient (cnnspec's own are
right) and hostile texts. They are made by changing real results. The results of mutants and bench, and a census that
disproves, are made by hand: such a run takes too long, or does not exist.
"""

import copy
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WIDTH = 150  # the longest line; longer values are broken

KERNEL = "./libmykernel.so"
RUNS = {
    "judge_pass": ["judge", "im2col", "--seed", str(2**64 - 1), "--cases", "100", "--dtype", "f32"],
    "judge_fail": ["judge", KERNEL, "--cases", "20", "--timeout", "0.5"],
    "judge_vacuous": ["judge", "im2col", "--op", "conv2d_forward", "--dtype", "f64", "--cases", "3", "--data", "signed-zeros"],
    "judge_differs": ["judge", "im2col", "--op", "conv2d_forward", "--dtype", "f32", "--cases", "20", "--specials"],
    "judge_network": ["judge", KERNEL, "--net", "cnn2", "--config", "c1=2,c2=2,in_h=8,in_w=8", "--dtype", "f32", "--timeout",
                      "0.5"],
    "gradcheck": ["gradcheck", "cnn2", "--sweep"],
    "census": ["census", "--max", "extent=2,kernel=2,padding=1"],
}
# Text that a browser, Markdown, a terminal or a shell may misinterpret.
BAD = ("</script><img src=x onerror=\"window.broken=1\"><script>window.broken=1</script> ${x} {{script}} <!-- "
       "`a|b` ``` ](http://evil.example) @everyone http://evil.example \x1b[31m \u202e gnp.exe \u2028 ' \\\n# big\n- item\n1. item\n"
       "```\nout\n")


def result_of(program, library, arguments):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(library, pathlib.Path(folder) / KERNEL)
        subprocess.run([program, *arguments, "--json", "result.json"], cwd=folder, stdout=subprocess.DEVNULL, check=False)
        return json.loads((pathlib.Path(folder) / "result.json").read_text())


def with_usual_times(value):
    if isinstance(value, dict):
        return {k: 0.5 if k == "seconds" else with_usual_times(v) for k, v in value.items()}
    return [with_usual_times(v) for v in value] if isinstance(value, list) else value


def text_of(value, margin=""):
    """JSON with the line breaks that a person would use."""
    line = json.dumps(value)
    if len(margin + line) <= WIDTH or not isinstance(value, (dict, list)):
        return line
    inner = margin + " "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(k)}: {text_of(v, inner)}" for k, v in value.items()]
    else:
        parts = [inner + text_of(v, inner) for v in value]
    begin, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return begin + "\n" + ",\n".join(parts) + "\n" + margin + end


def wrong_gradient(gradcheck):
    wrong = copy.deepcopy(gradcheck)
    del wrong["sweep"]
    wrong["verdict"] = "fail"
    kernel = wrong["tensors"][1]
    kernel["wrong"] = 12
    kernel["first_wrong"] = {"index": [0, 0, 1, 2], "output": 7, "backward": "-12", "finite_difference": "-8"}
    wrong["failure"] = ("cnn2: conv1.kernel [0,0,1,2] output 7: the derivative of conv1.kernel is -8 by finite difference but "
                        "-12 by backward (12 of 1080 wrong)")
    return wrong


# For each hostile example: its source, and the names of the texts that can be arbitrary.
JUDGE = {"kernel", "sentence", "descriptor", "data", "detail", "tensor", "shrunk_descriptor", "shrunk_data", "shrunk_repro",
         "name", "repro", "behaves_like", "levels", "axis", "sizes_not_met", "picture", "version"}
HOSTILE = {
    "judge_hostile": ("judge_fail", JUDGE),
    "judge_network_hostile": ("judge_network", {*JUDGE, "network", "layer", "first_wrong_layer"}),
    "gradcheck_hostile": ("gradcheck_fail", {"target", "config", "failure", "name", "repro", "version"}),
    "census_hostile": ("census_disproved", {"problem", "what", "actual", "expected", "input", "version"}),
}


def hostile(value, free, key=""):
    if isinstance(value, dict):
        return {k: hostile(v, free, k) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(v, free, key) for v in value]
    return f"{value} {BAD}" if isinstance(value, str) and key in free else value


def one_of_each_kind(failures):
    return list({failure["kind"]: failure for failure in reversed(failures)}.values())[::-1]


def main(program, library):
    program = str(pathlib.Path(program).resolve())
    results = {name: with_usual_times(result_of(program, library, arguments)) for name, arguments in RUNS.items()}
    results["gradcheck_fail"] = wrong_gradient(results["gradcheck"])
    results["census_disproved"] = json.loads((HERE / "census_disproved.json").read_text())
    for name, (source, free) in HOSTILE.items():
        results[name] = hostile(results[source], free)
    results["judge_hostile"]["failures"] = one_of_each_kind(results["judge_hostile"]["failures"])
    for name, result in results.items():
        (HERE / f"{name}.json").write_text(text_of(result) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
