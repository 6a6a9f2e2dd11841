"""Building a manager: the built-in plugin, then entry points one by one."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import replace

import tessera
from tessera import builtin
from tessera.errors import BadValue, PluginError
from tessera.plugins.checks import one_line
from tessera.plugins.manager import Manager, PluginReport

log = logging.getLogger(__name__)

GROUP = "tessera"
DISABLE_VARIABLE = "TESSERA_DISABLE_PLUGINS"
BUILTIN = "builtin"
OWN_DISTRIBUTION = "tessera-go"

NOT_INSTALLED = (
    f"{OWN_DISTRIBUTION} is not installed, so none of its own plugins is found; in its folder: "
    "python -m pip install --no-deps --no-build-isolation --editable ."
)


def build_manager(*, load_entry_points: bool = True, block: Iterable[str] = ()) -> Manager:
    """A new manager with the built-in plugin and, unless told otherwise, every installed one.

    `block` and the variable TESSERA_DISABLE_PLUGINS (comma list) name plugins to leave out.
    """
    blocked = {name.strip() for name in [*block, *os.environ.get(DISABLE_VARIABLE, "").split(",")]} - {""}
    if BUILTIN in blocked:
        raise BadValue("disabled plugins", ",".join(sorted(blocked)), f"any plugin but {BUILTIN!r}")
    manager = Manager()
    manager.register(builtin, BUILTIN)
    manager.note(PluginReport(BUILTIN, builtin.__name__, f"{OWN_DISTRIBUTION} {tessera.__version__}", "loaded"))
    if load_entry_points:
        _load_all(manager, blocked)
    return manager


def _load_all(manager: Manager, blocked: set[str]) -> None:
    met = set()
    points = _entry_points()
    if not any(_distribution(point).split()[0] == OWN_DISTRIBUTION for point in points):
        log.warning("%s", NOT_INSTALLED)
    for point in points:
        met.add(point.name)
        manager.note(_load(manager, point, blocked=point.name in blocked))
    for name in sorted(blocked - met):
        manager.note(
            PluginReport(name, "", "", "blocked", cure="no plugin of this name is installed; check the spelling")
        )


def _entry_points() -> list[importlib.metadata.EntryPoint]:
    """Our own first, so that a conflict over a name is never decided against the first-party plugins."""
    points = importlib.metadata.entry_points(group=GROUP)
    return sorted(points, key=lambda point: (_distribution(point).split()[0] != OWN_DISTRIBUTION, point.name))


def _load(manager: Manager, point: importlib.metadata.EntryPoint, *, blocked: bool) -> PluginReport:
    report = PluginReport(point.name, point.value, _distribution(point), "blocked")
    if blocked:
        return replace(report, cure=f"take it out of {DISABLE_VARIABLE} to load it")
    start = time.perf_counter()
    try:
        plugin = point.load()
        if isinstance(plugin, type):
            raise PluginError(f"plugin {point.name!r}: the entry point names a class; name a module or an instance")
        manager.register(plugin, point.name)
    except (Exception, SystemExit) as error:
        # Importing runs foreign code: whatever it raises, sys.exit() included, is reported and not passed on.
        return replace(report, status="failed", error=one_line(error), cure=_cure(report, error))
    return replace(report, status="loaded", seconds=time.perf_counter() - start)


def _cure(report: PluginReport, error: BaseException) -> str:
    package = report.distribution.split()[0]
    if isinstance(error, ModuleNotFoundError) and error.name:
        if f"{report.module}.".startswith(f"{error.name}."):
            return f"its module is gone: reinstall or uninstall {package}"
        return f"install what provides the module {error.name!r}"
    return f"update or uninstall {package}, or set {DISABLE_VARIABLE}={report.name}"


def _distribution(point: importlib.metadata.EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "unknown"
