"""Checks on what a plugin hands in, with messages that name plugin, hook and bad argument."""

from __future__ import annotations

import inspect
import re
from dataclasses import is_dataclass

from tessera import hookspecs
from tessera.errors import PluginError
from tessera.settings import NoSettings

NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}")
GTP_NAME = re.compile(r"[!-~]{1,64}")
"""GTP's command names: printable ASCII without a space."""


def hook_names() -> tuple[str, ...]:
    """Every hook a plugin may implement, in the order of the manual."""
    return tuple(name for name, value in vars(hookspecs).items() if hasattr(value, f"{hookspecs.PROJECT}_spec"))


def check_hooks(plugin: object, name: str) -> None:
    """Refuse unknown hooks, unknown arguments, a forgotten decorator, and a plugin without any hook."""
    known, found = hook_names(), 0
    for attribute, value in inspect.getmembers(plugin, callable):
        marked = getattr(value, f"{hookspecs.PROJECT}_impl", None) is not None
        if attribute in known and not marked:
            raise PluginError(f"plugin {name!r}: {attribute} is not marked with @hookimpl from tessera.hookspecs")
        if not marked:
            continue
        if attribute not in known:
            raise PluginError(f"plugin {name!r}: there is no hook {attribute!r}; hooks: {', '.join(known)}")
        _check_arguments(value, attribute, name)
        found += 1
    if not found:
        raise PluginError(f"plugin {name!r} implements no hook; see docs/hooks.md")


def _check_arguments(implementation: object, hook: str, name: str) -> None:
    offered = tuple(inspect.signature(getattr(hookspecs, hook)).parameters)
    for argument in inspect.signature(implementation).parameters:  # type: ignore[arg-type]
        if argument not in offered:
            raise PluginError(
                f"plugin {name!r}, hook {hook!r}: argument {argument!r} is not offered, only {', '.join(offered)}"
            )


def check_name(kind: str, offer: object, *, plugin: str) -> None:
    """The name of a spec, scheme or GTP command; `kind` is a plural such as 'networks'."""
    pattern = GTP_NAME if kind == "gtp_commands" else NAME
    if not isinstance(offer, str) or not pattern.fullmatch(offer):
        allowed = "printable ASCII without spaces" if kind == "gtp_commands" else "a-z 0-9 . _ + -, at most 64"
        raise PluginError(f"plugin {plugin!r}: name {offer!r} among {kind} is not allowed: {allowed}")


def check_settings(kind: str, spec: object, *, plugin: str) -> None:
    """The settings of a spec, where its kind has some: a dataclass, and no table of defaults as they once were."""
    settings = getattr(spec, "settings", NoSettings)
    if not (isinstance(settings, type) and is_dataclass(settings)):
        wanted = "a frozen dataclass, see plugins/README.md"
        raise PluginError(f"plugin {plugin!r}: settings of {kind} are {wanted}; got {settings!r}")


def one_line(error: BaseException) -> str:
    """An error as one line; the type is named where the message alone would not tell."""
    text = " ".join(str(error).split())
    if isinstance(error, PluginError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
