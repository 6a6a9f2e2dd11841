"""`tessera engines`: which engines from outside are there, and whether they play."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tessera.cli import output
from tessera.engines import load_profile, load_profiles
from tessera.errors import BadValue

if TYPE_CHECKING:
    from tessera.engines import Profile
    from tessera.match.probe import Probe

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("engines")
def command() -> None:
    """List and try the engines from outside that leagues and games can use.

    Profiles are TOML files that come with Tessera; ./engines and the folder $TESSERA_ENGINES may add or replace
    some. A program is looked for on the PATH; $TESSERA_PROGRAM_<NAME> names another.

    \b
    Examples:
      tessera engines list                   what is there, and what each cannot do
      tessera engines probe gnugo            start it and let it play a move
      tessera engines probe katago --set model=net.bin.gz --set config=gtp.cfg
      TESSERA_PROGRAM_PACHI=~/pachi/pachi tessera engines probe pachi
    """


@command.command("list")
@JSON_OPTION
def list_command(as_json: bool) -> None:
    """List the engines there are profiles for: found where, version, what each cannot do, the cure when missing.

    \b
    Examples:
      tessera engines list
      tessera engines list --json
    """
    from tessera.match.probe import look

    _show([look(profile) for profile in load_profiles().values()], as_json, details=False)


@command.command("probe")
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting of the one engine named.")
@click.option("--program", metavar="FILE", help="The program of the one engine named.")
@click.option("--patience", type=click.FloatRange(0.1, 3600), default=60.0, show_default=True, help="Seconds a reply.")
@JSON_OPTION
def probe_command(
    names: tuple[str, ...], assignments: tuple[str, ...], program: str | None, patience: float, as_json: bool
) -> int:
    """Start engines (all by default), ask name and version by GTP, and a move on 9x9.

    Exits with 1 when an engine that was named does not play.

    \b
    Examples:
      tessera engines probe
      tessera engines probe gnugo --set level=1 --json
    """
    from tessera.match.probe import probe

    if (assignments or program) and len(names) != 1:
        raise BadValue("engines", " ".join(names), "one name where --set or --program is given")
    settings = dict(_pair(text) for text in assignments)
    profiles: Iterable[Profile] = [load_profile(name) for name in names] or load_profiles().values()
    results = []
    with output.progress(len(names) or len(load_profiles()), "engines") as advance:
        for profile in profiles:
            results.append(probe(profile, settings, program=program, patience=patience))
            advance(1)
    _show(results, as_json, details=True)
    return int(bool(names) and any(result.status != "ok" for result in results))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise BadValue("--set", text, "NAME=VALUE")
    return name, value


def _show(probes: list[Probe], as_json: bool, *, details: bool) -> None:
    if as_json:
        output.print_json([asdict(probe) for probe in probes])
        return
    columns = ["engine", "title", "status", "version", "found at"]
    rows = [[each.name, each.title, each.status, each.version, each.program] for each in probes]
    if details:
        columns.append("what it says")
        for row, each in zip(rows, probes, strict=True):
            row.append(each.detail)
    output.print_table(columns, rows)
    for each in probes:
        if each.cannot and not details:
            output.print_text(
                f"\n[bold]{output.escape(each.title)}[/bold] cannot: {output.escape('; '.join(each.cannot))}"
            )
    for each in probes:
        if each.status != "ok":
            text = f"{each.title} {each.status}: {_cure(each)}"
            output.print_text("\n" + output.escape(text))


def _cure(probe: Probe) -> str:
    """What to do, and in trouble why; the detail of a wrong program names the cure itself."""
    if probe.status == "absent" or probe.cure in probe.detail:
        return probe.detail if probe.cure in probe.detail else probe.cure
    return f"{probe.detail}; {probe.cure}"
