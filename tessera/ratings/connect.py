"""Whether the games tie the players together, and whether ratings without a prior exist.

Conventions, before any formula:

- Players are 0..n-1. An *edge* ties two players; a *beat* (i, j) says that i has scored something against j.
- A strength d[i] and a first player's advantage g explain a game by d[black] - d[white] + g.
- A maximum of the likelihood is finite and unique unless some change of the strengths (and of g) explains every
  result at least as well for ever. Without g that is Ford's condition: every player reaches every other along beats
  (L. R. Ford, "Solution of a ranking problem from binary comparisons", 1957). With g, such a change with g = 1 or
  g = -1 is a system of difference constraints, which has a solution exactly where its graph has no negative cycle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Edges = Sequence[tuple[int, int]]


def components(n: int, edges: Edges) -> tuple[tuple[int, ...], ...]:
    """The players in groups that edges tie together, each in order, groups by their first player."""
    return _groups(_reach(n, [*edges, *((j, i) for i, j in edges)]))


def strong_components(n: int, beats: Edges) -> tuple[tuple[int, ...], ...]:
    """The groups within which everybody reaches everybody along beats; one group is Ford's condition."""
    reach = _reach(n, beats)
    return _groups(reach & reach.T)


def advantage_is_finite(n: int, beats_as_first: Edges, beats_as_second: Edges, ties: Edges = ()) -> bool:
    """Whether games bound the first player's advantage, in both directions.

    `beats_as_first` holds (first, second) where the first player has scored, `beats_as_second` (first, second) where
    the second has; `ties` are players whose difference is given (anchors).
    """
    return all(_contradiction(n, beats_as_first, beats_as_second, ties, sign) for sign in (1.0, -1.0))


def _contradiction(n: int, as_first: Edges, as_second: Edges, ties: Edges, g: float) -> bool:
    """Whether d[i] - d[j] + g >= 0 for (i, j) in `as_first` and <= 0 in `as_second` cannot hold together.

    bound[i, j] is the least known upper bound of d[j] - d[i]; Floyd and Warshall's closure tightens all of them.
    """
    bound = np.full((n, n), np.inf)
    np.fill_diagonal(bound, 0.0)
    for i, j in as_first:
        bound[i, j] = min(bound[i, j], g)
    for i, j in as_second:
        bound[j, i] = min(bound[j, i], -g)
    for i, j in ties:
        bound[i, j], bound[j, i] = min(bound[i, j], 0.0), min(bound[j, i], 0.0)
    for k in range(n):
        np.minimum(bound, bound[:, k, None] + bound[None, k, :], out=bound)
        if (np.diagonal(bound) < 0.0).any():
            return True
    return False


def _reach(n: int, edges: Edges) -> NDArray[np.bool_]:
    """[n, n] whether j can be reached from i along edges; everybody reaches himself."""
    reach = np.eye(n, dtype=np.bool_)
    for i, j in edges:
        reach[i, j] = True
    for k in range(n):
        reach |= reach[:, k, None] & reach[None, k, :]
    return reach


def _groups(same: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    """The classes of an equivalence [n, n]."""
    firsts = same.argmax(axis=1) if len(same) else np.empty(0, dtype=np.int64)
    return tuple(tuple(np.flatnonzero(firsts == first).tolist()) for first in np.unique(firsts).tolist())
