"""Our own commands: the engine's distributions, in forms GoGui can draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.gtp import thinking
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.info_lines import shown_moves
from tessera.gtp.settings import DEFAULT_VISITS
from tessera.rules.coords import BLACK, vertex

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("Tessera's views")

LABEL_FROM = 0.01
"""Probability from which a point gets a number."""
COLOR_FROM = 0.001
OWNERSHIP_VISITS = VALUE_VISITS = 32
GOOD, FAIR, WEAK = "green", "yellow", "red"


@table.add("tessera-policy")
def policy(session: Session, args: list[str]) -> str:
    """The network's move probabilities as GoGui graphics: a heat map with percentages."""
    analysis = thinking.overview(session, visits=1)
    shares = [float(value) for value in analysis.policy]
    top = max(max(shares), 1e-9)
    lines = [
        f"COLOR {_heat(share / top)} {vertex(point, analysis.size)}"
        for point, share in enumerate(shares[:-1])
        if share >= COLOR_FROM
    ]
    labels = [
        f"{vertex(point, analysis.size)} {100 * share:.0f}"
        for point, share in enumerate(shares[:-1])
        if share >= LABEL_FROM
    ]
    if labels:
        lines.append("LABEL " + " ".join(labels))
    lines.append(f"TEXT pass {100 * max(0.0, shares[-1]):.1f}%")
    return "\n".join(lines)


@table.add("tessera-ownership")
def ownership(session: Session, args: list[str]) -> str:
    """Who will own each point, as a board of numbers: 1 Black, -1 White."""
    analysis = thinking.overview(session, visits=OWNERSHIP_VISITS)
    sign = 1.0 if analysis.color == BLACK else -1.0
    cells = [f"{sign * float(value):.3f}" for value in analysis.ownership]
    size = analysis.size
    return "\n" + "\n".join(" ".join(cells[row * size : (row + 1) * size]) for row in range(size))


@table.add("tessera-value")
def value(session: Session, args: list[str]) -> str:
    """Black's and White's winning chances."""
    analysis = thinking.overview(session, visits=VALUE_VISITS)
    black = analysis.winrate if analysis.color == BLACK else 1.0 - analysis.winrate
    return f"B {100 * black:.1f}% W {100 * (1.0 - black):.1f}%"


@table.add("tessera-score")
def score(session: Session, args: list[str]) -> str:
    """The expected score, komi included."""
    analysis = thinking.overview(session, visits=VALUE_VISITS)
    black = analysis.score if analysis.color == BLACK else -analysis.score
    return f"{'B' if black >= 0 else 'W'}+{abs(black):.1f}"


@table.add("tessera-line")
def line(session: Session, args: list[str]) -> str:
    """The main line of a search, first move by the side to play."""
    analysis = thinking.overview(session, visits=session.settings.visits or DEFAULT_VISITS)
    return " ".join(vertex(point, analysis.size) for point in analysis.moves[0].pv) if analysis.moves else ""


@table.add("tessera-moves")
def best_moves(session: Session, args: list[str]) -> str:
    """The candidate moves of a search as a board of colours: green best, yellow and red behind it."""
    analysis = thinking.overview(session, visits=session.settings.visits or DEFAULT_VISITS)
    size = analysis.size
    cells = ['""'] * (size * size)
    for info in reversed(shown_moves(analysis)):
        behind = analysis.moves[0].winrate - info.winrate
        if info.point < size * size:
            cells[info.point] = GOOD if behind < 0.02 else FAIR if behind < 0.1 else WEAK
    return "\n" + "\n".join(" ".join(cells[row * size : (row + 1) * size]) for row in range(size))


def _heat(share: float) -> str:
    """From blue (0) to red (1)."""
    return f"#{round(255 * share):02x}40{round(255 * (1 - share)):02x}"
