"""Time settings and reports, in the forms of GTP, KGS and KataGo."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.clock import KINDS, NO_LIMIT, Clock, TimeControl, canadian
from tessera.gtp.arguments import color, count, integer, number
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("Time")

KGS_FORMS = "none | absolute M | byoyomi M P N | canadian M P N"


@table.add("time_settings", "main_time byo_yomi_time byo_yomi_stones")
def time_settings(session: Session, args: list[str]) -> str:
    """Main time and Canadian overtime; no overtime is absolute time, `0 1 0` is no limit."""
    count(args, 3)
    main, period, stones = (integer(word, 0) for word in args)
    session.clock = Clock(canadian(main, period, stones))
    return ""


@table.add("time_left", "color seconds stones")
def time_left(session: Session, args: list[str]) -> str:
    """What a side has left; stones 0 means main time (with byo-yomi: periods instead of stones)."""
    count(args, 3)
    session.clock.report(color(args[0]), number(args[1]), integer(args[2], 0))
    return ""


@table.add("kgs-time_settings", KGS_FORMS)
def kgs_time_settings(session: Session, args: list[str]) -> str:
    """Time control as kgsGtp announces it."""
    session.clock = Clock(_parse(args, ("none", "absolute", "byoyomi", "canadian")))
    return ""


@table.add("kata-time_settings", f"{KGS_FORMS} | fischer M I | fischer-capped M I L X")
def kata_time_settings(session: Session, args: list[str]) -> str:
    """Time control as KataGo's extension announces it; M main, P period, N number, I increment, L, X limits."""
    session.clock = Clock(_parse(args, (*KINDS, "fischer-capped")))
    return ""


@table.add("kata-list_time_settings")
def list_time_settings(session: Session, args: list[str]) -> str:
    """The kinds kata-time_settings knows."""
    return " ".join((*KINDS, "fischer-capped"))


def _parse(args: list[str], kinds: tuple[str, ...]) -> TimeControl:
    if not args or args[0].lower() not in kinds:
        raise GtpFailure(f"{SYNTAX_ERROR}: {', '.join(kinds)}")
    kind, words = args[0].lower(), args[1:]
    if kind == "none":
        count(words, 0)
        return NO_LIMIT
    return _FORMS[kind](words)


def _seconds(text: str) -> float:
    value = number(text)
    if value < 0:
        raise GtpFailure(SYNTAX_ERROR)
    return value


def _absolute(words: list[str]) -> TimeControl:
    count(words, 1)
    return TimeControl("absolute", _seconds(words[0]))


def _periods(kind: str) -> Callable[[list[str]], TimeControl]:
    def parse(words: list[str]) -> TimeControl:
        count(words, 3)
        main, period, number_of = _seconds(words[0]), _seconds(words[1]), integer(words[2], 0)
        if period == 0 or number_of == 0:
            return TimeControl("absolute", main)
        return TimeControl("canadian" if kind == "canadian" else "byoyomi", main, period, number_of)

    return parse


def _fischer(words: list[str]) -> TimeControl:
    count(words, 2)
    return TimeControl("fischer", _seconds(words[0]), increment=_seconds(words[1]))


def _capped(words: list[str]) -> TimeControl:
    count(words, 4)
    main_limit, move_limit = (None if (value := number(word)) < 0 else value for word in words[2:])
    plain = _fischer(words[:2])
    return TimeControl("fischer", plain.main, 0.0, 0, plain.increment, main_limit, move_limit)


_FORMS: dict[str, Callable[[list[str]], TimeControl]] = {
    "absolute": _absolute,
    "byoyomi": _periods("byoyomi"),
    "canadian": _periods("canadian"),
    "fischer": _fischer,
    "fischer-capped": _capped,
}
