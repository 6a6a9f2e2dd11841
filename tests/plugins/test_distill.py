"""The trainer `distill`: a pupil comes closer to its teacher, whatever the teacher reads of a board."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import Tensor

from tessera.checkpoints import load, read_manifest, save, shipped_path
from tessera.cli.main import App, cli
from tessera.errors import BadValue, CheckpointError
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
from tessera_selfplay.teacher_boards import refuse_boards
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


def pupil(seed: int = 0, *, features: str = "basic-1", **settings: Any) -> Distillation:
    torch.manual_seed(seed)
    module = MANAGER.networks["tower"].build(ResNetSettings(**SHAPE, features=features))
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


def test_policy_and_score_are_what_the_teacher_says_of_the_very_position() -> None:
    """One that is shown what the learner is: asked again about the planes that are learned from, it says the same."""
    trainer = pupil()
    targets = lessons(trainer)
    said = trainer._teacher._evaluator.evaluate(planes_of(targets), targets.globals_)
    among_legal = torch.where(targets.policy > 0, said.policy, -1e4).softmax(1)
    assert torch.allclose(targets.policy.float(), among_legal, atol=2e-3)
    assert torch.allclose(targets.score, said.score, atol=1e-3)
    stones = targets.planes[:, 1:3].sum(1).bool()
    assert stones.any() and not targets.policy[:, :-1][stones].any(), "nobody plays where a stone is"


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


@pytest.fixture
def kata(tmp_path: Path) -> Path:
    """A small random network in KataGo's format."""
    path = tmp_path / "tiny.bin.gz"
    path.write_bytes(Writer(**KATAGO["version 10"]).file())
    return path


@pytest.mark.parametrize("features", ["go-1", "katago-v7"])
def test_learners_of_every_feature_set_are_taught(features: str, kata: Path) -> None:
    for teacher in ("shipped", str(kata)):
        trainer = pupil(teacher=teacher, features=features)
        report = trainer.step()
        while not report.losses:
            report = trainer.step()
        assert all(value == value for value in report.losses.values())


def test_it_says_how_far_it_is_from_the_teacher() -> None:
    trainer = pupil()
    report = trainer.step()
    while not report.losses:
        assert "teacher_kl" not in report.health
        report = trainer.step()
    assert report.health["teacher_kl"] == report.losses["policy"] - report.health["target_entropy"] > 0


def test_the_teacher_is_never_trained_and_in_no_checkpoint(kata: Path) -> None:
    trainer = pupil(teacher=str(kata))
    blank = torch.ones(1, 22, 5, 5), torch.zeros(1, 19)
    before = trainer._teacher._evaluator.evaluate(*blank).policy.clone()
    while trainer.step().steps < 3:
        pass
    assert torch.equal(before, trainer._teacher._evaluator.evaluate(*blank).policy)
    assert trainer.state_dict()["teacher"] == read_manifest(kata, MANAGER).digest, "that, and no weights"


def test_resuming_with_a_teacher_of_another_program_is_exact(kata: Path) -> None:
    first = pupil(teacher=str(kata))
    while first.step().steps < 2:
        pass
    state = copy.deepcopy(first.state_dict())
    reports = [first.step() for _ in range(6)]
    second = pupil(5, teacher=str(kata))
    second.load_state_dict(state)
    assert [second.step() for _ in range(6)] == reports
    left, right = first.network().state_dict(), second.network().state_dict()
    assert all(torch.equal(left[name], right[name]) for name in left)


def test_memory_is_told_under_the_names_of_the_plan() -> None:
    trainer, spec = pupil(), MANAGER.trainers["distill"]
    trainer.dry_run()
    assert spec.plan is not None
    module = MANAGER.networks["tower"].build(ResNetSettings(**SHAPE))
    plan = spec.plan(module, None, from_table(DistillSettings, SMALL, owner="distill"))
    momentary = {"evaluating a batch", "learning from a batch"}
    assert set(plan.parts) - momentary <= set(trainer.memory_parts())


def test_a_damaged_teacher_is_refused(tmp_path: Path) -> None:
    for name, data in (("a.pth", shipped_path().read_bytes()[:5000]), ("b.bin.gz", Writer().file()[:-20])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadValue) as caught:
            pupil(teacher=str(tmp_path / name))
        assert "\n" not in str(caught.value) and name in str(caught.value)


class OnlyNine:
    """Says something of one board; `good`: of finite numbers."""

    device = "cpu"

    def __init__(self, good: float = 1.0) -> None:
        self.good = good

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        n = len(planes)
        owner = planes[:, 0].reshape(n, 81)
        return Outputs(torch.zeros(n, 82), torch.zeros(n, 3), self.good * owner.sum(1), owner, torch.zeros(n, 82))


def test_a_teacher_that_cannot_play_a_board_is_refused() -> None:
    refuse_boards(pupil()._teacher._evaluator, "shipped", (2, 9, 25))
    refuse_boards(OnlyNine(), "/nets/nine.pth", (9,))
    with pytest.raises(BadValue, match=r"teacher: got 'nine.pth', allowed: one that plays 5x5; it raises RuntimeError"):
        refuse_boards(OnlyNine(), "/nets/nine.pth", (9, 5))
    with pytest.raises(BadValue, match="its score is not finite"):
        refuse_boards(OnlyNine(torch.nan), "nine.pth", (9,))


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["train", *words], obj=App(), catch_exceptions=True)


def test_a_run_from_the_command_line(kata: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The teacher's path is relative to the first working directory; another network in its place is refused."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "run.toml"
    config.write_text("evaluation_games = 2\nevaluation_size = 4\nanchors = []\n")
    words = ["--trainer", "distill", "--set", "teacher=tiny.bin.gz", "--set", "batch=16", "--set", "warm_up=20"]
    shape = ["--set", "sizes=4:8", "--set-network", "blocks=1", "--set-network", "width=8", "--evaluator", "torch"]
    first = run("--config", str(config), "--out", "run", "--games", "10", *words, *shape)
    assert first.exit_code == 0, (first.output, first.exception)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = run("--out", str(tmp_path / "run"), "--resume", "--games", "20")
    assert again.exit_code == 0, (again.output, again.exception)
    kata.write_bytes(Writer(version=10, seed=3).file())
    other = run("--out", str(tmp_path / "run"), "--resume", "--games", "30")
    assert isinstance(other.exception, CheckpointError) and "its teacher was another network" in str(other.exception)


def test_a_run_without_a_teacher_leaves_no_folder(tmp_path: Path) -> None:
    done = run("--trainer", "distill", "--out", str(tmp_path / "run"))
    assert isinstance(done.exception, BadValue) and not (tmp_path / "run").exists()
