"""KataGo's networks in torch: a residual tower with global pooling, batch norms merged, and what its heads say.

Facts from KataGo's description of its model files; see `reader` for how weights come here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from tessera.interfaces.network import Outputs
from tessera.nn.heads import OFF_BOARD_LOGIT
from tessera.nn.images.mask import Mask, mask_of, masked
from tessera.nn.pool import MIDDLE_SIDE, SIDE_SCALE
from tessera.rules.features import KATAGO
from tessera_katago.blocks import Block, Residual, parse
from tessera_katago.settings import KataGoSettings

SUPERKO, TERRITORY = 6, 9
"""Globals of `katago-v7`: no game without a result is possible under superko and area scoring."""
NEVER = -1e4
"""A logit of what cannot be."""
Activate = Callable[[Tensor], Tensor]
ACTIVATIONS: dict[str, Activate] = {
    "relu": functional.relu,
    "mish": functional.mish,
    "silu": functional.silu,
    "identity": lambda x: x,
}


class Said(NamedTuple):
    """Everything a network says of B positions, all from the side to play's view."""

    policies: Tensor
    """[B, 1, 2 or 4, A] logits: the policy; from version 12 the optimistic one; in 16 win and score of each move."""
    verdict: Tensor
    """[B, 3] logits of win, loss and no result."""
    score: Tensor
    """[B] mean of the final score in points, as self-play would go on; 0 for games without result."""
    score_stdev: Tensor
    """[B] its standard deviation where there is a result."""
    lead: Tensor
    """[B] points that would make the game even."""
    time: Tensor
    """[B] how long the game's fate is open, in moves squared (varTimeLeft)."""
    value_error: Tensor
    """[B] how far win minus loss will be off in a few moves; -1 before version 9."""
    score_error: Tensor
    """[B] the same of the score in points."""
    ownership: Tensor
    """[B, P] in -1..1."""


