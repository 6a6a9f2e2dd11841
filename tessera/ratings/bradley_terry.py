"""Bradley-Terry ratings with their full covariance.

Conventions, before any formula:

- The first player moves first: Black in Go. Scores are his points per game: 1 won, 1/2 drawn, 0 lost. A draw is
  half a win and half a loss; as it varies less than either, many draws make the errors too wide, never too narrow.
- P(first scores) = 1 / (1 + 10^-((elo_first - elo_second + advantage) / 400)); the fit itself runs in natural
  log-odds (`newton.py`), every figure handed out is in Elo, covariances in Elo squared.
- The prior gives every player `prior` virtual draws against one virtual average opponent, whose strength is fitted
  along, so that it moves no one as a group; and the first player's advantage as many virtual draws between equals.
  With it unbeaten, winless and unconnected players have finite ratings. `prior=0` is plain maximum likelihood.
- Only differences are measured. One anchor is a shift: errors are those of the difference to it, its own is 0.
  Several anchors are all held where they are, and everything else is fitted around them. Without an anchor the mean
  of all players is 0 and errors are against that mean.
- Intervals are of the normal approximation at the maximum, thus symmetric.

Sources: Bradley and Terry 1952; Davidson and Beaver 1977 for the order effect; Hunter 2004 for existence; the
virtual draws follow R. Coulom's BayesElo.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from tessera.errors import BadValue
from tessera.ratings import connect
from tessera.ratings.elo import ELO_PER_NAT
from tessera.ratings.newton import Array, Indices, Matches, maximise

DEFAULT_PRIOR = 0.5
"""Virtual draws; half a game keeps the unbeaten finite and pulls at most a quarter of a point from anybody."""
_SMALLEST_PRIOR = 1e-6
_WIDEST = 8000
"""Elo; a player half-way between anchors further apart would leave no trace in double precision."""


@dataclass(frozen=True)
class PairFit:
    """What two players did against each other, both colours together, and what the ratings expect of it."""

    first: int
    """The lower index; points are his."""
    second: int
    games: float
    score: float
    """Points of `first` in all these games."""
    expected: float
    """Points the fit expects of `first`."""
    spread: float
    """Standard deviation of `score` if the fit were the truth."""
    sigma: float
    """Standard deviation of `score - expected`: smaller, as the fit has followed the score.

    0 where the fit follows this pair alone and can say nothing about it.
    """

    @property
    def residual(self) -> float:
        """`score - expected` in units of `sigma`, thus standard normal; 0 where nothing could be expected."""
        return (self.score - self.expected) / self.sigma if self.sigma > 0 else 0.0

    @property
    def distance(self) -> float:
        """`score - expected` in units of `spread`."""
        return (self.score - self.expected) / self.spread

    def surprising(self, sigmas: float = 3.0) -> bool:
        """Whether the score lies further than that many `spread` off the expectation, even with half a point less.

        Careful on purpose: in a circle of pairs one upset gives all of them the same residual, also the pair that
        scored 380 of 400 where 378.8 were expected; and without the half point (a continuity correction) a single
        upset against a far weaker player would do.
        """
        return abs(self.score - self.expected) - 0.5 > sigmas * self.spread


@dataclass(frozen=True)
class Ratings:
    """A fit of n players."""

    players: tuple[str, ...]
    elo: Array
    """[n]"""
    covariance: Array
    """[n, n] in Elo squared; rows and columns of anchors are 0."""
    anchors: Mapping[int, float]
    """Pinned players by index."""
    first_player: float
    """Elo that moving first is worth; 0 where it was not fitted."""
    first_player_error: float
    """Its standard error; 0 where it was not fitted."""
    log_likelihood: float
    """Natural, of the real games at this fit; 0 or less."""
    pairs: tuple[PairFit, ...]
    """Every pair that has met."""

    def error(self, i: int) -> float:
        """The standard error of player i's Elo."""
        return math.sqrt(max(float(self.covariance[i, i]), 0.0))

    def interval(self, i: int, level: float = 0.95) -> tuple[float, float]:
        """The Elo between which player i lies with probability `level`; relative to the anchor."""
        margin = quantile(level) * self.error(i)
        return float(self.elo[i]) - margin, float(self.elo[i]) + margin

    def first_player_interval(self, level: float = 0.95) -> tuple[float, float]:
        """The same for the first player's advantage."""
        margin = quantile(level) * self.first_player_error
        return self.first_player - margin, self.first_player + margin

    def difference(self, i: int, j: int) -> tuple[float, float]:
        """How much stronger i is than j in Elo, and the standard error of that; the shared part cancels."""
        c = self.covariance
        return float(self.elo[i] - self.elo[j]), math.sqrt(max(float(c[i, i] + c[j, j] - 2.0 * c[i, j]), 0.0))

    def superiority(self) -> Array:
        """[n, n] likelihood that row i is stronger than column j; 1/2 on the diagonal."""
        n, normal = len(self.players), NormalDist()
        out = np.full((n, n), 0.5)
        for i in range(n):
            for j in range(i + 1, n):
                lead, error = self.difference(i, j)
                out[i, j] = normal.cdf(lead / error) if error > 0 else 0.5 * (1.0 + np.sign(lead))
                out[j, i] = 1.0 - out[i, j]
        return out

    def surprises(self, sigmas: float = 3.0) -> tuple[PairFit, ...]:
        """The pairs whose score these ratings cannot explain, the worst first."""
        return tuple(sorted((p for p in self.pairs if p.surprising(sigmas)), key=lambda p: -abs(p.distance)))


