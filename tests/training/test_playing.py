"""Games may be played through any evaluator that follows the network that learns, and a run stays exact."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch

import tessera.training.playing as playing
from tessera.builtin import torch_evaluator
from tessera.errors import BadValue
from tessera.interfaces.network import EvaluatorSpec
from tessera.interfaces.trainer import UsesEvaluator
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.training.learner import Learner
from tessera.training.playing import PlayingNetwork
from tessera.training.settings import LearnerSettings
from tessera_resnet.settings import ResNetSettings

MANAGER = build_manager()
SHAPE = {"blocks": 1, "width": 8, "pool_every": 1}
SETTINGS = {
    "sizes": {4: 8},
    "simulations": 4,
    "max_num_considered_actions": 2,
    "batch": 16,
    "warm_up": 20,
    "replay_ratio": 1.0,
    "window": 500,
}


def trainer(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    spec = MANAGER.trainers["gumbel"]
    return spec.build(
        MANAGER.networks["tower"].build(ResNetSettings(**SHAPE)),
        "cpu",
        0,
        from_table(spec.settings, SETTINGS, owner="gumbel"),
    )


@pytest.mark.parametrize("name", ["torch", "openvino"])
def test_a_resumed_run_plays_with_the_same_weights(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Stopped between two refreshments, where the weights that play are none of those that learn."""
    if name == "openvino":
        pytest.importorskip("openvino")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(playing, "EVERY", 5)
    spec = MANAGER.evaluators[name]
    one = trainer()
    assert isinstance(one, UsesEvaluator)
    one.play_with(spec)
    while one.step().steps < 8:
        pass
    state = one.state_dict()
    assert state["playing"]["taken_at"] > 0
    other = trainer(seed=1)
    other.play_with(spec)
    other.load_state_dict(state)
    for _ in range(8):
        ours, theirs = one.step(), other.step()
        assert (ours.games, ours.moves, ours.steps) == (theirs.games, theirs.moves, theirs.steps)
    assert ours.steps > 16
    for left, right in zip(one.network().parameters(), other.network().parameters(), strict=True):
        assert torch.equal(left, right)


def test_it_follows_at_its_pace_and_resumes_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "EVERY", 3)
    learner = Learner(MANAGER.networks["tower"].build(ResNetSettings(**SHAPE)), "cpu", LearnerSettings())
    player = PlayingNetwork(learner)
    player.use(torch_evaluator.SPEC)
    inputs = torch.ones(1, 12, 4, 4), torch.zeros(1, 12)
    answers = [player.evaluate(*inputs).value.clone()]
    for _ in range(5):
        learner.learn(lambda module: {"total": module(*inputs).value[:, 0].sum()})
        player.follow()
        answers.append(player.evaluate(*inputs).value.clone())
    same = [torch.equal(a, b) for a, b in pairwise(answers)]
    assert same == [True, True, False, True, True]
    fresh = PlayingNetwork(learner)
    fresh.use(torch_evaluator.SPEC)
    assert not torch.equal(fresh.evaluate(*inputs).value, answers[-1]), "the learner is ahead"
    fresh.load_state_dict(player.state_dict())
    assert torch.equal(fresh.evaluate(*inputs).value, answers[-1])


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_an_evaluator_that_cannot_follow_is_refused(device: str) -> None:
    class Frozen:
        device = "cpu"

    def build(module: torch.nn.Module, device: str) -> Any:
        return Frozen()

    learner = Learner(MANAGER.networks["tower"].build(ResNetSettings(**SHAPE)), "cpu", LearnerSettings())
    with pytest.raises(BadValue, match="evaluator: got 'frozen'"):
        PlayingNetwork(learner).use(EvaluatorSpec("frozen", "for a test", build, (device,)))
