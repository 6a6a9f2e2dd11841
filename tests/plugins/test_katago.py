"""KataGo's networks: what its files hold, and that our planes and outputs are KataGo's own.

`katago/numbers.npz` has 200 positions (all boards, rules and kinds of moves), what KataGo's `fillRowV7` shows of them,
and what KataGo says under its eight symmetries: with networks that `katago/written.py` writes, and with its test model
g170-b6c96, which TESSERA_KATAGO_MODEL may name. In one position of about 5,000 of random play KataGo itself takes a
capture beside a ladder for an escape, by the order in which the stones came together; none of these is one.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import tessera
from tessera.checkpoints import load, read_manifest, save, shipped_path
from tessera.cli.main import main
from tessera.errors import BadValue, CheckpointError
from tessera.gtp.lazily import Lazy
from tessera.gtp.models import Model
from tessera.gtp.session import Session
from tessera.gtp.settings import EngineSettings
from tessera.interfaces.network import Outputs
from tessera.league.config import parse_league
from tessera.league.folder import describe
from tessera.league.openings import OpeningBook
from tessera.nn.images.mask import FullBoards, mask_of
from tessera.players.load import open_evaluator
from tessera.plugins import Manager, build_manager
from tessera.rules.batch import Batch, allocate
from tessera.rules.coords import WHITE
from tessera.rules.features import KATAGO
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera_katago.blocks import parse, written
from tessera_katago.settings import KataGoSettings
from tests.plugins.katago.written import TINY, Writer

NUMBERS = Path(__file__).parent / "katago" / "numbers.npz"
G170 = "g170-b6c96"
FLIPS = int(os.environ.get("TESSERA_FLIPS", "100"))


@cache
def numbers() -> dict[str, Any]:
    with np.load(NUMBERS) as file:
        return dict(file)


@cache
def manager() -> Manager:
    return build_manager()


@cache
def games() -> list[Game]:
    found = []
    setup, moves = iter(numbers()["setup"].tolist()), iter(numbers()["moves"].tolist())
    for size, rules, komi2, handicap, first, stones, played in numbers()["game"].tolist():
        game = Game(size, rules=list(PRESETS.values())[rules], komi=komi2 / 2)
        points = dict(next(setup) for _ in range(stones))
        if handicap:
            game.set_handicap(points)
        elif points:
            game.set_up(points, first)
        for _ in range(played):
            game.play(*next(moves))
        found.append(game)
    return found


@cache
def seen(size: int) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Which games are on boards of that side, and our planes and globals of them."""
    which = [i for i, game in enumerate(games()) if game.size == size]
    batch = Batch(size, allocate(len(which), size, np.zeros, KATAGO), features=KATAGO)
    for row, i in enumerate(which):
        games()[i].legal_mask()
        batch.state[row] = games()[i].state
    batch.features()
    return which, batch.planes, batch.globals_


@cache
def shown() -> list[tuple[np.ndarray, np.ndarray]]:
    """(planes [22, N, N], globals [19]) of every game, KataGo's."""
    bits, found, start = np.unpackbits(numbers()["planes"]), [], 0
    for game, globals_ in zip(games(), numbers()["globals"], strict=True):
        end = start + KATAGO.plane_count * game.points
        found.append((bits[start:end].reshape(-1, game.size, game.size).astype(np.float32), globals_))
        start = end
    return found


@pytest.mark.parametrize("size", [9, 13, 19])
def test_the_planes_are_katagos_to_the_last_bit(size: int) -> None:
    which, planes, globals_ = seen(size)
    assert len(which) > 40
    for row, i in enumerate(which):
        for plane in range(KATAGO.plane_count):
            assert np.array_equal(planes[row, plane], shown()[i][0][plane]), (i, KATAGO.planes[plane])
        for number in range(KATAGO.global_count):
            assert globals_[row, number] == shown()[i][1][number], (i, KATAGO.globals_[number])


