"""The share of lines and branches that was run, from the output of `llvm-cov export`.

Templates and inline functions are compiled many times. The union of the copies counts: a line was run if it was run in
any copy; a branch was taken each way if some copy took it each way. Without this, generic code could never be covered:
in an instantiation for one type, the compiler decides branches that are open in another. A branch does not count if the
compiler decided it in every copy that was run. Code that only the compiler evaluated has not been run.

A template that is never instantiated does not appear in the report. So `figures_of` is told every file that must
appear, and each line of a header on which a statement begins. A line that the compiler has not seen counts as not run.
(If `if constexpr` leaves out code in every copy, this code cannot be told apart from the code around it.)
"""
import dataclasses

# The marks: minimum percentages.
MARKS = {"spec": {"lines": 100, "branches": 100}, "checks": {"lines": 95}}


class BadReport(Exception):
    """The report lacks something that it must have."""


@dataclasses.dataclass
class Figure:
    """How much of something was run."""

    covered: int = 0
    total: int = 0

    def __add__(self, other):
        return Figure(self.covered + other.covered, self.total + other.total)

    def reaches(self, percent):
        return self.total > 0 and 100 * self.covered >= percent * self.total

    def percent(self):
        """Rounded down: 100 means all."""
        return 10000 * self.covered // self.total / 100 if self.total else 0.0

    def as_json(self):
        return {"covered": self.covered, "total": self.total, "percent": self.percent()}


@dataclasses.dataclass
class File:
    """What was run of one file, and what was not."""

    lines: Figure
    branches: Figure
    missed_lines: list
    missed_branches: list  # "LINE:COLUMN is never true"
    uncompiled_lines: list  # missed lines in code that was never compiled

    def as_json(self):
        return {
            "lines": self.lines.as_json(),
            "branches": self.branches.as_json(),
            "missed_lines": self.missed_lines,
            "missed_branches": self.missed_branches,
            "uncompiled_lines": self.uncompiled_lines,
        }


def counts_of_lines(segments):
    """{line: how often it was run}, for the lines with code. A segment is [line, column, count, has a count, starts a region,
    is a gap]: its count holds up to the next one. A line's count is the greatest count of the segments that start in it
    or go on in it."""
    counts = {}
    by_line = {}
    for segment in segments:
        by_line.setdefault(segment[0], []).append(segment)
    going_on = None  # the last segment before the line
    for line in range(min(by_line, default=1), max(by_line, default=0) + 1):
        here = by_line.get(line, [])
        started = [s[2] for s in here if s[3] and s[4] and not s[5]]
        skipped = bool(here) and not here[0][3] and here[0][4]
        if not skipped and (started or (going_on is not None and going_on[3])):
            from_before = [going_on[2]] if going_on is not None and going_on[3] else []
            counts[line] = max(started + from_before)
        if here:
            going_on = here[-1]
    return counts


def count_at(segments, line, column):
    """How often the place was run."""
    count = 0
    for segment in segments:
        if (segment[0], segment[1]) > (line, column):
            break
        count = segment[2] if segment[3] else 0
    return count


def counts_of_branches(file, defaulted):
    """{(line, column, end line, end column): [how often true, how often false]}. Branches that the compiler decides
    have no counts, though the place was run. `defaulted`: the lines with `= default`. Nobody has written the branches
    there, and clang 14 counts them wrongly."""
    counts = {}
    for *place, taken, not_taken in (branch[:6] for branch in file.get("branches", [])):
        if place[0] in defaulted:
            continue
        both = counts.setdefault(tuple(place), [0, 0])
        both[0] += taken
        both[1] += not_taken
    return {place: both for place, both in counts.items() if any(both) or not count_at(file["segments"], *place[:2])}


def file_of(file, defaulted=(), statements=()):
    lines = counts_of_lines(file["segments"])
    uncompiled = sorted(set(statements) - set(lines))
    lines |= dict.fromkeys(uncompiled, 0)
    branches = counts_of_branches(file, defaulted)
    missed_lines = sorted(line for line, count in lines.items() if count == 0)
    missed_branches = [
        f"{line}:{column} is never {'true' if way == 0 else 'false'}"
        for (line, column, *_), both in sorted(branches.items())
        for way in (0, 1)
        if both[way] == 0
    ]
    return File(
        Figure(len(lines) - len(missed_lines), len(lines)),
        Figure(2 * len(branches) - len(missed_branches), 2 * len(branches)),
        missed_lines,
        missed_branches,
        uncompiled,
    )


