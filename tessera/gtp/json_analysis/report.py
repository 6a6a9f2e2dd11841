"""An `Analysis` as the JSON object KataGo would answer with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tessera.gtp.info_lines import shown_moves
from tessera.rules.coords import BLACK, WHITE, vertex

if TYPE_CHECKING:
    from tessera.gtp.json_analysis.query import Perspective, Query
    from tessera.interfaces.analysis import Analysis, MoveInfo
    from tessera.rules.game import Game


def response(
    query: Query,
    turn: int,
    game: Game,
    analysis: Analysis,
    *,
    moves_ownership: Mapping[int, NDArray[np.float32]] | None = None,
) -> dict[str, Any]:
    """One answer. `moves_ownership` maps moves to ownership [P] from the view of the side to play."""
    sign = view_sign(query.perspective, analysis.color)
    infos = []
    for order, info in enumerate(shown_moves(analysis)):
        entry = _move_info(info, order, analysis.size, sign)
        if moves_ownership is not None and info.point in moves_ownership:
            entry["ownership"] = _rounded(sign * moves_ownership[info.point])
        infos.append(entry)
    answer: dict[str, Any] = {
        "id": query.id,
        "isDuringSearch": analysis.during_search,
        "turnNumber": turn,
        "moveInfos": infos,
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


def _move_info(info: MoveInfo, order: int, size: int, sign: int) -> dict[str, Any]:
    return {
        "move": vertex(info.point, size),
        "order": order,
        "visits": info.visits,
        "winrate": _rate(info.winrate, sign),
        "lcb": _rate(info.lcb, sign),
        "utility": round(sign * (2 * info.winrate - 1), 6),
        "utilityLcb": round(sign * (2 * info.lcb - 1), 6),
        "scoreLead": round(sign * info.score, 4),
        "scoreMean": round(sign * info.score, 4),
        "scoreSelfplay": round(sign * info.score, 4),
        "prior": round(info.prior, 6),
        "weight": round(info.weight, 6),
        "pv": [vertex(point, size) for point in info.pv or (info.point,)],
    }


def _root_info(game: Game, analysis: Analysis, sign: int) -> dict[str, Any]:
    this, symmetric = position_hashes(game, analysis.color)
    return {
        "currentPlayer": "B" if analysis.color == BLACK else "W",
        "visits": analysis.visits,
        "winrate": _rate(analysis.winrate, sign),
        "utility": round(sign * (2 * analysis.winrate - 1), 6),
        "scoreLead": round(sign * analysis.score, 4),
        "scoreSelfplay": round(sign * analysis.score, 4),
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
