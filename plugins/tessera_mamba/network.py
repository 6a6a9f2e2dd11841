"""The tower: stem, blocks, heads; for every board size.

Blocks read rows. Between blocks the board is turned, rows to columns, so that odd blocks read its columns.
"""

from __future__ import annotations

from torch import Tensor, nn

from tessera.interfaces.network import Outputs
from tessera.nn.heads import Heads
from tessera.nn.stem import Stem
from tessera.rules.features import feature_set
from tessera_mamba.block import AnyMixer, Block
from tessera_mamba.mamba2 import Mamba2Mixer
from tessera_mamba.mixer import LocalMixer, Mixer, Shape
from tessera_mamba.settings import MambaSettings


class MambaNet(nn.Module):
    """Stem, blocks, heads."""

    def __init__(self, settings: MambaSettings) -> None:
        super().__init__()
        depth, every = settings.blocks, settings.pool_every
        shape = Shape(settings.width, settings.inner, settings.head_dim, settings.state)
        self.feature_set = settings.features
        self.stem = Stem(shape.width, feature_set(settings.features))
        self.blocks = nn.ModuleList(
            Block(
                _mixer(settings.scan, shape, i),
                width=shape.width,
                hidden=settings.mlp * settings.width,
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
