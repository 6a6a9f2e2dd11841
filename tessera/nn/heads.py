"""The output heads that every tower ends in: policy, win/draw/loss, score, ownership, opponent's next move.

Last layers start small, so a new network says: all moves equal, value 1/3 each, score 0, nobody owns anything.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.nn.norm import RMSNorm
from tessera.nn.pool import STATISTICS, board_pool

OFF_BOARD_LOGIT = -1e4
"""Policy logit of a point off the board: exp gives exactly 0 in float32, yet 0 * logit is no NaN in a loss."""
SCORE_SCALE = 20.0
"""Points of score per unit of the last layer, so that it works with numbers near 1."""
LAST_LAYER_GAIN = 0.05


class Heads(nn.Module):
    """Tokens to `Outputs`. `width` is the tower's, `channels` the heads' own."""

    def __init__(self, width: int, *, channels: int = 32) -> None:
        super().__init__()
        self.norm = RMSNorm(width, scaled=False)
        self.points = nn.Linear(width, 2 * channels)
        self.moves_context = nn.Linear(STATISTICS * channels, channels)
        self.pass_hidden = nn.Linear(STATISTICS * channels, channels)
        self.verdict_hidden = nn.Linear(STATISTICS * channels, 2 * channels)
        self.moves = _last(channels, 2)
        self.passes = _last(channels, 2)
        self.verdict = _last(2 * channels, 4)
        self.ownership = _last(channels, 1)

    def forward(self, tokens: Tensor, mask: Tensor) -> Outputs:
        """tokens [B, N, N, width], mask [B, N, N, 1] -> `Outputs` in float32, P = N*N, A = P + 1."""
        moves, judge = self.points(self.norm(tokens)).chunk(2, dim=-1)
        judge = functional.relu(judge)
        pooled = board_pool(judge, mask)
        logits = self._moves(moves, pooled, mask)
        verdict = self.verdict(functional.relu(self.verdict_hidden(pooled))).float()
        owner = torch.tanh(self.ownership(judge).float()) * mask
        return Outputs(
            policy=logits[..., 0],
            value=verdict[:, :3],
            score=verdict[:, 3] * SCORE_SCALE,
            ownership=owner.flatten(1),
            opponent_policy=logits[..., 1],
        )

    def _moves(self, moves: Tensor, pooled: Tensor, mask: Tensor) -> Tensor:
        """[B, A, 2] logits: own move and the opponent's next move."""
        context = self.moves_context(pooled)[:, None, None, :]
        points = self.moves(functional.relu(moves + context)).float()
        points = torch.where(mask > 0, points, OFF_BOARD_LOGIT).flatten(1, 2)
        passes = self.passes(functional.relu(self.pass_hidden(pooled))).float()
        return torch.cat((points, passes[:, None, :]), dim=1)


def _last(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=LAST_LAYER_GAIN * inputs**-0.5)
    nn.init.zeros_(layer.bias)
    return layer
