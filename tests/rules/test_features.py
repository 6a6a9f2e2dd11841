"""Feature sets: their names, and `go-1` against the slow reader of ladders and the slow Benson."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from tessera.errors import BadValue
from tessera.rules.batch import Batch, allocate
from tessera.rules.coords import BLACK, EMPTY, WHITE
from tessera.rules.features import (
    BASIC,
    FORBIDDEN,
    GO,
    KOMI,
    LADDERED,
    LADDERING,
    LIBERTIES,
    ON_BOARD,
    OPPONENT_ALIVE,
    OWN_ALIVE,
    PASSED,
    PRISONER_LEAD,
    SETS,
    TERRITORY_SCORING,
    feature_set,
)
from tessera.rules.features.ladders import UNDECIDED, copy_board, read_ladder, two_liberties
from tessera.rules.game import Game
from tessera.rules.layout import tables
from tessera.rules.ruleset import Ruleset
from tests.rules.ladder_reader import TooLong, ladders, random_play
from tests.rules.slow_benson import slow_pass_alive

LAST_COMMON = LIBERTIES + 2
"""Planes that are the same in every set; the next ones are 3 liberties and 3 or more, and forbidden points."""
RULES = Ruleset("custom", ko="simple", suicide=False, komi=7.5)

# Attacker X, defender O, * where X's ladder begins; what stands in the way is added by the tests.
LADDER = """
    . . . . . . .
    . . . . . . .
    . . . . . . .
    . . * . . . .
    . X O . . . .
    . . X X . . .
    . . . . . . .
"""
AT_THE_EDGE = """
    . . . . . . .
    . . . . . . .
    . . . X X . .
    . . . O O * .
    . . . . . . .
"""
SNAPBACK = """
    . . . . . . .
    . X X X . . .
    X O O . X . .
    X X O O X . .
    . . X X . . .
"""
DOUBLE_ATARI = """
    . . . . . . .
    . . X X . . .
    . X O . O X .
    . . . X O X .
    . . . . X . .
    . . . . . . .
"""
CAPTURE_BREAKS = """
    . . . . . . .
    . . O O . . .
    . O X X O . .
    . . X O . X .
    . . . X X . .
    . . . . . . .
"""
BUILT = {
    "ladder": LADDER,
    "edge": AT_THE_EDGE,
    "snapback": SNAPBACK,
    "double atari": DOUBLE_ATARI,
    "capture": CAPTURE_BREAKS,
}


def stones(diagram: str) -> tuple[list[list[int]], tuple[int, int] | None]:
    """The rows of a diagram, and where its * is."""
    rows = [line.split() for line in diagram.split("\n") if line.strip()]
    star = next(((r, c) for r, row in enumerate(rows) for c, sign in enumerate(row) if sign == "*"), None)
    return [[{"X": BLACK, "O": WHITE}.get(sign, EMPTY) for sign in row] for row in rows], star


def seen(game: Game) -> np.ndarray:
    """[F, P] what `go-1` shows of a game."""
    batch = Batch(game.size, allocate(1, game.size, np.zeros, GO), features=GO)
    game.legal_mask()
    batch.state[0] = game.state
    batch.features()
    assert np.array_equal(batch.state[0], game.state), "looking changed the game"
    planes: np.ndarray = batch.planes[0].reshape(GO.plane_count, game.points)
    return planes


def marked(plane: np.ndarray) -> set[int]:
    return set(np.flatnonzero(plane).tolist())


def check(game: Game, ko: tuple[int | None, int] = (None, EMPTY)) -> bool:
    """The kernels say of a position what the slow readers say; False where they give up."""
    planes, board = seen(game), game.stones.tolist()
    for plane, color in ((OWN_ALIVE, game.to_play), (OPPONENT_ALIVE, 3 - game.to_play)):
        alive = slow_pass_alive(board, game.size, color)
        assert marked(planes[plane]) == alive.stones | alive.territory
    try:
        caught, moves = ladders(board, game.size, game.to_play, *ko)
    except TooLong:
        return False
    if (marked(planes[LADDERED]), marked(planes[LADDERING])) == (caught, moves):
        return True
    # What the kernel did not finish is no ladder to it, and nothing else may differ.
    assert marked(planes[LADDERED]) <= caught
    assert marked(planes[LADDERING]) <= moves
    assert all(unfinished(game, stone) for stone in caught - marked(planes[LADDERED]))
    return False


def unfinished(game: Game, stone: int) -> bool:
    """Whether the kernel gives up on one way of reading the chain."""
    work = np.zeros(GO.scratch(game.size), np.int32)
    copy_board(game.state, game.size, work)
    count, a, b = two_liberties(work, game.size, tables(game.size), stone)
    ways = [-1] if count == 1 else [a, b]
    return UNDECIDED in [read_ladder(work, game.size, tables(game.size), stone, way, a, b, -1, False) for way in ways]


def check_random(count: int, seed: int, sizes: list[int]) -> None:
    """One position in seven of random games, from their beginning to well after a player would have passed."""
    dice = random.Random(seed)
    checked, given_up = 0, 0
    while checked < count:
        size = dice.choice(sizes)
        game = Game(size, rules=RULES)
        for slow in random_play(size, 2 * size * size, dice):
            game.play(game.to_play, slow.moves[-1])
            if game.passes < 2 and dice.randrange(7) == 0:
                given_up += not check(game, (slow.ko_point, slow.ko_color))
                checked += 1
    assert given_up <= 1 + count // 50


def test_random_positions() -> None:
    check_random(1000, 1, [3, 5, 5, 7, 7, 9])


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_ten_thousand_random_positions() -> None:
    check_random(10_000, 2, [3, 5, 7, 7, 9, 9, 9, 13, 19])


def built(dice: random.Random) -> list[tuple[str, Game]]:
    """Every diagram somewhere on a board, turned, with the colours changed, and with a stone or two in its way."""
    found = []
    for name, diagram in BUILT.items():
        rows, _ = stones(diagram)
        for turn in range(4):
            for swap in (False, True):
                for breakers in range(5):
                    size = dice.choice([9, 11, 13, 19])
                    board = np.zeros((size, size), np.int32)
                    cut = np.rot90(np.array(rows), turn)
                    if turn == 0 and name == "edge":
                        top, left = size - cut.shape[0], dice.randrange(size - cut.shape[1] + 1)
                    else:
                        top, left = (dice.randrange(size - side + 1) for side in cut.shape)
                    board[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
                    free = np.flatnonzero(board == EMPTY).tolist()
                    for point in dice.sample(free, breakers):
                        board.flat[point] = dice.choice((BLACK, WHITE))
                    if swap:
                        board = np.where(board > 0, 3 - board, 0)
                    game = Game(size, rules=RULES)
                    try:
                        game.set_up({p: int(c) for p, c in enumerate(board.flat) if c}, dice.choice((BLACK, WHITE)))
                    except BadValue:  # a breaker took the last liberty
                        continue
                    found.append((f"{name} {turn} {swap} {breakers}", game))
    return found


def test_two_hundred_built_positions() -> None:
    positions = built(random.Random(3))
    assert len(positions) >= 190
    agreed = [check(game) for _, game in positions]
    assert sum(agreed) >= len(positions) - 4


def on_board(diagram: str, size: int, extra: dict[tuple[int, int], int], to_play: int) -> tuple[Game, int, int]:
    """A diagram in the lower left corner; (game, its first white stone, its *)."""
    rows, star = stones(diagram)
    top = size - len(rows)
    at = {(top + r) * size + c: color for r, row in enumerate(rows) for c, color in enumerate(row) if color}
    game = Game(size, rules=RULES)
    game.set_up(at | {r * size + c: color for (r, c), color in extra.items()}, to_play)
    assert star is not None
    return game, next(p for p in sorted(at) if at[p] == WHITE), (top + star[0]) * size + star[1]


def test_the_ladder_everyone_knows() -> None:
    """White's stone is caught across the board; a white stone on the way breaks it, a black one does not."""
    game, stone, move = on_board(LADDER, 19, {}, BLACK)
    planes = seen(game)
    assert marked(planes[LADDERED]) == {stone}
    assert move in marked(planes[LADDERING])
    assert marked(planes[LADDERING]) == {move}
    broken, stone, _ = on_board(LADDER, 19, {(5, 14): WHITE}, BLACK)
    assert not seen(broken)[LADDERED].any()
    helped, stone, move = on_board(LADDER, 19, {(5, 14): BLACK}, BLACK)
    assert marked(seen(helped)[LADDERED]) == {stone}
    assert marked(seen(helped)[LADDERING]) == {move}


