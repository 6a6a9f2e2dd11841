"""The residual tower in the form that is quickest to evaluate: images from end to end, no norm between them.

A block is h += conv(relu(conv(relu(h)) + pooled context)). KataGo's fixed scaling ("fixscale") keeps the numbers near
1 without statistics: the second convolution of a block starts smaller the more blocks there are. One norm stands at the
end, over the channels of each point by itself: no statistics of the batch, so training and play compute the same
function, positions of a batch do not touch each other, and boards of all sizes may mix.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.nn.images.heads import ImageHeads
from tessera.nn.images.mask import Mask, mask_of, masked
from tessera.nn.images.pool import ImagePoolBias
from tessera.nn.images.stem import ImageStem
from tessera.rules.features import feature_set
from tessera_resnet.settings import ResNetSettings

EPSILON = 1e-5


class Block(nn.Module):
    """See the module; `depth` blocks stand in the tower."""

    def __init__(self, width: int, *, pool: bool, depth: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.pool = ImagePoolBias(width) if pool else None
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.normal_(self.second.weight, std=(9 * width * depth) ** -0.5)

    def forward(self, image: Tensor, mask: Mask) -> Tensor:
        """[B, width, N, N] -> the same."""
        u = masked(functional.relu(image), mask)
        inner = self.first(u)
        if self.pool is not None:
            inner = inner + self.pool(u, mask)
        changed: Tensor = image + self.second(masked(functional.relu(inner), mask))
        return changed


class Tower(nn.Module):
    """Stem, residual blocks, heads; for every board size."""

    def __init__(self, settings: ResNetSettings) -> None:
        super().__init__()
        depth, width, every = settings.blocks, settings.width, settings.pool_every
        self.feature_set = settings.features
        self.stem = ImageStem(width, feature_set(settings.features))
        self.blocks = nn.ModuleList(
            Block(width, pool=every > 0 and (i + 1) % every == 0, depth=depth) for i in range(depth)
        )
        self.heads = ImageHeads(width)

    def forward(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N], globals_ [B, G] -> Outputs."""
        return self._run(planes, globals_, mask_of(planes))

    def full(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """The same where every board fills its tensor, which is not looked at: a graph without masks."""
        return self._run(planes, globals_, None)

    def _run(self, planes: Tensor, globals_: Tensor, mask: Mask) -> Outputs:
        image = self.stem(planes, globals_, mask)
        for block in self.blocks:
            image = block(image, mask)
        outputs: Outputs = self.heads(_norm(image), mask)
        return outputs


def _norm(image: Tensor) -> Tensor:
    """Each point's channels to a mean square of 1; the heads' convolutions have the weights."""
    # The length of a vector is one pass in float32; squares and their mean would be three.
    length = torch.linalg.vector_norm(image, dim=1, keepdim=True, dtype=torch.float32)
    return image * torch.rsqrt(length.square() / image.shape[1] + EPSILON).to(image.dtype)
