"""What a run leaves on disk:

config.toml                     the run as resolved
training.jsonl                  one line every few seconds: counters, losses, health, win rate
elo.jsonl, elo_tiles.jsonl, evaluation/    how strong it has become, see progress.py
checkpoints/net-00001234.pth    weights and manifest at that training step; all are kept
checkpoints/run-00001234.pth    the same with all that the run needs to go on; the newest few are kept
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera import files
from tessera.checkpoints import Manifest, Meta, load, save, verify
from tessera.errors import BadValue, CheckpointError, TesseraError
from tessera.interfaces.catalog import NetworkCatalog
from tessera.training.config import RunConfig, read_config

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

GROWING = ("training.jsonl", "elo.jsonl", "elo_tiles.jsonl", "evaluation/games.jsonl")
"""Files that only ever get longer."""


class RunFileError(TesseraError):
    """A file of a run could not be written."""


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"

    def refuse_run(self) -> None:
        """Raise `BadValue` when a run is there already.

        A config and random weights are none: a run that ended before its first checkpoint has nothing to go on
        with, and the same command may begin it again.
        """
        learned = [path for path in self.checkpoints.glob("net-*.pth") if path.name != "net-00000000.pth"]
        if self._full() or learned:
            raise BadValue("--out", str(self.path), "a new folder", "--resume goes on with the run that is there")

    def create(self, config: RunConfig) -> None:
        """Make the folder and write the config; raises `BadValue` when a run is there already."""
        self.refuse_run()
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            # What a run wrote that was killed before its first checkpoint: this one writes it again.
            self.rewind(dict.fromkeys(GROWING, 0))
            (self.path / "config.toml").write_text(config.to_toml(), encoding="utf-8")
        except OSError as error:
            raise BadValue("--out", str(self.path), f"a folder that can be written ({error.strerror})") from None

    def config(self) -> RunConfig:
        """The config the run was started with."""
        if not (self.path / "config.toml").is_file():
            raise BadValue("--resume", str(self.path), "the folder of an earlier run", "start one without --resume")
        return read_config(self.path / "config.toml")

    def write_line(self, row: Mapping[str, Any]) -> None:
        """Append one JSON line to training.jsonl; raises `RunFileError`."""
        append_line(self.path / "training.jsonl", row)

    def lengths(self) -> dict[str, int]:
        """Bytes of the growing files now, to `rewind` to."""
        paths = {name: self.path / name for name in GROWING}
        return {name: path.stat().st_size if path.exists() else 0 for name, path in paths.items()}

    def rewind(self, lengths: Mapping[str, int]) -> None:
        """Cut off what was written after a checkpoint: the run that goes on from there writes it again."""
        for name, length in lengths.items():
            path = self.path / name
            if name in GROWING and path.exists() and path.stat().st_size > length:
                os.truncate(path, length)

    def save_network(self, module: torch.nn.Module, config: RunConfig, meta: Meta) -> Path:
        """Write the weights of a step; all such files are kept."""
        return self._save("net", module, config, meta, None)

    def save_run(self, module: torch.nn.Module, config: RunConfig, meta: Meta, state: Mapping[str, Any]) -> Path:
        """Write all that the run needs to go on from a step, and drop the oldest of such files."""
        path = self._save("run", module, config, meta, state)
        for old in self._full()[: -config.keep]:
            old.unlink(missing_ok=True)
        return path

    def _save(
        self, kind: str, module: torch.nn.Module, config: RunConfig, meta: Meta, state: Mapping[str, Any] | None
    ) -> Path:
        path = self.checkpoints / f"{kind}-{meta.step:08d}.pth"
        save(path, module, network=config.network, settings=config.network_settings, meta=meta, trainer=state)
        return path

    @property
    def newest_network(self) -> Path | None:
        """The newest checkpoint to play with; None before the first."""
        return max(self.checkpoints.glob("net-*.pth"), key=lambda path: path.name, default=None)

    def newest(self, manager: NetworkCatalog) -> tuple[Path, dict[str, Any]]:
        """The newest checkpoint that can be read and the state in it; damaged ones are passed over with a warning."""
        passed_over: list[CheckpointError] = []
        for path in reversed(self._full()):
            try:
                state = load(str(path), manager, with_trainer=True).trainer
            except CheckpointError as error:
                passed_over.append(error)
                continue
            if state is not None:
                for each in passed_over:
                    log.warning("%s; going on from %s", each, path.name)
                return path, state
        why = f" ({passed_over[0]})" if passed_over else ""
        raise CheckpointError(f"{self.checkpoints}: no readable checkpoint to resume from; start a new run{why}")

    def newest_whole(self, tell: Callable[[str], None] = log.warning) -> tuple[Path, Manifest] | None:
        """The newest checkpoint to resume from of which every byte is right, without torch; None where there is none.

        `tell` hears of damaged ones; raises `CheckpointError` when there are no others.
        """
        found = self._full()
        for path in reversed(found):
            try:
                return path, verify(path)
            except CheckpointError as error:
                tell(str(error))
        if found:
            raise CheckpointError(f"{self.checkpoints}: every checkpoint to resume from is damaged; restore a copy")
        return None

    def _full(self) -> list[Path]:
        return sorted(self.checkpoints.glob("run-*.pth"), key=lambda path: path.name)


def append_line(path: Path, row: Mapping[str, Any]) -> None:
    """Append one JSON line, whole or not at all; raises `RunFileError`."""
    line = (json.dumps(dict(row), allow_nan=False) + "\n").encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | files.BINARY, 0o644)
    except OSError as error:
        raise RunFileError(f"{path}: cannot be opened: {error.strerror}") from None
    try:
        files.append_line(descriptor, line, durable=False)
    except OSError as error:
        raise RunFileError(f"{path}: not written: {error.strerror}; with --resume the run goes on") from None
    finally:
        os.close(descriptor)
