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
from tessera.league.summary import summarise
from tessera.plugins import build_manager
from tessera.ratings.counting import black_score
from tessera.training import progress
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.progress import ProgressTrack
from tessera_arena.settings import SelfSettings
from tessera_resnet.settings import ResNetSettings

SHAPE: dict[str, Any] = {"blocks": 1, "width": 8, "pool_every": 0}
CONFIG = RunConfig(network_settings=SHAPE, evaluation_size=4, evaluation_games=6, tile_games=10)
MANAGER = build_manager()


class Watched:
    """Remembers who was to play."""

    def __init__(self) -> None:
        self.contexts: list[ArbiterContext] = []

    def build(self, context: ArbiterContext) -> Arbiter:
        self.contexts.append(context)
        return MANAGER.arbiters["self"].build(replace(context, manager=MANAGER), SelfSettings(batch=8))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.create(CONFIG)
    return folder


def checkpoint(folder: RunFolder, step: int) -> Path:
    torch.manual_seed(step)
    module = MANAGER.networks["resnet"].build(ResNetSettings(**SHAPE))
    return folder.save_network(module, CONFIG, Meta(sizes=(4,), games=0, moves=0, step=step))


def lines(folder: RunFolder, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder.path / name).read_text().splitlines()]


def test_a_curve_and_its_tiles(run: RunFolder) -> None:
    watched = Watched()
    track = ProgressTrack(run.path, CONFIG, watched.build)
    for step, games in ((0, 0), (5, 25), (9, 40), (12, 44)):
        evaluation = track.evaluate(checkpoint(run, step), games=games, step=step, seconds=1.0)
        assert evaluation.wins + evaluation.draws + evaluation.losses == CONFIG.evaluation_games
        assert evaluation.low < evaluation.elo < evaluation.high
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
    met = [sorted(context.entrants.keys() - {"random"}) for context in watched.contexts]
    assert met[:3] == [[row["network"] for row in curve[: n + 1]] for n in range(3)]
    assert {"net-00000005", "net-00000009", "net-00000012", curve[3]["best"]} == set(met[3])
    records = list(read_records(run.path / "evaluation" / "games.jsonl"))
    assert [record.number for record in sorted(records, key=lambda r: r.number)] == list(range(1, len(records) + 1))
    assert len(records) == 6 * (1 + 2 + 3 + len(met[3]))


def test_the_best_so_far_is_met_again_and_again(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rivals left out, the strongest by the ratings of all games until then is the one that stays."""
    monkeypatch.setattr(progress, "RIVALS", 1)
    watched = Watched()
    track = ProgressTrack(run.path, CONFIG, watched.build)
    evaluations = [track.evaluate(checkpoint(run, step), games=0, step=step, seconds=1.0) for step in range(6)]
    assert evaluations[0].best is None and evaluations[0].rate_best is None
    records = list(read_records(run.path / "evaluation" / "games.jsonl"))
    for number, (evaluation, row) in enumerate(zip(evaluations, lines(run, "elo.jsonl"), strict=True)):
        assert (row["best"], row["win_rate_best"]) == (evaluation.best, evaluation.rate_best)
        if number == 0:
            continue
        played = [r for r in records if {r.black, r.white} == {evaluation.player, evaluation.best}]
        points = [black_score(r.result) if r.black == evaluation.player else 1 - black_score(r.result) for r in played]
        assert evaluation.rate_best == pytest.approx(sum(points) / 6, abs=1e-4)
        players = {"random", *(f"net-{step:08d}" for step in range(number))}
        before = summarise([r for r in records if {r.black, r.white} <= players], anchors={"random": 0.0})
        assert evaluation.best == next(each.name for each in before.rows if each.name != "random")


def test_a_resumed_run_goes_on_with_tiles_and_rivals(run: RunFolder) -> None:
    first = ProgressTrack(run.path, CONFIG, Watched().build)
    first.evaluate(checkpoint(run, 0), games=0, step=0, seconds=1.0)
    first.evaluate(checkpoint(run, 5), games=25, step=5, seconds=1.0)
    watched = Watched()
    second = ProgressTrack(run.path, CONFIG, watched.build)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    second.evaluate(checkpoint(run, 9), games=40, step=9, seconds=1.0)
    assert sorted(watched.contexts[0].entrants) == ["net-00000000", "net-00000005", "net-00000009", "random"]
    assert second.curve() == [row["elo"] for row in lines(run, "elo.jsonl")] and len(second.curve()) == 3
    assert [row["tile"] for row in lines(run, "elo_tiles.jsonl")] == [0, 1, 2, 3]
