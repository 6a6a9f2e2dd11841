"""Whether a network can teach on boards of a side: whether what it says of the empty one makes sense."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from tessera.errors import BadValue
from tessera.interfaces.network import Evaluator, features_of
from tessera.rules.batch import Batch, allocate, settings_row
from tessera.rules.features import FeatureSet
from tessera.rules.ruleset import DEFAULT


def refuse_boards(evaluator: Evaluator, name: str, sizes: Iterable[int]) -> None:
    """Raise `BadValue` for the first of the sides on which the teacher called `name` says nothing sensible."""
    for size in sizes:
        if wrong := _what_is_wrong(evaluator, size):
            cure = f"{wrong}; --set sizes=SIDE:GAMES names other boards"
            raise BadValue("teacher", Path(name).name, f"one that plays {size}x{size}", cure)


def _what_is_wrong(evaluator: Evaluator, size: int) -> str:
    start = empty_board(size, features_of(evaluator), evaluator.device)
    try:
        said = evaluator.evaluate(start.planes, start.globals_)
    except Exception as error:
        # A plugin's network may raise anything on a board it was not made for.
        return " ".join(f"it raises {type(error).__name__}: {error}".split())[:120]
    shapes = {"policy": (1, size**2 + 1), "value": (1, 3), "score": (1,), "ownership": (1, size**2)}
    for field, shape in shapes.items():
        numbers: Tensor = getattr(said, field)
        if tuple(numbers.shape) != shape:
            return f"its {field} has the shape {list(numbers.shape)}, not {list(shape)}"
        if not bool(torch.isfinite(numbers).all()):
            return f"its {field} is not finite"
    return ""


def empty_board(size: int, features: FeatureSet, device: str) -> Batch:
    """One game at its beginning under the usual rules, with what a network that reads `features` is shown of it."""

    def zeros(shape: tuple[int, ...], dtype: str) -> Tensor:
        return torch.zeros(shape, dtype=getattr(torch, dtype), device=device)

    game = Batch(size, allocate(1, size, zeros, features), features=features, device=device)
    game.settings.copy_(torch.tensor([settings_row(DEFAULT)], dtype=torch.int32))
    game.which.fill_(True)
    game.reset()
    game.legal()
    game.features()
    return game
