"""`tessera plugins`: what is loaded, from where, what each offers, and what failed with the cure."""

from __future__ import annotations

from typing import Any

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.plugins import Manager


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a plugin failed.")
@click.pass_obj
def command(app: App, as_json: bool, strict: bool) -> int:
    """List plugins: what is loaded, from where, what each offers, and what failed with the cure.

    \b
    Examples:
      tessera plugins
      tessera plugins --json | jq '.[] | select(.status == "failed")'
      TESSERA_DISABLE_PLUGINS=mamba tessera plugins
    """
    found = as_data(app.manager)
    failed = [plugin for plugin in found if plugin["status"] == "failed"]
    if as_json:
        output.print_json(found)
    else:
        columns = ("plugin", "status", "from", "module", "offers")
        output.print_table(columns, [_row(plugin) for plugin in found])
        for plugin in found:
            if plugin["cure"]:
                name = output.escape(plugin["name"])
                output.print_text(f"\n[bold]{name}[/bold] {plugin['status']}: {_reason(plugin)}")
    return 1 if strict and failed else 0


def as_data(manager: Manager) -> list[dict[str, Any]]:
    """One plain dict for each plugin that was met."""
    return [
        {
            "name": report.name,
            "status": report.status,
            "distribution": report.distribution,
            "module": report.module,
            "milliseconds": round(1000 * report.seconds, 1),
            "provides": manager.provided_by(report.name) if report.status == "loaded" else {},
            "error": report.error,
            "cure": report.cure,
        }
        for report in manager.reports()
    ]


def _row(plugin: dict[str, Any]) -> tuple[str, ...]:
    offers = "; ".join(f"{kind.replace('_', ' ')}: {', '.join(names)}" for kind, names in plugin["provides"].items())
    return plugin["name"], plugin["status"], plugin["distribution"], plugin["module"], offers


def _reason(plugin: dict[str, Any]) -> str:
    text = f"{plugin['error']}\n  cure: {plugin['cure']}" if plugin["error"] else plugin["cure"]
    return output.escape(text)
