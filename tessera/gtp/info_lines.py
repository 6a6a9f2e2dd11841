"""What a player knows of a position, as the lines analysis commands print.

Sabaki needs, for each move, key and value pairs with the line of play (`pv`) last; ownership and rootInfo
come after all moves, and only when asked for. With Leela Zero's form rates are integers 0..10000, with
KataGo's they are floats. Everything is from the view of the side to play.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

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


def lz_line(analysis: Analysis, *, min_moves: int = 0, max_moves: int | None = None) -> str:
    """Leela Zero's form."""
    return " ".join(
        f"info move {vertex(info.point, analysis.size)} visits {info.visits} winrate {_per_myriad(info.winrate)} "
        f"prior {_per_myriad(info.prior)} lcb {_per_myriad(info.lcb)} order {order} pv {_pv(info, analysis.size)}"
        for order, info in enumerate(shown_moves(analysis, min_moves, max_moves))
    )


def kata_line(
    analysis: Analysis,
    *,
    min_moves: int = 0,
    max_moves: int | None = None,
    ownership: bool = False,
    root_info: bool = False,
) -> str:
    """KataGo's form."""
    parts = [
        f"info move {vertex(info.point, analysis.size)} visits {info.visits} utility {2 * info.winrate - 1:.6f} "
        f"winrate {info.winrate:.6f} scoreMean {info.score:.4f} scoreLead {info.score:.4f} "
        f"prior {info.prior:.6f} lcb {info.lcb:.6f} utilityLcb {2 * info.lcb - 1:.6f} order {order} "
        f"pv {_pv(info, analysis.size)}"
        for order, info in enumerate(shown_moves(analysis, min_moves, max_moves))
    ]
    if root_info:
        parts.append(
            f"rootInfo visits {analysis.visits} utility {2 * analysis.winrate - 1:.6f} "
            f"winrate {analysis.winrate:.6f} scoreMean {analysis.score:.4f} scoreLead {analysis.score:.4f}"
        )
    if ownership:
        parts.append("ownership " + " ".join(f"{value:.4f}" for value in analysis.ownership))
    return " ".join(parts)


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
