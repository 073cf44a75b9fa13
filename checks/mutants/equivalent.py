"""Reads the list of equivalent mutants."""

import re


class ListError(Exception):
    """The list of equivalent mutants is not right."""


def read(path):
    """{(file, which, line, mutation): (reason, line number in the list)}"""
    entries, block = {}, []
    for number, line in enumerate([*path.read_text().splitlines(), ""], 1):
        if line.startswith("#"):
            continue
        if line.strip():
            block.append((number, line))
        elif block:
            entries |= read_block(path.name, block, entries)
            block = []
    return entries


def read_block(name, block, known):
    fields = {"file": [], "line": [], "mutation": [], "why": []}
    for number, line in block:
        word, _, rest = line.partition(" ")
        if word == "" and fields["why"]:
            fields["why"][-1] += " " + rest.strip()
        elif word in fields:
            fields[word].append(rest.strip())
        else:
            raise ListError(f"{name}:{number}: expected file, line, mutation or why, got {line!r}")
    if [len(fields[word]) for word in ("file", "line", "why")] != [1, 1, 1] or not fields["mutation"]:
        raise ListError(f"{name}:{block[0][0]}: expected one file, one line, one why and at least one mutation")
    nth = re.match(r"\((\d+)\) ", fields["line"][0])
    which = int(nth[1]) if nth else 1
    line = fields["line"][0][nth.end() if nth else 0:]
    entries = {}
    for mutation in fields["mutation"]:
        key = (fields["file"][0], which, line, mutation)
        if key in known or key in entries:
            raise ListError(f"{name}:{block[0][0]}: listed twice: {mutation}")
        entries[key] = (fields["why"][0], block[0][0])
    return entries


def key_of(mutant):
    return mutant.file, mutant.which, mutant.source, mutant.mutation


def entry_of(mutant):
    """The entry for a mutant, to be copied into the list."""
    which = f"({mutant.which}) " if mutant.which > 1 else ""
    return f"file {mutant.file}\nline {which}{mutant.source}\nmutation {mutant.mutation}\nwhy ..."


def reasons(path, mutants):
    """{id: reason} of the mutants that are listed. Raises ListError for an entry that fits none."""
    entries, by_key = read(path), {key_of(m): m for m in mutants}
    for key, (_, number) in entries.items():
        if key not in by_key:
            raise ListError(f"{path.name}:{number}: fits no mutant of {key[0]}: {key[3]} in {key[2]!r}")
    return {by_key[key].id: reason for key, (reason, _) in entries.items()}
