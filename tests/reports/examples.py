"""Parts of results, made by hand, for tests of pages that must know every element."""

import itertools

DESCRIPTOR = "mb2ic1oc2_ih7oh7kh1_iw9ow9kw1"


def failure(kind, **fields):
    """A failure of which no element is known."""
    return {"op": "conv2d_forward", "dtype": "f32", "descriptor": DESCRIPTOR, "seed": 5, "data": "rounded",
            "kind": kind, "conventions": [], "diagnosis": [], "picture": [], "repro": "cnnspec judge ./x.so --seed 5", **fields}


def element(*index):
    return {"index": list(index), "expected": -1.25, "actual": -1.5, "bound": 1e-3, "ratio": 250.0}


def wrong_values(**fields):
    """A failure. Its output has four planes of 7 rows and 9 columns, and two of them are wrong."""
    elements = [element(0, 1, row, column) for row, column in itertools.product((0, 6), (7, 8))] + [element(1, 0, 3, 3)]
    first = {key if key != "index" else "first_index": value for key, value in elements[0].items()}
    shown = {"extents": [2, 2, 7, 9], "elements": elements, "complete": True, "all_judged": True}
    return failure("wrong-value", tensor="y", elements=252, elements_wrong=len(elements), **first, map=shown) | fields


def plainest():
    """The plainest case, which wrong_values may have as well."""
    shown = {"extents": [1, 1, 1, 2], "elements": [element(0, 0, 0, 1)], "complete": True, "all_judged": True}
    return {"shrunk_descriptor": "mb1ic1oc1_ih1oh1kh1_iw2ow2kw1", "shrunk_data": "x[1]=1",
            "shrunk_repro": "cnnspec judge ./x.so --data 'x[1]=1'", "shrunk_map": shown}


def linear_coverage(*more):
    """6 cases of linear layers, which have 9 of 12 pairs of levels; and more cells."""
    axes = [{"name": "batch", "levels": ["1", "2+"]}, {"name": "input features", "levels": ["multiple of 8", "other"]},
            {"name": "output features", "levels": ["multiple of 8", "other"]}]
    cells = [((0, 0, 0), 2), ((0, 0, 1), 1), ((0, 1, 1), 1), ((1, 1, 1), 2)]
    return {"family": "linear", "axes": axes, "impossible": [],
            "cells": [{"levels": list(levels), "cases": n, "unsupported": 0} for levels, n in cells] + list(more)}
