"""The examples of plugins/README.md, one of each kind: every block is loaded and does what it says."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from tessera.gtp.protocol import GtpFailure
from tessera.interfaces.arbiter import ArbiterContext, Entrant, Opening, Task
from tessera.interfaces.events import RunEvent
from tessera.plugins import Manager
from tessera.rules.ruleset import PRESETS
from tessera.testing import (
    check_arbiter,
    check_evaluator,
    check_network,
    check_plugin,
    check_store,
    check_trainer,
)

README = Path(__file__).parents[2] / "plugins" / "README.md"
BLOCKS = dict(
    re.findall(r"^### An? ([^\n]+)\n\n```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
)


def plugin(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, Manager]:
    """The module of a block and the manager that has loaded it."""
    name = f"readme_{kind.replace(' ', '_').lower()}"
    (folder / f"{name}.py").write_text(BLOCKS[kind], encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, name, raising=False)
    module = __import__(name)
    return module, check_plugin(module)


def test_there_is_one_of_each_kind() -> None:
    kinds = ["network", "trainer", "evaluator", "arbiter", "store", "GTP command", "CLI command", "listener"]
    assert list(BLOCKS) == kinds
    assert all(len(block.splitlines()) <= 51 for block in BLOCKS.values())


def test_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_network(plugin("network", tmp_path, monkeypatch)[1].networks["tiny"])


def test_trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = plugin("network", tmp_path, monkeypatch)[1].networks["tiny"]
    check_trainer(plugin("trainer", tmp_path, monkeypatch)[1].trainers["modest"], network)


def test_evaluator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_evaluator(plugin("evaluator", tmp_path, monkeypatch)[1].evaluators["double"])


def test_arbiter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = plugin("arbiter", tmp_path, monkeypatch)[1].arbiters["coin"]
    entrants = {name: Entrant(name, "tessera", {"player": "random"}) for name in ("a", "b")}
    context = ArbiterContext(entrants=entrants, size=5, rules=PRESETS["chinese-kgs"], komi=7.5, logs=tmp_path)
    check_arbiter(
        spec, context=context, tasks=[Task(1, "a", "b", Opening("empty")), Task(2, "b", "a", Opening("empty"))]
    )


def test_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_store(plugin("store", tmp_path, monkeypatch)[1].stores["shelf"], f"shelf://{tmp_path}/shelf")


def test_gtp_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tessera.rules.game import Game

    class Session:
        game = Game(5)

    Session.game.play(1, 3)
    function = plugin("GTP command", tmp_path, monkeypatch)[1].gtp_commands["count-stones"]
    assert function(Session(), []) == "black 1 white 0"  # type: ignore[arg-type]
    with pytest.raises(GtpFailure):
        function(Session(), ["x"])  # type: ignore[arg-type]


def test_cli_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _ = plugin("CLI command", tmp_path, monkeypatch)
    group = click.Group()
    module.tessera_register_commands(cli=group)
    game = tmp_path / "game.sgf"
    game.write_text("(;SZ[5];B[cc];W[dd])")
    assert CliRunner().invoke(group, ["count", str(game)]).output == "2\n"


def test_listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    diary = tmp_path / "diary"
    monkeypatch.setenv("TESSERA_DIARY", str(diary))
    _, manager = plugin("listener", tmp_path, monkeypatch)
    for kind in ("step", "finished"):
        manager.emit(RunEvent(kind, {"reason": "done"}, time.time()))
    assert diary.read_text() == "finished: {'reason': 'done'}\n"
