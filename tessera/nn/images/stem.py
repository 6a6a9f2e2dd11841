"""The input stem: planes and globals to an image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tessera.nn.images.mask import Mask, masked
from tessera.rules.features import BASIC, FeatureSet

ONES = 3.5
"""About how many of a point's F planes are 1 in the middle of a game."""


class ImageStem(nn.Module):
    """A 3x3 convolution over the planes plus a projection of the globals, added at every point."""

    def __init__(self, width: int, features: FeatureSet = BASIC) -> None:
        super().__init__()
        self._counts = features.plane_count, features.global_count
        self.points = nn.Conv2d(features.plane_count, width, 3, padding=1)
        self.globals = nn.Linear(features.global_count, width)
        # No norm follows, so the image has to begin with numbers near 1.
        nn.init.normal_(self.points.weight, std=(9 * ONES) ** -0.5)

    def forward(self, planes: Tensor, globals_: Tensor, mask: Mask) -> Tensor:
        """planes [B, F, N, N], globals_ [B, G] -> [B, width, N, N]."""
        assert planes.ndim == 4 and planes.shape[2] == planes.shape[3] and len(planes) == len(globals_), planes.shape
        assert (planes.shape[1], globals_.shape[1]) == self._counts, (planes.shape, globals_.shape)
        # Convolutions follow their input: torch is a third quicker with channels last in memory.
        image: Tensor = self.points(masked(planes, mask).contiguous(memory_format=torch.channels_last))
        return image + self.globals(globals_)[:, :, None, None]
