"""Where the figures are from: the machine, and the versions of what was measured."""

import os
import pathlib
import platform
import re
import subprocess


def first_match(pattern, text, otherwise):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else otherwise


def read(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def machine():
    kibibytes = first_match(r"^MemTotal:\s+(\d+)", read("/proc/meminfo"), "0")
    return {"cpu": first_match(r"^model name\s*:\s*(.+)", read("/proc/cpuinfo"), platform.processor() or "unknown"),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(int(kibibytes) / 2**20, 1),
            "system": first_match(r'^PRETTY_NAME="?([^"\n]+)', read("/etc/os-release"), platform.system())
                      + ", " + platform.release().split("-")[0]}


def output(*command):
    """What a command prints; nothing if the command does not exist."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def package_version(package):
    """The version of a Debian package; None if it is not installed, or if this is not Debian."""
    return output("dpkg-query", "-W", "-f", "${Version}", package).strip() or None


def version_of(cnnspec):
    return output(str(cnnspec), "--version").strip().removeprefix("cnnspec ") or "unknown"


def compiler(build):
    """The first line of what a build's compiler prints as its version; nothing if there is no such compiler."""
    path = first_match(r"^CMAKE_CXX_COMPILER:\w+=(.+)", read(build / "CMakeCache.txt"), "g++")
    return (output(path, "--version").splitlines() or [""])[0]


def versions(build):
    """{name: version}, without what is not installed."""
    found = {"compiler": compiler(build),
             "Google Benchmark": package_version("libbenchmark-dev"),
             "oneDNN": package_version("libdnnl-dev")}
    return {name: version for name, version in found.items() if version}
