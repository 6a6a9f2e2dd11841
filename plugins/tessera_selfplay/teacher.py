"""A network that teaches another: what it makes of the learner's positions, whatever it reads of a board."""

from __future__ import annotations

import math
from pathlib import Path

import torch

from tessera.checkpoints import read_manifest, shipped_path
from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.network import Evaluator, Outputs, features_of
from tessera.nn.stream import current_stream
from tessera.players.load import open_evaluator
from tessera.plugins import build_manager
from tessera.rules.batch import Batch, specs

SHIPPED = "shipped"


class Teacher:
    """The network in a file, on `device`, never trained."""

    def __init__(self, path: str, evaluator: str, device: str, side: int) -> None:
        manager, where = build_manager(), _file(path)
        self.digest = read_manifest(where, manager).digest
        self._evaluator: Evaluator = open_evaluator(
            manager, checkpoint=where, evaluator=evaluator, device=device, size=side
        )
        self._features = features_of(self._evaluator)
        self._views: dict[int, Batch] = {}
        """By the games they look at."""

    def judge(self, games: Batch) -> Outputs:
        """Of every game as it stands, from the side to play; the legal moves of these positions were computed last."""
        view = self._views.get(id(games))
        if view is None:
            view = self._views[id(games)] = self._view(games)
        view.features()
        return self._evaluator.evaluate(view.planes, view.globals_)

    def own(self) -> tuple[object, ...]:
        """What it holds."""
        return self._evaluator, self._views

    def _view(self, games: Batch) -> Batch:
        """The same games in memory of theirs, seen through the teacher's planes."""
        device = str(games.state.device)
        wanted = specs(games.games, games.size, self._features)
        own = {
            name: torch.zeros(wanted[name].shape, dtype=getattr(torch, wanted[name].dtype), device=device)
            for name in ("planes", "globals_", "scratch")
        }
        arrays = {"state": games.state, "seen": games.seen, **own}
        return Batch(games.size, arrays, features=self._features, device=device, stream=current_stream(device))


def existing_teacher(path: str) -> str:
    """The path in full, so that a run goes on from any folder; raises `BadValue` where no network is."""
    if path == SHIPPED:
        return path
    wanted = "a checkpoint, a file of KataGo's, or shipped"
    if not path:
        raise BadValue("teacher", path, wanted, "say which: --set teacher=net.pth")
    try:
        read_manifest(path, build_manager())
    except CheckpointError as error:
        raise BadValue("teacher", path, wanted, str(error)) from None
    return str(Path(path).resolve())


def teacher_bytes(path: str) -> int:
    """Of its weights, in float32."""
    tensors = read_manifest(_file(path), build_manager()).tensors
    return 4 * sum(math.prod(info.shape) for name, info in tensors.items() if name.startswith("model/"))


def _file(path: str) -> str:
    return str(shipped_path()) if path == SHIPPED else path
