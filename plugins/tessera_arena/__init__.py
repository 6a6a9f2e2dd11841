"""Arbiters: who plays the games of a league.

`gtp_arbiter` lets any two entrants meet as GTP processes. Start reading there; `crew` keeps the processes,
`schedule` hands out the games. `self_arbiter` plays our own players against each other in one batch. Both ask the same
players, with the same seeds: which of them plays a pair makes no difference to its rating. `settings` are theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.arbiter import Arbiter, ArbiterContext, ArbiterSpec, Entrant
from tessera_arena.settings import GtpSettings, SelfSettings

if TYPE_CHECKING:
    from tessera.plugins import Manager


def build_gtp(context: ArbiterContext, settings: GtpSettings) -> Arbiter:
    """Any two entrants, each a process; raises `BadValue` for a clock that GTP cannot tell."""
    from tessera_arena.gtp_arbiter import GtpArbiter

    return GtpArbiter(context, settings)


def accepts_any(black: Entrant, white: Entrant, manager: Manager) -> bool:
    """Everything that plays can be made a GTP process."""
    return True


def build_self(context: ArbiterContext, settings: SelfSettings) -> Arbiter:
    """Our own players; networks are loaded with the first tasks."""
    from tessera_arena.self_arbiter import SelfArbiter

    return SelfArbiter(context, settings)


def accepts_own(black: Entrant, white: Entrant, manager: Manager) -> bool:
    """Two of our own players that play in a batch, and that nothing but visits limits."""
    return all(
        entrant.kind == "tessera"
        and entrant.settings.keys() <= {"ckpt", "player", "visits", "evaluator", "device", "set"}
        and (player := entrant.settings.get("player", "search")) in manager.players
        and manager.players[player].build_batch is not None
        for entrant in (black, white)
    )


@hookimpl
def tessera_register_arbiters(register: Callable[[ArbiterSpec], None]) -> None:
    register(
        ArbiterSpec(
            name="gtp",
            summary="any two players, each a process that speaks GTP, under our rules as the referee",
            settings=GtpSettings,
            accepts=accepts_any,
            build=build_gtp,
        )
    )
    register(
        ArbiterSpec(
            name="self",
            summary="our own players, hundreds of games in one batch",
            settings=SelfSettings,
            accepts=accepts_own,
            build=build_self,
            priority=10,
        )
    )
