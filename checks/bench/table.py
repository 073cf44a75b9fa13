"""A result as Markdown: reports/bench.md."""

import pathlib

import result as results

PROFILE = pathlib.Path(__file__).resolve().parent / "profile.md"  # optimisations so far; written by hand

OPENING = """\
# Benchmark

What a user waits for, measured against the tools that people use today. Each figure is the median of its runs with the
least and the largest; a ratio is the median of own / peer, run by run, both measured in turn in the same run. Where the
peer is another tool, a ratio below 1 is in favour of cnnspec if the unit is a time, and one above 1 if it is a rate.

"""

QUICK = ", with --quick: few runs, and parts left out"


def number(value):
    """Three digits, in full."""
    if isinstance(value, str):
        return value
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 100:
        return f"{rounded:,.0f}"
    return f"{rounded:.10f}".rstrip("0").rstrip(".") if abs(rounded) >= 1e-4 else f"{rounded:.3g}"


def escaped(text):
    return str(text).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def spread(values):
    if values["runs"] == 1:
        return number(values["median"])
    return f"{number(values['median'])} ({number(values['low'])}–{number(values['high'])})"


def conditions(result):
    """A sentence for each run that figures are from."""
    return [f"{', '.join(c['groups'])}: {c['date']}, load average {number(c['load']['start'])} at the start, "
            f"{number(c['load']['end'])} at the end{QUICK if c['quick'] else ''}." for c in result["conditions"]]


def row(cells):
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def figure_table(rows):
    lines = [row(["figure", "unit", "own", "peer", "peer's", "ratio", "runs"]), "|---|---|---:|---|---:|---:|---:|"]
    for f in rows:
        peer = f.get("peer")
        lines.append(row([f["name"], f["unit"], spread(f), peer["name"] if peer else "", spread(peer) if peer else "",
                          number(f["ratio"]) if "ratio" in f else "", f["runs"]]))
    return lines


def series_table(series):
    """A row for each x, a column for each curve."""
    by_x = {}
    for n, curve in enumerate(series["curves"]):
        for point in curve["points"]:
            by_x.setdefault(point["x"], {})[n] = point["y"]
    lines = [row([series["x_label"]] + [f"{curve['name']} ({series['y_label']})" for curve in series["curves"]]),
             "|" + "---:|" * (1 + len(series["curves"]))]
    for x, ys in sorted(by_x.items()):
        lines.append(row([f"{x:,}"] + [number(ys[n]) if n in ys else "" for n in range(len(series["curves"]))]))
    return lines


def capital(text):
    return text[:1].upper() + text[1:]


def group_part(group, result):
    own_series = [s for s in result.get("series", []) if results.group_of(s["name"]) == group.NAME]
    own_figures = [f for f in result["figures"] if f["group"] == group.NAME]
    skipped = [s for s in result["skipped"] if results.group_of(s["name"]) == group.NAME]
    if not own_figures and not skipped:
        return []
    lines = [f"## {group.TITLE}", "", group.TEXT, ""]
    if own_figures:
        lines += figure_table(own_figures) + [""]
    for series in own_series:
        lines += [capital(series["name"].split(":", 1)[1].strip()) + ":", "", *series_table(series), ""]
    for s in skipped:
        lines += [f"Left out: {escaped(s['name'].split(':', 1)[1].strip())}: {escaped(s['why'])}.", ""]
    return lines


def markdown(result, groups):
    m = result["machine"]
    lines = [OPENING.rstrip("\n"), "",
             f"{escaped(m['cpu'])}, {m['cores']} cores, {m['memory_gib']:.0f} GiB, "
             f"{escaped(m['system'])}.", "",
             "; ".join(f"{escaped(name)} {escaped(version)}" for name, version in result["versions"].items()) + ".", "",
             "Measured (the load average is how many processes ran or waited to run in the last minute; at the end, what "
             "is measured\nis among them):", "", *(f"- {escaped(sentence)}" for sentence in conditions(result)), "",
             "To repeat it:", "", "    ./cnnspec bench --build-fuzz --json bench.json --markdown reports/bench.md",
             "    ./cnnspec bench --only suite --json bench.json --markdown reports/bench.md", ""]
    for group in groups:
        lines += group_part(group, result)
    return "\n".join([*lines, PROFILE.read_text(encoding="utf-8")])
