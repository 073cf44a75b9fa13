"""What the judge says of a kernel."""

import json
import shlex
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .command import run
from .gradients import LAYERS
from .kernel_names import PREFIX


@dataclass(frozen=True)
class Failure:
    """A case in which the kernel is wrong.

    op: the operation. case: the problem, as `--case` takes it. kind: such as "wrong-value" or "crash". expected,
    actual: of the first wrong element. diagnosis: sentences. repro: a line for a shell that repeats it. repro_python:
    the same in Python. traceback: where the kernel raised an exception, or "". details: all that the command's JSON
    says of it.
    """
    op: str
    case: str
    kind: str
    expected: float
    actual: float
    diagnosis: tuple
    repro: str
    repro_python: str
    traceback: str
    details: dict = field(repr=False)


class Verdict:
    """What the judge says of a kernel. True if every result is right.

    table: the text that the command prints. failures: the first failures, each a Failure. sentence: the verdict in
    words. name: "pass", "fail", "differs" or "vacuous". result: the command's JSON, as a dict.
    """

    def __init__(self, table, result, junit="", layouts=(), isolated=True):
        self.table, self.result, self._junit = table, result, junit
        self.name, self.sentence = result["verdict"], result["sentence"]
        self.failures = []
        for n, f in enumerate(result["failures"]):
            sentences = (*filter(None, layouts[n:n + 1]), *(d["sentence"] for d in f["diagnosis"]))
            line = python_line(f["repro"], isolated)
            repro = for_interpreter(f["repro"]) if isolated else line
            self.failures.append(Failure(f["op"], f["descriptor"], f["kind"], f.get("expected"), f.get("actual"),
                                         sentences, repro, line, "\n".join(f.get("more_lines", ())), f))

    def __bool__(self):
        return self.name == "pass"

    def __str__(self):
        return self.table

    def __repr__(self):
        return f"<cnnspec.Verdict {self.name}: {self.sentence}>"

    def to_json(self):
        """The command's JSON (reports/schema/judge.json)."""
        return json.dumps(self.result)

    def to_html(self):
        """A page for a browser, which loads nothing else."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "judge.json"
            file.write_text(self.to_json())
            return run(["report", str(file), "--html", "-"])[1]

    def _repr_html_(self):  # for notebooks: the page in a frame, so that its styles stay inside
        page = self.to_html().replace("&", "&amp;").replace('"', "&quot;")
        return f'<iframe srcdoc="{page}" style="width: 100%; height: 40em; border: 0"></iframe>'

    def junit(self):
        """The result as JUnit XML, for continuous integration."""
        return self._junit


def python_line(line, isolated):
    """The command's line that repeats a failure, as a call of `judge` or of `judge_layer`."""
    words = shlex.split(line)
    is_python = words[2].startswith(PREFIX)
    kernel, *own = shlex.split(words[2].removeprefix(PREFIX)) if is_python else [words[2]]
    keywords, layouts, cases = {}, [], []
    for name, value in options_in([*words[3:], *own]):
        if name == "layout":
            layouts.append(value)
        elif name == "case":
            cases.append(value)
            keywords[name] = value if len(cases) == 1 else cases
        elif name != "op" or name not in keywords or value in LAYERS:
            keywords[name.replace("-", "_")] = int(value) if name == "seed" else value
    what = keywords.pop("op", None) or cases[0].split()[0]
    keywords |= {"layouts": tuple(layouts)} if layouts else {}
    keywords |= {} if isolated else {"isolate": False}
    text = ", ".join(f"{name}={value!r}" for name, value in keywords.items())
    return f"cnnspec.judge{'_layer' if what in LAYERS else ''}({repr(kernel) if isolated else 'kernel'}, {what!r}, {text})"


def options_in(words):
    """Pairs (name, value) of command-line words. The value of a flag is True."""
    values = [*words[1:], "--"]
    return [(word.lstrip("-"), True if value.startswith("--") else value)
            for word, value in zip(words, values) if word.startswith("--")]


def for_interpreter(line):
    """The command's line that repeats a failure, for the interpreter that has the kernel."""
    return "python3 -m cnnspec " + line.partition(" ")[2] if shlex.split(line)[2].startswith(PREFIX) else line
