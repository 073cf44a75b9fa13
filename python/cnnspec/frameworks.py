"""NumPy, PyTorch and JAX: how a tensor in the judge's memory becomes one of the framework's, and back."""

import numpy as np


class NumpyTensors:
    """The types that NumPy has. Tensors are views of the judge's memory: nothing is copied."""
    types = {"f32": np.float32, "f64": np.float64, "f16": np.float16}
    has_strides = True

    def __init__(self, device="cpu"):
        if device != "cpu":
            raise ValueError(f"device: expected cpu, where NumPy has its arrays, got {device!r}")

    def of(self, array):
        return array

    def seen(self, array, _):
        """What the kernel has seen of an input, after the call."""
        return array

    def to_numpy(self, tensor, dtype):
        if not isinstance(tensor, np.ndarray):
            raise TypeError(f"expected a numpy.ndarray, got {described(tensor)}")
        if tensor.dtype != self.types[dtype]:
            raise TypeError(f"expected elements of {np.dtype(self.types[dtype])}, got {tensor.dtype}")
        return tensor

    def gradient(self, *_):
        raise TypeError("NumPy does not differentiate: judge each operation's own function")

    zeros = gradient


class TorchTensors:
    """PyTorch's tensors. On the CPU they are views of the judge's memory; for another device they are copied."""
    types = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "bf16": np.int16}
    has_strides = True

    def __init__(self, device="cpu"):
        import torch
        self.torch, self.device = torch, device
        self.bits = {"bf16": torch.bfloat16}
        try:
            self.kind = torch.empty(0, device=device).device.type
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"device: expected one that PyTorch has here, got {device!r}: {error}") from None

    def of(self, array):
        tensor = self.torch.from_numpy(array)
        tensor = tensor.view(self.torch.bfloat16) if array.dtype == np.int16 else tensor
        return tensor if self.device == "cpu" else self.moved(tensor)

    def moved(self, tensor):
        """A copy on the device, with the same strides: gaps are copied too."""
        length = 1 + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride()))
        memory = tensor.as_strided((length,), (1,)).to(self.device, copy=True)
        return memory.as_strided(tensor.shape, tensor.stride())

    def seen(self, array, tensor):
        return array if tensor is None or self.device == "cpu" else self.array_of(tensor)

    def array_of(self, tensor):
        tensor = tensor.detach().cpu()
        is_in_bits = tensor.dtype in self.bits.values()
        return (tensor.contiguous().view(self.torch.int16) if is_in_bits else tensor).numpy()

    def to_numpy(self, tensor, dtype):
        if not isinstance(tensor, self.torch.Tensor):
            raise TypeError(f"expected a torch.Tensor, got {described(tensor)}")
        wanted = self.bits.get(dtype, getattr(self.torch, f"float{dtype[1:]}", None))
        if tensor.dtype != wanted:
            raise TypeError(f"expected elements of {wanted}, got {tensor.dtype}")
        if tensor.device.type != self.kind:
            raise TypeError(f"expected a tensor on the {self.kind.upper()}, got one on {tensor.device}")
        return self.array_of(tensor)

    def zeros(self, shape, like):
        return self.torch.zeros(tuple(shape), dtype=like.dtype, device=self.device)

    def gradient(self, function, x, dy):
        x = x.detach().requires_grad_()
        return self.torch.autograd.grad(function(x), x, dy)[0]


class JaxTensors:
    """JAX's arrays. Inputs are copied: JAX owns its memory."""
    types = {"f32": np.float32, "f16": np.float16, "bf16": np.int16}
    has_strides = False

    def __init__(self, device="cpu"):
        import jax.numpy
        self.jax = jax
        kind, _, number = device.partition(":")
        try:
            self.device = jax.devices(kind)[int(number or 0)]
        except (RuntimeError, ValueError, IndexError) as error:
            raise ValueError(f"device: expected one that JAX has here, got {device!r}: {error}") from None
        if jax.config.jax_enable_x64:
            self.types = {**self.types, "f64": np.float64}

    def of(self, array):
        array = array.view(self.jax.numpy.bfloat16) if array.dtype == np.int16 else array
        return self.jax.device_put(array.copy(), self.device)

    def seen(self, array, _):  # JAX's arrays do not change
        return array

    def to_numpy(self, tensor, dtype):
        if not isinstance(tensor, self.jax.Array):
            raise TypeError(f"expected a jax.Array, got {described(tensor)}")
        wanted = np.dtype(self.jax.numpy.bfloat16 if dtype == "bf16" else self.types[dtype])
        if tensor.dtype != wanted:
            raise TypeError(f"expected elements of {wanted}, got {tensor.dtype}")
        return np.asarray(tensor).view(self.types[dtype])

    def zeros(self, shape, like):
        return self.jax.device_put(self.jax.numpy.zeros(tuple(shape), like.dtype), self.device)

    def gradient(self, function, x, dy):
        return self.jax.vjp(function, x)[1](dy)[0]


FRAMEWORKS = {"numpy": NumpyTensors, "torch": TorchTensors, "jax": JaxTensors}


def described(value):
    kind = "None" if value is None else f"a {type(value).__module__}.{type(value).__qualname__}"
    return kind.replace("builtins.", "")
