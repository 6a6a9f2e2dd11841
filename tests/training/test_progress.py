"""Elo of a run: real games through the arbiter hook, one line for each checkpoint, one for each tile."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.checkpoints import Meta
from tessera.interfaces.arbiter import Arbiter, ArbiterContext
from tessera.league.records import read_records
from tessera.plugins import build_manager
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.progress import ProgressTrack

SHAPE: dict[str, Any] = {"blocks": 1, "width": 8, "pool_every": 0}
CONFIG = RunConfig(network_settings=SHAPE, evaluation_size=4, evaluation_games=6, tile_games=10)
MANAGER = build_manager()


class Watched:
    """Remembers who was to play."""

    def __init__(self) -> None:
        self.contexts: list[ArbiterContext] = []

    def build(self, context: ArbiterContext) -> Arbiter:
        self.contexts.append(context)
        return MANAGER.arbiters["self"].build(replace(context, manager=MANAGER), batch=8)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.create(CONFIG)
    return folder


def checkpoint(folder: RunFolder, step: int) -> Path:
    torch.manual_seed(step)
    module = MANAGER.networks["resnet"].build(**SHAPE)
    return folder.save_network(module, CONFIG, Meta(sizes=(4,), games=0, moves=0, step=step))


def lines(folder: RunFolder, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder.path / name).read_text().splitlines()]


def test_a_curve_and_its_tiles(run: RunFolder) -> None:
    watched = Watched()
    track = ProgressTrack(run.path, CONFIG, watched.build)
    for step, games in ((0, 0), (5, 25), (9, 40), (12, 44)):
        verdict = track.judge(checkpoint(run, step), games=games, step=step)
        assert verdict.wins + verdict.draws + verdict.losses == CONFIG.evaluation_games
        assert verdict.low < verdict.elo < verdict.high
    curve = lines(run, "elo.jsonl")
    assert [(row["step"], row["games"], row["network"]) for row in curve] == [
        (0, 0, "net-00000000"),
        (5, 25, "net-00000005"),
        (9, 40, "net-00000009"),
        (12, 44, "net-00000012"),
    ]
    tiles = lines(run, "elo_tiles.jsonl")
    assert [(row["tile"], row["last_game"], row["step"]) for row in tiles] == [
        (0, 9, 5),
        (1, 19, 5),
        (2, 29, 9),
        (3, 39, 9),
    ]
    assert tiles[3]["elo"] == curve[2]["elo"]
    # Random, and the two checkpoints before.
    assert [sorted(context.entrants) for context in watched.contexts][-1] == [
        "net-00000005",
        "net-00000009",
        "net-00000012",
        "random",
    ]
    records = list(read_records(run.path / "evaluation" / "games.jsonl"))
    assert [record.number for record in sorted(records, key=lambda r: r.number)] == list(range(1, len(records) + 1))
    assert len(records) == 6 * (1 + 2 + 3 + 3)


def test_a_resumed_run_goes_on_with_tiles_and_rivals(run: RunFolder) -> None:
    first = ProgressTrack(run.path, CONFIG, Watched().build)
    first.judge(checkpoint(run, 0), games=0, step=0)
    first.judge(checkpoint(run, 5), games=25, step=5)
    watched = Watched()
    second = ProgressTrack(run.path, CONFIG, watched.build)
    second.load_state(json.loads(json.dumps(first.state())))
    second.judge(checkpoint(run, 9), games=40, step=9)
    assert sorted(watched.contexts[0].entrants) == ["net-00000000", "net-00000005", "net-00000009", "random"]
    assert [row["tile"] for row in lines(run, "elo_tiles.jsonl")] == [0, 1, 2, 3]
