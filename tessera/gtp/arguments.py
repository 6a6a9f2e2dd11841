"""Words of a command into values. Every failure is a `GtpFailure` with the words the specification uses."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tessera.errors import BadValue
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure
from tessera.rules.coords import parse_color, parse_vertex

INT_LIMIT = 2**31
MAX_DIGITS = 12
MAX_FLOAT_LENGTH = 64


def count(args: Sequence[str], least: int, most: int | None = None) -> None:
    """Refuse fewer than `least` or more than `most` (default: exactly `least`) arguments."""
    if not least <= len(args) <= (least if most is None else most):
        raise GtpFailure(SYNTAX_ERROR)


def integer(text: str, low: int = -INT_LIMIT, high: int = INT_LIMIT - 1, *, error: str = SYNTAX_ERROR) -> int:
    """A decimal integer within low..high; '5.5', '1e3' and '5x' are refused."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise GtpFailure(error)
    value = int(text)
    if not low <= value <= high:
        raise GtpFailure(error)
    return value


def number(text: str, *, error: str = SYNTAX_ERROR) -> float:
    """A finite float in decimal notation; 'nan', 'inf', '6,5' and '1_0' are refused."""
    if len(text) > MAX_FLOAT_LENGTH or not set(text) <= set("0123456789+-.eE"):
        raise GtpFailure(error)
    try:
        value = float(text)
    except ValueError:
        raise GtpFailure(error) from None
    if not math.isfinite(value):
        raise GtpFailure(error)
    return value


def boolean(text: str) -> bool:
    """'true' or 'false'."""
    if text.lower() not in ("true", "false"):
        raise GtpFailure(SYNTAX_ERROR)
    return text.lower() == "true"


def color(text: str) -> int:
    """b, w, black, white in any case -> BLACK or WHITE."""
    try:
        return parse_color(text)
    except BadValue:
        raise GtpFailure(f"{SYNTAX_ERROR}: invalid color") from None


def is_color(text: str) -> bool:
    return text.lower() in ("b", "w", "black", "white")


def vertex(text: str, size: int) -> int:
    """A vertex or pass in any case -> point 0..P."""
    try:
        return parse_vertex(text, size)
    except BadValue:
        raise GtpFailure(f"{SYNTAX_ERROR}: invalid coordinate") from None


def point(text: str, size: int, *, error: str = f"{SYNTAX_ERROR}: invalid coordinate") -> int:
    """A vertex that is not a pass -> 0..P-1."""
    try:
        found = parse_vertex(text, size)
    except BadValue:
        raise GtpFailure(error) from None
    if found == size * size:
        raise GtpFailure(error)
    return found


def moves(args: Sequence[str], size: int) -> list[tuple[int, int]]:
    """'b D4 w E5' -> [(color, point)]; passes allowed."""
    if len(args) % 2:
        raise GtpFailure(SYNTAX_ERROR)
    return [(color(args[i]), vertex(args[i + 1], size)) for i in range(0, len(args), 2)]
