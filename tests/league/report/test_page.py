"""The page as a file: well-formed, closed to foreign text, alone in the world, small."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.league.report import render
from tessera.league.summary import Summary, summarise
from tessera.rules.coords import BLACK, WHITE, vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset
from tests.league.report.leagues import random_league, record, row, summary
from tests.league.report.scripts import Page, browse, needs_browser

STRENGTHS = {"strong": 2000.0, "GnuGo": 1800.0, "weak": 900.0}
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\"><!--'\" \N{RIGHT-TO-LEFT OVERRIDE}\x00\ud800"


@pytest.fixture(scope="module")
def league() -> tuple[Summary, list[GameRecord]]:
    return random_league(60, STRENGTHS, limit=40)


@pytest.fixture(scope="module")
def page(league: tuple[Summary, list[GameRecord]]) -> str:
    return render(*league)


def hostile_league() -> tuple[Summary, list[GameRecord]]:
    """One in which everything that may come from outside is an attack."""
    records = [record(1, black=HOSTILE, note=HOSTILE, culprit=HOSTILE, opening=HOSTILE, result=VOID)]
    records.append(record(2, black=HOSTILE, result="B+R"))
    rated = summarise(records, title=HOSTILE, anchors={HOSTILE: 1800.0})
    return replace(rated, components=((HOSTILE,), ("b",)), surprises=(HOSTILE,)), records


NAN, INF = float("nan"), float("inf")
VOID_GAME = record(1, result=VOID, culprit="a", note="hung", moves=())
EMPTY: dict[str, tuple[Summary, list[GameRecord]]] = {
    "nobody": (summarise([]), []),
    "one player, no game": (summarise([], players=["alone"], anchors={"alone": 1800.0}), []),
    "two players, no game": (summarise([], players=["a", "b"]), []),
    "voids only": (summarise([VOID_GAME]), [VOID_GAME]),
    "nothing is known": (
        summary(
            row("a", elo=NAN, low=NAN, high=NAN),
            row("b", low=-INF, high=INF),
            superiority=np.full((2, 2), NAN),
            first_player=(NAN, NAN, NAN),
        ),
        [record(1)],
    ),
}


def data_of(text: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    loaded: dict[str, object] = json.loads(found[1])
    return loaded


def test_it_is_well_formed_and_ids_are_unique(page: str) -> None:
    read = Page(page)
    assert read.problems == []
    ids = [values["id"] for _, values in read.elements if "id" in values]
    assert len(ids) == len(set(ids))
    assert {"board", "list", "slider", "download"} <= set(ids)


@pytest.mark.parametrize("name", EMPTY)
def test_it_is_well_formed_with_hardly_anything_in_it(name: str) -> None:
    text = render(*EMPTY[name])
    assert Page(text).problems == []
    assert re.search(r"\b(nan|inf)\b", text.split("<body>")[1].split("<script")[0]) is None


def test_it_asks_nothing_of_the_network(page: str) -> None:
    for tag, values in Page(page).elements:
        assert tag not in {"link", "img", "iframe", "object"}
        assert "src" not in values
        assert (values.get("href") or "#").startswith("#")
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "https://www.red-bean.com/sgf"}


def test_figures_and_names_are_there_without_a_script(page: str) -> None:
    read = Page(page)
    for name in STRENGTHS:
        assert name in read.texts["ratings"]
    assert "1800 pinned" in read.texts["ratings"]
    assert read.count("a", href="#games", **{"data-pair": "0,1"}) == 1


def test_hostile_text_stays_text() -> None:
    text = render(*hostile_league())
    read = Page(text)
    assert read.problems == []
    assert read.count("img") == 0
    assert read.count("script") == 2
    assert text.count("</script>") == 2
    assert not any(key.startswith("on") for _, values in read.elements for key in values)
    assert "\x00" not in text
    text.encode("utf-8")
    players = data_of(text)["players"]
    assert isinstance(players, list)
    assert players[0].startswith("</script><img src=x onerror=")


def test_unconnected_groups_voids_duplicates_and_surprises_are_told(
    league: tuple[Summary, list[GameRecord]],
) -> None:
    rated, records = league
    groups = (("strong", "GnuGo"), ("weak",))
    text = render(replace(rated, components=groups, duplicates=3, surprises=("weak scored 3 of 4",)), records)
    assert "no chain of games connects them" in text
    assert "group 2: <bdi>weak</bdi>" in text
    assert "1 void game counts for nobody" in text
    assert "3 games repeat an earlier one" in text
    assert "weak scored 3 of 4" in text
    assert "no chain of games" not in render(rated, records)


def test_elo_without_an_anchor_is_relative_to_the_mean() -> None:
    records = [record(1)]
    assert "relative to the mean of all players" in render(summarise(records), records)


def test_a_game_costs_two_bytes_a_move_and_little_more() -> None:
    rated, records = random_league(20, STRENGTHS, limit=80)
    moves = tuple((1 + k % 2, k) for k in range(80))
    big = [replace(records[k % 20], number=k, moves=moves) for k in range(2000)]
    assert len(render(rated, big).encode()) < 600_000


@needs_browser
def test_a_browser_opens_a_game_at_a_move(league: tuple[Summary, list[GameRecord]], page: str, tmp_path: Path) -> None:
    chosen = league[1][11]
    shown = browse(page, tmp_path, fragment="#game=12.1&move=20")
    game = Game(chosen.size, rules=parse_ruleset(chosen.rules))
    for color, point in chosen.moves[:20]:
        game.play(color, point)
    assert shown.texts["status"].startswith(f"Move 20 of {len(chosen.moves)}: White {vertex(chosen.moves[19][1], 9)}")
    for color, tone in ((BLACK, "black"), (WHITE, "white")):
        assert shown.count("circle", class_=f"stone {tone}") == int((game.stones == color).sum())
    assert shown.texts["black"] == chosen.black
    assert shown.texts["shown"] == "1–50 of 60"


@needs_browser
def test_a_browser_runs_nothing_foreign(tmp_path: Path) -> None:
    shown = browse(render(*hostile_league()), tmp_path)
    assert shown.count("img") == 0
    assert shown.texts["status"].startswith("Start")
    assert shown.texts["black"].startswith("</script><img")
