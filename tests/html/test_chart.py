"""A chart says what its numbers say, whatever they are, and holds no text that a parser could take for a tag."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import chain

import pytest

from tessera.html.chart import HEIGHT, WIDTH, Chart, Line, figure, short
from tessera.html.ticks import ticks


def drawn(*lines: Line, **more: object) -> ET.Element:
    return ET.fromstring(figure(Chart("Title", "games", "Elo", lines, **more)).replace("&nbsp;", " "))


def places(root: ET.Element, kind: str) -> list[list[tuple[float, float]]]:
    found = [each.get("points", "") for each in root.iter() if (each.get("class") or "").startswith(kind)]
    return [[tuple(map(float, pair.split(","))) for pair in text.split()] for text in found]


def test_axes_are_named_and_the_newest_value_stands_in_the_legend() -> None:
    text = " ".join(drawn(Line("net", [(0, 0), (100, 1460.4)])).itertext())
    assert all(word in text for word in ("Title", "games", "Elo", "net", "1,460"))


def test_a_line_goes_up_where_its_numbers_do() -> None:
    [points] = places(drawn(Line("a", [(0, 1.0), (5, 3.0), (10, 2.0)])), "curve")
    xs, ys = zip(*points, strict=True)
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.11)
    assert ys[1] < ys[2] < ys[0], "y grows downwards on a screen"
    assert (ys[0] + ys[1]) / 2 == pytest.approx(ys[2], abs=0.11)


@pytest.mark.parametrize(
    "points",
    [[(0, 0)], [(0, 0), (1, 0)], [(3, 5), (3, 5)], [(0, 1e-9), (1, 2e-9)], [(0, 1e30), (1, -1e30)], [(0, 7), (1, 7)]],
)
def test_every_curve_stays_inside_the_drawing(points: list[tuple[float, float]]) -> None:
    root = drawn(Line("a", points, [(x, y - 1, y + 1) for x, y in points]))
    for x, y in chain.from_iterable(places(root, "curve") + places(root, "band")):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    assert len(list(root.iter("text"))) >= 4


def test_a_curve_that_never_moves_has_an_axis_a_reader_can_read() -> None:
    labels = [each.text for each in drawn(Line("a", [(0, 0), (9, 0)])).iter("text") if each.get("class") == "y"]
    assert {"0", "0.5"} <= set(labels), "not a hundredth of nothing"
    assert all(re.fullmatch("\N{MINUS SIGN}?[0-9.]{1,4}", label or "") for label in labels)


def test_a_wide_first_interval_does_not_flatten_the_curve() -> None:
    """The first evaluations know little: their bands are cut, the curve keeps half of the height."""
    root = drawn(Line("a", [(0, 0), (1, 100)], [(0, -9000, 9000), (1, 90, 110)]))
    [[(_, low), (_, high)]] = places(root, "curve")
    assert low - high > (HEIGHT - 56) * 0.25


def test_a_pointer_reads_the_values_with_their_interval() -> None:
    root = drawn(Line("a", [(0, 10), (50, 20)], [(0, 5, 15), (50, 16, 24)]))
    assert [each.text for each in root.iter("title")] == ["games 0; a 10 (5 to 15)", "games 50; a 20 (16 to 24)"]


def test_foreign_names_stay_text() -> None:
    html = figure(Chart("<script>", "<x>", "&", [Line('"><b>', [(0, 0)])]))
    assert "<script>" not in html
    assert "<b>" not in html.replace("<b>0</b>", "")


def test_nothing_to_draw_is_said() -> None:
    assert "Nothing was recorded" in figure(Chart("a", "b", "c", [Line("d", [])]))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00062, "0.00062"), (1.6333, "1.63"), (86.9, "86.9"), (31264, "31,264"), (2713941, "2.714M"), (-943, "−943")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text


def test_ticks_are_round_and_inside() -> None:
    assert ticks(-943, 1500, 5) == [-500, 0, 500, 1000, 1500]
    assert [round(each, 9) for each in ticks(0, 0.3, 3)] == [0, 0.1, 0.2, 0.3]
    for low, high in ((0, 1e-9), (-3e7, 8), (17.2, 17.9)):
        found = ticks(low, high, 5)
        assert 1 <= len(found) <= 6
        assert all(math.isfinite(each) and low - 1e-6 <= each <= high * (1 + 1e-9) + 1e-9 for each in found)
