"""From a JSON object to a checked query. Nothing outside its range reaches the player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tessera.errors import BadValue, IllegalMove
from tessera.gtp.json_analysis.fields import (
    MAX_MOVES,
    MAX_SECONDS,
    Fields,
    QueryError,
    read_array,
    read_color,
    read_flag,
    read_integer,
    read_moves,
    read_number,
    read_point,
)
from tessera.gtp.json_analysis.overrides import MAX_PV, MAX_VISITS, Perspective, overrides
from tessera.gtp.restrictions import Restriction
from tessera.rules.coords import BLACK, COLOR_NAMES, MAX_SIZE, MIN_SIZE, opponent, vertex
from tessera.rules.ruleset import Ruleset, from_katago, parse_ruleset

if TYPE_CHECKING:
    from tessera.rules.game import Game

KOMI_LIMIT = 400
"""KataGo's, on boards of every size."""
PRIORITY_LIMIT = 2**31


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
    """Seconds between reports during the search; None: at most the first one."""
    first_report: float | None = None
    """Seconds until the first of them; None: there are none."""
    ownership: bool = False
    moves_ownership: bool = False
    policy: bool = False
    pv_visits: bool = False
    no_result: bool = False
    pv_length: int | None = None
    """Most moves of a line after its first; None: all there are."""
    wide_root_noise: float = 0.0
    restrictions: tuple[Restriction, ...] = ()

    def to_play(self, turn: int) -> int:
        """The side that moves at a turn: the color of that move, or, after the last move, the other side."""
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


def parse_query(fields: Fields, *, perspective: Perspective) -> tuple[Query, list[tuple[str, str]]]:
    """The query and warnings as (field, message); raises `QueryError`. `fields["id"]` is a string already."""
    warnings = [(name, "Unexpected or unused field, ignored") for name in fields if name not in KNOWN]
    warnings += [(name, "Not supported here, ignored") for name in IGNORED if _asks(fields, name)]
    size = _board_size(fields)
    if "moves" not in fields:
        raise QueryError("moves", "Must be an array of [player, location] pairs")
    played = read_moves(fields, "moves", size)
    rules = _rules(fields)
    turns = _turns(fields, len(played))
    every = _seconds(fields, "reportDuringSearchEvery")
    query = Query(
        id=fields["id"],
        size=size,
        rules=rules,
        komi=_komi(fields, rules),
        stones=_stones(fields, size),
        first=_first(fields, played),
        moves=played,
        turns=turns,
        priorities=_priorities(fields, len(turns)),
        perspective=perspective,
        interval=every,
        first_report=_seconds(fields, "firstReportDuringSearchAfter") or every,
        ownership=read_flag(fields, "includeOwnership"),
        moves_ownership=read_flag(fields, "includeMovesOwnership"),
        policy=read_flag(fields, "includePolicy"),
        pv_visits=read_flag(fields, "includePVVisits"),
        no_result=read_flag(fields, "includeNoResultValue"),
        restrictions=_restrictions(fields, size),
    )
    taken, more = overrides(fields.get("overrideSettings", {}))
    query = replace(query, **taken)
    # A field of the query stands before the same setting.
    if "maxVisits" in fields:
        query = replace(query, visits=read_integer(fields, "maxVisits", 1, MAX_VISITS))
    if "analysisPVLen" in fields:
        query = replace(query, pv_length=read_integer(fields, "analysisPVLen", 1, MAX_PV))
    query.position(len(played))
    return query, warnings + more


IGNORED = (
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
    "analysisPVLen",
    "includeOwnership",
    "includeMovesOwnership",
    "includePolicy",
    "includePVVisits",
    "includeNoResultValue",
    "avoidMoves",
    "allowMoves",
    "overrideSettings",
    "reportDuringSearchEvery",
    "firstReportDuringSearchAfter",
    "priority",
    "priorities",
}


