"""What goes in comes out, for us and for plain torch."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from tessera.checkpoints import load, read_manifest, save, shipped_path, tensors, verify
from tessera.errors import BadValue, CheckpointError
from tessera.training.sizing import measure
from tests.checkpoints.forge import CATALOG, META, SETTINGS, toy, valid

TRAINER = {
    "optimizer": {
        "state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.arange(6.0).reshape(2, 3).t()}},
        "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0, 1], "fused": None, "maximize": False}],
    },
    "rng": torch.get_rng_state(),
    "cursor": 2**40,
    "name": "überlauf",
    "empty": {"tensor": torch.zeros(0, 5), "list": [], "tuple": (), "dict": {}},
}
DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")


def same(left: object, right: object) -> bool:
    if isinstance(left, torch.Tensor):
        return isinstance(right, torch.Tensor) and left.dtype == right.dtype and torch.equal(left, right)
    if isinstance(left, dict):
        return isinstance(right, dict) and list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


def test_module_manifest_and_trainer_come_back(tmp_path: Path) -> None:
    path = tmp_path / "toy.pth"
    written = save(path, toy(), network="toy", settings=SETTINGS, meta=META, trainer=TRAINER)
    loaded = load(path, CATALOG, with_trainer=True)
    assert same(dict(loaded.module.state_dict()), dict(toy().state_dict()))
    assert not loaded.module.training
    assert same(loaded.trainer, TRAINER)
    assert loaded.manifest == written == read_manifest(path) == verify(path)
    assert written.meta == META
    assert load(path, CATALOG).trainer is None


def test_plain_torch_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "toy.pth"
    save(path, toy(), network="toy", settings=SETTINGS, trainer=TRAINER)
    for mapped in (False, True):
        plain = torch.load(path, weights_only=True, mmap=mapped)
        assert same(plain["model"], dict(toy().state_dict()))
    assert same(plain["trainer"], TRAINER)


def test_a_large_zip_is_written_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the place of 32-bit sizes and offsets beyond 2 GiB, here beyond 100 bytes."""
    path = tmp_path / "toy.pth"
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    save(path, toy(), network="toy", settings=SETTINGS, trainer=TRAINER)
    assert b"PK\x06\x07" in path.read_bytes()
    verify(path)
    assert same(load(path, CATALOG, with_trainer=True).trainer, TRAINER)
    for mapped in (False, True):
        assert same(torch.load(path, weights_only=True, mmap=mapped)["trainer"], TRAINER)
    data = bytearray(path.read_bytes())
    for at in [*range(0, len(data) - 1500, 211), *range(len(data) - 1500, len(data), 7)]:
        data[at] ^= 1
        path.write_bytes(data)
        with pytest.raises(CheckpointError):
            verify(path)
        data[at] ^= 1


def test_what_is_not_contiguous_is_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "PIECE", 100)
    state = {
        "columns": torch.arange(600.0).reshape(20, 30)[:, 3:17],
        "turned": torch.arange(600).reshape(20, 30).t(),
        "row": torch.arange(300.0)[::3],
        "scalar": torch.tensor(5.0),
        "wide": torch.arange(6000.0).reshape(2, 3000)[:, ::2],
    }
    save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS, trainer=state)
    assert same(load(tmp_path / "net.pth", CATALOG, with_trainer=True).trainer, state)


def test_a_save_takes_the_memory_of_a_piece(tmp_path: Path) -> None:
    state = {str(i): torch.full((2**20,), i, dtype=torch.float32) for i in range(24)}
    save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS)  # what is imported and compiled once
    measured = measure(
        lambda: save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS, trainer=state) and None, "cpu"
    )
    assert measured is not None and measured < 24 * 2**20, "of 96 MiB"
    measured = measure(lambda: verify(tmp_path / "net.pth") and None, "cpu")
    assert measured is not None and measured < 24 * 2**20


@pytest.mark.long
def test_a_state_of_more_than_4_gib(tmp_path: Path) -> None:
    state = {"large": torch.zeros(2**30 + 5, dtype=torch.float32), "small": torch.arange(1000)}
    state["large"][-1] = 7.0
    path = tmp_path / "net.pth"
    measured = measure(lambda: save(path, toy(), network="toy", settings=SETTINGS, trainer=state) and None, "cpu")
    assert path.stat().st_size > 2**32 and measured is not None and measured < 2**27
    assert torch.load(path, weights_only=True, mmap=True)["trainer"]["large"][-1] == 7.0
    state.clear()
    trainer = load(path, CATALOG, with_trainer=True).trainer
    assert trainer is not None and trainer["large"][-1] == 7.0 and len(trainer["large"]) == 2**30 + 5
    assert trainer["small"][-1] == 999


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(dtype: str, tmp_path: Path) -> None:
    tensor = torch.tensor([[0, 1, 1], [1, 0, 1]]).to(getattr(torch, dtype))
    save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS, trainer={"t": tensor, "s": tensor[0, 1]})
    trainer = load(tmp_path / "net.pth", CATALOG, with_trainer=True).trainer
    assert trainer is not None
    assert same(trainer["t"], tensor)
    assert same(trainer["s"], tensor[0, 1])


def test_views_are_saved_without_the_storage_behind_them(tmp_path: Path) -> None:
    view = torch.zeros(1000, 1000)[:2, :2]
    save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS, trainer={"view": view})
    assert (tmp_path / "net.pth").stat().st_size < 20_000


def test_tensors_that_share_memory_share_it_again(tmp_path: Path) -> None:
    shared = torch.ones(4)
    save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS, trainer={"a": shared, "b": shared})
    trainer = load(tmp_path / "net.pth", CATALOG, with_trainer=True).trainer
    assert trainer is not None
    assert trainer["a"].data_ptr() == trainer["b"].data_ptr()


def test_digest_names_the_weights_and_not_their_history(tmp_path: Path) -> None:
    first = save(tmp_path / "a.pth", toy(), network="toy", settings=SETTINGS)
    again = save(tmp_path / "b.pth", toy(), network="toy", settings=SETTINGS, meta=META, trainer=TRAINER)
    other = save(tmp_path / "c.pth", toy(seed=1), network="toy", settings=SETTINGS)
    assert first.digest == again.digest != other.digest


@pytest.mark.parametrize(
    ("trainer", "words"),
    [
        ({"f": print}, "checkpoint trainer/f"),
        ({"c": torch.zeros(2, dtype=torch.complex64)}, "trainer/c"),
        ({"s": torch.zeros(2, 2).to_sparse()}, "trainer/s"),
        ({(1, 2): 3}, "key"),
        ({"a": {"b/c": torch.zeros(1)}, "a/b": {"c": torch.zeros(1)}}, "trainer/a/b/c"),
    ],
)
def test_what_cannot_be_saved_is_refused_by_name(trainer: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=words):
        save(tmp_path / "net.pth", toy(), network="toy", settings=SETTINGS, trainer=trainer)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_read_without_torch(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(valid())
    code = (
        "import sys; from tessera.checkpoints import read_manifest, verify;"
        f" print(read_manifest({str(path)!r}).short == verify({str(path)!r}).short, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_the_shipped_network_loads_or_names_the_cure() -> None:
    try:
        path = shipped_path()
    except CheckpointError as error:
        assert "--ckpt" in str(error)
    else:
        verify(path)
