"""Numbers and foreign text as a reader, or an HTML parser, may safely meet them."""

from __future__ import annotations

import html
import math
import re

MINUS = "\N{MINUS SIGN}"
MISSING = "\N{EN DASH}"
"""What stands where there is no number."""

SPACES = re.compile(r"\s+")
UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, lone surrogates, and the marks that turn the direction of the text after them."""


def clean(text: str) -> str:
    """One line that can be encoded in UTF-8 and disturbs nothing beside it; what it must not hold becomes U+FFFD."""
    return UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", SPACES.sub(" ", text).strip())


def escape(text: str) -> str:
    """Foreign text for the inside of an element or of a quoted attribute."""
    return html.escape(clean(text), quote=True)


def name(text: str) -> str:
    """A player's name as an element of its own, so that one written from right to left reorders nothing around it."""
    return f"<bdi>{escape(text)}</bdi>"


def whole(value: float, *, sign: bool = False) -> str:
    """Rounded to a whole number, with a real minus."""
    if not math.isfinite(value):
        return MISSING
    rounded = round(value)
    return (MINUS if rounded < 0 else "+" if sign and rounded > 0 else "") + str(abs(rounded))


def interval(low: float, high: float, *, sign: bool = False) -> str:
    """'1776 to 1848'; an end that is not finite is left open."""
    if not (math.isfinite(low) or math.isfinite(high)):
        return "unknown"
    if not math.isfinite(low):
        return f"up to {whole(high, sign=sign)}"
    if not math.isfinite(high):
        return f"{whole(low, sign=sign)} and more"
    return f"{whole(low, sign=sign)} to {whole(high, sign=sign)}"


def decimals(value: float, digits: int) -> str:
    """A number with that many decimals."""
    if not math.isfinite(value):
        return MISSING
    return f"{value:.{digits}f}".replace("-", MINUS)


def percent(share: float) -> str:
    """A probability 0..1; the ends say that they are not certain."""
    if not math.isfinite(share):
        return MISSING
    if share > 0.995:
        return ">99"
    if share < 0.005:
        return "<1"
    return str(round(100 * share))


def count(number: int, thing: str) -> str:
    """'1 game', '2 games'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def listed(names: tuple[str, ...]) -> str:
    """Players in a sentence, as HTML."""
    return ", ".join(name(each) for each in names)
