"""What an arbiter has to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tessera.errors import IllegalMove
from tessera.interfaces.arbiter import VOID, ArbiterContext, ArbiterSpec, GameRecord, Task
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset
from tessera.settings import from_table
from tessera.testing.expect import Expect

RESULT = re.compile(rf"[BW]\+([0-9]+(\.5)?|R|T|F)|0|{VOID}")


def check_arbiter(
    spec: ArbiterSpec,
    *,
    context: ArbiterContext,
    tasks: Sequence[Task],
    settings: Mapping[str, Any] | None = None,
) -> list[GameRecord]:
    """One record for each task, with legal moves, a well-formed result and a reason for every void game."""
    expect = Expect(f"arbiter {spec.name!r}")
    expect.described(spec.summary, spec.settings)
    for task in tasks:
        pair = (context.entrants[task.black], context.entrants[task.white])
        expect(spec.accepts(*pair, context.manager), f"{task.black} and {task.white} are accepted")
    arbiter = spec.build(context, from_table(spec.settings, settings or {}, owner=f"arbiter {spec.name}"))
    try:
        records = list(arbiter.play(tasks))
    finally:
        arbiter.close()
    arbiter.close()
    expect(sorted(r.number for r in records) == sorted(t.number for t in tasks), "every task is played once")
    by_number = {task.number: task for task in tasks}
    for record in records:
        _check_record(expect, record, by_number[record.number], context)
    return records


def _check_record(expect: Expect, record: GameRecord, task: Task, context: ArbiterContext) -> None:
    expect((record.black, record.white) == (task.black, task.white), "a record names the players of its task")
    expect((record.opening, record.attempt) == (task.opening.name, task.attempt), "opening and attempt are the task's")
    expect(record.moves[: len(task.opening.moves)] == task.opening.moves, "a game begins with its opening")
    shared = (context.size, context.komi, context.rules.name)
    expect((record.size, record.komi, record.rules) == shared, "size, komi and rules are the league's")
    expect(RESULT.fullmatch(record.result), f"the result {record.result!r} is one of SGF's")
    if record.result == VOID:
        expect(record.note and record.culprit in (task.black, task.white), "a void game says why and by whom")
    expect(min(record.seconds) >= 0, "thinking times are not negative")
    game = Game(record.size, rules=parse_ruleset(record.rules), komi=record.komi)
    for number, (color, point) in enumerate(record.moves, 1):
        try:
            game.play(color, point)
        except IllegalMove as error:
            expect(False, f"move {number} is legal ({error})")
