"""How much memory this process holds."""

from __future__ import annotations

import resource
import sys
from pathlib import Path


def resident_bytes() -> int:
    """Main memory in use now; where the system does not say, the most there ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    return pages * resource.getpagesize()


def device_bytes() -> int | None:
    """Bytes of torch's tensors on all CUDA devices; None where CUDA is not in use."""
    import torch

    if not torch.cuda.is_initialized():
        return None
    return sum(torch.cuda.memory_allocated(index) for index in range(torch.cuda.device_count()))
