"""Which stones are alive, dead or in seki when a game ends.

What Benson's algorithm proves is never put in question: pass-alive stones live, stones in the opponent's
pass-alive territory are dead. The rest is judged chain by chain from who is expected to own its points;
without such an expectation every stone counts as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.interfaces.player import Limits, Options
from tessera.rules.benson import chains, components, neighbours, pass_alive
from tessera.rules.coords import BLACK, EMPTY, WHITE, opponent

if TYPE_CHECKING:
    from tessera.interfaces.player import Player
    from tessera.rules.game import Game

DEAD_BELOW = -0.4
"""Mean expected ownership of a chain's points, +1 its own colour, below which the chain counts as dead."""

MOST_DAME = 6
"""Empty points of the largest region that is taken for shared liberties and not for open ground."""


@dataclass(frozen=True)
class Status:
    """Every chain of the board is in exactly one of the three."""

    alive: tuple[frozenset[int], ...]
    dead: tuple[frozenset[int], ...]
    seki: tuple[frozenset[int], ...]
    settled: bool
    """Whether every chain is proved alive or dead, so that no opinion was needed."""

    @property
    def dead_points(self) -> frozenset[int]:
        return frozenset(point for chain in self.dead for point in chain)


def opinion(player: Player, game: Game) -> list[float]:
    """Who will own each point, [P] in -1..1 with +1 for Black: the mean over both sides to play.

    Asked of the position before the passes and without search: in a search tree two passes end the game with
    every stone alive, so whoever wins that way makes its dead stones look alive.
    """
    before = game.copy()
    while before.moves and before.moves[-1].point == before.points:
        before.undo()
    total = [0.0] * game.points
    for color, sign in ((BLACK, 0.5), (WHITE, -0.5)):
        seen = player.analyze(before, color, Limits(visits=0), options=Options(deterministic=True))
        total = [share + sign * float(value) for share, value in zip(total, seen.ownership, strict=True)]
    return total


def judge(game: Game, ownership: Sequence[float] | None) -> Status:
    """`ownership` [P] is in -1..1 with +1 for Black, or None when nobody can tell."""
    stones, size = [int(stone) for stone in game.stones], game.size
    safe = {color: pass_alive(stones, size, color) for color in (BLACK, WHITE)}
    dead, standing, settled = [], [], True
    for chain in chains(stones, size):
        color = stones[min(chain)]
        proved_alive, proved_dead = chain <= safe[color].stones, chain <= safe[opponent(color)].territory
        settled = settled and (proved_alive or proved_dead)
        if proved_dead or (not proved_alive and _expected_dead(chain, color, ownership)):
            dead.append(chain)
        else:
            standing.append(chain)
    left = list(stones)
    for chain in dead:
        for point in chain:
            left[point] = EMPTY
    in_seki = _seki_points(left, size, safe[BLACK].stones | safe[WHITE].stones)
    return Status(
        alive=tuple(chain for chain in standing if not chain & in_seki),
        dead=tuple(dead),
        seki=tuple(chain for chain in standing if chain & in_seki),
        settled=settled,
    )


def _expected_dead(chain: frozenset[int], color: int, ownership: Sequence[float] | None) -> bool:
    if ownership is None:
        return False
    mean = sum(float(ownership[point]) for point in chain) / len(chain)
    return (mean if color == BLACK else -mean) < DEAD_BELOW


def _seki_points(stones: Sequence[int], size: int, safe: frozenset[int]) -> frozenset[int]:
    """Stones of groups that own no territory and are not pass-alive. A group: chains that share liberties.

    On a board where the other colour has no stone nothing is in seki.
    """
    if not {BLACK, WHITE} <= set(stones):
        return frozenset()
    empty = components(size, lambda p: stones[p] == EMPTY, lambda p, q: True)
    region_of = {point: region for region in empty for point in region}
    owned = frozenset(
        p for region in empty if len(region) > MOST_DAME or len(_border(region, stones, size)) == 1 for p in region
    )
    found: set[int] = set()
    for color in (BLACK, WHITE):
        for group in _groups(stones, size, color, region_of):
            liberties = {q for p in group for q in neighbours(p, size) if q in region_of}
            if not liberties & owned and not group & safe:
                found |= group
    return frozenset(found)


def _border(region: frozenset[int], stones: Sequence[int], size: int) -> set[int]:
    return {stones[q] for p in region for q in neighbours(p, size) if stones[q] != EMPTY}


def _groups(stones: Sequence[int], size: int, color: int, region_of: dict[int, frozenset[int]]) -> list[frozenset[int]]:
    """Stones of `color` joined through empty regions they both touch."""
    groups: list[tuple[set[int], set[frozenset[int]]]] = []
    for chain in components(size, lambda p: stones[p] == color, lambda p, q: True):
        members = set(chain)
        touched = {region_of[q] for p in chain for q in neighbours(p, size) if q in region_of}
        apart = []
        for other_members, other_touched in groups:
            if other_touched & touched:
                members |= other_members
                touched |= other_touched
            else:
                apart.append((other_members, other_touched))
        groups = [*apart, (members, touched)]
    return [frozenset(members) for members, _ in groups]
