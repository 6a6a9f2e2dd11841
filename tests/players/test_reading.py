"""What is read from a tree, against sums over its leaves worked out one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.player import Limits, Options, Watch
from tessera.players.policy import PolicyPlayer
from tessera.players.reading import led_by_bound, read_analysis
from tessera.players.search import SearchPlayer
from tessera.players.settings import SearchPlayerSettings
from tessera.rules.coords import BLACK
from tessera.rules.game import Game
from tessera.search.batch import BatchSearch
from tessera.search.ownership import by_move
from tests.search.test_search import started
from tests.search.worlds import Hashed


def leaves_below(tree: Any, node: int) -> tuple[list[float], list[float]]:
    """Results and scores of every evaluation at or below a node, for the side to play there."""
    depth = {node: 0}
    results, scores = [], []
    for below in range(node, int(tree.size[0])):
        parent = int(tree.parent[0, below])
        if below != node and parent not in depth:
            continue
        depth[below] = depth[parent] + 1 if below != node else 0
        sign = (-1) ** depth[below]
        times = int(tree.visits[0, below]) if tree.status[0, below] == 2 else 1
        results += [sign * float(tree.raw_values[0, below, 1])] * times
        scores += [sign * float(tree.raw_values[0, below, 2])] * times
    return results, scores


def judged(*moves: tuple[int, float, float]) -> Analysis:
    """An analysis of moves with these visits, win rates and lower bounds, the most visited first."""
    infos = tuple(
        MoveInfo(point, visits, winrate, 0.0, 0.1, lcb, (point,), utility=2 * winrate - 1)
        for point, (visits, winrate, lcb) in enumerate(moves)
    )
    return Analysis(BLACK, 9, infos, 100, 0.5, 0.0, np.zeros(81, np.float32), np.zeros(82, np.float32))


@pytest.mark.parametrize(
    ("moves", "first"),
    [
        ([(50, 0.6, 0.5), (40, 0.7, 0.55)], 1),
        ([(50, 0.6, 0.5), (40, 0.7, 0.45)], 0),
        ([(50, 0.6, 0.5), (7, 0.9, 0.8)], 0),  # a seventh of the visits is too few
        ([(50, 0.6, 0.5), (8, 0.9, 0.8)], 1),
        ([(3, 0.6, 0.1), (1, 0.9, 0.8)], 0),  # one visit says nothing of the spread
    ],
)
def test_the_surest_bet_leads(moves: list[tuple[int, float, float]], first: int) -> None:
    analysis = judged(*moves)
    led = led_by_bound(analysis, 0.15)
    assert led.moves[0].point == first and sorted(m.point for m in led.moves) == list(range(len(moves)))


def test_values_are_those_of_the_leaves() -> None:
    search = started(Hashed(3), Game(3), leaves=4)
    for _ in range(60):
        search.step()
    tree = search.arrays
    found = read_analysis(tree, 3, seconds=0.0, during_search=False)
    results, scores = leaves_below(tree, 0)
    assert found.winrate == pytest.approx(0.5 + 0.5 * np.mean(results), abs=1e-5)
    assert found.score == pytest.approx(np.mean(scores), abs=1e-4)
    assert found.score_stdev == pytest.approx(np.std(scores), abs=1e-4) and found.score_stdev > 0
    assert found.utility == pytest.approx(tree.utility[0, 0] / tree.visits[0, 0])
    assert found.raw_winrate == pytest.approx(0.5 + 0.5 * results[0]) and found.raw_score == pytest.approx(scores[0])
    for move in found.moves:
        node = int(tree.child[0, 0, move.point])
        results, scores = leaves_below(tree, node)
        assert len(results) == move.visits == move.edge_visits
        assert move.winrate == pytest.approx(0.5 - 0.5 * np.mean(results), abs=1e-5)
        assert move.score == pytest.approx(-np.mean(scores), abs=1e-4)
        assert move.score_stdev == pytest.approx(np.std(scores), abs=1e-4)
        assert move.utility == pytest.approx(tree.children_values[0, 0, move.point] / move.visits)


def test_the_line_says_how_often_it_was_looked_at() -> None:
    search = started(Hashed(5), Game(5), leaves=4)
    for _ in range(60):
        search.step()
    for move in read_analysis(search.arrays, 5, seconds=0.0, during_search=False).moves:
        assert len(move.pv_visits) == len(move.pv) and move.pv_visits[0] == move.visits
        assert list(move.pv_visits) == sorted(move.pv_visits, reverse=True) and min(move.pv_visits) > 0


def test_before_any_search_the_values_are_the_networks() -> None:
    for found in (
        read_analysis(started(Hashed(5), Game(5)).arrays, 5, seconds=0.0, during_search=False),
        PolicyPlayer(Hashed(5)).analyze(Game(5), BLACK, Limits()),
    ):
        first = found.moves[0]
        assert first.pv_visits == (0,) and first.edge_visits == 0
        assert found.winrate == found.raw_winrate == pytest.approx(first.winrate)
        assert found.score == found.raw_score == pytest.approx(first.score)
        assert found.utility == pytest.approx(first.utility, abs=1e-6) and found.score_stdev == 0.0


def check_ownership(search: BatchSearch, found: Analysis) -> None:
    """Each move's ownership is the mean over the leaves below it."""
    tree, size = search.arrays, search.size
    sign = 1 if found.color == BLACK else -1
    assert by_move(tree)[1].sum() == tree.visits[0, 0] - 1 and len(found.moves) > 1
    for move in found.moves:
        child = int(tree.child[0, 0, move.point])
        below = {n for n in range(child, int(tree.size[0])) if reaches(tree, n, child)}
        owned, count = np.zeros(size * size), 0
        for n in below:
            times = int(tree.visits[0, n]) if tree.status[0, n] == 2 else 1
            owned += times * (tree.owners[0, n] / 127.0)
            count += times
        assert count == move.visits
        assert move.ownership is not None and np.allclose(move.ownership, sign * owned / count, atol=1e-5)
        assert np.abs(move.ownership).max() > 0.01


