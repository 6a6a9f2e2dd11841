"""The engine from outside that the demo plays against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.cli import output

if TYPE_CHECKING:
    from tessera.interfaces.player import Player
    from tessera.rules.ruleset import Ruleset

MAX_ENGINE_SEED = 2**31 - 1


def open_gnugo(rules: Ruleset, *, size: int, seed: int, required: bool) -> Player | None:
    """GnuGo as a player under `rules`; raises `EngineError` or `BadValue` when it cannot play and is `required`.

    When it is not required and cannot play, a note says why, and None is returned.
    """
    from tessera.engines import load_profile
    from tessera.match.player import open_external

    profile = load_profile("gnugo")
    if not required:
        if profile.find() is None:
            output.note(f"{profile.title} is not installed ({profile.cure}), so Tessera plays itself")
            return None
        if rules.name not in profile.rules:
            output.note(f"{profile.title} does not know {rules.name} rules, so Tessera plays itself")
            return None
    return open_external(profile, rules, size=size, seed=seed % MAX_ENGINE_SEED)
