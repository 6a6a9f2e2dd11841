"""Unconditional life by diagrams: A and B are pass-alive stones, a, b and w the other ones, + and - territory."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from tessera.rules.benson import chains, neighbours, pass_alive
from tests.rules.slow_benson import slow_pass_alive

BLACK, WHITE = 1, 2
COLORS = {"A": BLACK, "a": BLACK, "B": WHITE, "b": WHITE, "w": WHITE}

DIAGRAMS = {
    "two single-point eyes": """
        +A+A.
        AAAA.
        .....
        .....
        .....
    """,
    "one eye is not enough": """
        .aaa.
        aaaa.
        .....
        .....
        .....
    """,
    "an eye of two points that one chain touches wholly": """
        ++A+A
        AAAAA
        .....
        .....
        .....
    """,
    "two chains that share two regions live together": """
        +A+A.
        A.AA.
        AAA..
        .....
        .....
    """,
    "a false eye": """
        .a.ab
        aab.b
        bbbbb
        .....
        .....
    """,
    "a stone inside an eye is in territory": """
        +wA+A
        AAAAA
        .....
        .....
        .....
    """,
    "both sides": """
        +A+AB
        AAAAB
        BBBBB
        B-B-B
        BBBBB
    """,
    "seki": """
        .ab.b
        aabbb
        bbb..
        .....
        .....
    """,
    "an empty board": """
        .....
        .....
        .....
        .....
        .....
    """,
}


def read(diagram: str) -> tuple[list[int], str, int]:
    rows = diagram.split()
    text = "".join(rows)
    return [COLORS.get(c, 0) for c in text], text, len(rows)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_diagrams(name: str) -> None:
    stones, text, size = read(DIAGRAMS[name])
    black, white = (pass_alive(stones, size, color) for color in (BLACK, WHITE))
    assert black.stones == {p for p, c in enumerate(text) if c == "A"}
    assert white.stones == {p for p, c in enumerate(text) if c == "B"}
    assert black.territory >= {p for p, c in enumerate(text) if c in "+w"}
    assert white.territory >= {p for p, c in enumerate(text) if c == "-"}
    assert not black.territory & white.territory


def test_a_room_where_the_opponent_could_live_is_no_territory() -> None:
    rows = ["+A+A.......", "AAAAAAAAAAA"] + ["..........."] * 9
    stones = [COLORS.get(c, 0) for c in "".join(rows)]
    found = pass_alive(stones, 11, BLACK)
    assert found.stones == {p for p, s in enumerate(stones) if s}
    assert found.territory == {0, 2} | set(range(4, 11))  # a single row: every point touches the wall


def test_a_large_room_stays_open() -> None:
    rows = ["+A+A.......", "AAAA.......", *["..........."] * 9]
    stones = [COLORS.get(c, 0) for c in "".join(rows)]
    assert pass_alive(stones, 11, BLACK).territory == {0, 2}


def test_chains() -> None:
    stones, _, size = read("ab. aab b..")
    assert chains(stones, size) == [{0, 3, 4}, {1}, {5}, {6}]


@pytest.mark.parametrize("size", [2, 3, 5, 7, 9])
def test_random_boards(size: int) -> None:
    """Few holes make life; chains without a liberty, which no game has, are taken off."""
    dice, alive = random.Random(size), 0
    for _ in range(300):
        holes, white = dice.uniform(0.05, 0.5), dice.choice((0.0, 0.1, 0.5))
        stones = [0 if dice.random() < holes else 2 if dice.random() < white else 1 for _ in range(size * size)]
        for chain in chains(stones, size):
            if all(stones[q] for p in chain for q in neighbours(p, size)):
                for p in chain:
                    stones[p] = 0
        for color in (BLACK, WHITE):
            found = pass_alive(stones, size, color)
            assert found == slow_pass_alive(stones, size, color), stones
            alive += bool(found.stones)
    assert alive > (20 if size > 2 else 0)


def test_chains_need_no_kernels() -> None:
    """Whoever plays other programs imports no numba for them."""
    program = "import sys; import tessera.match.player; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
