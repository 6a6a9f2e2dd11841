"""Positions in few bytes and without loss, for checkpoints: bits for zeros and ones, policies without their zeros.

Rows come from any device a part at a time, and are packed in main memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

ROWS = 2048
"""Rows that are looked at together."""


def to_host(tensor: Tensor) -> Tensor:
    """A copy in main memory."""
    return tensor.detach().to("cpu", copy=True)


def pack_bits(parts: Iterable[Tensor]) -> Tensor:
    """Parts of [n, ...] zeros and ones -> [N, ceil(... / 8)] uint8, all parts together."""
    rows = [_bits(part.flatten(1)) for part in parts]
    return torch.from_numpy(np.concatenate(rows))


def unpack_bits(bits: Tensor, shape: Sequence[int]) -> Tensor:
    """[n, bytes] uint8 -> [n, *shape] uint8 zeros and ones."""
    found = np.unpackbits(bits.numpy(), axis=1, count=math.prod(shape))
    return torch.from_numpy(found).reshape(len(bits), *shape)


def pack_sparse(parts: Iterable[Tensor]) -> dict[str, Tensor]:
    """Parts of [n, A] float16 -> {'where': [N, ceil(A / 8)] uint8 bits, 'values': what is not zero, row after row}."""
    where, values = [], []
    for part in parts:
        rows = part.cpu().numpy()
        found = rows != 0
        where.append(np.packbits(found, axis=1))
        values.append(rows[found])
    return {"where": torch.from_numpy(np.concatenate(where)), "values": torch.from_numpy(np.concatenate(values))}


class Sparse:
    """Reads `pack_sparse` back from the first row to the last, as many rows at a time as are asked for."""

    def __init__(self, packed: dict[str, Tensor], width: int) -> None:
        self._packed, self._width = packed, width
        self._row = self._value = 0

    def next(self, rows: int) -> Tensor:
        """[rows, A] float16"""
        where = self._packed["where"][self._row : self._row + rows]
        if len(where) != rows:
            raise ValueError(f"{rows} more rows of policies, there are {len(where)}")
        found = unpack_bits(where, (self._width,)).bool()
        count = int(found.sum())
        dense = torch.zeros(rows, self._width, dtype=torch.float16)
        dense[found] = self._packed["values"][self._value : self._value + count]
        self._row, self._value = self._row + rows, self._value + count
        return dense


def spans(rows: int, *, step: int = ROWS) -> Iterator[slice]:
    """Slices of `step` rows each; one at least, so that there is something to put together."""
    return (slice(start, min(start + step, rows)) for start in range(0, max(rows, 1), step))


def _bits(rows: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.packbits(rows.cpu().numpy().astype(bool, copy=False), axis=1)
