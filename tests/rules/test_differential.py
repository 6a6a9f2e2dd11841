"""The kernels and the slow reference play the same random games under every rule and on every size."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tessera.rules.batch import Batch, allocate, settings_row
from tessera.rules.coords import BLACK, EMPTY, MAX_SIZE, MIN_SIZE, WHITE
from tessera.rules.game import Game
from tessera.rules.layout import FORBIDDEN_BITS
from tessera.rules.ruleset import Ruleset
from tessera.rules.scoring import score
from tests.rules.reference import Reference, reference_features
from tests.rules.validate import bit_board, validate

KOS = ("simple", "positional", "situational")
SETTINGS = list(product(KOS, (False, True), ("area", "territory")))


def rules_of(ko: str, suicide: bool, scoring: str) -> Ruleset:
    return Ruleset("custom", scoring=scoring, ko=ko, suicide=suicide, komi=6.5)  # type: ignore[arg-type]


def play_both(size: int, rules: Ruleset, seed: int, moves: int, *, crowd: float = 0.03) -> None:
    """A random game by both, compared after every move. Either colour may move; `crowd` is the rate of passes."""
    generator = random.Random(seed)
    game, slow = Game(size, rules=rules), Reference(size, rules.ko, rules.suicide)
    lost: dict[int, set[int]] = {BLACK: set(), WHITE: set()}
    boards = {tuple(slow.board): game._keys[0]}
    for _ in range(moves):
        color = slow.to_play
        legal = compare_legality(game, slow, color)
        if generator.random() < 0.2:
            compare_legality(game, slow, 3 - color)
            compare_legality(game, slow, color)
        # Points where something was lost are where cycles come from.
        old = [p for p in legal if p in lost[BLACK] or p in lost[WHITE]]
        choices = old if old and generator.random() < 0.5 else legal
        point = generator.choice(choices) if choices and generator.random() >= crowd else size * size
        before = list(slow.board)
        slow.play(point, color)
        game.play(color, point)
        for p, stone in enumerate(before):
            if stone != EMPTY and slow.board[p] == EMPTY:
                lost[stone].add(p)
        if point < size * size and slow.board[point] == EMPTY:
            lost[color].add(point)
        assert game.stones.tolist() == slow.board
        assert (game.captured_by(BLACK), game.captured_by(WHITE)) == (slow.captured[WHITE], slow.captured[BLACK])
        assert game.ko_point == slow.ko_point and game.to_play == slow.to_play and game.passes == slow.passes
        validate(game.state, size, lost=lost)
        if rules.ko == "positional":
            assert boards.setdefault(tuple(slow.board), game._keys[-1]) == game._keys[-1]
    assert len(set(boards.values())) == len(boards), "two boards with one hash"
    compare_ends(game, slow, rules)


def compare_legality(game: Game, slow: Reference, color: int) -> list[int]:
    verdicts = [slow.verdict(p, color) for p in range(slow.size**2)]
    legal = [p for p, verdict in enumerate(verdicts) if verdict == "legal"]
    banned = [p for p, verdict in enumerate(verdicts) if verdict == "ko"]
    assert np.flatnonzero(game.legal_mask(color)).tolist() == [*legal, slow.size**2]
    assert np.flatnonzero(bit_board(game.state, game.size, FORBIDDEN_BITS)).tolist() == banned
    return legal


def compare_ends(game: Game, slow: Reference, rules: Ruleset) -> None:
    """Score by `scoring.score`, score and features by the batched calls."""
    result = score(game)
    assert result.owner.tolist() == slow.owners()
    margin = slow.area() if rules.scoring == "area" else slow.territory()
    assert result.margin == margin - rules.komi
    batch = Batch(game.size, allocate(1, game.size, lambda shape, dtype: np.zeros(shape, dtype)))
    batch.settings[:] = settings_row(rules)
    if len(game.moves) >= batch.seen.shape[1] * 5 // 8:
        return
    batch.load(0, game)
    batch.score()
    assert batch.score2[0] == 2 * margin - 2 * rules.komi and batch.owner[0].tolist() == slow.owners()
    if game.is_over:
        return
    batch.legal()
    batch.features()
    planes, values = reference_features(slow, rules.komi, rules.scoring == "territory")
    for index, plane in enumerate(planes):
        assert batch.planes[0, index].reshape(-1).tolist() == plane, f"plane {index}"
    assert batch.globals_[0] == pytest.approx(values)


@pytest.mark.parametrize(("ko", "suicide", "scoring"), SETTINGS)
def test_small_boards_with_many_cycles(ko: str, suicide: bool, scoring: str) -> None:
    rules = rules_of(ko, suicide, scoring)
    for size, moves in ((2, 40), (2, 40), (2, 40), (3, 90), (3, 90), (4, 120), (5, 150)):
        for seed in range(3):
            play_both(size, rules, 1000 * size + seed, moves)


@pytest.mark.parametrize("size", range(MIN_SIZE, MAX_SIZE + 1))
def test_every_size(size: int) -> None:
    ko, suicide, scoring = SETTINGS[size % len(SETTINGS)]
    play_both(size, rules_of(ko, suicide, scoring), size, 60)


@pytest.mark.parametrize("size", [7, 9])
def test_long_games(size: int) -> None:
    for seed, (ko, suicide, scoring) in enumerate(SETTINGS[::5]):
        play_both(size, rules_of(ko, suicide, scoring), seed, 4 * size * size, crowd=0.0)


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(2, 6),
    setting=st.sampled_from(SETTINGS),
    seed=st.integers(0, 2**32),
    crowd=st.sampled_from([0.0, 0.1, 0.4]),
)
def test_any_game(size: int, setting: tuple[str, bool, str], seed: int, crowd: float) -> None:
    play_both(size, rules_of(*setting), seed, 60, crowd=crowd)
