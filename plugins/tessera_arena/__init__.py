"""Arbiters: who plays the games of a league.

`gtp_arbiter` lets any two entrants meet as GTP processes. Start reading there; `crew` keeps the processes,
`schedule` hands out the games.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tessera.hookspecs import hookimpl
from tessera.interfaces.arbiter import Arbiter, ArbiterContext, ArbiterSpec, Entrant


def build_gtp(context: ArbiterContext, **settings: Any) -> Arbiter:
    """Any two entrants, each a process; raises `BadValue` for a clock that GTP cannot tell."""
    from tessera_arena.gtp_arbiter import GtpArbiter

    return GtpArbiter(context, **settings)


def accepts_any(black: Entrant, white: Entrant) -> bool:
    """Everything that plays can be made a GTP process."""
    return True


@hookimpl
def tessera_register_arbiters(register: Callable[[ArbiterSpec], None]) -> None:
    register(
        ArbiterSpec(
            name="gtp",
            summary="any two players, each a process that speaks GTP, under our rules as the referee",
            defaults={"lag": 0.5, "longest": 4},
            accepts=accepts_any,
            build=build_gtp,
        )
    )
