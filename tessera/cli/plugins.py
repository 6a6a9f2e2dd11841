"""`tessera plugins`: what is loaded, from where, what each offers, what failed with the cure; and what can be set."""

from __future__ import annotations

from typing import Any

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.errors import BadValue
from tessera.plugins import KINDS, Manager
from tessera.settings import NoSettings, settings_of


@click.command("plugins")
@click.argument("name", required=False)
@click.option(
    "--kind", type=click.Choice([kind.removesuffix("s") for kind in KINDS]), help="Of NAME, where two share it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a plugin failed.")
@click.pass_obj
def command(app: App, name: str | None, kind: str | None, as_json: bool, strict: bool) -> int:
    """List plugins; or, with the NAME of what one offers, every setting of it: default, range, unit and meaning.

    \b
    Examples:
      tessera plugins
      tessera plugins gumbel
      tessera plugins mamba --json
      tessera plugins --json | jq '.[] | select(.status == "failed")'
      TESSERA_DISABLE_PLUGINS=mamba tessera plugins
    """
    if name is not None:
        _explain(app.manager, name, kind, as_json=as_json)
        return 0
    found = as_data(app.manager)
    failed = [plugin for plugin in found if plugin["status"] == "failed"]
    if as_json:
        output.print_json(found)
    else:
        columns = ("plugin", "status", "from", "module", "offers")
        output.print_table(columns, [_row(plugin) for plugin in found])
        for plugin in found:
            if plugin["cure"]:
                title = output.escape(plugin["name"])
                output.print_text(f"\n[bold]{title}[/bold] {plugin['status']}: {_reason(plugin)}")
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


def _explain(manager: Manager, name: str, wanted: str | None, *, as_json: bool) -> None:
    """What is offered under a name, and its settings."""
    kind, spec = _find(manager, name, wanted)
    settings = list(settings_of(getattr(spec, "settings", NoSettings)).values())
    if as_json:
        rows = [
            {
                "name": each.name,
                "default": each.value,
                "allowed": each.allowed,
                "unit": each.unit,
                "meaning": each.meaning,
            }
            for each in settings
        ]
        owner = manager.owner(f"{kind}s", name)
        output.print_json({"kind": kind, "name": name, "plugin": owner, "summary": spec.summary, "settings": rows})
        return
    output.print_text(f"[bold]{kind} {output.escape(name)}[/bold]: {output.escape(spec.summary)}\n")
    if not settings:
        output.print_text("Nothing can be set.")
        return
    columns = ("setting", "default", "allowed", "unit", "meaning")
    output.print_table(
        columns, [(each.name, each.default_text, each.allowed, each.unit, each.meaning) for each in settings]
    )


def _find(manager: Manager, name: str, wanted: str | None) -> tuple[str, Any]:
    """Kind and spec of what is offered under a name. Raises `BadValue` where that is nothing, or several."""
    kinds = [kind.removesuffix("s") for kind in KINDS if name in getattr(manager, kind)]
    if not kinds:
        offered = sorted({each for kind in KINDS for each in getattr(manager, kind)})
        raise BadValue("name", name, ", ".join(offered), "`tessera plugins` tells who offers what")
    if wanted is not None and wanted not in kinds:
        raise BadValue("--kind", wanted, f"{' or '.join(kinds)} for the name {name!r}")
    if wanted is None and len(kinds) > 1:
        raise BadValue("name", name, " or ".join(f"the {kind} {name}" for kind in kinds), f"add --kind {kinds[0]}")
    kind = wanted or kinds[0]
    return kind, getattr(manager, f"{kind}s")[name]


def _row(plugin: dict[str, Any]) -> tuple[str, ...]:
    offers = "; ".join(f"{kind.replace('_', ' ')}: {', '.join(names)}" for kind, names in plugin["provides"].items())
    return plugin["name"], plugin["status"], plugin["distribution"], plugin["module"], offers


def _reason(plugin: dict[str, Any]) -> str:
    text = f"{plugin['error']}\n  cure: {plugin['cure']}" if plugin["error"] else plugin["cure"]
    return output.escape(text)
