"""The regression suites of our own making: sound, all different, and nearly all solved by the shipped network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tessera import sgf
from tessera.gtp.client import GtpClient
from tessera.gtp.regression import read_regression, run_regression
from tessera.match.launch import OWN_PROGRAM
from tessera.rules.coords import opponent, parse_color, parse_vertex
from tessera.rules.game import Game

FOLDER = Path(__file__).parents[1] / "regression"
SUITES = ("life_and_death", "semeai", "ladders", "seki", "ko", "endings")
AT_LEAST = 60
ROW = re.compile(r"# +\d+ ([XO. ]+)$")
VISITS = 32
QUICK = {"life_and_death": 0.8, "semeai": 0.8, "ladders": 0.8, "seki": 0.9, "ko": 0.9, "endings": 0.7}
"""The least share that the shipped network solves by `VISITS`."""
LONG_VISITS = 400
LONG = dict.fromkeys(SUITES, 0.9)


@dataclass(frozen=True)
class Problem:
    """A position as its file has it, with the question about it."""

    name: str
    position: Path
    game: Game
    color: int
    answers: tuple[str, ...]
    drawn: str
    """The stones of the comment above it, row by row."""


def read(suite: str) -> Iterator[Problem]:
    path = FOLDER / f"{suite}.tst"
    lines = path.read_text("utf-8").splitlines()
    for position, question in zip(*[iter(read_regression(path))] * 2, strict=True):
        (loads, name), (asks, color) = position.command.split(), question.command.split()
        assert (loads, asks) == ("loadsgf", "reg_genmove") and question.expected is not None
        game = sgf.load(FOLDER / name, strict=True)
        rows = [found[1] for line in lines[position.line - 1 - game.size : position.line] if (found := ROW.match(line))]
        yield Problem(
            f"{suite} {question.number}",
            FOLDER / name,
            game,
            parse_color(color),
            tuple(question.expected.text.split("|")),
            "".join(rows).replace(" ", ""),
        )


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    return [problem for suite in SUITES for problem in read(suite)]


def key(problem: Problem) -> bytes:
    """The same for positions that are turned, mirrored or have their colours exchanged, with the same points banned."""
    game, size = problem.game, problem.game.size
    board = np.zeros(size * size, np.int8)
    board[game.stones == problem.color] = 1
    board[game.stones == opponent(problem.color)] = 2
    board[game.forbidden_by_ko(problem.color)] = 3
    square = board.reshape(size, size)
    return min(np.rot90(each, k).tobytes() for each in (square, square.T) for k in range(4))


def test_there_are_enough_of_them(problems: list[Problem]) -> None:
    assert {path.stem for path in FOLDER.glob("*.tst")} == set(SUITES)
    assert len(problems) >= AT_LEAST
    assert {problem.position for problem in problems} == set((FOLDER / "positions").iterdir()), "none is left over"


def test_each_is_a_position_and_its_answers_are_moves(problems: list[Problem]) -> None:
    for problem in problems:
        game = problem.game
        assert game.to_play == problem.color and not game.is_over, problem.name
        assert "".join(".XO"[color] for color in game.stones) == problem.drawn, f"{problem.name}: the comment shows it"
        assert game.komi % 1 == 0.5, f"{problem.name}: somebody wins"
        points = [parse_vertex(answer, game.size) for answer in problem.answers]
        assert len(set(points)) == len(points) and all(game.is_legal(problem.color, point) for point in points)
        right = set(points)
        assert any(p not in right and game.is_legal(problem.color, p) for p in range(game.points)), problem.name


def test_no_two_are_the_same(problems: list[Problem]) -> None:
    seen: dict[bytes, str] = {}
    for problem in problems:
        assert seen.setdefault(key(problem), problem.name) == problem.name


def test_a_ko_that_may_not_be_retaken_is_one() -> None:
    banned = [problem for problem in read("ko") if problem.game.moves]
    assert banned and all(problem.game.forbidden_by_ko(problem.color) for problem in banned)


def solved(visits: int) -> dict[str, float]:
    """The share of each suite that the shipped network solves."""
    shares = {}
    words = [*OWN_PROGRAM, "--visits", str(visits), "--seed", "1", "--threads", "1"]
    with GtpClient(words, cwd=FOLDER, timeout=100) as client:
        for suite in SUITES:
            outcomes = list(run_regression(client, read_regression(FOLDER / f"{suite}.tst")))
            assert all(each.status != "unknown" for each in outcomes)
            shares[suite] = sum(each.status in ("pass", "PASS") for each in outcomes) / len(outcomes)
    return shares


def test_the_shipped_network_solves_most() -> None:
    shares = solved(VISITS)
    assert all(shares[suite] >= least for suite, least in QUICK.items()), shares


@pytest.mark.long
def test_and_more_with_more_visits() -> None:
    shares = solved(LONG_VISITS)
    assert all(shares[suite] >= least for suite, least in LONG.items()), shares
