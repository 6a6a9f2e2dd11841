"""Dead stones and the score of finished games: by proof where there is one, else by expected ownership."""

from __future__ import annotations

import pytest

from tessera.gtp.endgame import judge
from tessera.rules.coords import vertex
from tessera.rules.game import Game
from tests.gtp.fakes import Desk, FakePlayer

BLACK, WHITE = 1, 2


def position(diagram: str) -> Game:
    """x black, o white."""
    rows = diagram.split()
    game = Game(len(rows), komi=0.5)
    game.set_up({p: {"x": BLACK, "o": WHITE}[c] for p, c in enumerate("".join(rows)) if c != "."})
    return game


def names(game: Game, chains: tuple[frozenset[int], ...]) -> set[str]:
    return {vertex(point, game.size) for chain in chains for point in chain}


SETTLED = """
    ..x.x
    xxxxx
    ooooo
    o.o.o
    ooooo
"""
INVADED = """
    .ox.x
    xxxxx
    ooooo
    o.o.o
    ooooo
"""
OPEN = """
    ..x.o
    .xxoo
    .xo.o
    oxxoo
    .xo..
"""


def test_proved_positions_need_no_opinion() -> None:
    for diagram in (SETTLED, INVADED):
        game = position(diagram)
        against_all = [-1.0] * 10 + [1.0] * 15  # an opinion that is wrong everywhere
        for ownership in (None, against_all):
            status = judge(game, ownership)
            assert status.settled
            assert names(game, status.dead) == ({"B5"} if diagram == INVADED else set())
            assert status.seki == ()


def test_opinion_decides_the_rest() -> None:
    game = position(OPEN)
    assert names(game, judge(game, None).dead) == set()
    a2 = 15
    ownership = [1.0 if column < 3 else -1.0 for row in range(5) for column in range(5)]
    assert game.stones[a2] == WHITE
    status = judge(game, ownership)
    assert not status.settled
    assert names(game, status.dead) == {"A2", "C3", "C1"}


@pytest.mark.parametrize("strength", [0.3, -0.3, 0.0])
def test_a_weak_opinion_kills_nothing(strength: float) -> None:
    game = position(OPEN)
    assert judge(game, [strength] * 25).dead == ()


def test_seki_without_eyes() -> None:
    """Two groups that share two liberties: whoever plays there is captured."""
    game = position(
        """
        xo.xo.o
        xo.xooo
        xoxxo.o
        xxooooo
        .xooooo
        xxooooo
        .xooooo
        """
    )
    status = judge(game, None)
    assert names(game, status.seki) == {"B7", "B6", "B5", "C5", "D5", "D6", "D7"}
    assert status.dead == ()
    parts = [names(game, part) for part in (status.alive, status.dead, status.seki)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == int((game.stones > 0).sum())


def test_a_session_scores_by_the_players_opinion() -> None:
    ownership = [1.0 if column < 3 else -1.0 for row in range(5) for column in range(5)]
    player = FakePlayer(ownership=lambda game: ownership)
    desk = Desk(player)
    stones = "b C5 w E5 b B4 b C4 w D4 w E4 b B3 w C3 w E3 w A2 b B2 b C2 w D2 w E2 b B1 w C1"
    assert desk.say("boardsize 5", "komi 0.5", f"gogui-setup {stones}") == "= "
    assert desk.say("final_status_list dead") == "= C3\nA2\nC1"
    assert desk.say("final_score") == "= B+6.5"
    lists = [desk.say(f"final_status_list {kind}").removeprefix("= ").split() for kind in ("alive", "dead", "seki")]
    assert sorted(name for part in lists for name in part) == sorted(stones.split()[1::2])


def test_a_settled_board_asks_nobody() -> None:
    player = FakePlayer()
    desk = Desk(player)
    stones = " ".join(
        f"{'b' if c == 'x' else 'w'} {vertex(p, 5)}" for p, c in enumerate("".join(INVADED.split())) if c != "."
    )
    desk.say("boardsize 5", "komi 0", f"gogui-setup {stones}")
    assert desk.say("final_score") == "= W+5"
    assert player.asked == []


def test_the_score_follows_komi_and_rules() -> None:
    desk = Desk()
    desk.say("boardsize 5", "komi 0.5", "play b C3", "play w pass", "play b pass")
    assert desk.say("final_score") == "= B+24.5"
    assert desk.say("komi 30", "final_score") == "= W+5"
    assert desk.say("komi 25", "final_score") == "= 0"
    assert desk.say("kata-set-rules japanese", "komi 0", "final_score") == "= B+24"
