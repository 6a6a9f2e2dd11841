"""Building a network from a stranger's settings without allocating more than the file's tensors confirm."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tessera.errors import CheckpointError

if TYPE_CHECKING:
    import torch

SLACK = 2**20
"""Elements a network may make beside what it saves: tables, buffers that are not saved."""


def build_within(elements: int, build: Callable[[], torch.nn.Module]) -> torch.nn.Module:
    """`build()`, stopped with `CheckpointError` once it makes more than twice `elements` and some slack.

    Each tensor that is asked for is first made on torch's meta device, which has sizes and no memory. Lines of
    numbers (arange, linspace) are left out: settings are capped, so they are small, and their meta forms import sympy.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    makers: set[Any] = {
        *(torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn, torch.randint, torch.eye),
        torch.empty_strided,
    }
    left = 2 * elements + SLACK

    class Budget(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            nonlocal left
            if function in makers:
                left -= function(*args, **{**(kwargs or {}), "device": "meta"}).numel()
                if left < 0:
                    raise CheckpointError(f"its settings ask for far more than the {elements} elements in the file")
            return function(*args, **(kwargs or {}))

    with Budget():
        return build()
