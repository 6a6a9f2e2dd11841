"""What is alive in this process: tensors, hooks on modules and tensors, and bytes on the devices.

Only tensors that Python knows are seen one by one. One that the autograd engine alone holds shows in the bytes of its
device; on the CPU, where torch does not count, such a tensor is not seen.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

import torch
from torch import Tensor, nn

from tessera.memory.device import device_memory
from tessera.memory.process import resident_bytes

ON_MODULES = (
    "forward_hooks",
    "forward_pre_hooks",
    "backward_hooks",
    "backward_pre_hooks",
    "state_dict_hooks",
    "state_dict_pre_hooks",
    "load_state_dict_pre_hooks",
    "load_state_dict_post_hooks",
)
"""Registries of an `nn.Module`, each with an underscore before it; the first four are also there for all modules."""
ON_TENSORS = ("backward_hooks", "post_accumulate_grad_hooks")

Block = tuple[str, int]
"""Device and address of a tensor's memory."""


@dataclass(frozen=True)
class Hook:
    """A function that torch calls by itself."""

    kind: str
    """'forward hook', ..."""
    place: str
    """'keep (eval.py:12)'"""
    fills: frozenset[int]
    """Ids of the objects it can reach, and so fill; nothing is kept alive for this."""

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


@dataclass(frozen=True)
class Snapshot:
    """What is alive at one moment. It keeps nothing alive."""

    tensors: Mapping[int, Block]
    """By id."""
    blocks: Mapping[Block, int]
    """Bytes of each block of memory that a tensor is a view of."""
    hooks: Mapping[tuple[int, str, int], Hook]
    """By owner, registry and number."""
    resident: int
    """Bytes of main memory in use by the process."""
    allocated: int
    """Bytes of tensors on CUDA devices, those that Python does not know included."""

    @property
    def bytes(self) -> int:
        """Bytes of all tensors that Python knows."""
        return sum(self.blocks.values())

    def without(self, tensors: Iterable[Tensor]) -> Snapshot:
        """The same as if these and the memory they are views of were not there."""
        blocks = dict(block_of(tensor) for tensor in tensors)
        left = {number: block for number, block in self.tensors.items() if block not in blocks}
        on_devices = sum(size for (device, _), size in blocks.items() if device.startswith("cuda"))
        others = {block: size for block, size in self.blocks.items() if block not in blocks}
        return replace(self, tensors=left, blocks=others, allocated=self.allocated - on_devices)


def snapshot() -> Snapshot:
    """Collects garbage first: what nobody can reach is gone. Takes about half a second in a large program."""
    gc.collect()
    clear_workspaces()
    blocks, tensors, hooks = dict[Block, int](), dict[int, Block](), dict[tuple[int, str, int], Hook]()
    for thing in gc.get_objects():
        # No isinstance: it would ask objects that pretend to be of another class, and wake up lazy ones.
        kind = type(thing)
        if issubclass(kind, Tensor):
            block, size = block_of(thing)
            tensors[id(thing)] = block
            blocks[block] = size
            hooks |= _hooks(thing, "tensor", {name: f"_{name}" for name in ON_TENSORS})
        elif issubclass(kind, nn.Module):
            hooks |= _hooks(thing, kind.__name__, {name: f"_{name}" for name in ON_MODULES})
    everywhere = {name: f"_global_{name}" for name in ON_MODULES[:4]}
    hooks |= _hooks(nn.modules.module, "all modules", everywhere)
    device = device_memory()
    return Snapshot(tensors, blocks, hooks, resident_bytes(), device.allocated if device else 0)


def clear_workspaces() -> None:
    """Give back what cuBLAS took for itself: it counts as allocated, and comes back when it is needed."""
    if torch.cuda.is_initialized():
        torch._C._cuda_clearCublasWorkspaces()


def block_of(tensor: Tensor) -> tuple[Block, int]:
    """The memory a tensor is a view of, and its bytes; sparse and other tensors without storage have none."""
    try:
        storage = tensor.untyped_storage()
        return (str(tensor.device), storage.data_ptr()), storage.nbytes()
    except (NotImplementedError, RuntimeError):
        return (str(tensor.device), -id(tensor)), 0


def _hooks(owner: Any, of: str, registries: Mapping[str, str]) -> Iterator[tuple[tuple[int, str, int], Hook]]:
    for name, attribute in registries.items():
        for number, function in (getattr(owner, attribute, None) or {}).items():
            kind = f"{name.removesuffix('s').replace('_', ' ')} of {of}"
            yield (id(owner), name, number), Hook(kind, place(function), frozenset(map(id, _reached(function))))


def place(function: Callable[..., Any]) -> str:
    """The name of a function and the line it begins at."""
    function = _bare(function)
    code = getattr(function, "__code__", None)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if isinstance(code, CodeType) else name


def _bare(function: Any) -> Any:
    """Without what is wrapped around it: partial, method, object with __call__."""
    while not hasattr(function, "__code__"):
        inner = getattr(function, "func", None) or getattr(function, "__func__", None)
        if inner is None:
            inner = getattr(type(function).__call__, "__func__", type(function).__call__)
            return inner if hasattr(inner, "__code__") else function
        function = inner
    return function


def _reached(function: Any) -> Iterator[object]:
    """The objects a function finds without being given them: closure, defaults, globals it names, its `self`."""
    for mine in (getattr(function, "__self__", None), function):
        yield from getattr(mine, "__dict__", {}).values()
    yield from (*getattr(function, "args", ()), *getattr(function, "keywords", {}).values())
    bare = _bare(function)
    code = getattr(bare, "__code__", None)
    if code is None:
        return
    for cell in bare.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue
    yield from bare.__defaults__ or ()
    yield from (bare.__globals__[name] for name in code.co_names if name in bare.__globals__)
