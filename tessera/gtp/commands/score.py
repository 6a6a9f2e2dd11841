"""Counting a game, and the stones that are taken off before: the rules' verdict, the player's network heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tessera.gtp.arguments import count
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.interfaces.player import Foresight
from tessera.rules import coords

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("The end of the game")

# The imports below load numba, which must not delay an engine's first answers.


@table.add("final_score")
def final_score(session: Session, args: list[str]) -> str:
    """The score by the present rules after dead stones are taken off: B+3.5, W+12 or 0."""
    from tessera.rules.endgame import judged_score

    return str(judged_score(session.game, _ownership(session)))


@table.add("final_status_list", "alive|dead|seki")
def final_status_list(session: Session, args: list[str]) -> str:
    """The stones of a status, one chain on each line; every stone has exactly one status."""
    from tessera.rules.endgame import judge

    count(args, 1)
    if args[0] not in ("alive", "dead", "seki"):
        raise GtpFailure(SYNTAX_ERROR)
    chains: tuple[frozenset[int], ...] = getattr(judge(session.game, _ownership(session)), args[0])
    size = session.game.size
    return "\n".join(" ".join(coords.vertex(point, size) for point in sorted(chain)) for chain in chains)


def _ownership(session: Session) -> Sequence[float] | None:
    """[P] what the player's network expects, +1 for Black; None where the player has none or does not load."""
    try:
        player = session.player()
    except GtpFailure as failure:
        session.complain(f"dead stones are judged without a network: {failure}")
        return None
    return player.expected_owners(session.game) if isinstance(player, Foresight) else None
