"""Memory of the CUDA devices in use, as torch and the driver count it."""

from __future__ import annotations

from typing import NamedTuple


class DeviceMemory(NamedTuple):
    """Bytes, over all devices."""

    allocated: int
    """Bytes of tensors."""
    reserved: int
    """What torch has taken, for tensors now and later."""
    peak: int
    """The most that tensors took at once."""
    used: int
    """By everybody, other processes included: NVML's figure where pynvml is there, else the CUDA driver's."""


def device_memory() -> DeviceMemory | None:
    """None where CUDA is not in use."""
    import torch

    if not torch.cuda.is_initialized():
        return None
    readings = [
        (torch.cuda.memory_allocated(i), torch.cuda.memory_reserved(i), torch.cuda.max_memory_allocated(i), _used(i))
        for i in range(torch.cuda.device_count())
    ]
    return DeviceMemory(*(sum(column) for column in zip(*readings, strict=True)))


def _used(index: int) -> int:
    import torch

    try:
        return int(torch.cuda.device_memory_used(index))
    except (ImportError, RuntimeError):  # no pynvml, or a driver without NVML
        free, total = torch.cuda.mem_get_info(index)
        return int(total - free)
