"""`bench selfplay` measures what was played: with trainers whose every evaluation and every sleep is known."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from tessera.bench import selfplay
from tessera.bench.flops import flops_per_evaluation, peak
from tessera.bench.selfplay import NEVER, ROUNDS, SelfPlayReport, measure, settings_to_play
from tessera.errors import BadValue
from tessera.interfaces.network import F, G, Outputs
from tessera.interfaces.trainer import StepReport
from tessera.settings import NoSettings
from tessera_imitation.settings import ImitationSettings
from tessera_selfplay.settings import GumbelSettings

SIDE, GAMES, CALLS, CHANNELS = 4, 6, 5, 8
PEAKS = {"float32": 2e9, "bfloat16": 8e9}


@pytest.fixture(autouse=True)
def known_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfplay, "peaks", lambda device: PEAKS)


class Network(nn.Module):
    """One convolution, and a sleep."""

    def __init__(self, sleep: float = 0.0) -> None:
        super().__init__()
        self.sleep = sleep
        self.points = nn.Conv2d(F, CHANNELS, 3, padding=1)

    def forward(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        time.sleep(self.sleep)
        logits = self.points(planes.to(self.points.weight.dtype)).flatten(1)
        return Outputs(logits, logits[:, :3], logits[:, 0], logits, logits)


class Fake:
    """Each step is a move in `GAMES` games, `CALLS` batches for each; every tenth step ends all games."""

    def __init__(
        self,
        network: nn.Module,
        *,
        sleep: float = 0.0,
        plays_with: Callable[..., Any] | None = None,
        learns: bool = False,
        health: dict[str, float] | None = None,
        games_per_step: int = GAMES // 2,
    ) -> None:
        self._network, self._sleep, self._learns = network, sleep, learns
        self._plays_with = plays_with or network
        self._health, self._games_per_step = health or {}, games_per_step
        self._done = 0

    sizes = (SIDE,)

    def step(self) -> StepReport:
        planes, globals_ = torch.ones(GAMES, F, SIDE, SIDE), torch.ones(GAMES, G)
        with torch.inference_mode():
            for _ in range(CALLS):
                self._plays_with(planes, globals_)
        if self._learns:
            self._network(planes, globals_)
        time.sleep(self._sleep)
        self._done += 1
        done = self._done
        return StepReport(done * self._games_per_step, done * GAMES, done * self._learns, {}, self._health)

    def network(self) -> nn.Module:
        return self._network

    def state_dict(self) -> dict[str, Any]:
        raise AssertionError("speed needs no state")

    def load_state_dict(self, state: dict[str, Any]) -> None:
        raise AssertionError("speed needs no state")


def _measure(trainer: Fake, **options: Any) -> SelfPlayReport:
    return measure(trainer, **{"size": SIDE, "games": GAMES, "device": "cpu", "seconds": 0.1, **options})


def test_every_evaluation_is_counted() -> None:
    network = _measure(Fake(Network())).network_use
    assert network is not None
    assert (network.evaluations_per_move, network.positions_per_call) == (CALLS, GAMES)
    assert network.precision == "float32"


def test_calls_that_record_gradients_are_learning() -> None:
    report = _measure(Fake(Network(), learns=True))
    assert report.network_use is not None and report.network_use.evaluations_per_move == CALLS
    assert report.learning_steps >= ROUNDS
    assert _measure(Fake(Network())).learning_steps == 0


def test_a_copy_in_another_precision_is_the_network_too() -> None:
    network = Network()
    report = _measure(Fake(network, plays_with=copy.deepcopy(network).bfloat16()))
    assert report.network_use is not None
    assert (report.network_use.evaluations_per_move, report.network_use.precision) == (CALLS, "bfloat16")


def test_what_replaces_the_network_is_not_guessed() -> None:
    report = _measure(Fake(Network(), plays_with=lambda planes, globals_: None))
    assert report.network_use is None and report.moves_per_second.median > 0


@pytest.mark.parametrize(("inside", "outside", "low", "high"), [(0.004, 0.0, 0.8, 1.0), (0.001, 0.02, 0.02, 0.5)])
def test_the_share_of_time_inside_the_network(inside: float, outside: float, low: float, high: float) -> None:
    network = _measure(Fake(Network(inside), sleep=outside), seconds=0.3).network_use
    assert network is not None
    assert low < network.share.lowest <= network.share.median <= network.share.highest <= high


def test_rates_agree_with_each_other() -> None:
    report = _measure(Fake(Network(), sleep=0.01, health={f"length_{SIDE}": 12.0}))
    network, moves = report.network_use, report.moves_per_second
    assert network is not None and report.games_per_hour is not None
    assert 0 < moves.lowest <= moves.median <= moves.highest < GAMES / 0.01
    assert network.evaluations_per_second.median == pytest.approx(CALLS * moves.median)
    assert report.games_per_hour.median == pytest.approx(moves.median * 3600 / 12.0)
    flops = 2 * F * CHANNELS * 9 * SIDE**2
    assert network.flops_per_second.median == pytest.approx(flops * network.evaluations_per_second.median)
    assert network.peak_share.median == pytest.approx(network.flops_per_second.median / PEAKS["float32"])


def test_games_begin_to_count_when_as_many_ended_as_are_in_flight() -> None:
    report = _measure(Fake(Network(), games_per_step=GAMES // 2))
    assert report.mean_length == pytest.approx(2.0)  # moves by games, where the trainer does not say
    report = _measure(Fake(Network(), games_per_step=0))
    assert (report.mean_length, report.games_per_hour, report.games_finished) == (None, None, 0)


def test_the_time_before_the_clock_starts_is_not_measured() -> None:
    trainer = Fake(Network(), sleep=0.01, games_per_step=1)
    steps: list[int] = []
    report = _measure(trainer, progress=lambda _: steps.append(trainer._done))
    assert len(steps) == ROUNDS + 1 and steps[0] == GAMES
    assert report.moves_per_second.highest < GAMES / 0.01  # the moves before would not have had their time
    assert report.games_finished == steps[-1]


def test_a_trainer_of_other_boards_is_refused() -> None:
    with pytest.raises(BadValue, match="5 alone"):
        _measure(Fake(Network()), size=5)


def test_a_trainer_that_does_not_play_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fake, "step", lambda self: StepReport(0, 0, 1, {}, {}))
    with pytest.raises(BadValue, match="that plays"):
        _measure(Fake(Network()), seconds=0.01)


def test_settings_are_those_the_trainer_has() -> None:
    assert settings_to_play(GumbelSettings, size=7, games=3) == {"sizes": {7: 3}, "warm_up": NEVER}
    assert settings_to_play(NoSettings, size=7, games=3) == {}
    assert settings_to_play(ImitationSettings, size=7, games=3) == {"warm_up": NEVER}


def test_operations_are_those_of_the_convolution() -> None:
    assert flops_per_evaluation(Network(), side=9, device="cpu") == 2 * F * CHANNELS * 9 * 81


def test_a_peak_is_within_reason() -> None:
    assert 1e8 < peak("cpu", torch.float32, seconds=0.05) < 1e14
