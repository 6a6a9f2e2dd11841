"""`tessera analysis`: KataGo's JSON analysis protocol on stdin and stdout, for KaTrain and review tools."""

from __future__ import annotations

import threading
from typing import Any

import click

from tessera.cli.gtp import (
    checked_player,
    complain,
    leave,
    manager_of,
    models_of,
    player_options,
    private_stdout,
)
from tessera.errors import TesseraError
from tessera.gtp import signals
from tessera.gtp.inbox import Inbox
from tessera.gtp.json_analysis.overrides import PERSPECTIVES, parse_perspective
from tessera.gtp.json_analysis.service import AnalysisService
from tessera.gtp.lazily import Lazy
from tessera.gtp.loop import descriptor_writer
from tessera.gtp.settings import DEFAULT_VISITS, MAX_VISITS

PROGRAM = "tessera analysis"


@click.command("analysis", context_settings={"help_option_names": ["-h", "--help"]})
@player_options
@click.option(
    "--visits",
    type=click.IntRange(1, MAX_VISITS),
    default=DEFAULT_VISITS,
    show_default=True,
    help="For queries without maxVisits.",
)
@click.option(
    "--report-as",
    type=click.Choice(PERSPECTIVES, case_sensitive=False),
    default="BLACK",
    show_default=True,
    help="Whose view values have (reportAnalysisWinratesAs); a query's overrideSettings may change it.",
)
@click.option(
    "--quit-without-waiting", "-quit-without-waiting", is_flag=True, help="At the end of input drop the queue."
)
@click.pass_context
def command(ctx: click.Context, /, visits: int, report_as: str, quit_without_waiting: bool, **who: Any) -> None:
    """Speak KataGo's JSON analysis protocol: one query on each line of stdin, answers on stdout.

    In KaTrain: settings, engine, "override engine command": exec /path/to/tessera analysis

    \b
    Examples:
      tessera analysis
      tessera analysis --ckpt final.pth --visits 100 --report-as SIDETOMOVE
      echo '{"id":"a","moves":[],"rules":"chinese","boardXSize":9,"boardYSize":9}' | tessera analysis
    """
    who["seed"] = who["seed"] or 0  # an analysis is the same every time
    manager = manager_of(ctx, PROGRAM)
    opener = checked_player(manager, **who, program=PROGRAM)
    inbox = Inbox()
    service = AnalysisService(
        Lazy(opener),
        write=descriptor_writer(private_stdout()),
        complain=lambda text: complain(text, PROGRAM),
        visits=visits,
        perspective=parse_perspective(report_as),
        wait_at_end=not quit_without_waiting,
        models=lambda: models_of(manager, **who),
    )
    leave(_serve(service, inbox))


def _serve(service: AnalysisService, inbox: Inbox) -> int:
    try:
        signals.install(service.interrupt)
        threading.Thread(target=inbox.read_from, args=(0,), name="reader", daemon=True).start()
        threading.Thread(target=service.listen, args=(inbox,), name="queries", daemon=True).start()
        service.work()
    except BrokenPipeError:
        return 1
    except TesseraError as error:
        complain(" ".join(str(error).split()), PROGRAM)
        return error.exit_code
    except signals.Terminated as end:
        signals.die(end.number)
    return 0
