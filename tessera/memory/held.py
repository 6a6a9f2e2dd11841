"""How many bytes the parts of a program hold: measured on the objects themselves, not on what was planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import torch
from torch import Tensor

OPAQUE = (ModuleType, FunctionType, BuiltinFunctionType, type, str, bytes, int, float, type(None))
"""Not looked into: they hold no tensors, or everybody's."""


def held_bytes(parts: Mapping[str, object]) -> dict[str, int]:
    """Bytes of the tensors and numpy arrays that can be reached from each part; what several parts reach counts for
    the first of them. On the CPU memory that was not touched yet counts as well."""
    seen: set[int] = set()
    return {name: sum(_sizes(part, seen)) for name, part in parts.items()}


def _sizes(part: object, seen: set[int]) -> Iterator[int]:
    """The size of each block of memory under `part` that is not in `seen`: ids of objects, and negative addresses."""
    waiting = [part]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, OPAQUE) or id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, Tensor | np.ndarray):
            address, size = _block(thing)
            if -address not in seen:
                seen.add(-address)
                yield size
        else:
            waiting.extend(_inside(thing))


def _block(thing: Tensor | np.ndarray) -> tuple[int, int]:
    """Address and bytes of the memory a tensor or array is a view of."""
    if isinstance(thing, Tensor):
        storage = thing.untyped_storage()
        return storage.data_ptr(), storage.nbytes()
    while isinstance(thing.base, np.ndarray):
        thing = thing.base
    if isinstance(thing.base, torch.Tensor):
        return _block(thing.base)
    return thing.ctypes.data, thing.nbytes


def _inside(thing: object) -> Iterable[object]:
    if isinstance(thing, Mapping):
        return thing.values()
    if isinstance(thing, list | tuple | set | frozenset):
        return thing
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    return [*getattr(thing, "__dict__", {}).values(), *(getattr(thing, name, None) for name in slots)]
