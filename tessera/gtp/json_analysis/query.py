"""From a JSON object to a checked query. Nothing outside its range reaches the player."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from tessera.errors import BadValue, IllegalMove
from tessera.rules.coords import BLACK, COLOR_NAMES, MAX_SIZE, MIN_SIZE, opponent, parse_color, parse_vertex, vertex
from tessera.rules.ruleset import Ruleset, from_katago, parse_ruleset

if TYPE_CHECKING:
    from tessera.rules.game import Game

Perspective = Literal["BLACK", "WHITE", "SIDETOMOVE"]
PERSPECTIVES: tuple[Perspective, ...] = ("BLACK", "WHITE", "SIDETOMOVE")
KOMI_LIMIT = 150
MAX_MOVES = 10_000
MAX_VISITS = 10_000_000
MAX_SECONDS = 86_400.0
PRIORITY_LIMIT = 2**31


class QueryError(Exception):
    """A field that cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Query:
    """One request for analysis of some turns of a game."""

    id: str
    size: int
    rules: Ruleset
    komi: float
    stones: Mapping[int, int]
    """{point: color} before the first move."""
    first: int
    """The colour to play at turn 0."""
    moves: tuple[tuple[int, int], ...]
    """(color, point)"""
    turns: tuple[int, ...]
    priorities: tuple[int, ...]
    """One for each turn."""
    perspective: Perspective
    visits: int | None = None
    seconds: float | None = None
    interval: float | None = None
    """Seconds between reports during the search."""
    ownership: bool = False
    moves_ownership: bool = False
    policy: bool = False
    avoid: Mapping[int, frozenset[int]] | None = None
    """color -> points"""
    allow: Mapping[int, frozenset[int]] | None = None

    def to_play(self, turn: int) -> int:
        """Who moves at a turn: the one who did, or after the last move the other side."""
        if turn < len(self.moves):
            return self.moves[turn][0]
        return opponent(self.moves[-1][0]) if self.moves else self.first

    def position(self, turn: int) -> Game:
        """The game before move `turn` (0 is the first). Raises `QueryError` for what the rules forbid."""
        from tessera.rules.game import Game

        game = Game(self.size, rules=self.rules, komi=self.komi)
        try:
            if len(self.stones) >= 2 and set(self.stones.values()) == {BLACK}:
                game.set_handicap(self.stones)
            elif self.stones:
                game.set_up(self.stones)
        except BadValue as error:
            raise QueryError("initialStones", str(error)) from None
        game.to_play = self.first
        for number, (color, point) in enumerate(self.moves[:turn]):
            try:
                game.play(color, point)
            except IllegalMove:
                move = f"{COLOR_NAMES[color]} {vertex(point, self.size)}"
                raise QueryError("moves", f"Illegal move {number}: {move}") from None
        game.to_play = self.to_play(turn)
        return game


def parse_query(fields: Mapping[str, Any], *, perspective: Perspective) -> tuple[Query, list[tuple[str, str]]]:
    """The query and warnings as (field, message); raises `QueryError`. `fields["id"]` is a string already."""
    warnings = [(name, "Unexpected or unused field, ignored") for name in fields if name not in KNOWN]
    size = _board_size(fields)
    moves = _moves(fields, "moves", size)
    rules = _rules(fields)
    turns = _turns(fields, len(moves))
    query = Query(
        id=fields["id"],
        size=size,
        rules=rules,
        komi=_komi(fields, rules),
        stones=_stones(fields, size),
        first=_first(fields, moves),
        moves=moves,
        turns=turns,
        priorities=_priorities(fields, len(turns)),
        perspective=perspective,
        visits=_integer(fields, "maxVisits", 1, MAX_VISITS) if "maxVisits" in fields else None,
        interval=_seconds(fields, "reportDuringSearchEvery") if "reportDuringSearchEvery" in fields else None,
        ownership=_flag(fields, "includeOwnership"),
        moves_ownership=_flag(fields, "includeMovesOwnership"),
        policy=_flag(fields, "includePolicy"),
        avoid=_restrictions(fields, "avoidMoves", size),
        allow=_restrictions(fields, "allowMoves", size),
    )
    warnings += [(name, "Not supported here, ignored") for name in IGNORED if name in fields]
    query, more = _override(query, fields.get("overrideSettings", {}))
    query.position(len(moves))
    return query, warnings + more


