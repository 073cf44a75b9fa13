"""The result of a benchmark as a file (reports/schema/bench.json), to which a run of some groups can be added."""

import json
import math
import os
import pathlib
import tempfile


class ResultError(Exception):
    """A file that no result can be added to."""


def group_of(name):
    """The group of a series, or of something skipped: the beginning of its name."""
    return name.split(":")[0]


def for_json(value):
    """The same, with numbers that are not finite as text."""
    if isinstance(value, dict):
        return {key: for_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [for_json(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def text_of(result):
    return json.dumps(for_json(result), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read(path):
    """The result in a file; None if there is no such file."""
    try:
        result = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ResultError(f"{path}: expected a result of cnnspec bench, got what is not JSON ({error})") from error
    except OSError as error:
        raise ResultError(f"{path}: {error.strerror}") from error
    if not isinstance(result, dict) or result.get("type") != "bench" or result.get("schema") != 1:
        raise ResultError(f"{path}: expected a result of cnnspec bench (type \"bench\", schema 1), got another file")
    for key, kind in (("machine", dict), ("versions", dict), ("conditions", list), ("figures", list), ("skipped", list)):
        if not isinstance(result.get(key), kind):
            raise ResultError(f"{path}: expected a result of cnnspec bench, which has {key}")
    return result


def conditions(groups, date, quick, load):
    """How groups were measured; `load`: the machine's load average (processes that ran or waited to run in the last
    minute) at the start and at the end."""
    return {"groups": list(groups), "date": date, "quick": quick,
            "load": {name: round(value, 2) for name, value in zip(("start", "end"), load, strict=True)}}


def without(old, groups):
    """The conditions, without those of these groups."""
    rest = [{**c, "groups": [g for g in c["groups"] if g not in groups]} for c in old]
    return [c for c in rest if c["groups"]]


def merged(old, new, groups):
    """`new`, which measured `groups`, together with the other groups of `old`."""
    if old is None:
        return new
    if old["machine"] != new["machine"]:
        raise ResultError("the file's figures are from another machine; write to another file, or measure all groups")
    return {**new, "versions": {**old["versions"], **new["versions"]},
            "conditions": without(old["conditions"], groups) + new["conditions"],
            "figures": [f for f in old["figures"] if f["group"] not in groups] + new["figures"],
            "series": [s for s in old.get("series", []) if group_of(s["name"]) not in groups] + new["series"],
            "skipped": [s for s in old["skipped"] if group_of(s["name"]) not in groups] + new["skipped"]}


def in_order(result, groups):
    """The same, its figures in the order of the groups."""
    def place(group):
        return groups.index(group) if group in groups else len(groups)
    measured = [{**c, "groups": sorted(c["groups"], key=place)} for c in result["conditions"]]
    return {**result, "conditions": sorted(measured, key=lambda c: place(c["groups"][0])),
            "figures": sorted(result["figures"], key=lambda f: place(f["group"])),
            "series": sorted(result["series"], key=lambda s: place(group_of(s["name"]))),
            "skipped": sorted(result["skipped"], key=lambda s: place(group_of(s["name"])))}


def write(path, text):
    """Writes all of it or nothing: an interrupted run leaves the old file."""
    path = pathlib.Path(path)
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False) as file:
            file.write(text)
        os.chmod(file.name, mode)
        os.replace(file.name, path)
    except OSError as error:
        raise ResultError(f"{path}: {error.strerror}") from error
