"""The tree search over evaluators with known answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.search.batch import SETTLED_VISITS, BatchSearch
from tessera.search.per_game import MAX_VISITS
from tessera.search.settings import PuctSettings, SearchSettings
from tests.search.worlds import ByStones, Constant, Hashed

GUMBEL = SearchSettings(gumbel_root=True, max_num_considered_actions=8)


def started(evaluator: Any, game: Game, **options: Any) -> BatchSearch:
    games = options.get("games", 1)
    search = BatchSearch(evaluator, size=game.size, **{"nodes": 400, **options})
    search.set_roots(np.repeat(game.state[None], games, 0), np.repeat(game.seen[None], games, 0))
    return search


def check_tree(search: BatchSearch, b: int = 0) -> None:
    """What must hold in every tree whose leaves have all come back."""
    tree = search.arrays
    for node in range(int(tree.size[b])):
        visits = tree.children_visits[b, node]
        assert (visits >= 0).all()
        assert (visits[tree.prior[b, node] == 0] == 0).all(), "an illegal move was visited"
        if tree.status[b, node] == 1:
            assert int(visits.sum()) == int(tree.visits[b, node]) - 1
            assert tree.prior[b, node].sum() == pytest.approx(1, abs=1e-4)
        for action in np.flatnonzero(tree.child[b, node] >= 0):
            child = tree.child[b, node, action]
            assert child > node and tree.parent[b, child] == node and tree.action[b, child] == action
            assert tree.visits[b, child] == visits[action]
            assert tree.children_values[b, node, action] == pytest.approx(-tree.utility[b, child], abs=1e-3)


@pytest.mark.parametrize("leaves", [1, 4, 8])
def test_puct_tree_is_consistent(leaves: int) -> None:
    search = started(Hashed(5), Game(5), leaves=leaves)
    for _ in range(20):
        search.step()
    assert search.arrays.visits[0, 0] > 20 * leaves * 0.7
    check_tree(search)


def test_gumbel_tree_is_consistent_and_spends_every_simulation() -> None:
    search = started(Hashed(5), Game(5), games=3, settings=GUMBEL, nodes=40)
    search.run_gumbel(32)
    for b in range(3):
        assert search.arrays.visits[b, 0] == 33
        check_tree(search, b)
    _, policies = search.choices()
    assert torch.allclose(policies.sum(1), torch.ones(3), atol=1e-5)


def test_bandit_puct_finds_the_one_good_move() -> None:
    """The side with a stone on C3 wins; the policy knows nothing of it."""
    center = parse_vertex("C3", 5)
    world = ByStones(lambda own, other: 3.0 * (own[:, center] - other[:, center]))
    search = started(world, Game(5), leaves=4)
    for _ in range(100):
        search.step()
    visits = search.arrays.children_visits[0, 0]
    assert visits.argmax() == center
    assert visits[center] > 0.5 * visits.sum()


@pytest.mark.parametrize("seed", range(5))
def test_bandit_gumbel_policy_improves(seed: int) -> None:
    """With every action considered once, the chosen one is the best, and the improved policy says so."""
    center = parse_vertex("B2", 3)
    world = ByStones(lambda own, other: 3.0 * (own[:, center] - other[:, center]))
    settings = SearchSettings(gumbel_root=True, max_num_considered_actions=16)
    search = started(world, Game(3), settings=settings, seed=seed, nodes=80)
    search.run_gumbel(40)
    actions, policies = search.choices()
    assert int(actions[0]) == center
    assert int(policies[0].argmax()) == center and float(policies[0, center]) > 0.9


def test_gumbel_without_search_signal_draws_from_the_policy() -> None:
    """With even values the choice follows the Gumbel-max trick: each of 10 actions about equally often."""
    search = started(
        Constant(), Game(3), games=400, settings=SearchSettings(gumbel_root=True, max_num_considered_actions=4), nodes=6
    )
    search.run_gumbel(4)
    counts = np.bincount(search.choices()[0].numpy(), minlength=10)
    assert counts.min() > 15 and counts.max() < 75  # expectation 40, standard deviation 6


def test_games_of_a_batch_do_not_influence_each_other() -> None:
    """A game searched among others ends up with the very tree it gets alone."""
    games = [Game(5), Game(5), Game(5)]
    games[1].play(BLACK, 12)
    games[2].play(BLACK, 0)
    games[2].play(WHITE, 24)
    together = BatchSearch(Hashed(5), size=5, games=3, nodes=40, settings=GUMBEL, seed=7)
    together.set_roots(np.stack([g.state for g in games]), np.stack([g.seen for g in games]))
    noise = together._work.random.copy()
    together.run_gumbel(24)
    for b, game in enumerate(games):
        alone = BatchSearch(Hashed(5), size=5, games=1, nodes=40, settings=GUMBEL)
        alone.set_roots(game.state[None], game.seen[None])
        alone._work.random[0] = noise[b]
        alone.run_gumbel(24)
        for field in ("children_visits", "children_values", "parent", "action", "visits"):
            assert (getattr(alone.arrays, field)[0] == getattr(together.arrays, field)[b]).all(), field


def test_a_seed_repeats_a_search_and_another_does_not() -> None:
    def visits(seed: int) -> Any:
        search = started(Hashed(5), Game(5), settings=GUMBEL, seed=seed)
        search.run_gumbel(32)
        return search.arrays.children_visits[0, 0].tolist()

    assert visits(1) == visits(1) != visits(2)


def test_golden_tree() -> None:
    """A small PUCT tree worked out by hand.

    1-point policies are uniform over 5 actions on 2x2 (prior 1/5), values even, so PUCT visits the
    actions in turn, and only then returns to the first.
    """
    search = started(
        Constant(),
        Game(2, rules=PRESETS["chinese-kgs"], komi=0),
        settings=SearchSettings(puct=PuctSettings(score_weight=0)),
    )
    order = []
    for _ in range(6):
        before = search.arrays.children_visits[0, 0].copy()
        search.step()
        order.append(int((search.arrays.children_visits[0, 0] - before).argmax()))
    assert order == [0, 1, 2, 3, 4, 0]
    assert search.arrays.size[0] == 7
    assert search.arrays.parent[0, :7].tolist() == [-1, 0, 0, 0, 0, 0, 1]


def one_pass_from_the_end() -> Game:
    """3x3, Black to play after White's pass; Black has the whole board."""
    game = Game(3, komi=0.5)
    for black in ("B3", "B2", "B1"):
        game.play(BLACK, parse_vertex(black, 3))
        game.play(WHITE, 9)
    return game


