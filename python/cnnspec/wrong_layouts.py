"""In which layouts does a failure show? It is repeated with others."""

import shlex

from .command import run
from .kernel_names import PREFIX
from .operations import OPERATIONS


def layouts_of_failures(failures):
    """Sentences that say in which layouts the first failures of each operation show."""
    sentences, seen = [], set()
    for failure in failures:
        sentences.append("" if failure["op"] in seen else layout_of_failure(failure))
        seen.add(failure["op"])
    return sentences


def layout_of_failure(failure):
    """Repeats a failure with other layouts. "only with channels_last x", or "in every layout"."""
    words = shlex.split(failure["repro"])
    kernel = shlex.split(words[2].removeprefix(PREFIX))
    used, kept = [], []
    for n, word in enumerate(kernel):
        if n > 0 and kernel[n - 1] == "--layout":
            used.append(word)
        elif word != "--layout":
            kept.append(word)

    def fails(layout):
        again = PREFIX + shlex.join([*kept, "--layout", layout])
        return run([words[1], again, *words[3:]])[0] == 1

    if fails("contiguous"):
        return "in every layout"
    for tensor in OPERATIONS[failure["op"]].inputs:
        for layout in used:
            if layout != "contiguous" and fails(f"{tensor}={layout}"):
                return f"only with {layout} {tensor}"
    return f"only if several tensors are {' or '.join(sorted(set(used) - {'contiguous'}))}"
