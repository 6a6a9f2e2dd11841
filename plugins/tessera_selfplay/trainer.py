"""The trainer `gumbel`: games played by a Gumbel search teach the network that played them.

After "Policy improvement by planning with Gumbel" (Danihelka et al., ICLR 2022) for the search and its policy
targets, and KataGo's paper (Wu 2019) for ownership, score and reply targets, varied komi and board sizes.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.interfaces.trainer import StepReport
from tessera.nn.parameters import no_decay
from tessera.training.average import Average
from tessera.training.replay import Replay
from tessera.training.targets import Positions, planes_of
from tessera_selfplay.ledger import Ledger
from tessera_selfplay.losses import entropy, head_losses
from tessera_selfplay.settings import GumbelSettings
from tessera_selfplay.table import Table

WATCHED = ("gradient", "target_entropy", "value_accuracy")
"""What a training step reports beside its losses."""
RAMP = 100
"""Training steps over which the rate rises at the start."""


class AutocastEvaluator:
    """An `Evaluator` over a module that goes on changing; bf16 where asked for."""

    device = "cpu"

    def __init__(self, module: nn.Module, *, bf16: bool) -> None:
        self._module, self._bf16 = module, bf16

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            outputs: Outputs = self._module(planes, globals_)
            return outputs


class GumbelTrainer:
    """See `tessera.interfaces.trainer.Trainer`. Games, replay and weights live in main memory."""

    def __init__(self, module: nn.Module, device: str, seed: int, settings: GumbelSettings) -> None:
        if device != "cpu":
            raise BadValue("gumbel device", device, "cpu", "the search runs on the CPU only")
        self._module, self._settings = module.train(), settings
        self._average = Average(module, decay=settings.average)
        self._optimizer = _optimizer(module, settings)
        self._bf16 = settings.precision == "bf16" or (settings.precision == "auto" and _has_bf16())
        self._generator = torch.Generator().manual_seed(seed)
        evaluator = AutocastEvaluator(self._average.module, bf16=self._bf16)
        games = settings.games_by_size()
        self._tables = {
            size: Table(evaluator, size=size, games=count, settings=settings, generator=self._generator)
            for size, count in games.items()
        }
        total = sum(games.values())
        self._replays = {
            size: Replay(size=size, capacity=max(settings.batch, settings.window * count // total))
            for size, count in games.items()
        }
        self._credit = dict.fromkeys(games, 0.0)
        self._ledger = Ledger()
        self._moves = self._steps = self._skipped = 0

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted(self._tables))

    def step(self) -> StepReport:
        """Advance all games by `plies` moves, then learn as often as the new positions allow."""
        for _ in range(self._settings.plies):
            for size, table in self._tables.items():
                self._moves += table.games
                for positions, facts in table.advance():
                    self._replays[size].add(positions)
                    self._credit[size] += self._settings.reuse * len(positions.value)
                    self._ledger.add(facts)
        rows = [self._learn(size) for size in self._due()]
        means = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}
        health: dict[str, float] = {name: means.pop(name) for name in WATCHED if name in means}
        health |= self._ledger.health() | {f"fair_komi_{size}": table.fair for size, table in self._tables.items()}
        health |= {"rate": self._rate(), "skipped": float(self._skipped)}
        return StepReport(self._ledger.games, self._moves, self._steps, means, health)

    def network(self) -> nn.Module:
        """The averaged network, which also plays."""
        return self._average.module

    def state(self) -> dict[str, Any]:
        return {
            "module": self._module.state_dict(),
            "average": self._average.module.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "generator": self._generator.get_state(),
            "tables": {str(size): table.state() for size, table in self._tables.items()},
            "replays": {str(size): replay.state() for size, replay in self._replays.items()},
            "credit": {str(size): credit for size, credit in self._credit.items()},
            "ledger": self._ledger.state(),
            "counters": [self._moves, self._steps, self._skipped, self._average.updates],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from `state()`; sizes, window and batch must be those it was saved with."""
        self._module.load_state_dict(state["module"])
        self._average.module.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        for size in self._tables:
            self._tables[size].load_state(state["tables"][str(size)])
            self._replays[size].load_state(state["replays"][str(size)])
            self._credit[size] = float(state["credit"][str(size)])
        self._ledger.load_state(state["ledger"])
        self._moves, self._steps, self._skipped, self._average.updates = state["counters"]
        self._generator.set_state(state["generator"])

    def _due(self) -> list[int]:
        """The board sizes to learn from now, one entry per training step, in random order."""
        if sum(replay.added for replay in self._replays.values()) < self._settings.warm_up:
            self._credit = dict.fromkeys(self._credit, 0.0)
            return []
        due: list[int] = []
        for size, credit in self._credit.items():
            count = int(credit // self._settings.batch)
            self._credit[size] -= count * self._settings.batch
            due += [size] * count
        return [due[i] for i in torch.randperm(len(due), generator=self._generator).tolist()]

    def _learn(self, size: int) -> dict[str, float]:
        """One training step; its losses by head and what else is worth watching."""
        targets = self._replays[size].sample(self._settings.batch, self._generator)
        losses, outputs = self._losses(targets)
        weights = self._settings
        total = (
            losses["policy"]
            + weights.value_loss * losses["value"]
            + weights.score_loss * losses["score"]
            + weights.ownership_loss * losses["ownership"]
            + weights.reply_loss * losses["reply"]
        )
        self._optimizer.zero_grad(set_to_none=True)
        total.backward()
        gradient = nn.utils.clip_grad_norm_(self._module.parameters(), weights.clip)
        if bool(torch.isfinite(gradient)) and bool(torch.isfinite(total)):
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate()
            self._optimizer.step()
            self._average.follow(self._module)
        else:
            self._skipped += 1
        self._steps += 1
        accuracy = (outputs.value.argmax(1) == targets.value).float().mean()
        watched = {"gradient": gradient, "target_entropy": entropy(targets.policy), "value_accuracy": accuracy}
        numbers = {name: float(value.detach()) for name, value in {**losses, "total": total, **watched}.items()}
        return {name: value for name, value in numbers.items() if math.isfinite(value)}

    def _losses(self, targets: Positions) -> tuple[dict[str, Tensor], Outputs]:
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            outputs: Outputs = self._module(planes_of(targets), targets.globals_)
        return head_losses(outputs, targets), outputs

    def _rate(self) -> float:
        settings = self._settings
        done = min(1.0, self._moves / settings.horizon)
        rate = settings.last_rate + (settings.rate - settings.last_rate) * 0.5 * (1.0 + math.cos(math.pi * done))
        return rate * min(1.0, (self._steps + 1) / RAMP)


def _optimizer(module: nn.Module, settings: GumbelSettings) -> torch.optim.AdamW:
    left_alone = no_decay(module)
    named = list(module.named_parameters())
    groups = [
        {"params": [p for name, p in named if name not in left_alone], "weight_decay": settings.decay},
        {"params": [p for name, p in named if name in left_alone], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.rate, betas=(0.9, 0.99), fused=True)


def _has_bf16() -> bool:
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
