"""What a run was asked to do, as readable TOML: the presets that come with the package, and a run's config.toml."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tessera.config import PLAIN_TYPES, Plain, read_toml, resolve
from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE

PRESET_PREFIX = "train-"
TABLES = ("network_settings", "trainer_settings")
BUDGETS = ("minutes", "cpu_minutes", "games")
RANGES = {
    "seed": (0, 2**63 - 1),
    "threads": (1, 1024),
    "evaluation_games": (2, 1_000_000),
    "evaluation_size": (MIN_SIZE, MAX_SIZE),
    "keep": (1, 1_000_000),
    "tile_games": (1, 1_000_000_000),
}


@dataclass(frozen=True)
class RunConfig:
    """A run. `None` for a budget means no such limit; without any, a run goes on until it is stopped."""

    network: str = "resnet"
    network_settings: dict[str, Plain] = field(default_factory=dict)
    trainer: str = "gumbel"
    trainer_settings: dict[str, Plain] = field(default_factory=dict)
    start_from: str = ""
    """A checkpoint whose weights the run begins with; '' for random weights. Network and shape must be the same."""
    seed: int = 0
    threads: int = 1
    """torch's CPU threads."""
    device: str = "auto"
    """'cpu', 'cuda', 'cuda:N', or 'auto': the first of the trainer's devices that is there."""
    evaluator: str = ""
    """What self-play evaluates positions with. A new run settles 'auto' and '' before its config is written, for it has
    to go on as it began; '' in the config of an older run is torch."""
    minutes: float | None = None
    """Training time of the whole run, over all its parts; evaluations do not count."""
    cpu_minutes: float | None = None
    """The same as CPU time of the process: a fair budget on a machine that has other work to do."""
    games: int | None = None
    """Finished self-play games of the whole run."""
    checkpoint_minutes: float = 4.0
    """Time between checkpoints; each comes with an evaluation."""
    log_seconds: float = 10.0
    """Time between lines of training.jsonl."""
    evaluation_size: int = 9
    """Board side of the evaluation games."""
    evaluation_games: int = 50
    """Of the policy alone against each opponent: the random player and the networks of the last checkpoints."""
    arbiter: str = "self"
    """Who plays them; see `tessera plugins`."""
    tile_games: int = 100
    """Self-play games in a line of elo_tiles.jsonl."""
    keep: int = 2
    """Checkpoints kept with all that a run needs to go on; the small ones with weights alone all stay."""

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise BadValue(name, getattr(self, name), f"{low} to {high}")
        for name in (*BUDGETS, "checkpoint_minutes", "log_seconds"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise BadValue(name, value, "0 or more")

    def to_toml(self) -> str:
        """The config as TOML: one table for the run, one for each plugin's settings."""
        flat = asdict(self)
        tables = {name: flat.pop(f"{name}_settings") for name in ("network", "trainer")}
        lines = [f"{name} = {_toml(value)}" for name, value in flat.items() if value is not None]
        for name, settings in tables.items():
            lines += ["", f"[{name}_settings]", *(f"{key} = {_toml(value)}" for key, value in settings.items())]
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
    data = read_toml(path, f"config {path}")
    budgets = {name: data.pop(name, None) for name in BUDGETS}
    tables: dict[str, Any] = {name: _plain_table(name, data.pop(name, {})) for name in TABLES}
    defaults = RunConfig()
    names = [f.name for f in fields(RunConfig) if f.name not in (*budgets, *tables)]
    values = resolve({name: getattr(defaults, name) for name in names}, data, owner=f"config {path.name}")
    for name, budget in budgets.items():
        if budget is not None and (isinstance(budget, bool) or not isinstance(budget, int | float)):
            raise BadValue(f"config {path.name}: {name}", budget, "a number")
    return RunConfig(**values, **tables, **budgets)


def _plain_table(name: str, table: object) -> dict[str, Plain]:
    if not isinstance(table, Mapping) or not all(isinstance(value, PLAIN_TYPES) for value in table.values()):
        raise BadValue(f"config: [{name}]", table, "a table of plain values")
    return dict(table)


def _toml(value: Any) -> str:
    # A JSON string is a TOML basic string, and so are numbers and booleans.
    return json.dumps(value, ensure_ascii=True)
