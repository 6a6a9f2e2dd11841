"""The players: limits, stopping, reuse of the tree, and sane passing."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
import torch

from tessera.interfaces.analysis import Analysis
from tessera.interfaces.network import Outputs
from tessera.interfaces.player import PLAYED_OUT, Ban, Limits, Options, Player, Watch
from tessera.players.passing import ending, pointless
from tessera.players.policy import PolicyPlayer
from tessera.players.random import RandomPlayer, sensible_points
from tessera.players.search import VISITS_PER_LEAF, SearchPlayer
from tessera.players.settings import PolicyPlayerSettings, SearchPlayerSettings
from tessera.players.variety import fading
from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.rules.endgame import judge
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score
from tessera.search.batch import SETTLED_VISITS
from tests.search.worlds import ByStones, Constant, Hashed


def settled_game(extra_white: str = "") -> Game:
    """5x5: Black owns columns A-C with two eyes' room, White columns D-E and a dead stone if asked."""
    stones = {parse_vertex(f"C{row}", 5): BLACK for row in range(1, 6)}
    stones |= {parse_vertex(f"D{row}", 5): WHITE for row in range(1, 6)}
    stones |= {parse_vertex(v, 5): BLACK for v in ("B3", "A3", "A2", "A4")} | {parse_vertex("E3", 5): WHITE}
    if extra_white:
        stones[parse_vertex(extra_white, 5)] = WHITE
    game = Game(5, komi=0.5)
    game.set_up(stones, to_play=BLACK)
    return game


@pytest.mark.parametrize("visits", [1, 2, 3, 10, 20, 50, 300])
@pytest.mark.parametrize("game", [Game(5), settled_game()], ids=["empty", "settled"])
def test_visits_are_those_asked_for(game: Game, visits: int) -> None:
    """As KataGo counts: the root's own evaluation is one of them."""
    analysis = SearchPlayer(Hashed(5)).analyze(game, BLACK, Limits(visits=visits))
    assert analysis.visits == visits
    assert sum(move.visits for move in analysis.moves) == visits - 1
    assert analysis.moves[0].visits == max(move.visits for move in analysis.moves)


def test_visits_of_a_kept_tree_count() -> None:
    """A tree with more visits than asked for is searched no further, one with fewer up to the limit."""
    game, player = Game(5), SearchPlayer(Hashed(5))
    first = player.analyze(game, BLACK, Limits(visits=100))
    game.play(BLACK, first.moves[0].point)
    kept = player.analyze(game, WHITE, Limits(visits=1)).visits
    assert kept == first.moves[0].visits > 1
    assert player.analyze(game, WHITE, Limits(visits=kept + 7)).visits == kept + 7


