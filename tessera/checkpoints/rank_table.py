"""Where a network's rank table is kept: in its checkpoint's manifest, and as JSON in a file beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tessera import files
from tessera.checkpoints.foreign import read_foreign
from tessera.checkpoints.read import load, read_manifest
from tessera.checkpoints.store import local_path, scheme_of, shipped_path
from tessera.checkpoints.write import save
from tessera.errors import BadValue, CheckpointError
from tessera.ranks.levels import Source, Strength, Wanted, strength
from tessera.ranks.table import RankTable, parse_table

if TYPE_CHECKING:
    from tessera.interfaces.catalog import NetworkCatalog

MAX_BYTES = 1 << 20
"""Of a file."""


def file_beside(path: Path) -> Path:
    """'net.ranks.json' of 'net.pth' and of 'net.bin.gz'."""
    return path.with_name(path.name.split(".", 1)[0] + ".ranks.json")


def read_table(path: Path) -> RankTable:
    """The table in a file. Raises `CheckpointError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise CheckpointError(f"{path}: longer than {MAX_BYTES} bytes, so no rank table")
        return parse_table(json.loads(data), "rank table")
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {files.reason(error)}") from None
    except (ValueError, RecursionError):
        raise CheckpointError(f"{path}: not JSON, so no rank table") from None
    except BadValue as error:
        raise CheckpointError(f"{path}: {error}") from None


def strength_of(wanted: Wanted, checkpoint: str | None, manager: NetworkCatalog, *, size: int | None) -> Strength:
    """What a strength asks of a network, the shipped one without a checkpoint; see `ranks.levels.strength`.

    Raises `BadValue` and `CheckpointError`.
    """
    source = None if wanted.searches else source_of(checkpoint, manager)
    return strength(wanted, source, size=size)


def source_of(checkpoint: str | None, manager: NetworkCatalog) -> Source:
    """The table that goes with a checkpoint, the shipped one without, and the one that came with the package.

    A table of another network is none: `Source.why` says so. Raises `CheckpointError`.
    """
    name, url = ("the shipped network", str(shipped_path())) if checkpoint is None else (checkpoint, checkpoint)
    scheme = scheme_of(url)
    path = local_path(url if scheme == "file" else str(manager.stores[scheme].build().get(url)))
    manifest, table = read_manifest(path, manager), _table_of(path, manager)
    substitute = read_table(file_beside(shipped_path()))
    cure = f"tessera calibrate {path} measures this one"
    if table is None:
        return Source(name, None, f"{name} has no rank table; {cure}", substitute)
    if table.network != manifest.digest:
        why = f"the rank table of {name} was measured of network {table.network[:12]}, this is {manifest.short}; {cure}"
        return Source(name, None, why, substitute)
    return Source(name, table, "", substitute)


def _table_of(path: Path, manager: NetworkCatalog) -> RankTable | None:
    beside = file_beside(path)
    return read_manifest(path, manager).meta.ranks or (read_table(beside) if beside.is_file() else None)


def old_table(path: Path, manager: NetworkCatalog) -> RankTable | None:
    """What was measured of this very network before. Raises `CheckpointError`."""
    table = _table_of(path, manager)
    return table if table is not None and table.network == read_manifest(path, manager).digest else None


def keep_table(path: Path, table: RankTable, manager: NetworkCatalog) -> list[Path]:
    """Write it beside the checkpoint and, where that is one of ours, into it; returns the files that hold it.

    The file beside is whole or as it was, and so is the checkpoint, whose network stays what it is. Imports torch.
    """
    beside = file_beside(path)
    try:
        files.write_whole(beside, table.to_json())
    except OSError as error:
        raise CheckpointError(f"{beside}: not written: {files.reason(error)}") from None
    if read_foreign(path, manager.formats) is not None:
        return [beside]
    loaded = load(path, manager, with_trainer=True)
    found = loaded.manifest
    meta = replace(found.meta, ranks=table)
    written = save(
        path, loaded.module, network=found.network, settings=found.settings, meta=meta, trainer=loaded.trainer
    )
    assert written.digest == found.digest, "the same network"
    return [beside, path]


def with_ladders(old: RankTable | None, new: RankTable) -> RankTable:
    """`new`, with the boards that only `old` has, where both are of one network."""
    if old is None or old.network != new.network:
        return new
    ladders = {ladder.size: ladder for ladder in (*old.ladders, *new.ladders)}
    return replace(new, ladders=tuple(ladders[size] for size in sorted(ladders)))
