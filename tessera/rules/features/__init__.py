"""Feature sets: what a network is shown of a position, always from the view of the side to play.

A network names the set it reads (`feature_set`), its checkpoints record the name, and whoever writes its input writes
that set. What a name stands for never changes: other planes are another set. A new one is a `FeatureSet` in `SETS`
here, a kernel beside `basic` (the first planes of every set are the same), and its loops in `tessera.rules.cpu` and
`tessera.rules.cuda`.

Where to start reading: `FeatureSet` here, which has names and counts alone, so that a checkpoint can be read without
the kernels; then `go`, the kernel that writes all planes of `go-1`.

    basic       `basic-1`: the stones, their liberties, the last moves, the rules
    go          `go-1`: these, ladders, and the area that is alive whatever the opponent does
    ladders     whether a chain falls to a ladder
    life        Benson's algorithm
    katago      `katago-v7`: what KataGo's networks are shown
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tessera.errors import BadValue, listed

ON_BOARD, OWN, OPPONENT, LIBERTIES, FORBIDDEN = 0, 1, 2, 3, 6
"""Planes of every set: three by liberties from LIBERTIES on."""
PLAYED = 7
"""A plane of `basic-1` and `go-1`: five of the last moves from here on."""
KOMI, PASSED, SIMPLE_KO, SITUATIONAL, SUICIDE_ALLOWED, TERRITORY_SCORING, SIDE, PRISONER_LEAD = 0, 1, 6, 7, 8, 9, 10, 11
"""Globals of `basic-1` and `go-1`: five of the last moves from PASSED on."""
LADDERED, LADDERING, OWN_ALIVE, OPPONENT_ALIVE = 12, 13, 14, 15
"""Planes of `go-1`."""


@dataclass(frozen=True)
class FeatureSet:
    """What one name stands for."""

    name: str
    planes: tuple[str, ...]
    """The F input planes [N, N], zeros and ones, in order."""
    globals_: tuple[str, ...]
    """The G global inputs, in order."""
    scratch: Callable[[int], int] = lambda size: 0
    """int32 values that the kernel works on, for a board side."""
    territory: bool = False
    """Whether its networks have learned territory scoring; the others are asked a question of area."""

    @property
    def plane_count(self) -> int:
        """F."""
        return len(self.planes)

    @property
    def global_count(self) -> int:
        """G."""
        return len(self.globals_)


BASIC = FeatureSet(
    "basic-1",
    planes=(
        "on board",
        "own stones",
        "opponent's stones",
        "chains of either colour with 1 liberty",
        "chains of either colour with 2 liberties",
        "chains of either colour with 3 or more liberties",
        "points forbidden by ko or superko",
        "last move",
        "2nd last move",
        "3rd last move",
        "4th last move",
        "5th last move",
    ),
    globals_=(
        "komi for the side to play, points / 15, clipped to -3..3; negative for Black",
        "last move was a pass",
        "2nd last move was a pass",
        "3rd last move was a pass",
        "4th last move was a pass",
        "5th last move was a pass",
        "simple ko rule",
        "situational superko",
        "suicide allowed",
        "territory scoring",
        "board side / 19",
        "prisoners for the side to play minus against, / 15, clipped to -3..3 (territory scoring only, else 0)",
    ),
)
LADDER_DEPTH, LADDER_RECORD = 8, 27
"""Plies a ladder is followed for each line of the board, and int32 values kept of each (`ladders`)."""


def _ladder_scratch(size: int) -> int:
    plies = LADDER_DEPTH * size
    return 7 * size * size + 1 + (plies + 1) * LADDER_RECORD + 4 * plies


GO = FeatureSet(
    "go-1",
    planes=(
        *BASIC.planes,
        "chains of either colour that a ladder captures: in atari and to play, or with 2 liberties and attacked",
        "moves of the side to play that begin a ladder which captures a chain of 2 liberties",
        "own stones and area that are alive whatever the opponent does (Benson)",
        "the opponent's",
    ),
    globals_=BASIC.globals_,
    scratch=_ladder_scratch,
)
KATAGO = FeatureSet(
    "katago-v7",
    planes=(
        "on board",
        "own stones",
        "opponent's stones",
        "chains of either colour with 1 liberty",
        "chains of either colour with 2 liberties",
        "chains of either colour with 3 liberties",
        "points forbidden by ko or superko",
        "always 0: ko in the encore",
        "always 0: ko in the encore",
        "last move",
        "2nd last move",
        "3rd last move",
        "4th last move",
        "5th last move",
        "chains of either colour that a ladder captures",
        "the same a move ago",
        "the same two moves ago",
        "moves of the side to play that begin a ladder which captures a chain of 2 liberties",
        "own area if the game ended here (area scoring only)",
        "the opponent's",
        "always 0: stones at the encore",
        "always 0: stones at the encore",
    ),
    globals_=(
        "last move was a pass",
        "2nd last move was a pass",
        "3rd last move was a pass",
        "4th last move was a pass",
        "5th last move was a pass",
        "komi for the side to play, points / 20; negative for Black; territory scoring adds Black's moves less White's",
        "superko",
        "0.5 positional superko, -0.5 situational",
        "suicide allowed",
        "territory scoring",
        "no points in seki (territory scoring)",
        "always 0: group tax",
        "always 0: encore",
        "always 0: second encore",
        "a pass would end the game (territory scoring only)",
        "always 0: handicap by playouts",
        "always 0: handicap by playouts",
        "always 0: button",
        "wave of komi by the parity of the board (area scoring only)",
    ),
    scratch=_ladder_scratch,
    territory=True,
)
"""What KataGo shows its networks from version 8 on (nninputs V7), under the rules that both programs have."""
SETS = {each.name: each for each in (BASIC, GO, KATAGO)}
FeatureSetName = Literal["basic-1", "go-1", "katago-v7"]
"""The names in `SETS`, for a network's settings."""


def feature_set(name: str) -> FeatureSet:
    """The set of that name; raises `BadValue`."""
    if name not in SETS:
        raise BadValue("features", name, listed(SETS))
    return SETS[name]
