"""The learner: what it does with a step that went wrong, and that it goes on exactly where it stopped."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.testing.no_waits import NoWaits, Waited
from tessera.training.guard import CALM, LOWERS_BEFORE_ROLL_BACK, SKIPS_BEFORE_LOWER, USUAL_AFTER, Diverged
from tessera.training.learner import LOOK_EVERY, PROBE_EVERY, RAMP, Learner
from tessera.training.playing import PlayingNetwork
from tessera.training.settings import LearnerSettings

SETTINGS = LearnerSettings(lr=0.1, lr_final=0.01, ema_decay=0.5, precision="f32")
LATE = LOOK_EVERY - 1
"""Steps that are made, at most, before a bad one is judged; they are not followed."""
LADDER = SKIPS_BEFORE_LOWER * (LOWERS_BEFORE_ROLL_BACK + 1) + LATE
"""Bad steps in a row, after good ones, until a roll back."""

Losses = Callable[[nn.Module], Mapping[str, Tensor]]


class Leaky(nn.Module):
    """A layer with a 'state' as large as its weight, and one number that is not a matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((2, 2), 0.5))
        self.A_log = nn.Parameter(torch.ones(2))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight * self.A_log

    def state_norm(self, x: Tensor) -> Tensor:
        norm: Tensor = torch.linalg.vector_norm(self.weight)
        return norm


def learner(module: nn.Module | None = None, **settings: Any) -> Learner:
    torch.manual_seed(0)
    return Learner(nn.Linear(2, 1) if module is None else module, "cpu", replace(SETTINGS, **settings))


def to_one(module: nn.Module) -> Mapping[str, Tensor]:
    """Learn to answer 1 to the input (1, 1)."""
    error = (module(torch.ones(1, 2)) - 1.0).square().mean()
    return {"error": error, "total": error}


def times(factor: float) -> Losses:
    """The same loss, `factor` times as large: NaN or an explosion by choice."""
    return lambda module: {"total": factor * to_one(module)["total"]}


def infinite_gradient(module: nn.Module) -> Mapping[str, Tensor]:
    """A square root at 0: it is finite, its slope is not."""
    answer = module(torch.ones(1, 2)).sum()
    return {"total": (answer - answer.detach()).sqrt()}


def weights(of: Learner) -> list[Tensor]:
    """Of the module and of its average."""
    states = (of._module.state_dict(), of.network.state_dict())
    return [tensor.clone() for state in states for tensor in state.values()]


