"""How a session asks its player: for a move on the clock, or for what it knows of the position."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tessera.gtp import settings as engine_settings
from tessera.gtp.budget import budget, reserve
from tessera.gtp.lazily import Interrupted
from tessera.gtp.resign import Thought, should_resign
from tessera.interfaces.player import RESIGN, Choice, Limits, OnReport, Options, Watch

if TYPE_CHECKING:
    from tessera.gtp.session import Session
    from tessera.interfaces.analysis import Analysis

OVERVIEW_SECONDS = 3.0
"""Longest thought for questions about a position (scores, maps)."""
NEVER = 1e9
"""Report interval of those who want no reports."""


def move(
    session: Session,
    color: int,
    *,
    options: Options,
    report: OnReport | None = None,
    interval: float = NEVER,
) -> Choice:
    """Think about a move of `color` within the limits, and play it. A lost game is resigned instead."""
    choice = search(session, color, options=options, report=report, interval=interval)
    assert choice is not None  # nobody could cancel it
    if choice.point != RESIGN:
        session.game.play(color, choice.point)
    session.last = choice
    return choice


def search(
    session: Session,
    color: int,
    *,
    options: Options,
    report: OnReport | None = None,
    interval: float = NEVER,
    cancellable: bool = False,
) -> Choice | None:
    """The same without playing. `cancellable`: any line of input ends it, and it is then None.

    An interrupt while the player still loads does not save the wait, but the thought after it.
    """
    game, settings = session.game, session.settings
    own_moves = sum(played.color == color for played in game.moves)
    with session.attention.thinking(until_input=cancellable) as stop:
        try:
            player = session.player(stop if cancellable else None)
        except Interrupted:
            return None
        control, clock = session.clock.control, session.clock.side(color)
        seconds = budget(control, clock, points=game.points, own_moves=own_moves, lag=settings.lag)
        extra = reserve(control, clock, seconds or 0.0, points=game.points, own_moves=own_moves, lag=settings.lag)
        allowed = engine_settings.limits(settings, seconds, extra=extra, spent=time.monotonic() - session.began)
        choice = player.choose(game, color, allowed, options=options, watch=Watch(stop, report, interval))
        cancelled = cancellable and stop.is_set()
    if cancelled:
        return None
    session.clock.moved(color, time.monotonic() - session.began)
    return _weigh(session, color, choice, options)


def _weigh(session: Session, color: int, choice: Choice, options: Options) -> Choice:
    """Remember the thought; the choice itself, or resignation when it is time."""
    game, analysis = session.game, choice.analysis
    if analysis is None:
        return choice
    session.took_back()  # a thought about this very position, from a search that was not followed by its move
    session.thoughts.append(Thought(len(game.moves), color, analysis.winrate, analysis.score))
    rule = session.settings.resign
    if options.allow_resign and should_resign(
        rule, session.thoughts, color, points=game.points, handicap=game.handicap
    ):
        return Choice(RESIGN, analysis)
    return choice


def regression_move(session: Session, color: int) -> Choice:
    """The move for `reg_genmove`: visits only, nothing random, not played, never resignation."""
    visits = session.settings.visits or engine_settings.DEFAULT_VISITS
    options = Options(deterministic=True, allow_resign=False)
    with session.attention.thinking() as stop:
        return session.player().choose(session.game, color, Limits(visits), options=options, watch=Watch(stop))


def overview(session: Session, *, visits: int, fresh: bool = False, color: int | None = None) -> Analysis:
    """What the player knows of the position after `visits` at least, from the view of `color` (the side to play).

    `fresh` leaves out what earlier searches found.
    """
    game, limits, asked = session.game, Limits(visits, OVERVIEW_SECONDS), Options(deterministic=fresh)
    with session.attention.thinking() as stop:
        player = session.player()
        return player.analyze(game, color or game.to_play, limits, options=asked, watch=Watch(stop))
