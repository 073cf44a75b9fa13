#!/usr/bin/env python3
"""Runs the tests in a build that counts what is run. Reports how much of the specification and of the checks was run.

Writes BUILD/html/index.html (how often each line was run) and BUILD/coverage.json, and prints a table. The status is 1
if a figure is below its mark (figures.py has the marks), and 2 if there are no figures.

Examples:
  ./cnnspec coverage                 the tests with the label fast, the table, and whether it reaches the marks
  ./cnnspec coverage --all           every test: what the others add
  ./cnnspec coverage --json out.json the figures for programs, in a file of your choice
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "checks" / "mutants"), str(ROOT / "checks")]
import figures
import front_end
import mutator

LEFT_OUT = ("checks/bench/", "checks/mutants/")  # the tests do not run these


def fail(message):
    print(f"cnnspec coverage: {message}", file=sys.stderr)
    sys.exit(2)


def tool(name):
    """The LLVM tool of the compiler's version, if several are installed. A tool cannot read the counts of another
    version."""
    version = subprocess.run(["clang++", "-dumpversion"], capture_output=True, text=True).stdout.split(".")[0]
    found = shutil.which(f"{name}-{version}") or shutil.which(name)
    return found or fail(f"{name} is missing (Debian/Ubuntu: apt-get install llvm)")


def counting_programs(build):
    """The programs and libraries that were compiled to count."""
    programs = []
    for path in sorted(build.rglob("*")):
        if path.suffix in ("", ".so") and "CMakeFiles" not in path.parts and path.is_file() and os.access(path, os.X_OK):
            if b"__llvm_covmap" in path.read_bytes():
                programs.append(path)
    return programs


def run_tests(build, profiles, every):
    """Runs the tests. Each process writes its counts; processes of one program share a file."""
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir()
    command = ["ctest", "--test-dir", build, "--output-on-failure", "--progress"]
    command += ["--parallel", os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", "1")]
    command += [] if every else ["-L", "fast"]
    environment = {**os.environ, "LLVM_PROFILE_FILE": str(profiles / "%m.profraw")}
    if subprocess.run(command, env=environment).returncode != 0:
        fail("tests failed, so there are no figures")


def llvm_cov(*arguments):
    """Returns the output, without one warning that means nothing here. It is about a function that some program
    contains but does not use: that program has no counts for it. The counts of the programs that use it are found."""
    done = subprocess.run([tool("llvm-cov"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = re.sub("\x1b\\[[0-9;]*m", "", done.stderr).splitlines()
    errors = [line for line in said if line and "functions have mismatched data" not in line]
    if errors:
        print("\n".join(errors), file=sys.stderr)
    if done.returncode != 0:
        fail(f"llvm-cov {arguments[0]} failed")
    return done.stdout


def export(build, profiles):
    """The report of llvm-cov. Also writes the HTML."""
    programs = counting_programs(build)
    raw = sorted(profiles.glob("*.profraw"))
    if not programs or not raw:
        fail("nothing was counted: was this built with CNNSPEC_PRESET=coverage?")
    merged = profiles / "all.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", merged, *raw], check=True)
    objects = [programs[0], *(f"-object={program}" for program in programs[1:])]
    sources = [ROOT / folder for folder in figures.MARKS]
    common = [f"-instr-profile={merged}", *objects, *sources]
    html = build / "html"
    llvm_cov("show", "-format=html", f"-output-dir={html}", "-show-branches=count", "-show-instantiations=false",
             "-project-title=cnnspec", *common)
    return json.loads(llvm_cov("export", "-format=text", "-skip-functions", "-skip-expansions", *common))


def required_files():
    """Every header of the specification, and every source file of the checks that has functions and not only tables."""
    sources = [file for file in ROOT.glob("checks/**/*.cpp") if "return " in file.read_text()]
    files = [*ROOT.glob("spec/**/*.hpp"), *sources]
    paths = [str(file.relative_to(ROOT)) for file in files]
    return [path for path in paths if not path.startswith(LEFT_OUT)]


def statements_of(text):
    """The lines of a header on which a statement begins that runs in a program. Constants and assertions do not
    count."""
    header = mutator.Header(text)
    asserted = {n for first, last, _ in header.assertions for n in range(first, last + 1)}
    return sorted({
        text.count("\n", 0, header.tokens[first].start) + 1
        for _, first, _ in header.statements
        if first not in asserted and header.tokens[first].text not in ("static", "using")
    })


def statements():
    """{path of a header: those lines}."""
    headers = {str(file.relative_to(ROOT)): file for folder in figures.MARKS for file in ROOT.glob(f"{folder}/**/*.hpp")}
    lines = {path: statements_of(file.read_text()) for path, file in headers.items() if not path.startswith(LEFT_OUT)}
    return {path: numbers for path, numbers in lines.items() if numbers}


def defaulted(path):
    """The numbers of the lines with `= default`."""
    return {n for n, line in enumerate((ROOT / path).read_text().splitlines(), 1) if "= default;" in line}


def write(path, text):
    """Writes all of it or nothing."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text)
    temporary.replace(path)


def main():
    parser = argparse.ArgumentParser(prog="cnnspec coverage", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--all", action="store_true", help="run all tests, not only those with the label fast")
    parser.add_argument("--json", type=pathlib.Path, metavar="F", help="where to write the figures (BUILD/coverage.json)")
    parser.add_argument("--no-run", action="store_true", help="run no tests: show the counts of the last run again")
    front_end.add_check(parser)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    profiles = build / "profiles"
    result = (arguments.json or build / "coverage.json").resolve()
    if arguments.json is not None and not front_end.can_be_written(result):
        fail(f"--json: expected a file that can be written, got {str(result)!r}")
    if arguments.check_arguments:
        return front_end.tell_needs("all" if arguments.all else "cnnspec_fast_tests")

    if not arguments.no_run:
        run_tests(build, profiles, arguments.all)
    try:
        files = figures.figures_of(export(build, profiles), ROOT, required_files(), LEFT_OUT, defaulted, statements())
    except (figures.BadReport, subprocess.CalledProcessError) as error:
        fail(error)
    write(result, json.dumps(figures.as_json(files), indent=1) + "\n")
    print(figures.table(files))
    print(f"\nevery line: {build / 'html' / 'index.html'}")
    folders = figures.folders_of(files)
    for figure in figures.unmarked(folders):
        print(figure)
    below = figures.shortfalls(folders)
    for shortfall in below:
        print(f"cnnspec coverage: {shortfall}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:  # a missing tool, a full disk
        fail(error)
    except KeyboardInterrupt:
        sys.exit(130)
