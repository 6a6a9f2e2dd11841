"""Tessera: a Go engine for people who train, study and play their own networks.

From Python (`docs/library.md`; each name below loads what it needs when it is first used)
    Position                   set up, play, count and draw a game
    load_player, load_engine   somebody to ask: `choose`, `analyze`; `load` for a bare network
    play_game, self_play       whole games; read_games, rate: how strong that makes the players
    train, resume_training     a run; open_run: what it has written down

Where to start reading (docs/architecture.md leads from here to the lines that decide)
    library/      the names above, built on the rooms below
    rules/        the game itself: kernels over flat arrays, then `Game` for one game at a time
    interfaces/   what a plugin may implement: Protocols and frozen dataclasses, nothing else
    hookspecs.py  when a plugin is called; plugins/ finds and checks them, builtin/ is the first
    search/       one batched tree, used by self-play (many games) and play (one game)
    players/      who chooses a move: at random, by a policy, by a search
    nn/           what networks share: stem, heads, timing; the networks themselves are plugins
    checkpoints/  networks on disk: whole, durable, never unpickled
    training/     a run: targets, replay, losses, evaluations; the trainers themselves are plugins
    match/        one game between two players, and programs from outside (engines/: their profiles)
    league/       who plays whom, records, reports; ratings/: from results to Elo
    ranks/        strength as 10k, as an Elo, as a level; calibration/: measures what a network has to do for it
    gtp/          the Go Text Protocol, both ends, and KataGo's JSON protocol
    sgf/          games on disk
    cli/          the commands, a file or a few each
    bench/        what `tessera bench` measures; gpu_check/: the first minutes on a GPU
    memory/       what is held, by part; a block that has to leave nothing behind
    runs/         what a training run wrote down, read for reports, pages and programs; html/ draws it
    testing/      conformance suites for plugins
    settings.py, config.py, values.py   settings as dataclasses, checked; former_names.py: what older files call them
    errors.py, files.py, clock.py, seeds.py   what a user can cause; durable writes; time; seeds by name

Dimension letters, everywhere:
    B games in a batch · N board side · P = N*N points · A = P+1 actions (pass last) · M tree nodes ·
    K leaves per tree and step · F input planes · G global inputs

Importing `tessera` imports neither torch nor numba, nor numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tessera import errors, plugins, ratings, rules, sgf
    from tessera.errors import BadValue, IllegalMove, TesseraError
    from tessera.library.analysis import Candidate, PositionAnalysis
    from tessera.library.games import PlayedGame, play_game, rate, read_games, self_play
    from tessera.library.players import LoadedPlayer, load, load_engine, load_player
    from tessera.library.position import Position
    from tessera.library.training import resume_training, train
    from tessera.runs import Run, open_run

__version__ = "0.1.0"

_HOMES = {
    "tessera.errors": ("BadValue", "IllegalMove", "TesseraError"),
    "tessera.library.analysis": ("Candidate", "PositionAnalysis"),
    "tessera.library.games": ("PlayedGame", "play_game", "rate", "read_games", "self_play"),
    "tessera.library.players": ("LoadedPlayer", "load", "load_engine", "load_player"),
    "tessera.library.position": ("Position",),
    "tessera.library.training": ("resume_training", "train"),
    "tessera.runs": ("Run", "open_run"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_ROOMS = ("errors", "plugins", "ratings", "rules", "sgf")
"""Packages for those who need more than the names."""

__all__ = [
    "BadValue",
    "Candidate",
    "IllegalMove",
    "LoadedPlayer",
    "PlayedGame",
    "Position",
    "PositionAnalysis",
    "Run",
    "TesseraError",
    "errors",
    "load",
    "load_engine",
    "load_player",
    "open_run",
    "play_game",
    "plugins",
    "rate",
    "ratings",
    "read_games",
    "resume_training",
    "rules",
    "self_play",
    "sgf",
    "train",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for (PEP 562)."""
    if name in _ROOMS:
        return importlib.import_module(f"tessera.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'tessera' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
