"""Does a device do what the CPU does? One JSON document: `python -m tessera.gpu_check.parity rules --device cuda`.

Exits with 1 where they differ, and says where first.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from tessera.bench.selfplay import NEVER
from tessera.interfaces.network import Outputs, features_of
from tessera.plugins import build_manager
from tessera.rules.batch import Batch, allocate, seeds, settings_row
from tessera.rules.features import BASIC, GO, KATAGO, FeatureSet
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tessera.settings import from_table

RULES = [PRESETS[name] for name in ("tromp-taylor", "japanese", "new-zealand", "chinese", "aga")]
CASES = (
    (5, 64, BASIC),
    (9, 64, BASIC),
    (9, 16, GO),
    (9, 16, KATAGO),
    (13, 16, BASIC),
    (19, 16, BASIC),
    (19, 4, KATAGO),
)
"""Side, games, features."""
SIMULATIONS = 16


def rules(device: str) -> dict[str, Any]:
    """Random games: every array after each of N * N / 2 moves of every case."""
    checked = 0
    for side, games, features in CASES:
        here, there = _batch(side, games, features, "cpu"), _batch(side, games, features, device)
        for step in range(side * side // 2):
            for batch, _ in (here, there):
                batch.legal()
                batch.features()
            if step % 8 == 0:
                checked += _compare(here[1], there[1], f"{features.name} on {side}x{side}, move {step}")
            for batch, _ in (here, there):
                batch.pick()
                batch.step()
                batch.find_over()
        for batch, _ in (here, there):
            batch.score()
        checked += _compare(here[1], there[1], f"{features.name} on {side}x{side}, the score")
    return {"checked": checked, "agree": True}


def _batch(side: int, games: int, features: FeatureSet, device: str) -> tuple[Batch, dict[str, torch.Tensor]]:
    arrays = allocate(games, side, np.zeros, features)
    arrays["rng"][:] = seeds(games, side)
    arrays["settings"][:] = [settings_row(RULES[i % len(RULES)]) for i in range(games)]
    arrays["which"][:] = True
    tensors = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
    batch = Batch(side, tensors, features=features, device=device)
    batch.reset()
    return batch, tensors


def _compare(here: Mapping[str, torch.Tensor], there: Mapping[str, torch.Tensor], where: str) -> int:
    """How many numbers are equal: all."""
    for name, tensor in here.items():
        if name != "scratch" and not torch.equal(tensor, there[name].cpu()):
            raise SystemExit(f"{where}: {name} differs")
    return sum(tensor.numel() for tensor in here.values())


class Carried:
    """A network that answers on the CPU; the answers are carried to the device, the same to the last bit."""

    def __init__(self, device: str) -> None:
        spec = build_manager().networks["tower"]
        torch.manual_seed(0)
        self._module = spec.build(from_table(spec.settings, {"blocks": 1, "width": 16}, owner="tower")).eval()
        self.device, self.feature_set = device, features_of(self._module).name

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        with torch.no_grad():
            said = self._module(planes.cpu(), globals_.cpu())
        return Outputs(*(answer.to(self.device) for answer in said))


def search(device: str) -> dict[str, Any]:
    """Gumbel searches of 64 openings on 9x9: the same moves, visits and values."""
    found = [_searched(where) for where in ("cpu", device)]
    for name in found[0]:
        if not torch.allclose(found[0][name].double(), found[1][name].double(), atol=1e-5):
            raise SystemExit(f"search: {name} differs")
    return {"checked": sum(tensor.numel() for tensor in found[0].values()), "agree": True}


def _searched(device: str) -> dict[str, torch.Tensor]:
    games = [Game(9) for _ in range(64)]
    for point, game in enumerate(games):
        game.play(game.to_play, point)
    settings = SearchSettings(gumbel_root=True)
    found = BatchSearch(Carried(device), size=9, games=64, nodes=SIMULATIONS + 2, settings=settings, device=device)
    states, seen = (np.stack([getattr(game, name) for game in games]) for name in ("state", "seen"))
    found.set_roots(torch.from_numpy(states).to(device), torch.from_numpy(seen).to(device))
    found.run_gumbel(SIMULATIONS)
    actions, policies = found.choices()
    named = {"actions": actions, "policies": policies}
    return {
        name: tensor.cpu()
        for name, tensor in (named | {"visits": found.tree.visits, "utility": found.tree.utility}).items()
    }


def waits(device: str) -> dict[str, Any]:
    """How often play without learning waits for the device, by torch's own trap; for both trainers 0 is right.

    The trap does not see what numba does (GPU.md).
    """
    manager, told = build_manager(), {}
    spec = manager.networks["tower"]
    for name in ("policy-gradient", "gumbel"):
        trainer_spec = manager.trainers[name]
        module = spec.build(from_table(spec.settings, {"blocks": 1, "width": 16}, owner="tower"))
        table = {"sizes": {5: 16}, "warm_up": NEVER, "moves_per_iteration": 8}
        trainer = trainer_spec.build(module, device, 0, from_table(trainer_spec.settings, table, owner=name))
        trainer.step()
        told[name] = _waits_of(trainer.step, device)
    return {"checked": len(told), "agree": not any(told.values()), "waits in a step of 8 plies": told}


def _waits_of(step: Callable[[], object], device: str) -> int:
    if torch.device(device).type != "cuda":
        step()
        return 0
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return len(caught)


CHECKS = {"rules": rules, "search": search, "waits": waits}


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("what", choices=CHECKS)
    words.add_argument("--device", default="cuda")
    given = words.parse_args()
    found = CHECKS[given.what](given.device)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
