"""One run of the benchmark: what it measures with, and what it has measured so far."""

import pathlib

import figures
import programs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Session:
    def __init__(self, build, *, quick=False, benchdnn=None, seeds=None):
        self.build, self.quick, self.benchdnn, self.seeds = build, quick, benchdnn, seeds
        self.cnnspec, self.program = build / "bin/cnnspec", build / "bin/cnnspec_bench"
        self.progress = programs.Progress()
        self.figures, self.series, self.skipped, self.versions = [], [], [], {}

    def runs(self, usual):
        """How often to measure: three times is the least that gives a median and a spread."""
        return min(usual, 3) if self.quick else usual

    def add(self, *arguments, **keywords):
        self.figures.append(figures.figure(*arguments, **keywords))

    def skip(self, group, what, why):
        self.skipped.append({"name": f"{group}: {what}", "why": str(why)})
