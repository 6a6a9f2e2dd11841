"""Counting a game, and the stones that are taken off before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.gtp import endgame, thinking
from tessera.gtp.arguments import count
from tessera.gtp.commands.table import Table
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.rules import coords

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = Table("The end of the game")


@table.add("final_score")
def final_score(session: Session, args: list[str]) -> str:
    """The score by the present rules after dead stones are taken off: B+3.5, W+12 or 0."""
    from tessera.rules.scoring import score

    return str(score(session.game, status(session).dead_points))


@table.add("final_status_list", "alive|dead|seki")
def final_status_list(session: Session, args: list[str]) -> str:
    """The stones of a status, one chain on each line; every stone has exactly one status."""
    count(args, 1)
    if args[0] not in ("alive", "dead", "seki"):
        raise GtpFailure(SYNTAX_ERROR)
    chains: tuple[frozenset[int], ...] = getattr(status(session), args[0])
    size = session.game.size
    return "\n".join(" ".join(coords.vertex(point, size) for point in sorted(chain)) for chain in chains)


def status(session: Session) -> endgame.Status:
    """The judgement on every chain; asks the player only where something is left to judge."""
    proved = endgame.judge(session.game, None)
    if proved.settled:
        return proved
    try:
        ownership = thinking.ownership(session)
    except GtpFailure as failure:
        # Without a player the board still counts as it stands; the controller's log says that it did.
        session.complain(f"final status without a player: {failure}")
        return proved
    return endgame.judge(session.game, ownership)
