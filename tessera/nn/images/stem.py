"""The input stem: planes and globals to an image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tessera.interfaces.network import F, G
from tessera.nn.images.mask import Mask, masked

ONES = 3.5
"""About how many of a point's F planes are 1 in the middle of a game."""


class ImageStem(nn.Module):
    """A 3x3 convolution over the planes plus a projection of the globals, added at every point."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.points = nn.Conv2d(F, width, 3, padding=1)
        self.globals = nn.Linear(G, width)
        # No norm follows, so the image has to begin with numbers near 1.
        nn.init.normal_(self.points.weight, std=(9 * ONES) ** -0.5)

    def forward(self, planes: Tensor, globals_: Tensor, mask: Mask) -> Tensor:
        """planes [B, F, N, N], globals_ [B, G] -> [B, width, N, N]."""
        assert planes.ndim == 4 and planes.shape[1] == F and planes.shape[2] == planes.shape[3], planes.shape
        assert globals_.shape == (planes.shape[0], G), globals_.shape
        # Convolutions follow their input: torch is a third quicker with channels last in memory.
        image: Tensor = self.points(masked(planes, mask).contiguous(memory_format=torch.channels_last))
        return image + self.globals(globals_)[:, :, None, None]
