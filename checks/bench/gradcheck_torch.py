"""torch.autograd.gradcheck on the networks that the benchmark checks, in float64 on one thread.

The first line of output is PyTorch's version. Each line of input, "slow|fast DERIVATIVES CONFIG", is answered with one
line: seconds of the processor, or what is wrong. CONFIG is cnn2's, in full, as `cnnspec show` writes it.
"""

import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def network(config):
    """cnn2 as a function, and the tensors that it is differentiated by."""
    k = {key: int(value) for key, value in (word.split("=") for word in config.split(","))}

    pool = (k["pool_kernel_h"], k["pool_kernel_w"])

    def features(x, w1, b1, w2, b2):
        x = F.max_pool2d(F.relu(F.conv2d(x, w1, b1, k["stride1"], k["padding1"])), pool, k["pool_stride1"])
        x = F.max_pool2d(F.relu(F.conv2d(x, w2, b2, k["stride2"], k["padding2"])), pool, k["pool_stride2"])
        return x.flatten(1)

    def cnn2(x, w1, b1, w2, b2, wh, bh):
        return F.linear(features(x, w1, b1, w2, b2), wh, bh)

    window = (k["kernel_h"], k["kernel_w"])
    shapes = [(1, k["in_c"], k["in_h"], k["in_w"]), (k["c1"], k["in_c"], *window), (k["c1"],),
              (k["c2"], k["c1"], *window), (k["c2"],)]
    feature_count = features(*map(torch.zeros, shapes)).shape[1]
    shapes += [(k["out_dim"], feature_count), (k["out_dim"],)]
    torch.manual_seed(1)
    return cnn2, [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


def checked(mode, derivatives, config):
    cnn2, tensors = network(config)
    count = sum(tensor.numel() for tensor in tensors)
    if count != derivatives:
        return f"{count} derivatives, not {derivatives}"
    start = time.process_time()
    passed = torch.autograd.gradcheck(cnn2, tensors, fast_mode=mode == "fast")
    seconds = time.process_time() - start
    return f"{seconds:.6f}" if passed else "failed"


print(torch.__version__, flush=True)
for line in sys.stdin:
    asked_mode, asked_derivatives, asked_config = line.split()
    print(checked(asked_mode, int(asked_derivatives), asked_config), flush=True)
