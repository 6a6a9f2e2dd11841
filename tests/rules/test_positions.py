"""Tables of diagrams: kos, superko cycles, captures, suicide. Each case is played under the rules it names.

A script is read left to right, moves in turn: a name of the diagram, a vertex such as B3, or pass.
`B:` and `W:` set the side to play. `!ko`, `!suicide` or `!occupied` after a move means that it is
forbidden for that reason, and the game goes on as if it had not been tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tessera.errors import IllegalMove
from tessera.rules.coords import BLACK, EMPTY, WHITE, opponent, parse_vertex
from tessera.rules.diagram import parse, render
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS, Ruleset
from tests.rules.reference import Reference
from tests.rules.validate import validate

SIMPLE, POSITIONAL, SITUATIONAL = (Ruleset(ko, ko=ko) for ko in ("simple", "positional", "situational"))  # type: ignore[arg-type]
ALL = (SIMPLE, POSITIONAL, SITUATIONAL)
SUICIDAL = tuple(Ruleset(f"{ko}, suicide", ko=ko, suicide=True) for ko in ("simple", "positional", "situational"))  # type: ignore[arg-type]
REASONS = {"ko": "ko rule", "suicide": "suicide", "occupied": "occupied"}


@dataclass(frozen=True)
class Case:
    name: str
    board: str
    script: str
    rules: tuple[Ruleset, ...] = ALL
    after: str = ""
    """The board at the end, when it matters."""
    captured: tuple[int, int] | None = None
    """Prisoners taken by Black and by White."""


KO = """
    . X O . .
    X O a O .
    . X O . .
    . . . . .
    . . . . ."""

SEND_TWO = """
    a O c O .
    X X O O .
    . X O . .
    . X O . .
    . X O . ."""

ETERNAL_LIFE = """
    . X X O
    X X O .
    X X O O
    O a X b"""

TRIPLE_KO = """
    . X O . . . . . .
    X O a O . . . . .
    . X O . . . . . .
    . X O . . . . . .
    X b X O . . . . .
    . X O . . . . . .
    . X O . . . . . .
    X O c O . . . . .
    . X O . . . . . ."""

SNAPBACK = """
    X O a b O X
    X O O O O X
    X X X X X X
    . . . . . .
    . . . . . .
    . . . . . ."""

CROSS = """
    . . X . .
    . X O X .
    X O a O X
    . X O X .
    . . X . ."""

SUICIDE = """
    a b O . .
    O O O . .
    . . . . .
    . . . . .
    . . . . ."""

CASES = [
    Case("ko: no immediate retaking", KO, "a B4!ko", captured=(1, 0)),
    Case("ko: retaking after a threat and its answer", KO, "a B4!ko E1 A1 B4 a!ko", captured=(1, 1)),
    Case("ko: two passes lift a simple ko", KO, "a pass pass B4", (SIMPLE,), captured=(1, 1)),
    Case("ko: passes do not lift superko", KO, "a pass pass B4!ko", (POSITIONAL, SITUATIONAL)),
    Case("ko: the side that took may fill it", KO, "a E1 B4 E2", captured=(1, 0)),
    Case("ko: the side that took may move twice", KO, "a B: B4", captured=(1, 0)),
    Case("sending two", SEND_TWO, "W: a c", captured=(2, 0)),
    Case("sending two, returning one: endless", SEND_TWO, "W: a c B5 pass a c B5", (SIMPLE,), SEND_TWO, (4, 2)),
    Case("sending two, returning one: returning repeats the board", SEND_TWO, "W: a c B5!ko", (POSITIONAL,)),
    Case(
        "sending two, returning one: with the other side to play; sending again repeats",
        SEND_TWO,
        "W: a c B5 pass a!ko",
        (SITUATIONAL,),
        SEND_TWO,
        (2, 1),
    ),
    Case("eternal life: four moves without end", ETERNAL_LIFE, "b a C1 A1 b a C1 A1", (SIMPLE,), ETERNAL_LIFE, (4, 4)),
    Case("eternal life: the fourth move repeats", ETERNAL_LIFE, "b a C1 A1!ko", (POSITIONAL, SITUATIONAL)),
    Case("triple ko: endless", TRIPLE_KO, "a b c B8 C5 B2 a b c B8 C5 B2", (SIMPLE,), TRIPLE_KO, (6, 6)),
    Case("triple ko: the sixth capture repeats", TRIPLE_KO, "a b c B8 C5 B2!ko H8", (POSITIONAL, SITUATIONAL)),
    Case(
        "snapback: one stone is taken, seven are taken back at once",
        SNAPBACK,
        "a b a",
        after="""
    X . X . . X
    X . . . . X
    X X X X X X
    . . . . . .
    . . . . . .
    . . . . . .""",
        captured=(7, 1),
    ),
    Case("four chains at once", CROSS, "a", captured=(4, 0)),
    Case("a chain of many chains may not die by its own hand", CROSS, "W: a!suicide"),
    Case(
        "suicide that joins four chains",
        CROSS,
        "W: a",
        SUICIDAL,
        """
    . . X . .
    . X . X .
    X . . . X
    . X . X .
    . . X . .""",
        (5, 0),
    ),
    Case("a corner", ". . .\nX . .\nO a .", "a", after=". . .\nX . .\n. X .", captured=(1, 0)),
    Case("an edge", "X O a .\n. X . .\n. . . .\n. . . .", "a", captured=(1, 0)),
    Case("a chain along two edges", "O O O a\nO X X X\nO X . .\nX . . .", "a", captured=(5, 0)),
    Case("a move without liberty that captures", "a O X\nO X .\nX . .", "a", captured=(2, 0)),
    Case("occupied points", KO, "B5!occupied C5!occupied"),
    Case("suicide of one stone is never allowed", SUICIDE.replace("b", "O"), "a!suicide", (*ALL, *SUICIDAL)),
    Case("suicide of two stones, forbidden", SUICIDE, "a pass b!suicide"),
    Case("suicide of two stones, allowed", SUICIDE, "a pass b", SUICIDAL[:1], SUICIDE, (0, 2)),
    Case("suicide that repeats the board", SUICIDE, "a pass b!ko", SUICIDAL[1:2]),
    Case("suicide that leaves the other side to play", SUICIDE, "a pass b pass a!ko", SUICIDAL[2:], SUICIDE, (0, 2)),
]


@pytest.mark.parametrize(
    ("case", "rules"),
    [pytest.param(case, rules, id=f"{case.name} ({rules.name})") for case in CASES for rules in case.rules],
)
def test_position(case: Case, rules: Ruleset) -> None:
    diagram = parse(case.board)
    size, words = diagram.size, case.script.split()
    first = words.pop(0) if words[0] in ("B:", "W:") else "B:"
    game = Game(size, rules=rules)
    game.set_up(diagram.stones, WHITE if first == "W:" else BLACK)
    slow = Reference(size, rules.ko, rules.suicide, game.stones.tolist(), game.to_play)
    for word in words:
        if word in ("B:", "W:"):
            game.to_play = BLACK if word == "B:" else WHITE
            continue
        where, _, reason = word.partition("!")
        point = diagram.names[where] if where in diagram.names else parse_vertex(where, size)
        color = game.to_play
        if reason:
            before = game.state.copy()
            assert slow.verdict(point, color) == reason
            with pytest.raises(IllegalMove, match=REASONS[reason]):
                game.play(color, point)
            assert np.array_equal(game.stones, before[: size * size]) and game.to_play == color
        else:
            assert point == size * size or slow.verdict(point, color) == "legal"
            game.play(color, point)
            slow.play(point, color)
        validate(game.state, size)
        assert game.stones.tolist() == slow.board
    if case.after:
        assert render(game.stones.tolist(), size) == render(board_of(case.after), size)
    if case.captured is not None:
        assert (game.captured_by(BLACK), game.captured_by(WHITE)) == case.captured


def board_of(text: str) -> list[int]:
    diagram = parse(text)
    return [diagram.stones.get(point, EMPTY) for point in range(diagram.size**2)]


@pytest.mark.parametrize(
    ("preset", "board", "script"),
    [
        ("tromp-taylor", SUICIDE, "a pass b!ko"),
        ("new-zealand", SUICIDE, "a pass b pass a!ko"),
        ("chinese", SUICIDE, "a pass b!suicide"),
        ("japanese", SUICIDE, "a pass b!suicide"),
        ("korean", SUICIDE, "a pass b!suicide"),
        ("aga", SUICIDE, "a pass b!suicide"),
        ("bga", SUICIDE, "a pass b!suicide"),
        ("chinese-kgs", SUICIDE, "a pass b!suicide"),
        ("chinese-ogs", SUICIDE, "a pass b!suicide"),
        ("japanese", TRIPLE_KO, "a b c B8 C5 B2"),
        ("korean", TRIPLE_KO, "a b c B8 C5 B2"),
        ("chinese", TRIPLE_KO, "a b c B8 C5 B2"),
        ("chinese-kgs", TRIPLE_KO, "a b c B8 C5 B2!ko"),
        ("chinese-ogs", TRIPLE_KO, "a b c B8 C5 B2!ko"),
        ("tromp-taylor", TRIPLE_KO, "a b c B8 C5 B2!ko"),
        ("aga", TRIPLE_KO, "a b c B8 C5 B2!ko"),
        ("bga", TRIPLE_KO, "a b c B8 C5 B2!ko"),
        ("new-zealand", TRIPLE_KO, "a b c B8 C5 B2!ko"),
        ("tromp-taylor", SEND_TWO, "W: a c B5!ko"),
        ("aga", SEND_TWO, "W: a c B5 pass a!ko"),
        ("bga", SEND_TWO, "W: a c B5 pass a!ko"),
        ("new-zealand", SEND_TWO, "W: a c B5 pass a!ko"),
        ("japanese", SEND_TWO, "W: a c B5 pass a c B5"),
    ],
)
def test_presets(preset: str, board: str, script: str) -> None:
    test_position(Case(preset, board, script), PRESETS[preset])


def test_undo_through_a_capture_and_a_ko() -> None:
    """The superko history shrinks with the moves: what was forbidden is allowed again."""
    diagram = parse(KO)
    game = Game(5)
    game.set_up(diagram.stones)
    before = game.state.copy()
    game.play(BLACK, diagram.names["a"])
    retake = parse_vertex("B4", 5)
    assert not game.is_legal(WHITE, retake)
    game.undo()
    assert np.array_equal(game.state[:26], before[:26]) and game.is_legal(opponent(WHITE), diagram.names["a"])
    game.play(WHITE, diagram.names["a"])
    assert game.is_legal(BLACK, parse_vertex("A5", 5))
