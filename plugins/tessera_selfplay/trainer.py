"""What the two trainers of self-play have in common: games in flight, replays, and when to learn from them.

`gumbel` and `policy-gradient` differ in who moves (`searching`, `sampling`) and in what a position teaches
(`losses`); see `__init__` for how they are put together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from tessera.former_names import SELFPLAY, renamed
from tessera.interfaces.network import Evaluator, EvaluatorSpec, Outputs, features_of
from tessera.interfaces.trainer import StepReport
from tessera.training.learner import Learner
from tessera.training.losses import accuracy, entropy, means
from tessera.training.playing import PlayingNetwork
from tessera.training.processes import here
from tessera.training.replay import blank_positions
from tessera.training.replays import Replays
from tessera.training.settings import LearnerSettings, ReplaySettings
from tessera.training.targets import Positions, planes_of
from tessera_selfplay.choice import Mover, Teaches
from tessera_selfplay.game_stats import GameFacts, GameStats
from tessera_selfplay.games import SelfPlayGames
from tessera_selfplay.settings import GameSettings

BuildMover = Callable[[Evaluator, int, int, torch.Generator], Mover]
"""build(evaluator, size, games, generator) -> who moves in `games` games."""
LossFunction = Callable[[Outputs, Positions], Mapping[str, Tensor]]
"""loss_fn(outputs, targets) -> losses by name, 'total' among them."""

WATCHED = ("gradient", "target_entropy", "value_accuracy")
"""What a training step measures beside its losses."""


class SelfPlayTrainer:
    """See `tessera.interfaces.trainer.Trainer`. Games, weights and replay live on `device`."""

    state_is_a_snapshot = True
    data_parallel = True

    def __init__(
        self,
        module: nn.Module,
        device: str,
        seed: int,
        *,
        settings: GameSettings,
        replay: ReplaySettings,
        learning: LearnerSettings,
        build_mover: BuildMover,
        loss_fn: LossFunction,
        policy_surprise_weight: float = 0.0,
    ) -> None:
        self._settings, self._loss_fn, self._batch = settings, loss_fn, replay.batch
        self._learner = Learner(module, device, learning)
        self._game_rng = torch.Generator(device).manual_seed(seed)
        """Draws what games need: openings, komi, rules, moves."""
        self._sample_rng = torch.Generator(device).manual_seed(seed + 1)
        """Draws from the replay: positions, symmetries, the order of batches."""
        self._features = features_of(module)
        self._playing, games = PlayingNetwork(self._learner), settings.sizes
        self._games = {
            size: SelfPlayGames(
                build_mover(self._playing, size, count, self._game_rng),
                size=size,
                games=count,
                features=self._features,
                settings=settings,
                generator=self._game_rng,
                policy_surprise_weight=policy_surprise_weight,
            )
            for size, count in games.items()
        }
        self._replays = Replays(
            games,
            replay,
            features=self._features,
            device=device,
        )
        self._stats = GameStats()
        self._notes: tuple[str, ...] = ()
        """What the next step has to tell."""

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted(self._games))

    def step(self) -> StepReport:
        """Advance all games by `moves_per_iteration` moves, then learn as often as the new positions allow."""
        for _ in range(self._settings.moves_per_iteration):
            for games in self._games.values():
                games.advance()
        for size, games in self._games.items():
            self._collect(size, games)
            here().mean_([games.starts.fair])
        moves = self._follow_the_schedule()
        for targets in self._replays.batches(self._sample_rng):
            self._learn(targets)
        self._playing.follow()
        losses = means(self._learner.take_measured())
        health = {name: losses.pop(name) for name in WATCHED if name in losses}
        health |= self._stats.health() | self._learner.health()
        health |= {f"fair_komi_{size}": float(games.starts.fair) for size, games in self._games.items()}
        told, self._notes = self._notes + self._learner.take_warnings(), ()
        return StepReport(self._stats.games, moves, self._learner.steps, losses, health, told)

    def play_with(self, spec: EvaluatorSpec) -> None:
        """Play through this evaluator; see `tessera.interfaces.trainer.UsesEvaluator`."""
        self._playing.use(spec)

    def dry_run(self) -> None:
        """Play a move in every game and learn from one batch of blank positions: the most a step ever holds."""
        for games in self._games.values():
            games.advance()
        batch, side = self._batch, max(self._games)
        self._learn(blank_positions(batch, side, features=self._features, device=self._learner.device))

    def memory_parts(self) -> dict[str, object]:
        """See `tessera.interfaces.trainer.Accountable`."""
        games = list(self._games.values())
        learning = self._learner.memory_parts()
        learning["model"] = [learning["model"], self._playing.own()]
        return {**learning, "trees": [each.mover for each in games], "replay": self._replays, "games": games}

    def network(self) -> nn.Module:
        """The averaged network, which also plays."""
        return self._learner.network

    def state_dict(self) -> dict[str, Any]:
        return {
            "learner": self._learner.state_dict(),
            "playing": self._playing.state_dict(),
            "game_rng": self._game_rng.get_state(),
            "sample_rng": self._sample_rng.get_state(),
            "games": {str(size): games.state_dict() for size, games in self._games.items()},
            "replays": self._replays.state_dict(),
            "game_stats": self._stats.state_dict(),
            "notes": list(self._notes),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict()`; sizes, window and batch must be those it was saved with."""
        state = renamed(state, SELFPLAY)
        self._learner.load_state_dict(state["learner"])
        self._playing.load_state_dict(state.get("playing", {}))
        self._notes = tuple(state.get("notes", ()))
        same = [games.load_state_dict(state["games"][str(size)]) for size, games in self._games.items()]
        if not all(same):
            self._notes = ("the games in flight were saved by an earlier version: they begin anew",)
        self._replays.load_state_dict(state["replays"])
        self._stats.load_state_dict(state["game_stats"])
        self._follow_the_schedule()
        self._game_rng.set_state(state["game_rng"].cpu())
        self._sample_rng.set_state(state["sample_rng"].cpu())

    def _collect(self, size: int, games: SelfPlayGames) -> None:
        """Move what can be learned to the replay: games that ended, or what a mover taught by itself."""
        if isinstance(games.mover, Teaches):
            self._replays.add(size, games.mover.take_taught())
        positions, facts = games.take_finished() or (None, None)
        if positions is not None and len(positions.value):
            self._replays.add(size, positions)
        for each in here().gathered(facts and GameFacts(*(field.cpu() for field in facts))):
            if each is not None:
                self._stats.add(size, each)

    def _follow_the_schedule(self) -> int:
        """Move the learning rate to where the games are; how many moves they have had."""
        moves = sum(here().gathered(sum(games.played() for games in self._games.values())))
        self._learner.progress = moves / self._settings.lr_decay_moves
        return moves

    def _learn(self, targets: Positions) -> None:
        """One training step."""

        def losses(module: nn.Module) -> Mapping[str, Tensor]:
            with self._learner.autocast():
                outputs: Outputs = module(planes_of(targets), targets.globals_)
            watched = {"target_entropy": entropy(targets.policy), "value_accuracy": accuracy(outputs, targets)}
            return {**self._loss_fn(outputs, targets), **watched}

        self._learner.learn(losses)