IGNORED = (
    "includePVVisits",
    "includeOwnershipStdev",
    "includeMovesOwnershipStdev",
    "rootPolicyTemperature",
    "rootFpuReductionMax",
)
KNOWN = frozenset(IGNORED) | {
    "id",
    "moves",
    "initialStones",
    "initialPlayer",
    "rules",
    "komi",
    "whiteHandicapBonus",
    "boardXSize",
    "boardYSize",
    "analyzeTurns",
    "maxVisits",
    "includeOwnership",
    "includeMovesOwnership",
    "includePolicy",
    "avoidMoves",
    "allowMoves",
    "overrideSettings",
    "reportDuringSearchEvery",
    "priority",
    "priorities",
}


# ---------------------------------------------------------------- single fields


def _integer(fields: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = fields.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise QueryError(name, f"Must be an integer from {low} to {high}")
    return value


def _number(value: object, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise QueryError(name, f"Must be a number from {low:g} to {high:g}")
    return float(value)


def _seconds(fields: Mapping[str, Any], name: str) -> float:
    return _number(fields.get(name), name, 0.001, MAX_SECONDS)


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise QueryError(name, "Must be a boolean")
    return value


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list) or len(value) > MAX_MOVES:
        raise QueryError(name, f"Must be an array of at most {MAX_MOVES} elements")
    return value


def _board_size(fields: Mapping[str, Any]) -> int:
    width = _integer(fields, "boardXSize", MIN_SIZE, MAX_SIZE)
    height = _integer(fields, "boardYSize", MIN_SIZE, MAX_SIZE)
    if width != height:
        raise QueryError("boardYSize", f"Only square boards are played here, boardXSize is {width}")
    return width


def _color(text: object, name: str) -> int:
    try:
        return parse_color(text if isinstance(text, str) else "")
    except BadValue:
        raise QueryError(name, 'Could not parse player, must be "B" or "W"') from None


_PAIR = re.compile(r"\((\d{1,2}),(\d{1,2})\)")


def _point(text: object, name: str, size: int) -> int:
    """'Q4', 'pass', or '(x,y)' counted from the top-left."""
    pair = _PAIR.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    if pair and max(int(pair[1]), int(pair[2])) < size:
        return int(pair[2]) * size + int(pair[1])
    try:
        return parse_vertex(text if isinstance(text, str) else "", size)
    except BadValue:
        raise QueryError(name, f"Could not parse board location: {str(text)[:40]}") from None


def _moves(fields: Mapping[str, Any], name: str, size: int) -> tuple[tuple[int, int], ...]:
    found = []
    for entry in _list(fields, name):
        if not isinstance(entry, list) or len(entry) != 2:
            raise QueryError(name, "Must be an array of [player, location] pairs")
        found.append((_color(entry[0], name), _point(entry[1], name, size)))
    if name == "moves" and name not in fields:
        raise QueryError(name, "Must be an array of [player, location] pairs")
    return tuple(found)


def _stones(fields: Mapping[str, Any], size: int) -> dict[int, int]:
    placed = _moves(fields, "initialStones", size)
    stones = {point: color for color, point in placed}
    if len(stones) != len(placed) or size * size in stones:
        raise QueryError("initialStones", "Must name points of the board, each once")
    return stones


def _first(fields: Mapping[str, Any], moves: Sequence[tuple[int, int]]) -> int:
    if "initialPlayer" in fields:
        return _color(fields["initialPlayer"], "initialPlayer")
    return moves[0][0] if moves else BLACK


def _rules(fields: Mapping[str, Any]) -> Ruleset:
    given = fields.get("rules")
    try:
        if isinstance(given, str):
            rules = parse_ruleset(given)
        elif isinstance(given, dict):
            rules = from_katago(given)
        else:
            raise QueryError("rules", "Must specify rules as a string or an object")
        if "whiteHandicapBonus" in fields:
            rules = from_katago({**rules.as_katago(), "whiteHandicapBonus": str(fields["whiteHandicapBonus"])})
    except BadValue as error:
        raise QueryError("rules", f"Could not parse rules: {error}") from None
    return rules


def _komi(fields: Mapping[str, Any], rules: Ruleset) -> float:
    if fields.get("komi") is None:
        return rules.komi
    komi = _number(fields["komi"], "komi", -KOMI_LIMIT, KOMI_LIMIT)
    if not (2 * komi).is_integer():
        raise QueryError("komi", "Must be an integer or half-integer")
    return komi


def _turns(fields: Mapping[str, Any], moves: int) -> tuple[int, ...]:
    if "analyzeTurns" not in fields:
        return (moves,)
    turns = _list(fields, "analyzeTurns")
    for turn in turns:
        if not isinstance(turn, int) or isinstance(turn, bool) or not 0 <= turn <= moves:
            raise QueryError("analyzeTurns", f"Invalid turn number, must be 0 to {moves}")
    return tuple(dict.fromkeys(turns))


def _priorities(fields: Mapping[str, Any], turns: int) -> tuple[int, ...]:
    if "priorities" not in fields:
        priority = _integer(fields, "priority", -PRIORITY_LIMIT, PRIORITY_LIMIT) if "priority" in fields else 0
        return (priority,) * turns
    given = _list(fields, "priorities")
    if "priority" in fields or "analyzeTurns" not in fields or len(given) != len(fields["analyzeTurns"]):
        raise QueryError("priorities", "Must be of the length of analyzeTurns, and without priority")
    if len(given) != turns:
        raise QueryError("priorities", "Needs turns that are named once")
    return tuple(_integer({"priorities": value}, "priorities", -PRIORITY_LIMIT, PRIORITY_LIMIT) for value in given)


def _restrictions(fields: Mapping[str, Any], name: str, size: int) -> dict[int, frozenset[int]] | None:
    found: dict[int, frozenset[int]] = {}
    for entry in _list(fields, name):
        if not isinstance(entry, dict) or not isinstance(entry.get("moves"), list):
            raise QueryError(name, "Must be an array of objects with player, moves and untilDepth")
        _integer({name: entry.get("untilDepth")}, name, 1, MAX_MOVES)
        color = _color(entry.get("player"), name)
        points = frozenset(_point(text, name, size) for text in entry["moves"])
        found[color] = found.get(color, frozenset()) | points
    return found or None


def _override(query: Query, settings: object) -> tuple[Query, list[tuple[str, str]]]:
    if not isinstance(settings, dict):
        raise QueryError("overrideSettings", "Must be an object")
    warnings = []
    for name, value in settings.items():
        match name:
            case "reportAnalysisWinratesAs":
                query = replace(query, perspective=parse_perspective(value))
            case "maxVisits":
                query = replace(query, visits=query.visits or _integer(settings, name, 1, MAX_VISITS))
            case "maxTime":
                seconds = _number(value, name, 0.0, math.inf)
                query = replace(query, seconds=min(MAX_SECONDS, max(0.001, seconds)))
            case _:
                warnings.append(("overrideSettings", f"{str(name)[:60]} is not supported here, ignored"))
    return query, warnings


def parse_perspective(text: object) -> Perspective:
    """'black', 'WHITE', 'sidetomove'; raises `QueryError`."""
    for known in PERSPECTIVES:
        if isinstance(text, str) and text.upper() == known:
            return known
    raise QueryError("reportAnalysisWinratesAs", f"Must be one of {', '.join(PERSPECTIVES)}")
