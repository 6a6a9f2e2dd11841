"""A smooth line through ratings: strength as a function of one number that players were set to.

Players that differ in one setting x share what their games say: the ratings of a fit, with its whole covariance C, are
brought onto a polynomial of x by generalised least squares. Where the polynomial does not do the ratings justice
(chi-square above its degrees of freedom) every error is widened by the root of that ratio (Birge's ratio).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from tessera.ratings.bradley_terry import quantile

Array = NDArray[np.float64]
RIDGE = 1e-3
"""Elo squared, far below any rating's: keeps what is inverted regular where two ratings are nearly one."""
GRID = 2001
"""Points at which a curve is looked at to invert it."""


@dataclass(frozen=True)
class Curve:
    """Elo over x from `low` to `high`."""

    low: float
    high: float
    coefficients: Array
    """[D+1] of Chebyshev polynomials."""
    covariance: Array
    """[D+1, D+1] in Elo squared, widened where the ratings do not lie on a polynomial."""
    chi_square: float
    """Squared distance of the ratings from the curve in units of their errors."""
    freedom: int
    """What `chi_square` should be: ratings less coefficients."""

    def __call__(self, x: float) -> float:
        return float(self._basis(x) @ self.coefficients)

    def margin(self, x: float) -> float:
        """Half the 95% interval of the Elo at x."""
        basis = self._basis(x)
        return quantile(0.95) * math.sqrt(max(float(basis @ self.covariance @ basis), 0.0))

    def difference(self, x: float, y: float) -> tuple[float, float]:
        """How much stronger x is than y in Elo, and half the 95% interval of that."""
        change = self._basis(x) - self._basis(y)
        spread = math.sqrt(max(float(change @ self.covariance @ change), 0.0))
        return float(change @ self.coefficients), quantile(0.95) * spread

    def monotone(self) -> tuple[Array, Array]:
        """x and Elo on a fine grid, Elo never falling."""
        x = np.linspace(self.low, self.high, GRID)
        return x, np.maximum.accumulate(_basis(self._scaled(x), len(self.coefficients)) @ self.coefficients)

    def where(self, elo: float) -> float:
        """The x that plays at `elo`, held within `low` and `high`."""
        x, heights = self.monotone()
        rising = np.concatenate([[True], np.diff(heights) > 0])
        return float(np.interp(elo, heights[rising], x[rising]))

    def _basis(self, x: float) -> Array:
        return _basis(self._scaled(np.array([x])), len(self.coefficients))[0]

    def _scaled(self, x: Array) -> Array:
        return (2.0 * x - self.low - self.high) / (self.high - self.low)


def fit_curve(x: Array, elo: Array, covariance: Array, *, degree: int) -> Curve:
    """The curve through ratings `elo` [n] with `covariance` [n, n] in Elo squared, at settings `x` [n], two or more.

    Fewer settings than coefficients take a lower degree. Ratings without an anchor have no common height: add a large
    constant to their covariance, and read differences alone.
    """
    low, high = float(x.min()), float(x.max())
    count = min(degree + 1, len(np.unique(x)))
    basis = _basis((2.0 * x - low - high) / (high - low), count)
    weight = np.linalg.inv(covariance + RIDGE * np.eye(len(x)))
    spread = np.linalg.inv(basis.T @ weight @ basis)
    coefficients = spread @ basis.T @ weight @ elo
    left = elo - basis @ coefficients
    chi_square, freedom = float(left @ weight @ left), len(x) - count
    birge = max(1.0, chi_square / freedom) if freedom > 0 else 1.0
    return Curve(low, high, coefficients, np.asarray(spread * birge, np.float64), chi_square, freedom)


def _basis(x: Array, count: int) -> Array:
    """[n, count]"""
    return np.asarray(chebyshev.chebvander(x, count - 1))
