"""One table for all coordinate systems. Conversions live nowhere else.

    point   0..P-1, row-major from the top-left corner; P itself means pass
    vertex  GTP's "D4": letters without I from the left, numbers from the bottom; "pass"
    sgf     two letters, column then row from the top-left; "" (or "tt" up to 19x19) means pass

Colours are small integers everywhere: EMPTY 0, BLACK 1, WHITE 2; `opponent(c)` is 3 - c.
"""

from __future__ import annotations

from tessera.errors import BadValue

EMPTY, BLACK, WHITE, WALL = 0, 1, 2, 3
MIN_SIZE, MAX_SIZE = 2, 25

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
COLOR_NAMES = {BLACK: "black", WHITE: "white"}


def opponent(color: int) -> int:
    return 3 - color


def check_size(size: int) -> int:
    """The size itself, or `BadValue`."""
    if not isinstance(size, int) or not MIN_SIZE <= size <= MAX_SIZE:
        raise BadValue("board size", size, f"{MIN_SIZE} to {MAX_SIZE}")
    return size


def parse_color(text: str) -> int:
    """'b', 'W', 'black', 'White' -> BLACK or WHITE."""
    match text.lower():
        case "b" | "black":
            return BLACK
        case "w" | "white":
            return WHITE
    raise BadValue("color", text, "b, w, black or white")


def pass_point(size: int) -> int:
    return size * size


def vertex(point: int, size: int) -> str:
    """GTP's name of a point, upper case; 'pass' in lower case as clients expect it."""
    if point == size * size:
        return "pass"
    row, column = divmod(point, size)
    return f"{LETTERS[column]}{size - row}"


def parse_vertex(text: str, size: int) -> int:
    """The point of a GTP vertex in any case, 'pass' included."""
    lowered = text.lower()
    if lowered == "pass":
        return size * size
    column = LETTERS.lower().find(lowered[:1]) if lowered else -1
    digits = lowered[1:]
    if column < 0 or not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        raise BadValue("vertex", text, f"A1 to {vertex(size - 1, size)} without I, or pass")
    row = size - int(digits)
    if column >= size or not 0 <= row < size:
        raise BadValue("vertex", text, f"A1 to {vertex(size - 1, size)} without I, or pass")
    return row * size + column


def sgf_point(point: int, size: int) -> str:
    """SGF's two letters for a point, '' for a pass."""
    if point == size * size:
        return ""
    row, column = divmod(point, size)
    return chr(97 + column) + chr(97 + row)


def parse_sgf_point(text: str, size: int) -> int:
    """The point of SGF's two letters; '' and, on boards up to 19x19, 'tt' are a pass."""
    if text == "" or (text == "tt" and size <= 19):
        return size * size
    if len(text) == 2:
        column, row = ord(text[0]) - 97, ord(text[1]) - 97
        if 0 <= column < size and 0 <= row < size:
            return row * size + column
    raise BadValue("SGF point", text, f"two letters within {size}x{size}, or empty for a pass")
