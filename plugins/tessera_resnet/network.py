"""Pre-activation residual blocks (He et al. 2016) with one channel norm each and global pooling in some.

The norm is over channels, at each point by itself: no statistics of the batch, so training and play compute the
same function, positions of a batch do not touch each other, and boards of all sizes may mix.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.nn.heads import Heads
from tessera.nn.pool import PoolBias
from tessera.nn.stem import Stem
from tessera.rules.features import feature_set
from tessera_resnet.settings import ResNetSettings


class Block(nn.Module):
    """h += conv(relu(conv(relu(norm(h))) + pooled context))."""

    def __init__(self, width: int, *, pool: bool, depth: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.pool = PoolBias(width) if pool else None
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.normal_(self.second.weight, std=(9 * width * depth) ** -0.5)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """tokens [B, N, N, width], mask [B, N, N, 1] -> tokens."""
        u = functional.relu(self.norm(tokens)) * mask
        inner = _convolve(self.first, u)
        if self.pool is not None:
            inner = inner + self.pool(u, mask)
        return tokens + _convolve(self.second, functional.relu(inner) * mask)


class ResNet(nn.Module):
    """Stem, residual blocks, heads; for every board size."""

    def __init__(self, settings: ResNetSettings) -> None:
        super().__init__()
        depth, width, every = settings.blocks, settings.width, settings.pool_every
        self.feature_set = settings.features
        self.stem = Stem(width, feature_set(settings.features))
        self.blocks = nn.ModuleList(
            Block(width, pool=every > 0 and (i + 1) % every == 0, depth=depth) for i in range(depth)
        )
        self.heads = Heads(width)

    def forward(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N], globals_ [B, G] -> Outputs."""
        tokens, mask = self.stem(planes, globals_)
        for block in self.blocks:
            tokens = block(tokens, mask)
        outputs: Outputs = self.heads(tokens, mask)
        return outputs


def _convolve(layer: nn.Module, tokens: Tensor) -> Tensor:
    image: Tensor = layer(tokens.permute(0, 3, 1, 2))
    return image.permute(0, 2, 3, 1)
