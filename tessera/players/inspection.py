"""What happens inside a network as a game goes on: state and activation norms, move by move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tessera.nn.probe import activation_probe, state_probe
from tessera.players.opinion import NetworkOpinion

if TYPE_CHECKING:
    import torch

    from tessera.interfaces.network import Evaluator
    from tessera.rules.game import Game


@dataclass(frozen=True)
class Inside:
    """One position, evaluated once."""

    moves: int
    """Played before it."""
    result: float
    """What the network expects for the side to play, -1..1."""
    score: float
    """Points, for the side to play."""
    states: dict[str, float]
    """Largest norm of the hidden state of each layer that has one, by module name."""
    activations: dict[str, float]
    """Root of the mean square of what each block puts out, by module name."""


def inspect(module: torch.nn.Module, evaluator: Evaluator, games: Iterable[Game]) -> Iterator[Inside]:
    """Look into `module` at each position; `evaluator` runs that very module, in torch."""
    opinion = NetworkOpinion(evaluator)
    for game in games:
        with state_probe(module) as states, activation_probe(module) as activations:
            tree = opinion.look([game], [game.to_play])
        _, result, score = np.asarray(tree.raw_values)[0, 0].tolist()
        yield Inside(len(game.moves), result, score, states.by_layer, activations.by_layer)
