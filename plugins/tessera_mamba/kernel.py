"""mamba-ssm's Triton kernel for the forward scan of `mamba2`, where that package is installed.

No extra installs it: from PyPI it builds with NVIDIA's compiler alone. The default scan's own kernel is in `fused`.
"""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable
from functools import cache

from torch import Tensor

Form = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
"""(x, dt, A, B, C) -> y, shapes as in `scan`."""
CHUNK = 64


@cache
def mamba_ssm_scan() -> Form | None:
    """The kernel as a `Form` for tensors on a CUDA device, or None when mamba-ssm is not installed.

    An installation that cannot be imported is warned about once; the torch form computes the same function.
    """
    if importlib.util.find_spec("mamba_ssm") is None:
        return None
    try:
        kernel = importlib.import_module("mamba_ssm.ops.triton.ssd_combined").mamba_chunk_scan_combined
    except ImportError as error:
        warnings.warn(f"mamba-ssm is installed but cannot be used, torch runs the scan: {error}", stacklevel=2)
        return None

    def scan(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
        y: Tensor = kernel(x, dt, A, B.unsqueeze(-2), C.unsqueeze(-2), CHUNK)
        return y

    return scan
