"""Figures: medians with their spread, and ratios of what was measured in turn with a peer."""

import statistics


def rounded(value):
    """Six significant digits: more is noise."""
    return float(f"{value:.6g}")


def in_turn(runs, *measurements):
    """Calls the measurements in turn, `runs` times: own, peer, own, peer, ... If something slows the machine down for a
    while, it slows down both. Returns one list for each measurement."""
    values = [[] for _ in measurements]
    for _ in range(runs):
        for measure, into in zip(measurements, values):
            into.append(measure())
    return values


def spread(values):
    return {"median": rounded(statistics.median(values)), "low": rounded(min(values)), "high": rounded(max(values)),
            "runs": len(values)}


def paired_ratio(own, peer):
    """The median of own / peer, run by run."""
    return rounded(statistics.median(a / b for a, b in zip(own, peer, strict=True)))


def figure(group, name, unit, own, peer_name=None, peer=None, *, lower_is_better=True):
    """A figure of a result. `own` and `peer`: one value for each run, in the order of the runs."""
    result = {"group": group, "name": name, "unit": unit, **spread(own), "lower_is_better": lower_is_better}
    if peer_name is not None:
        result["peer"] = {"name": peer_name, **spread(peer)}
        result["ratio"] = paired_ratio(own, peer)
    return result
