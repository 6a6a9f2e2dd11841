"""Moves a search may not look at: `avoid` and `allow`, of kata-analyze and of the JSON protocol alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tessera.errors import BadValue
from tessera.interfaces.player import Ban, Options

if TYPE_CHECKING:
    from tessera.rules.game import Game


@dataclass(frozen=True)
class Restriction:
    """Points one side may not play (or, with `only`, the only ones it may play) in the first plies."""

    color: int
    points: frozenset[int]
    """0..P-1, P for pass."""
    depth: int
    """Plies from the root in which it holds; 1 is the next move."""
    only: bool = False

    def forbidden(self, points: int) -> frozenset[int]:
        """What it takes away on a board of so many points."""
        return frozenset(range(points + 1)) - self.points if self.only else self.points


def restricted(options: Options, restrictions: Sequence[Restriction], game: Game, color: int) -> Options:
    """The options with the restrictions, for `color` to play in `game`. Raises `BadValue` when no move is left."""
    here = [each for each in restrictions if each.color == color]
    if here:
        legal = frozenset(int(point) for point in game.legal_mask(color).nonzero()[0])
        left = legal.difference(*(each.forbidden(game.points) for each in here))
        if not left:
            raise BadValue("avoided moves", "every legal move", "restrictions that leave one legal move")
        options = replace(options, avoid=tuple(sorted(legal - left)))
    # The root's own move is in `avoid`; the other side moves at the second ply for the first time.
    bans = tuple(
        Ban(each.color, tuple(sorted(each.forbidden(game.points))), each.depth)
        for each in restrictions
        if each.depth > 1
    )
    return replace(options, bans=bans)
