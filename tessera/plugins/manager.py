"""The manager: what the loaded plugins offer, and who offers what."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pluggy

from tessera import hookspecs
from tessera.errors import BadValue, PluginError
from tessera.interfaces.arbiter import ArbiterSpec
from tessera.interfaces.events import RunEvent
from tessera.interfaces.network import EvaluatorSpec, FormatSpec, NetworkSpec
from tessera.interfaces.player import PlayerSpec
from tessera.interfaces.stores import StoreSpec
from tessera.interfaces.trainer import TrainerSpec
from tessera.plugins.checks import check_hooks, check_name, check_settings, one_line

if TYPE_CHECKING:
    import click

KINDS: dict[str, tuple[type, str]] = {
    "networks": (NetworkSpec, "name"),
    "formats": (FormatSpec, "name"),
    "evaluators": (EvaluatorSpec, "name"),
    "players": (PlayerSpec, "name"),
    "trainers": (TrainerSpec, "name"),
    "arbiters": (ArbiterSpec, "name"),
    "stores": (StoreSpec, "scheme"),
}
"""What is registered as a spec: the hook is `tessera_register_<kind>`; the spec's class, the field that names it."""

log = logging.getLogger(__name__)
T = TypeVar("T")
Offers = dict[tuple[str, str], Any]
"""(kind, name) -> what is offered."""


@dataclass(frozen=True)
class PluginReport:
    """What became of one plugin."""

    name: str
    """The entry point's name."""
    module: str
    distribution: str
    """'tessera-go 0.1.0': what it was installed from."""
    status: str
    """'loaded', 'failed' or 'blocked'."""
    seconds: float = 0.0
    """Time to import and register it."""
    error: str = ""
    """One line, when failed."""
    cure: str = ""
    """What to do about it, when failed or blocked."""


class Registry(dict[str, T], Generic[T]):
    """Specs by name. Looking up an unknown name raises `BadValue` that lists what is there."""

    def __init__(self, kind: str, reports: Callable[[], Collection[PluginReport]]) -> None:
        super().__init__()
        self._kind, self._reports = kind, reports

    def __missing__(self, name: str) -> T:
        cure = "`tessera plugins` tells who offers what"
        for report in self._reports():
            if report.name == name and report.status != "loaded":
                cure = f"plugin {name!r} is {report.status}: {report.error or report.cure}"
        raise BadValue(_singular(self._kind), name, ", ".join(sorted(self)) or "none is loaded", cure)


