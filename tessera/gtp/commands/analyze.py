"""Analysis that runs until the next line of input, and moves that are thought out aloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.gtp import thinking
from tessera.gtp.analyze_arguments import DEFAULT_INTERVAL, AnalyzeArguments, parse
from tessera.gtp.commands.play import move_text
from tessera.gtp.commands.table import Table
from tessera.gtp.info_lines import cgos_line, kata_line, lz_line
from tessera.gtp.lazily import Interrupted
from tessera.gtp.protocol import GtpFailure
from tessera.interfaces.player import Limits, Options

if TYPE_CHECKING:
    from tessera.gtp.session import Session
    from tessera.interfaces.analysis import Analysis

Line = Callable[["Analysis", AnalyzeArguments], str]
ARGUMENTS = "[color] [interval] [minmoves N] [maxmoves N] [avoid|allow color vertices depth]"
KATA_ARGUMENTS = f"{ARGUMENTS} [ownership true] [rootInfo true]"

table = Table("Analysis")


def _lz(analysis: Analysis, asked: AnalyzeArguments) -> str:
    return lz_line(analysis, min_moves=asked.min_moves, max_moves=asked.max_moves)


def _kata(analysis: Analysis, asked: AnalyzeArguments) -> str:
    return kata_line(
        analysis,
        min_moves=asked.min_moves,
        max_moves=asked.max_moves,
        ownership=asked.ownership,
        root_info=asked.root_info,
    )


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


def _analyze(session: Session, args: list[str], line: Line) -> str:
    asked = parse(args, session.game.size)
    color = session.game.to_play if asked.color is None else asked.color
    options = _options(session, asked, color)
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
        last = player.analyze(
            session.game, color, Limits(), options=options, stop=stop, report=report, interval=interval
        )
        if not stop.is_set() or not reported:
            report(last)
        stop.wait()
    return ""


def _genmove_analyze(session: Session, args: list[str], line: Line) -> str:
    asked = parse(args, session.game.size)
    color = session.game.to_play if asked.color is None else asked.color
    options = _options(session, asked, color, allow_resign=session.settings.resign.threshold > 0)
    session.stream.begin()

    def report(analysis: Analysis) -> None:
        if analysis.moves and analysis.during_search:
            session.stream.line(line(analysis, asked))

    wants_reports = asked.interval is not None and line is not _cgos
    choice = thinking.move(
        session,
        color,
        options=options,
        report=report if wants_reports else None,
        interval=asked.interval if wants_reports and asked.interval else thinking.NEVER,
    )
    if choice.analysis is not None and choice.analysis.moves:
        session.stream.line(line(choice.analysis, asked))
    return f"play {move_text(choice.point, session.game.size)}"


def _options(session: Session, asked: AnalyzeArguments, color: int, *, allow_resign: bool = False) -> Options:
    """The restrictions that hold for the side to play, as far as they name legal moves."""
    avoid, allow = asked.avoid.get(color, set()), asked.allow.get(color, set())
    if not (avoid or allow):
        return Options(allow_resign=allow_resign)
    legal = {int(point) for point in session.game.legal_mask(color).nonzero()[0]}
    left = (legal & allow if allow else legal) - avoid
    if not left:
        raise GtpFailure("no move is left to consider")
    return Options(
        allow_resign=allow_resign,
        avoid=tuple(sorted(legal & avoid)),
        allow=tuple(sorted(legal & allow)),
    )
