"""Games of one board side in flight: B of them in lockstep, whatever chooses their moves.

`advance` plays one move in every game and never waits for the device; a game that ends waits for `take_finished`, which
turns it into targets and begins a new one in its place. Nobody resigns.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tessera.nn.stream import current_stream
from tessera.rules.batch import Batch, allocate
from tessera.rules.features import BASIC, FeatureSet
from tessera.rules.layout import MOVES, TO_PLAY, meta_at
from tessera.training.packing import to_host
from tessera.training.targets import Positions, Recorded, finished_games
from tessera_selfplay.choice import Choice, Mover
from tessera_selfplay.game_start import GameStart
from tessera_selfplay.game_stats import GameFacts
from tessera_selfplay.saving import pack_games, replay, unpack_games
from tessera_selfplay.settings import GameSettings
from tessera_selfplay.weighting import copies

LONGEST = 2
"""Games are counted as they stand after LONGEST * P moves."""
HASH_FACTOR = 6364136223846793005
WAITED = 2
"""Passes after which a game that waits is over; whatever comes then changes nothing."""
KEPT = ("fair", "played")
"""What is taken over from the checkpoint of an earlier version."""
RECORDS = {
    "planes": torch.uint8,
    "globals_": torch.float32,
    "policy": torch.float16,
    "color": torch.int8,
    "action": torch.int16,
    "predicted_value": torch.float32,
    "policy_surprise": torch.float32,
    "train_on": torch.bool,
}
"""dtype of what is remembered of every move, [B, L, ...]."""


class SelfPlayGames:
    """B games, their records so far, and the mover that plays them; on the generator's device."""

    def __init__(
        self,
        mover: Mover,
        *,
        size: int,
        games: int,
        features: FeatureSet = BASIC,
        settings: GameSettings,
        generator: torch.Generator,
        policy_surprise_weight: float = 0.0,
    ) -> None:
        points, device = size * size, generator.device
        self.size, self.games, self.limit = size, games, LONGEST * points
        self.mover, self._generator, self._surprise_weight = mover, generator, policy_surprise_weight
        self.starts = GameStart(settings, size=size, games=games, generator=generator)

        def zeros(shape: tuple[int, ...], dtype: str) -> Tensor:
            return torch.zeros(shape, dtype=getattr(torch, dtype), device=device)

        arrays = allocate(games, size, zeros, features)
        self._batch = Batch(size, arrays, features=features, device=str(device), stream=current_stream(str(device)))
        shapes = {
            "planes": (features.plane_count, points),
            "globals_": (features.global_count,),
            "policy": (points + 1,),
        }
        # One row more than moves: finished games write there, and nobody reads it.
        self._records = {
            name: torch.zeros((games, self.limit + 1, *shapes.get(name, ())), dtype=dtype, device=device)
            for name, dtype in RECORDS.items()
        }
        self._history = torch.zeros((games, self.limit + WAITED + 1), dtype=torch.int16, device=device)
        """Every action of a game, by how many were before it."""
        self._each = torch.arange(games, device=device)
        self._recorded, self._moves, self._passes, self._opening, self._fingerprint = (
            torch.zeros(games, dtype=torch.int64, device=device) for _ in range(5)
        )
        self._played = torch.zeros((), dtype=torch.int64, device=device)
        self._truncated = torch.zeros(games, dtype=torch.bool, device=device)
        self._done = torch.ones(games, dtype=torch.bool, device=device)
        self._begin(self._done.clone())

    def advance(self) -> None:
        """Play one move in every game that is not over."""
        batch, live = self._batch, ~self._done
        batch.legal()
        batch.features()
        choice = self.mover.choose(batch)
        random = self._opening > 0
        self._record(choice, live & ~random)
        action = torch.where(random, self._random_moves(), choice.action)
        action = torch.where(live, action, self.size**2)
        self._opening -= random.long()
        self._moves += live.long()
        self._passes += (live & (action == self.size**2)).long()
        self._fingerprint = torch.where(live, self._fingerprint * HASH_FACTOR + action + 1, self._fingerprint)
        self._history[self._each, self._acted()] = action.to(torch.int16)
        batch.actions.copy_(action)
        batch.step()
        batch.find_over()
        self._played += live.sum()
        self._done = batch.over | (self._moves >= self.limit)
        # Noted now: a game that waits passes, and by that is over sooner or later.
        self._truncated |= live & self._done & ~batch.over

    def played(self) -> int:
        """Moves of all games ever, those of games that wait left out. Waits for the device."""
        return int(self._played)

    def take_finished(self) -> tuple[Positions, GameFacts] | None:
        """Targets and facts of the games that ended since the last call; new ones begin. Waits for the device."""
        rows = self._done.nonzero()[:, 0]
        if len(rows) == 0:
            return None
        batch = self._batch
        batch.score()
        margin = batch.score2[rows].float() / 2
        self.starts.update_fair_komi(margin + batch.settings[rows, 3] / 2)
        positions = finished_games(self._taken(rows), margin=margin, owner=batch.owner[rows])
        facts = GameFacts(
            length=self._moves[rows],
            passes=self._passes[rows],
            truncated=self._truncated[rows],
            black_won=margin > 0,
            fingerprint=self._fingerprint[rows],
        )
        self._begin(self._done.clone())
        return positions, facts

    def state_dict(self) -> dict[str, Any]:
        """Everything `load_state_dict` needs to go on exactly here; of the games, their moves."""
        held = {name: to_host(tensor) for name, tensor in self._tensors().items()}
        return held | pack_games(self._records, self._recorded, self._history, self._acted())

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        """Go on from `state_dict()`; False where the games begin anew, which an earlier version saved otherwise."""
        replayable = "history" in state
        for name, tensor in self._tensors().items():
            if replayable or name in KEPT or name.startswith("mover_"):
                # In place: kernels hold views of this memory.
                tensor.copy_(state[name])
        if replayable:
            unpack_games(state, self._records, self._recorded, self._history)
            replay(self._batch, self._records, state["acted"], self._moves, self._recorded, self._history)
        else:
            self._done.fill_(True)
            self._begin(self._done.clone())
        return replayable

    def _tensors(self) -> dict[str, Tensor]:
        return {
            "fair": self.starts.fair,
            "settings": self._batch.settings,
            "recorded": self._recorded,
            "moves": self._moves,
            "passes": self._passes,
            "opening": self._opening,
            "fingerprint": self._fingerprint,
            "done": self._done,
            "truncated": self._truncated,
            "played": self._played,
            **{f"mover_{name}": tensor for name, tensor in self.mover.state_dict().items()},
        }

    def _acted(self) -> Tensor:
        """[B] int64: how often each game was played on since it began, while it waited too."""
        return self._batch.state[:, meta_at(self.size) + MOVES].long()

    def _record(self, choice: Choice, which: Tensor) -> None:
        """Write every game's next row, and count it where it shall stay: no wait for who that is."""
        batch = self._batch
        rows = {
            "planes": batch.planes.flatten(2),
            "globals_": batch.globals_,
            "policy": choice.policy,
            "color": batch.state[:, meta_at(self.size) + TO_PLAY],
            "action": choice.action,
            "predicted_value": choice.predicted_value,
            "policy_surprise": choice.policy_surprise,
            "train_on": choice.train_on,
        }
        for name, row in rows.items():
            self._records[name][self._each, self._recorded] = row.to(RECORDS[name])
        self._recorded += which.long()

    def _random_moves(self) -> Tensor:
        """[B] a random legal point for each game, pass where there is none."""
        weights = self._batch.mask.float()
        weights[:, -1] = 1e-9
        # The largest of weight / Exp(1). torch.multinomial draws the same way, but waits for a check of its input.
        return (weights / torch.empty_like(weights).exponential_(generator=self._generator)).argmax(1)

    def _taken(self, rows: Tensor) -> Recorded:
        """The records of games `rows` [R], as long as the longest of them."""
        length = self._recorded[rows]
        longest = max(1, int(length.max()))
        held = {name: tensor[rows, :longest] for name, tensor in self._records.items()}
        surprise, train_on = held.pop("policy_surprise"), held.pop("train_on")
        train_on = train_on & (torch.arange(longest, device=rows.device) < length[:, None])
        again = copies(surprise, train_on, share=self._surprise_weight, generator=self._generator)
        return Recorded(length=length, copies=again, **held)

    def _begin(self, which: Tensor) -> None:
        """Reset the games in `which` [B] with new rules, komi and opening lengths."""
        for tensor in (self._recorded, self._moves, self._passes, self._fingerprint, self._truncated):
            tensor.masked_fill_(which, 0)
        self._opening = torch.where(which, self.starts.openings(), self._opening)
        batch = self._batch
        batch.settings.copy_(torch.where(which[:, None], self.starts.rules(), batch.settings))
        batch.which.copy_(which)
        batch.reset()
        self._done = self._done & ~which
