"""The published pages, reports/README.md and reports/bench.md. They are made from the results that `./cnnspec publish`
keeps beside them: results/PART.json, and what is known about it in results/facts/PART.json. For a part without a
result, the page keeps the section that it has."""

import json
import subprocess

import result as results
import run as bench
import table

HEAD = """# The standing

What cnnspec's own checks say of it and of others, with the day, the machine and the versions. All of it is made by
`./cnnspec publish`, each part with the command that is named there. Two pages of their own: [where libraries
differ](conventions.md) by convention, and what each computes; and [the benchmark](bench.md), with what it compares and
how to repeat it.
"""

RESULTS = """
The results themselves are in [results](results); of them,

    ./cnnspec report {files} --html standing.html

makes one page to look at.
"""

FUZZING = """\
What fuzzing has found is told in [its own page](../fuzz/README.md). A corpus holds the inputs that reached something new,
and every test run replays all of them. Executions per second are those of one core, which starts from the corpus and
mutates it; the median with the least and the largest.
"""

# Of the results of the benchmark, in the order of its groups.
BENCHMARKS = ("bench", "fuzzing", "suite")


class StandingError(Exception):
    """A result that no page can be made of."""


def paths(folder, part):
    """Its result (that of the conventions is their page), and what is known about it."""
    file = folder / "conventions.md" if part == "conventions" else folder / "results" / f"{part}.json"
    return file, folder / "results" / "facts" / f"{part}.json"


def facts_of(folder, part):
    """What is known about a part; None if it was never measured."""
    file, facts = paths(folder, part)
    if not (file.exists() and facts.exists()):
        return None
    return json.loads(facts.read_text(encoding="utf-8"))


def result_of(folder, part):
    path = paths(folder, part)[0]
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StandingError(f"{path}: {error}") from error


def markdown_of(cnnspec, file, text=None):
    """What `cnnspec report` makes of a result in a file, or of a text ("-" as the file), a level deeper."""
    done = subprocess.run([cnnspec, "report", file], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StandingError(done.stderr.strip())
    return "\n".join("#" + line if line.startswith("#") else line for line in done.stdout.strip().splitlines())


def provenance(command, known):
    return f"`{command}`, {known['date']}, {known['seconds']:,} s, {known['machine']}; {known['versions']}."


def coverage_table(result):
    """The coverage of spec/ and checks/ as a whole, and of the folders in them."""
    def cell(figure):
        return f"{figure['percent']:.2f}% of {figure['total']:,}" if figure["total"] else ""
    lines = [table.row(["folder", "lines", "branches"]), "|---|---:|---:|"]
    for name, figures in result["folders"].items():
        lines.append(table.row([f"`{name}/`", cell(figures["lines"]), cell(figures["branches"])]))
    marks = [f"{mark}% of the {what} of {folder}/" for folder, part in result["marks"].items()
             for what, mark in part.items()]
    reached = "reached" if result["passed"] else "**not reached**"
    return "\n".join([*lines, "", f"Run by the fast tests. The marks, {', '.join(marks)}, are {reached}."])


def fuzzing_table(result, corpora):
    """Each target: its corpus, and executions per second."""
    rates = {f["name"]: f for f in result["figures"]}
    lines = [table.row(["target", "inputs in the corpus", "KiB", "executions/s", "without sanitizers"]),
             "|---|---:|---:|---:|---:|"]
    for target, corpus in corpora.items():
        rate = rates.get(target)
        plain = rate.get("peer") if rate else None
        lines.append(table.row([f"`{target}`", f"{corpus['inputs']:,}", f"{corpus['bytes'] / 1024:,.0f}",
                                table.spread(rate) if rate else "", table.spread(plain) if plain else ""]))
    return FUZZING + "\n" + "\n".join(lines)


def merged_benchmark(folder):
    """One of the results that exist; None if there is none."""
    result = None
    for part in BENCHMARKS:
        if facts_of(folder, part):
            new = results.read(paths(folder, part)[0])
            result = results.merged(result, {**new, "series": new.get("series", [])},
                                    [g for c in new["conditions"] for g in c["groups"]])
    return result and results.in_order(result, list(bench.GROUPS))


def speed_section(folder, cnnspec):
    """All groups of the benchmark, in one table for each."""
    result = merged_benchmark(folder)
    if result is None:
        return None
    where = "\n\n".join(provenance(f"./cnnspec publish --only {part}", facts_of(folder, part)) for part in BENCHMARKS
                        if facts_of(folder, part))
    return f"\n## Speed\n\n{where}\n\n{markdown_of(cnnspec, '-', results.text_of(result))}\n"


def published_sections(folder):
    """{title: section} of the page as it is."""
    page = folder / "README.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return {section.split("\n")[0]: f"\n## {section.rstrip()}\n" for section in text.split("\n## ")[1:]}


def sections(folder, cnnspec):
    """{part: its section, or None if it was never measured}, in the order of the page."""
    published = published_sections(folder)

    def shown(part, title, command, body):
        known = facts_of(folder, part)
        if known is None:
            return published.get(title)
        return f"\n## {title}\n\n{provenance(command, known)}\n\n{body(known)}\n"

    def reported(part):
        return lambda _: markdown_of(cnnspec, paths(folder, part)[0])
    return {
        "onednn": shown("onednn", "oneDNN before the judge", "./cnnspec judge onednn", reported("onednn")),
        "census": shown("census", "Every small configuration", "./cnnspec census", reported("census")),
        "mutants": shown("mutants", "Does the suite notice?", "./cnnspec mutants --quick", reported("mutants")),
        "coverage": shown("coverage", "What the tests run", "./cnnspec coverage",
                          lambda _: coverage_table(result_of(folder, "coverage"))),
        "fuzzing": shown("fuzzing", "Fuzzing", "./cnnspec bench --only fuzz --build-fuzz",
                         lambda known: fuzzing_table(result_of(folder, "fuzzing"), known["corpora"])),
    }


def notes(folder, found):
    """Which results there are, and which parts have none."""
    parts = [*found, *(part for part in BENCHMARKS if part not in found)]
    there = [part for part in parts if facts_of(folder, part)]
    shown = [part for part in there if part != "coverage"]  # which `cnnspec report` does not know
    missing = [part for part in parts if part not in there and not found.get(part)]
    kept = [part for part in parts if part not in there and found.get(part)]
    names = shown[0] if len(shown) == 1 else f"{{{','.join(shown)}}}"  # as the shell expands them
    text = RESULTS.format(files=f"reports/results/{names}.json") if shown else ""
    if kept:
        text += f"\nWithout a result there, as published before: {', '.join(kept)}.\n"
    if missing:
        text += f"\nNot measured yet: {', '.join(missing)} (`./cnnspec publish --only PART`).\n"
    return text


def pages(folder, cnnspec):
    """{name in reports/: text}, made from the results that exist; empty if there are none."""
    found = sections(folder, cnnspec)
    speed = speed_section(folder, cnnspec)
    if speed is None and not any(found.values()):
        return {}
    written = {"README.md": HEAD + notes(folder, found) + "".join(text for text in [*found.values(), speed] if text)}
    if speed is not None:
        written["bench.md"] = table.markdown(merged_benchmark(folder), list(bench.GROUPS.values()))
    return written
