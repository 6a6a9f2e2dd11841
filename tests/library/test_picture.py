"""Boards as pictures: what is drawn, and how Chromium shows it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from tessera import Position
from tessera.library.analysis import for_black
from tessera.rules.coords import BLACK
from tests.league.report.scripts import BROWSER
from tests.library.test_analysis import seen_by

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: str, tag: str, **attributes: str) -> list[ET.Element]:
    found = ET.fromstring(picture).iter(SVG + tag)
    return [each for each in found if all(each.get(name) == value for name, value in attributes.items())]


def test_stones_and_the_last_move_are_drawn_where_they_stand() -> None:
    picture = Position(5, moves="A1 E5 C3").svg()
    stones = drawn(picture, "circle", r="9.4")
    assert sorted((each.get("cx"), each.get("cy")) for each in stones) == [("106", "26"), ("26", "106"), ("66", "66")]
    assert [(each.get("cx"), each.get("cy")) for each in drawn(picture, "circle", r="5")] == [("66", "66")]


def test_the_policy_is_told_in_percent_and_a_pass_is_no_point() -> None:
    policy = np.zeros(26)
    policy[[0, 7, 25]] = 0.25, 0.5, 0.25
    texts = [each.text for each in drawn(Position(5).svg(policy=policy), "text", fill="#fff")]
    assert texts == ["25", "50"]


def test_ownership_is_a_square_in_the_owners_colour_and_spares_stones_that_live() -> None:
    ownership = np.zeros((5, 5))
    ownership[0, 0], ownership[4, 4], ownership[2, 2] = 0.9, -0.9, 0.8
    squares = drawn(Position(5, moves="C3").svg(ownership=ownership), "rect")[1:]
    assert [each.get("fill") for each in squares] == ["#101010", "#fdfdfb"]


def test_a_notebook_is_given_the_picture() -> None:
    position = Position(5)
    assert position._repr_svg_() == str(position.svg()) == position.svg()._repr_svg_()
    assert 'width="500"' in position.svg(width=500)


@pytest.mark.skipif(BROWSER is None, reason="no chromium is installed")
def test_chromium_shows_boards_of_every_size_within_their_frames(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make dev")
    page_file = tmp_path / "notebook.html"
    cells = [for_black(Position(2), seen_by(BLACK))._repr_html_()]
    cells += [Position(size).svg(policy=np.full(size * size, 1 / size**2)) for size in (5, 9, 19, 25)]
    page_file.write_text("<!doctype html><meta charset=utf-8>" + "<hr>".join(cells), "utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(page_file.as_uri())
        outside = page.evaluate(
            """() => [...document.querySelectorAll("svg")].flatMap(svg => {
                const frame = svg.getBoundingClientRect();
                return [...svg.querySelectorAll("text, circle, rect, path")].filter(each => {
                    const box = each.getBoundingClientRect();
                    return box.width == 0 || box.left < frame.left - 1 || box.right > frame.right + 1
                        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
                }).map(each => each.outerHTML);
            })"""
        )
        letters = page.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].map(each => each.getBoundingClientRect().height))"
        )
        boards = page.locator("svg").count()
        cells_shown = page.locator("td").all_inner_texts()
        browser.close()
    assert boards == 6 and outside == [] and letters >= 9, "pixels high"
    assert cells_shown == ["B2", "5", "80.0%", "+3.0", "60.0%", "B2 pass"]
