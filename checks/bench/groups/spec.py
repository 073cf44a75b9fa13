"""The specification's loops: time for one multiply-add."""

import programs

NAME = "spec"
TITLE = "The specification's loops"
TEXT = """\
Nanoseconds for one multiply-add of conv2d, 3x3 with padding 1, on one core. The loops are the same for every scalar, so
the ratio to double says how much dearer a check becomes by the scalar that it needs. Lanes are eight numbers in one
scalar, of which each counts. Compiled with -O2, as by default; the gradient checks in machine numbers are compiled with
-O3, which makes vector instructions of the lanes.

- *forward* and *backward* (both gradients), 8 channels of 16x16, for each scalar, against double.
- *static extents*, forward and backward, 16 channels of 32x32: extents that the compiler knows, against the same loops
  with extents that are known at run time only.
- *against the peak*, 32 channels of 32x32: the machine's peak is a loop of independent multiply-adds in the widest
  registers that the processor has (`checks/bench/peak.cpp`, compiled with -O3 -march=native), on one core, in the same
  run; im2col (built in) and oneDNN compute the same convolution, oneDNN on one thread, its setting up included.
  The specification is plain loops for any scalar, to be read: how far it is from the peak is the price of that."""

RUNS = 9
UNIT = "ns/multiply-add"
SCALARS = ("float", "int64", "int128", "integer", "rational", "float50", "float100", "measured", "double lanes",
           "int64 lanes")
DESCRIPTION = {"integer": "unlimited integer", "measured": "double with magnitude and number of terms"}


def compared(rows):
    """(name, benchmark, peer's name, peer's benchmark), as far as they are there."""
    for way in ("forward", "backward"):
        yield f"{way}, double", f"loops/{way}/double/8/16", None, None
        for scalar in SCALARS:
            yield (f"{way}, {DESCRIPTION.get(scalar, scalar)}", f"loops/{way}/{scalar}/8/16", f"{way}, double",
                   f"loops/{way}/double/8/16")
    for way in ("forward", "backward"):
        for scalar in ("double", "float"):
            yield (f"static extents, {way}, {scalar}", f"loops/static/{way}/{scalar}", "dynamic extents",
                   f"loops/dynamic/{way}/{scalar}/16/32")
    for scalar in ("double", "float"):
        yield f"against the peak, {scalar}", f"loops/large/{scalar}/32/32", "the machine's peak", f"peak/{scalar}"
    for kernel in ("im2col", "onednn"):
        if f"kernels/{kernel}" in rows:
            yield f"against {kernel}, float", "loops/large/float/32/32", kernel, f"kernels/{kernel}"


def nanoseconds(rounds, benchmark):
    """Of each round. The counter is in seconds of 1e-9 s."""
    return [rows[benchmark]["ns_per_multiply_add"] for rows in rounds]


def measure(session):
    count = session.runs(RUNS)
    rounds = []
    for n in range(count):  # each round runs all of them, so compared times are at most a second or two apart
        session.progress(f"the specification's loops, round {n + 1} of {count}")
        rounds.append(programs.google_benchmark(session.program, "^(loops|peak|kernels)/", 0.02))
    for name, own, peer_name, peer in compared(rounds[0]):
        session.add(NAME, name, UNIT, nanoseconds(rounds, own), peer_name, peer and nanoseconds(rounds, peer))
    if "kernels/onednn" not in rounds[0]:
        session.skip(NAME, "onednn", "this build has no oneDNN (Debian: libdnnl-dev)")
