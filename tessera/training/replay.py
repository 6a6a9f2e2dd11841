"""The replay: a bounded ring of positions of one board side, sampled uniformly under random symmetries."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from tessera.nn.symmetry import SYMMETRIES
from tessera.rules.features import BASIC, FeatureSet
from tessera.training.packing import ROWS, Sparse, pack_bits, pack_sparse, spans, to_host, unpack_bits
from tessera.training.symmetry import transformed
from tessera.training.targets import FIELDS, Positions


def field_shapes(size: int, features: FeatureSet = BASIC) -> dict[str, tuple[int, ...]]:
    """The shape of each field of `Positions` for one position on a board of that side."""
    points = size * size
    return {
        "planes": (features.plane_count, points),
        "globals_": (features.global_count,),
        "policy": (points + 1,),
        "value": (),
        "score": (),
        "ownership": (points,),
        "opponent_policy": (points + 1,),
        "action": (),
        "predicted_value": (),
    }


def position_bytes(size: int, features: FeatureSet = BASIC) -> int:
    """Memory of one position in a replay."""
    return sum(math.prod(shape) * FIELDS[name].itemsize for name, shape in field_shapes(size, features).items())


def packed_bytes(size: int, features: FeatureSet = BASIC) -> int:
    """What a checkpoint takes for a position, about, with a policy that leaves no move out."""
    points = size * size
    bits = (features.plane_count + 2) * points + 2 * (points + 1)
    return bits // 8 + 2 * (points + 1) + 4 * features.global_count + 16


def blank_positions(n: int, size: int, *, features: FeatureSet = BASIC, device: str = "cpu") -> Positions:
    """n positions of zeros, of the shapes and types a replay gives."""
    shapes = field_shapes(size, features)
    return Positions(**{name: torch.zeros((n, *shapes[name]), dtype=FIELDS[name], device=device) for name in shapes})


UNPACKED = ("globals_", "value", "score", "action", "predicted_value")
"""Fields that a checkpoint holds as they are."""
SIDES = (1, -1)
"""The two values of ownership whose bits are kept, one after the other."""


class Replay:
    """The newest `capacity` positions. Memory is taken once, at the start (untouched pages cost nothing)."""

    def __init__(self, *, size: int, capacity: int, features: FeatureSet = BASIC, device: str = "cpu") -> None:
        assert capacity > 0
        self.size, self.capacity = size, capacity
        self.added = 0
        """Positions ever added; the next one goes to `added % capacity`."""
        self._ring = blank_positions(capacity, size, features=features, device=device)

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

        value and action are int64, ready to be indices. The generator is one of the replay's device.
        """
        assert len(self) > 0
        device = generator.device
        rows = torch.randint(len(self), (n,), generator=generator, device=device)
        which = torch.randint(symmetries, (n,), generator=generator, device=device)
        drawn = transformed(Positions(*(field[rows] for field in self._ring)), which)
        return drawn._replace(value=drawn.value.long(), action=drawn.action.long())

    def state_dict(self) -> dict[str, Any]:
        """What is in the ring, packed; `load_state_dict` of a replay of the same shape takes it back.

        The opponent's policy is that of the position after it, where that has its place in the ring.
        """
        ring = Positions(*(field[: len(self)] for field in self._ring))
        answer = ring.opponent_policy
        parts = list(spans(len(self)))
        follows = self._follows(ring)
        return {
            "added": self.added,
            "planes_bits": pack_bits(ring.planes[part] for part in parts),
            "ownership_bits": pack_bits(
                torch.stack([ring.ownership[part] == side for side in SIDES], 1) for part in parts
            ),
            "policy_sparse": pack_sparse(ring.policy[part] for part in parts),
            "follows": follows,
            "opponent_policy_sparse": pack_sparse(answer[part][~follows[part].to(answer.device)] for part in parts),
            **{name: to_host(getattr(ring, name)) for name in UNPACKED},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.added = int(state["added"])
        held, ring = len(self), self._ring
        if "planes" in state:  # as versions before 0.2 saved it
            for name, field in zip(FIELDS, ring, strict=True):
                field[:held] = state[name]
            return
        for name in UNPACKED:
            getattr(ring, name)[:held] = state[name]
        policies, answers = (
            Sparse(state[name], ring.policy.shape[1]) for name in ("policy_sparse", "opponent_policy_sparse")
        )
        for part in spans(held):
            owned = unpack_bits(state["ownership_bits"][part], (2, *ring.ownership.shape[1:])).to(torch.int8)
            follows = state["follows"][part]
            answer = torch.zeros(len(follows), ring.opponent_policy.shape[1], dtype=torch.float16)
            answer[~follows] = answers.next(int((~follows).sum()))
            ring.planes[part] = unpack_bits(state["planes_bits"][part], ring.planes.shape[1:]).to(ring.planes)
            ring.ownership[part] = (owned[:, 0] - owned[:, 1]).to(ring.ownership)
            ring.policy[part] = policies.next(len(follows)).to(ring.policy)
            ring.opponent_policy[part] = answer.to(ring.opponent_policy)
        rows = state["follows"].to(ring.opponent_policy.device).nonzero()[:, 0]
        for some in rows.split(ROWS):
            ring.opponent_policy[some] = ring.policy[some + 1]

    def _follows(self, ring: Positions) -> Tensor:
        """[n] bool on the CPU: whether the opponent's policy is what the next row has for its policy."""
        found = torch.zeros(len(ring.value), dtype=torch.bool)
        for part in spans(len(found) - 1):
            after = slice(part.start + 1, part.stop + 1)
            found[part] = (ring.opponent_policy[part] == ring.policy[after]).all(1).cpu()
        return found