class Manager:
    """Registered plugins and their offers. `tessera.plugins.build_manager` makes one."""

    def __init__(self) -> None:
        self._hooks = pluggy.PluginManager(hookspecs.PROJECT)
        self._hooks.add_hookspecs(hookspecs)
        self._reports: list[PluginReport] = []
        self._owners: dict[tuple[str, str], str] = {}
        self.networks: Registry[NetworkSpec] = Registry("networks", self.reports)
        self.formats: Registry[FormatSpec] = Registry("formats", self.reports)
        self.evaluators: Registry[EvaluatorSpec] = Registry("evaluators", self.reports)
        self.players: Registry[PlayerSpec] = Registry("players", self.reports)
        self.trainers: Registry[TrainerSpec] = Registry("trainers", self.reports)
        self.arbiters: Registry[ArbiterSpec] = Registry("arbiters", self.reports)
        self.stores: Registry[StoreSpec] = Registry("stores", self.reports)
        self.gtp_commands: Registry[Callable[..., str]] = Registry("gtp_commands", self.reports)

    def reports(self) -> tuple[PluginReport, ...]:
        """Every plugin that was met, in the order it was met."""
        return tuple(self._reports)

    def owner(self, kind: str, name: str) -> str:
        """The plugin that gave `name` of a kind ('networks', 'gtp_commands', 'commands', ...)."""
        return self._owners[kind, name]

    def provided_by(self, plugin: str) -> dict[str, list[str]]:
        """kind -> names that one plugin gave."""
        given: dict[str, list[str]] = {}
        for (kind, name), owner in self._owners.items():
            if owner == plugin:
                given.setdefault(kind, []).append(name)
        return given

    def register(self, plugin: object, name: str) -> None:
        """Register one plugin whole or not at all; raises `PluginError`."""
        if self._hooks.has_plugin(name):
            raise PluginError(f"plugin {name!r}: another plugin of this name is loaded; uninstall one of them")
        try:
            check_hooks(plugin, name)
            self._hooks.register(plugin, name)
            self._hooks.check_pending()
            self._adopt(name, self._collect(name))
        except (PluginError, pluggy.PluginValidationError) as error:
            self._discard(name)
            raise PluginError(one_line(error)) from error
        except Exception as error:
            # The plugin's own code ran: whatever it raises is its failure, not the program's.
            self._discard(name)
            raise PluginError(f"plugin {name!r} failed while registering: {one_line(error)}") from error

    def note(self, report: PluginReport) -> None:
        """Remember what became of a plugin."""
        self._reports.append(report)

    def fail(self, name: str, error: BaseException, cure: str) -> None:
        """Take a loaded plugin out, whole, and report it as failed."""
        self._discard(name)
        self._reports = [
            replace(report, status="failed", error=one_line(error), cure=cure)
            if report.name == name and report.status == "loaded"
            else report
            for report in self._reports
        ]

    def commands(self, new_group: Callable[[], click.Group], taken: Collection[str]) -> dict[str, click.Command]:
        """CLI commands of all plugins by name; a plugin that fails or takes a taken name is taken out whole."""
        found: dict[str, click.Command] = {}
        for name, call in self._callers("tessera_register_commands"):
            group = new_group()
            try:
                call(cli=group)
                for command in group.commands:
                    if command in taken or command in found:
                        owner = self._owners.get(("commands", command), "builtin")
                        raise PluginError(f"command {command!r} is offered by plugins {owner!r} and {name!r}")
            except Exception as error:
                self.fail(name, error, "update or uninstall the plugin")
                continue
            found.update(group.commands)
            self._owners.update({("commands", command): name for command in group.commands})
        return found

    def emit(self, event: RunEvent) -> None:
        """Tell every listener. One that raises is logged and stops neither the job nor the others."""
        for name, call in self._callers("tessera_run_event"):
            try:
                call(event=event)
            except Exception:
                log.exception("plugin %r raised while listening to the event %r", name, event.kind)

    def _callers(self, hook: str, only: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
        """(plugin's name, caller of its implementation alone) for each plugin that implements `hook`."""
        everyone = self._hooks.list_name_plugin()
        for implementation in list(getattr(self._hooks.hook, hook).get_hookimpls()):
            name = implementation.plugin_name
            if not only or name == only:
                others = [plugin for other, plugin in everyone if other != name]
                yield name, self._hooks.subset_hook_caller(hook, others)

    def _collect(self, plugin: str) -> Offers:
        """Ask one plugin for its offers and check each; nothing is kept yet."""
        offers: Offers = {}

        def add(kind: str, name: str, value: Any) -> None:
            check_name(kind, name, plugin=plugin)
            owner = plugin if (kind, name) in offers else self._owners.get((kind, name))
            if owner is not None:
                raise PluginError(f"{_singular(kind)} {name!r} is offered by plugins {owner!r} and {plugin!r}")
            offers[kind, name] = value

        for kind in KINDS:
            for _, call in self._callers(f"tessera_register_{kind}", only=plugin):
                call(register=_spec_taker(kind, plugin, add))
        for _, call in self._callers("tessera_register_gtp_commands", only=plugin):
            call(register=_function_taker(plugin, add))
        return offers

    def _adopt(self, plugin: str, offers: Offers) -> None:
        for (kind, name), value in offers.items():
            getattr(self, kind)[name] = value
            self._owners[kind, name] = plugin

    def _discard(self, plugin: str) -> None:
        if self._hooks.has_plugin(plugin):
            self._hooks.unregister(name=plugin)
        for kind, name in [key for key, owner in self._owners.items() if owner == plugin]:
            del self._owners[kind, name]
            if kind != "commands":
                del getattr(self, kind)[name]


def _singular(kind: str) -> str:
    return kind.removesuffix("s").replace("gtp_", "GTP ")


def _spec_taker(kind: str, plugin: str, add: Callable[[str, str, Any], None]) -> Callable[[Any], None]:
    """The `register` argument of one `tessera_register_<kind>` hook."""
    spec_type, field = KINDS[kind]

    def register(spec: Any) -> None:
        if not isinstance(spec, spec_type):
            got = f"got {type(spec).__name__}"
            raise PluginError(
                f"plugin {plugin!r}, hook 'tessera_register_{kind}': register() takes a {spec_type.__name__}, {got}"
            )
        check_settings(kind, spec, plugin=plugin)
        add(kind, getattr(spec, field), spec)

    return register


def _function_taker(plugin: str, add: Callable[[str, str, Any], None]) -> Callable[[str, Callable[..., str]], None]:
    """The `register` argument of the GTP command hook."""

    def register(command: str, function: Callable[..., str]) -> None:
        if not callable(function):
            hook = "tessera_register_gtp_commands"
            raise PluginError(f"plugin {plugin!r}, hook {hook!r}: {command!r} is given with no function")
        add("gtp_commands", command, function)

    return register
