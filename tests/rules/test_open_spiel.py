"""Random games beside OpenSpiel's C++ (package open_spiel): legality, captures, repetition and area score.

    pytest -m long tests/rules/test_open_spiel.py -s        # a million positions, some minutes

OpenSpiel forbids simple ko and suicide, and ends a game at the first repeated position; ours is set the same
way, and its superko set has to see the same repetition. A score shows in OpenSpiel only as its sign, so a
finished game is played again there with a komi half a point below and above the margin we counted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tessera.rules.ruleset import Ruleset
from tessera.rules.scoring import score

pyspiel: Any = pytest.importorskip("pyspiel")
RULES = Ruleset("custom", ko="simple", suicide=False, komi=0.0)


def flipped(point: int, size: int) -> int:
    """OpenSpiel counts rows from the bottom; a pass is the same in both."""
    return point if point == size * size else (size - 1 - point // size) * size + point % size


def board(state: Any, size: int) -> Any:
    """[P] as in `Game.stones`."""
    planes = np.array(state.observation_tensor(0), np.int32).reshape(4, size, size)[:, ::-1]
    return (BLACK * planes[0] + WHITE * planes[1]).reshape(-1)


def legal(state: Any, size: int) -> set[int]:
    return {flipped(action, size) for action in state.legal_actions()}


def compare_game(size: int, seed: int) -> tuple[int, bool]:
    """Play one random game in both; returns the positions compared, and whether it was counted at the end."""
    random = np.random.default_rng((size, seed))
    length = random.integers(2 * size * size - 3)  # after which both pass: counted at every stage of the game
    ours, theirs = Game(size, rules=RULES), pyspiel.load_game(f"go(board_size={size})").new_initial_state()
    seen, actions = {ours.stones.tobytes()}, []
    for number in range(2 * size * size - 1):
        mask = ours.legal_mask()
        points = np.flatnonzero(mask)
        assert set(points.tolist()) == legal(theirs, size), f"legal moves, game {seed}, move {number}"
        if len(points) > 1 and random.random() > 0.03:
            points = points[:-1]
        point = int(random.choice(points)) if number < length else ours.points
        ours.play(ours.to_play, point)
        theirs.apply_action(flipped(point, size))
        actions.append(flipped(point, size))
        assert np.array_equal(ours.stones, board(theirs, size)), f"stones, game {seed}, move {number}"
        if ours.is_over:
            assert theirs.is_terminal()
            check_score(size, actions, score(ours).margin)
            return len(actions), True
        repeated = point != ours.points and ours.stones.tobytes() in seen
        assert theirs.is_terminal() == repeated, f"repetition, game {seed}, move {number}"
        if repeated:
            break
        seen.add(ours.stones.tobytes())
    return len(actions), False


def check_score(size: int, actions: list[int], margin: float) -> None:
    for komi, black_wins in ((margin - 0.5, True), (margin + 0.5, False)):
        state = pyspiel.load_game(f"go(board_size={size},komi={komi})").new_initial_state()
        for action in actions:
            state.apply_action(action)
        assert (state.returns()[0] > 0) == black_wins, f"{margin=}, {actions=}"


def compare(size: int, positions: int) -> None:
    games = done = counted = 0
    while done < positions:
        length, ended = compare_game(size, games)
        done, counted, games = done + length, counted + ended, games + 1
    print(f"{size}x{size}: {done:,} positions of {games:,} games agree, {counted:,} of them counted")
    assert counted > 0


@pytest.mark.parametrize("size", [3, 5, 9, 13, 19])
def test_positions(size: int) -> None:
    compare(size, 3_000)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("size", [4, 7, 9, 13, 19])
def test_a_million_positions(size: int) -> None:
    compare(size, 200_000)
