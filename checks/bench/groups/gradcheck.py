"""Gradient checks, exact and in double, against torch.autograd.gradcheck."""

import statistics

import figures
import peer_torch
import programs

NAME = "gradcheck"
TITLE = "Gradient checks"
TEXT = """\
The gradients of cnn2 (Conv-ReLU-MaxPool twice, then Linear) with respect to its input and all of its parameters, checked
by `cnnspec gradcheck` and by `torch.autograd.gradcheck`: the same layers, the same extents, the same number of
derivatives (both sides count them), one thread each, seconds of the processor, without the time to start and to import.
Each checks its own implementation.

- *exact full* moves every input and parameter by a step, one at a time, and compares every entry of the Jacobian, for
  each of the outputs, with `==` in integers of a proved width. It certifies that no ReLU and no pooling window changed
  its branch within the step. So at that point every entry is right: nothing is rounded, and there is no tolerance.
- PyTorch's *slow mode* compares the same entries in float64 at a step of 1e-6, within 1e-5 + 0.1% (its defaults). An
  entry that is off by less passes, and a kink within the step goes unnoticed, or is taken for an error.
- *double full* is the check in float64: every entry within a proved bound on what rounding can do.
- *exact directional* moves each tensor along one random direction, against one random combination of the outputs, and
  compares with `==`: one number for each tensor. A wrong gradient passes if its errors cancel along that direction.
- PyTorch's *fast mode* does the same in float64, with one random projection and within its tolerance. It is compared
  with *exact directional*."""

THREE = (193, 1210, 2466)
SIZES = (193, 582, 1210, 2466, 5026, 8610)
PAIRS = (("exact full", "exact/full", "slow"), ("double full", "double/full", "slow"),
         ("exact directional", "exact/directional", "fast"))


class Own:
    """One of our checks: a benchmark of one network."""

    def __init__(self, session, check, derivatives):
        self.session, self.derivatives = session, derivatives
        self.name = f"gradcheck/{check}/{derivatives}"
        self.config = None

    def seconds(self):
        row = programs.google_benchmark(self.session.program, programs.exactly(self.name))[self.name]
        if row["derivatives"] != self.derivatives:
            raise programs.Failure(f"{self.name}: {row['derivatives']:.0f} derivatives")
        self.config = row["label"]
        return programs.seconds_of(row)


def milliseconds(seconds):
    return [1e3 * s for s in seconds]


def runs_of(session, derivatives):
    return session.runs(7 if derivatives <= 2466 else 3)


def without_peer(session, why):
    session.skip(NAME, "torch.autograd.gradcheck", why)
    for derivatives in THREE:
        for what, check, _ in PAIRS:
            session.progress(f"gradient check, {what}, {derivatives:,} derivatives")
            (own,) = figures.in_turn(runs_of(session, derivatives), Own(session, check, derivatives).seconds)
            session.add(NAME, f"{what}, {derivatives:,} derivatives", "ms", milliseconds(own))


def against(session, torch):
    """The figures of the three networks, and how the times grow."""
    curves = {}
    for derivatives in (THREE if session.quick else SIZES):
        for what, check, mode in PAIRS:
            if check.startswith("double") and derivatives not in THREE:
                continue
            session.progress(f"gradient check, {what} and PyTorch's {mode} mode, {derivatives:,} derivatives")
            own = Own(session, check, derivatives)
            own.seconds()  # both sides have now done their one-time work
            if mode == "fast":
                torch.seconds(mode, own.config, derivatives)
            times, peers = figures.in_turn(runs_of(session, derivatives), own.seconds,
                                           lambda: torch.seconds(mode, own.config, derivatives))
            if derivatives in THREE:
                session.add(NAME, f"{what}, {derivatives:,} derivatives", "ms", milliseconds(times),
                            f"torch.autograd.gradcheck, {mode} mode", milliseconds(peers))
            if not check.startswith("double"):
                for name, values in ((what, times), (f"PyTorch, {mode} mode", peers)):
                    curves.setdefault(name, []).append(
                        {"x": derivatives, "y": figures.rounded(statistics.median(values))})
    session.series.append({"name": f"{NAME}: time against the size of the network",
                           "x_label": "derivatives (inputs and parameters)", "y_label": "seconds",
                           "curves": [{"name": name, "points": points} for name, points in curves.items()]})


def measure(session):
    try:
        with peer_torch.Torch() as torch:
            session.versions["PyTorch"] = torch.version
            against(session, torch)
    except programs.Missing as why:
        without_peer(session, why)
