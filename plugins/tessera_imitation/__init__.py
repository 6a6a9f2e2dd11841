"""Learning from games of others: the trainer `imitation` reads a folder of SGF files, over and over.

For networks of one's own; what Tessera ships has learned from self-play alone. Start reading at `trainer` (one step),
then `stream` (file after file), `reading` (a file as positions), `result` (how a game ended), `folder` (which files
there are), `held_out` (files that are only measured on), `settings`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.trainer import Trainer, TrainerSpec
from tessera_imitation.settings import ImitationSettings, normalise

if TYPE_CHECKING:
    import torch


def build_imitation(module: torch.nn.Module, device: str, seed: int, settings: ImitationSettings) -> Trainer:
    """A trainer that improves `module` in place; raises `BadValue` for a useless folder."""
    from tessera_imitation.trainer import ImitationTrainer

    return ImitationTrainer(module, device, seed, settings)


@hookimpl
def tessera_register_trainers(register: Callable[[TrainerSpec], None]) -> None:
    register(
        TrainerSpec(
            name="imitation",
            summary="the moves and results of a folder of SGF files (--set games=FOLDER)",
            settings=ImitationSettings,
            build=build_imitation,
            normalise=normalise,
        )
    )
