"""`--batch`: plans grow with the games, are kept within the device, and hold what a step really takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from tessera.errors import BadValue
from tessera.nn.footprint import activation_bytes, learning_bytes
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.training import sizing
from tessera.training.replay import Replay, position_bytes
from tessera.training.sizing import MOST_PER_THREAD, choose, measure
from tessera_resnet.settings import ResNetSettings
from tessera_selfplay.settings import GumbelSettings

SHAPE: dict[str, Any] = {"blocks": 1, "width": 8, "pool_every": 1}
SMALL: dict[str, Any] = {
    "sizes": {4: 3, 3: 1},
    "simulations": 2,
    "max_num_considered_actions": 2,
    "window": 2000,
    "batch": 32,
}


def network() -> nn.Module:
    return build_manager().networks["resnet"].build(ResNetSettings(**SHAPE))


def given(**changes: Any) -> GumbelSettings:
    return from_table(GumbelSettings, {**SMALL, **changes}, owner="gumbel")


def found(games: int | None, **changes: Any) -> sizing.Sizing:
    spec = build_manager().trainers["gumbel"]
    settings = given(**changes)
    return choose(spec, network(), "cpu", settings=settings, threads=1, games=games)


def test_a_number_of_games_keeps_the_shares_of_the_sizes() -> None:
    result = found(40)
    assert result.games == 40 and result.plan.settings.games.sizes == {4: 30, 3: 10}
    assert replace(result.plan.settings, games=given().games) == given(), "nothing else is changed"
    assert result.measured > 0


def test_auto_takes_as_many_as_the_device_feeds_well() -> None:
    assert found(None).games == MOST_PER_THREAD


def test_auto_takes_fewer_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = build_manager().trainers["gumbel"]
    settings = given(window=32, sizes={9: 4})
    assert spec.plan is not None
    room = spec.plan(network(), 32, settings).total
    monkeypatch.setattr(sizing, "free_bytes", lambda device: int(room / sizing.SHARE) + 1)
    monkeypatch.setattr(sizing, "measure", lambda work, device: 0)
    assert choose(spec, network(), "cpu", settings=settings, threads=1, games=None).games == 32
    monkeypatch.setattr(sizing, "free_bytes", lambda device: 2**20)
    with pytest.raises(BadValue, match="fewer games"):
        choose(spec, network(), "cpu", settings=settings, threads=1, games=None)


def test_what_does_not_fit_in_a_dry_run_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([None, None, 5])
    monkeypatch.setattr(sizing, "measure", lambda work, device: next(answers))
    assert found(None).games == MOST_PER_THREAD // 4


def test_the_plan_counts_what_is_allocated() -> None:
    replay = Replay(size=5, capacity=100)
    held = sum(tensor.numel() * tensor.element_size() for tensor in replay._ring)
    assert held == 100 * position_bytes(5)
    spec = build_manager().trainers["gumbel"]
    trainer: Any = spec.build(network(), "cpu", 0, given())
    table = trainer._games[4]
    records = sum(tensor.numel() * tensor.element_size() for tensor in table._records.values())
    state = sum(t.numel() * t.element_size() for t in (table._batch.state, table._batch.seen, table._batch.planes))
    assert spec.plan is not None
    both = spec.plan(network(), 4, given()).parts["games"]
    one = spec.plan(network(), 3, given(sizes={4: 3})).parts["games"]
    assert records + state <= one <= 1.1 * (records + state) and both > one


def test_activations_grow_with_the_batch_and_gradients_keep_them_all() -> None:
    net = network()
    kept = activation_bytes(net, batch=8, side=5, kept=True)
    assert 1.9 < activation_bytes(net, batch=16, side=5, kept=True) / kept < 2.1
    assert kept > activation_bytes(net, batch=8, side=5, kept=False)
    assert sum(learning_bytes(net).values()) == 9 * 4 * sum(p.numel() for p in net.parameters())
    assert all(p.device.type == "cpu" for p in net.parameters())


def test_memory_is_measured_while_it_is_held() -> None:
    size = 64 * 2**20
    most = measure(lambda: torch.ones(size, dtype=torch.uint8).sum().item() and None, "cpu")
    assert most is not None and most > 0.5 * size


def test_a_trainer_without_a_plan_says_so() -> None:
    spec = build_manager().trainers["gumbel"]
    with pytest.raises(BadValue, match="leave --batch out"):
        choose(replace(spec, plan=None), network(), "cpu", settings=given(), threads=1, games=8)
