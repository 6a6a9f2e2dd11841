"""The values of a root node: size, komi, handicap and rules, each checked against its range.

A root is sgfmill's raw property map {name: [values as bytes]} in UTF-8. Every reader raises `SgfError` with
the property's name, the value received and the allowed range, or, where a game can be read all the same, takes
what is usual and says so in a note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from sgfmill import sgf_grammar

from tessera.errors import BadValue, SgfError
from tessera.rules.coords import MAX_SIZE, MIN_SIZE, parse_sgf_point
from tessera.rules.ruleset import DEFAULT, PRESETS, Ruleset, from_katago, parse_ruleset
from tessera.sgf.limits import MAX_KOMI

Properties = Mapping[str, list[bytes]]

HANDICAP_KOMI = 0.5
"""Assumed in handicap games whose file does not say."""

KOMI_IN_STONES = {375.0: 7.5, 325.0: 6.5, 275.0: 5.5, 3.75: 7.5, 3.25: 6.5, 2.75: 5.5}
"""Chinese servers count komi in stones, two points each, and some without the decimal point."""
KOMI_IN_HUNDREDTHS = {750.0: 7.5, 650.0: 6.5, 550.0: 5.5}

RULES_NAMES = {
    "japanese": "Japanese",
    "chinese": "Chinese",
    "korean": "Korean",
    "aga": "AGA",
    "new-zealand": "NZ",
    "tromp-taylor": "Tromp-Taylor",
}
"""Presets whose name in SGF is not our own."""
_COMPACT = re.compile(r"ko(?P<ko>[A-Z]+)score(?P<scoring>[A-Z]+)tax(?P<tax>[A-Z]+)sui(?P<sui>[01])(?P<rest>.*)")
_BONUS = re.compile(r"(?:whb(?P<bonus>0|N-1|N))?")
_PREFIXES = {
    "japan": "japanese",
    "jp": "japanese",
    "chin": "chinese",
    "cn": "chinese",
    "kor": "korean",
    "tromp": "tromp-taylor",
}


def shown(raw: bytes) -> str:
    """A value as a message shows it: short, and on one line."""
    text = repr(raw.decode("utf-8", "replace"))
    return text if len(text) <= 60 else text[:57] + "..."


def bad(name: str, raw: bytes, allowed: str) -> SgfError:
    return SgfError(f"{name}: got {shown(raw)}, allowed: {allowed}")


def first(properties: Properties, name: str) -> bytes:
    """The first value of a property, b'' without it."""
    return properties.get(name, [b""])[0].strip()


def single(properties: Properties, name: str) -> bytes:
    """The only value of a property, b'' without it; several are an error."""
    values = properties.get(name, [b""])
    if len(values) > 1:
        raise SgfError(f"{name}: got {len(values)} values, allowed: one")
    return values[0].strip()


def text(properties: Properties, name: str) -> str:
    """A property as one line of text, '' without it."""
    value: bytes = sgf_grammar.simpletext_value(properties.get(name, [b""])[0])
    return value.decode("utf-8", "replace").strip()


def read_size(root: Properties) -> int:
    """SZ, 19 without it. 'SZ[9:9]' is 9; rectangles are refused."""
    raw = single(root, "SZ")
    if not raw:
        return 19
    width, colon, height = raw.partition(b":")
    allowed = f"{MIN_SIZE} to {MAX_SIZE}, a square board"
    if colon and width != height:
        raise bad("SZ", raw, allowed)
    if not (width.isdigit() and len(width) <= 3 and MIN_SIZE <= int(width) <= MAX_SIZE):
        raise bad("SZ", raw, allowed)
    return int(width)


def read_handicap(root: Properties, size: int) -> tuple[int, list[str]]:
    """HA, 0 without it, and notes; 1 counts as none. What is no number of stones is left out with a note."""
    raw = first(root, "HA")
    if not raw:
        return 0, []
    limit = size * size - 1
    if not (raw.isdigit() and len(raw) <= 4 and int(raw) <= limit):
        return 0, [f"HA: got {shown(raw)}, allowed: 0 to {limit}; no handicap is assumed"]
    return (int(raw) if int(raw) >= 2 else 0), []


def read_komi(root: Properties, rules: Ruleset, handicap: int) -> tuple[float, list[str]]:
    """KM in points and notes; what is usual under `rules` without it, or when it is no komi."""
    raw = first(root, "KM")
    usual = HANDICAP_KOMI if handicap else rules.komi
    if not raw:
        return usual, [f"KM is missing; {usual:g} is assumed"]
    try:
        komi = float(raw.replace(b",", b".")) if len(raw) <= 40 and b"_" not in raw else float("nan")
    except ValueError:
        komi = float("nan")
    for table in (KOMI_IN_STONES, KOMI_IN_HUNDREDTHS):
        if komi in table:
            return table[komi], [f"KM[{raw.decode()}] is read as {table[komi]:g} points"]
    # nan fails this comparison, as it should.
    if not -MAX_KOMI <= komi <= MAX_KOMI or 2 * komi != round(2 * komi):
        allowed = f"{-MAX_KOMI:g} to {MAX_KOMI:g} in half points"
        return usual, [f"KM: got {shown(raw)}, allowed: {allowed}; {usual:g} is assumed"]
    return komi, [f"KM[{raw.decode()}] is read as {komi:g} points"] if b"," in raw else []


def read_rules(root: Properties) -> tuple[Ruleset, list[str]]:
    """RU as a ruleset and notes; rules we do not know become the default, with a note."""
    name = text(root, "RU")
    if not name:
        return DEFAULT, []
    found = _preset(name) or _compact(name)
    if found is not None:
        return found, []
    return DEFAULT, [f"RU[{name[:40]}] is not known here; {DEFAULT.name} rules are assumed"]


def _preset(name: str) -> Ruleset | None:
    try:
        return parse_ruleset(name)
    except (BadValue, AttributeError):
        lowered = name.lower()
    for prefix, preset in _PREFIXES.items():
        if lowered.startswith(prefix):
            return PRESETS[preset]
    return None


def _compact(name: str) -> Ruleset | None:
    """KataGo's one-word form, 'koPOSITIONALscoreAREAtaxNONEsui0whbN'; None when it names what we do not play."""
    match = _COMPACT.fullmatch(name)
    bonus = _BONUS.fullmatch(match["rest"]) if match else None
    if match is None or bonus is None:
        return None
    fields: dict[str, object] = {
        "ko": match["ko"],
        "scoring": match["scoring"],
        "tax": match["tax"],
        "suicide": match["sui"] == "1",
        "whiteHandicapBonus": bonus["bonus"] or "0",
    }
    try:
        return from_katago(fields)
    except BadValue:
        return None


