"""`tessera`: the table of commands, plugins' commands beside them, and nothing else.

A command's module is imported when the command runs, so `tessera --help` needs neither torch nor numba.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import logging
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

import tessera
from tessera.cli.funnel import complain, guarded
from tessera.cli.waiting import wait_asleep
from tessera.plugins import Manager, build_manager


class Entry(NamedTuple):
    """One row of the table of commands."""

    target: str
    """'module:attribute' of the click command."""
    help: str
    """The line in `tessera --help`."""


COMMANDS: dict[str, Entry] = {
    "demo": Entry("tessera.cli.demo:command", "Watch a game in the terminal, against GnuGo or itself."),
    "play": Entry("tessera.cli.play:command", "Play against the engine, in the terminal."),
    "gtp": Entry("tessera.cli.gtp:command", "Speak GTP on stdin and stdout (same as tessera-gtp)."),
    "analysis": Entry("tessera.cli.analysis:command", "Speak KataGo's JSON analysis protocol (for KaTrain)."),
    "analyze": Entry("tessera.cli.analyze:command", "Write win rate, score and best lines into an SGF."),
    "selfplay": Entry("tessera.cli.selfplay:command", "Play games against itself and write them as SGF."),
    "train": Entry("tessera.cli.train:command", "Learn from self-play, or from SGF files."),
    "report": Entry("tessera.cli.report:command", "The curves of a run, as one HTML page."),
    "supervise": Entry("tessera.cli.supervise:command", "Keep a training run going: restarts after a crash."),
    "league": Entry("tessera.cli.league:command", "Tournaments, and Elo with error bars."),
    "calibrate": Entry("tessera.cli.calibrate:command", "Measure which temperature of a network plays at which rank."),
    "sprt": Entry("tessera.cli.sprt:command", "Is A stronger than B? Plays until that is decided."),
    "regress": Entry("tessera.cli.regress:command", "Problems in GTP regression files: which are solved?"),
    "bench": Entry("tessera.cli.bench:command", "Measure speed: rules, search, networks, self-play, leagues."),
    "ckpt": Entry("tessera.cli.ckpt:command", "Show, verify and export checkpoints."),
    "inspect": Entry("tessera.cli.inspect:command", "Norms inside a network as a game goes on."),
    "engines": Entry("tessera.cli.engines:command", "List and try engines from outside: GNU Go, KataGo, Pachi, ..."),
    "plugins": Entry("tessera.cli.plugins:command", "List plugins: what is loaded, and what failed with the cure."),
    "gpu-check": Entry("tessera.cli.gpu_check:command", "Check a GPU and measure on it, stage by stage."),
    "doctor": Entry("tessera.cli.doctor:command", "Check versions, devices, plugins, engines and the network."),
}


class App:
    """What commands share through `click.pass_obj`."""

    def __init__(self, program: str = "tessera") -> None:
        self._program = program
        self._manager: Manager | None = None
        self.plugin_commands: dict[str, click.Command] = {}

    @property
    def manager(self) -> Manager:
        """The plugin manager, built when first asked for; its plugins' commands come with it.

        A plugin that failed is named on stderr then: whatever is missing later may have been its.
        """
        if self._manager is None:
            self._manager = build_manager()
            self.plugin_commands = self._manager.commands(click.Group, COMMANDS.keys())
            for report in self._manager.reports():
                if report.status == "failed":
                    complain(self._program, f"plugin {report.name!r} failed: {report.error}; {report.cure}")
        return self._manager


class LazyGroup(click.Group):
    """A group that imports a command when it is used, and asks plugins only for names it does not know."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_present(), *sorted(_plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _present():
            return _plugin_commands(ctx).get(cmd_name)
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command), f"{COMMANDS[cmd_name].target} is not a click command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in _present()])
        extra = _plugin_commands(ctx)
        if extra:
            with formatter.section("Commands from plugins"):
                formatter.write_dl([(name, extra[name].get_short_help_str(80)) for name in sorted(extra)])


def _present() -> list[str]:
    """The commands of the table whose module is installed."""
    return [name for name, entry in COMMANDS.items() if importlib.util.find_spec(entry.target.partition(":")[0])]


def _plugin_commands(ctx: click.Context) -> dict[str, click.Command]:
    app = ctx.find_object(App)
    if app is None:
        app = ctx.obj = App()
    app.manager  # noqa: B018  building the manager collects the commands
    return app.plugin_commands


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(tessera.__version__, prog_name="tessera")
@click.option("-v", "--verbose", count=True, help="Log to stderr: -v what happens, -vv everything.")
@click.pass_context
def cli(ctx: click.Context, verbose: int) -> None:
    """A Go engine for people who train, study and play their own networks.

    \b
    Examples:
      tessera play                      play a game
      tessera demo                      watch one
      tessera-gtp --level 5             the engine for Sabaki, GoGui and other GTP clients
      tessera doctor                    what works on this machine
    """
    ctx.obj = ctx.obj or App()
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script; returns the exit code."""
    wait_asleep()
    return guarded("tessera", lambda: cli.main(args=arguments, prog_name="tessera", standalone_mode=False))