def _seconds(fields: Fields, name: str) -> float | None:
    return read_number(fields, name, 0.001, MAX_SECONDS) if name in fields else None


def _asks(fields: Fields, name: str) -> bool:
    """Whether a field is there and wants something: `"includeOwnershipStdev": false` does not."""
    return fields.get(name, False) is not False


def _board_size(fields: Fields) -> int:
    width = read_integer(fields, "boardXSize", MIN_SIZE, MAX_SIZE)
    height = read_integer(fields, "boardYSize", MIN_SIZE, MAX_SIZE)
    if width != height:
        raise QueryError("boardYSize", f"Only square boards are played here, boardXSize is {width}")
    return width


def _stones(fields: Fields, size: int) -> dict[int, int]:
    placed = read_moves(fields, "initialStones", size)
    stones = {point: color for color, point in placed}
    if len(stones) != len(placed) or size * size in stones:
        raise QueryError("initialStones", "Must name points of the board, each once")
    return stones


def _first(fields: Fields, played: Sequence[tuple[int, int]]) -> int:
    if "initialPlayer" in fields:
        return read_color(fields["initialPlayer"], "initialPlayer")
    return played[0][0] if played else BLACK


def _rules(fields: Fields) -> Ruleset:
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


def _komi(fields: Fields, rules: Ruleset) -> float:
    if fields.get("komi") is None:
        return rules.komi
    komi = read_number(fields, "komi", -KOMI_LIMIT, KOMI_LIMIT)
    if not (2 * komi).is_integer():
        raise QueryError("komi", "Must be an integer or half-integer")
    return komi


def _turns(fields: Fields, moves: int) -> tuple[int, ...]:
    if "analyzeTurns" not in fields:
        return (moves,)
    turns = read_array(fields, "analyzeTurns")
    for turn in turns:
        if not isinstance(turn, int) or isinstance(turn, bool) or not 0 <= turn <= moves:
            raise QueryError("analyzeTurns", f"Invalid turn number, must be 0 to {moves}")
    return tuple(dict.fromkeys(turns))


def _priorities(fields: Fields, turns: int) -> tuple[int, ...]:
    if "priorities" not in fields:
        priority = read_integer(fields, "priority", -PRIORITY_LIMIT, PRIORITY_LIMIT) if "priority" in fields else 0
        return (priority,) * turns
    given = read_array(fields, "priorities")
    if "priority" in fields or "analyzeTurns" not in fields or len(given) != len(fields["analyzeTurns"]):
        raise QueryError("priorities", "Must be of the length of analyzeTurns, and without priority")
    if len(given) != turns:
        raise QueryError("priorities", "Needs turns that are named once")
    return tuple(read_integer({"priorities": value}, "priorities", -PRIORITY_LIMIT, PRIORITY_LIMIT) for value in given)


def _restrictions(fields: Fields, size: int) -> tuple[Restriction, ...]:
    """avoidMoves or allowMoves, not both; allowMoves once for each side, as KataGo has it."""
    if "avoidMoves" in fields and "allowMoves" in fields:
        raise QueryError("allowMoves", "Cannot specify both allowMoves and avoidMoves")
    name = "allowMoves" if "allowMoves" in fields else "avoidMoves"
    found = []
    for entry in read_array(fields, name):
        if not isinstance(entry, dict) or not isinstance(entry.get("moves"), list) or len(entry["moves"]) > MAX_MOVES:
            raise QueryError(name, "Must be an array of objects with player, moves and untilDepth")
        depth = read_integer({name: entry.get("untilDepth")}, name, 1, MAX_MOVES)
        points = frozenset(read_point(text, name, size) for text in entry["moves"])
        found.append(Restriction(read_color(entry.get("player"), name), points, depth, only=name == "allowMoves"))
    if name == "allowMoves" and len({each.color for each in found}) < len(found):
        raise QueryError(name, "Cannot specify allowMoves more than once for the same player")
    return tuple(found)
