"""The table that goes with a network: where it is found, whose it is, and that keeping it changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tessera.checkpoints import Manifest, Meta, load, read_manifest, save, verify
from tessera.checkpoints.rank_table import (
    file_beside,
    keep_table,
    old_table,
    read_table,
    source_of,
    strength_of,
    with_ladders,
)
from tessera.errors import BadValue, CheckpointError
from tessera.plugins import Manager, build_manager
from tessera.ranks.levels import Wanted
from tests.plugins.katago.written import Writer
from tests.ranks.tables import ladder, table

SETTINGS = {"blocks": 1, "width": 16}


@pytest.fixture(scope="module")
def manager() -> Manager:
    return build_manager()


def saved(path: Path, manager: Manager, seed: int = 0) -> Manifest:
    spec = manager.networks["resnet"]
    torch.manual_seed(seed)
    module = spec.build(spec.settings(**SETTINGS))
    meta = Meta(games=7, note="mine")
    return save(path, module, network="resnet", settings=SETTINGS, meta=meta, trainer={"step": 3, "x": torch.ones(2)})


def test_it_is_kept_in_the_checkpoint_and_beside_it(tmp_path: Path, manager: Manager) -> None:
    path = tmp_path / "net.pth"
    before = saved(path, manager)
    told = table(before.digest)
    assert keep_table(path, told, manager) == [tmp_path / "net.ranks.json", path]
    assert read_table(file_beside(path)) == told and verify(path).meta == replace(before.meta, ranks=told)
    after = load(path, manager, with_trainer=True)
    assert after.manifest.digest == before.digest
    assert after.trainer is not None and after.trainer["step"] == 3 and after.trainer["x"].tolist() == [1.0, 1.0]
    # Either is enough.
    file_beside(path).unlink()
    assert source_of(str(path), manager).table == told
    other = tmp_path / "again.pth"
    assert saved(other, manager).digest == before.digest
    file_beside(other).write_bytes(told.to_json())
    assert source_of(str(other), manager).table == told == old_table(other, manager)


def test_the_table_of_another_network_is_refused_by_name(tmp_path: Path, manager: Manager) -> None:
    path = tmp_path / "net.pth"
    this = saved(path, manager, seed=1)
    file_beside(path).write_bytes(table().to_json())
    assert old_table(path, manager) is None
    with pytest.raises(BadValue, match=f"measured of network dddddddddddd, this is {this.short}; tessera calibrate"):
        strength_of(Wanted(rank="13k"), str(path), manager, size=9)
    borrowed = strength_of(Wanted(level=4), str(path), manager, size=9)
    assert "measured of network dddddddddddd" in borrowed.notes[0] and borrowed.temperatures


def test_a_network_without_a_table_says_how_to_get_one(tmp_path: Path, manager: Manager) -> None:
    path = tmp_path / "net.pth"
    saved(path, manager)
    with pytest.raises(BadValue, match=r"net\.pth has no rank table; tessera calibrate .*net\.pth measures this one"):
        strength_of(Wanted(elo=900.0), str(path), manager, size=9)


def test_the_shipped_network_has_a_table_of_its_own(manager: Manager) -> None:
    source = source_of(None, manager)
    assert source.table is not None, source.why
    assert {9, 13, 19} <= {each.size for each in source.table.ladders}
    assert strength_of(Wanted(rank="10k"), None, manager, size=9).temperatures[9] > 0


def test_a_file_of_another_program_keeps_it_beside_alone(tmp_path: Path, manager: Manager) -> None:
    path = tmp_path / "kata.bin.gz"
    path.write_bytes(Writer().file())
    digest = read_manifest(path, manager).digest
    before = path.read_bytes()
    assert keep_table(path, table(digest), manager) == [tmp_path / "kata.ranks.json"]
    assert path.read_bytes() == before
    assert source_of(str(path), manager).table == table(digest)


def test_boards_measured_before_stay() -> None:
    new = replace(table(), ladders=(ladder(9, (5.0, 0.0), (0.0, 900.0)),))
    both = with_ladders(table(), new)
    assert [each.size for each in both.ladders] == [9, 13] and both.ladders[0] == new.ladders[0]
    assert with_ladders(table("e" * 64), new) == with_ladders(None, new) == new


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 5000, b"{}", b"1" * (2 << 20), b"\xff\xfe"])
def test_what_is_no_table_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "net.ranks.json"
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as refused:
        read_table(path)
    assert str(refused.value).startswith(str(path)) and "\n" not in str(refused.value)


def test_a_manifest_with_a_wrong_table_is_refused(tmp_path: Path, manager: Manager) -> None:
    path, bad = tmp_path / "net.pth", replace(table(), ladders=())
    spec = manager.networks["resnet"]
    with pytest.raises(CheckpointError, match="rank table: ladders"):
        save(path, spec.build(spec.settings(**SETTINGS)), network="resnet", settings=SETTINGS, meta=Meta(ranks=bad))
