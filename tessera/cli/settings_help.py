"""Settings on the terminal: `--help` that lists those of the plugins named beside it.

tessera train --trainer gumbel --help
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from tessera.settings import Setting, settings_of

if TYPE_CHECKING:
    from tessera.plugins import Manager

WORDS = "tessera.cli.settings_help.words"


class SettingsCommand(click.Command):
    """`plugins` maps an option that names a plugin to the registry it is looked up in and the option that sets it:
    `{"trainer": ("trainers", "--set")}`."""

    def __init__(self, *args: Any, plugins: Mapping[str, tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._plugins = plugins

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[WORDS] = tuple(args)  # --help ends the command before its options are there to be asked
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        given, _, _ = self.make_parser(ctx).parse_args(list(ctx.meta.get(WORDS, ())))
        for option, (kind, setter) in self._plugins.items():
            if option in given:
                spec = getattr(_manager(ctx), kind)[given[option]]
                with formatter.section(f"Settings of the {option} {spec.name} ({setter} NAME=VALUE)"):
                    formatter.write_dl(described(settings_of(spec.settings).values()) or [("none", "")])


def described(settings: Iterable[Setting]) -> list[tuple[str, str]]:
    """Name and words of each setting: meaning, then default, what is allowed and its unit in brackets."""
    return [(each.name, f"{each.meaning}  [{'; '.join(_facts(each))}]") for each in settings]


def _facts(setting: Setting) -> list[str]:
    unit = f" {setting.unit}" if setting.unit and setting.unit not in setting.allowed else ""
    return [f"default: {setting.default_text}{unit}", setting.allowed]


def _manager(ctx: click.Context) -> Manager:
    from tessera.cli.main import App

    return (ctx.find_object(App) or App()).manager
