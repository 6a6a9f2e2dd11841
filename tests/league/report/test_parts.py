"""The small pieces: numbers in words, the ladder's scale."""

from __future__ import annotations

import math

import pytest

from tessera.html import words
from tessera.league.report.ladder import TICKS, Scale

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (words.whole(1799.6), "1800"),
        (words.whole(-0.4), "0"),
        (words.whole(-35.2), "−35"),
        (words.whole(35.2, sign=True), "+35"),
        (words.whole(NAN), "–"),
        (words.interval(-12.0, 40.0), "−12 to 40"),
        (words.interval(-INF, 40.0), "up to 40"),
        (words.interval(40.0, INF), "40 and more"),
        (words.interval(NAN, NAN), "unknown"),
        (words.decimals(-0.25, 1), "−0.2"),
        (words.decimals(NAN, 1), "–"),
        (words.percent(0.9951), ">99"),
        (words.percent(0.5), "50"),
        (words.percent(0.001), "<1"),
        (words.percent(NAN), "–"),
        (words.count(1, "game"), "1 game"),
        (words.count(1200, "game"), "1,200 games"),
        (words.clean(" a\n\tb\x07\ud800 "), "a b\ufffd\ufffd"),
        (words.clean("\u202eab\u2066 \u05d0"), "\ufffdab\ufffd \u05d0"),
        (words.escape("<\"'&>"), "&lt;&quot;&#x27;&amp;&gt;"),
    ],
)
def test_words(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    "values", [[], [1500.0], [NAN, INF], [300.0, 2105.0], [-1e6, 1e6], [0.0, 201.0], [1799.9, 1800.1]]
)
def test_all_values_lie_on_the_scale_and_its_ticks_are_few_and_round(values: list[float]) -> None:
    scale = Scale.over(values)
    for value in values:
        if math.isfinite(value):
            assert 0 < scale.at(value) < 100
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= TICKS + 1
    assert all(tick == round(tick) for tick in ticks)
    assert all(0 <= scale.at(tick) <= 100 for tick in ticks)


def test_what_lies_outside_is_drawn_at_the_end() -> None:
    scale = Scale.over([1000.0, 2000.0])
    assert (scale.at(INF), scale.at(-INF)) == (100, 0)
    assert scale.at(1500.0) == pytest.approx(50)
