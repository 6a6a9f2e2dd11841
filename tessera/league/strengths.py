"""Players of a league that are named by their strength: what a level, a rank or an Elo means on its board.

It is looked up once, before the first game, so that a league's folder says what was played, and so that games in one
batch and games by GTP are of the same player.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.checkpoints.rank_table import strength_of
from tessera.errors import BadValue
from tessera.interfaces.arbiter import Entrant
from tessera.interfaces.catalog import NetworkCatalog
from tessera.league.config import LeagueConfig
from tessera.ranks.levels import Wanted

NAMES = ("level", "rank", "elo")


def looked_up(config: LeagueConfig, manager: NetworkCatalog) -> LeagueConfig:
    """The league with players, visits and temperatures in place of strengths.

    Raises `BadValue` that names the player, and `CheckpointError`.
    """
    return replace(config, players=tuple(_looked_up(each, config.size, manager) for each in config.players))


def _looked_up(entrant: Entrant, size: int, manager: NetworkCatalog) -> Entrant:
    settings: Mapping[str, Any] = entrant.settings
    if entrant.kind != "tessera" or not any(name in settings for name in NAMES):
        return entrant
    try:
        wanted = Wanted(**{name: settings.get(name) for name in NAMES})
        name, value = wanted.told
        for other in ("player", "visits", "set"):
            if other in settings:
                raise BadValue(name, value, f"one of {name} and {other}", "leave one of them out")
        found = strength_of(wanted, settings.get("ckpt"), manager, size=size)
    except BadValue as error:
        where = f"player {entrant.name!r}: {error.name}"
        raise BadValue(where, error.value, error.allowed, error.cure) from None
    rest = {key: each for key, each in settings.items() if key not in NAMES}
    if found.player == "search":
        return replace(entrant, settings={**rest, "visits": found.visits})
    drawn = {"temperature": found.temperature(size)}
    return replace(entrant, settings={**rest, "player": found.player, "set": drawn})
