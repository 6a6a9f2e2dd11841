"""Registering plugins: whole or not at all, with messages that name plugin, hook and argument."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import click
import pytest

from tessera.errors import BadValue, PluginError
from tessera.hookspecs import hookimpl
from tessera.interfaces.arbiter import ArbiterSpec
from tessera.interfaces.events import RunEvent
from tessera.interfaces.network import EvaluatorSpec, FormatSpec, NetworkSpec
from tessera.interfaces.player import PlayerSpec
from tessera.interfaces.stores import StoreSpec
from tessera.interfaces.trainer import TrainerSpec
from tessera.plugins import Manager, PluginReport, build_manager
from tessera.plugins.checks import hook_names
from tessera.plugins.manager import KINDS
from tessera.settings import NoSettings

Register = Callable[..., None]


class Plugin:
    """Any object with hooks as attributes."""

    def __init__(self, **hooks: object) -> None:
        self.__dict__.update(hooks)


def network(name: str) -> NetworkSpec:
    return NetworkSpec(name, "", NoSettings, lambda settings: None)  # type: ignore[arg-type,return-value]


def offering(*specs: Any, hook: str = "tessera_register_networks") -> Any:
    """A plugin whose one hook registers `specs`."""

    def function(register: Register) -> None:
        for spec in specs:
            register(*spec) if isinstance(spec, tuple) else register(spec)

    function.__name__ = hook
    return Plugin(**{hook: hookimpl(function)})


SPECS: dict[str, Any] = {
    "networks": network("x"),
    "formats": FormatSpec("x", "", b"x", lambda path: None),  # type: ignore[arg-type,return-value]
    "evaluators": EvaluatorSpec("x", "", lambda module, device: None),  # type: ignore[arg-type,return-value]
    "players": PlayerSpec("x", "", NoSettings, lambda *_: None),  # type: ignore[arg-type,return-value]
    "trainers": TrainerSpec("x", "", NoSettings, lambda *_: None),  # type: ignore[arg-type,return-value]
    "arbiters": ArbiterSpec("x", "", NoSettings, lambda *_: True, lambda *_: None),  # type: ignore[arg-type,return-value]
    "stores": StoreSpec("x", "", lambda: None),  # type: ignore[arg-type,return-value]
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_registered_owned_and_taken_out(kind: str) -> None:
    manager = Manager()
    manager.register(offering(SPECS[kind], hook=f"tessera_register_{kind}"), "mine")
    assert getattr(manager, kind)["x"] is SPECS[kind]
    assert manager.owner(kind, "x") == "mine"
    assert manager.provided_by("mine") == {kind: ["x"]}
    manager.fail("mine", RuntimeError("x"), "cure")
    assert dict(getattr(manager, kind)) == {}
    assert manager.provided_by("mine") == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_offered_twice_names_both_plugins(kind: str) -> None:
    manager = Manager()
    manager.register(offering(SPECS[kind], hook=f"tessera_register_{kind}"), "first")
    with pytest.raises(PluginError, match="'x' is offered by plugins 'first' and 'second'"):
        manager.register(offering(SPECS[kind], hook=f"tessera_register_{kind}"), "second")
    assert manager.owner(kind, "x") == "first"


def test_a_plugin_in_conflict_leaves_nothing_behind() -> None:
    manager = Manager()
    manager.register(offering(network("a")), "first")
    with pytest.raises(PluginError, match="'a'"):
        manager.register(offering(network("b"), network("a")), "second")
    assert list(manager.networks) == ["a"]
    assert manager.provided_by("second") == {}
    manager.register(offering(network("b")), "second")
    assert list(manager.networks) == ["a", "b"]


def test_gtp_commands() -> None:
    manager = Manager()
    answer = lambda session, args: "hello"  # noqa: E731
    manager.register(offering(("my-hello", answer), hook="tessera_register_gtp_commands"), "mine")
    assert manager.gtp_commands["my-hello"] is answer
    with pytest.raises(PluginError, match="'mine' and 'other'"):
        manager.register(offering(("my-hello", answer), hook="tessera_register_gtp_commands"), "other")


def impl(function: Callable[..., Any]) -> Callable[..., Any]:
    return hookimpl(function)  # type: ignore[no-any-return]


def misnamed() -> Any:
    def tessera_register_netwroks(register: Register) -> None: ...

    return Plugin(tessera_register_netwroks=impl(tessera_register_netwroks))


def wrong_argument() -> Any:
    def tessera_register_networks(registry: Register) -> None: ...

    return Plugin(tessera_register_networks=impl(tessera_register_networks))


def unmarked() -> Any:
    def tessera_register_networks(register: Register) -> None: ...

    return Plugin(tessera_register_networks=tessera_register_networks)


def raising() -> Any:
    def tessera_register_networks(register: Register) -> None:
        register(network("a"))
        raise ZeroDivisionError("two\nlines")

    return Plugin(tessera_register_networks=impl(tessera_register_networks))


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (misnamed(), r"'bad': there is no hook 'tessera_register_netwroks'; hooks: tessera_register_networks, "),
        (
            wrong_argument(),
            r"'bad', hook 'tessera_register_networks': argument 'registry' is not offered, only register",
        ),
        (unmarked(), r"'bad': tessera_register_networks is not marked with @hookimpl"),
        (raising(), r"'bad' failed while registering: ZeroDivisionError: two lines"),
        (Plugin(), r"'bad' implements no hook"),
        (offering("text"), r"'bad', hook 'tessera_register_networks': register\(\) takes a NetworkSpec, got str"),
        (offering(SPECS["players"]), r"takes a NetworkSpec, got PlayerSpec"),
        (
            offering(NetworkSpec("x", "", {"blocks": 3}, lambda settings: None)),  # type: ignore[arg-type,return-value]
            r"settings of networks are a frozen dataclass, see plugins/README.md; got {'blocks': 3}",
        ),
        (offering(network("Upper")), r"'Upper' among networks is not allowed: a-z"),
        (offering(network("")), r"name '' among networks"),
        (offering(network("a"), network("a")), r"'a' is offered by plugins 'bad' and 'bad'"),
        (offering(("two words", print), hook="tessera_register_gtp_commands"), r"'two words' among gtp_commands"),
        (offering(("x", 3), hook="tessera_register_gtp_commands"), r"'x' is given with no function"),
    ],
)
def test_a_broken_plugin_is_refused_whole(plugin: Any, words: str) -> None:
    manager = Manager()
    with pytest.raises(PluginError, match=words) as caught:
        manager.register(plugin, "bad")
    assert "\n" not in str(caught.value)
    assert dict(manager.networks) == {}
    manager.register(offering(network("a")), "bad")


def test_two_plugins_of_one_name() -> None:
    manager = Manager()
    manager.register(offering(network("a")), "same")
    with pytest.raises(PluginError, match="another plugin of this name"):
        manager.register(offering(network("b")), "same")
    assert list(manager.networks) == ["a"]


def test_an_unknown_name_lists_what_is_there() -> None:
    manager = build_manager(load_entry_points=False)
    with pytest.raises(BadValue, match=r"network: got 'mambo', allowed: .*uniform"):
        manager.networks["mambo"]
    with pytest.raises(BadValue, match="GTP command: got 'x', allowed: none is loaded"):
        manager.gtp_commands["x"]
    assert "mambo" not in manager.networks
    assert manager.networks.get("mambo") is None


def test_an_unknown_name_of_a_failed_plugin_says_why() -> None:
    manager = Manager()
    manager.note(PluginReport("mambo", "mambo", "mambo 1.0", "failed", error="ImportError: no drums"))
    with pytest.raises(BadValue, match="plugin 'mambo' is failed: ImportError: no drums"):
        manager.networks["mambo"]


class Listener:
    def __init__(self, *, broken: bool = False) -> None:
        self.heard: list[str] = []
        self.broken = broken

    @hookimpl
    def tessera_run_event(self, event: RunEvent) -> None:
        if self.broken:
            raise RuntimeError("deaf")
        self.heard.append(event.kind)


def test_events_reach_all_and_a_broken_listener_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    manager, first, last = Manager(), Listener(), Listener()
    for name, listener in (("first", first), ("broken", Listener(broken=True)), ("last", last)):
        manager.register(listener, name)
    manager.emit(RunEvent("started", {}, 0.0))
    assert first.heard == last.heard == ["started"]
    assert "plugin 'broken' raised while listening to the event 'started'" in caplog.text


def test_the_log_hears_events(caplog: pytest.LogCaptureFixture) -> None:
    manager = build_manager(load_entry_points=False)
    with caplog.at_level(logging.INFO, logger="tessera.run"):
        manager.emit(RunEvent("step", {"loss": 1.5}, 0.0))
    assert 'step {"loss": 1.5}' in caplog.text


def commanding(*names: str, error: Exception | None = None) -> Any:
    def tessera_register_commands(cli: click.Group) -> None:
        for name in names:
            cli.add_command(click.Command(name))
        if error is not None:
            raise error

    return Plugin(tessera_register_commands=impl(tessera_register_commands))


def test_commands_are_collected_and_conflicts_reported() -> None:
    manager = Manager()
    plugins = {
        "good": commanding("hello", "world"),
        "taken": commanding("doctor"),
        "second": commanding("fresh", "hello"),
        "broken": commanding("x", error=RuntimeError("no")),
    }
    for name, plugin in plugins.items():
        manager.register(plugin, name)
        manager.note(PluginReport(name, name, f"{name} 1.0", "loaded"))
    found = manager.commands(click.Group, {"doctor"})
    status = {report.name: (report.status, report.error) for report in manager.reports()}
    assert status["taken"] == ("failed", "command 'doctor' is offered by plugins 'builtin' and 'taken'")
    assert status["broken"] == ("failed", "RuntimeError: no")
    assert status["good"][0] == "loaded"
    assert status["second"][1] == "command 'hello' is offered by plugins 'good' and 'second'"
    assert sorted(found) == ["hello", "world"]


def test_every_hook_is_exercised_by_a_kind_or_a_caller() -> None:
    """A new hook must be called somewhere: this list is what the manager calls."""
    called = {f"tessera_register_{kind}" for kind in (*KINDS, "gtp_commands", "commands")} | {"tessera_run_event"}
    assert set(hook_names()) == called
