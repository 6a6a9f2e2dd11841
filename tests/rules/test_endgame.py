"""Dead stones and the score of finished games: by proof where there is one, else by playouts."""

from __future__ import annotations

import numpy as np

from tessera.rules.coords import parse_vertex, vertex
from tessera.rules.endgame import judge
from tessera.rules.game import Game
from tessera.rules.layout import tables
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score
from tessera.rules.scoring_kernels import judged_score2
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


def test_an_opinion_from_elsewhere_is_heard() -> None:
    game = position("..... ..... x...o ..... .....")
    assert names(game, judge(game, [1.0] * 25).dead) == {"E3"}
    assert names(game, judge(game, [-1.0] * 25).dead) == {"A3"}


LEFTOVERS = """
    ..xo..o..
    ..xo..o..
    ..xo..o..
    o.xo..ox.
    ..xo..o..
    ..xo..o..
    .xxo..o..
    ..xo..o..
    ..xo..o..
"""
"""Nothing is proved: no wall has two eyes yet. A6 and H6 are dead."""


def test_playouts_tell_dead_stones_from_living_ones() -> None:
    game = position(LEFTOVERS)
    assert not judge(game).settled
    assert names(game, judge(game).dead) == {"A6", "H6"}
    swapped = Game(9, komi=0.5)
    swapped.set_up({int(p): 3 - int(game.stones[p]) for p in range(81) if game.stones[p]})
    assert names(swapped, judge(swapped).dead) == {"A6", "H6"}


def test_the_verdict_is_the_same_every_time_and_leaves_the_game_alone() -> None:
    game = position(LEFTOVERS)
    state = game.state.copy()
    assert len({judge(game) for _ in range(3)}) == 1
    assert (game.state == state).all()


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
    status = judge(game, [0.0] * 49)
    assert names(game, status.seki) == {"B7", "B6", "B5", "C5", "D5", "D6", "D7"}
    assert status.dead == ()
    parts = [names(game, part) for part in (status.alive, status.dead, status.seki)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == int((game.stones > 0).sum())


def test_a_session_lists_every_stone_once_and_scores_without_the_dead() -> None:
    desk = Desk(FakePlayer())
    stones = " ".join(
        f"{'b' if c == 'x' else 'w'} {vertex(p, 9)}" for p, c in enumerate("".join(LEFTOVERS.split())) if c != "."
    )
    assert desk.say("boardsize 9", "komi 0.5", f"gogui-setup {stones}") == "= "
    assert desk.say("final_status_list dead") == "= A6\nH6"
    lists = [desk.say(f"final_status_list {kind}").removeprefix("= ").split() for kind in ("alive", "dead", "seki")]
    assert sorted(name for part in lists for name in part) == sorted(stones.split()[1::2])


class Seer(FakePlayer):
    """A player with a network that gives everything to White."""

    def expected_owners(self, game: Game) -> list[float]:
        return [-1.0] * game.points


def test_scoring_hears_the_network_of_the_player() -> None:
    for player, dead in ((FakePlayer(), "="), (Seer(), "= A3")):
        desk = Desk(player)
        desk.say("boardsize 5", "komi 0", "gogui-setup b A3 w E3")
        assert desk.say("final_status_list dead").strip() == dead


def test_scoring_does_not_ask_a_player_without_a_network() -> None:
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


def test_the_kernel_of_the_search_counts_as_the_referee_does() -> None:
    """Dead chains off, under both rules; a chain extended since it was judged stays."""
    for rules in ("chinese", "japanese"):
        game = position(LEFTOVERS)
        game.set_rules(PRESETS[rules])
        dead_points = judge(game).dead_points
        dead = np.zeros(81, np.int8)
        dead[list(dead_points)] = game.stones[list(dead_points)]
        rest = np.empty(82, np.int32), np.empty(81, np.int8), np.empty(81, np.int32)
        counted = judged_score2(game.state, 9, tables(9), dead, *rest)
        assert counted == 2 * score(game, dead_points).margin
        assert np.array_equal(rest[1], score(game, dead_points).owner)
        game.play(WHITE, parse_vertex("A5", 9))
        assert judged_score2(game.state, 9, tables(9), dead, *rest) == 2 * score(game, [parse_vertex("H6", 9)]).margin
