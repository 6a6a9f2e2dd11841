"""Large checkpoints are written while training goes on; the run is the same, and nothing that goes wrong is lost."""

from __future__ import annotations

import copy
import errno
import threading
from pathlib import Path
from typing import Any

import pytest

from tessera.checkpoints import verify
from tessera.errors import TesseraError
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.training import beside, disk
from tessera.training.folder import RunFileError, RunFolder
from tessera.training.state_tree import difference
from tessera_resnet.settings import ResNetSettings
from tests.training.test_clean_room import WITHOUT_SEARCH
from tests.training.test_exact import MANAGER, SETTINGS, lines, networks, part, same
from tests.training.test_run import SHAPE, Clock, Counter, Events, config, run_in


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the smallest state is written beside training."""
    monkeypatch.setattr(beside, "LEAST", 0)


class Quick(Counter):
    state_is_a_snapshot = True


def test_what_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "available_bytes", lambda: 8 * beside.LEAST)
    assert [beside.pays(size) for size in (beside.LEAST - 1, beside.LEAST, 2 * beside.LEAST)] == [False, True, True]
    assert not beside.pays(2 * beside.LEAST + 1), "it would take too much of the memory there is"


@pytest.mark.parametrize("trainer", ["gumbel", "policy-gradient"])
def test_a_state_shares_no_memory_with_its_trainer(trainer: str) -> None:
    settings = {**(SETTINGS if trainer == "gumbel" else WITHOUT_SEARCH), "window": 500}
    spec = MANAGER.trainers[trainer]
    module = MANAGER.networks["resnet"].build(ResNetSettings(**SHAPE))
    built = spec.build(module, "cpu", 1, from_table(spec.settings, settings, owner=trainer))
    while built.step().steps == 0:
        pass
    state = built.state_dict()
    before = copy.deepcopy(state)
    for _ in range(4):
        built.step()
    assert difference(before, state) == "" and difference(before, built.state_dict()) != ""


def test_it_is_the_same_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert part(tmp_path / "one after another").endswith("games are played")
    monkeypatch.setattr(beside, "LEAST", 0)
    monkeypatch.setattr("tests.training.test_exact.Paced.state_is_a_snapshot", True, raising=False)
    assert part(tmp_path / "beside", interrupted=8) == "stopped by a signal"
    assert part(tmp_path / "beside").endswith("games are played")
    one, other = tmp_path / "one after another", tmp_path / "beside"
    a, b = networks(one), networks(other)
    assert a.keys() < b.keys() and all(same(a[name][1], b[name][1]) for name in a)
    states = [RunFolder(path).newest(MANAGER)[1]["trainer"] for path in (one, other)]
    assert difference(*states) == ""
    assert lines(one, "elo.jsonl") == lines(other, "elo.jsonl")


def test_training_does_not_wait_for_the_disk(everything: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is held up until four more steps are done."""
    clock, events, further = Clock(), Events(), threading.Event()
    trainer = Quick(clock, {4: further.set})
    save = RunFolder.save_run

    def slow(self: RunFolder, *given: Any) -> Path:
        if threading.current_thread() is not threading.main_thread():
            assert further.wait(60)
        return save(self, *given)

    monkeypatch.setattr(RunFolder, "save_run", slow)
    run_in(tmp_path / "run", trainer, clock, config(games=16), events).go(threading.Event())
    order = [kind for kind, _ in events if kind in ("tick", "checkpoint", "finished")]
    assert order.index("checkpoint") >= 4 and order[-2:] == ["checkpoint", "finished"]
    files = sorted((tmp_path / "run" / "checkpoints").glob("run-*.pth"))
    assert [verify(path).meta.step for path in files][-2:] == [6, 8]


def test_a_full_disk_is_waited_for(everything: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, events = Clock(), Events()
    save, failed = RunFolder.save_run, []
    monkeypatch.setattr(disk, "RETRY_SECONDS", 0.01)

    def full(self: RunFolder, *given: Any) -> Path:
        if len(failed) < 2:
            failed.append(threading.current_thread() is threading.main_thread())
            raise RunFileError("no room") from OSError(errno.ENOSPC, "No space left on device")
        return save(self, *given)

    monkeypatch.setattr(RunFolder, "save_run", full)
    run_in(tmp_path / "run", Quick(clock), clock, config(games=4), events).go(threading.Event())
    assert failed == [False, True], "after the first time the run itself sees to it"
    texts = [data["text"] for kind, data in events if kind == "warning"]
    assert "full" in texts[0] and "room on the disk again" in texts[1]
    assert [kind for kind, _ in events].count("checkpoint") == 2


def test_other_trouble_ends_the_run(everything: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, events = Clock(), Events()

    def broken(self: RunFolder, *given: Any) -> Path:
        raise RunFileError("Input/output error")

    monkeypatch.setattr(RunFolder, "save_run", broken)
    with pytest.raises(TesseraError, match="Input/output error"):
        run_in(tmp_path / "run", Quick(clock), clock, config(games=40), events).go(threading.Event())
    assert [kind for kind, _ in events][-1] == "failed"


def test_what_is_being_written_when_training_fails_gets_its_name(
    everything: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, events, failing = Clock(), Events(), threading.Event()

    def fail() -> None:
        failing.set()
        raise RuntimeError("a bug")

    save = RunFolder.save_run

    def slow(self: RunFolder, *given: Any) -> Path:
        assert failing.wait(60)
        return save(self, *given)

    monkeypatch.setattr(RunFolder, "save_run", slow)
    with pytest.raises(RuntimeError, match="a bug"):
        run_in(tmp_path / "run", Quick(clock, {2: fail}), clock, config(games=16), events).go(threading.Event())
    assert RunFolder(tmp_path / "run").newest(build_manager())[1]["trainer"] == {"steps": 0}