def figures_of(report, root, required, left_out=(), defaulted=lambda path: (), statements=None):
    """{path in `root`: File} for the folders that have marks. `required`: the paths that must be there, with code that
    was compiled. `left_out`: folders that do not count. `defaulted`: the lines of a file with `= default`. `statements`:
    {path of a header: the lines on which its statements begin}."""
    statements = statements or {}
    if not report.get("data"):
        raise BadReport("the report is empty")
    files = {}
    prefix = str(root).rstrip("/") + "/"
    for data in report["data"]:
        for file in data["files"]:
            path = file["filename"][len(prefix) :] if file["filename"].startswith(prefix) else ""
            if path.split("/")[0] in MARKS and not path.startswith(tuple(left_out)):
                files[path] = file_of(file, defaulted(path), statements.get(path, ()))
    for path in set(statements) - set(files) - set(required):  # nothing in the file was compiled
        files[path] = file_of({"segments": []}, statements=statements[path])
    missing = [path for path in required if path not in files or files[path].lines.total == 0]
    if missing:
        raise BadReport("nothing was compiled of " + ", ".join(sorted(missing)))
    if not any(file.lines.covered for file in files.values()):
        raise BadReport("nothing was run")
    return files


def folders_of(files):
    """{folder: {"lines": Figure, "branches": Figure}}: those with marks, and the folders in them."""
    folders = {}
    for path, file in files.items():
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = folders.setdefault("/".join(parts[:depth]), {"lines": Figure(), "branches": Figure()})
            folder["lines"] += file.lines
            folder["branches"] += file.branches
    return folders


def shortfalls(folders):
    """What is below its mark, in words."""
    none = {"lines": Figure(), "branches": Figure()}
    return [
        f"{folder}/: {folders.get(folder, none)[what].percent():.2f}% of {what}; the mark is {mark}%"
        for folder, marks in MARKS.items()
        for what, mark in marks.items()
        if not folders.get(folder, none)[what].reaches(mark)
    ]


def unmarked(folders):
    """What is counted and has no mark, in words."""
    return [
        f"{folder}/: {folders[folder][what].percent():.2f}% of {what}; no mark"
        for folder, marks in MARKS.items()
        for what in ("lines", "branches")
        if what not in marks and folder in folders and folders[folder][what].total
    ]


def as_json(files):
    folders = folders_of(files)
    return {
        "marks": MARKS,
        "passed": not shortfalls(folders),
        "folders": {name: {k: v.as_json() for k, v in f.items()} for name, f in sorted(folders.items())},
        "files": {name: f.as_json() for name, f in sorted(files.items())},
    }


def ranges(numbers):
    """[1, 2, 3, 7] as "1-3 7"."""
    runs = []
    for n in numbers:
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def table(files):
    """The folders, then the files below their marks with what is missed."""
    rows = ["folder                       lines              branches"]

    def row(name, file):
        shown = [
            f"{f.percent():6.2f}% {f.covered:5}/{f.total:<5}" if f.total else "" for f in (file["lines"], file["branches"])
        ]
        rows.append(f"{name:<24} {shown[0]}  {shown[1]}".rstrip())

    for name, folder in sorted(folders_of(files).items()):
        row(name + "/", folder)
    for name, file in sorted(files.items()):
        marks = MARKS[name.split("/")[0]]
        low_lines = not file.lines.reaches(marks["lines"])
        low_branches = "branches" in marks and file.branches.total and not file.branches.reaches(marks["branches"])
        if not low_lines and not low_branches:
            continue
        branches = f", {file.branches.percent():.2f}% of branches" if file.branches.total else ""
        rows.append(f"\n{name}: {file.lines.percent():.2f}% of lines{branches}")
        not_run = [line for line in file.missed_lines if line not in file.uncompiled_lines]
        if not_run:
            rows.append(f"  lines never run: {ranges(not_run)}")
        if file.uncompiled_lines:
            rows.append(f"  lines never compiled: {ranges(file.uncompiled_lines)}")
        if "branches" in marks:
            rows += [f"  {branch}" for branch in file.missed_branches]
    return "\n".join(rows)