def test_few_leaves_are_evaluated_together_while_the_tree_is_small() -> None:
    world = ByStones(lambda own, other: own.sum(1) - other.sum(1))
    SearchPlayer(world, SearchPlayerSettings(leaves=8)).analyze(Game(9), BLACK, Limits(visits=400))
    done = 0
    for batch in world.batches:
        assert batch <= max(1, done // VISITS_PER_LEAF)
        done += batch
    assert max(world.batches) == 8


def test_time_limit_and_stop() -> None:
    player = SearchPlayer(Hashed(5))
    start = time.monotonic()
    player.choose(Game(5), BLACK, Limits(seconds=0.2))
    assert 0.15 < time.monotonic() - start < 2
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    start = time.monotonic()
    reports: list[int] = []
    player.analyze(Game(5), BLACK, Limits(), watch=Watch(stop, lambda a: reports.append(a.visits), 0.02))
    assert time.monotonic() - start < 2
    assert reports == sorted(reports) and reports


def test_values_are_from_the_movers_view() -> None:
    """Black wins wherever it stands: Black to play sees a won game, White a lost one."""
    world = ByStones(lambda own, other: 2.0 * (own.sum(1) - other.sum(1)))
    game = Game(5)
    game.play(BLACK, 12)
    player = SearchPlayer(world)
    for color, good in ((BLACK, True), (WHITE, False)):
        analysis = player.analyze(game, color, Limits(visits=20))
        assert analysis.color == color
        assert (analysis.winrate > 0.5) == good
        assert all((move.winrate > 0.5) == good for move in analysis.moves if move.visits > 1)


def test_the_tree_is_kept_between_moves_and_dropped_when_it_does_not_fit() -> None:
    game, player = Game(5), SearchPlayer(Hashed(5), SearchPlayerSettings(leaves=2))
    first = player.analyze(game, BLACK, Limits(visits=100))
    game.play(BLACK, first.moves[0].point)
    reply = first.moves[0].pv[1]
    known = player.analyze(game, WHITE, Limits(visits=1))
    first_reply = next(move.visits for move in known.moves if move.point == reply)
    game.play(WHITE, reply)
    again = player.analyze(game, BLACK, Limits(visits=1))
    assert again.visits == first_reply, "visits of the earlier search are still there"
    game.undo()
    fresh = player.analyze(game, WHITE, Limits(visits=1))
    assert fresh.color == WHITE and fresh.visits == 1
    game.set_komi(0.5)
    assert player.analyze(game, WHITE, Limits(visits=1)).visits == 1
    assert player.analyze(game, BLACK, Limits(visits=1)).color == BLACK


def test_what_was_searched_can_be_forgotten() -> None:
    game, player = Game(5), SearchPlayer(Hashed(5), SearchPlayerSettings(leaves=1))
    player.analyze(game, BLACK, Limits(visits=100))
    assert player.analyze(game, BLACK, Limits(visits=1)).visits >= 100
    player.forget()
    assert player.analyze(game, BLACK, Limits(visits=1)).visits == 1


def test_reuse_changes_nothing_but_the_count() -> None:
    """A continued tree is a tree of the position at hand: only legal moves, this side's view."""
    game, player = Game(5), SearchPlayer(Hashed(5), SearchPlayerSettings(leaves=4))
    for _ in range(12):
        choice = player.choose(game, game.to_play, Limits(visits=40))
        assert game.is_legal(game.to_play, choice.point)
        game.play(game.to_play, choice.point)


def test_avoid_and_allow() -> None:
    player = SearchPlayer(Hashed(5), SearchPlayerSettings(leaves=2))
    free = player.analyze(Game(5), BLACK, Limits(visits=30))
    best = free.moves[0].point
    avoided = player.analyze(Game(5), BLACK, Limits(visits=30), options=Options(avoid=(best,)))
    assert best not in [move.point for move in avoided.moves]
    allowed = player.analyze(Game(5), BLACK, Limits(visits=30), options=Options(allow=(3, 4)))
    assert {move.point for move in allowed.moves} <= {3, 4}


def opening(seed: int, *, moves: int = 8, options: Options = Options(), **settings: Any) -> list[int]:
    player, game = (
        SearchPlayer(ByStones(lambda own, other: own[:, 12]), SearchPlayerSettings(**settings), seed=seed),
        Game(5),
    )
    for _ in range(moves):
        game.play(game.to_play, player.choose(game, game.to_play, Limits(visits=16), options=options).point)
    return [move.point for move in game.moves]


def test_games_differ_and_a_seed_repeats_them() -> None:
    assert opening(1) == opening(1)
    assert len({tuple(opening(seed)) for seed in range(12)}) >= 11


def test_what_is_to_be_the_same_is_the_same() -> None:
    """Without temperature, for regressions, and in analysis the seed does not matter."""
    assert len({tuple(opening(seed, moves=4, temperature=0.0)) for seed in range(4)}) == 1
    assert len({tuple(opening(seed, moves=4, options=Options(deterministic=True))) for seed in range(4)}) == 1
    lines = {SearchPlayer(Hashed(5), seed=s).analyze(Game(5), BLACK, Limits(visits=40)).moves[0].pv for s in range(4)}
    assert len(lines) == 1


def test_the_temperature_fades_with_the_board_side() -> None:
    for size in (9, 19):
        course = [fading(0.5, 0.5, moves, size) for moves in range(3 * size)]
        assert course[0] == 0.5
        assert course == sorted(course, reverse=True)
        assert size <= course.index(0.0) <= 1.3 * size
    assert fading(0.0, 0.5, 0, 9) == fading(0.5, 0.0, 0, 9) == 0.0


def test_bans_hold_below_the_root_for_the_side_they_name() -> None:
    """White may not play some points in the first 2 plies, nor Black others in the first 3; deeper they may."""
    bans = {BLACK: Ban(BLACK, (12, 11, 13, 7, 17), 3), WHITE: Ban(WHITE, (0, 1, 5, 6), 2)}
    player = SearchPlayer(Hashed(5))
    analysis = player.analyze(Game(5), BLACK, Limits(visits=1000), options=Options(bans=tuple(bans.values())))
    assert not {move.point for move in analysis.moves} & set(bans[BLACK].points)
    assert player._search is not None
    tree, depth, obeyed, free = player._search.arrays, {-1: -1}, 0, 0
    for node in range(int(tree.size[0])):
        depth[node] = depth[int(tree.parent[0, node])] + 1
        each = bans[BLACK if depth[node] % 2 == 0 else WHITE]
        if tree.status[0, node] == 1:
            holds = depth[node] < each.depth
            allowed = bool(tree.prior[0, node, list(each.points)].any())
            assert not (holds and allowed)
            obeyed, free = obeyed + holds, free + allowed
    assert obeyed > 10 and free > 10
    assert player.analyze(Game(5), BLACK, Limits(visits=10)).visits == 10, "not searched on without the bans"


def test_a_ban_of_everything_bans_nothing() -> None:
    everything = Options(bans=(Ban(BLACK, tuple(range(26)), 1),))
    assert SearchPlayer(Hashed(5)).analyze(Game(5), BLACK, Limits(visits=20), options=everything).visits == 20


def test_a_wide_root_looks_at_more_moves_and_shows_the_same_policy() -> None:
    def seen(noise: float, seed: int = 0) -> Analysis:
        options = Options(wide_root_noise=noise)
        return SearchPlayer(Hashed(5), seed=seed).analyze(Game(5), BLACK, Limits(visits=100), options=options)

    plain, wide = seen(0.0), seen(0.5)
    assert len(wide.moves) > len(plain.moves)
    assert (wide.policy == plain.policy).all()
    assert [move.visits for move in seen(0.5).moves] == [move.visits for move in wide.moves]
    assert [move.visits for move in seen(0.5, seed=1).moves] != [move.visits for move in wide.moves]


def test_a_wide_root_is_for_analysis_only() -> None:
    wide = Options(wide_root_noise=2.0)
    game, player = Game(5), SearchPlayer(Hashed(5), SearchPlayerSettings(temperature=0.0))
    player.analyze(game, BLACK, Limits(visits=500), options=wide)
    choice = player.choose(game, BLACK, Limits(visits=100), options=wide)
    plain = SearchPlayer(Hashed(5), SearchPlayerSettings(temperature=0.0)).choose(game, BLACK, Limits(visits=100))
    assert choice.analysis is not None and plain.analysis is not None
    assert [m.visits for m in choice.analysis.moves] == [m.visits for m in plain.analysis.moves]


def test_moves_in_unconditional_territory_are_pointless() -> None:
    game = settled_game()
    black_eyes = {parse_vertex(v, 5) for v in ("A1", "B1", "B2", "A5", "B4", "B5")}
    white_eyes = {parse_vertex(v, 5) for v in ("E1", "E2", "E4", "E5")}
    assert set(pointless(game, BLACK)) == black_eyes | white_eyes
    for color in (BLACK, WHITE):
        choice = SearchPlayer(Hashed(5)).choose(game, color, Limits(visits=50))
        assert choice.point == 25, "a settled game is passed"


@pytest.mark.parametrize("rules", ["chinese", "japanese"])
def test_a_settled_game_is_passed_with_a_dead_stone_on_the_board(rules: str) -> None:
    """Black wins only once the dead stone is off: the count takes it off, so nobody has to capture it."""
    game = settled_game("A1")
    game.set_rules(PRESETS[rules])
    game.set_komi(3.5)
    black, white = SearchPlayer(Constant()), PolicyPlayer(Constant())
    assert black.choose(game, BLACK, Limits(visits=20)).point == game.points
    game.play(BLACK, game.points)
    assert white.choose(game, WHITE, Limits()).point == game.points
    game.play(WHITE, game.points)
    dead = judge(game).dead_points
    assert dead == {parse_vertex("A1", 5)}
    assert score(game, dead).margin == (1.5 if rules == "chinese" else -0.5)


def test_cleaning_up_takes_the_dead_stone_off() -> None:
    """kgs-genmove_cleanup."""
    game, player = settled_game("A1"), SearchPlayer(Constant(), seed=1)
    for _ in range(40):
        point = player.choose(game, game.to_play, Limits(visits=100), options=Options(fast_cleanup=True)).point
        if game.to_play == BLACK and point == game.points:
            break
        game.play(game.to_play, point)
    assert game.stones[parse_vertex("A1", 5)] != WHITE


def quarrel(passed: bool = True) -> Game:
    """5x5, Black to play. As it stands Black wins; without its two dead stones it loses."""
    rows = ["..ox.", "x.ox.", "..ox.", "x.ox.", ".oox."]
    game = Game(5, komi=-4.5)
    stones = {p: {"x": BLACK, "o": WHITE}[c] for p, c in enumerate("".join(rows)) if c != "."}
    game.set_up(stones, to_play=WHITE if passed else BLACK)
    if passed:
        game.play(WHITE, game.points)
    return game


def test_no_win_is_claimed_by_dead_stones() -> None:
    """In the tree the pass that ends the game brings what the referee counts."""
    game = quarrel()
    assert score(game).margin > 0 > score(game, judge(game).dead_points).margin
    analysis = SearchPlayer(Constant()).analyze(game, BLACK, Limits(visits=60))
    (after,) = [move for move in analysis.moves if move.point == 25]
    assert after.winrate == 0.0 and after.score == score(game, judge(game).dead_points).margin


def test_an_open_board_is_not_judged() -> None:
    game = Game(9)
    game.play(BLACK, 40)
    assert ending(game, WHITE) is None
    game.play(WHITE, game.points)
    assert ending(game, BLACK) is not None


def test_a_quarrel_worth_playing_on_is_played_on() -> None:
    world = ByStones(lambda own, other: torch.where(own.sum(1) > other.sum(1), 4.0, -4.0))  # Black has more throughout
    assert SearchPlayer(world, SearchPlayerSettings(leaves=1)).choose(quarrel(), BLACK, Limits(visits=8)).point != 25


@pytest.mark.parametrize(
    "player", [SearchPlayer(Constant(), SearchPlayerSettings(visits=30)), PolicyPlayer(Constant()), RandomPlayer()]
)
@pytest.mark.parametrize("size", [2, 5, 9])
def test_whole_games_are_legal_and_end(player: Player, size: int) -> None:
    game = Game(size)
    while not game.is_over and len(game.moves) < 3 * size * size:
        choice = player.choose(game, game.to_play, Limits(visits=8))
        game.play(game.to_play, choice.point)
    assert game.is_over or size == 2 or not isinstance(player, RandomPlayer)
    player.close()
    player.close()


def test_random_fills_no_own_eye() -> None:
    game = Game(5)
    game.set_up({parse_vertex(v, 5): BLACK for v in ("A2", "B1", "B2")})
    assert parse_vertex("A1", 5) not in sensible_points(game, BLACK)
    assert parse_vertex("A1", 5) not in sensible_points(game, WHITE)  # suicide
    assert len(sensible_points(game, BLACK)) == 21


def drawing(temperature: float) -> PolicyPlayerSettings:
    return PolicyPlayerSettings(temperature)


def test_policy_draws_by_prior() -> None:
    seen = {PolicyPlayer(Hashed(5), drawing(1.0), seed=s).choose(Game(5), BLACK, Limits()).point for s in range(30)}
    sharp = {PolicyPlayer(Hashed(5), seed=s).choose(Game(5), BLACK, Limits()).point for s in range(5)}
    assert len(seen) > 1 and len(sharp) == 1
    analysis = PolicyPlayer(Hashed(5)).analyze(Game(5), BLACK, Limits())
    assert np.isclose(analysis.policy.sum(), 1, atol=1e-4)


def test_playing_builds_no_analysis_and_chooses_what_an_analysis_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between programs nobody reads why: a MoveInfo of every legal move cost more than the network."""
    games = [Game(5) for _ in range(3)]
    for steps, game in enumerate(games):
        for point in range(0, 4 * steps, 2):
            game.play(game.to_play, point)
    one_by_one = [
        PolicyPlayer(Hashed(5), drawing(1.0), seed=7).choose(game, game.to_play, Limits(), options=PLAYED_OUT)
        for game in games
    ]
    assert all(choice.analysis for choice in one_by_one)
    monkeypatch.delattr("tessera.players.policy.MoveInfo")
    monkeypatch.delattr("tessera.players.policy.read_analysis")
    player = PolicyPlayer(Hashed(5), drawing(1.0), games=3)
    for slot in range(3):
        player.begin(slot, 7)
    points = player.play([0, 1, 2], games, Limits())
    assert points == [choice.point for choice in one_by_one] and len(set(points)) > 1


class NearlyPass(Constant):
    """Likes one point most and a pass nearly as much; or the pass most."""

    def __init__(self, *, passing: bool) -> None:
        self._passing = passing

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        outputs = super().evaluate(planes, globals_)
        outputs.policy[:, 0] = 3.0
        outputs.policy[:, -1] = 3.5 if self._passing else 2.9
        return outputs


def test_a_temperature_draws_no_pass_and_fills_no_own_eye() -> None:
    """Random passes in mid-game would be no game at all; the favourite is believed."""
    game = Game(5)
    game.set_up({parse_vertex(v, 5): BLACK for v in ("A4", "B5", "B4")})
    drawn = {
        PolicyPlayer(NearlyPass(passing=False), drawing(4.0), seed=seed).choose(game, BLACK, Limits()).point
        for seed in range(60)
    }
    assert len(drawn) > 5
    assert not drawn & {game.points, parse_vertex("A5", 5)}
    assert PolicyPlayer(NearlyPass(passing=True), drawing(4.0)).choose(game, BLACK, Limits()).point == game.points


def test_the_temperature_is_that_of_the_board() -> None:
    settings = PolicyPlayerSettings(temperatures={9: 4.0, 13: 2.0})
    assert [settings.at(size) for size in (5, 9, 11, 12, 19)] == [4.0, 4.0, 4.0, 2.0, 2.0]
    assert PolicyPlayerSettings(1.5).at(9) == 1.5
    sharp = PolicyPlayerSettings(temperatures={5: 0.0, 9: 9.0})
    played = {PolicyPlayer(Hashed(5), sharp, seed=seed).choose(Game(5), BLACK, Limits()).point for seed in range(5)}
    assert len(played) == 1


def test_a_finished_game_is_not_looked_at_a_million_times_a_second() -> None:
    """An analysis without a limit rests once all visits go to the end of the game; it still ends when told to."""
    game, stop = settled_game(), threading.Event()
    game.play(BLACK, 25)
    player = SearchPlayer(Constant())
    threading.Timer(1.5, stop.set).start()
    seen: list[int] = []
    last = player.analyze(game, WHITE, Limits(), watch=Watch(stop, lambda a: seen.append(a.visits), 0.1))
    assert SETTLED_VISITS <= last.visits < 2 * SETTLED_VISITS
    limited = player.analyze(game, WHITE, Limits(visits=10**9))
    assert limited.visits < 3 * SETTLED_VISITS
    few = SearchPlayer(Constant()).analyze(game, WHITE, Limits(visits=50_000))
    assert few.visits == 50_000
