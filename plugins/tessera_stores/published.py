"""The small JSON file beside a checkpoint that makes it count: `net.pth.json` names the data, its size and SHA-256.

It is written last, so a checkpoint is there whole or not at all on any file system: an upload that broke off, or a
copy still on its way, has no such file. The data have the first digits of their digest in their name, so a new
checkpoint of the same name never overwrites the one that readers are fetching.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tessera.errors import CheckpointError

SUFFIX = ".json"
MAX_BYTES = 4096
DIGEST = re.compile(r"[0-9a-f]{64}")
DIGITS = 16
"""Digits of the digest in the name of the data."""


@dataclass(frozen=True)
class Published:
    """One checkpoint in a store."""

    file: str
    """Name of the data, in the same folder."""
    size: int
    """Bytes."""
    sha256: str

    def to_json(self) -> bytes:
        return json.dumps({"file": self.file, "size": self.size, "sha256": self.sha256}).encode()


def data_name(name: str, sha256: str) -> str:
    """'net.0123456789abcdef.pth' of 'net.pth'."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{sha256[:DIGITS]}{dot}{suffix}"


def is_data_of(file: str, name: str) -> bool:
    """Whether `file` is named like data of the file `name`."""
    digits = file.rpartition(".")[0][-DIGITS:]
    return file == data_name(name, digits) and re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", digits) is not None


def parse(text: bytes, *, name: str, source: str) -> Published:
    """Check what a store says of the checkpoint `name`; raises `CheckpointError`. It comes from outside."""
    try:
        row = json.loads(text)
        size, sha256 = row["size"], row["sha256"]
        sound = type(size) is int and size >= 0 and isinstance(sha256, str) and DIGEST.fullmatch(sha256)
    except (ValueError, TypeError, KeyError, RecursionError):
        sound = None
    if not sound or row.get("file") != data_name(name, sha256):
        raise CheckpointError(f"{source}: not written by Tessera: it must name the data, their size and SHA-256")
    return Published(data_name(name, sha256), size, sha256)
