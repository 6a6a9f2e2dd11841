"""`tessera regress`: does a player solve the problems of GTP regression files?"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from tessera.cli import output
from tessera.errors import BadValue, EngineError
from tessera.gtp.client import GtpClient
from tessera.gtp.regression import Outcome, Status, Step, read_regression, run_regression
from tessera.match.launch import OWN_PROGRAM

SOLVED: tuple[Status, ...] = ("pass", "PASS")


@click.command("regress")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--ckpt", metavar="FILE", help="The network; the shipped one by default.")
@click.option("--visits", type=click.IntRange(1), default=200, show_default=True, help="Of each move.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of our own player.")
@click.option("--threads", type=click.IntRange(1, 1024), default=1, show_default=True, help="Of our own player.")
@click.option("--program", metavar="COMMAND", help="Another GTP program in place of our own player.")
@click.option(
    "--timeout", type=click.FloatRange(1), default=600, show_default=True, help="Seconds for the answer to a command."
)
@click.option("--all", "every", is_flag=True, help="Print every test, not only those that fail.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    files: tuple[Path, ...],
    ckpt: str | None,
    visits: int,
    seed: int,
    threads: int,
    program: str | None,
    timeout: float,
    every: bool,
    as_json: bool,
) -> int:
    """Run GTP regression FILES, as GNU Go and Fuego keep them, and count what is solved.

    `#? [C3|D4]` below a numbered command says which answers are right; a `*` behind it, that it is known to fail.
    Tests by commands that the player does not know are counted apart. Exits with 1 when a test fails that should pass.

    \b
    Examples:
      tessera regress tactics.tst
      tessera regress *.tst --visits 800 --json
      tessera regress tactics.tst --program "gnugo --mode gtp"
    """
    steps = {path: read_regression(path) for path in files}
    for path, found in steps.items():
        if not any(step.expected for step in found):
            raise BadValue(
                "FILE", str(path), "a file with tests", "a test is a numbered command and a line #? [ANSWER]"
            )
    words = _program(program, ckpt, visits, seed, threads)
    results: dict[Path, list[Outcome]] = {}
    with output.progress(sum(_tests(found) for found in steps.values()), "tests") as advance:
        for path, found in steps.items():
            results[path] = []
            for outcome in _outcomes(words, path, found, timeout):
                results[path].append(outcome)
                advance(1)
    if as_json:
        told = [{"file": str(path), "tests": [asdict(each) for each in found]} for path, found in results.items()]
        output.print_json(told)
    else:
        _print(results, every)
    return int(any(outcome.status == "FAIL" for all_ in results.values() for outcome in all_))


def _program(program: str | None, ckpt: str | None, visits: int, seed: int, threads: int) -> list[str]:
    """The command line of the player."""
    if program is not None:
        if ckpt is not None:
            raise BadValue("--ckpt", ckpt, "not together with --program")
        try:
            words = shlex.split(program)
        except ValueError as error:
            raise BadValue("--program", program, "a command line", str(error)) from None
        if not words:
            raise BadValue("--program", program, "a command line")
        return words
    network = [] if ckpt is None else ["--ckpt", ckpt if "://" in ckpt else str(Path(ckpt).absolute())]
    numbers = {"--visits": visits, "--seed": seed, "--threads": threads}
    return [*OWN_PROGRAM, *network, *(word for name, value in numbers.items() for word in (name, str(value)))]


def _tests(steps: list[Step]) -> int:
    return sum(step.expected is not None for step in steps)


def _outcomes(words: list[str], path: Path, steps: list[Step], timeout: float) -> Iterator[Outcome]:
    """The tests of a file by a fresh player in the file's folder, where its games are."""
    with GtpClient(words, cwd=path.parent, timeout=timeout) as client:
        try:
            yield from run_regression(client, steps)
        except EngineError as error:
            last = f": {client.tail[-1]}" if client.tail else ""
            raise EngineError(f"{path}: {error}{last}") from None


def _print(results: dict[Path, list[Outcome]], every: bool) -> None:
    shown = [
        (path.name, each.number, each.command, each.expected, each.answer[:60], each.status)
        for path, all_ in results.items()
        for each in all_
        if every or each.status == "FAIL"
    ]
    if shown:
        output.print_table(("file", "test", "command", "right", "answer", ""), shown)
    rows = []
    together = [each for all_ in results.values() for each in all_]
    for name, all_ in [*((path.name, all_) for path, all_ in results.items()), ("all", together)]:
        count = Counter(each.status for each in all_)
        made = len(all_) - count["unknown"]
        solved = sum(count[status] for status in SOLVED)
        share = f"{100 * solved / made:.0f}%" if made else ""
        rows.append((name, len(all_), solved, share, count["FAIL"], count["fail"], count["PASS"], count["unknown"]))
    head = ("file", "tests", "solved", "", "failed", "known to fail", "solved though known to fail", "not known")
    output.print_table(head, rows if len(rows) > 2 else rows[:1])
