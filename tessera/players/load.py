"""From names to a player: the checkpoint, its network, an evaluator on a device, and the player around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tessera.checkpoints import load, shipped_path
from tessera.config import resolve
from tessera.errors import BadValue
from tessera.interfaces.player import Player, PlayerContext
from tessera.players.territory import AsArea

if TYPE_CHECKING:
    from tessera.interfaces.network import Evaluator
    from tessera.plugins import Manager


def pick_device(device: str) -> str:
    """'auto' becomes CUDA where there is one, else the CPU; anything else must be a device torch has."""
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        known = torch.device(device)
    except RuntimeError:
        raise BadValue("device", device, "auto, cpu, cuda, cuda:N") from None
    if known.type == "cuda" and not torch.cuda.is_available():
        raise BadValue("device", device, "cpu here", "no CUDA device is visible to torch")
    return device


def open_evaluator(
    manager: Manager, *, checkpoint: str | None = None, evaluator: str = "torch", device: str = "auto"
) -> Evaluator:
    """The network of a checkpoint (the shipped one by default) behind the named evaluator."""
    spec = manager.evaluators[evaluator]
    where = pick_device(device)
    if where.split(":")[0] not in spec.devices:
        raise BadValue("device", where, f"{', '.join(spec.devices)} for the evaluator {evaluator!r}")
    if where == "cpu":
        from tessera.nn.allocator import keep_freed_memory

        keep_freed_memory()
    loaded = load(checkpoint or str(shipped_path()), manager)
    # No network has learned territory scoring yet; one that has would be asked as it is.
    return AsArea(spec.build(loaded.module, where))


def open_player(
    manager: Manager,
    *,
    checkpoint: str | None = None,
    player: str = "search",
    evaluator: str = "torch",
    device: str = "auto",
    seed: int = 0,
    threads: int | None = None,
    size: int = 19,
    settings: dict[str, Any] | None = None,
) -> Player:
    """A ready player. Imports torch when it needs a network; `threads` is torch's number of CPU threads."""
    spec = manager.players[player]
    chosen = resolve(spec.defaults, settings or {}, owner=f"player {player}")
    engine = None
    if spec.needs_network:
        import torch

        if threads is not None:
            torch.set_num_threads(threads)
        engine = open_evaluator(manager, checkpoint=checkpoint, evaluator=evaluator, device=device)
    return spec.build(PlayerContext(evaluator=engine, size=size, seed=seed), **chosen)
