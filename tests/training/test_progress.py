"""Elo of a run: real games through the arbiter hook, one line for each checkpoint, one for each tile."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.checkpoints import Meta
from tessera.errors import BadValue
from tessera.interfaces.arbiter import Arbiter, ArbiterContext, GameRecord
from tessera.league.records import read_records
from tessera.league.summary import summarise
from tessera.plugins import build_manager
from tessera.ratings.counting import black_score, rate
from tessera.training import opponents, progress
from tessera.training.assembly import begin
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.opponents import points_against
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


def named(folder: Path, step: int) -> Path:
    """A network of another run."""
    other = RunFolder(folder / "other")
    if not (folder / "other").exists():
        other.create(CONFIG)
    return checkpoint(other, step)


def test_anchors_are_met_at_every_checkpoint_and_less_often_while_that_says_little(
    run: RunFolder, tmp_path: Path
) -> None:
    fixed = opponents.anchors(["shipped", str(named(tmp_path, 7))])
    assert [anchor.name for anchor in fixed] == ["shipped", "other/net-00000007"]
    config = replace(CONFIG, evaluation_games=10)
    track = ProgressTrack(run.path, config, Watched().build, anchors=fixed)
    for step in (0, 5):
        evaluation = track.evaluate(checkpoint(run, step), games=0, step=step, seconds=1.0)
    records = list(read_records(run.path / "evaluation" / "games.jsonl"))
    met = [len([r for r in records if {r.black, r.white} == {f"net-{step:08d}", "shipped"}]) for step in (0, 5)]
    first = points_against(records, "net-00000000", "shipped")
    assert met == [10, 2] and sum(first) == 0, "weights drawn by chance lose to the shipped network every time"
    row = lines(run, "elo.jsonl")[-1]
    assert set(row["anchors"]) == {"shipped", "other/net-00000007"}
    assert row["anchors"]["shipped"]["rate"] == 0 and row["anchors"]["shipped"]["elo"] < 0
    assert evaluation.last == "net-00000000" and row["lead_last"] == evaluation.lead_last
    assert 0 < row["lead_last_error"] < (evaluation.high - evaluation.low), "what both have in common cancels"


def test_a_gate_lets_only_the_better_be_the_best(run: RunFolder) -> None:
    """The same weights under another name are not better, whatever a few games say."""
    config = replace(CONFIG, gate=200.0)
    track = ProgressTrack(run.path, config, Watched().build)
    track.evaluate(checkpoint(run, 3), games=0, step=3, seconds=1.0)
    torch.manual_seed(3)
    twin = MANAGER.networks["resnet"].build(ResNetSettings(**SHAPE))
    path = run.save_network(twin, CONFIG, Meta(sizes=(4,), games=0, moves=0, step=9))
    evaluation = track.evaluate(path, games=0, step=9, seconds=1.0)
    assert evaluation.gate == "H0" and not evaluation.leads and track.best == "net-00000003"
    told = lines(run, "elo.jsonl")[-1]["gate"]
    assert told["verdict"] == "H0" and sum(told["pairs"]) * 2 > CONFIG.evaluation_games


def test_a_rung_is_the_strongest_clearly_below() -> None:
    won = [("a", "b", 6), ("b", "a", 14), ("b", "c", 4), ("c", "b", 16)]
    pairs = [pair[:2] if n % 2 else pair[1::-1] for pair in won for n in range(pair[2])]
    records = [
        GameRecord(n, *pair, "B+1" if n % 2 == 0 else "W+1", (), 4, 7.0, "x", f"{n}", (0.0, 0.0))
        for n, pair in enumerate(pairs, start=1)
    ]
    ratings = rate(records, ["a", "b", "c"])
    assert opponents.rung(ratings, "c", ["a", "b"]) == "b" and opponents.rung(ratings, "b", ["a", "c"]) == "a"
    assert opponents.rung(ratings, "a", ["b", "c"]) is None and opponents.rung(ratings, "nobody", ["a"]) is None


@pytest.mark.parametrize("name", ["nobody", "/nowhere/net.pth", ""])
def test_anchors_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(BadValue, match="anchors"):
        opponents.anchors([name])


def test_two_anchors_of_one_name_are_refused(tmp_path: Path) -> None:
    path = str(named(tmp_path, 1))
    with pytest.raises(BadValue, match="two are called"):
        opponents.anchors([path, path])


@pytest.mark.gnugo
def test_an_engine_is_an_anchor(tmp_path: Path, gnugo: str) -> None:
    """Our own arbiter cannot play it: the run finds one that can."""
    config = RunConfig(
        network_settings=SHAPE,
        trainer_settings={"sizes": {5: 2}, "simulations": 2},
        evaluation_size=5,
        evaluation_games=2,
        anchors=("gnugo",),
    )
    folder = RunFolder(tmp_path / "run")
    begin(MANAGER, config, folder)._evaluate(checkpoint(folder, 0))
    assert lines(folder, "elo.jsonl")[0]["anchors"]["gnugo"]["rate"] is not None
