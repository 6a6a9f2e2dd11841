"""`tessera supervise`: start a training run and keep it going."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tessera.cli.funnel import complain
from tessera.cli.main import App
from tessera.errors import BadValue
from tessera.interfaces.events import RunEvent
from tessera.training.supervisor import Patience, Supervisor

if TYPE_CHECKING:
    from tessera.training.supervisor import Emit

DEFAULT = Patience()
OWN_PROGRAM = (sys.executable, "-c", "import sys; from tessera.cli.start import tessera; sys.exit(tessera())")
"""`tessera` run by the Python that runs us, wherever its scripts are installed."""
TOLD = ("damaged", "crashed", "hung", "restarting", "gave_up")
"""What plugins hear; a run's beginning and end they hear from itself."""


@click.command("supervise", context_settings={"allow_interspersed_args": False})
@click.option(
    "--failures",
    type=click.IntRange(1, 1000),
    default=DEFAULT.failures,
    show_default=True,
    help="Give up after so many in a row without a newer checkpoint.",
)
@click.option(
    "--hang-minutes",
    type=click.FloatRange(0, 10_000),
    default=DEFAULT.hang_seconds / 60,
    show_default=True,
    help="No change in the run's folder for so long: it hangs. 0: never.",
)
@click.option(
    "--backoff",
    type=click.FloatRange(0, 86_400),
    default=DEFAULT.backoff_seconds,
    show_default=True,
    help="Seconds before a restart; doubled with every failure in a row.",
)
@click.option(
    "--longest-backoff",
    type=click.FloatRange(0, 86_400),
    default=DEFAULT.longest_seconds,
    show_default=True,
    help="The most of that, in seconds.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line per event on stdout, the run's own among them.")
@click.argument("words", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def command(
    app: App,
    failures: int,
    hang_minutes: float,
    backoff: float,
    longest_backoff: float,
    as_json: bool,
    words: tuple[str, ...],
) -> int:
    """Run COMMAND, a `tessera train`, and start it again whenever it crashes, hangs or is killed.

    A run folder that has a checkpoint is resumed from the newest one that is whole, else the run begins; so the same
    command also goes on after a reboot. Ctrl-C and SIGTERM are passed on: the run ends with a checkpoint, a second one
    ends it at once. Every event is a line of supervisor.jsonl in the run's folder, and on stderr.

    Ends with 0 when the run is done, with 1 when it is given up, with the run's own code when another try is no use
    (2: a wrong command line or setting, 3: the games or the training are beyond help).

    \b
    Examples:
      tessera supervise -- tessera train --preset 9x9 --out runs/week --minutes 10000
      tessera supervise --failures 10 --backoff 30 --hang-minutes 60 -- tessera train --preset 19x19 --out runs/large
      tessera supervise -- nice -n 10 tessera train --out runs/week --resume
    """
    from tessera.training.folder import RunFolder

    fresh, resumed, out = _commands(app, words, as_json)
    patience = Patience(
        failures=failures,
        hang_seconds=60.0 * hang_minutes,
        backoff_seconds=backoff,
        longest_seconds=max(backoff, longest_backoff),
    )
    return Supervisor(fresh, resumed, RunFolder(out), patience, _teller(app, as_json)).run()


def _commands(app: App, words: Sequence[str], as_json: bool) -> tuple[list[str], list[str], Path]:
    """The command lines that begin a run and that go on with it, and its folder."""
    from tessera.cli.train import FIXED
    from tessera.cli.train import command as train

    wanted = "a command like tessera train --preset 9x9 --out runs/first"
    if "train" not in words:
        raise BadValue("COMMAND", " ".join(words), wanted)
    start = list(words[: words.index("train") + 1])
    given = list(words[len(start) :])
    if start[-2:-1] == ["tessera"]:
        start[-2:-1] = OWN_PROGRAM
    context = click.Context(train, info_name="tessera train", obj=app)
    values, rest, _ = train.make_parser(context).parse_args(list(given))
    if rest or "help" in values or not values.get("out"):
        raise BadValue("COMMAND", " ".join(words), wanted, "with the run's folder as --out")
    if as_json and "as_json" not in values:
        given.append("--json")
        values["as_json"] = True
    out = Path(values["out"])
    if "resume" in values:
        return [*start, *given], [*start, *given], out
    # What the run was begun with is in its config.toml, `--batch auto` worked out; budgets may have been raised.
    kept = ["--resume"]
    for option in train.params:
        if option.name in values and not {"--set", *FIXED} & set(option.opts):
            kept += [option.opts[0]] if getattr(option, "is_flag", False) else [option.opts[0], values[option.name]]
    return [*start, *given], [*start, *kept], out


def _teller(app: App, as_json: bool) -> Emit:
    manager = app.manager  # now: what is wrong with a plugin is said at the start, not at the first crash

    def tell(kind: str, data: Mapping[str, Any]) -> None:
        if as_json:
            click.echo(json.dumps(dict(data), allow_nan=False))
        complain("tessera supervise", f"{data['time']} {_in_words(kind, data)}")
        if kind in TOLD:
            manager.emit(RunEvent(kind, data, time.time()))

    return tell


def _in_words(kind: str, data: Mapping[str, Any]) -> str:
    """An event as one line."""
    where = data.get("checkpoint")
    lasted = f"after {data.get('seconds', 0):.0f} s"
    if kind == "launched":
        return f"{f'going on from {where}' if where else 'beginning the run'}, process {data['pid']}"
    if kind == "damaged":
        return f"damaged: {data['text']}; trying the one before"
    if kind == "crashed":
        return f"crashed {lasted}: {data['text']}"
    if kind == "hung":
        end = "it was killed" if data["killed"] else "it ended when it was asked to"
        return f"hung {lasted}: no sign of life for {data['silent_seconds']:.0f} s; {end}"
    if kind == "restarting":
        start = f"from {where}" if where else "from the beginning: there is no checkpoint yet"
        return f"failure {data['failures']} in a row; in {data['delay_seconds']:g} s again, {start}"
    return f"{kind.replace('_', ' ')}: {data['text']}"