def fit(
    players: Sequence[str],
    first: ArrayLike,
    second: ArrayLike,
    score: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    prior: float = DEFAULT_PRIOR,
    first_player: bool = True,
    anchors: Mapping[int, float] | None = None,
) -> Ratings:
    """Ratings of all `players` from games [G]: indices of who moved first and second, and the score of the first.

    `weight` [G] counts how often each line stands. `first_player=False` leaves the advantage of moving first out.
    `anchors` pins players by index to an Elo. Raises `BadValue` for games that make no sense, and with `prior=0`
    where no finite maximum exists, naming the players concerned.
    """
    pinned = _check_anchors(anchors or {}, len(players))
    if not (prior == 0 or _SMALLEST_PRIOR <= prior < math.inf):
        raise BadValue("prior", prior, f"0, or {_SMALLEST_PRIOR} and more virtual draws")
    games = _tally(len(players), first, second, score, weight, coloured=first_player)
    if prior == 0:
        _check_existence(players, games, pinned, first_player)
    return _assemble(players, games, pinned, prior, first_player)


def quantile(level: float) -> float:
    """How many standard errors to either side hold `level` of a normal distribution."""
    if not 0.0 < level < 1.0:
        raise BadValue("level", level, "above 0, below 1")
    return NormalDist().inv_cdf(0.5 + 0.5 * level)


def _check_anchors(anchors: Mapping[int, float], n: int) -> dict[int, float]:
    for index, elo in anchors.items():
        if not 0 <= index < n:
            raise BadValue("anchor", index, f"the index of one of {n} players")
        if not math.isfinite(elo):
            raise BadValue("anchor", elo, "a finite Elo")
    if anchors and max(anchors.values()) - min(anchors.values()) > _WIDEST:
        raise BadValue("anchors", sorted(anchors.values()), f"at most {_WIDEST} Elo from the lowest to the highest")
    return dict(anchors)


def _tally(
    n: int, first: ArrayLike, second: ArrayLike, score: ArrayLike, weight: ArrayLike | None, *, coloured: bool
) -> Matches:
    """The games, checked, one line for each ordered pair that has met."""
    i, j = np.asarray(first, dtype=np.int64).reshape(-1), np.asarray(second, dtype=np.int64).reshape(-1)
    s = np.asarray(score, dtype=np.float64).reshape(-1)
    w = np.ones(len(s)) if weight is None else np.asarray(weight, dtype=np.float64).reshape(-1)
    if not len(i) == len(j) == len(s) == len(w):
        raise BadValue("games", (len(i), len(j), len(s), len(w)), "as many first and second players, scores, weights")
    if len(s) and not (min(i.min(), j.min()) >= 0 and max(i.max(), j.max()) < n and (i != j).all()):
        raise BadValue("games", "a player's index", f"two different ones of 0 to {n - 1}")
    if not ((s >= 0) & (s <= 1)).all():
        raise BadValue("score", "a score of the first player", "0 to 1")
    if not ((w >= 0) & np.isfinite(w)).all():
        raise BadValue("weight", "a weight", "0 or more, finite")
    i, j, s, w = i[w > 0], j[w > 0], s[w > 0], w[w > 0]
    keys, line = np.unique(i * n + j, return_inverse=True)
    lines = len(keys)
    return Matches(
        first=keys // max(n, 1),
        second=keys % max(n, 1),
        colour=np.full(lines, float(coloured)),
        weight=np.bincount(line, w, lines).astype(np.float64),
        score=np.bincount(line, w * s, lines).astype(np.float64),
    )


def _check_existence(players: Sequence[str], games: Matches, anchors: Mapping[int, float], first_player: bool) -> None:
    """Whether the likelihood has a finite maximum; `BadValue` says who is in the way."""
    n = len(players)
    won, lost = games.score > 0, games.score < games.weight
    as_first, as_second = _edges(games.first[won], games.second[won]), _edges(games.first[lost], games.second[lost])
    pinned = list(anchors)
    ties = [(pinned[0], other) for other in pinned[1:]]
    groups = connect.components(n, [*as_first, *as_second, *ties])
    if len(groups) > 1:
        raise BadValue("games", _named(players, groups), "players tied together by games", _CURE)
    beats = [*as_first, *((j, i) for i, j in as_second), *ties, *((j, i) for i, j in ties)]
    groups = connect.strong_components(n, beats)
    if len(groups) > 1:
        allowed = "every group of players both takes points from the others and gives some"
        raise BadValue("games", _named(players, groups), allowed, _CURE)
    if first_player and not connect.advantage_is_finite(n, as_first, as_second, ties):
        cure = "play each pair with both colours, use a prior, or rate without a first player's advantage"
        raise BadValue("games", "results that do not bound the first player's advantage", "colours that vary", cure)


