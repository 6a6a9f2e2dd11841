"""Commands that prepare a game: board, komi, rules, handicap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tessera.errors import BadValue
from tessera.gtp import handicap
from tessera.gtp.arguments import count, integer, number, point
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.rules.coords import MAX_SIZE, MIN_SIZE, parse_vertex, vertex
from tessera.rules.ruleset import from_katago, parse_ruleset

if TYPE_CHECKING:
    from tessera.gtp.session import Session
    from tessera.rules.ruleset import Ruleset

table = CommandTable("Preparing a game")

BAD_HANDICAP = "invalid number of stones"
BAD_VERTICES = "bad vertex list"


@table.add("boardsize", "size [size]")
def boardsize(session: Session, args: list[str]) -> str:
    """A new empty board, 2 to 25; komi and rules stay. Width and height must be equal."""
    count(args, 1, 2)
    sizes = [integer(word) for word in args]
    if sizes[0] != sizes[-1] or not MIN_SIZE <= sizes[0] <= MAX_SIZE:
        raise GtpFailure("unacceptable size")
    from tessera.rules.game import Game

    session.replace_game(Game(sizes[0], rules=session.rules, komi=session.game.komi))
    return ""


@table.add("clear_board")
def clear_board(session: Session, args: list[str]) -> str:
    """The empty board; size, komi and rules stay."""
    session.game.clear()
    session.new_game()
    return ""


@table.add("komi", "komi")
def komi(session: Session, args: list[str]) -> str:
    """Set the komi; survives boardsize and clear_board."""
    count(args, 1)
    session.game.set_komi(number(args[0]))
    return ""


@table.add("get_komi")
def get_komi(session: Session, args: list[str]) -> str:
    """The komi."""
    return f"{session.game.komi:g}"


@table.add("fixed_handicap", "stones")
def fixed_handicap(session: Session, args: list[str]) -> str:
    """Black's handicap stones on their usual points; answers them."""
    count(args, 1)
    stones = integer(args[0])
    if not 2 <= stones <= handicap.most_fixed(session.game.size):
        raise GtpFailure(BAD_HANDICAP)
    return _place(session, handicap.fixed(session.game.size, stones))


@table.add("place_free_handicap", "stones")
def place_free_handicap(session: Session, args: list[str]) -> str:
    """Black's handicap stones where the engine likes them, perhaps fewer; answers them."""
    count(args, 1)
    wanted = integer(args[0])
    vertices = handicap.free(session.game.size, wanted) if wanted >= 2 else []
    if len(vertices) < 2:
        raise GtpFailure(BAD_HANDICAP)
    return _place(session, vertices)


@table.add("set_free_handicap", "vertex vertex [vertex ...]")
def set_free_handicap(session: Session, args: list[str]) -> str:
    """Black's handicap stones on exactly these points."""
    if len(args) < 2:
        raise GtpFailure(BAD_VERTICES)
    points = [point(word, session.game.size, error=BAD_VERTICES) for word in args]
    if len(set(points)) != len(points):
        raise GtpFailure(BAD_VERTICES)
    _place(session, args)
    return ""


def _place(session: Session, vertices: list[str]) -> str:
    game = session.game
    if game.stones.any():
        raise GtpFailure("board not empty")
    try:
        game.set_handicap(parse_vertex(word, game.size) for word in vertices)
    except BadValue:
        # A handicap that leaves a chain without a liberty fills the board.
        raise GtpFailure(BAD_VERTICES) from None
    session.new_game()
    return " ".join(vertex(parse_vertex(word, game.size), game.size) for word in vertices)


@table.add("kata-set-rules", "name|json")
def set_rules(session: Session, args: list[str]) -> str:
    """The rules by name (chinese, japanese, aga, tromp-taylor, ...) or as KataGo's JSON; the position stays."""
    session.set_rules(_parse(" ".join(args)))
    return ""


@table.add("kata-set-rule", "field value")
def set_rule(session: Session, args: list[str]) -> str:
    """One field of the rules, e.g. `ko SIMPLE`."""
    count(args, 2)
    fields = session.rules.as_katago()
    if args[0] == "scoring":
        del fields["tax"]  # goes with the scoring
    value: object = args[1].lower() == "true" if args[1].lower() in ("true", "false") else args[1]
    try:
        session.set_rules(from_katago({**fields, args[0]: value}))
    except BadValue as error:
        raise GtpFailure(str(error)) from None
    return ""


@table.add("kata-get-rules")
def get_rules(session: Session, args: list[str]) -> str:
    """The rules as KataGo's JSON."""
    return json.dumps(session.rules.as_katago(), separators=(",", ":"), sort_keys=True)


@table.add("kgs-rules", "chinese|japanese|aga|new_zealand")
def kgs_rules(session: Session, args: list[str]) -> str:
    """The rules by the names KGS uses; chinese is with positional superko."""
    count(args, 1)
    names = {"chinese": "chinese-kgs", "japanese": "japanese", "aga": "aga", "new_zealand": "new-zealand"}
    if args[0].lower() not in names:
        raise GtpFailure(f"{SYNTAX_ERROR}: {', '.join(names)}")
    session.set_rules(_parse(names[args[0].lower()]))
    return ""


def _parse(text: str) -> Ruleset:
    if not text:
        raise GtpFailure(SYNTAX_ERROR)
    try:
        return parse_ruleset(text)
    except BadValue as error:
        raise GtpFailure(str(error)) from None
