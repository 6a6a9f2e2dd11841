"""Which rules a game is played by, and the usual presets by their usual names.

Facts checked against KataGo's description of its rules (docs/GTP_Extensions, `kata-set-rules`) and
John Tromp's and Robert Jasiek's rule texts. What we do not implement is refused, never approximated:
group tax, the button, and the encore of Japanese rules (territory is counted on the board after the
dead stones are named).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

from tessera.errors import BadValue

Scoring = Literal["area", "territory"]
Ko = Literal["simple", "positional", "situational"]
HandicapBonus = Literal["0", "N", "N-1"]

SIMPLE, POSITIONAL, SITUATIONAL = 0, 1, 2
"""The ko rule in a game's row (`layout.KO_RULE`); all but SIMPLE are superko."""
KO_CODES: dict[str, int] = {"simple": SIMPLE, "positional": POSITIONAL, "situational": SITUATIONAL}


@dataclass(frozen=True)
class Ruleset:
    """The rules of one game. Komi is not part of the rules; `komi` is only what is usual with them."""

    name: str
    """Preset name, or 'custom'."""
    scoring: Scoring = "area"
    """area: stones and surrounded points; territory: surrounded points and prisoners."""
    ko: Ko = "positional"
    """simple: no immediate recapture; positional: no whole board twice; situational: not with the same side to play."""
    suicide: bool = False
    """Whether a move may remove its own chain of two or more stones."""
    handicap_bonus: HandicapBonus = "0"
    """Points given to White for the N handicap stones of Black."""
    komi: float = 7.5
    """The usual komi on 19x19, in half points."""

    def as_katago(self) -> dict[str, object]:
        """The JSON object of `kata-get-rules`."""
        return {
            "friendlyPassOk": True,
            "hasButton": False,
            "ko": self.ko.upper(),
            "scoring": self.scoring.upper(),
            "suicide": self.suicide,
            "tax": "SEKI" if self.scoring == "territory" else "NONE",
            "whiteHandicapBonus": self.handicap_bonus,
        }

    def bonus_for(self, handicap: int) -> int:
        """Points White gets for a handicap of that many stones (1 and fewer count as none)."""
        if handicap < 2:
            return 0
        return {"0": 0, "N": handicap, "N-1": handicap - 1}[self.handicap_bonus]


PRESETS: dict[str, Ruleset] = {
    preset.name: preset
    for preset in (
        Ruleset("tromp-taylor", suicide=True),
        Ruleset("chinese", ko="simple", handicap_bonus="N"),
        Ruleset("chinese-kgs", handicap_bonus="N"),
        Ruleset("chinese-ogs", handicap_bonus="N"),
        Ruleset("japanese", scoring="territory", ko="simple", komi=6.5),
        Ruleset("korean", scoring="territory", ko="simple", komi=6.5),
        Ruleset("aga", ko="situational", handicap_bonus="N-1"),
        Ruleset("bga", ko="situational", handicap_bonus="N-1"),
        Ruleset("new-zealand", ko="situational", suicide=True, komi=7.0),
    )
}
ALIASES = {"tt": "tromp-taylor", "tromptaylor": "tromp-taylor", "nz": "new-zealand", "newzealand": "new-zealand"}

DEFAULT = PRESETS["chinese-kgs"]
"""Area scoring with positional superko: the setting in which engines agree with each other most often."""


def parse_ruleset(text: str) -> Ruleset:
    """A preset's name in any case (spaces and underscores as hyphens), or KataGo's JSON object."""
    stripped = text.strip()
    if stripped.startswith("{"):
        try:
            fields = json.loads(stripped)
        except (ValueError, RecursionError):
            raise BadValue("rules", text, "a preset name or a JSON object") from None
        return from_katago(fields)
    key = stripped.lower().replace(" ", "-").replace("_", "-")
    key = ALIASES.get(key, key)
    if key not in PRESETS:
        raise BadValue("rules", text, ", ".join(PRESETS))
    return PRESETS[key]


def from_katago(fields: dict[str, object]) -> Ruleset:
    """KataGo's JSON rules object; keys left out keep Tromp-Taylor's values."""
    rules = replace(PRESETS["tromp-taylor"], name="custom")
    for key, value in fields.items():
        match key, (value.upper() if isinstance(value, str) else value):
            case "ko", str() if str(value).lower() in KO_CODES:
                rules = replace(rules, ko=str(value).lower())  # type: ignore[arg-type]
            case "scoring", "AREA" | "TERRITORY":
                rules = replace(rules, scoring=str(value).lower())  # type: ignore[arg-type]
            case "suicide", bool():
                rules = replace(rules, suicide=bool(value))
            case "whiteHandicapBonus", "0" | "N" | "N-1":
                rules = replace(rules, handicap_bonus=str(value).upper())  # type: ignore[arg-type]
            case "tax", "SEKI" if str(fields.get("scoring", "")).upper() == "TERRITORY":
                pass  # no points for eyes in a seki: how territory is counted here
            case ("tax", "NONE") | ("hasButton", False) | ("friendlyPassOk", bool()):
                # Dead stones are taken off when the game is counted, so nobody has to capture them, and anybody may.
                pass
            case "ko" | "scoring" | "suicide" | "whiteHandicapBonus" | "tax" | "hasButton" | "friendlyPassOk", _:
                raise BadValue(
                    f"rules field {key}",
                    value,
                    "see kata-get-rules; button and tax are not played here, but SEKI under TERRITORY",
                )
            case _:
                raise BadValue(
                    "rules field", key, "ko, scoring, suicide, whiteHandicapBonus, tax, hasButton, friendlyPassOk"
                )
    return rules
