"""`tessera inspect`: norms as the network has them, and a state that runs away is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from tessera.checkpoints import save
from tessera.cli.main import App, cli
from tessera.plugins import build_manager
from tessera.settings import to_table

GAME = "(;SZ[5]KM[0.5];B[cc];W[bb];B[bc];W[cb];B[db])"
MANAGER = build_manager()


@pytest.fixture
def game(tmp_path: Path) -> Path:
    path = tmp_path / "game.sgf"
    path.write_text(GAME)
    return path


def mamba(path: Path, *, gain: float = 1.0) -> Path:
    """A small network with states; `gain` blows up what goes into them."""
    torch.manual_seed(0)
    spec = MANAGER.networks["mamba"]
    settings = replace(spec.settings(), blocks=2, width=16)
    module = spec.build(settings)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "norm_b" in name:
                parameter.mul_(gain)
    save(path, module, network="mamba", settings=to_table(settings))
    return path


def ask(*words: str) -> dict:  # type: ignore[type-arg]
    done = CliRunner().invoke(cli, ["inspect", *words, "--json"], obj=App(), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_norms_at_every_move(tmp_path: Path, game: Path) -> None:
    found = ask(str(mamba(tmp_path / "net.pth")), str(game))["positions"]
    assert [each["moves"] for each in found] == [0, 1, 2, 3, 4, 5]
    assert all(len(each["states"]) == 2 and min(each["states"].values()) > 0 for each in found)
    assert all(len(each["activations"]) == 2 and -1 <= each["result"] <= 1 for each in found)
    blown = ask(str(mamba(tmp_path / "blown.pth", gain=400.0)), str(game))["positions"]
    for usual, large in zip(found, blown, strict=True):
        first = min(usual["states"])
        assert large["states"][first] == pytest.approx(400.0 * usual["states"][first], rel=1e-3)


def test_a_network_without_states_has_activations_alone(game: Path) -> None:
    found = ask("shipped", str(game))["positions"]
    assert all(each["states"] == {} and len(each["activations"]) == 4 for each in found)


def test_a_table_for_people(tmp_path: Path, game: Path) -> None:
    net = str(mamba(tmp_path / "net.pth"))
    short = CliRunner().invoke(cli, ["inspect", net, str(game)], obj=App(), catch_exceptions=False).stdout
    assert "largest of states" in short and short.count("\n") >= 8
    wide = CliRunner(env={"COLUMNS": "200"}).invoke(cli, ["inspect", net, str(game), "--layers"], obj=App())
    assert "blocks.0" in wide.stdout and "blocks.1" in wide.stdout
