"""`tessera sprt`: is A stronger than B? A league of two that stops when that is decided."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from tessera.cli.league import run
from tessera.cli.main import App
from tessera.cli.playing import KOMI_OPTION, RULES_OPTION, size_option
from tessera.errors import BadValue
from tessera.rules.ruleset import Ruleset

SHIPPED = "shipped"
"""The word for the network that comes with Tessera."""
ENGINE_KEYS = ("seconds", "program", "folder")
"""Keys of an engine that are no settings of its profile."""


@click.command("sprt")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--elo0", type=float, default=0.0, show_default=True, help="H0: A leads B by this many Elo.")
@click.option("--elo1", type=float, default=35.0, show_default=True, help="H1: A leads B by this many Elo.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Chance to accept H1 where H0 holds.")
@click.option("--beta", type=float, default=0.05, show_default=True, help="Chance to accept H0 where H1 holds.")
@click.option(
    "--model",
    type=click.Choice(["logistic", "normalised"]),
    default="logistic",
    show_default=True,
    help="Unit of elo0 and elo1.",
)
@click.option("--visits", type=click.IntRange(1, 1_000_000), default=32, show_default=True, help="Of our own players.")
@size_option(9)
@RULES_OPTION
@KOMI_OPTION
@click.option("--games", type=click.IntRange(2, 100_000), help="Give up after so many; 20000 without it.")
@click.option("--opening-moves", type=click.IntRange(0, 60), default=4, show_default=True, help="Random first moves.")
@click.option(
    "--concurrency", type=click.IntRange(1, 256), default=1, show_default=True, help="Games of engines at once."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="For the openings.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the games; sprt-A-B without it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(
    app: App,
    a: str,
    b: str,
    elo0: float,
    elo1: float,
    alpha: float,
    beta: float,
    model: str,
    visits: int,
    size: int,
    rules: Ruleset,
    komi: float | None,
    games: int | None,
    opening_moves: int,
    concurrency: int,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> int:
    """Play A against B until it is decided whether A is stronger (sequential probability ratio test).

    A and B are checkpoints (new.pth), 'shipped' for the network that comes with Tessera, players (policy, random)
    or engines from outside (gnugo), with settings behind commas: new.pth,visits=64 or gnugo,level=5.

    Every opening is played twice, with the colours swapped, and such pairs are what is counted. The games are a
    league in a folder: the same command goes on where it was stopped.

    \b
    Examples:
      tessera sprt new.pth old.pth --size 9 --visits 32 --elo0 0 --elo1 35
      tessera sprt shipped,visits=64 shipped,visits=32 --out sprt-visits
      tessera sprt new.pth gnugo,level=10 --elo0 -20 --elo1 20 --json
    """
    from tessera.league.config import parse_league

    first, second = _player(app, "A", a, visits), _player(app, "B", b, visits)
    if first["name"] == second["name"]:
        first["name"], second["name"] = (f"{first['name']} (A)", f"{second['name']} (B)")
    league: dict[str, Any] = {
        "players": [first, second],
        "title": f"{first['name']} against {second['name']}",
        "size": size,
        "rules": rules.name,
        "komi": rules.komi if komi is None else komi,
        "seed": seed,
        "concurrency": concurrency,
        "openings": {"moves": opening_moves},
        "sprt": {"elo0": elo0, "elo1": elo1, "alpha": alpha, "beta": beta, "model": model},
    }
    if games is not None:
        league["games"] = games
    folder = out or Path(f"sprt-{_plain(first['name'])}-{_plain(second['name'])}")
    return run.play(app, parse_league(league, folder=Path()), folder, retry=False, as_json=as_json)


def _player(app: App, argument: str, words: str, visits: int) -> dict[str, Any]:
    """The table of a league's player from what a person types."""
    from tessera.engines import load_profiles
    from tessera.league.entrants import OWN_SETTINGS

    who, *assignments = words.split(",")
    settings = dict(_setting(argument, words, each) for each in assignments)
    if who in load_profiles() and not Path(who).is_file():
        table = {key: settings.pop(key) for key in ENGINE_KEYS if key in settings}
        return {"name": words, "engine": who, **table, **({"settings": settings} if settings else {})}
    table = {key: settings.pop(key) for key in OWN_SETTINGS if key in settings}
    if settings:
        table["set"] = settings
    table.setdefault("visits", visits)
    if who in app.manager.players and not Path(who).is_file():
        return {"name": words, "player": who, **table}
    if who == SHIPPED:
        return {"name": words, **table}
    if "://" in who or Path(who).expanduser().is_file() or who.endswith(".pth"):
        behind = words[len(who) :]
        return {"name": f"{Path(who).stem}{behind}", "ckpt": who, **table}
    allowed = f"a checkpoint, {SHIPPED}, {', '.join(app.manager.players)}, {', '.join(load_profiles())}"
    raise BadValue(argument, who, allowed, "with settings behind commas, as in new.pth,visits=64")


def _setting(argument: str, words: str, text: str) -> tuple[str, Any]:
    """'visits=64' -> ('visits', 64); what is no TOML value is a word."""
    key, equals, value = text.partition("=")
    if not (equals and key):
        raise BadValue(argument, words, "settings as KEY=VALUE behind commas, such as new.pth,visits=64")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _plain(name: str) -> str:
    """A name as part of a folder's name."""
    return "".join(c if c.isalnum() or c in "._=" else "-" for c in name)[:60].strip("-.") or "player"