def reaches(tree: Any, node: int, above: int) -> bool:
    while node > above:
        node = int(tree.parent[0, node])
    return node == above


def test_ownership_of_each_move_is_that_of_the_leaves_below_it() -> None:
    """From a new tree, and from one that was kept over a move."""
    search = started(Hashed(3), Game(3), leaves=4, owners=True)
    for _ in range(60):
        search.step()
    tree = search.arrays
    found = read_analysis(tree, 3, seconds=0.0, during_search=False, moves_ownership=True)
    check_ownership(search, found)
    total, _ = by_move(tree)
    own = tree.owners[0, 0] / 127.0
    assert np.allclose((total.sum(0) + own) / tree.leaves[0], found.ownership, atol=0.005), "rounding to 1/127"
    assert search.reuse_subtree(found.moves[0].point)
    check_ownership(search, read_analysis(tree, 3, seconds=0.0, during_search=False, moves_ownership=True))


def test_a_player_gives_ownership_of_each_move_when_asked() -> None:
    """While thinking too, on a tree made without it, and on one that was kept; and not when not asked."""
    game, player, asked = (
        Game(5),
        SearchPlayer(Hashed(5), SearchPlayerSettings(leaves=2)),
        Options(moves_ownership=True),
    )
    plain = player.analyze(game, BLACK, Limits(visits=50))
    assert all(move.ownership is None for move in plain.moves)
    for _ in range(3):
        reports: list[Analysis] = []
        last = player.analyze(
            game, game.to_play, Limits(visits=60), options=asked, watch=Watch(report=reports.append, interval=0.0)
        )
        assert reports
        for found in (*reports, last):
            for move in found.moves:
                assert move.ownership is not None and np.abs(move.ownership).max() > 0.01
        game.play(game.to_play, last.moves[0].point)
    for other in (
        player.analyze(game, game.to_play, Limits(visits=1)),
        PolicyPlayer(Hashed(5)).analyze(game, 1, Limits()),
    ):
        assert all(move.ownership is None for move in other.moves)
    policy = PolicyPlayer(Hashed(5)).analyze(game, game.to_play, Limits(), options=asked)
    assert all(move.ownership is not None for move in policy.moves)
