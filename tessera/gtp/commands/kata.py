"""KataGo's other extensions: parameters and the bare network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tessera.errors import BadValue
from tessera.gtp import thinking
from tessera.gtp.arguments import boolean, count, integer, number
from tessera.gtp.commands.table import Table
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.gtp.resign import ResignRule
from tessera.gtp.settings import EngineSettings
from tessera.rules.coords import WHITE

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = Table("KataGo's extensions")


def _optional(value: float | None) -> str:
    return "0" if value is None else f"{value:g}"


def _visits(settings: EngineSettings, text: str) -> EngineSettings:
    return replace(settings, visits=integer(text, 0) or None)


def _seconds(settings: EngineSettings, text: str) -> EngineSettings:
    return replace(settings, seconds=number(text) or None)


def _lag(settings: EngineSettings, text: str) -> EngineSettings:
    return replace(settings, lag=number(text))


def _resignation(settings: EngineSettings, text: str) -> EngineSettings:
    default = ResignRule().threshold
    threshold = (settings.resign.threshold or default) if boolean(text) else 0.0
    return replace(settings, resign=replace(settings.resign, threshold=threshold))


def _threshold(settings: EngineSettings, text: str) -> EngineSettings:
    return replace(settings, resign=replace(settings.resign, threshold=number(text)))


def _no_advantage(settings: EngineSettings, text: str) -> EngineSettings:
    if number(text) != 0:
        raise GtpFailure("playoutDoublingAdvantage: allowed: 0")
    return settings


PARAMETERS: dict[str, tuple[Callable[[EngineSettings], str], Callable[[EngineSettings, str], EngineSettings]]] = {
    "maxVisits": (lambda settings: _optional(settings.visits), _visits),
    "maxTime": (lambda settings: _optional(settings.seconds), _seconds),
    "lagBuffer": (lambda settings: f"{settings.lag:g}", _lag),
    "allowResignation": (lambda settings: str(settings.resign.threshold > 0).lower(), _resignation),
    "resignThreshold": (lambda settings: f"{settings.resign.threshold:g}", _threshold),
    "playoutDoublingAdvantage": (lambda settings: "0", _no_advantage),
}
"""name -> (as text, settings with it changed); 0 visits or seconds: no such limit."""


@table.add("kata-list-params")
def list_params(session: Session, args: list[str]) -> str:
    """The names kata-get-param and kata-set-param know."""
    return " ".join(PARAMETERS)


@table.add("kata-get-param", "name")
def get_param(session: Session, args: list[str]) -> str:
    """A setting; 0 visits or seconds mean that there is no such limit."""
    count(args, 1)
    if args[0] not in PARAMETERS:
        raise GtpFailure(f"unknown parameter, known: {', '.join(PARAMETERS)}")
    return PARAMETERS[args[0]][0](session.settings)


@table.add("kata-set-param", "name value")
def set_param(session: Session, args: list[str]) -> str:
    """Change a setting for the rest of the session."""
    count(args, 2)
    if args[0] not in PARAMETERS:
        raise GtpFailure(f"unknown parameter, known: {', '.join(PARAMETERS)}")
    try:
        session.settings = PARAMETERS[args[0]][1](session.settings, args[1])
    except BadValue as error:
        raise GtpFailure(str(error)) from None
    return ""


@table.add("kata-raw-nn", "0|all")
def raw_nn(session: Session, args: list[str]) -> str:
    """One evaluation of the position without search, in KataGo's form. Only symmetry 0 is evaluated."""
    count(args, 0, 1)
    if args and args[0] not in ("0", "all"):
        raise GtpFailure(f"{SYNTAX_ERROR}: only symmetry 0 is evaluated")
    analysis = thinking.overview(session, visits=1, fresh=True)
    size, white = session.game.size, 1.0 if analysis.color == WHITE else -1.0
    win = analysis.winrate if analysis.color == WHITE else 1.0 - analysis.winrate
    lines = [
        "symmetry 0",
        f"whiteWin {win:.6f}",
        f"whiteLoss {1.0 - win:.6f}",
        "noResult 0.000000",
        f"whiteLead {white * analysis.score:.3f}",
        f"whiteScoreSelfplay {white * analysis.score:.3f}",
        "policy",
        *_grid([_share(float(value)) for value in analysis.policy[:-1]], size),
        f"policyPass {_share(float(analysis.policy[-1]))}",
        "whiteOwnership",
        *_grid([f"{white * float(value):.6f}" for value in analysis.ownership], size),
    ]
    return "\n".join(lines)


def _share(value: float) -> str:
    return "NAN" if value < 0 else f"{value:.6f}"


def _grid(cells: list[str], size: int) -> list[str]:
    return [" ".join(cells[row * size : (row + 1) * size]) for row in range(size)]
