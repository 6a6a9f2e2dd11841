"""The state of a trainer as what it is: tables and lists with tensors and numbers at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

BITS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
"""By bytes, a type in which numbers are equal where all their bits are."""


def to_host(state: Any) -> Any:
    """The same tables and lists with every tensor in main memory; those that are there already are not copied."""
    if isinstance(state, Tensor):
        return state.detach().cpu()
    if isinstance(state, Mapping):
        return {key: to_host(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(to_host(value) for value in state)
    return state


def tensors_in(state: Any) -> list[Tensor]:
    """All of them, in order."""
    return [value for _, value in leaves(state) if isinstance(value, Tensor)]


def leaves(state: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """What is no table and no list, each with the path to it, in order."""
    if isinstance(state, Mapping):
        inner: Sequence[tuple[Any, Any]] = list(state.items())
    elif isinstance(state, (list, tuple)):
        inner = list(enumerate(state))
    else:
        yield at, state
        return
    for key, value in inner:
        yield from leaves(value, f"{at}/{key}" if at else str(key))


def difference(one: Any, other: Any) -> str:
    """The path to the first value that is not the same to the last bit; '' where all are."""
    ones, others = dict(leaves(one)), dict(leaves(other))
    for path in dict.fromkeys([*ones, *others]):
        if path not in ones or path not in others or not _same(ones[path], others[path]):
            return path
    return ""


def _same(one: Any, other: Any) -> bool:
    if not (isinstance(one, Tensor) and isinstance(other, Tensor)):
        return type(one) is type(other) and repr(one) == repr(other)  # so that nan is nan
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    bits = BITS[one.dtype.itemsize]  # not their values: nan is nan, and 0 is not -0
    return torch.equal(one.view(bits), other.view(bits))
