"""The trainer `distill`: a pupil comes closer to its teacher, whatever the teacher reads of a board."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tessera.checkpoints import load, save
from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.plugins import build_manager
from tessera.rules.batch import Batch, allocate
from tessera.rules.features import BASIC, feature_set
from tessera.rules.game import Game
from tessera.settings import from_table
from tessera.testing import check_trainer
from tessera.training.targets import Positions, planes_of
from tessera_resnet.settings import ResNetSettings
from tessera_selfplay.distill import Distillation
from tessera_selfplay.settings import DistillSettings
from tests.plugins.katago.written import TINY as KATAGO
from tests.plugins.katago.written import Writer

MANAGER = build_manager()
SHAPE: dict[str, Any] = {"blocks": 1, "width": 16, "pool_every": 1}
SMALL: dict[str, Any] = {
    "teacher": "shipped",
    "sizes": {5: 16},
    "batch": 32,
    "warm_up": 64,
    "window": 4000,
    "precision": "f32",
}


def pupil(seed: int = 0, **settings: Any) -> Distillation:
    torch.manual_seed(seed)
    module = MANAGER.networks["tower"].build(ResNetSettings(**SHAPE))
    chosen = from_table(DistillSettings, {**SMALL, **settings}, owner="distill")
    trainer = MANAGER.trainers["distill"].build(module, "cpu", seed, chosen)
    assert isinstance(trainer, Distillation)
    return trainer


def lessons(trainer: Distillation, plies: int = 30) -> Positions:
    """Positions of further games of the trainer, with what its teacher says of them."""
    games = next(iter(trainer._games.values()))
    for _ in range(plies):
        games.advance()
    taken: Positions = games.mover.take_taught()  # type: ignore[attr-defined]
    return taken


def distance(trainer: Distillation, positions: Positions) -> Tensor:
    """Mean KL divergence of the pupil's policy from the teacher's, in nats."""
    with torch.inference_mode():
        said: Outputs = trainer.network()(planes_of(positions), positions.globals_)
    policy = positions.policy.float()
    return (torch.special.xlogy(policy, policy) - policy * said.policy.log_softmax(1)).sum(1).mean()


def test_it_is_a_trainer() -> None:
    check_trainer(MANAGER.trainers["distill"], MANAGER.networks["tower"], network_settings=SHAPE, settings=SMALL)


def test_the_pupil_comes_closer() -> None:
    trainer = pupil(lr=8e-3, ema_decay=0.95)
    held_out = lessons(pupil(seed=7))
    before = distance(trainer, held_out)
    while trainer.step().steps < 150:
        pass
    assert distance(trainer, held_out) < 0.6 * before


def test_what_is_drawn_is_what_the_teacher_says() -> None:
    """In the mean: of ownership and value, over many draws of the same positions."""
    trainer = pupil()
    games = next(iter(trainer._games.values()))
    for _ in range(12):
        games.advance()
    mover, batch = games.mover, games._batch
    mover.take_taught()  # type: ignore[attr-defined]
    batch.legal()
    batch.features()
    said = trainer._teacher.judge(batch)
    value, owner = said.value.softmax(1).clone(), said.ownership.clone()
    draws = 400
    drawn = []
    for _ in range(draws):
        mover.choose(batch)
        drawn.append(mover.take_taught())  # type: ignore[attr-defined]
    rates = torch.stack([torch.nn.functional.one_hot(each.value.long(), 3).float() for each in drawn]).mean(0)
    owners = torch.stack([each.ownership.float() for each in drawn]).mean(0)
    limit = 5 * 0.5 / draws**0.5  # five standard errors
    assert (rates - value).abs().max() < limit and (owners - owner).abs().max() < 2 * limit


def test_games_that_are_over_teach_nothing() -> None:
    trainer = pupil(opening=0.0)
    games = next(iter(trainer._games.values()))
    batch = games._batch
    for _ in range(2):
        batch.legal()
        batch.actions.fill_(25)
        batch.step()
    batch.legal()
    batch.features()
    games.mover.choose(batch)
    assert len(games.mover.take_taught().value) == 0  # type: ignore[attr-defined]


def test_a_teacher_may_read_another_feature_set(tmp_path: Path) -> None:
    """One of KataGo's, with a history, ladders and areas: what it says of a position is what it says to a player."""
    path = tmp_path / "kata.bin.gz"
    path.write_bytes(Writer(**KATAGO["version 10"]).file())
    trainer = pupil(teacher=str(path), sizes={9: 4}, opening=0.0, other_rules=0.0)
    games = next(iter(trainer._games.values()))
    for _ in range(6):
        games.advance()
    batch = games._batch
    batch.legal()
    batch.features()
    said = trainer._teacher.judge(batch)
    game = Game(9, komi=float(batch.settings[0, 3]) / 2)
    for action in games._history[0, :6].tolist():
        game.play(game.to_play, action)
    game.legal_mask()
    features = feature_set("katago-v7")
    alone = Batch(9, allocate(1, 9, np.zeros, features), features=features)
    alone.state[0] = game.state
    alone.features()
    with torch.inference_mode():
        seen = (torch.from_numpy(each) for each in (alone.planes, alone.globals_))
        expected: Outputs = load(path, MANAGER).module.eval()(*seen)
    torch.testing.assert_close(said.policy[:1], expected.policy, atol=1e-5, rtol=0)
    torch.testing.assert_close(said.score[:1], expected.score, atol=1e-4, rtol=0)
    assert lessons(trainer, 2).planes.shape[1] == BASIC.plane_count
    while trainer.step().steps < 2:
        pass


def test_another_teacher_than_before_is_refused(tmp_path: Path) -> None:
    torch.manual_seed(3)
    other = MANAGER.networks["tower"].build(ResNetSettings(**SHAPE))
    save(tmp_path / "other.pth", other, network="tower", settings=dict(SHAPE, features="basic-1"))
    state = copy.deepcopy(pupil().state_dict())
    with pytest.raises(ValueError, match="its teacher was another network"):
        pupil(teacher=str(tmp_path / "other.pth")).load_state_dict(state)


@pytest.mark.parametrize(("teacher", "cure"), [("", "say which"), ("nowhere.pth", "nowhere.pth")])
def test_a_teacher_that_is_not_there(teacher: str, cure: str) -> None:
    with pytest.raises(BadValue, match="teacher") as caught:
        pupil(teacher=teacher)
    assert cure in str(caught.value) and "\n" not in str(caught.value)


def test_a_plan_counts_the_teacher() -> None:
    spec, module = MANAGER.trainers["distill"], MANAGER.networks["tower"].build(ResNetSettings(**SHAPE))
    assert spec.plan is not None
    plan = spec.plan(module, 8, from_table(DistillSettings, SMALL, owner="distill"))
    assert plan.settings.games.sizes == {5: 8} and plan.parts["teacher"] > 500_000
