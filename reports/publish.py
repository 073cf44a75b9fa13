#!/usr/bin/env python3
"""Measures where cnnspec stands, and writes it down: reports/README.md and reports/bench.md.

Each part is run with cnnspec's own commands, its result kept in the build folder with the day, the machine and the
versions; the page is then made of all results that are there. A part that is measured again replaces its older result.

parts:
  onednn   what oneDNN scores before the judge             half a minute
  census   every small configuration, proved               about two minutes
  mutants  the kill matrix                                 about half an hour on two cores
  bench    the benchmark, without a build of everything    about eight minutes

examples:
  ./cnnspec publish                        everything
  ./cnnspec publish --only onednn          one part, and the page anew
  ./cnnspec publish --only none            the page alone, from what was measured before

status: 0 if the pages are written, 1 if a command failed, 2 if a part was never measured or a file cannot be written.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "checks" / "bench"))
import machine  # noqa: E402
import result as files  # noqa: E402

HEAD = """# The standing

What cnnspec's own checks say of it and of others, with the day, the machine and the versions. All of it is made by
`./cnnspec publish` (`--help` says how long it takes). Where libraries differ by convention, and what each computes, is
told in [conventions.md](conventions.md); what the benchmark compares, in [bench.md](bench.md).
"""

TITLES = {
    "onednn": ("oneDNN before the judge", "./cnnspec judge onednn"),
    "census": ("Every small configuration", "./cnnspec census"),
    "mutants": ("Does the suite notice?", "./cnnspec mutants --quick"),
    "bench": ("Speed", "./cnnspec bench"),
}


class PublishError(Exception):
    """What ends a run; `status` is the program's."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


def run(*words, allowed=(0,)):
    """One of cnnspec's commands; its output is shown."""
    print("cnnspec: " + " ".join(map(str, words)), file=sys.stderr, flush=True)
    status = subprocess.run([ROOT / "cnnspec", *words], stdout=sys.stderr, check=False).returncode
    if status not in allowed:
        raise PublishError(f"./cnnspec {' '.join(map(str, words))}: ended with status {status}", 1)


def measure(part, file):
    """Writes the result of a part. A kernel that is found wrong (1) or not shown right (3) is a result, too."""
    if part == "onednn":
        run("judge", "onednn", "--json", file, allowed=(0, 1, 3))
    elif part == "census":
        run("census", "--json", file, allowed=(0, 1))
    elif part == "mutants":
        run("mutants", "--quick", "--json", file, allowed=(0, 1))
    else:
        run("bench", "--json", file, "--markdown", ROOT / "reports" / "bench.md")


def revision():
    """Which source this is: "0.1.0 (1a2b3c4)", with a "+" where files have been changed since."""
    commit = machine.output("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD").strip()
    changed = machine.output("git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no").strip()
    return f" ({commit}{'+' if changed else ''})" if commit else ""


def about(build):
    where = machine.machine()
    versions = {"cnnspec": machine.version_of(build / "bin" / "cnnspec") + revision(), **machine.versions(build)}
    return {"date": datetime.date.today().isoformat(),
            "machine": f"{where['cpu']}, {where['cores']} cores, {where['memory_gib']} GiB, {where['system']}",
            "versions": ", ".join(f"{name} {version}" for name, version in versions.items())}


def paths(folder, part):
    return folder / f"{part}.json", folder / f"{part}.about.json"


def markdown_of(build, file):
    done = subprocess.run([build / "bin" / "cnnspec", "report", file], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PublishError(done.stderr.strip(), 1)
    return done.stdout


def section(build, folder, part):
    """A part's title, where and when it was measured, and its result a level deeper."""
    file, facts = paths(folder, part)
    if not (file.exists() and facts.exists()):
        raise PublishError(f"{part} was never measured; run ./cnnspec publish --only {part}", 2)
    known = json.loads(facts.read_text(encoding="utf-8"))
    title, command = TITLES[part]
    deeper = "\n".join("#" + line if line.startswith("#") else line
                       for line in markdown_of(build, file).strip().splitlines())
    return (f"\n## {title}\n\n`{command}`, {known['date']}, {known['machine']}; {known['versions']}.\n\n{deeper}\n")


def arguments(words):
    parser = argparse.ArgumentParser(prog="./cnnspec publish", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PART", action="append", choices=[*TITLES, "none"],
                        help="measure this part alone; may be repeated")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def publish(options):
    folder = options.build.resolve() / "published"
    folder.mkdir(parents=True, exist_ok=True)
    for part in TITLES if options.only is None else [p for p in TITLES if p in options.only]:
        file, facts = paths(folder, part)
        fresh = file.with_suffix(".new.json")
        fresh.unlink(missing_ok=True)  # a census would go on from there
        measure(part, fresh)
        fresh.replace(file)
        files.write(facts, json.dumps(about(options.build.resolve()), indent=1) + "\n")
    run("build")
    text = HEAD + "".join(section(options.build.resolve(), folder, part) for part in TITLES)
    files.write(ROOT / "reports" / "README.md", text)
    print(f"cnnspec: wrote {ROOT / 'reports' / 'README.md'}", file=sys.stderr)


def main():
    try:
        publish(arguments(sys.argv[1:]))
    except (PublishError, files.ResultError) as error:
        print(f"cnnspec: {error}", file=sys.stderr)
        return getattr(error, "status", 2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
