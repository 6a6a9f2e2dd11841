"""PUCT's constant and what an unvisited move is worth, by hand; a network that sees the board turned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tessera.nn.symmetry import SYMMETRIES
from tessera.rules.game import Game
from tessera.search.action_selection import edge_value, exploration, first_play_value
from tessera.search.batch import BatchSearch
from tessera.search.settings import PuctSettings, SearchSettings, for_kernels
from tests.search.worlds import Hashed


def tree(visits: int, utilities: list[float], raw: float = 0.0) -> Any:
    """A tree of one node with so many visits, whose values were these."""
    search = BatchSearch(Hashed(3), size=3, nodes=2)
    arrays = search.arrays
    arrays.visits[0, 0] = visits
    arrays.utility[0, 0] = sum(utilities)
    arrays.square[0, 0] = sum(u * u for u in utilities)
    arrays.raw_values[0, 0, 0] = raw
    return arrays


def kernels(**puct: float) -> Any:
    return for_kernels(SearchSettings(puct=PuctSettings(exploration=1.0, first_play_reduction=0.2, **puct)))


def test_the_constant_grows_with_the_logarithm_of_the_visits() -> None:
    settings = kernels(exploration_growth=0.5)
    assert exploration(tree(500, [0.0] * 500), 0, 0, settings) == pytest.approx(1 + 0.5 * math.log(2))
    assert exploration(tree(500, [0.0] * 500), 0, 0, kernels()) == 1.0


@pytest.mark.parametrize("values", [[0.1] * 8, [0.9, -0.9] * 4, [0.3, -0.5]])
def test_the_constant_follows_the_spread_of_the_values(values: list[float]) -> None:
    """The spread is a standard deviation, of these values and of two imagined ones of 0.4."""
    n = len(values)
    variance = (2 * 0.4**2 + n * np.var(values)) / (2 + n - 1)
    expected = 1 + 0.85 * (math.sqrt(variance) / 0.4 - 1)
    assert exploration(tree(n, values), 0, 0, kernels(spread_scale=0.85)) == pytest.approx(expected)


def test_an_unvisited_move_is_compared_with_the_networks_word_first_and_the_mean_later() -> None:
    arrays, settings = tree(4, [0.5] * 4, raw=-0.3), kernels(first_play_power=2.0)
    assert first_play_value(arrays, 0, 0, 0.0, settings) == pytest.approx(-0.3)
    assert first_play_value(arrays, 0, 0, 0.5, settings) == pytest.approx(
        0.25 * 0.5 - 0.75 * 0.3 - 0.2 * math.sqrt(0.5), abs=1e-6
    )
    assert first_play_value(arrays, 0, 0, 1.0, settings) == pytest.approx(0.5 - 0.2)
    assert first_play_value(arrays, 0, 0, 0.25, kernels()) == pytest.approx(0.5 - 0.1)


@pytest.mark.parametrize(
    ("flying", "virtual_loss", "expected"),
    [(0, 1.0, 0.5), (2, 1.0, (4 * 0.5 - 2) / 6), (2, 0.0, 0.5), (2, 0.5, (4 * 0.5 - 0.5 * 2 + 0.5 * 2 * 0.5) / 6)],
)
def test_a_leaf_in_flight_counts_as_lost_or_as_what_is_known(flying: int, virtual_loss: float, expected: float) -> None:
    """An edge with four known visits of 0.5; and one of which nothing is known yet, compared with -0.2."""
    arrays, settings = tree(4, [0.0] * 4), kernels(virtual_loss=virtual_loss)
    arrays.child[0, 0, 3], arrays.visits[0, 1] = 1, 4
    arrays.children_visits[0, 0, 3], arrays.children_values[0, 0, 3] = 4 + flying, 4 * 0.5
    assert edge_value(arrays, 0, 0, 3, -0.2, settings) == pytest.approx(expected)
    arrays.children_visits[0, 0, 4], arrays.child[0, 0, 4] = 1, -1
    assert edge_value(arrays, 0, 0, 4, -0.2, settings) == pytest.approx(-0.2 - virtual_loss * 0.8)


class Seen(Hashed):
    """Notes what it is shown."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.planes: list[Any] = []

    def evaluate(self, planes: Any, globals_: Any) -> Any:
        self.planes += list(planes.numpy().copy())
        return super().evaluate(planes, globals_)


def shown(**settings: bool) -> tuple[list[Any], BatchSearch]:
    network, game = Seen(5), Game(5)
    for point in (1, 7, 13):
        game.play(game.to_play, point)
    search = BatchSearch(network, size=5, nodes=40, settings=SearchSettings(**settings))
    search.set_roots(game.state[None], game.seen[None])
    for _ in range(20):
        search.step()
    return network.planes, search


def images(planes: Any) -> set[bytes]:
    turned = [np.rot90(side, turns, (1, 2)) for side in (planes, planes.transpose(0, 2, 1)) for turns in range(4)]
    return {np.ascontiguousarray(image).tobytes() for image in turned}


def test_a_position_is_shown_turned_and_always_in_the_same_way() -> None:
    plain, random, again = (shown(random_symmetry=on)[0] for on in (False, True, True))
    assert images(plain[0]) == images(random[0])
    assert all(np.array_equal(one, other) for one, other in zip(random, again, strict=True))
    stones = {planes[1:3].tobytes() for planes in plain}
    assert sum(planes[1:3].tobytes() in stones for planes in random) < len(random), "some are turned"


def test_a_root_is_shown_in_all_eight_ways_and_counts_as_one() -> None:
    planes, search = shown(root_symmetries=True)
    assert {each.tobytes() for each in planes[:SYMMETRIES]} == images(planes[0])
    assert search.arrays.visits[0, 0] == 21
    assert search.arrays.prior[0, 0].sum() == pytest.approx(1.0, abs=1e-6)
