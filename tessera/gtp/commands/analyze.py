"""Analysis that runs until the next line of input, and moves that are thought out aloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tessera.errors import BadValue
from tessera.gtp import thinking
from tessera.gtp.analyze_arguments import DEFAULT_INTERVAL, AnalyzeArguments, parse
from tessera.gtp.arguments import color, count
from tessera.gtp.commands.play import move_text
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.info_lines import cgos_line, kata_line, lz_line
from tessera.gtp.lazily import Interrupted
from tessera.gtp.protocol import GtpFailure
from tessera.gtp.restrictions import restricted
from tessera.interfaces.player import Limits, Options, Watch

if TYPE_CHECKING:
    from tessera.gtp.session import Session
    from tessera.interfaces.analysis import Analysis
    from tessera.interfaces.player import Choice

Line = Callable[["Analysis", AnalyzeArguments], str]
ARGUMENTS = "[color] [interval] [minmoves N] [maxmoves N] [avoid|allow color vertices depth]"
KATA_ARGUMENTS = f"{ARGUMENTS} [ownership|movesOwnership|rootInfo|pvVisits|pvEdgeVisits|noResultValue true]"
CANCELLED = "cancelled"

table = CommandTable("Analysis")


def _lz(analysis: Analysis, asked: AnalyzeArguments) -> str:
    return lz_line(analysis, min_moves=asked.form.min_moves, max_moves=asked.form.max_moves)


def _kata(analysis: Analysis, asked: AnalyzeArguments) -> str:
    return kata_line(analysis, asked.form)


def _cgos(analysis: Analysis, asked: AnalyzeArguments) -> str:
    return cgos_line(analysis)


@table.add("lz-analyze", ARGUMENTS)
def lz_analyze(session: Session, args: list[str]) -> str:
    """Report candidate moves in Leela Zero's form until a line of input comes."""
    return _analyze(session, args, _lz)


@table.add("kata-analyze", KATA_ARGUMENTS)
def kata_analyze(session: Session, args: list[str]) -> str:
    """Report candidate moves in KataGo's form until a line of input comes."""
    return _analyze(session, args, _kata)


@table.add("lz-genmove_analyze", ARGUMENTS)
def lz_genmove_analyze(session: Session, args: list[str]) -> str:
    """Think like genmove and report like lz-analyze; ends with `play VERTEX`."""
    return _genmove_analyze(session, args, _lz)


@table.add("kata-genmove_analyze", KATA_ARGUMENTS)
def kata_genmove_analyze(session: Session, args: list[str]) -> str:
    """Think like genmove and report like kata-analyze; ends with `play VERTEX`."""
    return _genmove_analyze(session, args, _kata)


@table.add("cgos-genmove_analyze", "[color]")
def cgos_genmove_analyze(session: Session, args: list[str]) -> str:
    """Think like genmove; a line of JSON for the Computer Go Server, then `play VERTEX`."""
    return _genmove_analyze(session, args, _cgos)


@table.add("kata-search", "color")
def kata_search(session: Session, args: list[str]) -> str:
    """The move genmove would make, without making it."""
    count(args, 1)
    choice = thinking.search(session, color(args[0]), options=_search_options(session))
    return _named(session, choice)


@table.add("kata-search_cancellable", "color")
def kata_search_cancellable(session: Session, args: list[str]) -> str:
    """Like kata-search; a line of input ends it, and the answer is then `cancelled`."""
    count(args, 1)
    choice = thinking.search(session, color(args[0]), options=_search_options(session), cancellable=True)
    return _named(session, choice)


@table.add("kata-search_analyze", KATA_ARGUMENTS)
def kata_search_analyze(session: Session, args: list[str]) -> str:
    """Like kata-genmove_analyze without making the move."""
    return _genmove_analyze(session, args, _kata, think=thinking.search)


@table.add("kata-search_analyze_cancellable", KATA_ARGUMENTS)
def kata_search_analyze_cancellable(session: Session, args: list[str]) -> str:
    """Like kata-search_analyze; a line of input ends it, and the answer then ends with `play cancelled`."""
    return _genmove_analyze(session, args, _kata, think=partial(thinking.search, cancellable=True))


def _analyze(session: Session, args: list[str], line: Line) -> str:
    asked = parse(args, session.game.size)
    side = session.game.to_play if asked.color is None else asked.color
    options = replace(_options(session, asked, side), wide_root_noise=session.settings.wide_root_noise)
    session.stream.begin()
    reported = False

    def report(analysis: Analysis) -> None:
        nonlocal reported
        if analysis.moves:
            reported = True
            session.stream.line(line(analysis, asked))

    with session.attention.thinking(until_input=True) as stop:
        try:
            player = session.player(stop)
        except Interrupted:
            return ""
        interval = DEFAULT_INTERVAL if asked.interval is None else asked.interval
        watch = Watch(stop, report, interval)
        last = player.analyze(session.game, side, Limits(), options=options, watch=watch)
        if not stop.is_set() or not reported:
            report(last)
        stop.wait()
    return ""


def _genmove_analyze(
    session: Session, args: list[str], line: Line, *, think: Callable[..., Choice | None] = thinking.move
) -> str:
    asked = parse(args, session.game.size)
    side = session.game.to_play if asked.color is None else asked.color
    options = _options(session, asked, side, allow_resign=session.settings.resign.threshold > 0)
    session.stream.begin()

    def report(analysis: Analysis) -> None:
        if analysis.moves and analysis.during_search:
            session.stream.line(line(analysis, asked))

    wants_reports = asked.interval is not None and line is not _cgos
    choice = think(
        session,
        side,
        options=options,
        report=report if wants_reports else None,
        interval=asked.interval if wants_reports and asked.interval else thinking.NEVER,
    )
    if choice is not None and choice.analysis is not None and choice.analysis.moves:
        session.stream.line(line(choice.analysis, asked))
    return f"play {_named(session, choice)}"


def _named(session: Session, choice: Choice | None) -> str:
    return CANCELLED if choice is None else move_text(choice.point, session.game.size)


def _search_options(session: Session) -> Options:
    return Options(allow_resign=session.settings.resign.threshold > 0)


def _options(session: Session, asked: AnalyzeArguments, color: int, *, allow_resign: bool = False) -> Options:
    """What was asked for, and the restrictions as far as they name legal moves."""
    options = Options(allow_resign=allow_resign, moves_ownership=asked.form.moves_ownership)
    try:
        return restricted(options, asked.restrictions, session.game, color)
    except BadValue:
        raise GtpFailure("no move is left to consider") from None
