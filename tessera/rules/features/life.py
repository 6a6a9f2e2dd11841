"""Unconditional life as planes: what `tessera.rules.benson` explains, without sets and without allocation."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from tessera.rules.coords import EMPTY, WALL
from tessera.rules.jit import kernel
from tessera.rules.layout import STRIDE, chain_at

MAX_HEADS = 4
"""Chains that can touch one point."""


@kernel
def write_pass_alive(s, n, t, color, w, plane):
    """Set plane[P] (zeros before) to 1 where `color` owns the point whatever its opponent does; w: 9P + 1 int32."""
    points = n * n
    chain = chain_at(points)
    queue, starts, vital = 0, points, 2 * points + 1
    inner, alive, count = 6 * points + 1, 7 * points + 1, 8 * points + 1
    for p in range(points):
        w[inner + p] = -1  # of a point: not in a region yet; of a region: inner points, 2 for more than one
        w[alive + p] = 1  # at the head of a chain
        w[count + p] = 0  # at the head: vital regions
    regions, filled = 0, 0
    w[starts] = 0
    for p in range(points):
        if s[p] != color and w[count + p] == 0:
            filled = flood(s, n, t, color, w, p, filled, vital + MAX_HEADS * regions, count, inner + regions)
            regions += 1
            w[starts + regions] = filled
    for p in range(points):
        w[count + p] = 0
    # Healthy: enclosed by living chains alone. A region that is not any more keeps no inner points.
    healthy_left = regions > 1
    while healthy_left:
        for p in range(points):
            w[count + p] = 0
        for region in range(regions):
            if w[inner + region] >= 0:
                for i in range(MAX_HEADS):
                    head = w[vital + MAX_HEADS * region + i]
                    if head >= 0:
                        w[count + head] += 1
        changed, healthy_left = False, False
        for p in range(points):
            if s[p] == color and s[chain + p] == p and w[alive + p] == 1:
                if w[count + p] < 2:
                    w[alive + p] = 0
                    changed = True
                else:
                    healthy_left = True
        if not changed:
            break
        for region in range(regions):
            if w[inner + region] >= 0 and touches_dead(s, n, t, color, w, starts + region, alive):
                w[inner + region] = -1
    if not healthy_left:
        return
    for p in range(points):
        if s[p] == color and w[alive + s[chain + p]] == 1:
            plane[p] = 1.0
    for region in range(regions):
        if w[inner + region] == 0 or w[inner + region] == 1:
            for i in range(w[starts + region], w[starts + region + 1]):
                plane[w[queue + i]] = 1.0


@kernel
def flood(s, n, t, color, w, first, filled, vital, seen, inner):
    """Append the region around `first` to the queue, where `filled` points lie; returns how many lie there then.

    Marks its points from w[seen] on, and notes at w[vital] the heads its empty points all touch (-1 none), at w[inner]
    how many of its points touch no stone of `color`, at most 2; -1 where nothing of `color` touches the region.
    """
    chain = chain_at(n * n)
    w[filled] = first
    w[seen + first] = 1
    at, end = filled, filled + 1
    for i in range(MAX_HEADS):
        w[vital + i] = -1
    untried, apart, touched = True, 0, False
    while at < end:
        p = w[at]
        at += 1
        beside_own = False
        for k in range(4):
            beside = t.geometry[STRIDE * p + k]
            if s[beside] == color:
                beside_own = True
            elif s[beside] != WALL and w[seen + beside] == 0:
                w[seen + beside] = 1
                w[end] = beside
                end += 1
        touched = touched or beside_own
        if not beside_own and apart < 2:
            apart += 1
        if s[p] == EMPTY:
            for i in range(MAX_HEADS):
                # The first empty point proposes the heads beside it, every later one strikes out.
                if untried:
                    beside = t.geometry[STRIDE * p + i]
                    if s[beside] == color:
                        w[vital + i] = s[chain + beside]
                        for j in range(i):
                            if w[vital + j] == w[vital + i]:
                                w[vital + i] = -1
                elif w[vital + i] >= 0 and not touches(s, n, t, p, color, w[vital + i]):
                    w[vital + i] = -1
            untried = False
    w[inner] = apart if touched else -1
    return end


@kernel
def touches(s, n, t, p, color, head):
    """Whether the point p lies beside the chain."""
    chain = chain_at(n * n)
    for k in range(4):
        beside = t.geometry[STRIDE * p + k]
        if s[beside] == color and s[chain + beside] == head:
            return True
    return False


@kernel
def touches_dead(s, n, t, color, w, bounds, alive):
    """Whether a chain that is not alive touches the points of a region, which lie in the queue between its bounds."""
    chain = chain_at(n * n)
    for i in range(w[bounds], w[bounds + 1]):
        for k in range(4):
            beside = t.geometry[STRIDE * w[i] + k]
            if s[beside] == color and w[alive + s[chain + beside]] == 0:
                return True
    return False
