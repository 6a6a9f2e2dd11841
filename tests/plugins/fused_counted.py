"""What the fused scan saves a GPU, counted without one: kernels launched, and bytes they read and write.

    python -m tests.plugins.fused_counted      # the default network by both forms, 9x9 and 19x19, under autocast

Counted as in `tests.nn.counting`; the fused kernels are one each way, and the sum over A's parts is not seen.
"""

from __future__ import annotations

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from tessera_mamba.network import MambaNet
from tessera_mamba.scan import using
from tessera_mamba.settings import MambaSettings
from tests.nn.counting import BATCH, Cost, Counting, inputs


def cost(form: str, side: int, *, training: bool, **settings: int) -> Cost:
    """Of one evaluation, or of one with gradients."""
    module = MambaNet(MambaSettings(**settings)).requires_grad_(training)
    with FakeTensorMode(allow_non_fake_inputs=True) as fake:
        given = [fake.from_tensor(each) for each in inputs(module, side)]
        with Counting() as count, using(form), torch.set_grad_enabled(training):
            with torch.autocast("cpu", torch.bfloat16):
                outputs = module(*given)
            if training:
                sum(each.float().sum() for each in outputs).backward()
    return Cost(count.kernels, count.bytes / BATCH)


def main() -> None:
    print("| `mamba` | board | form | kernels | MB a position |\n|---|---|---|---|---|")
    for training in (False, True):
        for side in (9, 19):
            for form in ("dual", "triton"):
                got = cost(form, side, training=training)
                what = "with gradients" if training else "an evaluation"
                print(f"| {what} | {side}x{side} | {form} | {got.kernels} | {got.bytes / 1e6:.2f} |", flush=True)


if __name__ == "__main__":
    main()
