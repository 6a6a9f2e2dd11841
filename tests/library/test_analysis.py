"""What a player thinks, told as Black's; one position, and many at once."""

from __future__ import annotations

import numpy as np
import pytest

import tessera
from tessera import Position
from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.library.analysis import for_black
from tessera.rules.coords import BLACK, WHITE


def seen_by(color: int) -> Analysis:
    """Of a 2x2 board: the side to play wins by 3 points and owns the upper left corner."""
    move = MoveInfo(point=1, visits=5, winrate=0.8, score=3.0, prior=0.6, lcb=0.7, pv=(1, 4))
    ownership = np.array([1.0, 0.5, 0.0, -0.25], np.float32)
    policy = np.array([-1.0, 0.6, 0.3, 0.0, 0.1], np.float32)
    return Analysis(color, 2, (move,), visits=6, winrate=0.75, score=2.5, ownership=ownership, policy=policy)


def test_values_are_blacks_whoever_is_to_play() -> None:
    black, white = (for_black(Position(2), seen_by(color)) for color in (BLACK, WHITE))
    assert (black.winrate, black.score_lead, black.moves[0].winrate, black.moves[0].score_lead) == (0.75, 2.5, 0.8, 3.0)
    assert (white.winrate, white.score_lead) == (0.25, -2.5)
    assert white.moves[0].winrate == pytest.approx(0.2) and white.moves[0].score_lead == -3.0
    assert black.ownership.tolist() == [[1.0, 0.5], [0.0, -0.25]] == (-white.ownership).tolist()
    for each in (black, white):
        assert (each.best, each.moves[0].pv, each.visits) == ("B2", ("B2", "pass"), 6)
        assert each.policy == pytest.approx(np.array([[0.0, 0.6], [0.3, 0.0]])) and each.pass_prior == pytest.approx(
            0.1
        )


def test_an_analysis_keeps_the_position_it_is_of() -> None:
    position = Position(2)
    seen = for_black(position, seen_by(BLACK))
    position.play("A1")
    assert seen.position.moves == ()


def test_rules_whose_values_need_a_word_have_it() -> None:
    assert for_black(Position(2), seen_by(BLACK)).note == ""
    japanese = for_black(Position(2, rules="japanese"), seen_by(BLACK))
    assert "area scoring" in str(japanese) and "area scoring" in japanese._repr_html_()


@pytest.fixture(scope="module")
def policy() -> tessera.LoadedPlayer:
    return tessera.load_player(player="policy", evaluator="torch", size=5, threads=1)


def test_many_positions_of_several_sizes_are_answered_in_order(policy: tessera.LoadedPlayer) -> None:
    asked = [*Position(5, moves="C3 B2 D4").history(), Position(7, moves="D4"), Position(5, moves="A1")]
    together, alone = policy.analyze(asked), [policy.analyze(each) for each in asked]
    for position, one, other in zip(asked, together, alone, strict=True):
        assert one.position.moves == position.moves and one.ownership.shape == (position.size, position.size)
        assert one.winrate == pytest.approx(other.winrate, abs=1e-4) and one.best == other.best
        assert one.policy == pytest.approx(other.policy, abs=1e-4)
    assert policy.analyze([]) == []


def test_an_analysis_does_not_depend_on_what_was_asked_before() -> None:
    positions = Position(5, moves="C3 B2 D4").history()
    with tessera.load_player(evaluator="torch", size=5, threads=1, visits=12) as search:
        first = [search.analyze(each) for each in positions]
        again = search.analyze(positions[2])
        together = search.analyze(positions)
    assert again.visits == first[2].visits and again.winrate == first[2].winrate
    assert [each.visits for each in together] == [each.visits for each in first]


def test_self_play_draws_its_first_moves_wherever_it_starts(policy: tessera.LoadedPlayer) -> None:
    start = Position(5, moves="C3 C2 D2 B3 B4")
    games = list(tessera.self_play(policy, 4, start, random_moves=4, temperature=3.0, seed=1))
    assert len({game.position.moves for game in games}) > 1, "the moves before do not count"
    assert all(game.position.moves[:5] == start.moves for game in games) and len(start.moves) == 5
    again = list(tessera.self_play(policy, 4, start, random_moves=4, temperature=3.0, seed=1))
    assert [game.position.moves for game in again] == [game.position.moves for game in games]


def test_a_player_is_called_what_its_owner_calls_it() -> None:
    weak, strong = (tessera.load_player(player="random", seed=seed, name=name) for seed, name in ((1, "a"), (2, "b")))
    game = tessera.play_game(weak, strong, Position(3), seed=5)
    assert (game.black, game.white) == ("a", "b") and "PB[a]" in game.to_sgf()
    assert tessera.play_game(weak, strong, Position(3), seed=5).position.moves == game.position.moves
    ratings = tessera.rate([game, ("a", "b", "B+R"), ("b", "a", "Void")], anchors={"a": 0})
    assert ratings.players == ("a", "b") and ratings.elo[0] == 0
