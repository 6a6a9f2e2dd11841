"""The container: a zip of stored members under `tessera/`, sealed with a SHA-256 in the zip comment.

torch names a zip's top folder freely ('archive' or the file's stem); here it is always `tessera`, which is
what lets plain `torch.load` accept the member `tessera/manifest.json` (it refuses members outside the one
folder). Layout and limits are checked before zipfile parses anything: PKWARE APPNOTE 4.3.16 for the end
record. No torch here.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tessera.errors import CheckpointError

FOLDER = "tessera/"
MANIFEST = FOLDER + "manifest.json"
PICKLE = FOLDER + "data.pkl"
STORAGE = FOLDER + "data/"
BOOKKEEPING = {FOLDER + name for name in ("version", "byteorder", ".format_version", ".storage_alignment")}
"""What torch writes beside the data; all tiny."""

MAX_FILE = 2**32 - 2**20
"""Bytes. Below zip64, which is refused."""
MAX_MEMBERS = 20_000
MAX_MANIFEST = 8 * 2**20
MAX_PICKLE = 8 * 2**20
MAX_DIRECTORY = 4 * 2**20
"""Size of the zip's central directory."""
ALIGNMENT = 64
"""Of tensor bytes in the file, as torch writes them, so that they can be mapped into memory."""

SEAL = b"tessera-sha256:"
COMMENT = len(SEAL) + 64
END = struct.Struct("<4sHHHHIIH")
"""The zip's end record: signature, disk, directory's disk, entries here, entries, size, offset, comment length."""


def compose(members: Mapping[str, bytes]) -> bytearray:
    """A sealed archive of `members` (full names, in this order); same members, same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            gap = -(buffer.tell() + 30 + len(name) + 4) % ALIGNMENT
            info.extra = b"FB" + gap.to_bytes(2, "little") + b"\0" * gap
            archive.writestr(info, data)
        archive.comment = SEAL + b"0" * 64
    sealed = bytearray(buffer.getbuffer())
    digest = hashlib.sha256(memoryview(sealed)[:-COMMENT]).hexdigest()
    sealed[-64:] = digest.encode()
    return sealed


def read_file(path: Path) -> bytes:
    """The whole file at `path`, up to `MAX_FILE` bytes."""
    with _opened(path) as (file, size):
        return file.read(size)


class Archive:
    """The members of a sealed archive, each read with its CRC checked. Everything raises `CheckpointError`."""

    def __init__(self, data: bytes, *, source: str) -> None:
        self.source = source
        _check_end(data[-(END.size + COMMENT) :], len(data), source)
        if data[-64:] != hashlib.sha256(memoryview(data)[:-COMMENT]).hexdigest().encode():
            raise CheckpointError(f"{source}: the file's SHA-256 does not match its seal: damaged; restore a copy")
        self._zip = _open_zip(io.BytesIO(data), source)
        self._infos = _checked_infos(self._zip, len(data), source)

    def names(self) -> list[str]:
        return list(self._infos)

    def size(self, name: str) -> int:
        """Bytes of a member; raises when it is missing."""
        if name not in self._infos:
            raise CheckpointError(f"{self.source}: member {name!r} is missing")
        return self._infos[name].file_size

    def read(self, name: str, *, limit: int = MAX_FILE) -> bytes:
        """The bytes of a member of at most `limit` bytes."""
        if self.size(name) > limit:
            raise CheckpointError(f"{self.source}: member {name!r} is larger than {limit} bytes")
        return _read_member(self._zip, self._infos[name], self.source)


def peek_manifest(path: Path) -> bytes:
    """The manifest's bytes without reading the rest of the file. Only the manifest's CRC is checked."""
    source = str(path)
    with _opened(path) as (file, size):
        file.seek(max(0, size - END.size - COMMENT))
        _check_end(file.read(), size, source)
        archive = _open_zip(file, source)
        infos = _checked_infos(archive, size, source)
        if infos[MANIFEST].file_size > MAX_MANIFEST:
            raise CheckpointError(f"{source}: the manifest is larger than {MAX_MANIFEST} bytes")
        return _read_member(archive, infos[MANIFEST], source)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[io.BufferedReader, int]]:
    """A regular file and its size. Never waits for a pipe, never reads a device."""
    try:
        if path.exists() and not path.is_file():
            raise CheckpointError(f"{path}: not a regular file")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_FILE:
                raise CheckpointError(f"{path}: larger than {MAX_FILE} bytes, the most a checkpoint may have")
            yield file, size
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file; check the path") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read: {error}") from None


def _check_end(tail: bytes, size: int, source: str) -> None:
    """The end record must stand where the seal says, describe a plain zip, and promise nothing excessive."""
    if len(tail) < END.size + COMMENT or tail[:4] != b"PK\x05\x06" or tail[END.size :][: len(SEAL)] != SEAL:
        raise CheckpointError(f"{source}: not a tessera checkpoint, or truncated; check the path or restore a copy")
    _, disk, directory_disk, here, entries, length, offset, comment = END.unpack(tail[: END.size])
    if (disk, directory_disk, here, comment) != (0, 0, entries, COMMENT):
        raise CheckpointError(f"{source}: the zip's end record is inconsistent")
    if entries > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise CheckpointError(f"{source}: more than {MAX_MEMBERS} members or a directory over {MAX_DIRECTORY} bytes")
    if offset + length + END.size + COMMENT != size:
        raise CheckpointError(f"{source}: bytes between the zip's directory and its end")


def _open_zip(file: io.BytesIO | io.BufferedReader, source: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error, OSError) as error:
        raise CheckpointError(f"{source}: not a readable zip: {error}") from None


def _checked_infos(archive: zipfile.ZipFile, size: int, source: str) -> dict[str, zipfile.ZipInfo]:
    """Members by name: unique, stored, unencrypted, known, and together no larger than the file."""
    infos: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in archive.infolist():
        name = info.filename
        if name in infos:
            raise CheckpointError(f"{source}: member {name[:80]!r} occurs twice")
        if not _known(name) or info.orig_filename != name:
            raise CheckpointError(f"{source}: unexpected member {info.orig_filename[:80]!r}")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise CheckpointError(f"{source}: member {name[:80]!r} is compressed; only stored ones are read")
        if info.flag_bits & 0x41:
            raise CheckpointError(f"{source}: member {name[:80]!r} is encrypted")
        infos[name] = info
        total += info.file_size
    if total > size:
        raise CheckpointError(f"{source}: members overlap or are larger than the file")
    for name in (MANIFEST, PICKLE):
        if name not in infos:
            raise CheckpointError(f"{source}: member {name!r} is missing: not written by tessera's save")
    return infos


def _known(name: str) -> bool:
    index = name.removeprefix(STORAGE)
    return name in BOOKKEEPING or name in (MANIFEST, PICKLE) or (index != name and index.isascii() and index.isdigit())


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str) -> bytes:
    try:
        data = archive.read(info)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        struct.error,
    ) as error:
        raise CheckpointError(f"{source}: member {info.filename!r} cannot be read: {error}") from None
    if len(data) != info.file_size:
        raise CheckpointError(f"{source}: member {info.filename!r} is truncated")
    return data
