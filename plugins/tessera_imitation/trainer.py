"""The trainer `imitation`: games from files teach a network their moves, their results and who owned what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from tessera.former_names import IMITATION, renamed
from tessera.interfaces.network import Outputs, features_of
from tessera.interfaces.trainer import StepReport
from tessera.training.learner import Learner
from tessera.training.losses import accuracy, head_losses, means, total
from tessera.training.playing import PlayingNetwork
from tessera.training.replays import Replays
from tessera.training.targets import Positions, planes_of
from tessera_imitation.folder import find_files
from tessera_imitation.held_out import HeldOut, first_choice
from tessera_imitation.settings import ImitationSettings
from tessera_imitation.stream import Stream

FILES_A_STEP = 64
"""Files after which a step ends, whether there was anything to learn or not."""
MEASURE_EVERY = 200
"""Training steps between two measurements on the held-out files."""
WATCHED = ("gradient", "value_accuracy", "policy_accuracy")
"""What a training step measures beside its losses."""


class ImitationTrainer:
    """See `tessera.interfaces.trainer.Trainer`. Games are read in main memory; weights and replay are on `device`."""

    def __init__(self, module: nn.Module, device: str, seed: int, settings: ImitationSettings) -> None:
        self._settings = settings
        features = features_of(module)
        files = find_files(settings.games, held_out=settings.held_out)
        self._learner = Learner(module, device, settings.learner)
        self._sample_rng = torch.Generator(device).manual_seed(seed)
        self._stream = Stream(files, seed, features)
        self._held_out = HeldOut(files, features=features, device=device, batch=settings.replay.batch)
        self._replays = Replays(
            files.sides,
            settings.replay,
            features=features,
            device=device,
        )
        self._games = self._moves = 0
        self._measured: dict[str, float] = {}

    @property
    def sizes(self) -> tuple[int, ...]:
        """The board sides that the files say they are on."""
        return self._replays.sizes

    def step(self) -> StepReport:
        """Read files until a batch is due, and learn what is due."""
        for _ in range(FILES_A_STEP):
            self._read()
            if self._replays.ready:
                break
        before = self._learner.steps
        self._learner.progress = before / self._settings.lr_decay_steps
        for targets in self._replays.batches(self._sample_rng):
            self._learn(targets)
        losses = means(self._learner.take_measured())
        health = {name: losses.pop(name) for name in WATCHED if name in losses}
        if self._learner.steps // MEASURE_EVERY > before // MEASURE_EVERY:
            self._measured = self._held_out.measure(PlayingNetwork(self._learner))
        health |= {"epoch": float(self._stream.epoch), **self._measured, **self._learner.health()}
        warnings = self._stream.take_warnings() + self._learner.take_warnings()
        return StepReport(self._games, self._moves, self._learner.steps, losses, health, warnings)

    def network(self) -> nn.Module:
        """The averaged network."""
        return self._learner.network

    def state_dict(self) -> dict[str, Any]:
        return {
            "learner": self._learner.state_dict(),
            "sample_rng": self._sample_rng.get_state(),
            "stream": self._stream.state_dict(),
            "replays": self._replays.state_dict(),
            "games": self._games,
            "moves": self._moves,
            "measured": dict(self._measured),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict()`; window and batch must be those it was saved with.

        Where the folder has changed since, what was read of it is left behind and the replay fills anew.
        """
        state = renamed(state, IMITATION)
        self._learner.load_state_dict(state["learner"])
        self._sample_rng.set_state(state["sample_rng"].cpu())
        self._games, self._moves = int(state["games"]), int(state["moves"])
        self._measured = {str(name): float(value) for name, value in state["measured"].items()}
        if self._stream.load_state_dict(state["stream"]):
            self._replays.load_state_dict(state["replays"])

    def _read(self) -> None:
        """Put the next file's positions into the replay."""
        found = self._stream.next()
        if found is None:
            return
        size, positions = found
        self._replays.add(size, positions)
        self._games += 1
        self._moves += len(positions.value)

    def _learn(self, targets: Positions) -> None:
        """One training step."""

        def losses(module: nn.Module) -> Mapping[str, Tensor]:
            with self._learner.autocast():
                outputs: Outputs = module(planes_of(targets), targets.globals_)
            found = head_losses(outputs, targets)
            watched = {"value_accuracy": accuracy(outputs, targets), "policy_accuracy": first_choice(outputs, targets)}
            return {**found, "total": total(found, self._settings.losses), **watched}

        self._learner.learn(losses)
