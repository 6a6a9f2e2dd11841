"""The stream that torch works on, for kernels that are launched beside it."""

from __future__ import annotations

from collections.abc import Callable

import torch


def current_stream(device: str) -> Callable[[], int]:
    """Asked at each launch: the handle of torch's current stream on that CUDA device. Never asked on the CPU."""
    return lambda: int(torch.cuda.current_stream(device).cuda_stream)
