"""What the two trainers of self-play have in common: games in flight, replays, and when to learn from them.

`gumbel` and `policy-gradient` differ in who moves (`searching`, `sampling`) and in what a position teaches
(`losses`); see `__init__` for how they are put together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from tessera.interfaces.network import Evaluator, EvaluatorSpec, Outputs
from tessera.interfaces.trainer import StepReport
from tessera.training.learner import Learner
from tessera.training.losses import accuracy, entropy, means
from tessera.training.playing import PlayingNetwork
from tessera.training.replay import blank_positions
from tessera.training.replays import Replays
from tessera.training.settings import LearnerSettings
from tessera.training.symmetry import SYMMETRIES
from tessera.training.targets import Positions, planes_of
from tessera_selfplay.choice import Mover
from tessera_selfplay.ledger import Ledger
from tessera_selfplay.settings import GameSettings
from tessera_selfplay.table import Table

BuildMover = Callable[[Evaluator, int, int, torch.Generator], Mover]
"""build(evaluator, size, games, generator) -> the mover of a table."""
Teach = Callable[[Outputs, Positions], Mapping[str, Tensor]]
"""teach(outputs, targets) -> losses by name, 'total' among them."""

WATCHED = ("gradient", "target_entropy", "value_accuracy")
"""What a training step measures beside its losses."""


class SelfPlayTrainer:
    """See `tessera.interfaces.trainer.Trainer`. Games, weights and replay live on `device`."""

    def __init__(
        self,
        module: nn.Module,
        device: str,
        seed: int,
        *,
        settings: GameSettings,
        learning: LearnerSettings,
        build_mover: BuildMover,
        teach: Teach,
        policy_surprise_weight: float = 0.0,
    ) -> None:
        self._settings, self._teach = settings, teach
        self._learner = Learner(module, device, learning)
        self._dice = torch.Generator(device).manual_seed(seed)
        """For what games need."""
        self._lots = torch.Generator(device).manual_seed(seed + 1)
        """For what is learned from."""
        self._playing, games = PlayingNetwork(self._learner), settings.sizes
        self._tables = {
            size: Table(
                build_mover(self._playing, size, count, self._dice),
                size=size,
                games=count,
                settings=settings,
                generator=self._dice,
                policy_surprise_weight=policy_surprise_weight,
            )
            for size, count in games.items()
        }
        self._replays = Replays(
            games,
            window=settings.window,
            batch=settings.batch,
            replay_ratio=settings.replay_ratio,
            warm_up=settings.warm_up,
            device=device,
        )
        self._ledger = Ledger()
        self._notes: tuple[str, ...] = ()
        """What the next step has to tell."""

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted(self._tables))

    def step(self) -> StepReport:
        """Advance all games by `moves_per_iteration` moves, then learn as often as the new positions allow."""
        for _ in range(self._settings.moves_per_iteration):
            for table in self._tables.values():
                table.advance()
        for size, table in self._tables.items():
            self._collect(size, table)
        moves = self._follow_the_schedule()
        rows = [self._learn(size) for size in self._replays.due(self._lots)]
        self._playing.follow()
        losses = means(rows)
        health = {name: losses.pop(name) for name in WATCHED if name in losses}
        health |= self._ledger.health() | self._learner.health()
        health |= {f"fair_komi_{size}": float(table.beginnings.fair) for size, table in self._tables.items()}
        told, self._notes = self._notes + self._learner.take_warnings(), ()
        return StepReport(self._ledger.games, moves, self._learner.steps, losses, health, told)

    def play_with(self, spec: EvaluatorSpec) -> None:
        """Play through this evaluator; see `tessera.interfaces.trainer.UsesEvaluator`."""
        self._playing.use(spec)

    def rehearse(self) -> None:
        """Play a move in every game and learn from one batch of blank positions: the most a step ever holds."""
        for table in self._tables.values():
            table.advance()
        self._learn_from(blank_positions(self._settings.batch, max(self._tables), device=self._learner.device))

    def memory_parts(self) -> dict[str, object]:
        """See `tessera.interfaces.trainer.Accountable`."""
        tables = list(self._tables.values())
        learning = self._learner.memory_parts()
        learning["model"] = [learning["model"], self._playing.own()]
        return {**learning, "trees": [table.mover for table in tables], "replay": self._replays, "games": tables}

    def network(self) -> nn.Module:
        """The averaged network, which also plays."""
        return self._learner.network

    def state_dict(self) -> dict[str, Any]:
        return {
            "learner": self._learner.state_dict(),
            "playing": self._playing.state_dict(),
            "dice": self._dice.get_state(),
            "lots": self._lots.get_state(),
            "tables": {str(size): table.state_dict() for size, table in self._tables.items()},
            "replays": self._replays.state_dict(),
            "ledger": self._ledger.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict()`; sizes, window and batch must be those it was saved with."""
        self._learner.load_state_dict(state["learner"])
        self._playing.load_state_dict(state.get("playing", {}))
        same = [table.load_state_dict(state["tables"][str(size)]) for size, table in self._tables.items()]
        if not all(same):
            self._notes = ("the games in flight were saved by an earlier version: they begin anew",)
        self._replays.load_state_dict(state["replays"])
        self._ledger.load_state_dict(state["ledger"])
        self._follow_the_schedule()
        self._dice.set_state(state["dice"].cpu())
        self._lots.set_state(state["lots"].cpu())

    def _collect(self, size: int, table: Table) -> None:
        """Move the games that ended from the table to the replay."""
        harvest = table.harvest()
        if harvest is None:
            return
        positions, facts = harvest
        self._replays.add(size, positions)
        self._ledger.add(size, facts)

    def _follow_the_schedule(self) -> int:
        """Move the learning rate to where the games are; how many moves they have had."""
        moves = sum(table.played() for table in self._tables.values())
        self._learner.progress = moves / self._settings.lr_decay_moves
        return moves

    def _learn(self, size: int) -> dict[str, float]:
        """One training step; its losses by head and what else is worth watching."""
        symmetries = SYMMETRIES if self._settings.symmetries else 1
        return self._learn_from(self._replays.sample(size, self._lots, symmetries=symmetries))

    def _learn_from(self, targets: Positions) -> dict[str, float]:
        def losses(module: nn.Module) -> Mapping[str, Tensor]:
            with self._learner.autocast():
                outputs: Outputs = module(planes_of(targets), targets.globals_)
            watched = {"target_entropy": entropy(targets.policy), "value_accuracy": accuracy(outputs, targets)}
            return {**self._teach(outputs, targets), **watched}

        return self._learner.learn(losses)