def test_two_passes_end_a_line_and_are_counted() -> None:
    """Black has the board: passing after White's pass wins at once, and the search prefers winning to not."""
    search = started(Constant(), one_pass_from_the_end(), leaves=1)
    for _ in range(60):
        search.step()
    tree = search.arrays
    child = tree.child[0, 0, 9]
    assert tree.status[0, child] == 2
    assert tree.raw_values[0, child, 1] == -1 and tree.raw_values[0, child, 2] == -8.5  # White to play has lost by 8.5
    assert tree.children_visits[0, 0].argmax() == 9


def superko_game() -> Game:
    """A ko that White may take at B4; Black's stone to be taken stands on C4."""
    game = Game(5, rules=PRESETS["chinese-kgs"], komi=0)
    game.set_up(
        {parse_vertex(v, 5): BLACK for v in ("B5", "A4", "B3", "C4")}
        | {parse_vertex(v, 5): WHITE for v in ("C5", "D4", "C3")},
        to_play=WHITE,
    )
    return game


def test_superko_holds_along_the_path() -> None:
    """White takes at B4, so Black may not take back at C4 anywhere in the tree right below that move."""
    game = superko_game()
    take, retake = parse_vertex("B4", 5), parse_vertex("C4", 5)
    assert game.is_legal(WHITE, take)
    search = started(Constant(), game, leaves=4, nodes=2000)
    for _ in range(300):
        search.step()
    tree = search.arrays
    after = tree.child[0, 0, take]
    assert after > 0 and tree.status[0, after] == 1
    assert tree.prior[0, after, retake] == 0, "the search may retake the ko"
    # After an exchange elsewhere (the only moves left in this tree) the ko may be taken back.
    node = 0
    for action in (take, parse_vertex("E1", 5), parse_vertex("A1", 5)):
        tree.prior[0, node] = 0
        tree.prior[0, node, action] = 1
        for _ in range(2):
            search.step()
        node = tree.child[0, node, action]
        assert node > 0
    assert tree.status[0, node] == 1 and tree.prior[0, node, retake] > 0


