"""A trap for code that must not wait for its device, such as the inner loop of self-play.

    with NoWaits():
        table.advance()

A host that runs ahead of its GPU keeps it busy. It stops at every operation whose result it has to see: `.item()`,
`x[x > 0]` (how many are there?), a copy to main memory. `NoWaits` raises `Waited` at the first of them. It goes by what
is called, not by how long it takes, and so finds on a CPU, where nothing waits, what would wait on a GPU.

It does not see what is not torch (kernels of numba) and what a kernel of torch does inside. On a CUDA device
`torch.cuda.set_sync_debug_mode("error")` sees the latter; use both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

SEEN_BY_THE_HOST = {
    *("_local_scalar_dense", "item", "is_nonzero", "equal", "allclose"),  # a number
    *("nonzero", "nonzero_numpy", "argwhere", "masked_select", "bincount"),  # a size that depends on the data
    *("_unique", "_unique2", "unique_dim", "unique_consecutive", "unique_dim_consecutive"),
    "multinomial",  # checks its input
}
"""Operations of aten that hand numbers or sizes to the host."""
INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index", "_unsafe_index_put"}
MASKS = (torch.bool, torch.uint8)
COPIES = {"copy_", "_copy_from", "_copy_from_and_resize", "_to_copy", "to", "lift_fresh"}

TO_THE_HOST = {"tolist", "cpu", "numpy", "__array__"}
"""Methods of tensors that no operation of aten stands for when the tensor is in main memory."""
IN_MAIN_MEMORY = {"cpu", "numpy", "__array__"}
"""Those of them that cost nothing there."""


class Waited(AssertionError):
    """Something was called that makes the host wait for the device, or copies between devices."""


class NoWaits:
    """A `with` block in which such calls raise `Waited`; see the module.

    `main_memory=True` is for work that is meant to lie in main memory, such as search trees beside numba's kernels:
    `.cpu()` and `.numpy()` are allowed. A copy from another device is not, by any name.
    """

    def __init__(self, *, main_memory: bool = False) -> None:
        self._methods = TO_THE_HOST - (IN_MAIN_MEMORY if main_memory else set())
        self._open = ExitStack()

    def __enter__(self) -> NoWaits:
        self._open.enter_context(_Methods(self._methods))
        self._open.enter_context(_Operations())
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()


class _Methods(TorchFunctionMode):
    """Raises at methods of tensors by their name."""

    def __init__(self, trapped: set[str]) -> None:
        super().__init__()
        self._trapped = trapped

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__name__", "") in self._trapped:
            raise Waited(f"Tensor.{func.__name__}() brings a tensor to the host")
        return func(*args, **(kwargs or {}))


class _Operations(TorchDispatchMode):
    """Raises at operations of aten."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        name, _, overload = func.name().removeprefix("aten::").partition(".")
        if name in SEEN_BY_THE_HOST:
            raise Waited(f"{func.name()}: the host waits for its result")
        if name == "where" and len(args) == 1:
            raise Waited(f"{func.name()} with a condition alone: the host waits for its size")
        if name == "repeat_interleave" and overload != "self_int" and kwargs.get("output_size") is None:
            raise Waited(f"{func.name()} without output_size: the host waits for its size")
        if name in INDEXING and any(index.dtype in MASKS for index in _tensors(args[1])):
            raise Waited(f"{func.name()} with a mask: the host waits for its size; torch.where does not")
        result = func(*args, **kwargs)
        devices = {
            str(tensor.device)
            for tensor in _tensors((args, kwargs, result))
            # A lone number in main memory travels with the call.
            if name in COPIES or tensor.ndim > 0 or tensor.device.type != "cpu"
        }
        if len(devices) > 1:
            raise Waited(f"{func.name()} between {' and '.join(sorted(devices))}")
        return result


def _tensors(values: Any) -> Iterator[Tensor]:
    """Every tensor in nested arguments."""
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, Mapping):
        yield from _tensors(values.values())
    elif isinstance(values, Iterable) and not isinstance(values, str):
        for value in values:
            yield from _tensors(value)