def test_only_the_side_to_play_begins_ladders() -> None:
    game, stone, _ = on_board(LADDER, 9, {}, WHITE)
    planes = seen(game)
    assert marked(planes[LADDERED]) == {stone}
    assert not planes[LADDERING].any()


def test_every_set_begins_alike() -> None:
    """What the house reads of every network's input lies at the same place in all sets."""
    for each in SETS.values():
        assert each.planes[:LAST_COMMON] == BASIC.planes[:LAST_COMMON]
        assert each.planes[FORBIDDEN] == BASIC.planes[FORBIDDEN]
    assert GO.planes[: BASIC.plane_count] == BASIC.planes and GO.globals_ == BASIC.globals_
    named = {KOMI: "komi", PASSED: "pass", TERRITORY_SCORING: "territory", PRISONER_LEAD: "prisoners"}
    assert all(word in BASIC.globals_[at] for at, word in named.items())
    assert "board" in BASIC.planes[ON_BOARD]


def test_go_1_contains_basic_1() -> None:
    game = Game(9, rules=RULES)
    for slow in random_play(9, 60, random.Random(4)):
        game.play(game.to_play, slow.moves[-1])
    game.legal_mask()
    batches = [Batch(9, allocate(1, 9, np.zeros, each), features=each) for each in (BASIC, GO)]
    for batch in batches:
        batch.state[0] = game.state
        batch.features()
    assert np.array_equal(batches[0].planes, batches[1].planes[:, : BASIC.plane_count])
    assert np.array_equal(batches[0].globals_, batches[1].globals_)


def test_an_unknown_set_is_named() -> None:
    with pytest.raises(BadValue, match="go-99"):
        feature_set("go-99")


def test_the_page_says_what_every_set_shows() -> None:
    page = (Path(__file__).parents[2] / "docs" / "features.md").read_text("utf-8")
    for each in SETS.values():
        basic, planes, globals_ = each is BASIC, enumerate(each.planes), enumerate(each.globals_)
        shown = [f"| plane {i} | {words} |" for i, words in planes if basic or words not in BASIC.planes]
        shown += [f"| global {i} | {words} |" for i, words in globals_ if basic or words not in BASIC.globals_]
        assert [line for line in shown if line not in page] == []
        assert f"## `{each.name}`" in page
