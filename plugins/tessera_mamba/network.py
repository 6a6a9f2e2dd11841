"""The tower: stem, blocks, heads; for every board size.

Blocks read rows. Between blocks the board is turned, rows to columns, so that odd blocks read its columns.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.nn.heads import Heads
from tessera.nn.settings import one_of, whole_number
from tessera.nn.stem import Stem
from tessera_mamba.block import AnyMixer, Block
from tessera_mamba.mamba2 import Mamba2Mixer
from tessera_mamba.mixer import LocalMixer, Mixer, Shape

SCANS = ("axial", "raster", "none", "mamba2")


class MambaNet(nn.Module):
    """See `tessera_mamba.DEFAULTS` for the settings."""

    def __init__(
        self,
        *,
        blocks: Any,
        width: Any,
        expand: Any,
        head_dim: Any,
        state: Any,
        mlp: Any,
        pool_every: Any,
        scan: Any,
    ) -> None:
        super().__init__()
        depth = whole_number("mamba blocks", blocks, low=1, high=200)
        every = whole_number("mamba pool_every", pool_every, low=0, high=200)
        shape = _shape(width, expand, head_dim, state)
        hidden = whole_number("mamba mlp", mlp, low=1, high=8) * shape.width
        kind = one_of("mamba scan", scan, SCANS)
        self.stem = Stem(shape.width)
        self.blocks = nn.ModuleList(
            Block(
                _mixer(kind, shape, i),
                width=shape.width,
                hidden=hidden,
                pool=every > 0 and (i + 1) % every == 0,
                depth=depth,
            )
            for i in range(depth)
        )
        self.heads = Heads(shape.width)

    def forward(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N], globals_ [B, G] -> Outputs."""
        tokens, mask = self.stem(planes, globals_)
        for block in self.blocks:
            tokens, mask = _turn(block(tokens, mask)), _turn(mask)
        if len(self.blocks) % 2:
            tokens, mask = _turn(tokens), _turn(mask)
        outputs: Outputs = self.heads(tokens, mask)
        return outputs


def _shape(width: Any, expand: Any, head_dim: Any, state: Any) -> Shape:
    width = whole_number("mamba width", width, low=8, high=2048)
    inner = whole_number("mamba expand", expand, low=1, high=8) * width
    head_dim = whole_number("mamba head_dim", head_dim, low=1, high=512)
    if inner % head_dim:
        raise BadValue("mamba head_dim", head_dim, f"a divisor of expand * width = {inner}")
    return Shape(width, inner, head_dim, whole_number("mamba state", state, low=1, high=512))


def _turn(board: Tensor) -> Tensor:
    """[B, N, N, X] -> the same with rows and columns exchanged, contiguous: one small copy instead of one per use."""
    return board.transpose(1, 2).contiguous()


def _mixer(scan: str, shape: Shape, index: int) -> AnyMixer:
    """The mixer of block number `index`."""
    if scan == "none":
        return LocalMixer(shape)
    if scan == "mamba2":
        return Mamba2Mixer(shape, backwards=index // 2 % 2 == 1)
    return Mixer(shape, raster=scan == "raster")
