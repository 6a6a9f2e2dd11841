"""What a mover says about B games in flight: the move to play, and what the position will teach."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor

from tessera.rules.batch import Batch
from tessera.training.targets import Positions


class Choice(NamedTuple):
    """All from the view of the side to play."""

    action: Tensor
    """[B] int64: 0..P-1, P to pass."""
    policy: Tensor
    """[B, A] float32: what the policy head learns, or what the action was drawn from."""
    predicted_value: Tensor
    """[B] float32: what the network makes of the position, wins less losses, -1..1."""
    policy_surprise: Tensor
    """[B] float32: KL divergence of `policy` from what the network alone says."""
    train_on: Tensor
    """[B] bool: whether the position goes into the replay."""


class Mover(Protocol):
    """Chooses moves for all games of a batch at once, without a wait for the device."""

    def choose(self, batch: Batch) -> Choice:
        """`batch` has its legal moves and features; raises nothing."""
        ...

    def state_dict(self) -> dict[str, Tensor]:
        """The mover's own random numbers and the like, the same tensors at every call; they are saved and restored."""
        ...


@runtime_checkable
class Teaches(Protocol):
    """A mover that knows what its positions teach before their games are over."""

    def take_taught(self) -> Positions:
        """What was played since the last call, for the replay; nothing is left. Waits for the device."""
        ...
