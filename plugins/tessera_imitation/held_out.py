"""What a network makes of games it never learned from."""

from __future__ import annotations

import torch
from torch import Tensor

from tessera.interfaces.network import Evaluator, Outputs
from tessera.rules.features import BASIC, FeatureSet
from tessera.training.losses import accuracy
from tessera.training.targets import Positions, planes_of
from tessera_imitation.folder import Files
from tessera_imitation.reading import Unusable, read_positions

FILES = 50
"""Files that are looked at, at most."""
POSITIONS = 2_000
"""Positions of them, at most, spread evenly over each game."""


def first_choice(outputs: Outputs, targets: Positions) -> Tensor:
    """Share of the n positions where the network's first choice is the move that was played."""
    return (outputs.policy.argmax(1) == targets.action).float().mean()


class HeldOut:
    """Positions of the held-out files, read at the first measurement."""

    def __init__(self, files: Files, *, features: FeatureSet = BASIC, device: str, batch: int) -> None:
        self._paths = [files.folder / name for name in files.held_out[:FILES]]
        self._features = features
        self._device, self._batch = device, batch
        self._games: list[Positions] | None = None

    def measure(self, evaluator: Evaluator) -> dict[str, float]:
        """Accuracies of first choice and outcome, the mean over all positions; nothing without positions."""
        if self._games is None:
            self._games = self._read()
        sums = torch.zeros(3, dtype=torch.float64)
        for part in (part for game in self._games for part in _parts(game, self._batch)):
            outputs = evaluator.evaluate(planes_of(part), part.globals_)
            n = len(part.value)
            sums += torch.tensor([n, n * float(first_choice(outputs, part)), n * float(accuracy(outputs, part))])
        count, policy, value = sums.tolist()
        return {"held_out_policy_accuracy": policy / count, "held_out_value_accuracy": value / count} if count else {}

    def _read(self) -> list[Positions]:
        """Positions by board side."""
        share = POSITIONS // max(1, len(self._paths))
        found: dict[int, list[Positions]] = {}
        for path in self._paths:
            try:
                size, positions = read_positions(path, self._features)
            except Unusable:
                continue  # what it lacks the files that are learned from tell
            found.setdefault(size, []).append(_spread(positions, share))
        return [
            Positions(*(torch.cat(fields).to(self._device) for fields in zip(*games, strict=True)))
            for games in found.values()
        ]


def _spread(positions: Positions, count: int) -> Positions:
    """`count` positions at even distances; all of them when there are no more."""
    n = len(positions.value)
    rows = torch.linspace(0, n - 1, min(n, count)).long()
    return Positions(*(field[rows] for field in positions))


def _parts(positions: Positions, size: int) -> list[Positions]:
    return [Positions(*fields) for fields in zip(*(field.split(size) for field in positions), strict=True)]
