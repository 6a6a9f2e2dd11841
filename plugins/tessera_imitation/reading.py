"""An SGF file as positions with their targets: every move of its main line, from the view of the side that plays it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tessera import sgf
from tessera.errors import SgfError
from tessera.rules.batch import Batch, allocate
from tessera.rules.coords import BLACK, EMPTY
from tessera.rules.features import BASIC, FeatureSet
from tessera.rules.game import Game
from tessera.sgf.record import STONES, Record, Step, properties_of
from tessera.training.targets import Positions, Recorded, finished_games
from tessera_imitation.result import Result, owners, parse_result

UNREADABLE = "unreadable as SGF"
WITHOUT_RESULT = "without a result"
UNPLAYABLE = "with a move that cannot be played"
WITHOUT_MOVES = "without moves"
REASONS = (UNREADABLE, WITHOUT_RESULT, UNPLAYABLE, WITHOUT_MOVES)
"""Why files are skipped."""


class Unusable(SgfError):
    """A file that nothing is learned from."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        """One of REASONS."""


class Look(NamedTuple):
    """A position as a network sees it, and the move that was played there."""

    planes: NDArray[np.uint8]
    """[F, P]"""
    globals_: NDArray[np.float32]
    """[G]"""
    color: int
    """The side to play."""
    moves: int
    """Moves played before."""
    action: int
    """0..P, or -1 while it is not known."""


def read_positions(path: Path, features: FeatureSet = BASIC) -> tuple[int, Positions]:
    """(board side, positions) of a file's first game; raises `Unusable`."""
    try:
        record = sgf.read(path, strict=True)
    except SgfError as error:
        raise Unusable(UNREADABLE, str(error).removeprefix(f"{path}: ")) from None
    result = parse_result(record.result)
    if result is None:
        raise Unusable(WITHOUT_RESULT, f"RE is {record.result[:20]!r}")
    try:
        looks, game = _replayed(record, features)
    except SgfError as error:
        raise Unusable(UNPLAYABLE, str(error)) from None
    if not looks:
        raise Unusable(WITHOUT_MOVES, "nothing is played in it")
    return record.size, _positions(looks, game, result)


def _replayed(record: Record, features: FeatureSet) -> tuple[list[Look], Game]:
    """The positions of the main line in which one move was played by the side to play, and the game at its end."""
    looks: list[Look] = []
    waiting: Look | None = None
    game, eye = Game(record.size), _Eye(record.size, features)
    for step in record.steps():
        game = step.game
        if waiting is not None and _answers(step, waiting):
            looks.append(waiting._replace(action=game.moves[-1].point))
        waiting = eye.look(step)
    return looks, game


def _answers(step: Step, look: Look) -> bool:
    """Whether the step is nothing but a move played in that position."""
    if step.moves != look.moves + 1 or STONES.keys() & properties_of(step.node).keys():
        return False
    return step.game.moves[-1].color == look.color


class _Eye:
    """Looks at positions as a network does that reads `features`."""

    def __init__(self, size: int, features: FeatureSet) -> None:
        arrays = allocate(1, size, np.zeros, features)
        self._one = Batch(
            size, {name: arrays[name] for name in ("state", "planes", "globals_", "scratch")}, features=features
        )

    def look(self, step: Step) -> Look:
        game, one = step.game, self._one
        game.legal_mask()  # notes the points forbidden by ko, which are features
        one.state[0] = game.state
        one.features()
        return Look(
            one.planes[0].reshape(-1, game.points).astype(np.uint8),
            one.globals_[0].copy(),
            game.to_play,
            step.moves,
            -1,
        )


def _positions(looks: list[Look], game: Game, result: Result) -> Positions:
    counted = owners(game, result)
    won = 0.0 if result.winner == EMPTY else 1.0 if result.winner == BLACK else -1.0
    # Without a count the margin only says who won; it is taken out of the scores below.
    margin = won if counted is None or result.margin is None else result.margin
    owner = np.zeros(game.points, np.int8) if counted is None else counted
    positions = finished_games(
        _recorded(looks, game.points), margin=torch.tensor([margin]), owner=torch.from_numpy(owner)[None]
    )
    positions = positions._replace(opponent_policy=positions.opponent_policy * _answered(looks)[:, None])
    return positions if counted is not None else positions._replace(score=torch.full_like(positions.score, torch.nan))


def _recorded(looks: list[Look], points: int) -> Recorded:
    """One game of L moves, its policy the move that was played."""
    length = len(looks)
    action = torch.tensor([look.action for look in looks])
    return Recorded(
        length=torch.tensor([length]),
        planes=torch.from_numpy(np.stack([look.planes for look in looks]))[None],
        globals_=torch.from_numpy(np.stack([look.globals_ for look in looks]))[None],
        policy=torch.nn.functional.one_hot(action, points + 1).to(torch.float16)[None],
        color=torch.tensor([[look.color for look in looks]], dtype=torch.int8),
        action=action.to(torch.int16)[None],
        predicted_value=torch.zeros(1, length),
        copies=torch.ones(1, length, dtype=torch.int64),
    )


def _answered(looks: list[Look]) -> torch.Tensor:
    """[L] float16: 1 where the next position is that of the opponent, right after the move."""
    follows = [after.moves == look.moves + 1 and after.color != look.color for look, after in pairwise(looks)]
    return torch.tensor([*follows, False], dtype=torch.float16)