_CURE = "play more games, or use a prior above 0"


def _edges(first: Indices, second: Indices) -> list[tuple[int, int]]:
    return list(zip(first.tolist(), second.tolist(), strict=True))


def _named(players: Sequence[str], groups: Sequence[Sequence[int]]) -> str:
    """The groups by name, the largest (taken as the league proper) last, so that a cut message loses least."""
    return " | ".join(", ".join(players[i] for i in group) for group in sorted(groups, key=len))


def _assemble(
    players: Sequence[str], games: Matches, anchors: Mapping[int, float], prior: float, first_player: bool
) -> Ratings:
    """Fit, pin or centre, and turn nats into Elo."""
    n = len(players)
    x, covariance = _solve(n, games, anchors, prior, first_player)
    pairs = _pair_fits(games, games.expected(x), games.variance(x), covariance)
    strength, spread = x[:n], covariance[:n, :n]
    if not anchors and n:
        strength = strength - strength.mean()
        spread = spread - spread.mean(axis=0) - spread.mean(axis=1)[:, None] + spread.mean()
    elo = strength * ELO_PER_NAT
    for index, pinned in anchors.items():
        elo[index] = pinned
    return Ratings(
        players=tuple(players),
        elo=elo,
        covariance=spread * ELO_PER_NAT**2,
        anchors=anchors,
        first_player=float(x[-1]) * ELO_PER_NAT,
        first_player_error=math.sqrt(float(covariance[-1, -1])) * ELO_PER_NAT,
        log_likelihood=games.log_likelihood(x),
        pairs=pairs,
    )


def _solve(
    n: int, games: Matches, anchors: Mapping[int, float], prior: float, first_player: bool
) -> tuple[Array, Array]:
    """Parameters and covariance of the n players, the virtual opponent (node n) and the advantage, in nats."""
    start, free = np.zeros(n + 2), np.ones(n + 2, dtype=np.bool_)
    start[: n + 1] = np.mean(list(anchors.values())) / ELO_PER_NAT if anchors else 0.0
    for index, elo in anchors.items():
        start[index], free[index] = elo / ELO_PER_NAT, False
    free[n] = prior > 0
    if not anchors:
        free[n if prior > 0 or not n else 0] = False  # somebody has to stand still; the mean is taken out later
    free[n + 1] = first_player and (prior > 0 or len(games.score) > 0)
    return maximise(_with_prior(games, n, prior, first_player), start, free)


def _with_prior(games: Matches, n: int, prior: float, first_player: bool) -> Matches:
    """The games and the virtual draws; those for the advantage are the virtual opponent's against himself."""
    if prior == 0:
        return games
    lines = n + first_player
    return Matches(
        first=np.concatenate([games.first, np.arange(lines)]),
        second=np.concatenate([games.second, np.full(lines, n)]),
        colour=np.concatenate([games.colour, np.arange(lines) == n]),
        weight=np.concatenate([games.weight, np.full(lines, prior)]),
        score=np.concatenate([games.score, np.full(lines, 0.5 * prior)]),
    )


def _pair_fits(games: Matches, expected: Array, variance: Array, covariance: Array) -> tuple[PairFit, ...]:
    """Both colours of each pair together.

    With v the variance of the score and a its gradient by the parameters, the residual has variance v - a'Ca: the
    fit takes the second part of it away.
    """
    forward = games.first < games.second
    sums: dict[tuple[int, int], Array] = {}
    for line, (i, j) in enumerate(_edges(games.first, games.second)):
        w, s, p = games.weight[line], games.score[line], expected[line]
        v = w * variance[line]
        row = (w, s, w * p, v, v) if forward[line] else (w, w - s, w * (1.0 - p), v, -v)
        sums[min(i, j), max(i, j)] = sums.get((min(i, j), max(i, j)), np.zeros(5)) + row
    return tuple(_pair_fit(i, j, row, covariance) for (i, j), row in sorted(sums.items()))


def _pair_fit(i: int, j: int, row: Array, c: Array) -> PairFit:
    w, s, mean, v, signed = row.tolist()
    taken = v * v * (c[i, i] + c[j, j] - 2.0 * c[i, j])
    taken += 2.0 * v * signed * (c[i, -1] - c[j, -1]) + signed * signed * c[-1, -1]
    left = v - float(taken)
    sigma = math.sqrt(left) if left > 1e-6 * v else 0.0
    return PairFit(first=i, second=j, games=w, score=s, expected=mean, spread=math.sqrt(v), sigma=sigma)
