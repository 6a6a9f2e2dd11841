"""From names to a player: the checkpoint, its network, an evaluator on a device, and the player around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.checkpoints import load, read_manifest, shipped_path
from tessera.checkpoints.read import settings_in
from tessera.checkpoints.store import local_path, scheme_of
from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.network import AUTO, features_of
from tessera.interfaces.player import BatchPlayer, Player, PlayerContext
from tessera.players.choice import choose
from tessera.players.territory import AsArea
from tessera.players.warm import warm_up_player
from tessera.settings import from_table

if TYPE_CHECKING:
    from tessera.interfaces.catalog import Catalog
    from tessera.interfaces.network import Evaluator


DEVICE = re.compile(r"([a-z]+)(:[0-9]{1,3})?")
DEVICES = "auto, cpu, cuda, cuda:N"


def check(
    manager: Catalog,
    *,
    checkpoint: str | None,
    player: str,
    evaluator: str,
    device: str,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Refuse what `open_player` would refuse, as far as it can be told in hundredths of a second, without torch.

    Of a checkpoint in a file only the manifest is read. What is left to `open_player` is whether the device is there
    and the tensors are whole. Raises `BadValue` or `CheckpointError`.
    """
    spec = manager.players[player]
    from_table(spec.settings, settings or {}, owner=f"player {player}")
    kinds = ("cpu", "cuda") if evaluator == AUTO else manager.evaluators[evaluator].devices
    match = DEVICE.fullmatch(device)
    if match is None or match[1] not in ("auto", *kinds) or (match[1] == "auto" and match[2]):
        raise BadValue("--device", device, f"auto, {', '.join(kinds)} for the evaluator {evaluator!r}")
    if spec.needs_network:
        _check_checkpoint(manager, str(shipped_path()) if checkpoint is None else checkpoint)
    elif checkpoint is not None:
        raise BadValue("--ckpt", checkpoint, f"no checkpoint, for the player {player!r} uses no network")


def _check_checkpoint(manager: Catalog, url: str) -> None:
    """That its manifest can be read, and that a loaded plugin offers its network."""
    scheme = scheme_of(url)
    manager.stores[scheme]
    if scheme != "file":
        return
    path = local_path(url)
    try:
        manifest = read_manifest(path, manager)
    except CheckpointError as error:
        hint = "" if path.is_absolute() else f" (looked up in {Path.cwd()})"
        raise CheckpointError(f"{error}{hint}") from None
    try:
        settings_in(manifest, manager.networks[manifest.network])
    except BadValue as error:
        raise CheckpointError(f"{path}: {error}") from None


def pick_device(device: str) -> str:
    """'auto' becomes CUDA where there is one, else the CPU; anything else must be a device torch has."""
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        known = torch.device(device)
    except RuntimeError:
        raise BadValue("device", device, DEVICES) from None
    if known.type == "cuda" and not torch.cuda.is_available():
        raise BadValue("device", device, "cpu here", "no CUDA device is visible to torch")
    if known.type == "cuda" and (known.index or 0) >= torch.cuda.device_count():
        raise BadValue("device", device, f"cuda:0 to cuda:{torch.cuda.device_count() - 1} here")
    return device


def open_evaluator(
    manager: Catalog,
    *,
    checkpoint: str | None = None,
    evaluator: str = AUTO,
    device: str = "auto",
    threads: int | None = None,
    size: int = 19,
) -> Evaluator:
    """The network of a checkpoint (the shipped one by default) behind the named evaluator.

    `auto` is the quickest on boards of side `size`: timed for some seconds at its first use, remembered from then on.
    `threads` is torch's number of CPU threads.
    """
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    where = pick_device(device)
    if evaluator != AUTO and where.split(":")[0] not in manager.evaluators[evaluator].devices:
        allowed = f"{', '.join(manager.evaluators[evaluator].devices)} for the evaluator {evaluator!r}"
        raise BadValue("device", where, allowed)
    if where == "cpu":
        from tessera.nn.allocator import keep_freed_memory

        keep_freed_memory()
    loaded = load(checkpoint or str(shipped_path()), manager)
    if evaluator == AUTO:
        evaluator = choose(manager, loaded.module, digest=loaded.manifest.digest, device=where, size=size).evaluator
    spec = manager.evaluators[evaluator]
    built = spec.build(loaded.module, where)
    return built if features_of(built).territory else AsArea(built)


def open_player(
    manager: Catalog,
    *,
    checkpoint: str | None = None,
    player: str = "search",
    evaluator: str = AUTO,
    device: str = "auto",
    seed: int = 0,
    threads: int | None = None,
    size: int = 19,
    settings: Mapping[str, Any] | None = None,
    loaded: Evaluator | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Player:
    """A ready player: its network is loaded, and its kernels are compiled, which may take long: `tell` says so.

    Imports torch when it needs a network; `threads` is torch's number of CPU threads. With an evaluator that is
    `loaded` already, checkpoint, evaluator, device and threads do not matter.
    """
    spec = manager.players[player]
    chosen = from_table(spec.settings, settings or {}, owner=f"player {player}")
    engine = None
    if spec.needs_network:
        engine = loaded or open_evaluator(
            manager, checkpoint=checkpoint, evaluator=evaluator, device=device, threads=threads, size=size
        )
        try:
            warm_up_player(manager, spec, chosen, tell)
        except Exception as error:
            # A plugin's player may not like our little game; it is not the one that will be played.
            tell(f"player {player} could not be warmed up, its first move may take longer: {error!r}")
    return spec.build(PlayerContext(evaluator=engine, size=size, seed=seed), chosen)


def open_batch_player(
    manager: Catalog,
    *,
    games: int,
    checkpoint: str | None = None,
    player: str = "search",
    evaluator: str = AUTO,
    device: str = "auto",
    seed: int = 0,
    size: int = 19,
    settings: Mapping[str, Any] | None = None,
    loaded: Evaluator | None = None,
) -> BatchPlayer:
    """The same player for up to `games` games at once. Raises `BadValue` for one that cannot play so."""
    spec = manager.players[player]
    if spec.build_batch is None:
        able = ", ".join(name for name, each in manager.players.items() if each.build_batch is not None)
        raise BadValue("player", player, f"one that plays many games at once: {able}")
    chosen = from_table(spec.settings, settings or {}, owner=f"player {player}")
    engine = None
    if spec.needs_network:
        engine = loaded or open_evaluator(manager, checkpoint=checkpoint, evaluator=evaluator, device=device, size=size)
    return spec.build_batch(PlayerContext(evaluator=engine, size=size, seed=seed), chosen, games)
