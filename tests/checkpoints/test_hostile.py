"""Damaged and hostile files: each gives one `CheckpointError` and costs next to nothing."""

from __future__ import annotations

import os
import pickle
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tessera.checkpoints import Manifest, TensorInfo, load, read_manifest, verify
from tessera.checkpoints.archive import MANIFEST, PICKLE, STORAGE
from tessera.checkpoints.manifest import parse_manifest
from tessera.errors import CheckpointError
from tests.checkpoints.forge import (
    CATALOG,
    declaring,
    members,
    raw_zip,
    reseal,
    reseal_as_today,
    valid,
    with_json,
    with_manifest,
    with_members,
)

GOOD = valid()
HERE = members(GOOD)
P2 = b"\x80\x02"


class Gadget:
    """Unpickled by pickle, this would make a file."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/tessera-test-was-here",)


def refuse(data: bytes, words: str, tmp_path: Path) -> None:
    """`load` and `verify` both refuse `data`, in one line with `words` and the path in it."""
    path = tmp_path / "evil.pth"
    path.write_bytes(data)
    for read in (lambda: load(path, CATALOG), lambda: verify(path)):
        with pytest.raises(CheckpointError, match=words) as caught:
            read()
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 500


def test_the_forge_makes_files_that_load(tmp_path: Path) -> None:
    """Without this, the refusals below would prove nothing."""
    for data in (GOOD, with_members(), with_manifest(), with_json(lambda fields: None), raw_zip(list(HERE.items()))):
        (tmp_path / "good.pth").write_bytes(data)
        assert load(tmp_path / "good.pth", CATALOG).manifest.network == "toy"


WHOLE_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not a tessera checkpoint"),
    "text": (b"hello\n" * 100, "not a tessera checkpoint"),
    "plain pickle": (pickle.dumps(Gadget()), "not a tessera checkpoint"),
    "pickle with a seal": (reseal(pickle.dumps(Gadget()) + GOOD[-101:]), "bytes between"),
    "no seal": (GOOD[:-79], "not a tessera checkpoint"),
    "trailing byte": (GOOD + b"\0", "not a tessera checkpoint"),
    "leading byte": (reseal(b"\0" + GOOD), "bytes between"),
    "twice": (reseal(GOOD + GOOD), "bytes between"),
    "compressed": (raw_zip(list(HERE.items()), compression=zipfile.ZIP_DEFLATED), "compressed"),
    "bomb": (raw_zip([*HERE.items(), (STORAGE + "99", b"\0" * 10**7)], compression=zipfile.ZIP_LZMA), "compressed"),
    "duplicate": (raw_zip([*HERE.items(), (PICKLE, b".")]), "occurs twice"),
    "duplicate manifest": (raw_zip([(MANIFEST, b"{}"), *HERE.items()]), "occurs twice"),
    "no manifest": (with_members(manifest=None), "'tessera/manifest.json' is missing"),
    "no pickle": (with_members(pickle=None), "'tessera/data.pkl' is missing"),
    "too many members": (raw_zip([(f"{STORAGE}{i}", b"") for i in range(20_001)]), "members"),
    "big endian": (with_members(**{"tessera/byteorder": b"big"}), "little-endian"),
    "missing storage": (with_members(**{STORAGE + "0": None}), "'tessera/data/0' is missing"),
    "longer storage": (with_members(**{STORAGE + "0": HERE[STORAGE + "0"] + b"\0"}), "declares"),
    "shorter storage": (with_members(**{STORAGE + "0": HERE[STORAGE + "0"][:-1]}), "declares"),
    "other storage": (with_members(**{STORAGE + "0": bytes(len(HERE[STORAGE + "0"]))}), "SHA-256 of tensor"),
    "unused storage": (with_members(**{STORAGE + "99": b"x"}), "belongs to no tensor"),
    "2^40 elements": (declaring(2**40), "declares 4398046511104 bytes, the file holds 4"),
    "2^62 elements": (declaring(2**62), "allowed: a whole number, 0 to 281474976710655"),
    **{
        f"member {name}": (raw_zip([*HERE.items(), (name, b"x")]), "unexpected member")
        for name in (
            "/etc/passwd",
            "../up",
            "tessera/../../up",
            "tessera/data/../0",
            "tessera/data/0/",
            "tessera/data/\u0661",
            "archive/data.pkl",
            "tessera/constants.pkl",
            "tessera/code/__torch__.py",
            "tessera\\data.pkl",
        )
    },
}


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_whole_files(name: str, tmp_path: Path) -> None:
    refuse(*WHOLE_FILES[name], tmp_path)


def laughs(depth: int) -> bytes:
    """Each list holds the one before it ten times."""
    code = P2 + b"]q\x00"
    for index in range(depth):
        code += b"](" + b"h" + bytes([index]) + (b"h" + bytes([index])) * 9 + b"eq" + bytes([index + 1])
    return code + b"."


PICKLES: dict[str, tuple[bytes, str]] = {
    "system": (pickle.dumps(Gadget(), protocol=2), "a call of 'posix system'"),
    "system, protocol 0": (pickle.dumps(Gadget(), protocol=0), "pickle instruction"),
    "system, protocol 4": (pickle.dumps(Gadget(), protocol=4), "pickle instruction"),
    "eval": (P2 + b"c__builtin__\neval\nX\x01\x00\x00\x001\x85R.", "a call of '__builtin__ eval'"),
    "global as value": (P2 + b"cos\nsystem\n.", "reference to code"),
    "global as key": (P2 + b"}cos\nsystem\nK\x01s.", "dict key"),
    "inst": (P2 + b"(X\x01\x00\x00\x001ios\nsystem\n.", "instruction INST"),
    "object": (P2 + b"(cos\nsystem\nX\x01\x00\x00\x001o.", "instruction OBJ"),
    "newobj": (P2 + b"cos\nsystem\n)\x81.", "instruction NEWOBJ"),
    "build": (P2 + b"}}b.", "instruction BUILD"),
    "extension": (P2 + b"\x82\x01.", "instruction EXT1"),
    "persid": (P2 + b"Pabc\n.", "instruction PERSID"),
    "unknown storage": (
        P2 + b"(X\x07\x00\x00\x00storagecos\nsystem\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQ.",
        "storage",
    ),
    "storage as value": (
        P2 + b"(X\x07\x00\x00\x00storagectorch\nByteStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQ.",
        "reference to code",
    ),
    "storage elsewhere": (
        P2 + b"(X\x07\x00\x00\x00storagectorch\nByteStorage\nX\x04\x00\x00\x00../0X\x03\x00\x00\x00cpuK\x01tQ.",
        "storage",
    ),
    "call of nothing": (P2 + b"K\x01)R.", "not code"),
    "empty stack": (P2 + b"R.", "empty stack"),
    "mark as value": (P2 + b"(.", "reference to code"),
    "two values": (P2 + b"}}.", "one value"),
    "no end": (P2 + b"}", "damaged"),
    "cut text": (P2 + b"X\xff\xff\xff\x7fabc", "damaged"),
    "bad text": (P2 + b"X\x01\x00\x00\x00\xff.", "damaged"),
    "text of 8 EB": (P2 + b"\x8d" + (2**63 - 1).to_bytes(8, "little") + b"a.", "instruction BINUNICODE8|damaged"),
    "unknown opcode": (P2 + b"\xff.", "damaged"),
    "recall": (P2 + b"h\x05.", "recalls"),
    "huge memo": (P2 + b"}r\xff\xff\xff\x7fj\xff\xff\xff\x7f.", "shares a container"),
    "list in itself": (P2 + b"]q\x00h\x00a.", "shares a container"),
    "billion laughs": (laughs(12), "shares a container"),
    "deep list": (P2 + b"]" * 50 + b"a" * 49 + b".", "deep"),
    "very deep list": (P2 + b"]" * 500_000 + b"a" * 499_999 + b".", "deep"),
    "deep tuple as key": (P2 + b"}" + b")" + b"\x85" * 500_000 + b"K\x01s.", "dict key"),
    "wide number": (P2 + b"\x8b" + (10**6).to_bytes(4, "little") + b"\x7f" * 10**6 + b".", "instruction LONG4"),
    "long number": (P2 + b"\x8a\xff" + b"\x7f" * 255 + b".", "bits"),
    "odd dict": (P2 + b"}(K\x01u.", "not a dict"),
    "set on list": (P2 + b"](K\x01K\x02u.", "not a dict"),
    "append to dict": (P2 + b"}K\x01a.", "not a list"),
    "double key": (P2 + b"}(K\x01NK\x01Nu.", "occurs twice"),
    "too long": (P2 + b"N0" * 5_000_000 + b".", "larger than"),
    "many instructions": (P2 + b"](" + b"N" * 2_000_100 + b"e.", "instructions"),
    "just a list": (P2 + b"].", "top level"),
    "no model": (P2 + b"}.", "top level"),
    "model is a list": (P2 + b"}X\x05\x00\x00\x00model]s.", "is not a dict"),
    "model of numbers": (P2 + b"}X\x05\x00\x00\x00model}K\x01K\x01ss.", "other than named tensors"),
}


@pytest.mark.parametrize("name", PICKLES)
def test_pickles(name: str, tmp_path: Path) -> None:
    code, words = PICKLES[name]
    refuse(with_members(pickle=code), words, tmp_path)
    assert not Path("/tmp/tessera-test-was-here").exists()


MANIFESTS: dict[str, tuple[bytes, str]] = {
    "not JSON": (with_members(manifest=b"{"), "not JSON"),
    "not UTF-8": (with_members(manifest=b'{"a": "\xff"}'), "not JSON"),
    "deep": (with_members(manifest=b"[" * 10**6), "not JSON"),
    "long number": (with_members(manifest=b"[" + b"9" * 10**6 + b"]"), "not JSON"),
    "infinite": (with_members(manifest=b'{"schema": Infinity}'), "not JSON"),
    "list": (with_members(manifest=b"[]"), "not a JSON object"),
    "large": (with_members(manifest=b" " * (9 * 2**20)), "larger than"),
    "empty": (with_members(manifest=b"{}"), "manifest field 'schema': got None, allowed: a whole number"),
    "next schema": (with_manifest(schema=2), "schema 2, this version reads 1"),
    "other features": (with_manifest(features=7), "features 7"),
    "unknown features": (with_manifest(features="go-99"), "features go-99, this version has basic-1"),
    "features of another type": (with_manifest(features=["basic-1"]), "features .'basic-1'"),
    "unknown network": (with_manifest(network="nope"), "nope"),
    "long network": (with_manifest(network="n" * 5000), "up to 4096 characters"),
    "wrong network": (with_manifest(network="other"), "does not fit"),
    "wrong width": (with_manifest(settings={"width": 5, "bias": True}), "does not fit: '0.weight' is"),
    "without bias": (with_manifest(settings={"width": 4, "bias": False}), "has an unknown '0.bias'"),
    "unknown setting": (with_manifest(settings={"depth": 5}), "depth"),
    "setting of another type": (with_manifest(settings={"width": "4"}), "width"),
    "setting out of the plugin's range": (with_manifest(settings={"width": 10**5}), "width"),
    "nonsense to a plugin without checks": (
        with_manifest(network="careless", settings={"width": -4}),
        "'careless' cannot be built",
    ),
    "terabytes to a plugin without checks": (
        with_manifest(network="careless", settings={"width": 10**6}),
        "'careless' cannot be built: its settings ask for far more than the [0-9]+ elements",
    ),
    "huge setting": (with_manifest(settings={"width": 10**12}), "plain value"),
    "nested setting": (with_manifest(settings={"width": [4]}), "plain value"),
    "no tensors": (with_manifest(tensors={}), "disagree on tensor"),
    "edited": (with_json(lambda it: it["settings"].update(width=5)), "digest does not match"),
    "edited tensor": (with_json(lambda it: it["tensors"]["model/0.bias"].update(sha256="0")), "digest does not match"),
    "shape is text": (
        with_json(lambda it: it["tensors"]["model/0.bias"].update(shape="3")),
        "'shape': got '3', allowed: a list",
    ),
    "shape of floats": (
        with_json(lambda it: it["tensors"]["model/0.bias"].update(shape=[3.0])),
        "got 3.0, allowed: a whole number",
    ),
    "unknown dtype": (with_json(lambda it: it["tensors"]["model/0.bias"].update(dtype="object")), "dtype"),
    "size 1": (with_json(lambda it: it["meta"].update(sizes=[1])), "'sizes': got .*, allowed: a whole number, 2 to 25"),
    "size true": (
        with_json(lambda it: it["meta"].update(sizes=[True])),
        "'sizes': got .*, allowed: a whole number, 2 to 25",
    ),
    "negative games": (with_json(lambda it: it["meta"].update(games=-1)), "got -1, allowed: a whole number"),
    "boolean games": (with_json(lambda it: it["meta"].update(games=True)), "whole number"),
    "elo is text": (with_json(lambda it: it["meta"].update(elo="high")), "'elo': got 'high', allowed: a table"),
    "elo without interval": (with_json(lambda it: it["meta"]["elo"].pop("low")), "'low': got None, allowed: a number"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests(name: str, tmp_path: Path) -> None:
    data, words = MANIFESTS[name]
    path = tmp_path / "evil.pth"
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=words) as caught:
        load(path, CATALOG)
    assert str(path) in str(caught.value)


def swapped(name: str, **changes: Any) -> dict[str, TensorInfo]:
    tensors = dict(parse_manifest(HERE[MANIFEST], source="good").tensors)
    info = tensors[name]
    tensors[name] = TensorInfo(**{"shape": info.shape, "dtype": info.dtype, "sha256": info.sha256, **changes})
    return tensors


@pytest.mark.parametrize("changes", [{"shape": (12,)}, {"shape": (4, 3)}, {"dtype": "int32"}])
def test_a_manifest_that_describes_another_tensor(changes: dict[str, Any], tmp_path: Path) -> None:
    refuse(with_manifest(tensors=swapped("model/0.weight", **changes)), "not of the recorded shape", tmp_path)


def test_a_digest_of_other_bytes(tmp_path: Path) -> None:
    refuse(with_manifest(tensors=swapped("model/0.weight", sha256="0" * 64)), "SHA-256 of tensor", tmp_path)


def test_declared_sizes_allocate_nothing(tmp_path: Path) -> None:
    path = tmp_path / "evil.pth"
    path.write_bytes(declaring(2**40))
    tracemalloc.start()
    with pytest.raises(CheckpointError):
        load(path, CATALOG)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_every_truncation_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "cut.pth"
    for length in range(0, len(GOOD), 7):
        path.write_bytes(GOOD[:length])
        with pytest.raises(CheckpointError):
            verify(path)


def mutations(dice: random.Random) -> bytes:
    """A valid file with up to three random edits and, as a forger would make it, the right seal."""
    data = bytearray(GOOD)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(data) - 79)
        match dice.randrange(3):
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at : at + 4] = dice.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\x80", b"PK\x03\x04"])
            case _:
                data[at] = dice.randrange(256)
    return dice.choice((reseal, reseal_as_today))(bytes(data))


def hammer(read: Callable[[], Manifest]) -> str:
    """What became of one forged file; anything but a manifest or a CheckpointError fails the test."""
    try:
        return read().network
    except CheckpointError:
        return "refused"


def test_forged_edits_under_a_right_seal_never_crash(tmp_path: Path) -> None:
    path, dice = tmp_path / "forged.pth", random.Random(7)
    outcomes = []
    for _ in range(1500):
        path.write_bytes(mutations(dice))
        outcomes.append(hammer(lambda: load(path, CATALOG).manifest))
        hammer(lambda: read_manifest(path))
    assert outcomes.count("refused") > 900
    assert set(outcomes) <= {"refused", "toy"}


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_forged_bytes_of_the_pickle_never_crash(tmp_path: Path) -> None:
    path, dice = tmp_path / "forged.pth", random.Random(8)
    for _ in range(1500):
        code = bytearray(HERE[PICKLE])
        for _ in range(dice.randrange(1, 6)):
            code[dice.randrange(len(code))] = dice.randrange(256)
        path.write_bytes(with_members(pickle=bytes(code)))
        hammer(lambda: verify(path))


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/proc/self/mem", "/", "/nope/nope.pth"])
def test_paths_that_are_no_files(path: str) -> None:
    for read in (lambda: read_manifest(path), lambda: verify(path), lambda: load(path, CATALOG)):
        with pytest.raises(CheckpointError, match=path):
            read()


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    with pytest.raises(CheckpointError, match="not a regular file"):
        verify(tmp_path / "pipe.pth")