def test_the_positions_have_everything_that_can_be_shown() -> None:
    planes = np.array([each[0].sum((1, 2)) for each in shown()])
    assert [
        i for i, name in enumerate(KATAGO.planes) if not name.startswith("always 0") and planes[:, i].sum() < 30
    ] == []
    globals_ = np.array([each[1] for each in shown()])
    varied = [len(set(column.tolist())) > 1 for column in globals_.T]
    assert varied == [not name.startswith("always 0") for name in KATAGO.globals_]
    assert {game.rules.name for game in games()} == set(PRESETS) and sum(game.handicap > 0 for game in games()) > 10


def turned(image: torch.Tensor, symmetry: int) -> torch.Tensor:
    """What KataGo's symmetry makes of [..., N, N]: bit 0 turns rows round, bit 1 columns, bit 2 swaps them."""
    image = image.flip(-2) if symmetry & 1 else image
    image = image.flip(-1) if symmetry & 2 else image
    return image.transpose(-1, -2) if symmetry & 4 else image


def turned_back(image: torch.Tensor, symmetry: int) -> torch.Tensor:
    image = image.transpose(-1, -2) if symmetry & 4 else image
    image = image.flip(-1) if symmetry & 2 else image
    return image.flip(-2) if symmetry & 1 else image


def check_outputs(module: Any, name: str, every: int = 1) -> None:
    """The network says what KataGo says; of each `every`-th position the numbers have policy and ownership, too."""
    said = numbers()
    policies, owners = said[f"{name}/policy"] / 65535, said[f"{name}/ownership"] / 32767
    start, owned = 0, 0
    for row, i in enumerate(said[f"{name}/chosen"].tolist()):
        game, (planes, globals_) = games()[i], shown()[i]
        size, sign = game.size, 1 if game.to_play == WHITE else -1
        images = torch.stack([turned(torch.from_numpy(planes), symmetry) for symmetry in range(8)])
        with torch.inference_mode():
            own = module.say(images, torch.from_numpy(globals_).expand(8, -1), None)
        verdict, expected = own.verdict.softmax(1).numpy(), said[f"{name}/heads"][row]
        assert (
            np.abs(verdict[:, :: 1 if sign > 0 else -1][:, [0, 1] if sign > 0 else [1, 2]] - expected[:, :2]).max()
            < 1e-4
        )
        assert np.abs(verdict[:, 2] - expected[:, 2]).max() < 1e-4
        numbers_said = np.stack([sign * own.lead, sign * own.score, own.time, own.value_error, own.score_error], 1)
        compared = numbers_said if module._settings.version >= 9 else numbers_said[:, :2]
        assert np.abs(compared - expected[:, 3 : 3 + compared.shape[1]]).max() < 1e-2
        if row % every == 0:
            symmetry = row % 8
            logits = own.policies[symmetry, 0]
            points = turned_back(logits[:-1].view(size, size), symmetry).flatten()
            logits = torch.cat((points, logits[-1:])).masked_fill(~torch.from_numpy(game.legal_mask()), -1e9)
            assert np.abs(logits.softmax(0).numpy() - policies[start : start + game.points + 1]).max() < 1e-4
            owner = turned_back(own.ownership[symmetry].view(size, size), symmetry).flatten().numpy()
            assert np.abs(sign * owner - owners[owned : owned + game.points]).max() < 1e-3
            start, owned = start + game.points + 1, owned + game.points
    assert (start, owned) == (len(policies), len(owners))


@pytest.mark.parametrize("name", TINY)
def test_the_outputs_are_katagos(name: str, tmp_path: Path) -> None:
    path = tmp_path / "tiny.bin.gz"
    path.write_bytes(Writer(**TINY[name]).file())
    check_outputs(load(path, manager()).module, name)


