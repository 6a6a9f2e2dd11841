"""GTP regression files, in the form of GNU Go's and Fuego's: commands, and the answers that are right.

    loadsgf games/one.sgf 30        # an SGF file beside this one, up to before move 30
    10 reg_genmove black            # a numbered command is a test if a pattern follows it
    #? [C3|D4]                      # what its answer has to match, as a whole
    #? [!pass]                      # ... or must not match
    #? [E5]*                        # known to fail: `*` turns what is expected around

Every other line that begins with '#' is a comment. Patterns are regular expressions, upper and lower case are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tessera.errors import BadValue
from tessera.gtp.client import EngineRefused, GtpClient

Status = Literal["pass", "PASS", "fail", "FAIL", "unknown"]
"""As GNU Go writes them: PASS passed though it was known to fail, FAIL failed though it should pass; `pass` and `fail`
are as expected. `unknown`: the player does not know the command, or could not carry it out."""
COMMAND = re.compile(r"\s*(\d+\s+)?([^\s#]\S*(?:\s+[^#]*)?)")
PATTERN = re.compile(r"#\?\s*\[(!?)(.*)\]\s*(\*?)\s*&?\s*(?:#.*)?$")
MAX_BYTES = 1 << 22


@dataclass(frozen=True)
class Expected:
    """What the answer to a numbered command has to be."""

    pattern: re.Pattern[str]
    text: str
    """As the file has it, without brackets."""
    negated: bool
    fails: bool
    """Known to fail."""

    def holds(self, answer: str) -> bool:
        return (self.pattern.fullmatch(" ".join(answer.split())) is not None) != self.negated


@dataclass(frozen=True)
class Step:
    """A command of a file, in its order; a test where something is expected of it."""

    line: int
    number: int | None
    command: str
    expected: Expected | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a test."""

    line: int
    number: int
    command: str
    expected: str
    answer: str
    """What the player said, or why it refused."""
    status: Status


def read_regression(path: Path) -> list[Step]:
    """The commands of a file. Raises `BadValue` with the line of a pattern that cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadValue("FILE", str(path), f"a regression file of at most {MAX_BYTES >> 20} MiB")
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise BadValue("FILE", str(path), "a file that can be read", error.strerror or "") from None
    steps: list[Step] = []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#?"):
            expected = _expected(path, number, line)
            if steps and steps[-1].number is not None and steps[-1].expected is None:
                steps[-1] = Step(steps[-1].line, steps[-1].number, steps[-1].command, expected)
        elif not line.lstrip().startswith("#") and (found := COMMAND.match(line)):
            given = found[1]
            steps.append(Step(number, None if given is None else int(given), found[2].strip()))
    return steps


def _expected(path: Path, number: int, line: str) -> Expected:
    found = PATTERN.match(line)
    try:
        if found is None:
            raise ValueError
        return Expected(re.compile(found[2], re.IGNORECASE), found[1] + found[2], bool(found[1]), bool(found[3]))
    except (ValueError, re.error):
        raise BadValue(f"{path}: line {number}", line, "#? [PATTERN], a regular expression") from None


def run_regression(client: GtpClient, steps: Sequence[Step]) -> Iterator[Outcome]:
    """The outcome of each test as it is made. A command that is refused makes the tests up to the next position
    unknown; raises `EngineError` where the engine dies."""
    trouble = ""
    for step in steps:
        prepares = step.number is None
        if prepares and step.command.split()[0] in ("loadsgf", "clear_board", "boardsize"):
            trouble = ""
        answer, refused = "", trouble
        if not trouble:
            try:
                answer = client.send(step.command)
            except EngineRefused as error:
                refused = str(error)
                trouble = refused if prepares else ""
        if step.expected is not None and step.number is not None:
            status: Status = "unknown" if refused else _status(step.expected, answer)
            yield Outcome(step.line, step.number, step.command, step.expected.text, answer or refused, status)


def _status(expected: Expected, answer: str) -> Status:
    if expected.holds(answer):
        return "PASS" if expected.fails else "pass"
    return "fail" if expected.fails else "FAIL"
