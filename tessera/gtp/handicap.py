"""Where handicap stones go: the fixed tables of GTP version 2 draft 2, section 4.1.1."""

from __future__ import annotations

from tessera.rules.coords import LETTERS

_ORDER = {
    2: "sw ne",
    3: "sw ne nw",
    4: "sw ne nw se",
    5: "sw ne nw se c",
    6: "sw ne nw se w e",
    7: "sw ne nw se w e c",
    8: "sw ne nw se w e s n",
    9: "sw ne nw se w e s n c",
}


def most_fixed(size: int) -> int:
    """The largest fixed handicap of a board: 9 on odd boards from 9, 4 on even ones from 8 and on 7, else 0."""
    if size >= 9 and size % 2:
        return 9
    return 4 if size >= 7 else 0


def fixed(size: int, stones: int) -> list[str]:
    """Vertices of a fixed handicap, in the order of the specification; 2 <= stones <= most_fixed(size)."""
    assert 2 <= stones <= most_fixed(size)
    edge = 4 if size >= 13 else 3
    low, middle, high = edge, (size + 1) // 2, size + 1 - edge
    columns = {"w": low, "e": high}
    rows = {"s": low, "n": high}

    def name(place: str) -> str:
        column = next((columns[c] for c in place if c in columns), middle)
        row = next((rows[c] for c in place if c in rows), middle)
        return f"{LETTERS[column - 1]}{row}"

    return [name(place) for place in _ORDER[stones].split()]


def free(size: int, stones: int) -> list[str]:
    """Vertices for `place_free_handicap`: at most `stones`, a fixed pattern extended along the lines it uses.

    Beyond nine stones (or the board's fixed most) come the points between, nearest the edge lines first.
    """
    most = most_fixed(size)
    if 2 <= stones <= most:
        return fixed(size, stones)
    placed = fixed(size, most) if most else []
    line = 4 if size >= 13 else 3 if size >= 7 else 2
    grid = range(line, size + 2 - line, 2)
    spots = sorted(
        ((row, column) for row in grid for column in grid), key=lambda spot: (-_off_centre(spot, size), spot)
    )
    for row, column in spots:
        if len(placed) >= stones:
            break
        name = f"{LETTERS[column - 1]}{row}"
        if name not in placed:
            placed.append(name)
    return placed


def _off_centre(spot: tuple[int, int], size: int) -> int:
    return sum(abs(2 * value - size - 1) for value in spot)
