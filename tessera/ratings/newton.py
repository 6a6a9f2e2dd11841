"""Newton's method on the Bradley-Terry likelihood, with what is needed for its covariance.

Conventions, before any formula:

- Nodes are 0..V-1; a *match* m says that node `first[m]` took `score[m]` points of `weight[m]` games against
  `second[m]`; draws are half a point. `colour[m]` is 1 where the first one moved first, 0 where that means nothing.
- Parameters are [V+1]: natural log-odds strengths of the nodes, then the first player's advantage g. In match m the
  first one scores p = 1 / (1 + exp(-eta)) a game, eta = x[first] - x[second] + colour * g.
- log L = sum of score * log p + (weight - score) * log(1 - p). Its Hessian is minus the information matrix, and the
  inverse of that over the free parameters is their covariance. log L is concave: its maximum is the only one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_LONGEST_STEP = 3.0
"""Nats; far from the maximum the curvature says little, and a full step would leap where it vanishes."""
_FARTHEST = 300.0
"""Nats at which cosh squared still fits a double."""
_ROUNDS = 500


@dataclass(frozen=True)
class Matches:
    """Results by pair and colour; arrays are [M]."""

    first: Indices
    second: Indices
    colour: Array
    weight: Array
    score: Array

    def expected(self, x: Array) -> Array:
        """[M] points per game of the first one, 0 to 1."""
        return 0.5 * (1.0 + np.tanh(0.5 * self._eta(x)))

    def variance(self, x: Array) -> Array:
        """[M] of the points in one game without draws, p (1 - p); never 0, however far apart the two are."""
        return 0.25 / np.cosh(np.clip(0.5 * self._eta(x), -_FARTHEST, _FARTHEST)) ** 2

    def log_likelihood(self, x: Array) -> float:
        """At parameters x [V+1]; 0 or less."""
        eta = self._eta(x)
        lost = self.weight - self.score
        return -float(self.score @ np.logaddexp(0.0, -eta) + lost @ np.logaddexp(0.0, eta))

    def gradient(self, x: Array) -> Array:
        """[V+1] of log L."""
        surplus = self.score - self.weight * self.expected(x)
        return self._scatter(surplus, len(x) - 1, self.colour)

    def information(self, x: Array) -> Array:
        """[V+1, V+1], minus the Hessian of log L; singular along equal shifts of all nodes."""
        nodes, v = len(x) - 1, self.weight * self.variance(x)
        out = np.zeros((nodes + 1, nodes + 1))
        for i, j, sign in ((self.first, self.second, -1.0), (self.second, self.first, -1.0)):
            np.add.at(out, (i, j), sign * v)
            np.add.at(out, (i, i), v)
        out[nodes, :] = out[:, nodes] = self._scatter(v * self.colour, nodes, self.colour)
        return out

    def _eta(self, x: Array) -> Array:
        return x[self.first] - x[self.second] + self.colour * x[-1]

    def _scatter(self, value: Array, nodes: int, colour: Array) -> Array:
        """[V+1] sums by node, plus as the first one and minus as the second; then the sum over coloured matches."""
        out = np.empty(nodes + 1)
        out[:nodes] = np.bincount(self.first, value, nodes) - np.bincount(self.second, value, nodes)
        out[nodes] = value @ colour
        return out


def maximise(matches: Matches, start: Array, free: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The parameters [V+1] at the maximum over the free ones, and their covariance [V+1, V+1], 0 where not free.

    The caller has made sure that the maximum is finite and unique. Cost: one solve of the free parameters a round,
    five to ten rounds.
    """
    x, square = start.copy(), np.ix_(free, free)
    value = matches.log_likelihood(x)
    for _ in range(_ROUNDS):
        gradient = matches.gradient(x)[free]
        step = np.linalg.solve(matches.information(x)[square], gradient).astype(np.float64)
        gain, longest = float(gradient @ step), float(np.abs(step).max(initial=0.0))
        x, value = _climb(matches, x, value, step * (_LONGEST_STEP / max(longest, _LONGEST_STEP)), free)
        if gain <= 1e-14 * (1.0 + abs(value)):
            break  # and the step just taken has squared what was missing
    else:
        raise BadValue("anchors", "ratings that do not converge", "anchors near what the games say", "check their Elo")
    covariance = np.zeros((len(x), len(x)))
    covariance[square] = np.linalg.inv(matches.information(x)[square])
    return x, covariance


def _climb(matches: Matches, x: Array, value: float, step: Array, free: NDArray[np.bool_]) -> tuple[Array, float]:
    """The step, or as much of it as does not lose likelihood."""
    slack = 1e-12 * (1.0 + abs(value))
    while True:
        tried = x.copy()
        tried[free] += step
        reached = matches.log_likelihood(tried)
        if reached >= value - slack:
            return tried, reached
        step = 0.5 * step
