"""The replay: a bounded ring of positions of one board side, sampled uniformly under random symmetries."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from tessera.interfaces.network import F, G
from tessera.training.symmetry import SYMMETRIES, transformed
from tessera.training.targets import FIELDS, Positions


def field_shapes(size: int) -> dict[str, tuple[int, ...]]:
    """The shape of each field of `Positions` for one position on a board of that side."""
    points = size * size
    return {
        "planes": (F, points),
        "globals_": (G,),
        "policy": (points + 1,),
        "value": (),
        "score": (),
        "ownership": (points,),
        "reply": (points + 1,),
        "action": (),
        "expected": (),
    }


def position_bytes(size: int) -> int:
    """Memory of one position in a replay."""
    return sum(math.prod(shape) * FIELDS[name].itemsize for name, shape in field_shapes(size).items())


def blank_positions(n: int, size: int, *, device: str = "cpu") -> Positions:
    """n positions of zeros, of the shapes and types a replay gives."""
    shapes = field_shapes(size)
    return Positions(**{name: torch.zeros((n, *shapes[name]), dtype=FIELDS[name], device=device) for name in shapes})


class Replay:
    """The newest `capacity` positions. Memory is taken once, at the start (untouched pages cost nothing)."""

    def __init__(self, *, size: int, capacity: int, device: str = "cpu") -> None:
        assert capacity > 0
        self.size, self.capacity = size, capacity
        self.added = 0
        """Positions ever added; the next one goes to `added % capacity`."""
        self._ring = blank_positions(capacity, size, device=device)

    def __len__(self) -> int:
        return min(self.added, self.capacity)

    def add(self, positions: Positions) -> None:
        """Append n positions over the oldest ones; of more than `capacity` the last stay."""
        n = len(positions.value)
        slots = (self.added + torch.arange(n, device=self._ring.value.device)) % self.capacity
        keep = slice(max(0, n - self.capacity), n)
        for ring, new in zip(self._ring, positions, strict=True):
            ring[slots[keep]] = new[keep].to(ring)
        self.added += n

    def sample(self, n: int, generator: torch.Generator, *, symmetries: int = SYMMETRIES) -> Positions:
        """n positions drawn with replacement, each under one of the first `symmetries` at random (1: as they are).

        The generator is one of the replay's device.
        """
        assert len(self) > 0
        device = generator.device
        rows = torch.randint(len(self), (n,), generator=generator, device=device)
        which = torch.randint(symmetries, (n,), generator=generator, device=device)
        return transformed(Positions(*(field[rows] for field in self._ring)), which)

    def state_dict(self) -> dict[str, Any]:
        """What is in the ring; `load_state_dict` of a replay of the same shape takes it back."""
        held: dict[str, Tensor | int] = {"added": self.added}
        held.update({name: field[: len(self)].clone() for name, field in zip(FIELDS, self._ring, strict=True)})
        return held

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.added = int(state["added"])
        for name, field in zip(FIELDS, self._ring, strict=True):
            field[: len(self)] = state[name]
