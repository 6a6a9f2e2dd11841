"""What a run leaves on disk:

config.toml                     the run as resolved, as it was resumed last
config-history.jsonl            when it was begun, and which settings were changed when
training.jsonl                  one line every few seconds: counters, losses, health, win rate
elo.jsonl, elo_tiles.jsonl, evaluation/    how strong it has become, see progress.py
checkpoints/net-00001234.pth    weights and manifest at that training step
checkpoints/run-00001234.pth    the same with all that the run needs to go on; what is kept of both, `retain` says
run.lock, holder.json           who trains here now

Every line has its time in UTC. Whenever the process is killed, the folder is one to resume from, if only from the
beginning.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

import tessera
from tessera import files
from tessera.checkpoints import Manifest, Meta, load, save, verify
from tessera.errors import BadValue, CheckpointError, TesseraError
from tessera.interfaces.catalog import NetworkCatalog
from tessera.runs.lines import JsonLines
from tessera.settings import to_table
from tessera.training.config import TABLES, RunConfig, read_config

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

GROWING = ("training.jsonl", "elo.jsonl", "elo_tiles.jsonl", "evaluation/games.jsonl")
"""Files that only ever get longer."""


RIVALS = 2
"""The latest networks before a new one that it meets in its evaluation."""
LOCK, HOLDER, HISTORY = "run.lock", "holder.json", "config-history.jsonl"
LOCK_SECONDS = 0.5
"""To wait for the lock: a killed process holds it until it and the child it was starting are gone."""


class RunFileError(TesseraError):
    """A file of a run could not be written."""


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self._lock = FileLock(path / LOCK, timeout=LOCK_SECONDS)

    def lock(self) -> None:
        """Let nobody else train here until `unlock`, or until this process ends; raises a `TesseraError` that names
        who does. The folder must be there."""
        if self._lock.is_locked:
            return
        try:
            self._lock.acquire()
            files.sweep(self.path)
            holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": utc_now()}
            files.write_whole(self.path / HOLDER, json.dumps(holder).encode())
        except Timeout:
            raise TesseraError(
                f"{self.path}: {self._holder()} trains here; end it first, or use another --out"
            ) from None
        except OSError as error:
            self._lock.release()
            raise BadValue("--out", str(self.path), f"a folder that can be written ({files.reason(error)})") from None

    def unlock(self) -> None:
        """Let others train here."""
        if self._lock.is_locked:
            (self.path / HOLDER).unlink(missing_ok=True)
            self._lock.release()

    def _holder(self) -> str:
        try:
            holder = json.loads((self.path / HOLDER).read_text(encoding="utf-8"))
            return f"process {holder['pid']} on {holder['host']} (since {holder['since']})"
        except (OSError, ValueError, KeyError, TypeError):  # it has only just taken the lock
            return "another process"

    def refuse_run(self) -> None:
        """Raise `BadValue` when a run is there already, and `TesseraError` while one is begun there.

        A config and random weights are none: a run that ended before its first checkpoint has nothing to go on
        with, and the same command may begin it again.
        """
        if self.has_run():
            raise BadValue("--out", str(self.path), "a new folder", "--resume goes on with the run that is there")
        if (self.path / LOCK).exists() and not self._lock.is_locked:
            self.lock()
            self.unlock()

    def has_run(self) -> bool:
        """Whether anything was saved to go on with, or learned."""
        learned = [path for path in self.checkpoints.glob("net-*.pth") if path.name != "net-00000000.pth"]
        return bool(self._full() or learned)

    def create(self, config: RunConfig) -> None:
        """Make the folder, lock it and write the config; raises as `refuse_run` does."""
        self.refuse_run()
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            self.lock()
            self.refuse_run()
            # What a run wrote that was killed before its first checkpoint: this one writes it again.
            self.rewind(dict.fromkeys(GROWING, 0))
            self._note("begun", {})
            files.write_whole(self.path / "config.toml", config.to_toml().encode())
        except OSError as error:
            raise BadValue("--out", str(self.path), f"a folder that can be written ({error.strerror})") from None

    def config(self) -> RunConfig:
        """The config the run has now."""
        if not (self.path / "config.toml").is_file():
            raise BadValue("--resume", str(self.path), "the folder of an earlier run", "start one without --resume")
        return read_config(self.path / "config.toml")

    def change(self, config: RunConfig) -> None:
        """The run goes on with another config: note what is new in it. Raises `RunFileError`."""
        before, now = (_flat(each) for each in (self.config(), config))
        changed = {name: [before.get(name), now.get(name)] for name in {**before, **now}}
        changed = {name: values for name, values in changed.items() if values[0] != values[1]}
        if changed:
            self._note("resumed", changed)
            try:
                files.write_whole(self.path / "config.toml", config.to_toml().encode())
            except OSError as error:
                raise RunFileError(f"{self.path / 'config.toml'}: not written: {files.reason(error)}") from error

    def _note(self, event: str, changed: Mapping[str, Any]) -> None:
        row = {"event": event, "version": tessera.__version__, "changed": dict(changed)}
        append_line(self.path / HISTORY, row)

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
        """Write the weights of a step."""
        return self._save("net", module, config, meta, None)

    def save_run(self, module: torch.nn.Module, config: RunConfig, meta: Meta, state: Mapping[str, Any]) -> Path:
        """Write all that the run needs to go on from a step."""
        return self._save("run", module, config, meta, state)

    def retain(self, config: RunConfig, *, best: str | None) -> None:
        """Drop checkpoints that are neither among the newest nor of the best network nor of an anchor."""
        networks = [str(row.get("network")) for row in JsonLines(self.path / "elo.jsonl")] if config.keep_every else []
        kept = {best, *networks[:: config.keep_every or None]}
        # Evaluations are against the newest and the best.
        newest = {"run": config.keep, "net": config.keep_networks and max(config.keep_networks, RIVALS + 1)}
        for kind, count in newest.items():
            for path in sorted(self.checkpoints.glob(f"{kind}-*.pth"))[:-count] if count else ():
                if f"net-{path.stem.partition('-')[2]}" not in kept:
                    path.unlink(missing_ok=True)

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
    """Append one JSON line with the time in it, whole or not at all; raises `RunFileError`."""
    line = (json.dumps({"time": utc_now(), **row}, allow_nan=False) + "\n").encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | files.BINARY, 0o644)
    except OSError as error:
        raise RunFileError(f"{path}: cannot be opened: {error.strerror}") from error
    try:
        files.append_line(descriptor, line, durable=False)
    except OSError as error:
        raise RunFileError(f"{path}: not written: {error.strerror}; with --resume the run goes on") from error
    finally:
        os.close(descriptor)


def utc_now() -> str:
    """The time in UTC as ISO 8601, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _flat(config: RunConfig) -> dict[str, Any]:
    """Every setting by its name, those of the plugins with their table before them."""
    table = to_table(config)
    for name in TABLES:
        table |= {f"{name}.{key}": value for key, value in table.pop(name).items()}
    return table
