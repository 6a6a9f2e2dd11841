"""What a player knows of a position, as the lines analysis commands print.

Sabaki needs, for each move, key and value pairs with the line of play (`pv`) last; visits along it, a move's own
ownership, and after all moves rootInfo and ownership come only when asked for. With Leela Zero's form rates are
integers 0..10000, with KataGo's they are floats. Everything is from the view of the side to play.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.rules.coords import vertex

UNSEARCHED_SHOWN = 10
"""How many moves a player without a search shows."""
PV_LENGTH = 30
OWNERSHIP_CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def shown_moves(analysis: Analysis, min_moves: int = 0, max_moves: int | None = None) -> Sequence[MoveInfo]:
    """The moves a report lists: those searched, or the best few when there was no search."""
    searched = sum(info.visits > 0 for info in analysis.moves)
    number = max(searched or UNSEARCHED_SHOWN, min_moves)
    # Searched moves stand first: the list is best first.
    return analysis.moves[: number if max_moves is None else min(number, max_moves)]


def edge_visits(info: MoveInfo) -> int:
    """Visits through the move; players without transpositions count no others."""
    return info.edge_visits or info.visits


def utility_lcb(info: MoveInfo) -> float:
    """The utility less what separates the win rate from its lower bound; a win rate of 0..1 is a utility of -1..1."""
    return info.utility - 2 * (info.winrate - info.lcb)


def play_selection_value(analysis: Analysis, info: MoveInfo) -> float:
    """What moves are ordered by, on the scale of visits: the move's share of the decision times all visits."""
    return info.weight * max(1, analysis.visits - 1)  # the root's own visit is no move's


def lz_line(analysis: Analysis, *, min_moves: int = 0, max_moves: int | None = None) -> str:
    """Leela Zero's form."""
    return " ".join(
        f"info move {vertex(info.point, analysis.size)} visits {info.visits} winrate {_per_myriad(info.winrate)} "
        f"prior {_per_myriad(info.prior)} lcb {_per_myriad(info.lcb)} order {order} pv {_pv(info, analysis.size)}"
        for order, info in enumerate(shown_moves(analysis, min_moves, max_moves))
    )


@dataclass(frozen=True)
class KataForm:
    """What a line in KataGo's form has beside the usual."""

    min_moves: int = 0
    max_moves: int | None = None
    ownership: bool = False
    root_info: bool = False
    moves_ownership: bool = False
    pv_visits: bool = False
    pv_edge_visits: bool = False
    no_result: bool = False


def kata_line(analysis: Analysis, form: KataForm = KataForm()) -> str:
    """KataGo's form."""
    parts = [
        _kata_move(analysis, info, order, form)
        for order, info in enumerate(shown_moves(analysis, form.min_moves, form.max_moves))
    ]
    if form.root_info:
        parts.append(
            f"rootInfo visits {analysis.visits} utility {analysis.utility:.6f} winrate {analysis.winrate:.6f} "
            f"scoreMean {analysis.score:.4f} scoreStdev {analysis.score_stdev:.4f} scoreLead {analysis.score:.4f} "
            f"scoreSelfplay {analysis.score:.4f} weight {float(analysis.visits):.1f}"
        )
    if form.ownership:
        parts.append("ownership " + _decimals(analysis.ownership))
    return " ".join(parts)


def _kata_move(analysis: Analysis, info: MoveInfo, order: int, form: KataForm) -> str:
    usual = (
        f"info move {vertex(info.point, analysis.size)} visits {info.visits} edgeVisits {edge_visits(info)} "
        f"utility {info.utility:.6f} winrate {info.winrate:.6f} scoreMean {info.score:.4f} "
        f"scoreStdev {info.score_stdev:.4f} scoreLead {info.score:.4f} scoreSelfplay {info.score:.4f} "
        f"prior {info.prior:.6f} lcb {info.lcb:.6f} utilityLcb {utility_lcb(info):.6f} "
        f"weight {float(info.visits):.1f} order {order}"
    )
    parts = [usual]
    if form.no_result:
        parts.append("noResultValue 0.000000")  # no ruleset here ends a game without a result
    parts.append(f"pv {_pv(info, analysis.size)}")
    visits = " ".join(map(str, info.pv_visits[:PV_LENGTH]))
    if form.pv_visits:
        parts.append(f"pvVisits {visits}")
    if form.pv_edge_visits:
        parts.append(f"pvEdgeVisits {visits}")
    if form.moves_ownership and info.ownership is not None:
        parts.append("movesOwnership " + _decimals(info.ownership))
    return " ".join(parts)


def _decimals(values: Iterable[float]) -> str:
    return " ".join(f"{value:.4f}" for value in values)


def cgos_line(analysis: Analysis) -> str:
    """One line of JSON as the Computer Go Server stores it beside a move."""
    size = analysis.size
    moves = [
        {
            "move": vertex(info.point, size),
            "winrate": round(info.winrate, 4),
            "score": round(info.score, 2),
            "prior": round(info.prior, 4),
            "visits": info.visits,
            "pv": " ".join(vertex(point, size) for point in info.pv[1:PV_LENGTH]),
        }
        for info in shown_moves(analysis)
    ]
    summary = {
        "winrate": round(analysis.winrate, 4),
        "score": round(analysis.score, 2),
        "visits": analysis.visits,
        "moves": moves,
        "ownership": "".join(_encoded(float(value)) for value in analysis.ownership),
    }
    return json.dumps(summary, separators=(",", ":"))


def _per_myriad(share: float) -> int:
    return round(10000 * min(1.0, max(0.0, share)))


def _pv(info: MoveInfo, size: int) -> str:
    return " ".join(vertex(point, size) for point in info.pv[:PV_LENGTH] or (info.point,))


def _encoded(value: float) -> str:
    return OWNERSHIP_CODE[round(31 * (1 + min(1.0, max(-1.0, value))))]
