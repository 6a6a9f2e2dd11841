"""Commands about the engine itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import tessera
from tessera.gtp.arguments import count, integer
from tessera.gtp.commands.table import CommandTable

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("The engine")


@table.add("protocol_version")
def protocol_version(session: Session, args: list[str]) -> str:
    """2."""
    return "2"


@table.add("name")
def name(session: Session, args: list[str]) -> str:
    """The engine's name (`--name` gives another)."""
    return session.settings.name


@table.add("version")
@table.add("gomill-describe_engine")
def version(session: Session, args: list[str]) -> str:
    """The version, as `tessera --version` prints it."""
    return tessera.__version__


@table.add("known_command", "name")
def known_command(session: Session, args: list[str]) -> str:
    """Whether a command exists: true or false."""
    return "true" if args and session.knows(args[0]) else "false"


@table.add("list_commands")
def list_commands(session: Session, args: list[str]) -> str:
    """All commands, one on each line."""
    return "\n".join(session.command_names())


@table.add("quit")
def quit_(session: Session, args: list[str]) -> str:
    """End the session, after this answer."""
    session.quitting = True
    return ""


@table.add("cputime")
@table.add("gomill-cpu_time")
def cputime(session: Session, args: list[str]) -> str:
    """Processor seconds this engine has used, of all its threads."""
    return f"{time.process_time():.3f}"


@table.add("get_random_seed")
def get_random_seed(session: Session, args: list[str]) -> str:
    """The seed this engine plays by; with it as `--seed` and fixed visits it plays the same moves again."""
    return str(session.settings.seed)


@table.add("set_random_seed", "seed")
def set_random_seed(session: Session, args: list[str]) -> str:
    """What is random from here on follows from this seed; given before a game, it lets that game be repeated."""
    count(args, 1)
    session.reseed(integer(args[0], 0))
    return ""


@table.add("stop")
@table.add("stop-ponder")
def stop(session: Session, args: list[str]) -> str:
    """End an analysis; like any other line does. The engine never ponders."""
    return ""


@table.add("clear_cache")
def clear_cache(session: Session, args: list[str]) -> str:
    """Forget the search tree of the moves before."""
    session.forget_search()
    return ""
