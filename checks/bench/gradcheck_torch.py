"""torch.autograd.gradcheck on the network that the benchmark checks: seconds, as the last line of output.

Usage: gradcheck_torch.py [slow|fast]
The same network and the same 2,466 derivatives, in float64 on one thread, through PyTorch's own finite differences.
"""

import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(1)


def cnn2(x, w1, b1, w2, b2, wh, bh):
    x = F.max_pool2d(F.relu(F.conv2d(x, w1, b1, padding=1)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, w2, b2, padding=1)), 2)
    return F.linear(x.flatten(1), wh, bh)


shapes = [(1, 3, 16, 16), (4, 3, 3, 3), (4,), (8, 4, 3, 3), (8,), (10, 128), (10,)]
inputs = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
assert sum(t.numel() for t in inputs) == 2466

start = time.perf_counter()
passed = torch.autograd.gradcheck(cnn2, inputs, fast_mode=sys.argv[1:] == ["fast"])
seconds = time.perf_counter() - start
assert passed
print(f"{seconds:.4f}")
