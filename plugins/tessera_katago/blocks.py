"""The blocks of a trunk as text, so that a checkpoint can name them among its settings.

    r96 r96 g64+32 n128(r128 g96+32)

`r96` is a residual block whose inner convolution has 96 channels; `g64+32` one with 64 and another 32 that are pooled
over the board; `n128(...)` a bottleneck: down to 128 channels, the blocks in brackets, and up again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tessera.errors import BadValue

MAX_CHANNELS = 8192
MAX_BLOCKS = 1000
MAX_DEPTH = 8
"""Bottlenecks within bottlenecks."""
TOKEN = re.compile(r"r(\d{1,5})|g(\d{1,5})\+(\d{1,5})|n(\d{1,5})\(|(\))")
EXAMPLE = "blocks like r96, g64+32 and n128(r128 r128), each after a blank"


@dataclass(frozen=True)
class Residual:
    """Two convolutions of 3x3."""

    inner: int
    """Channels between them."""
    pooled: int = 0
    """Channels beside these that are pooled over the board."""

    def __str__(self) -> str:
        return f"g{self.inner}+{self.pooled}" if self.pooled else f"r{self.inner}"


@dataclass(frozen=True)
class Bottleneck:
    """A convolution of 1x1 to fewer channels, blocks, and one back."""

    inner: int
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        return f"n{self.inner}({written(self.blocks)})"


Block = Residual | Bottleneck


def written(blocks: tuple[Block, ...]) -> str:
    """The text of blocks."""
    return " ".join(map(str, blocks))


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a text; raises `BadValue`."""
    stack: list[tuple[int, list[Block]]] = [(0, [])]
    at, count = 0, 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise BadValue("blocks", text[at:], EXAMPLE)
        residual, regular, pooled, inner, closing = match.groups()
        at = match.end()
        if inner is not None:
            stack.append((_channels(inner), []))
        elif closing is None:
            stack[-1][1].append(Residual(_channels(residual or regular), _channels(pooled) if pooled else 0))
        elif len(stack) == 1 or not stack[-1][1]:
            raise BadValue("blocks", text, EXAMPLE)
        else:
            channels, blocks = stack.pop()
            stack[-1][1].append(Bottleneck(channels, tuple(blocks)))
        count += 1
        if count > 2 * MAX_BLOCKS or len(stack) > MAX_DEPTH + 1:
            raise BadValue("blocks", text, f"up to {MAX_BLOCKS}, {MAX_DEPTH} deep")
        if inner is None and at < len(text) and text[at] == " ":
            at += 1
    if len(stack) != 1 or not stack[0][1]:
        raise BadValue("blocks", text, EXAMPLE)
    return tuple(stack[0][1])


def _channels(digits: str) -> int:
    if not 1 <= int(digits) <= MAX_CHANNELS:
        raise BadValue("blocks", digits, f"1 to {MAX_CHANNELS} channels")
    return int(digits)
