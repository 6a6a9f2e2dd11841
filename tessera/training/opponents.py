"""Whom a checkpoint meets in its evaluation.

the random player   where the scale of the ratings begins
rivals              the last checkpoints before it, and the best of the run
a rung              an older checkpoint clearly below the last one, so that a chain of games leads down to the first
anchors             players that stay the same whatever the run learns, by name in its config

Two runs with an anchor in common can be compared, and so can a run with itself long after it beats the random player
in every game, when the distance to that player means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tessera.checkpoints import shipped_path
from tessera.engines import load_profile, load_profiles
from tessera.errors import BadValue, EngineError, listed
from tessera.interfaces.arbiter import VOID, Entrant, GameRecord
from tessera.ratings.bradley_terry import Ratings, quantile
from tessera.ratings.counting import black_score

RANDOM = "random"
SHIPPED = "shipped"
POLICY = {"player": "policy", "evaluator": "torch"}
"""Every checkpoint is another network, met for a few games: another evaluator would take longer to make than it saves,
and a run that is resumed elsewhere must judge as before."""
OWN = re.compile(r"net-\d+")
"""What the networks of a run are called."""
RUNG = 100.0
"""Elo that a rung is below the last checkpoint, at least."""
CLEAR = 0.02
"""Points per game from 0 or 1 within which a meeting says little."""
SHARE = 5
"""An anchor that won or lost all the last time is met in one game of so many."""
ENGINE_GAMES = 20
"""At most against an engine from outside, which takes seconds for a game."""


@dataclass(frozen=True)
class Anchor:
    """A player that stays the same."""

    entrant: Entrant
    most: int | None = None
    """Games of one evaluation, at most."""

    @property
    def name(self) -> str:
        return self.entrant.name


def anchors(names: Sequence[str]) -> tuple[Anchor, ...]:
    """'shipped', profiles of engines, paths of checkpoints, as the config has them; `BadValue` for what is none of
    these, is not installed, or would share a name."""
    found = [_anchor(name) for name in names]
    called = [anchor.name for anchor in found]
    for given, name in zip(names, called, strict=True):
        if called.count(name) > 1:
            raise BadValue("anchors", given, "players with different names", f"two are called {name!r}")
    return tuple(found)


def _anchor(given: str) -> Anchor:
    if given == SHIPPED:
        return Anchor(Entrant(SHIPPED, "tessera", {**POLICY, "ckpt": str(shipped_path())}))
    if given in load_profiles():
        try:
            load_profile(given).located(None)
        except EngineError as error:
            raise BadValue("anchors", given, "an engine that is installed", str(error)) from None
        return Anchor(Entrant(given, "engine", {"profile": given}), ENGINE_GAMES)
    path = Path(given)
    if not path.is_file():
        engines = listed(sorted(load_profiles()))
        raise BadValue("anchors", given, f"{SHIPPED}, an engine ({engines}) or the path of a checkpoint")
    name = path.stem
    if OWN.fullmatch(name) or name == RANDOM:  # one of another run: ours are called so too
        name = "/".join([*[part for part in path.resolve().parts[:-1] if part != "checkpoints"][-1:], name])
    return Anchor(Entrant(name, "tessera", {**POLICY, "ckpt": str(path)}))


def absolute(names: Sequence[str]) -> tuple[str, ...]:
    """The names with relative paths made absolute, so that a run can be resumed from another folder."""
    known = {SHIPPED, *load_profiles()}
    return tuple(name if name in known else str(Path(name).absolute()) for name in names)


def rung(ratings: Ratings, last: str, able: Sequence[str]) -> str | None:
    """The strongest of the players `able` that is at least `RUNG` below `last`; None without one."""
    elo = dict(zip(ratings.players, map(float, ratings.elo), strict=True))
    if last not in elo:
        return None
    below = [name for name in able if name in elo and elo[name] <= elo[last] - RUNG]
    return max(below, key=lambda name: (elo[name], name), default=None)


def games_against(anchor: Anchor, usual: int, last: str | None, records: Sequence[GameRecord]) -> int:
    """How many games of `usual` are worth playing against an anchor, judged by what the last checkpoint did."""
    games = usual if anchor.most is None else min(usual, anchor.most)
    points = points_against(records, last, anchor.name) if last is not None else []
    if points and not CLEAR <= sum(points) / len(points) <= 1.0 - CLEAR:
        games = -(-games // SHARE)
    return games + games % 2  # openings are played with both colours


def points_against(records: Sequence[GameRecord], player: str, opponent: str) -> list[float]:
    """The points of `player` in each game the two have finished, 0 to 1."""
    met = [record for record in records if {record.black, record.white} == {player, opponent} and record.result != VOID]
    return [black_score(r.result) if r.black == player else 1.0 - black_score(r.result) for r in met]


@dataclass(frozen=True)
class Lead:
    """How much stronger a checkpoint is than another player, by all games of the run."""

    elo: float | None
    error: float | None
    """Half of the 95% interval; what both have in common cancels."""
    rate: float | None
    """Points per game between the two in this evaluation; None where they did not meet."""


def leads(ratings: Ratings, player: str, opponents: Sequence[str], played: Sequence[GameRecord]) -> Mapping[str, Lead]:
    """By opponent. `ratings` hold all of them, `played` the games of this evaluation."""
    index = {name: i for i, name in enumerate(ratings.players)}
    found = {}
    for name in opponents:
        if name not in index:  # all their games were void
            found[name] = Lead(None, None, None)
            continue
        elo, error = ratings.difference(index[player], index[name])
        points = points_against(played, player, name)
        rate = round(sum(points) / len(points), 4) if points else None
        found[name] = Lead(round(elo, 1), round(quantile(0.95) * error, 1), rate)
    return found
