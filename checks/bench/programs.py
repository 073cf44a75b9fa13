"""Running what is measured: our programs, Google Benchmark, and the peers."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time

import memory

SECONDS_OF = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


class Failure(Exception):
    """Something that exists, but does not do what it should."""


class Missing(Exception):
    """A peer that is not installed; the text says why it is left out."""


class Usage:
    """What a process and its children took: seconds, seconds of the processor, MiB of the largest of them, and the
    largest number of MiB that all of them had at once, if that was watched."""

    def __init__(self, wall, usage, together_mib=None):
        self.wall = wall
        self.processor = usage.ru_utime + usage.ru_stime
        self.largest_mib = usage.ru_maxrss / 1024
        self.together_mib = together_mib


def measured(command, *, env=None, allowed=(0,), watch_memory=False, stderr=subprocess.STDOUT):
    """Runs a command to its end. Returns what it printed, and what it used. Watching the memory costs some processor
    time. `stderr`: where its standard error goes; None means to our own."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=stderr, text=True, errors="replace", env={**os.environ, **(env or {})})
    try:
        with memory.Peak(process.pid) if watch_memory else contextlib.nullcontext() as peak:
            printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise Failure(f"{' '.join(map(str, command))} ended with status {process.returncode}:\n{printed[-2000:]}")
    return printed, Usage(time.monotonic() - start, usage, peak and peak.mib)


def google_benchmark(program, names, seconds=0.05):
    """One repetition of each of the benchmarks `names` (a regular expression): {name: the row of its result}."""
    printed = subprocess.run([program, f"--benchmark_filter={names}", f"--benchmark_min_time={seconds}",
                              "--benchmark_format=json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    try:
        rows = json.loads(printed.stdout)["benchmarks"]
    except (ValueError, KeyError):
        raise Failure(f"{program} {names}: {printed.stderr[-2000:]}") from None
    for row in rows:
        if row.get("error_occurred"):
            raise Failure(f"{row['name']}: {row.get('error_message', 'an error')}")
    return {row["name"]: row for row in rows}


def seconds_of(row):
    """The processor time: other programs on the machine do not count."""
    return row["cpu_time"] * SECONDS_OF[row["time_unit"]]


def exactly(name):
    return f"^{re.escape(name)}$"


class Progress:
    """One line on a terminal that says what is being measured; elsewhere nothing."""

    def __init__(self):
        self.on = sys.stderr.isatty()

    def __call__(self, text=""):
        if self.on:
            print(f"\r\033[Kcnnspec bench: {text}" if text else "\r\033[K", end="", file=sys.stderr, flush=True)
