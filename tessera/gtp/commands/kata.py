"""KataGo's other extensions: parameters and the bare network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tessera.errors import BadValue, TesseraError
from tessera.gtp import thinking
from tessera.gtp.arguments import boolean, color, count, integer, is_color, number
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.gtp.resign import ResignRule
from tessera.gtp.settings import EngineSettings
from tessera.rules.coords import WHITE

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("KataGo's extensions")


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


def _wide_root_noise(settings: EngineSettings, text: str) -> EngineSettings:
    return replace(settings, wide_root_noise=number(text))


def _no_advantage(settings: EngineSettings, text: str) -> EngineSettings:
    if number(text) != 0:
        raise GtpFailure("playoutDoublingAdvantage: allowed: 0")
    return settings


PARAMETERS: dict[str, tuple[Callable[[EngineSettings], str], Callable[[EngineSettings, str], EngineSettings]]] = {
    "maxVisits": (lambda settings: _optional(settings.visits), _visits),
    "maxTime": (lambda settings: _optional(settings.seconds), _seconds),
    "analysisWideRootNoise": (lambda settings: f"{settings.wide_root_noise:g}", _wide_root_noise),
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
    return _parameter(args[0])[0](session.settings)


@table.add("kata-get-params")
def get_params(session: Session, args: list[str]) -> str:
    """All settings as a JSON object."""
    return json.dumps({name: json.loads(shown(session.settings)) for name, (shown, _) in PARAMETERS.items()})


@table.add("kata-set-param", "name value")
def set_param(session: Session, args: list[str]) -> str:
    """Change a setting for the rest of the session."""
    count(args, 2)
    session.settings = _changed(session.settings, args[0], args[1])
    return ""


@table.add("kata-set-params", "json")
def set_params(session: Session, args: list[str]) -> str:
    """Change several settings, given as a JSON object, or none of them."""
    try:
        wanted = json.loads(" ".join(args))
    except (ValueError, RecursionError):
        wanted = None
    if not isinstance(wanted, dict):
        raise GtpFailure(f"{SYNTAX_ERROR}: a JSON object of parameters")
    settings = session.settings
    for name, value in wanted.items():
        settings = _changed(settings, name, value if isinstance(value, str) else json.dumps(value))
    session.settings = settings
    return ""


def _parameter(name: str) -> tuple[Callable[[EngineSettings], str], Callable[[EngineSettings, str], EngineSettings]]:
    if name not in PARAMETERS:
        raise GtpFailure(f"unknown parameter, known: {', '.join(PARAMETERS)}")
    return PARAMETERS[name]


def _changed(settings: EngineSettings, name: str, value: str) -> EngineSettings:
    try:
        return _parameter(name)[1](settings, value)
    except BadValue as error:
        raise GtpFailure(str(error)) from None


@table.add("kata-get-models")
def get_models(session: Session, args: list[str]) -> str:
    """The networks the engine plays with, as a JSON array."""
    try:
        return json.dumps([model.as_katago() for model in session.models()])
    except TesseraError as error:
        raise GtpFailure(" ".join(str(error).split())) from error


@table.add("kata-raw-nn", "[color] 0|all")
def raw_nn(session: Session, args: list[str]) -> str:
    """One evaluation of the position without search, in KataGo's form. Only symmetry 0 is evaluated."""
    words = list(args)
    side = color(words.pop(0)) if words and is_color(words[0]) else session.game.to_play
    count(words, 0, 1)
    if words and words[0] not in ("0", "all"):
        raise GtpFailure(f"{SYNTAX_ERROR}: only symmetry 0 is evaluated")
    analysis = thinking.overview(session, visits=1, fresh=True, color=side)
    size, white = session.game.size, 1.0 if analysis.color == WHITE else -1.0
    win = analysis.winrate if analysis.color == WHITE else 1.0 - analysis.winrate
    lines = [
        "symmetry 0",
        f"whiteWin {win:.6f}",
        f"whiteLoss {1.0 - win:.6f}",
        "noResult 0.000000",
        f"whiteLead {white * analysis.score:.3f}",
        f"whiteScoreSelfplay {white * analysis.score:.3f}",
        # KataGo's value for networks that do not predict these.
        "shorttermWinlossError -1.000",
        "shorttermScoreError -1.000",
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
