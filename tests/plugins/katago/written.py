"""Small random networks in KataGo's format, the same bytes from the same seed."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import numpy as np

from tessera_katago.blocks import Block, Bottleneck, parse

SCALES = (20.0, 20.0, 20.0, 20.0, 40.0, 0.25, 150.0)


class Writer:
    """One network: `Writer(...).file()` is its bytes."""

    def __init__(
        self,
        *,
        version: int = 8,
        seed: int = 0,
        channels: int = 8,
        first: int = 3,
        blocks: str = "r8 g6+4 r8",
        activation: str = "relu",
        text: bool = False,
        planes: int = 22,
        globals_: int = 19,
        human: int = 0,
        suicide: int = 0,
        kind: str = "",
    ) -> None:
        self._version, self._activation, self._text = version, activation, text
        self._dice = np.random.default_rng(seed)
        self._parts: list[bytes] = []
        self._words("tiny", version, planes, globals_)
        if version >= 13:
            self._words(*SCALES)
        if version >= 15:
            self._words(human, suicide, 0, 0, 0, 0, 0, 0)
        self._trunk(parse(blocks), channels, first, planes, globals_, kind)
        self._policy(channels)
        self._value(channels)

    def plain(self) -> bytes:
        """The file, unpacked."""
        return b"".join(self._parts)

    def file(self) -> bytes:
        return gzip.compress(self.plain(), mtime=0)

    def _words(self, *words: object) -> None:
        self._parts.append("".join(f"{word}\n" for word in words).encode())

    def _floats(self, values: np.ndarray) -> None:
        values = values.astype(np.float32)
        if self._text:
            self._words(" ".join(repr(float(value)) for value in values.ravel()))
        else:
            self._parts.append(b"@BIN@" + values.tobytes() + b"\n")

    def _draw(self, *shape: int, scale: float) -> np.ndarray:
        return scale * self._dice.standard_normal(shape)

    def _convolution(self, before: int, after: int, side: int) -> None:
        self._words("conv", side, side, before, after, 1, 1)
        self._floats(self._draw(side, side, before, after, scale=1.5 / np.sqrt(side * side * before)))

    def _matrix(self, before: int, after: int) -> None:
        self._words("matmul", before, after)
        self._floats(self._draw(before, after, scale=1.0 / np.sqrt(before)))

    def _bias(self, count: int) -> None:
        self._words("bias", count)
        self._floats(self._draw(count, scale=0.3))

    def _norm(self, channels: int) -> None:
        self._words("norm", channels, 0.001, 1, 1)
        self._floats(self._draw(channels, scale=0.2))
        self._floats(self._dice.uniform(0.5, 2.0, channels))
        self._floats(self._dice.uniform(0.5, 1.5, channels))
        self._floats(self._draw(channels, scale=0.2))

    def _activate(self) -> None:
        self._words("act", *[f"ACTIVATION_{self._activation.upper()}"] * (self._version >= 11))

    def _trunk(self, blocks: Sequence[Block], channels: int, first: int, planes: int, globals_: int, kind: str) -> None:
        self._words("trunk", len(blocks), channels, channels, channels, channels, 4)
        if self._version >= 15:
            self._words(0, 0, 0, 0, 0, 0)
        self._convolution(planes, channels, first)
        self._matrix(globals_, channels)
        if kind:
            self._words(kind)
        self._blocks(blocks, channels)
        self._norm(channels)
        self._activate()

    def _blocks(self, blocks: Sequence[Block], channels: int) -> None:
        for block in blocks:
            nested = isinstance(block, Bottleneck)
            pooled = 0 if isinstance(block, Bottleneck) else block.pooled
            self._words("nested_bottleneck_block" if nested else "gpool_block" if pooled else "ordinary_block", "block")
            if isinstance(block, Bottleneck):
                self._words(len(block.blocks))
            self._norm(channels)
            self._activate()
            self._convolution(channels, block.inner, 1 if nested else 3)
            if isinstance(block, Bottleneck):
                self._blocks(block.blocks, block.inner)
            if pooled:
                self._convolution(channels, pooled, 3)
                self._norm(pooled)
                self._activate()
                self._matrix(3 * pooled, block.inner)
            self._norm(block.inner)
            self._activate()
            self._convolution(block.inner, channels, 1 if nested else 3)

    def _policy(self, channels: int) -> None:
        outputs = 1 if self._version < 12 else 2 if self._version < 16 else 4
        self._words("policyhead")
        self._convolution(channels, 6, 1)
        self._convolution(channels, 5, 1)
        self._norm(5)
        self._activate()
        self._matrix(15, 6)
        self._norm(6)
        self._activate()
        self._convolution(6, outputs, 1)
        if self._version >= 15:
            self._matrix(15, 6)
            self._bias(6)
            self._activate()
            self._matrix(6, outputs)
        else:
            self._matrix(15, outputs)

    def _value(self, channels: int) -> None:
        self._words("valuehead")
        self._convolution(channels, 7, 1)
        self._norm(7)
        self._activate()
        self._matrix(21, 9)
        self._bias(9)
        self._activate()
        for count in (3, 4 if self._version < 9 else 6):
            self._matrix(9, count)
            self._bias(count)
        self._convolution(7, 1, 1)


TINY = {
    "residual, version 8": {"version": 8, "seed": 1, "first": 5},
    "version 10": {"version": 10, "seed": 2},
    "nested bottleneck, mish, version 14": {
        "version": 14,
        "seed": 3,
        "channels": 12,
        "blocks": "n8(r8 g6+4) n8(r8 r8) g8+4",
        "activation": "mish",
    },
    "version 16, silu": {"version": 16, "seed": 4, "blocks": "n6(n4(r4) g4+3) r8", "activation": "silu"},
}
"""What the numbers of `numbers.npz` were made from: `Writer(**TINY[name])`."""
