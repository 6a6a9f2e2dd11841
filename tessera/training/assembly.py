"""A run, put together from its config: settings, device, network, trainer, evaluations, and the loop around them.

    from tessera.plugins import build_manager

    config = replace(read_preset("5x5"), minutes=10.0, trainer_settings={"simulations": 32})
    run = begin(build_manager(), config, RunFolder(Path("runs/small")))
    print(run.go(threading.Event()))

`tessera train` is this with words and a live picture. Importing it costs nothing; torch comes in when a run is built.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.checkpoints import load, read_manifest
from tessera.checkpoints.read import settings_in
from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.events import RunEvent
from tessera.interfaces.network import AUTO
from tessera.interfaces.trainer import DataParallel, UsesEvaluator
from tessera.seeds import seed_of
from tessera.settings import from_table, from_words, to_table
from tessera.training.mirror import Mirror, fetch_run, open_store, refuse_copy
from tessera.training.opponents import absolute
from tessera.training.opponents import anchors as find_anchors

if TYPE_CHECKING:
    import torch

    from tessera.interfaces.arbiter import Arbiter, ArbiterContext
    from tessera.interfaces.catalog import Catalog
    from tessera.interfaces.trainer import MemoryPlan, Trainer, TrainerSpec
    from tessera.training.clean_room import CleanRoom
    from tessera.training.config import RunConfig
    from tessera.training.folder import RunFolder
    from tessera.training.processes import Processes
    from tessera.training.progress import ProgressTrack
    from tessera.training.run import Emit, Run
    from tessera.training.sizing import Sizing

TORCH = "torch"
BATCH = 64
"""Positions at once in self-play, about."""
Tell = Callable[[str], None]
"""Hears what was decided, in one line."""


def begin(
    manager: Catalog,
    config: RunConfig,
    folder: RunFolder,
    *,
    emit: Emit = lambda kind, data: None,
    tell: Tell = lambda text: None,
    processes: Processes | None = None,
) -> Run:
    """A new run in a folder that has none; `emit` hears its events, and so do plugins. Raises `BadValue`.

    processes: the processes that learn together, of which this is the first and the others `follow`.
    """
    folder.refuse_run()
    if config.store:
        refuse_copy(open_store(manager, config.store), config.store)
    config = with_evaluator(manager, normalise(manager, config))
    room, parent = _clean_room(manager, config, processes)
    config = _evaluated_where_it_learns(config, room.trainer.sizes, tell)
    folder.create(config)
    return _run(manager, room, folder, config, parent, emit)


def resume(
    manager: Catalog,
    folder: RunFolder,
    *,
    config: RunConfig | None = None,
    emit: Emit = lambda kind, data: None,
    tell: Tell = lambda text: None,
    processes: Processes | None = None,
) -> Run:
    """The run in a folder, where its newest checkpoint has left it; `config`: another budget than its own, which it
    has from now on. One that was killed before its first checkpoint begins anew.

    Raises `BadValue`, `CheckpointError` where its state cannot be read or does not fit, and `TesseraError` where
    another process trains in the folder.
    """
    own = folder.config()
    folder.lock()
    try:
        return _resume(manager, folder, own if config is None else config, emit, tell, processes)
    except BaseException:
        folder.unlock()
        raise


def _resume(
    manager: Catalog, folder: RunFolder, config: RunConfig, emit: Emit, tell: Tell, processes: Processes | None
) -> Run:
    config = normalise(manager, config)
    if not folder.has_run():
        tell("nothing was saved yet: the run begins anew")
        return begin(manager, config, folder, emit=emit, tell=tell, processes=processes)
    path, state = folder.newest(manager)
    # What it started from may have gone, or lie elsewhere seen from here: its weights are of no use any more.
    room, _ = _clean_room(manager, replace(config, start_from=""), processes)
    config = _evaluated_where_it_learns(config, room.trainer.sizes, tell)
    run = _run(manager, room, folder, config, read_manifest(path).meta.parent, emit)
    _go_on(run, path, state)
    folder.change(config)
    tell(f"resuming from {path}")
    return run


def fetch(manager: Catalog, url: str, folder: RunFolder) -> None:
    """Bring the copy of a run at `url` (`RunConfig.store`) into its folder, unless the folder has it already."""
    fetch_run(open_store(manager, url), url, folder)


def normalise(
    manager: Catalog, config: RunConfig, *, trainer_words: Iterable[str] = (), network_words: Iterable[str] = ()
) -> RunConfig:
    """The config with every setting of its plugins checked and spelled out; 'name=value' words come last."""
    manager.arbiters[config.arbiter]  # unknown names are refused before the trainer is built
    config = replace(config, anchors=absolute(config.anchors))
    find_anchors(config.anchors)
    network, trainer = manager.networks[config.network], manager.trainers[config.trainer]
    named, trained = f"network {network.name}", f"trainer {trainer.name}"
    shape = from_table(network.settings, config.network_settings, owner=named)
    shape = from_words(network.settings, network_words, owner=named, base=shape)
    chosen = from_table(trainer.settings, config.trainer_settings, owner=trained)
    chosen = from_words(trainer.settings, trainer_words, owner=trained, base=chosen)
    return replace(config, network_settings=to_table(shape), trainer_settings=to_table(trainer.normalise(chosen)))


def adjusted(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    """The config with some fields changed; settings of a plugin are laid over those there, if it is still the same.

    Raises `BadValue` for a name that is no field.
    """
    settings: dict[str, Any] = {}
    known = [field.name for field in fields(config)]
    for name in changes:
        if name not in known:
            raise BadValue("setting of a run", name, ", ".join(known))
    for kind in ("network", "trainer"):
        given = changes.get(f"{kind}_settings", {})
        if not isinstance(given, Mapping):
            raise BadValue(f"{kind}_settings", given, "a table of settings")
        # Another plugin has other settings: those of the config belong to the one named there.
        before = {} if kind in changes else getattr(config, f"{kind}_settings")
        settings[f"{kind}_settings"] = {**before, **given}
    return replace(config, **{**changes, **settings})


def choose_games(manager: Catalog, config: RunConfig, games: int | None) -> Sizing:
    """A plan for so many games at once, or for as many as the device feeds well; see `with_games`."""
    from tessera.training.sizing import choose

    trainer, module = manager.trainers[config.trainer], _build_network(manager, config)
    settings = from_table(trainer.settings, config.trainer_settings, owner=f"trainer {trainer.name}")
    device = pick_device_for(config.device, trainer)
    return choose(trainer, module, device, settings=settings, threads=config.threads, games=games)


def plan_memory(manager: Catalog, config: RunConfig) -> MemoryPlan | None:
    """What a run with these settings will take, from shapes; None for a trainer that cannot tell."""
    trainer = manager.trainers[config.trainer]
    if trainer.plan is None:
        return None
    settings = from_table(trainer.settings, config.trainer_settings, owner=f"trainer {trainer.name}")
    return trainer.plan(_build_network(manager, config), None, settings)


def with_games(config: RunConfig, sizing: Sizing) -> RunConfig:
    """The config with the games in flight of a plan."""
    return replace(config, trainer_settings=to_table(sizing.plan.settings))


def with_evaluator(manager: Catalog, config: RunConfig) -> RunConfig:
    """The config of a new run with what self-play evaluates with spelled out, the quickest here if none is named."""
    from tessera.players.choice import choose

    trainer = manager.trainers[config.trainer]
    if config.evaluator not in ("", AUTO):
        return replace(config, evaluator=manager.evaluators[config.evaluator].name)
    device = pick_device_for(config.device, trainer)
    if not trainer.plays:
        return replace(config, evaluator=TORCH)
    module = _build_network(manager, config)
    kind = f"{config.network} {sorted(config.network_settings.items())}"  # weights come and go
    choice = choose(manager, module, digest=kind, device=device, size=config.evaluation_size, batch=BATCH)
    return replace(config, evaluator=choice.evaluator)


def pick_device_for(wanted: str, trainer: TrainerSpec) -> str:
    """Where to train; raises `BadValue` for a device that is not there or that the trainer cannot use."""
    from tessera.players import load

    device = load.pick_device(wanted)
    if wanted == "auto":
        return next((kind for kind in trainer.devices if kind in (device, "cpu")), trainer.devices[0])
    if device.split(":")[0] in trainer.devices:
        return device
    raise BadValue("device", wanted, f"{', '.join(trainer.devices)} for the trainer {trainer.name!r}")


def follow(manager: Catalog, processes: Processes) -> None:
    """Learn with the first of these processes, which begins or resumes a run, until it ends."""
    from tessera.training.leading import BEGIN, follow
    from tessera.training.processes import together
    from tessera.training.stop import stop_on_signals

    with stop_on_signals():  # a Ctrl-C is for all of them; the first one says what follows from it
        order, config = processes.of_the_first(None)
        if order == BEGIN:
            together(processes)
            follow(_build_trainer(manager, config)[0], processes)


def _clean_room(manager: Catalog, config: RunConfig, processes: Processes | None) -> tuple[CleanRoom, str | None]:
    """A fresh trainer that leaves for evaluations as the config says, and the digest of the network it begins with.

    Where several processes learn together it stays.
    """
    import torch

    from tessera.memory.live import snapshot
    from tessera.training.clean_room import CleanRoom
    from tessera.training.leading import BEGIN, Leader
    from tessera.training.processes import together

    if processes is not None and processes.count > 1:
        processes.of_the_first((BEGIN, config))
        together(processes)
        trainer, parent = _build_trainer(manager, config)
        assert isinstance(trainer, DataParallel)
        return CleanRoom(Leader(trainer, processes)), parent
    floor = None if config.clean_room == "never" else snapshot()
    trainer, parent = _build_trainer(manager, config)

    def rebuild() -> Trainer:
        with torch.random.fork_rng():
            return _build_trainer(manager, replace(config, start_from=""))[0]

    device = pick_device_for(config.device, manager.trainers[config.trainer])
    return CleanRoom(trainer, rebuild, when=config.clean_room, device=device, floor=floor), parent


def _build_trainer(manager: Catalog, config: RunConfig) -> tuple[Trainer, str | None]:
    """A fresh trainer, and the digest of the network it begins with."""
    from tessera.training.processes import here

    module = _build_network(manager, config)
    parent = _load_weights(manager, config, module) if config.start_from else None
    trainer = manager.trainers[config.trainer]
    settings = from_table(trainer.settings, config.trainer_settings, owner=f"trainer {trainer.name}")
    processes = here()
    device = processes.own_device(pick_device_for(config.device, trainer))
    # The same weights everywhere, other games.
    seed = config.seed if processes.rank == 0 else seed_of(config.seed, "process", processes.rank)
    built = trainer.build(module, device, seed, settings)
    if processes.count > 1 and not isinstance(built, DataParallel):
        raise BadValue("trainer", trainer.name, "one that learns in several processes, as gumbel", "leave torchrun out")
    if config.evaluator not in ("", TORCH):
        if not isinstance(built, UsesEvaluator):
            raise BadValue("--evaluator", config.evaluator, f"{TORCH} or {AUTO} for the trainer {trainer.name!r}")
        built.play_with(manager.evaluators[config.evaluator])
    return built, parent


def _build_network(manager: Catalog, config: RunConfig) -> torch.nn.Module:
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


def _load_weights(manager: Catalog, config: RunConfig, module: torch.nn.Module) -> str:
    """The weights of `start_from` into the module; the digest of that network."""
    loaded = load(config.start_from, manager)
    manifest = loaded.manifest
    spec = manager.networks[config.network]
    wanted = from_table(spec.settings, config.network_settings, owner=f"network {spec.name}")
    if manifest.network != spec.name or settings_in(manifest, spec) != wanted:
        theirs = f"{manifest.network} {manifest.settings}"
        raise BadValue("--start-from", theirs, f"{config.network} {config.network_settings}", "use --set-network")
    module.load_state_dict(loaded.module.state_dict())
    return manifest.digest


def _evaluated_where_it_learns(config: RunConfig, sizes: tuple[int, ...], tell: Tell) -> RunConfig:
    """The config with evaluations on a board the trainer learns on, the largest where the config names another."""
    if not sizes or config.evaluation_size in sizes:
        return config
    tell(f"evaluation games are on {sizes[-1]}x{sizes[-1]}: nothing is learned on {config.evaluation_size}")
    return replace(config, evaluation_size=sizes[-1])


def _run(
    manager: Catalog, room: CleanRoom, folder: RunFolder, config: RunConfig, parent: str | None, emit: Emit
) -> Run:
    from tessera.training.run import Run

    def tell_all(kind: str, data: Mapping[str, Any]) -> None:
        if kind != "tick":
            manager.emit(RunEvent(kind, data, time.time()))
        emit(kind, data)

    track = _progress_track(manager, folder, config)
    mirror = Mirror(open_store(manager, config.store), config.store, folder, keep=config.keep) if config.store else None
    plan = plan_memory(manager, config)
    planned = None if plan is None else plan.total
    return Run(room, folder, config, track=track, emit=tell_all, parent=parent, mirror=mirror, planned=planned)


def _progress_track(manager: Catalog, folder: RunFolder, config: RunConfig) -> ProgressTrack:
    """Evaluations by the arbiter the config names, which need not be ours, or where that cannot play an engine by the
    first that can."""
    from tessera.training.progress import ProgressTrack

    named = manager.arbiters[config.arbiter]
    others = sorted(manager.arbiters.values(), key=lambda spec: -spec.priority)

    def build(context: ArbiterContext) -> Arbiter:
        pairs = list(permutations(context.entrants.values(), 2))
        able = (spec for spec in (named, *others) if all(spec.accepts(*pair, manager) for pair in pairs))
        spec = next(able, named)
        return spec.build(replace(context, manager=manager), spec.settings())

    return ProgressTrack(folder.path, config, build, anchors=find_anchors(config.anchors))


def _go_on(run: Run, path: Path, state: Mapping[str, Any]) -> None:
    """Load the state of a run; one that does not fit these settings, or this version, is the user's to cure."""
    from tessera.training.leading import processes_of
    from tessera.training.processes import here

    if (saved := processes_of(state["trainer"])) != here().count:
        raise CheckpointError(
            f"{path}: a run of {saved} processes, here are {here().count}; torchrun --nproc-per-node {saved} resumes it"
        )
    try:
        run.load_state_dict(state)
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"{path}: its state does not fit this trainer with these settings ({type(error).__name__}: "
            f"{' '.join(str(error).split())[:120]}); resume without --set, or begin a new run with --start-from"
        ) from error
