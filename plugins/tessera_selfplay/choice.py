"""What a mover says about B games in flight: the move to play, and what the position will teach."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from torch import Tensor

from tessera.rules.batch import Batch


class Choice(NamedTuple):
    """All from the view of the side to play."""

    action: Tensor
    """[B] int64: 0..P-1, P to pass."""
    policy: Tensor
    """[B, A] float32: what the policy head learns, or what the action was drawn from."""
    expected: Tensor
    """[B] float32: wins less losses expected, -1..1."""
    surprise: Tensor
    """[B] float32: KL divergence of `policy` from what the network alone says."""
    learned: Tensor
    """[B] bool: whether the position is to be learned from."""


class Mover(Protocol):
    """Chooses moves for all games of a table at once, without a wait for the device."""

    def choose(self, batch: Batch) -> Choice:
        """`batch` has its legal moves and features; raises nothing."""
        ...

    def state_dict(self) -> dict[str, Tensor]:
        """The mover's own random numbers and the like, the same tensors at every call; they are saved and restored."""
        ...
