"""Which stones are alive, dead or in seki when a game ends.

What Benson's algorithm proves is never put in question: pass-alive stones live, stones in the opponent's
pass-alive territory are dead. The rest is judged chain by chain from who is expected to own its points, by
random playouts: a verdict must not depend on who plays, nor on what a young network thinks of a board it has
not seen. How often GnuGo agrees stands in BENCHMARKS.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.rules.benson import chains, components, neighbours, pass_alive
from tessera.rules.coords import BLACK, EMPTY, WHITE, opponent
from tessera.rules.playouts import playout_ownership

if TYPE_CHECKING:
    from tessera.rules.game import Game

MOST_DAME = 6
"""Empty points of the largest region that is taken for shared liberties and not for open ground."""

TRUST = 0.3
"""Weight of an opinion from elsewhere, such as a network's ownership, beside the playouts."""


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


def judge(game: Game, ownership: Sequence[float] | None = None) -> Status:
    """The verdict on every chain of the position as it stands; the same one every time.

    `ownership` [P] is an opinion from elsewhere, -1..1 with +1 for Black, heard beside the playouts.
    """
    stones, size = [int(stone) for stone in game.stones], game.size
    safe = {color: pass_alive(stones, size, color) for color in (BLACK, WHITE)}
    dead, standing, open_ = [], [], []
    for chain in chains(stones, size):
        color = stones[min(chain)]
        if chain <= safe[opponent(color)].territory:
            dead.append(chain)
        elif chain <= safe[color].stones:
            standing.append(chain)
        else:
            open_.append(chain)
    opinion = _opinion(game, ownership) if open_ else ()
    for chain in open_:
        (dead if _lost(chain, stones, opinion) else standing).append(chain)
    left = list(stones)
    for chain in dead:
        for point in chain:
            left[point] = EMPTY
    in_seki = _seki_points(left, size, safe[BLACK].stones | safe[WHITE].stones)
    return Status(
        alive=tuple(chain for chain in standing if not chain & in_seki),
        dead=tuple(dead),
        seki=tuple(chain for chain in standing if chain & in_seki),
        settled=not open_,
    )


def _opinion(game: Game, ownership: Sequence[float] | None) -> Sequence[float]:
    """[P] who is expected to own each point, playouts and `ownership` together."""
    played: list[float] = playout_ownership(game).tolist()
    if ownership is None:
        return played
    return [(1 - TRUST) * mine + TRUST * theirs for mine, theirs in zip(played, ownership, strict=True)]


def _lost(chain: frozenset[int], stones: Sequence[int], ownership: Sequence[float]) -> bool:
    """Whether the chain's points are more often the opponent's than its own."""
    total = sum(ownership[point] for point in chain)
    return (total if stones[min(chain)] == BLACK else -total) < 0


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
