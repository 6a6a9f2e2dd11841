"""An `Analysis` as the JSON object KataGo would answer with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tessera.gtp.info_lines import edge_visits, play_selection_value, shown_moves, utility_lcb
from tessera.rules.coords import BLACK, WHITE, vertex

if TYPE_CHECKING:
    from tessera.gtp.json_analysis.overrides import Perspective
    from tessera.gtp.json_analysis.query import Query
    from tessera.interfaces.analysis import Analysis, MoveInfo
    from tessera.rules.game import Game


def response(query: Query, turn: int, game: Game, analysis: Analysis) -> dict[str, Any]:
    """One answer."""
    sign = view_sign(query.perspective, analysis.color)
    answer: dict[str, Any] = {
        "id": query.id,
        "isDuringSearch": analysis.during_search,
        "turnNumber": turn,
        "moveInfos": [
            _move_info(query, analysis, info, order, sign) for order, info in enumerate(shown_moves(analysis))
        ],
        "rootInfo": _root_info(game, analysis, sign),
    }
    if query.ownership:
        answer["ownership"] = _rounded(sign * analysis.ownership)
    if query.policy:
        answer["policy"] = _rounded(analysis.policy)
    return answer


def view_sign(perspective: Perspective, color: int) -> int:
    """1 when values from the view of `color` are wanted as they are, -1 when from the other side."""
    wanted = {"BLACK": BLACK, "WHITE": WHITE, "SIDETOMOVE": color}[perspective]
    return 1 if wanted == color else -1


def _rate(value: float, sign: int) -> float:
    return round(value if sign > 0 else 1.0 - value, 6)


def _move_info(query: Query, analysis: Analysis, info: MoveInfo, order: int, sign: int) -> dict[str, Any]:
    line = info.pv or (info.point,)
    shown = len(line) if query.pv_length is None else 1 + query.pv_length
    entry: dict[str, Any] = {
        "move": vertex(info.point, analysis.size),
        "order": order,
        "visits": info.visits,
        "edgeVisits": edge_visits(info),
        "winrate": _rate(info.winrate, sign),
        "lcb": _rate(info.lcb, sign),
        "utility": round(sign * info.utility, 6),
        "utilityLcb": round(sign * utility_lcb(info), 6),
        "scoreLead": round(sign * info.score, 4),
        "scoreMean": round(sign * info.score, 4),
        "scoreSelfplay": round(sign * info.score, 4),
        "scoreStdev": round(info.score_stdev, 4),
        "prior": round(info.prior, 6),
        "weight": float(info.visits),
        "edgeWeight": float(edge_visits(info)),
        "playSelectionValue": round(play_selection_value(analysis, info), 6),
        "pv": [vertex(point, analysis.size) for point in line[:shown]],
    }
    if query.no_result:
        entry["noResultValue"] = 0.0  # no ruleset here ends a game without a result
    if query.pv_visits:
        entry["pvVisits"] = entry["pvEdgeVisits"] = list(info.pv_visits[:shown])
    if query.moves_ownership and info.ownership is not None:
        entry["ownership"] = _rounded(sign * info.ownership)
    return entry


def _root_info(game: Game, analysis: Analysis, sign: int) -> dict[str, Any]:
    this, symmetric = position_hashes(game, analysis.color)
    return {
        "currentPlayer": "B" if analysis.color == BLACK else "W",
        "visits": analysis.visits,
        "weight": float(analysis.visits),
        "winrate": _rate(analysis.winrate, sign),
        "utility": round(sign * analysis.utility, 6),
        "scoreLead": round(sign * analysis.score, 4),
        "scoreSelfplay": round(sign * analysis.score, 4),
        "scoreStdev": round(analysis.score_stdev, 4),
        "rawWinrate": _rate(analysis.raw_winrate, sign),
        "rawLead": round(sign * analysis.raw_score, 4),
        "rawScoreSelfplay": round(sign * analysis.raw_score, 4),
        "rawNoResultProb": 0.0,
        "thisHash": this,
        "symHash": symmetric,
    }


def position_hashes(game: Game, color: int) -> tuple[str, str]:
    """Hashes of (board, side to play, simple ko): as it is, and the same for all eight symmetries."""
    board = game.stones.astype(np.int8)
    if game.ko_point is not None:
        board[game.ko_point] = 3
    square = board.reshape(game.size, game.size)
    images = [np.rot90(image, turns) for image in (square, square.T) for turns in range(4)]
    digests = [hashlib.sha256(bytes([color]) + image.tobytes()).hexdigest()[:32].upper() for image in images]
    return digests[0], min(digests)


def _rounded(values: NDArray[np.float32]) -> list[float]:
    return [round(float(value), 6) for value in values]
