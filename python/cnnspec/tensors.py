"""Tensors of frameworks as NumPy arrays, and in memory that the command shares."""

import io
import mmap
import os
from contextlib import contextmanager

import numpy as np

from .command import CnnspecError

TYPES = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "float8_e4m3fn": "f8e4m3",
         "float8_e5m2": "f8e5m2"}
"""The names that NumPy, PyTorch, JAX and ml_dtypes give to the storage types, and their names in cnnspec."""


def storage_type(tensor, name="tensor"):
    """The storage type of an array, a PyTorch tensor or a JAX array: "f32", "bf16", ... Raises CnnspecError."""
    full_name = str(getattr(tensor, "dtype", type(tensor).__name__)).removeprefix("torch.")
    if full_name not in TYPES:
        raise CnnspecError(f"{name}: expected a tensor of {', '.join(TYPES)}, got {full_name}")
    return TYPES[full_name]


def as_numpy(tensor):
    """The tensor as a NumPy array. Types that NumPy does not have become bit patterns: uint16 or uint8."""
    if hasattr(tensor, "detach"):  # PyTorch
        tensor = tensor.detach().cpu()
        if tensor.element_size() < 4 and str(tensor.dtype) != "torch.float16":
            import torch
            bits = tensor.contiguous().view({1: torch.uint8, 2: torch.int16}[tensor.element_size()]).numpy()
            return bits.view(np.uint8 if bits.itemsize == 1 else np.uint16)
        return tensor.numpy()
    array = np.asarray(tensor)
    if array.dtype.kind not in "fiub":  # of ml_dtypes
        array = array.view({1: np.uint8, 2: np.uint16}[array.dtype.itemsize])
    return array


@contextmanager
def shared(arrays):
    """Copies arrays into .npy files in memory, which a started program can read. Yields their descriptors, which are
    closed at the end."""
    descriptors = []
    try:
        for array in arrays:
            descriptors.append(os.memfd_create("cnnspec"))
            write_npy(descriptors[-1], array)
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def write_npy(descriptor, array):
    """Writes an array to an empty file, with one copy of its elements."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": np.lib.format.dtype_to_descr(array.dtype),
                                                  "fortran_order": False, "shape": array.shape})
    begin = header.tell()
    os.ftruncate(descriptor, begin + array.nbytes)
    with mmap.mmap(descriptor, begin + array.nbytes) as memory:
        memory[:begin] = header.getvalue()
        copy = np.frombuffer(memory, array.dtype, array.size, begin).reshape(array.shape)
        np.copyto(copy, array)
        del copy  # the mapping must have no users when it is closed


def path_of(descriptor):
    """The path under which the started program finds the file."""
    return f"/proc/self/fd/{descriptor}"
