"""The proof that self-play learns: a minute of it on 5x5 from random weights beats the random player 50 of 50."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tessera.checkpoints import save
from tessera.interfaces.arbiter import ArbiterContext, Entrant, Opening, Task
from tessera.league.openings import random_moves
from tessera.plugins import build_manager
from tessera.ratings.counting import black_score
from tessera.rules.ruleset import DEFAULT
from tessera.settings import from_table
from tessera_arena.settings import SelfSettings
from tessera_resnet.settings import ResNetSettings
from tessera_selfplay import build_gumbel
from tessera_selfplay.settings import GumbelSettings

SIZE, KOMI, GAMES, VISITS = 5, 7.0, 50, 64
MOVES = 45_000
"""Of self-play."""
SHAPE: dict[str, Any] = {"blocks": 2, "width": 24, "pool_every": 1}
SETTINGS: dict[str, Any] = {
    "sizes": {5: 64},
    "other_rules": 0.0,
    "window": 20_000,
    "warm_up": 500,
    "batch": 64,
    "lr_decay_moves": MOVES,
    "lr": 8e-3,
    "ema_decay": 0.98,
    "c_scale": 1.0,
    "precision": "f32",
}
"""In a hurry: a high rate that soon falls, and a short memory. In float32, the same on every CPU up to rounding."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """The same sums in the same order, run after run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def won_against_random(checkpoint: Path) -> int:
    """Games won of `GAMES`, both colours of each opening of four random moves, with `VISITS` visits a move."""
    manager = build_manager()
    entrants = {
        "random": Entrant("random", "tessera", {"player": "random"}),
        "trained": Entrant("trained", "tessera", {"ckpt": str(checkpoint), "visits": VISITS, "device": "cpu"}),
    }
    random, tasks = np.random.default_rng(7), list[Task]()
    for index in range(GAMES // 2):
        opening = Opening(str(index), random_moves(SIZE, DEFAULT, 4, random))
        for black, white in (("trained", "random"), ("random", "trained")):
            tasks.append(Task(len(tasks) + 1, black, white, opening))
    context = ArbiterContext(
        entrants=entrants, size=SIZE, rules=DEFAULT, komi=KOMI, logs=checkpoint.parent, seed=3, manager=manager
    )
    arbiter = manager.arbiters["self"].build(context, SelfSettings(batch=GAMES))
    try:
        records = list(arbiter.play(tasks))
    finally:
        arbiter.close()
    assert len(records) == GAMES
    return sum(black_score(r.result) == (1.0 if r.black == "trained" else 0.0) for r in records)


@pytest.mark.timeout(600)
def test_five_by_five_beats_random(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = build_manager().networks["resnet"].build(ResNetSettings(**SHAPE))
    trainer = build_gumbel(module, "cpu", 0, from_table(GumbelSettings, SETTINGS, owner="gumbel"))
    save(tmp_path / "before.pth", trainer.network(), network="resnet", settings=SHAPE)
    report = trainer.step()
    while report.moves < MOVES:
        report = trainer.step()
    save(tmp_path / "after.pth", trainer.network(), network="resnet", settings=SHAPE)
    assert won_against_random(tmp_path / "before.pth") < GAMES // 2, "random weights do not win by themselves"
    assert won_against_random(tmp_path / "after.pth") == GAMES
    assert report.health["skipped"] == 0 and report.warnings == ()
