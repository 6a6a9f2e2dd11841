"""The trainer `gumbel`: its promises, its records, and that it learns."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.builtin.uniform import build_uniform
from tessera.checkpoints import Meta
from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.plugins import build_manager
from tessera.testing import check_trainer
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.losses import entropy, head_losses
from tessera.training.progress import ProgressTrack
from tessera.training.targets import DRAW, LOSS, WIN, Positions
from tessera_selfplay import build_gumbel
from tessera_selfplay.ledger import GameFacts
from tessera_selfplay.settings import GumbelSettings
from tessera_selfplay.table import Table

SHAPE: dict[str, Any] = {"blocks": 1, "width": 16, "pool_every": 1}
TINY: dict[str, Any] = {"simulations": 4, "considered": 2, "batch": 16, "warm_up": 32, "window": 2000, "plies": 8}


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trainer(sizes: str, **settings: Any) -> Any:
    torch.manual_seed(0)
    network = build_manager().networks["resnet"]
    given = {**asdict(GumbelSettings()), **TINY, "sizes": sizes, **settings}
    return build_gumbel(network.build(**SHAPE), "cpu", 0, **given)


def played(size: int, plies: int, **settings: Any) -> list[tuple[Positions, GameFacts]]:
    """Finished games between players without knowledge."""
    table = Table(
        TorchEvaluator(build_uniform(), "cpu"),
        size=size,
        games=8,
        settings=GumbelSettings(simulations=4, considered=2, **settings),
        generator=torch.Generator().manual_seed(1),
    )
    return [game for _ in range(plies) for game in table.advance()]


def test_it_keeps_the_promises_of_a_trainer() -> None:
    manager = build_manager()
    check_trainer(
        manager.trainers["gumbel"],
        manager.networks["resnet"],
        network_settings=SHAPE,
        settings={**TINY, "sizes": "4:6 3:4"},
        steps=4,
    )


def test_every_position_agrees_with_itself() -> None:
    """Under area scoring, what the side to play owns less what it does not, and its komi, is its score."""
    games = played(4, 60)
    assert len(games) > 8
    for positions, _ in games:
        komi = positions.globals_[:, 0] * 15
        owned = positions.ownership.float().sum(1) + komi
        assert torch.allclose(owned, positions.score, atol=1e-4)
        expected = torch.where(positions.score > 0, WIN, torch.where(positions.score < 0, LOSS, DRAW))
        assert torch.equal(positions.value.long(), expected)
        assert (positions.score[1:] == -positions.score[:-1]).all()
        assert torch.allclose(positions.policy.float().sum(1), torch.ones(len(komi)), atol=0.01)
        occupied = positions.planes[:, 1] + positions.planes[:, 2]
        assert positions.policy[:, :-1][occupied > 0].abs().max() == 0 if occupied.any() else True


def test_the_last_move_on_the_board_is_the_opponents() -> None:
    for positions, _ in played(4, 60, opening=0.0):
        last, opponent = positions.planes[:, 7], positions.planes[:, 2]
        assert ((last == 1) <= (opponent == 1)).all()
        assert positions.planes[0, 1:3].sum() == 0, "a game without a random opening is recorded from the empty board"


def test_random_openings_are_played_and_not_learned() -> None:
    games = played(5, 90, opening=1.0)
    assert games
    for positions, facts in games:
        unrecorded = facts.length - len(positions.value)
        assert 1 <= unrecorded <= 5
        assert int(positions.planes[0, 1:3].sum()) >= 1


def test_komi_and_rules_vary() -> None:
    games = played(4, 120, other_rules=0.5)
    komis = {round(abs(float(positions.globals_[0, 0])) * 30) for positions, _ in games}
    rules = {tuple(positions.globals_[0, 6:10].tolist()) for positions, _ in games}
    assert len(komis) > 5 and len(rules) >= 3
    assert all(row[3] == 0 for row in rules), "dead stones are never named in self-play: no territory scoring"


def test_each_position_is_learned_from_as_often_as_asked() -> None:
    learner = trainer("3:16", reuse=3.0, warm_up=1)
    report = learner.step()
    for _ in range(12):
        report = learner.step()
    positions = sum(replay.added for replay in learner._replays.values())
    assert positions > 200
    assert abs(report.steps * TINY["batch"] - 3.0 * positions) <= 3.0 * TINY["batch"]


def test_losses_of_known_outputs() -> None:
    """A network that knows everything has the targets' entropy as loss; one that knows nothing ln of the choices."""
    policy = torch.tensor([[0.5, 0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0]])
    targets = Positions(
        planes=torch.ones(2, 12, 4, dtype=torch.uint8),
        globals_=torch.zeros(2, 12),
        policy=policy.half(),
        value=torch.tensor([WIN, LOSS], dtype=torch.int8),
        score=torch.tensor([2.0, -4.0]),
        ownership=torch.tensor([[1, 1, 0, -1], [-1, -1, -1, -1]], dtype=torch.int8),
        reply=torch.stack((policy[1], torch.zeros(5))).half(),
    )
    knows = Outputs(
        policy=policy.clamp(min=1e-9).log(),
        value=torch.tensor([[50.0, 0.0, 0.0], [0.0, 0.0, 50.0]]),
        score=targets.score,
        ownership=targets.ownership.float(),
        reply=torch.stack((policy[1], policy[0])).clamp(min=1e-9).log(),
    )
    best = {name: float(value) for name, value in head_losses(knows, targets).items()}
    assert best["policy"] == pytest.approx(float(entropy(policy)), abs=1e-3) == pytest.approx(0.3466, abs=1e-3)
    assert max(value for name, value in best.items() if name != "policy") < 1e-3
    nothing = Outputs(torch.zeros(2, 5), torch.zeros(2, 3), torch.zeros(2), torch.zeros(2, 4), torch.zeros(2, 5))
    worst = {name: float(value) for name, value in head_losses(nothing, targets).items()}
    assert worst["policy"] == pytest.approx(1.6094, abs=1e-3) == worst["reply"]
    assert worst["value"] == pytest.approx(1.0986, abs=1e-3)
    assert worst["score"] == pytest.approx((0.5 + 1.5) / 2)  # Huber of 1 and of 2 board sides
    assert worst["ownership"] == pytest.approx(7 / 8)