def rules_text(rules: Ruleset) -> str:
    """What RU says for a ruleset: the preset's usual name, or KataGo's JSON object; `read_rules` reads both."""
    if PRESETS.get(rules.name) == rules:
        return RULES_NAMES.get(rules.name, rules.name)
    return json.dumps(rules.as_katago())


def read_point(name: str, raw: bytes, size: int, *, may_pass: bool) -> int:
    """A point 0..P-1, or P for a pass where one may stand."""
    try:
        point = parse_sgf_point(raw.strip().decode("utf-8", "replace"), size)
    except BadValue:
        point = -1
    if point < 0 or (point == size * size and not may_pass):
        raise bad(name, raw, f"two letters within {size}x{size}" + (", or empty for a pass" if may_pass else ""))
    return point


def read_points(name: str, values: list[bytes], size: int) -> list[int]:
    """The points of a list, rectangles 'aa:cc' spread out. An empty value is an empty list."""
    if len(values) > size * size:
        raise SgfError(f"{name}: got {len(values)} values, allowed: up to {size * size}, each point once")
    points: list[int] = []
    for raw in values:
        if not raw.strip():
            continue
        first, colon, last = raw.partition(b":")
        a = read_point(name, first, size, may_pass=False)
        b = read_point(name, last, size, may_pass=False) if colon else a
        rows, columns = sorted((a // size, b // size)), sorted((a % size, b % size))
        points += [
            row * size + column for row in range(rows[0], rows[1] + 1) for column in range(columns[0], columns[1] + 1)
        ]
    return points