def test_reuse_subtree_keeps_the_subtree_and_nothing_else() -> None:
    search = started(Hashed(5), Game(5), leaves=4)
    for _ in range(40):
        search.step()
    tree = search.arrays
    action = int(tree.children_visits[0, 0].argmax())
    child = int(tree.child[0, 0, action])
    kept = tree.children_visits[0, child].copy()
    visits, value = int(tree.visits[0, child]), float(tree.utility[0, child])
    board = tree.state[0, child].copy()
    assert search.reuse_subtree(action)
    assert tree.children_visits[0, 0].tolist() == kept.tolist()
    assert int(tree.visits[0, 0]) == visits and float(tree.utility[0, 0]) == value
    assert (tree.state[0, 0] == board).all() and tree.parent[0, 0] == -1
    check_tree(search)
    for _ in range(10):
        search.step()
    check_tree(search)


def test_a_full_tree_stops_growing_and_stays_whole() -> None:
    search = started(Hashed(5), Game(5), leaves=4, nodes=30)
    for _ in range(40):
        search.step()
    assert search.arrays.size[0] == 30
    check_tree(search)


def test_colour_symmetry_of_a_search() -> None:
    """Swapping colours, side to play and the sign of komi leaves the visits unchanged."""
    black, white = Game(5, komi=2.5), Game(5, komi=-2.5)
    for color, point in ((BLACK, 6), (WHITE, 8), (BLACK, 12)):
        black.play(color, point)
        white.play(3 - color, point)
    one, two = started(Hashed(5), black, leaves=2), started(Hashed(5), white, leaves=2)
    for _ in range(30):
        one.step()
        two.step()
    assert one.arrays.children_visits[0, 0].tolist() == two.arrays.children_visits[0, 0].tolist()


SUMS = ("utility", "result", "score", "square", "score_square", "children_values", "ownership")


def test_sums_still_grow_after_many_visits() -> None:
    """What a visit adds arrives whole, also where 2**28 visits went before: a finished game gets there in minutes."""
    few, many = (started(Constant(), one_pass_from_the_end()) for _ in range(2))
    for search in (few, many):
        for _ in range(60):
            search.step()
    tree, many_before = few.arrays, 2.0**28
    for name in SUMS:
        getattr(many.arrays, name)[:] += many_before
    few_before = {name: getattr(tree, name).copy() for name in SUMS}
    for search in (few, many):
        only_pass = search.arrays.prior[0, 0]
        only_pass[:9] = 0
        for _ in range(500):
            search.step()
    for name in SUMS:
        grown = getattr(tree, name) - few_before[name]
        assert np.abs(grown).max() > 100, name
        assert np.allclose(getattr(many.arrays, name) - few_before[name] - many_before, grown, atol=1e-3), name


def test_visits_never_overflow() -> None:
    search = started(Constant(), one_pass_from_the_end(), leaves=4)
    for _ in range(20):
        search.step()
    search.arrays.visits[0, 0] = MAX_VISITS - 1
    for _ in range(5):
        search.step()
    assert search.arrays.visits[0, 0] == MAX_VISITS


def test_a_finished_game_leaves_nothing_to_learn() -> None:
    """Only passing is left, and it ends the game. A tree with a line that goes on is never settled."""
    search, open_ended = started(Constant(), one_pass_from_the_end(), leaves=8), started(Hashed(5), Game(5), leaves=8)
    search.arrays.prior[0, 0, :9] = 0
    for _ in range(200):
        search.step()
        open_ended.step()
    assert not search.settled, "so few visits cost nothing: limits are kept"
    search.arrays.visits[0, 0] += SETTLED_VISITS
    open_ended.arrays.visits[0, 0] += SETTLED_VISITS
    assert search.settled and not open_ended.settled
