"""Hand-made ends of games, one of each kind: who is dead, who is in seki, without a network's opinion.

In the diagrams capitals stand as they are judged: X, O alive; x, o dead; S black and s white in seki.
"""

from __future__ import annotations

import pytest

from tessera.rules.coords import BLACK, EMPTY, WHITE, parse_vertex, vertex
from tessera.rules.endgame import judge, judged_score
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS

COLORS = {".": EMPTY, "X": BLACK, "x": BLACK, "S": BLACK, "O": WHITE, "o": WHITE, "s": WHITE}
POSITIONS = {
    "seki: two shared liberties": """
        Xs.SO.O
        Xs.SOOO
        XsSSO.O
        XXOOOOO
        .XOOOOO
        XXOOOOO
        .XOOOOO
    """,
    "seki: eye against eye": """
        .s.S.SO.O
        sssSSSOOO
        XXXOOOO.O
        XXXXXXXOO
        .X.X.XXOO
        XXXXXXXOO
        XXXXXXXOO
        XXXXXXXOO
        .X.X.XXOO
    """,
    "semeai won by the side with more liberties": """
        Xo.X..O.O
        XooXX.OOO
        XXXOOOO.O
        XXXXXXXOO
        .X.X.XXOO
        XXXXXXXOO
        XXXXXXXOO
        XXXXXXXOO
        .X.X.XXOO
    """,
    "nothing dead, neutral points not filled": """
        .X.X..O.O
        XXXX..OOO
        XXXX.OO.O
        XXXXXXXOO
        .X.X.XXOO
        XXXXXXXOO
        XXXXXXXOO
        XXXXXXXOO
        .X.X.XXOO
    """,
    "dead in one eye": """
        .o.X.X...
        ooXXXX.XX
        XXX...X.X
        ..X.XXXXX
        XXXXOOOOO
        OOOOO...O
        O.O..OOOO
        OOOOOO..O
        .O.O.OOO.
    """,
    "nakade: two stones in a small eye": """
        ..O.Xoo.o
        OOOXXXXXo
        ...OOOOXX
        OOOO.OOOO
        O..OOO..O
        XXXXXXXXX
        ..X.X..X.
        XXXXXXXXX
        .X..X..X.
    """,
}


def judged(diagram: str) -> tuple[Game, str]:
    rows = diagram.split()
    game = Game(len(rows), komi=0.5)
    game.set_up({p: COLORS[c] for p, c in enumerate("".join(rows)) if c != "."})
    return game, "".join(rows)


def shown(game: Game) -> str:
    """The diagram the verdict makes."""
    status, cells = judge(game), ["."] * game.points
    for chains, letters in ((status.alive, " XO"), (status.dead, " xo"), (status.seki, " Ss")):
        for chain in chains:
            for point in chain:
                cells[point] = letters[int(game.stones[point])]
    return "".join(cells)


@pytest.mark.parametrize("name", POSITIONS)
def test_position(name: str) -> None:
    game, expected = judged(POSITIONS[name])
    found = shown(game)
    wrong = [vertex(p, game.size) for p in range(game.points) if found[p] != expected[p]]
    rows = "\n".join(found[i : i + game.size] for i in range(0, game.points, game.size))
    assert not wrong, f"\n{rows}"


def test_the_eyes_of_a_seki_count_as_area_and_not_as_territory() -> None:
    """A9 is White's eye, E9 Black's, C9 neither's."""
    game, _ = judged(POSITIONS["seki: eye against eye"])
    eyes = [parse_vertex(v, 9) for v in ("A9", "C9", "E9")]
    assert judged_score(game).owner[eyes].tolist() == [WHITE, EMPTY, BLACK]
    game.set_rules(PRESETS["japanese"])
    game.set_komi(0.0)
    counted = judged_score(game)
    assert counted.owner[eyes].tolist() == [EMPTY, EMPTY, EMPTY]
    assert counted.margin == 6 - 2, "six eyes of Black's wall, two of White's"
