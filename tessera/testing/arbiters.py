"""What an arbiter has to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tessera.errors import IllegalMove
from tessera.interfaces.arbiter import ArbiterSpec, GameRecord
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset
from tessera.testing.expect import Expect

RESULT = re.compile(r"[BW]\+([0-9]+(\.5)?|R|T|F)|0|Void")


def check_arbiter(
    spec: ArbiterSpec,
    *,
    black: str,
    white: str,
    openings: Sequence[str],
    settings: Mapping[str, Any] | None = None,
) -> None:
    """One record for each opening, with legal moves, a well-formed result and a reason for every void game."""
    expect = Expect(f"arbiter {spec.name!r}")
    expect.described(spec.summary, spec.defaults)
    arbiter = spec.build(**{**spec.defaults, **(settings or {})})
    try:
        records = list(arbiter.play(black, white, openings))
    finally:
        arbiter.close()
    arbiter.close()
    expect(sorted(record.opening for record in records) == sorted(openings), "every opening is played once")
    for record in records:
        _check_record(expect, record, black, white)


def _check_record(expect: Expect, record: GameRecord, black: str, white: str) -> None:
    expect((record.black, record.white) == (black, white), "a record names the players as they were asked for")
    expect(RESULT.fullmatch(record.result), f"the result {record.result!r} is one of SGF's")
    expect(record.result != "Void" or record.note, "a void game says why")
    expect(min(record.seconds) >= 0, "thinking times are not negative")
    game = Game(record.size, rules=parse_ruleset(record.rules), komi=record.komi)
    for number, (color, point) in enumerate(record.moves, 1):
        try:
            game.play(color, point)
        except IllegalMove as error:
            expect(False, f"move {number} is legal ({error})")
