"""The set `go-1`: what `basic-1` has, ladders, and the area that is unconditionally alive."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from tessera.rules.coords import EMPTY
from tessera.rules.features import GO, LADDERED, LADDERING, LIBERTIES, OWN_ALIVE
from tessera.rules.features.basic import PLANE_COUNT, write_basic
from tessera.rules.features.ladders import CAPTURED, copy_board, extended, read_ladder, two_liberties
from tessera.rules.features.life import write_pass_alive
from tessera.rules.jit import kernel
from tessera.rules.layout import KO_COLOR, KO_POINT, chain_at, meta_at, next_at

GO_PLANES = GO.plane_count


@kernel
def write_go(s, n, t, color, planes, globals_, w):
    """`write_basic`, and the planes from LADDERED on; w: `GO.scratch(n)` int32."""
    points = n * n
    write_basic(s, n, t, color, planes, globals_)
    for i in range(PLANE_COUNT * points, GO_PLANES * points):
        planes[i] = 0.0
    write_ladders(s, n, t, color, planes, w)
    for alive in range(2):
        own = color if alive == 0 else 3 - color
        plane = OWN_ALIVE + alive
        write_pass_alive(s, n, t, own, w, planes[plane * points : (plane + 1) * points], False)


@kernel
def write_ladders(s, n, t, color, planes, w):
    """Chains of 1 or 2 liberties that fall to a ladder, and the moves of `color` that begin one on 2 liberties."""
    points, meta = n * n, meta_at(n)
    chain, following = chain_at(points), next_at(points)
    copy_board(s, n, w)
    for head in range(points):
        one, two = planes[LIBERTIES * points + head] != 0.0, planes[(LIBERTIES + 1) * points + head] != 0.0
        if not (one or two) or s[head] == EMPTY or s[chain + head] != head:
            continue
        _, a, b = two_liberties(w, n, t, head)
        attacker = 3 - s[head]
        ko = s[meta + KO_POINT] if s[meta + KO_COLOR] == attacker else -1
        caught = False
        for attempt in range(2 if two else 1):
            first, other = (a, b) if attempt == 0 else (b, a)
            if two and extended(w, n, t, head, other, first)[0] >= 3:
                continue
            if read_ladder(w, n, t, head, first if two else -1, a, b, ko, False) == CAPTURED:
                caught = True
                if two and attacker == color:
                    planes[LADDERING * points + first] = 1.0
        if caught:
            stone = head
            while True:
                planes[LADDERED * points + stone] = 1.0
                stone = s[following + stone]
                if stone == head:
                    break
