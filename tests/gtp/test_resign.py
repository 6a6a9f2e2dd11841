"""Resignation: late enough, sure enough, and not in handicap games that start lost."""

from __future__ import annotations

import pytest

from tessera.gtp.resign import ResignRule, Thought, should_resign
from tessera.gtp.settings import EngineSettings
from tests.gtp.fakes import Desk, FakePlayer

BLACK, WHITE = 1, 2
LOST = [(40, 0.01, -20.0), (42, 0.02, -20.0), (44, 0.01, -20.0)]


@pytest.mark.parametrize(
    ("rule", "thoughts", "color", "handicap", "expected"),
    [
        (ResignRule(), LOST, BLACK, 0, True),
        (ResignRule(), LOST[:2], BLACK, 0, False),
        (ResignRule(thoughts=2), LOST[:2], BLACK, 0, True),
        (ResignRule(threshold=0.0), LOST, BLACK, 0, False),
        (ResignRule(), [*LOST, (46, 0.2, -20.0)], BLACK, 0, False),
        (ResignRule(), [(46, 0.2, -20.0), *LOST], BLACK, 0, True),
        (ResignRule(), [(n, w, -1.5) for n, w, _ in LOST], BLACK, 0, False),
        (ResignRule(), [(n - 36, w, s) for n, w, s in LOST], BLACK, 0, False),
        (ResignRule(), LOST, WHITE, 0, True),
        (ResignRule(), LOST, WHITE, 4, False),
        (ResignRule(), [(n + 10, w, s) for n, w, s in LOST], WHITE, 4, True),
        (ResignRule(), LOST, BLACK, 4, True),
    ],
)
def test_should_resign(
    rule: ResignRule, thoughts: list[tuple[int, float, float]], color: int, handicap: int, expected: bool
) -> None:
    other = [Thought(39, 3 - color, 0.99, 20.0)]
    history = other + [Thought(number, color, winrate, score) for number, winrate, score in thoughts]
    assert should_resign(rule, history, color, points=81, handicap=handicap) is expected


def lost_game(**settings: object) -> str:
    player = FakePlayer(winrates=[0.01] * 40, score=-30.0)
    desk = Desk(player, settings=EngineSettings(**settings))  # type: ignore[arg-type]
    desk.say("boardsize 5")
    return " ".join(desk.say(f"genmove {'bw'[n % 2]}").removeprefix("= ") for n in range(10))


def test_a_session_resigns_after_three_lost_moves_and_not_before_a_quarter_of_the_board() -> None:
    assert lost_game().split()[:7] == ["A5", "B5", "C5", "D5", "E5", "A4", "B4"]
    assert "resign" in lost_game().split()[7:]
    assert "resign" not in lost_game(resign=ResignRule(threshold=0.0))


def test_undone_thoughts_do_not_count() -> None:
    player = FakePlayer(winrates=[0.01] * 40, score=-30.0)
    desk = Desk(player, settings=EngineSettings(resign=ResignRule(earliest=0.0)))
    desk.say("boardsize 5", "genmove b", "genmove b", "undo", "undo", "genmove b")
    assert desk.say("genmove b") == "= B5"
    assert desk.say("genmove b") == "= resign"
    assert desk.say("kata-set-param allowResignation false", "genmove b") == "= C5"


def test_reg_genmove_and_cleanup_never_resign() -> None:
    player = FakePlayer(winrates=[0.01] * 40, score=-30.0)
    desk = Desk(player, settings=EngineSettings(resign=ResignRule(earliest=0.0, thoughts=1)))
    assert desk.say("boardsize 5", "kgs-genmove_cleanup b") == "= A5"
    assert desk.say("reg_genmove w") == "= B5"
    assert desk.say("genmove w") == "= resign"
    assert [asked[3].allow_resign for asked in player.asked] == [False, False, True]