class Affine(nn.Module):
    """A merged norm that no convolution stands before."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        return image * self.scale + self.bias


class ResidualBlock(nn.Module):
    """image += conv(act(conv(act(norm(image))) + what is pooled))."""

    def __init__(self, channels: int, shape: Residual, activate: Activate) -> None:
        super().__init__()
        self.before = Affine(channels)
        self.first = nn.Conv2d(channels, shape.inner, 3, padding=1)
        self.second = nn.Conv2d(shape.inner, channels, 3, padding=1, bias=False)
        self.pooled = nn.Conv2d(channels, shape.pooled, 3, padding=1) if shape.pooled else None
        self.context = nn.Linear(3 * shape.pooled, shape.inner, bias=False) if shape.pooled else None
        self._activate = activate

    def forward(self, image: Tensor, mask: Mask) -> Tensor:
        u = masked(self._activate(self.before(image)), mask)
        inner = self.first(u)
        if self.pooled is not None and self.context is not None:
            pooled = pool(self._activate(self.pooled(u)), mask)
            inner = inner + self.context(pooled)[:, :, None, None]
        changed: Tensor = image + self.second(masked(self._activate(inner), mask))
        return changed


class BottleneckBlock(nn.Module):
    """image += conv(act(norm(blocks(conv(act(norm(image)))))))."""

    def __init__(self, channels: int, inner: int, blocks: Sequence[Block], activate: Activate) -> None:
        super().__init__()
        self.before = Affine(channels)
        self.first = nn.Conv2d(channels, inner, 1, bias=False)
        self.blocks = nn.ModuleList(build_block(inner, block, activate) for block in blocks)
        self.after = Affine(inner)
        self.second = nn.Conv2d(inner, channels, 1, bias=False)
        self._activate = activate

    def forward(self, image: Tensor, mask: Mask) -> Tensor:
        inner = self.first(masked(self._activate(self.before(image)), mask))
        for block in self.blocks:
            inner = block(inner, mask)
        changed: Tensor = image + self.second(masked(self._activate(self.after(inner)), mask))
        return changed


def build_block(channels: int, block: Block, activate: Activate) -> nn.Module:
    """The module of one block."""
    if isinstance(block, Residual):
        return ResidualBlock(channels, block, activate)
    return BottleneckBlock(channels, block.inner, block.blocks, activate)


class PolicyHead(nn.Module):
    """An image to [B, policies, A] logits."""

    def __init__(self, settings: KataGoSettings, activate: Activate) -> None:
        super().__init__()
        channels, own, pooled = settings.channels, settings.policy, settings.policy_pooled
        self.first = nn.Conv2d(channels, own, 1)
        self.pooled = nn.Conv2d(channels, pooled, 1)
        self.context = nn.Linear(3 * pooled, own, bias=False)
        self.points = nn.Conv2d(own, settings.policies, 1, bias=False)
        self.pass_hidden = nn.Linear(3 * pooled, own) if settings.version >= 15 else None
        self.passes = nn.Linear(own if settings.version >= 15 else 3 * pooled, settings.policies, bias=False)
        self._activate = activate

    def forward(self, image: Tensor, mask: Mask) -> Tensor:
        pooled = pool(self._activate(self.pooled(image)), mask)
        points = self.points(self._activate(self.first(image) + self.context(pooled)[:, :, None, None])).float()
        if mask is not None:
            points = torch.where(mask > 0, points, OFF_BOARD_LOGIT)
        hidden = pooled if self.pass_hidden is None else self._activate(self.pass_hidden(pooled))
        return torch.cat((points.flatten(2), self.passes(hidden).float()[:, :, None]), dim=2)


class ValueHead(nn.Module):
    """An image to logits of the result, what is said of the score, and ownership before its tanh."""

    def __init__(self, settings: KataGoSettings, activate: Activate) -> None:
        super().__init__()
        own, hidden = settings.value, settings.value_hidden
        self.first = nn.Conv2d(settings.channels, own, 1)
        self.hidden = nn.Linear(3 * own, hidden)
        self.verdict = nn.Linear(hidden, 3)
        self.scores = nn.Linear(hidden, settings.scores)
        self.ownership = nn.Conv2d(own, 1, 1, bias=False)
        self._activate = activate

    def forward(self, image: Tensor, mask: Mask) -> tuple[Tensor, Tensor, Tensor]:
        judged = self._activate(self.first(image))
        mean, side = mean_and_side(judged, mask)
        hidden = self._activate(self.hidden(torch.cat((mean, mean * side, mean * (side * side - 0.1)), dim=1)))
        return self.verdict(hidden).float(), self.scores(hidden).float(), self.ownership(judged).float()


class KataGo(nn.Module):
    """A network of KataGo's, for every board side."""

    feature_set = KATAGO.name

    def __init__(self, settings: KataGoSettings) -> None:
        super().__init__()
        channels, activate = settings.channels, ACTIVATIONS[settings.activation]
        self.first = nn.Conv2d(KATAGO.plane_count, channels, settings.first, padding=settings.first // 2, bias=False)
        self.globals = nn.Linear(KATAGO.global_count, channels, bias=False)
        self.blocks = nn.ModuleList(build_block(channels, block, activate) for block in parse(settings.blocks))
        self.last = Affine(channels)
        self.policy = PolicyHead(settings, activate)
        self.value = ValueHead(settings, activate)
        self._activate, self._settings = activate, settings

    def forward(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N], globals_ [B, G] -> Outputs."""
        return outputs(self.say(planes, globals_, mask_of(planes)))

    def full(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """The same where every board fills its tensor, which is not looked at: a graph without masks."""
        return outputs(self.say(planes, globals_, None))

    def say(self, planes: Tensor, globals_: Tensor, mask: Mask) -> Said:
        """All of it; mask: `mask_of(planes)`."""
        image = self.first(masked(planes, mask).contiguous(memory_format=torch.channels_last))
        image = image + self.globals(globals_)[:, :, None, None]
        for block in self.blocks:
            image = block(image, mask)
        image = masked(self._activate(self.last(image)), mask)
        verdict, scores, owner = self.value(image, mask)
        return self._said(globals_, self.policy(image, mask), verdict, scores, masked(torch.tanh(owner), mask))

    def _said(self, globals_: Tensor, policies: Tensor, verdict: Tensor, scores: Tensor, owner: Tensor) -> Said:
        """The heads' numbers in their units."""
        settings = self._settings
        decided = (globals_[:, SUPERKO] > 0) & (globals_[:, TERRITORY] == 0)
        nobody = torch.where(decided, NEVER, verdict[:, 2])
        verdict = torch.stack((verdict[:, 0], verdict[:, 1], nobody), dim=1)
        result = 1.0 - verdict.softmax(1)[:, 2]
        positive = functional.softplus
        return Said(
            policies=policies,
            verdict=verdict,
            score=scores[:, 0] * settings.score_scale * result,
            score_stdev=positive(scores[:, 1]) * settings.score_stdev_scale,
            lead=scores[:, 2] * settings.lead_scale * result,
            time=positive(scores[:, 3]) * settings.time_scale,
            value_error=self._error(scores, 4, settings.value_error_scale),
            score_error=self._error(scores, 5, settings.score_error_scale),
            ownership=owner.flatten(1),
        )

    def _error(self, scores: Tensor, row: int, scale: float) -> Tensor:
        version = self._settings.version
        if version < 9:
            return torch.full_like(scores[:, 0], -1.0)
        if version < 10:
            return functional.softplus(scores[:, row]) * (1.0 if row == 4 else 10.0)
        if version < 14:
            return (functional.softplus(scores[:, row]) * scale).sqrt()
        return functional.softplus(0.5 * scores[:, row]) * scale**0.5


def outputs(said: Said) -> Outputs:
    """In our terms: no result is a draw, and the score is the lead."""
    policy = said.policies[:, 0]
    win, loss, nobody = said.verdict.unbind(1)
    return Outputs(
        policy=policy,
        value=torch.stack((win, nobody, loss), dim=1),
        score=said.lead,
        ownership=said.ownership,
        # These files do not have the opponent's policy any more: every move alike.
        opponent_policy=torch.zeros_like(policy),
    )


def mean_and_side(image: Tensor, mask: Mask) -> tuple[Tensor, Tensor | float]:
    """[B, D] means over the board in float32, and its side as KataGo scales it."""
    image = masked(image, mask).float()
    if mask is None:
        return image.mean(dim=(2, 3)), (image.shape[-1] - MIDDLE_SIDE) / SIDE_SCALE
    points = mask.sum(dim=(2, 3)).clamp(min=1.0)
    return image.sum(dim=(2, 3)) / points, (points.sqrt() - MIDDLE_SIDE) / SIDE_SCALE


def pool(image: Tensor, mask: Mask) -> Tensor:
    """[B, D, N, N] -> [B, 3 D]: mean, mean by side, maximum."""
    mean, side = mean_and_side(image, mask)
    largest = (image if mask is None else torch.where(mask > 0, image, NEVER)).float().amax(dim=(2, 3))
    return torch.cat((mean, mean * side, largest), dim=1)
