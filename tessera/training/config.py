"""What a run was asked to do, as readable TOML: the presets that come with the package, and a run's config.toml."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from tessera.config import read_toml
from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.settings import check, from_table, to_table
from tessera.values import Range, Unit, as_toml

PRESET_PREFIX = "train-"
TABLES = ("network_settings", "trainer_settings")


@dataclass(frozen=True)
class RunConfig:
    """A run. `None` for a budget means no such limit; without any, a run goes on until it is stopped."""

    network: str = "resnet"
    """The policy network; see `tessera plugins`."""
    trainer: str = "gumbel"
    """Who trains it; see `tessera plugins`."""
    start_from: str = ""
    """A checkpoint whose weights the run begins with; '' for random weights. Network and shape must be the same."""
    seed: Annotated[int, Range(0, 2**63 - 1)] = 0
    """Weights, games and learning draw from this seed."""
    threads: Annotated[int, Range(1, 1024)] = 1
    """torch's CPU threads."""
    device: str = "auto"
    """'cpu', 'cuda', 'cuda:N', or 'auto': the first of the trainer's devices that is there."""
    evaluator: str = ""
    """What self-play evaluates positions with. A new run settles 'auto' and '' before its config is written, for it has
    to go on as it began; '' in the config of an older run is torch."""
    minutes: Annotated[float | None, Range(0), Unit("minutes")] = None
    """Training time of the whole run, over all its parts; evaluations do not count."""
    cpu_minutes: Annotated[float | None, Range(0), Unit("minutes")] = None
    """The same as CPU time of the process: a fair budget on a machine that has other work to do."""
    games: Annotated[int | None, Range(0), Unit("games")] = None
    """Finished self-play games of the whole run."""
    checkpoint_minutes: Annotated[float, Range(0), Unit("minutes")] = 4.0
    """Time between checkpoints; each comes with an evaluation."""
    checkpoint_games: Annotated[int | None, Range(1), Unit("games")] = None
    """Self-play games between checkpoints, whatever time they take: it replaces `checkpoint_minutes`."""
    log_seconds: Annotated[float, Range(0), Unit("seconds")] = 10.0
    """Time between lines of training.jsonl."""
    evaluation_size: Annotated[int, Range(MIN_SIZE, MAX_SIZE)] = 9
    """Board side of the evaluation games."""
    evaluation_games: Annotated[int, Range(2, 1_000_000), Unit("games")] = 50
    """Games of an evaluation: the policy alone against each opponent, the random player and the last checkpoints."""
    anchors: tuple[str, ...] = ("shipped",)
    """Opponents that stay the same whatever is learned: 'shipped', an engine such as 'gnugo' (20 games at most), a
    checkpoint by its path. Met in fewer games while they win or lose them all."""
    gate: Annotated[float | None, Range(above=0, high=1000), Unit("Elo")] = None
    """A checkpoint becomes the best only by an SPRT against the best: so much stronger rather than equal. Without it,
    by its rating."""
    arbiter: str = "self"
    """Who plays them; see `tessera plugins`. Engines from outside are met by an arbiter that can."""
    clean_room: Literal["always", "short", "never"] = "short"
    """When the trainer leaves memory for an evaluation and comes back bit for bit: whenever there is one, where less
    than a fifth of the device's memory is free, or never. Unless never, what stays behind is named."""
    tile_games: Annotated[int, Range(1, 1_000_000_000), Unit("games")] = 100
    """Self-play in a line of elo_tiles.jsonl."""
    keep: Annotated[int, Range(1, 1_000_000), Unit("checkpoints")] = 2
    """How many of the newest are kept with all that a run needs to go on; those of the best network and of anchors
    stay as well."""
    keep_networks: Annotated[int, Range(0, 1_000_000), Unit("checkpoints")] = 0
    """How many of the newest are kept with weights alone, beside the best and the anchors; 0: all."""
    keep_every: Annotated[int, Range(0, 1_000_000), Unit("evaluations")] = 0
    """Every so many evaluations the network is an anchor, kept for good as a fixed point to compare with; 0: none."""
    disk_minutes: Annotated[float, Range(0), Unit("minutes")] = 60.0
    """How long a run waits for room on a full disk before it ends."""
    store: str = ""
    """A URL such as s3://bucket/runs/a that gets a copy of the run at each checkpoint, to go on from elsewhere."""
    network_settings: dict[str, Any] = field(default_factory=dict)
    """Those of the network's settings that are not their defaults, as TOML gives them."""
    trainer_settings: dict[str, Any] = field(default_factory=dict)
    """The same of the trainer."""

    def __post_init__(self) -> None:
        check(self)

    def to_toml(self) -> str:
        """The config as TOML: one table for the run, one for each plugin's settings."""
        flat = to_table(self)
        tables = {name: flat.pop(name) for name in TABLES}
        lines = [f"{name} = {as_toml(value)}" for name, value in flat.items() if value is not None]
        for name, settings in tables.items():
            lines += ["", f"[{name}]", *(f"{key} = {as_toml(value)}" for key, value in settings.items())]
        return "\n".join(lines) + "\n"


def presets() -> dict[str, Path]:
    """Preset name -> its TOML file in the package, short names first: 5x5 before 19x19."""
    folder = Path(__file__).resolve().parent.parent / "assets"
    files = sorted(folder.glob(f"{PRESET_PREFIX}*.toml"), key=lambda path: (len(path.stem), path.stem))
    return {path.stem.removeprefix(PRESET_PREFIX): path for path in files}


def read_preset(name: str) -> RunConfig:
    """The preset called `name`; raises `BadValue`."""
    known = presets()
    if name not in known:
        raise BadValue("preset", name, ", ".join(known))
    return read_config(known[name])


def read_config(path: Path) -> RunConfig:
    """A RunConfig from a TOML file; keys left out keep their defaults. Raises `BadValue`."""
    return from_table(RunConfig, read_toml(path, f"config {path}"), owner=f"config {path.name}")