def same(left: list[Tensor], right: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def repeat(of: Learner, losses: Losses, steps: int) -> list[dict[str, float]]:
    """What was measured in so many steps."""
    for _ in range(steps):
        of.learn(losses)
    return of.take_measured()


def test_it_learns_and_says_what_it_measured() -> None:
    each = repeat(learner(), to_one, 200)
    assert set(each[0]) == {"error", "total", "gradient"}
    assert each[-1]["total"] < 1e-3 < each[0]["total"]


class Echo(nn.Module):
    """Stands for a network: its answer is its weight."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, 1))

    def forward(self, planes: Tensor, globals_: Tensor) -> Tensor:
        return self.weight + 0.0 * planes


def test_the_average_plays() -> None:
    subject = learner(Echo(), ema_decay=0.9)
    repeat(subject, lambda module: {"total": (module(torch.ones(1), torch.ones(1)) - 1.0).square().sum()}, 20)
    average = float(subject.network.get_parameter("weight"))
    answer: Any = PlayingNetwork(subject).evaluate(torch.ones(1), torch.ones(1))
    assert float(answer) == average != float(subject._module.get_parameter("weight").detach())
    assert answer.is_inference()


@pytest.mark.parametrize("trouble", [times(math.nan), times(math.inf), infinite_gradient])
def test_a_step_that_is_not_finite_changes_nothing(trouble: Losses) -> None:
    subject = learner()
    repeat(subject, to_one, 3)
    before, optimizer = weights(subject), copy.deepcopy(subject._optimizer.state_dict()["state"])
    (numbers,) = repeat(subject, trouble, 1)
    assert same(weights(subject), before)
    assert str(subject._optimizer.state_dict()["state"]) == str(optimizer), "nor the optimiser's memory"
    assert all(math.isfinite(number) for number in numbers.values())
    assert subject.health()["skipped"] == 1 and subject.steps == 4
    repeat(subject, to_one, 1)
    assert not same(weights(subject), before), "the next good step is followed"


def test_nothing_is_followed_after_a_bad_step_until_it_was_judged() -> None:
    subject = learner(Leaky())
    repeat(subject, to_one, 3)
    before, updates = weights(subject), subject._ema.updates
    for losses in (times(math.nan), to_one, to_one):
        subject.learn(losses)
    assert len(subject._pending) == 3 and same(weights(subject), before)
    assert [set(row) for row in subject.take_measured()] == [set(), *[{"error", "total", "gradient"}] * 2]
    assert subject.health()["skipped"] == 3 and subject._ema.updates == updates
    assert subject.take_warnings() == ("training step 3: loss nan: skipped",), "the others were not at fault"
    subject.learn(to_one)
    assert not subject._pending, "after a bad step each is looked at"
    assert not same(weights(subject), before)


@pytest.mark.parametrize("module", [nn.Linear, Leaky])
def test_how_often_the_host_looks_changes_nothing(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []
    for every in (1, LOOK_EVERY):
        monkeypatch.setattr("tessera.training.learner.LOOK_EVERY", every)
        torch.manual_seed(0)
        subject = learner(Leaky() if module is Leaky else None)
        subject.progress = 0.3
        for _ in range(2 * LOOK_EVERY + 3):
            subject.learn(to_one)
        ends.append((weights(subject), subject.take_measured(), subject.health(), subject._ema.updates))
    (one, *told), (other, *later) = ends
    assert same(one, other) and told == later


def test_the_host_waits_once_in_so_many_steps() -> None:
    subject = learner()
    repeat(subject, to_one, 1)
    with NoWaits():
        for _ in range(LOOK_EVERY - 1):
            subject.learn(to_one)
    with pytest.raises(Waited), NoWaits():
        subject.learn(to_one)


def test_an_exploding_gradient_is_skipped() -> None:
    subject = learner(explosion=5.0)
    repeat(subject, times(1e-3), USUAL_AFTER)
    before = weights(subject)
    subject.learn(times(1.0))
    assert same(weights(subject), before)
    (told,) = subject.take_warnings()
    assert told.startswith(f"training step {USUAL_AFTER}: gradient ") and told.endswith(": skipped")


def test_five_bad_steps_halve_the_rate() -> None:
    subject, untroubled = learner(), learner()
    repeat(subject, times(math.nan), SKIPS_BEFORE_LOWER)
    repeat(untroubled, to_one, SKIPS_BEFORE_LOWER)
    assert subject.lr == pytest.approx(untroubled.lr / 2)
    health = subject.health()
    assert (health["skipped"], health["lowered"], health["rolled_back"]) == (SKIPS_BEFORE_LOWER, 1, 0)
    assert health["lr"] == subject.lr
    first, last = subject.take_warnings()
    assert first == "training step 0: loss nan: skipped", "of a row of bad steps the first is told"
    assert last == f"training step 4: loss nan: skipped, and the rate halved to {0.1 * 5 / RAMP / 2:.2g}"
    assert subject.take_warnings() == ()


def test_the_halved_rate_is_the_one_that_is_followed() -> None:
    subject = learner()
    repeat(subject, times(math.nan), SKIPS_BEFORE_LOWER)
    rate = subject.lr
    subject.learn(to_one)
    assert {group["lr"] for group in subject._optimizer.param_groups} == {rate}


def test_a_roll_back_returns_to_the_last_checkpoint() -> None:
    subject = learner()
    repeat(subject, to_one, 5)
    subject.state_dict()
    before = weights(subject)
    repeat(subject, to_one, 5)
    assert not same(weights(subject), before)
    repeat(subject, times(math.nan), LADDER)
    assert same(weights(subject), before)
    assert subject.health()["rolled_back"] == 1
    assert (
        subject.take_warnings()[-1]
        == f"training step {9 + LADDER}: loss nan: back to the weights of the last checkpoint"
    )
    repeat(subject, to_one, 1)
    assert not same(weights(subject), before)


def test_a_checkpoint_is_not_touched_by_what_follows() -> None:
    """Two returns end at the same weights, though steps were made in between."""
    subject = learner()
    repeat(subject, to_one, 5)
    subject.state_dict()
    before = weights(subject)
    for _ in range(2):
        repeat(subject, to_one, 3)
        repeat(subject, times(math.nan), LADDER)
        assert same(weights(subject), before)


def test_without_a_checkpoint_a_roll_back_returns_to_the_start() -> None:
    subject = learner()
    before = weights(subject)
    repeat(subject, to_one, 5)
    repeat(subject, times(math.nan), LADDER)
    assert same(weights(subject), before)


class Spoilt(nn.Module):
    """A running mean, as of a batch norm; `poison` reaches it on the way forward."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((2, 1), 0.5))
        self.mean: Tensor
        self.register_buffer("mean", torch.zeros(2))
        self.poison = 0.0

    def forward(self, x: Tensor) -> Tensor:
        self.mean.mul_(0.9).add_(0.1 * x.mean(0) + self.poison)
        return (x - self.mean) @ self.weight


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_what_is_not_finite_goes_at_once_and_is_never_saved(poison: float) -> None:
    module = Spoilt()
    subject = learner(module)
    for _ in range(3):
        subject.learn(to_one)
    saved = copy.deepcopy(subject.state_dict())
    module.poison = poison
    subject.learn(to_one)
    assert any("weights that are not finite: back to the weights" in text for text in subject.take_warnings())
    assert subject.health()["rolled_back"] == 1
    now = subject.state_dict()
    assert all(torch.equal(now["module"][name], value) for name, value in saved["module"].items())
    module.poison = 0.0
    assert math.isfinite(repeat(subject, to_one, 1)[0]["total"])


def test_weights_that_a_stranger_overwrote_come_back() -> None:
    module = Spoilt()
    subject = learner(module)
    with torch.no_grad():
        module.weight.fill_(math.nan)
    subject.learn(to_one)
    assert subject.health()["rolled_back"] == 1 and torch.isfinite(module.weight).all()


def test_it_does_not_begin_with_what_is_not_finite() -> None:
    module = Spoilt()
    with torch.no_grad():
        module.weight.fill_(math.nan)
    with pytest.raises(BadValue, match="weights to begin with"):
        learner(module)
    subject = learner()
    state = copy.deepcopy(subject.state_dict())
    state["module"]["weight"].fill_(math.inf)
    with pytest.raises(ValueError, match="not finite"):
        subject.load_state_dict(state)


def test_the_rate_returns_after_a_calm_stretch() -> None:
    subject = learner(lr=1e-4, lr_final=1e-4)
    for _ in range(SKIPS_BEFORE_LOWER):
        subject.learn(times(math.nan))
    for _ in range(CALM - 1):
        subject.learn(to_one)
    assert subject.lr == pytest.approx(0.5e-4)
    subject.learn(to_one)
    assert subject.lr == pytest.approx(1e-4)


def test_it_gives_up_in_the_end() -> None:
    subject = learner()
    with pytest.raises(Diverged, match="start again with a lower lr"):
        repeat(subject, times(math.nan), 5 * LADDER)


def test_the_state_norm_of_a_layer_is_watched() -> None:
    subject = learner(Leaky(), state_limit=2.0)
    subject.learn(to_one)
    assert subject.health()["state_norm"] == pytest.approx(1.0)
    with torch.no_grad():
        subject._module.get_parameter("weight").mul_(4.0)
    before, taken = weights(subject), 0
    while not subject.health()["skipped"]:
        before = weights(subject)
        subject.learn(to_one)
        taken += 1
    assert taken <= PROBE_EVERY, "a look every so many steps is enough"
    assert same(weights(subject), before)
    (told,) = subject.take_warnings()
    assert "SSM state norm" in told and "limit 2" in told


def test_a_bad_state_is_looked_at_again_before_the_next_step() -> None:
    """Also after a lowered rate, when the count of bad steps starts anew."""
    subject = learner(Leaky(), state_limit=2.0)
    weight = subject._module.get_parameter("weight")
    with torch.no_grad():
        weight.mul_(40.0)
    repeat(subject, to_one, SKIPS_BEFORE_LOWER)
    with torch.no_grad():
        weight.div_(40.0)
    subject.learn(to_one)
    assert subject.health()["skipped"] == SKIPS_BEFORE_LOWER and subject.health()["lowered"] == 1


def test_a_state_back_within_its_limit_is_learned_from_again() -> None:
    subject = learner(Leaky(), state_limit=2.0)
    subject.state_dict()
    with torch.no_grad():
        subject._module.get_parameter("weight").mul_(40.0)
    repeat(subject, to_one, LADDER)
    assert subject.health()["rolled_back"] == 1
    repeat(subject, to_one, 2)
    assert subject.health()["skipped"] == LADDER - LATE and subject.health()["state_norm"] < 2.0


def test_a_network_without_state_has_no_norm() -> None:
    subject = learner()
    repeat(subject, to_one, 2)
    assert "state_norm" not in subject.health()


def test_it_goes_on_exactly_where_it_stopped() -> None:
    subject = learner(Leaky())
    subject.progress = 0.25
    repeat(subject, to_one, 7)
    repeat(subject, times(math.nan), SKIPS_BEFORE_LOWER + 2)
    resumed = learner(Leaky())
    resumed.load_state_dict(copy.deepcopy(subject.state_dict()))
    resumed.progress = subject.progress
    for losses in (to_one, times(math.nan), to_one):
        assert repeat(subject, losses, 3) == repeat(resumed, losses, 3)
        assert subject.health() == resumed.health()
    assert same(weights(subject), weights(resumed))


def test_a_state_is_the_callers_own() -> None:
    subject = learner()
    repeat(subject, to_one, 3)
    state = subject.state_dict()
    kept = copy.deepcopy(state)
    repeat(subject, to_one, 3)
    resumed = learner()
    resumed.load_state_dict(state)
    repeat(resumed, to_one, 3)
    assert str(state) == str(kept)


def test_the_rate_rises_then_falls_along_a_cosine() -> None:
    subject = learner()
    assert subject.lr == pytest.approx(0.1 / RAMP)
    subject.steps = RAMP
    for progress, rate in ((0.0, 0.1), (0.5, 0.055), (1.0, 0.01), (2.0, 0.01)):
        subject.progress = progress
        assert subject.lr == pytest.approx(rate)


def test_only_matrices_decay() -> None:
    subject = learner(nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2), Leaky()), weight_decay=0.25)
    by_decay = {group["weight_decay"]: len(group["params"]) for group in subject._optimizer.param_groups}
    assert by_decay == {0.25: 2, 0.0: 4}
    decayed = subject._optimizer.param_groups[0]["params"]
    assert all(parameter.ndim == 2 for parameter in decayed)


def test_gradients_are_clipped_and_measured_before() -> None:
    subject = learner(grad_clip=1e-3)
    (numbers,) = repeat(subject, times(1e3), 1)
    norm = math.hypot(*(float(p.grad.norm()) for p in subject._module.parameters() if p.grad is not None))
    assert norm == pytest.approx(1e-3, rel=1e-3) and numbers["gradient"] > 1.0
