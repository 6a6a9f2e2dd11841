"""Which stones are alive, dead or in seki when a game ends.

What Benson's algorithm proves is never put in question: pass-alive stones live, stones in the opponent's
pass-alive territory are dead. The rest is judged chain by chain from who is expected to own its points, by
random playouts: a verdict must not depend on who plays, nor on what a young network thinks of a board it has
not seen. How often GnuGo agrees stands in BENCHMARKS.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tessera.rules.benson import chains, components, neighbours, pass_alive
from tessera.rules.capture import Region, TooHard
from tessera.rules.coords import BLACK, EMPTY, WHITE, opponent
from tessera.rules.playouts import playout_ownership
from tessera.rules.scoring import Score, score

if TYPE_CHECKING:
    from tessera.rules.game import Game

MOST_DAME = 6
"""Empty points of the largest region that is taken for shared liberties and not for open ground."""

MOST_READ = 8
"""Empty points of the largest region that is read."""
SURE = 0.8
"""How surely a chain must hold its points to serve as a wall of such a region."""
SMALL_EYE = 2
"""Points of the largest eye that makes no group independent."""
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

    @property
    def seki_points(self) -> frozenset[int]:
        return frozenset(point for chain in self.seki for point in chain)


def judged_score(game: Game, ownership: Sequence[float] | None = None) -> Score:
    """The count after `judge`'s verdict."""
    status = judge(game, ownership)
    return score(game, status.dead_points, status.seki_points)


def judge(game: Game, ownership: Sequence[float] | None = None) -> Status:
    """The verdict on every chain of the position as it stands; the same one every time.

    `ownership` [P] is an opinion from elsewhere, -1..1 with +1 for Black, heard beside the playouts.
    """
    stones, size = [int(stone) for stone in game.stones], game.size
    safe = {color: pass_alive(stones, size, color) for color in (BLACK, WHITE)}
    lost: dict[frozenset[int], bool] = {}
    open_ = []
    for chain in chains(stones, size):
        color = stones[min(chain)]
        if chain <= safe[opponent(color)].territory:
            lost[chain] = True
        elif chain <= safe[color].stones:
            lost[chain] = False
        else:
            open_.append(chain)
    if open_:
        opinion = _opinion(game, ownership)
        held = {chain: _held(chain, stones, opinion) for chain in open_}
        lost |= {chain: share < 0 for chain, share in held.items()}
        lost |= _read(game, held, lost)
    left = list(stones)
    for chain, is_lost in lost.items():
        if is_lost:
            for point in chain:
                left[point] = EMPTY
    in_seki = seki_points(left, size, safe[BLACK].stones | safe[WHITE].stones)
    ordered = sorted(lost, key=min)
    return Status(
        alive=tuple(chain for chain in ordered if not lost[chain] and not chain & in_seki),
        dead=tuple(chain for chain in ordered if lost[chain]),
        seki=tuple(chain for chain in ordered if not lost[chain] and chain & in_seki),
        settled=not open_,
    )


def _read(
    game: Game, held: Mapping[frozenset[int], float], lost: Mapping[frozenset[int], bool]
) -> dict[frozenset[int], bool]:
    """Chains of both colours in one small region, not all of which are sure to live: who captures whom is read.

    Two such chains cannot both be dead of each other. What neither side can capture stands, in seki; what is
    captured even if its owner plays first is dead; on what depends on who plays first the opinion stays.
    """
    stones, size = game.stones.tolist(), game.size
    unsure = {chain for chain, share in held.items() if share < SURE}
    loose = {point for chain in unsure for point in chain}
    verdicts: dict[frozenset[int], bool] = {}
    for points in components(size, lambda p: stones[p] == EMPTY or p in loose, lambda p, q: True):
        inside = [chain for chain in unsure if chain <= points]
        if len({stones[min(chain)] for chain in inside}) < 2 or sum(stones[p] == EMPTY for p in points) > MOST_READ:
            continue
        region = Region(game.state, size, points)
        for chain in sorted(inside, key=min):
            try:
                if not region.captured(min(chain), attacker_first=True):
                    verdicts[chain] = False
                elif region.captured(min(chain), attacker_first=False):
                    verdicts[chain] = True
            except TooHard:
                break
    return verdicts


def _opinion(game: Game, ownership: Sequence[float] | None) -> Sequence[float]:
    """[P] who is expected to own each point, playouts and `ownership` together."""
    played: list[float] = playout_ownership(game).tolist()
    if ownership is None:
        return played
    return [(1 - TRUST) * mine + TRUST * theirs for mine, theirs in zip(played, ownership, strict=True)]


def _held(chain: frozenset[int], stones: Sequence[int], opinion: Sequence[float]) -> float:
    """How surely a chain's points are its own: -1..1, below 0 when they are more often the opponent's."""
    share = sum(opinion[point] for point in chain) / len(chain)
    return share if stones[min(chain)] == BLACK else -share


def seki_points(stones: Sequence[int], size: int, safe: frozenset[int]) -> frozenset[int]:
    """Stones of groups that share liberties with the other colour, own one small eye at most, and are not pass-alive.

    A group: chains that share liberties. On a board where the other colour has no stone nothing is in seki.
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
            touched = {region_of[q] for p in group for q in neighbours(p, size) if q in region_of}
            eyes = [region for region in touched if region <= owned]
            small = not eyes or (len(eyes) == 1 < len(touched) and len(eyes[0]) <= SMALL_EYE)
            if small and not group & safe:
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
