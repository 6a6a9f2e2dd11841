"""What `tessera train` puts together from a run's config: network, trainer, evaluations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tessera.cli import output
from tessera.errors import BadValue
from tessera.interfaces.network import AUTO
from tessera.interfaces.trainer import UsesEvaluator
from tessera.settings import from_table

TORCH = "torch"
BATCH = 64
"""Positions at once in self-play, about."""

if TYPE_CHECKING:
    import torch

    from tessera.interfaces.trainer import Trainer, TrainerSpec
    from tessera.plugins import Manager
    from tessera.training.config import RunConfig
    from tessera.training.progress import ProgressTrack


def judged_where_it_learns(config: RunConfig, sizes: tuple[int, ...]) -> RunConfig:
    """The config with evaluations on a board the trainer learns on, the largest where the config names another."""
    if not sizes or config.evaluation_size in sizes:
        return config
    output.note(f"evaluation games are on {sizes[-1]}x{sizes[-1]}: nothing is learned on {config.evaluation_size}")
    return replace(config, evaluation_size=sizes[-1])


def progress_track(manager: Manager, folder: Any, config: RunConfig) -> ProgressTrack:
    """Evaluations by the arbiter the config names, which need not be ours."""
    from tessera.training.progress import ProgressTrack

    spec = manager.arbiters[config.arbiter]
    return ProgressTrack(
        folder.path, config, lambda context: spec.build(replace(context, manager=manager), **spec.defaults)
    )


def build_trainer(manager: Manager, config: RunConfig) -> tuple[Trainer, str | None]:
    """A fresh trainer, and the digest of the network it begins with."""
    module = build_network(manager, config)
    parent = _load_weights(manager, config, module) if config.start_from else None
    trainer = manager.trainers[config.trainer]
    settings = from_table(trainer.settings, config.trainer_settings, owner=f"trainer {trainer.name}")
    device = pick_device_for(config.device, trainer)
    built = trainer.build(module, device, config.seed, settings)
    if config.evaluator not in ("", TORCH):
        if not isinstance(built, UsesEvaluator):
            raise BadValue("--evaluator", config.evaluator, f"{TORCH} or {AUTO} for the trainer {trainer.name!r}")
        built.play_with(manager.evaluators[config.evaluator])
    return built, parent


def with_evaluator(manager: Manager, config: RunConfig) -> RunConfig:
    """The config of a new run with what self-play evaluates with spelled out, the quickest here if none is named."""
    from tessera.players.choice import choose

    trainer = manager.trainers[config.trainer]
    if config.evaluator not in ("", AUTO):
        return replace(config, evaluator=manager.evaluators[config.evaluator].name)
    device = pick_device_for(config.device, trainer)
    if not trainer.plays:
        return replace(config, evaluator=TORCH)
    module = build_network(manager, config)
    kind = f"{config.network} {sorted(config.network_settings.items())}"  # weights come and go
    choice = choose(manager, module, digest=kind, device=device, size=config.evaluation_size, batch=BATCH)
    return replace(config, evaluator=choice.evaluator)


def build_network(manager: Manager, config: RunConfig) -> torch.nn.Module:
    """The network of a run with random weights, on as many threads as the run has."""
    import numba
    import torch

    from tessera.nn.allocator import keep_freed_memory

    keep_freed_memory()
    # numba first: starting its pool sets the threads of OpenMP, which torch shares.
    numba.set_num_threads(min(config.threads, numba.get_num_threads()))
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    network = manager.networks[config.network]
    return network.build(from_table(network.settings, config.network_settings, owner=f"network {network.name}"))


def pick_device_for(wanted: str, trainer: TrainerSpec) -> str:
    """Where to train; raises `BadValue` for a device that is not there or that the trainer cannot use."""
    from tessera.players import load

    device = load.pick_device(wanted)
    if wanted == "auto":
        return next((kind for kind in trainer.devices if kind in (device, "cpu")), trainer.devices[0])
    if device.split(":")[0] in trainer.devices:
        return device
    raise BadValue("device", wanted, f"{', '.join(trainer.devices)} for the trainer {trainer.name!r}")


def _load_weights(manager: Manager, config: RunConfig, module: torch.nn.Module) -> str:
    from tessera.checkpoints import load
    from tessera.checkpoints.read import settings_in

    loaded = load(config.start_from, manager)
    manifest = loaded.manifest
    spec = manager.networks[config.network]
    wanted = from_table(spec.settings, config.network_settings, owner=f"network {spec.name}")
    if manifest.network != spec.name or settings_in(manifest, spec) != wanted:
        theirs = f"{manifest.network} {manifest.settings}"
        raise BadValue("--start-from", theirs, f"{config.network} {config.network_settings}", "use --set-network")
    module.load_state_dict(loaded.module.state_dict())
    return manifest.digest