def test_a_gradient_that_is_not_finite_is_skipped_and_counted() -> None:
    learner = trainer("3:16", warm_up=1)
    learner.step()
    with torch.no_grad():
        next(iter(learner._module.parameters())).fill_(float("nan"))
    before = [p.clone() for p in learner.network().parameters()]
    for _ in range(6):
        report = learner.step()
    assert report.health["skipped"] > 0
    assert all(torch.equal(a, b) for a, b in zip(before, learner.network().parameters(), strict=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sizes", ""),
        ("sizes", "9"),
        ("sizes", "9:0"),
        ("sizes", "1:4"),
        ("sizes", "9:4 9:5"),
        ("simulations", 0),
        ("average", 1.5),
        ("rate", 0.0),
        ("decay", -1.0),
        ("precision", "f16"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    with pytest.raises(BadValue):
        GumbelSettings(**{name: value})


def test_it_runs_on_the_cpu_only() -> None:
    with pytest.raises(BadValue, match="cpu"):
        build_gumbel(torch.nn.Linear(1, 1), "cuda", 0)


def test_losses_fall_within_seconds() -> None:
    learner = trainer("3:32", batch=32, plies=8, rate=5e-3)
    rows = [learner.step().losses for _ in range(25)]
    learned = [row for row in rows if row]
    first, last = ({name: row[name] for name in ("value", "ownership")} for row in (learned[0], learned[-1]))
    assert all(last[name] < 0.9 * first[name] for name in first), (first, last)


@pytest.mark.long
def test_five_by_five_beats_random(tmp_path: Path) -> None:
    """Three minutes or so on one core: all of 50 games against the random player."""
    learner = trainer("5:64", simulations=16, considered=8, batch=64, warm_up=500, window=20_000, horizon=80_000)
    while learner.step().moves < 80_000:
        pass
    manager, config = build_manager(), RunConfig(evaluation_size=5, network_settings=SHAPE)
    spec, folder = manager.arbiters["self"], RunFolder(tmp_path / "run")
    folder.create(config)
    path = folder.save_network(learner.network(), config, Meta(sizes=(5,), games=0, moves=0, step=1))
    track = ProgressTrack(folder.path, config, lambda context: spec.build(replace(context, manager=manager), batch=64))
    verdict = track.judge(path, games=0, step=1)
    assert verdict.wins >= 48, verdict
