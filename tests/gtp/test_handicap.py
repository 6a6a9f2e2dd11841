"""Handicap points against the specification's table and what it says of other boards."""

from __future__ import annotations

import pytest

from tessera.gtp.handicap import fixed, free, most_fixed
from tessera.rules.coords import parse_vertex

SPECIFIED = {
    2: {"D4", "Q16"},
    3: {"D4", "Q16", "D16"},
    4: {"D4", "Q16", "D16", "Q4"},
    5: {"D4", "Q16", "D16", "Q4", "K10"},
    6: {"D4", "Q16", "D16", "Q4", "D10", "Q10"},
    7: {"D4", "Q16", "D16", "Q4", "D10", "Q10", "K10"},
    8: {"D4", "Q16", "D16", "Q4", "D10", "Q10", "K4", "K16"},
    9: {"D4", "Q16", "D16", "Q4", "D10", "Q10", "K4", "K16", "K10"},
}


@pytest.mark.parametrize("stones", SPECIFIED)
def test_19x19(stones: int) -> None:
    assert set(fixed(19, stones)) == SPECIFIED[stones]
    assert free(19, stones) == fixed(19, stones)


@pytest.mark.parametrize(
    ("size", "most"),
    [
        (2, 0),
        (5, 0),
        (6, 0),
        (7, 4),
        (8, 4),
        (9, 9),
        (10, 4),
        (11, 9),
        (12, 4),
        (13, 9),
        (18, 4),
        (19, 9),
        (24, 4),
        (25, 9),
    ],
)
def test_most_stones(size: int, most: int) -> None:
    assert most_fixed(size) == most


@pytest.mark.parametrize(("size", "corner"), [(9, "C3"), (11, "C3"), (12, "C3"), (13, "D4"), (14, "D4"), (25, "D4")])
def test_line_of_the_corner(size: int, corner: str) -> None:
    assert fixed(size, 2)[0] == corner


@pytest.mark.parametrize("size", range(2, 26))
@pytest.mark.parametrize("stones", [2, 9, 30, 1000])
def test_free_placement_names_each_point_once(size: int, stones: int) -> None:
    placed = free(size, stones)
    points = [parse_vertex(name, size) for name in placed]
    assert len(set(points)) == len(points) <= stones
    assert all(0 <= point < size * size for point in points)
