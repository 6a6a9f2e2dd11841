"""Entry points, one by one: a broken or missing one is reported with its cure and never fatal."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from tessera.errors import BadValue
from tessera.plugins import DISABLE_VARIABLE, Manager, PluginReport, build_manager

GOOD = """
from tessera.hookspecs import hookimpl
from tessera.interfaces.network import NetworkSpec
from tessera.settings import NoSettings

@hookimpl
def tessera_register_networks(register):
    register(NetworkSpec({name!r}, "", NoSettings, lambda settings: None))
"""

MODULES = {
    "t_good": GOOD.format(name="good"),
    "t_broken": "1 / 0",
    "t_syntax": "def (",
    "t_exit": "raise SystemExit(3)",
    "t_needs": "import not_installed_anywhere",
    "t_clash": GOOD.format(name="uniform"),
    "t_silent": "",
    "t_class": "class Plugin: pass",
}
ENTRY_POINTS = {
    "good": "t_good",
    "broken": "t_broken",
    "syntax": "t_syntax",
    "exit": "t_exit",
    "needs": "t_needs",
    "clash": "t_clash",
    "silent": "t_silent",
    "class": "t_class:Plugin",
    "gone": "t_gone.deeper",
    "attribute": "t_good:nothing",
    "builtin": "t_good",
}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution `t-plugins 2.0` with one entry point for each way to fail, on the path."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    info = tmp_path / "t_plugins-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: t-plugins\nVersion: 2.0\n")
    lines = [f"{name} = {value}" for name, value in ENTRY_POINTS.items()]
    (info / "entry_points.txt").write_text("[tessera]\n" + "\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.startswith("t_")]:
        monkeypatch.delitem(sys.modules, module)
    return tmp_path


def reports(manager: Manager) -> dict[str, PluginReport]:
    return {report.name: report for report in manager.reports() if report.distribution == "t-plugins 2.0"}


ERRORS = {
    "broken": ("ZeroDivisionError: division by zero", "update or uninstall t-plugins, or set " + DISABLE_VARIABLE),
    "syntax": ("SyntaxError", "update or uninstall t-plugins"),
    "exit": ("SystemExit: 3", "update or uninstall t-plugins"),
    "needs": ("ModuleNotFoundError: No module named 'not_installed_anywhere'", "install what provides the module"),
    "clash": ("network 'uniform' is offered by plugins 'builtin' and 'clash'", "update or uninstall"),
    "silent": ("plugin 'silent' implements no hook", "update or uninstall"),
    "class": ("the entry point names a class", "update or uninstall"),
    "gone": ("ModuleNotFoundError", "its module is gone: reinstall or uninstall t-plugins"),
    "attribute": ("AttributeError", "update or uninstall"),
    "builtin": ("another plugin of this name is loaded", "update or uninstall"),
}


@pytest.mark.usefixtures("installed")
def test_each_failure_is_reported_with_its_cure_and_none_is_fatal() -> None:
    manager = build_manager()
    found = reports(manager)
    assert found.keys() == ENTRY_POINTS.keys()
    assert found["good"].status == "loaded"
    assert "good" in manager.networks
    for name, (error, cure) in ERRORS.items():
        assert found[name].status == "failed"
        assert error in found[name].error
        assert "\n" not in found[name].error
        assert cure in found[name].cure
        assert manager.provided_by(name) == {} or name == "builtin"
    assert manager.owner("networks", "uniform") == "builtin"


@pytest.mark.usefixtures("installed")
def test_plugins_are_left_out_by_argument_and_by_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DISABLE_VARIABLE, " broken ,nonsense,")
    manager = build_manager(block=["good"])
    found = reports(manager)
    assert found["good"].status == found["broken"].status == "blocked"
    assert "good" not in manager.networks
    assert DISABLE_VARIABLE in found["broken"].cure
    nonsense = next(report for report in manager.reports() if report.name == "nonsense")
    assert (nonsense.status, nonsense.cure) == ("blocked", "no plugin of this name is installed; check the spelling")


def test_the_builtin_plugin_cannot_be_left_out() -> None:
    with pytest.raises(BadValue, match="builtin"):
        build_manager(block=["builtin"])


@pytest.mark.usefixtures("installed")
def test_without_entry_points_there_is_the_builtin_plugin_alone() -> None:
    manager = build_manager(load_entry_points=False)
    assert [report.name for report in manager.reports()] == ["builtin"]
    assert {"file"} == set(manager.stores)
    assert {"torch", "bf16", "compile"} == set(manager.evaluators)


def test_all_first_party_plugins_load() -> None:
    manager = build_manager()
    own = [report for report in manager.reports() if report.distribution.startswith("tessera-go")]
    assert {report.name for report in own} >= {"builtin", "mamba", "resnet"}
    assert [report for report in own if report.status != "loaded"] == []
    names = {point.name for point in importlib.metadata.entry_points(group="tessera")}
    assert names <= {report.name for report in manager.reports()}


def test_building_a_manager_imports_neither_torch_nor_numba_and_is_quick() -> None:
    """In units of what importing click takes on this machine."""
    code = (
        "import sys, time; start = time.process_time(); import click; clicked = time.process_time() - start;"
        "from tessera.plugins import build_manager; start = time.process_time(); build_manager();"
        "built = time.process_time() - start;"
        "print(built / clicked, [name for name in ('torch', 'numba', 'rich') if name in sys.modules])"
    )
    best = min(_timed(code) for _ in range(3))
    assert best < 5, best


def _timed(code: str) -> float:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ratio, modules = done.stdout.strip().split(" ", 1)
    assert modules == "[]"
    return float(ratio)


def test_a_tree_that_is_not_installed_says_what_to_do() -> None:
    """As where a copy of the repository is on the path, and nothing else."""
    code = (
        "import importlib.metadata as m; m.entry_points = lambda **given: ();"
        "from tessera.plugins import build_manager; build_manager()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "tessera-go is not installed" in done.stderr and "pip install" in done.stderr
    assert done.stderr.count("\n") == 1


def test_training_needs_no_sgfmill() -> None:
    code = "import sys; sys.modules['sgfmill'] = None; import tessera.training.run, tessera.training.assembly"
    subprocess.run([sys.executable, "-c", code], check=True)
