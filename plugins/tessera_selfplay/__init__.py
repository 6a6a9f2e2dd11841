"""Learning from self-play alone: the trainer `gumbel`.

Start reading at `trainer` (one step), then `table` (games in flight), `losses`, `settings`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tessera.hookspecs import hookimpl
from tessera.interfaces.trainer import Trainer, TrainerSpec
from tessera_selfplay.settings import GumbelSettings

if TYPE_CHECKING:
    import torch


def build_gumbel(module: torch.nn.Module, device: str, seed: int, **settings: Any) -> Trainer:
    """A trainer that improves `module` in place; raises `BadValue` for a setting out of range."""
    from tessera_selfplay.trainer import GumbelTrainer

    return GumbelTrainer(module, device, seed, GumbelSettings(**settings))


@hookimpl
def tessera_register_trainers(register: Callable[[TrainerSpec], None]) -> None:
    register(
        TrainerSpec(
            name="gumbel",
            summary="self-play with Gumbel search; ownership, score and reply targets",
            defaults=asdict(GumbelSettings()),
            build=build_gumbel,
        )
    )
