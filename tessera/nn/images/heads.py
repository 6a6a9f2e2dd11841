"""The output heads of a tower of images: those of `tessera.nn.heads` as 1x1 convolutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.nn.heads import LAST_LAYER_GAIN, OFF_BOARD_LOGIT, SCORE_SCALE
from tessera.nn.images.mask import Mask, masked
from tessera.nn.images.pool import image_pool
from tessera.nn.pool import STATISTICS


class ImageHeads(nn.Module):
    """An image to `Outputs`. `width` is the tower's, `channels` the heads' own."""

    def __init__(self, width: int, *, channels: int = 32) -> None:
        super().__init__()
        self.move_points = nn.Conv2d(width, channels, 1)
        self.judge_points = nn.Conv2d(width, channels, 1)
        self.moves_context = nn.Linear(STATISTICS * channels, channels)
        self.pass_hidden = nn.Linear(STATISTICS * channels, channels)
        self.verdict_hidden = nn.Linear(STATISTICS * channels, 2 * channels)
        self.moves = _calm(nn.Conv2d(channels, 2, 1), channels)
        self.passes = _calm(nn.Linear(channels, 2), channels)
        self.verdict = _calm(nn.Linear(2 * channels, 4), 2 * channels)
        self.ownership = _calm(nn.Conv2d(channels, 1, 1), channels)

    def forward(self, image: Tensor, mask: Mask) -> Outputs:
        """[B, width, N, N] -> `Outputs` in float32, P = N*N, A = P + 1."""
        judge = functional.relu(self.judge_points(image))
        pooled = image_pool(judge, mask).to(image.dtype)
        logits = self._moves(image, pooled, mask)
        verdict = self.verdict(functional.relu(self.verdict_hidden(pooled))).float()
        owner = masked(torch.tanh(self.ownership(judge).float()), mask)
        return Outputs(
            policy=logits[:, 0],
            value=verdict[:, :3],
            score=verdict[:, 3] * SCORE_SCALE,
            ownership=owner.flatten(1),
            opponent_policy=logits[:, 1],
        )

    def _moves(self, image: Tensor, pooled: Tensor, mask: Mask) -> Tensor:
        """[B, 2, A] logits: own move and the opponent's next one."""
        context = self.moves_context(pooled)[:, :, None, None]
        points = self.moves(functional.relu(self.move_points(image) + context)).float()
        if mask is not None:
            points = torch.where(mask > 0, points, OFF_BOARD_LOGIT)
        passes = self.passes(functional.relu(self.pass_hidden(pooled))).float()
        return torch.cat((points.flatten(2), passes[:, :, None]), dim=2)


def _calm(layer: nn.Conv2d | nn.Linear, inputs: int) -> nn.Conv2d | nn.Linear:
    """A last layer that starts small, so that a new network says: all moves equal, nobody owns anything."""
    nn.init.normal_(layer.weight, std=LAST_LAYER_GAIN * inputs**-0.5)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