@pytest.mark.skipif("TESSERA_KATAGO_MODEL" not in os.environ, reason="TESSERA_KATAGO_MODEL names no g170-b6c96 model")
def test_the_outputs_of_a_network_that_plays_are_katagos() -> None:
    check_outputs(load(os.environ["TESSERA_KATAGO_MODEL"], manager()).module, G170, every=5)


def sample(size: int = 9, count: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    _, planes, globals_ = seen(size)
    return torch.from_numpy(planes[:count]), torch.from_numpy(globals_[:count])


def tiny(tmp_path: Path, **changes: Any) -> Path:
    path = tmp_path / "tiny.bin.gz"
    path.write_bytes(Writer(**changes).file())
    return path


@pytest.mark.parametrize("name", TINY)
def test_a_small_board_in_a_larger_tensor_and_full_boards_agree(name: str, tmp_path: Path) -> None:
    module = load(tiny(tmp_path, **TINY[name]), manager()).module
    planes, globals_ = sample()
    wide = torch.zeros(len(planes), KATAGO.plane_count, 11, 11)
    wide[:, :, :9, :9] = planes
    with torch.inference_mode():
        own, large = module(planes, globals_), module.say(wide, globals_, mask_of(wide))
        full = FullBoards(module)(planes, globals_)
    assert torch.equal(own.value, full.value) and torch.equal(own.policy, full.policy)
    points = large.policies[:, 0, :-1].view(-1, 11, 11)
    assert torch.allclose(points[:, :9, :9].flatten(1), own.policy[:, :-1], atol=1e-4)
    assert torch.allclose(large.lead, own.score, atol=1e-3) and (points[:, 9:] < -100).all()


def test_text_and_binary_files_are_the_same_network(tmp_path: Path) -> None:
    binary = load(tiny(tmp_path), manager())
    text = load(tiny(tmp_path, text=True), manager())
    assert binary.manifest.digest == text.manifest.digest and "tiny" in binary.manifest.meta.note


def test_an_imported_network_is_the_same_player(tmp_path: Path) -> None:
    path = tiny(tmp_path, **TINY["nested bottleneck, mish, version 14"])
    foreign = load(path, manager())
    manifest = foreign.manifest
    saved = save(
        tmp_path / "net.pth", foreign.module, network=manifest.network, settings=manifest.settings, meta=manifest.meta
    )
    own = load(tmp_path / "net.pth", manager())
    assert saved.digest == manifest.digest == own.manifest.digest == read_manifest(path, manager()).digest
    before, after = (each.module(*sample()) for each in (foreign, own))
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_no_result_is_possible_where_the_rules_allow_it(tmp_path: Path) -> None:
    module = load(tiny(tmp_path), manager()).module
    planes, globals_ = sample()
    globals_ = globals_.clone()
    globals_[:, 6], globals_[:, 9] = torch.tensor([0.0, 0.0, 1.0, 1.0]), torch.tensor([0.0, 1.0, 0.0, 1.0])
    outputs: Outputs = module(planes, globals_)
    assert (outputs.value.softmax(1)[:, 1] > 1e-4).tolist() == [True, True, False, True]
    assert torch.isfinite(outputs.value).all()


REFUSED = {
    "version 7": ({"version": 7}, "version 7 is not supported, only 8 to 16"),
    "version 17": ({"version": 17}, "version 17 is not supported"),
    "other planes": ({"planes": 21}, "the number of input planes is '21', allowed: 22 to 22"),
    "who plays": ({"version": 15, "human": 1}, "human SL"),
    "suicide": ({"version": 15, "suicide": 1}, "as if suicide were legal"),
    "a transformer": ({"kind": "transformer_attention_block"}, "a block of the kind 'transformer_attention_block'"),
    "an activation": ({"version": 11, "activation": "gelu"}, "'ACTIVATION_GELU' is not supported"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_supported_is_named(name: str, tmp_path: Path) -> None:
    changes, words = REFUSED[name]
    path = tiny(tmp_path, **changes)
    with pytest.raises(CheckpointError, match=words) as caught:
        load(path, manager())
    assert str(caught.value).startswith(f"{path}: ") and "byte" in str(caught.value)


PLAIN = Writer().plain()
HOSTILE = {
    "empty": b"",
    "not a network": b"hello world",
    "blanks without end": b"tiny 8 22 19 trunk" + b" " * 10**6,
    "a word without end": b"tiny" * 10**6,
    "not ASCII": b"t\xffny 8",
    "many numbers": b"tiny 8 22 19 trunk 1 8192 8 8 8 8 conv 19 19 22 8192 1 1 @BIN@",
    "no numbers": PLAIN.replace(b"@BIN@", b"", 1),
    "a number too few": PLAIN[:-40],
    "bytes after the end": PLAIN + b"more",
    "not a number": PLAIN.replace(PLAIN[PLAIN.index(b"@BIN@") + 5 :][:4], np.float32("nan").tobytes(), 1),
    "underscores": PLAIN.replace(b"\n3\n3\n22\n", b"\n3\n3\n2_2\n", 1),
    "an even convolution": PLAIN.replace(b"\n3\n3\n22\n", b"\n4\n4\n22\n", 1),
    "dilation": PLAIN.replace(b"\n22\n8\n1\n1\n", b"\n22\n8\n2\n2\n", 1),
    "no blocks": PLAIN.replace(b"trunk\n3\n", b"trunk\n0\n", 1),
    "too many blocks": PLAIN.replace(b"trunk\n3\n", b"trunk\n4\n", 1),
    "another epsilon": PLAIN.replace(b"\n0.001\n", b"\n-1\n", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_the_place(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.bin.gz"
    path.write_bytes(gzip.compress(HOSTILE[name], mtime=0))
    with pytest.raises(CheckpointError) as caught:
        load(path, manager())
    assert str(path) in str(caught.value) and "byte" in str(caught.value) and "\n" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.bin.gz"
    path.write_bytes(gzip.compress(PLAIN + b" " * (1 << 26), mtime=0))
    with pytest.raises(CheckpointError, match="more than 1000 blanks in a row"):
        load(path, manager())


def broken() -> Iterator[bytes]:
    """The file of a network with a bit turned, or cut short."""
    dice, whole = random.Random(1), Writer(channels=4, blocks="r4 g3+2").file()
    for i in range(FLIPS):
        if i % 5 == 4:
            yield whole[: dice.randrange(len(whole))]
        else:
            data = bytearray(whole)
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            yield bytes(data)


def test_a_broken_file_is_refused_or_says_the_same(tmp_path: Path) -> None:
    """The format has no digest of its own, but gzip sums up what it packs."""
    path = tmp_path / "net.bin.gz"
    path.write_bytes(Writer(channels=4, blocks="r4 g3+2").file())
    digest, refused = load(path, manager()).manifest.digest, 0
    for data in broken():
        path.write_bytes(data)
        try:
            assert read_manifest(path, manager()).digest == digest
        except CheckpointError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 0.9 * FLIPS


@pytest.mark.parametrize("text", ["r8", "r8 g6+4", "n8(r8 g6+4) r8", "n8(n4(r4) r8)"])
def test_blocks_are_read_as_they_are_written(text: str) -> None:
    assert written(parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "x", "r0", "r8,r8", "n8(", "n8()", "r8)", "n8(r8", "g8", "r99999", "n1(" * 9 + "r1"]
)
def test_blocks_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="blocks"):
        parse(text)


def test_settings_refuse_an_even_convolution() -> None:
    with pytest.raises(BadValue, match="first"):
        KataGoSettings(first=4)


def test_a_file_opens_wherever_a_checkpoint_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, record = tiny(tmp_path, channels=4, blocks="r4"), tmp_path / "game.sgf"
    record.write_text("(;SZ[5]RU[japanese]KM[6.5];B[cc];W[bb])")
    common = ["--ckpt", str(path), "--evaluator", "torch", "--device", "cpu"]
    assert main(["analyze", str(record), "--visits", "4", *common]) == 0
    assert main(["bench", "network", "--ckpt", str(path), "--size", "5", "--batch", "1", "--json"]) == 0
    assert main(["ckpt", "show", str(path)]) == 0
    assert "features katago-v7" in capsys.readouterr().out
    with tessera.load_player(path, visits=4, evaluator="torch", device="cpu", size=5, tell=lambda text: None) as player:
        assert player.choose(tessera.Position(5)) and player.network == "katago"
    with pytest.raises(CheckpointError, match="not a tessera checkpoint"):
        read_manifest(path)


def test_a_league_knows_a_network_by_its_digest(tmp_path: Path) -> None:
    path = tiny(tmp_path)
    players = [{"name": "kata", "ckpt": str(path)}, {"name": "b", "player": "random"}]
    config = parse_league({"size": 5, "players": players}, folder=tmp_path)
    told = describe(config, OpeningBook(config), manager())
    assert told["players"]["kata"]["network"] == read_manifest(path, manager()).digest


@pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="openvino is not installed")
@pytest.mark.parametrize("name", TINY)
def test_openvino_says_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tessera_openvino.evaluator import OpenVinoEvaluator

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    module = load(tiny(tmp_path, **TINY[name]), manager()).module
    said, expected = OpenVinoEvaluator(module, precision="f32").evaluate(*sample()), module(*sample())
    for ours, theirs in zip(said, expected, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_territory_scoring_is_asked_as_it_is(tmp_path: Path) -> None:
    evaluator = open_evaluator(manager(), checkpoint=str(tiny(tmp_path)), evaluator="torch", device="cpu")
    planes, globals_ = sample()
    globals_ = globals_.clone()
    globals_[:, 9] = 1.0
    expected = load(tiny(tmp_path), manager()).module(planes, globals_)
    assert torch.equal(evaluator.evaluate(planes, globals_).score, expected.score)


def test_taking_moves_back_sees_suicides_and_captures() -> None:
    """The ladders of a move ago are those of the board as it was, whatever the move took."""
    dice, compared = random.Random(3), 0
    for rules in ("tromp-taylor", "new-zealand", "chinese"):
        game, before, older = Game(5, rules=PRESETS[rules]), None, None
        for _ in range(120):
            legal = np.flatnonzero(game.legal_mask()[:-1]).tolist()
            game.play(game.to_play, dice.choice(legal) if legal else game.points)
            now = _planes(game)
            if older is not None and game.passes == 0:
                assert np.array_equal(now[15], before[14]) and np.array_equal(now[16], older[14])
                compared += 1
            if game.passes >= 2:
                break
            before, older = (now, before) if game.passes == 0 else (None, None)
    assert compared > 100


def _planes(game: Game) -> np.ndarray:
    batch = Batch(game.size, allocate(1, game.size, np.zeros, KATAGO), features=KATAGO)
    game.legal_mask()
    batch.state[0] = game.state
    batch.features()
    planes: np.ndarray = batch.planes[0].copy()
    return planes


@pytest.mark.parametrize("own", [True, False])
def test_nobody_is_told_that_it_learned_area_scoring(own: bool, tmp_path: Path) -> None:
    path = tiny(tmp_path, channels=4, blocks="r4") if own else shipped_path()
    model, complaints = Model.of(path, read_manifest(path, manager()), batch=1), list[str]()
    session = Session(
        EngineSettings(),
        player=Lazy(lambda: pytest.fail("the player is not asked")),
        attention=SimpleNamespace(thinking=lambda **_: pytest.fail("nobody thinks")),
        commands={},
        plugin_commands=Lazy(dict),
        complain=complaints.append,
        models=lambda: (model,),
    )
    session.set_rules(PRESETS["japanese"])
    assert len(complaints) == (0 if own else 1)
