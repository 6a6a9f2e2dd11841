"""A folder's games one after the other, for ever: an epoch is one pass over all files, each in another order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import torch

from tessera.errors import BadValue
from tessera.rules.features import BASIC, FeatureSet
from tessera.training.targets import Positions
from tessera_imitation.folder import CURE, Files
from tessera_imitation.reading import REASONS, Unusable, read_positions


class Stream:
    """Reads the files of `files.learned`, whose order is a function of seed and epoch."""

    def __init__(self, files: Files, seed: int, features: FeatureSet = BASIC) -> None:
        self._files, self._seed, self._features = files, seed, features
        self.epoch = 0
        """Full passes so far."""
        self._place = 0
        """Files of this pass so far."""
        self._skipped: Counter[str] = Counter()
        """Files of this pass that were skipped, by reason."""
        self._warnings: list[str] = []
        self._order = self._shuffled()

    def next(self) -> tuple[int, Positions] | None:
        """(board side, positions) of the next file; None when nothing can be learned from it.

        Raises `BadValue` when that was so for all files of the folder.
        """
        name = self._files.learned[self._order[self._place]]
        self._place += 1
        try:
            return self._read(name)
        except Unusable as error:
            self._skip(name, error)
            return None
        finally:
            if self._place == len(self._order):
                self._end_epoch()

    def _read(self, name: str) -> tuple[int, Positions]:
        size, positions = read_positions(self._files.folder / name, self._features)
        if size not in self._files.sides:
            raise Unusable(REASONS[0], f"its board side is not within its first bytes, or {size} is not what they say")
        return size, positions

    def _skip(self, name: str, error: Unusable) -> None:
        """Tell of the first file of each kind by name, of the others at the end of the epoch."""
        if self.epoch == 0 and not self._skipped[error.reason]:
            self._warnings.append(f"{name!r} is skipped: {error}")
        self._skipped[error.reason] += 1

    def _end_epoch(self) -> None:
        total, skipped = len(self._order), self._skipped.total()
        why = ", ".join(f"{count} {reason}" for reason, count in self._skipped.most_common())
        if skipped == total:
            raise BadValue("games", str(self._files.folder), f"finished games; of {total} files {why}", CURE)
        if self.epoch == 0 and skipped:
            self._warnings.append(f"{skipped} of {total} files are skipped: {why}")
        self.epoch, self._place = self.epoch + 1, 0
        self._skipped.clear()
        self._order = self._shuffled()

    def _shuffled(self) -> list[int]:
        rng = torch.Generator().manual_seed((self._seed * 1_000_003 + self.epoch) % 2**63)
        order: list[int] = torch.randperm(len(self._files.learned), generator=rng).tolist()
        return order

    def take_warnings(self) -> tuple[str, ...]:
        """What happened since the last call that people should know."""
        told = tuple(self._warnings)
        self._warnings.clear()
        return told

    def state_dict(self) -> dict[str, Any]:
        return {
            "digest": self._files.digest,
            "epoch": self.epoch,
            "place": self._place,
            "skipped": dict(self._skipped),
            "warnings": list(self._warnings),
        }

    def load_state_dict(self, state: dict[str, Any]) -> bool:
        """Go on in the pass of `state_dict()`; False when the folder has changed, and a new pass begins."""
        self.epoch, self._place = int(state["epoch"]), 0
        same = bool(state["digest"] == self._files.digest)
        if same:
            self._place = int(state["place"])
            self._skipped = Counter({str(reason): int(count) for reason, count in state["skipped"].items()})
            self._warnings = [str(text) for text in state["warnings"]]
        else:
            self._warnings.append("the files are not those of the checkpoint: a new pass over all of them begins")
        self._order = self._shuffled()
        return same
