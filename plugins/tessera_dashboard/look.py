"""What a network says of every position of a game, without a search. No Streamlit here.

Everything is Black's view, and small enough to be sent to a browser for a whole game.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tessera.errors import IllegalMove
from tessera.players.load import open_evaluator
from tessera.players.opinion import NetworkOpinion
from tessera.rules.coords import BLACK, opponent
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset

if TYPE_CHECKING:
    from tessera.plugins import Manager

CHUNK = 64
"""Positions evaluated at once."""
CANDIDATES = 12
"""Moves of the policy that are shown."""
LEAST = 0.005
"""Probability below which a move is not shown."""
STEPS = 12
"""Ownership is sent in so many steps to either side, one letter a point: 'a' White's, 'm' open, 'y' Black's."""


@dataclass(frozen=True)
class Looks:
    """After each number of moves, 0 to all of them."""

    winrate: list[float]
    """Black's, 0..1."""
    lead: list[float]
    """Black's, in points."""
    policy: list[list[tuple[int, float]]]
    """(point, probability) of the likeliest moves of the side to play; the point P is a pass."""
    ownership: list[str]
    """A letter a point, see `STEPS`."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Looker:
    """One network; calls from several threads wait for each other."""

    def __init__(self, manager: Manager, checkpoint: Path | None, *, size: int) -> None:
        # torch, as in training: to time every evaluator for each checkpoint takes longer than a look.
        url = None if checkpoint is None else str(checkpoint)
        self._opinion = NetworkOpinion(open_evaluator(manager, checkpoint=url, evaluator="torch", size=size))
        self._lock = threading.Lock()

    def look(self, game: Game, moves: Sequence[tuple[int, int]]) -> Looks:
        """`moves` are played on `game`, which ends where they do or where one of them is illegal."""
        positions, colors = [game.copy()], []
        for color, point in moves:
            colors.append(color)
            try:
                game.play(color, point)
            except IllegalMove:
                colors.pop()
                break
            positions.append(game.copy())
        colors.append(opponent(colors[-1]) if colors else game.to_play)
        found = Looks([], [], [], [])
        with self._lock:
            for start in range(0, len(positions), CHUNK):
                self._add(found, positions[start : start + CHUNK], colors[start : start + CHUNK])
        return found

    def _add(self, found: Looks, games: Sequence[Game], colors: Sequence[int]) -> None:
        tree = self._opinion.look(games, colors)
        raw, prior, owned = (np.asarray(each) for each in (tree.raw_values[:, 0], tree.prior[:, 0], tree.ownership))
        for row, color in enumerate(colors):
            sign = 1 if color == BLACK else -1
            found.winrate.append(round(0.5 + 0.5 * sign * float(raw[row, 1]), 4))
            found.lead.append(round(sign * float(raw[row, 2]), 1))
            likely = np.argsort(-prior[row])[:CANDIDATES]
            found.policy.append(
                [(int(each), round(float(prior[row, each]), 4)) for each in likely if prior[row, each] >= LEAST]
            )
            found.ownership.append("".join(map(_letter, owned[row].tolist())))


def new_game(size: int, rules: str, komi: float) -> Game:
    """An empty board."""
    return Game(size, rules=parse_ruleset(rules), komi=komi)


def _letter(owned: float) -> str:
    return chr(ord("a") + STEPS + round(STEPS * max(-1.0, min(1.0, owned))))
