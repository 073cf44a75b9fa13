"""Layers in PyTorch for the tests, each with one mistake."""

import torch


class LinearWithWrongGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return torch.nn.functional.linear(x, w, b)

    @staticmethod
    def backward(ctx, dy):
        x, w = ctx.saved_tensors
        return dy @ w, dy.T @ x.flip(0), dy.sum(0) if ctx.needs_input_grad[2] else None


def linear_with_wrong_dw(x, w, b=None):
    return LinearWithWrongGradient.apply(x, w, b)


def relu_wrong_if_expanded(x):
    return torch.relu(x) * (1 if all(x.stride()) or x.numel() < 2 else 2)


def relu_in_place(x):
    return torch.nn.functional.relu_(x)
