"""The container: a zip of stored members under `tessera/`, sealed with a SHA-256 in the zip comment.

torch names a zip's top folder freely ('archive' or the file's stem); here it is always `tessera`, which is
what lets plain `torch.load` accept the member `tessera/manifest.json` (it refuses members outside the one
folder). Layout and limits are checked before zipfile parses anything: PKWARE APPNOTE 4.3.14 to 4.3.16 for the end
records. Nothing here holds more of a file than a piece. No torch here.

The seal covers every byte but those of the tensors, which the manifest, itself under the seal, has digests of: each
byte is hashed once. Files of earlier versions have a seal over all bytes before it.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from tessera.errors import CheckpointError

FOLDER = "tessera/"
MANIFEST = FOLDER + "manifest.json"
PICKLE = FOLDER + "data.pkl"
STORAGE = FOLDER + "data/"
BOOKKEEPING = {FOLDER + name for name in ("version", "byteorder", ".format_version", ".storage_alignment")}
"""What torch writes beside the data; all tiny."""

MAX_MEMBERS = 20_000
MAX_MANIFEST = 8 * 2**20
MAX_PICKLE = 8 * 2**20
MAX_DIRECTORY = 4 * 2**20
"""Size of the zip's central directory."""
PIECE = 4 * 2**20
"""Bytes that are read, hashed or written at once."""
ALIGNMENT = 64
"""Tensor bytes start at multiples of this in the file, as torch writes them, so that they can be mapped into memory."""

SEAL, SEAL_OF_ALL = b"tessera-seal-2:", b"tessera-sha256:"
COMMENT = len(SEAL) + 64
END = struct.Struct("<4sHHHHIIH")
"""The zip's end record: signature, disk, directory's disk, entries here, entries, size, offset, comment length."""
END64 = struct.Struct("<4sQHHIIQQQQ4sIQI")
"""What stands before it in a large zip: the zip64 end record (signature, size of the rest, versions, disk, directory's
disk, entries here, entries, size, offset) and its locator (signature, disk, offset, disks)."""
END64_REST = 44
HEADER = 30
"""Bytes of a local file header before its name; the lengths of name and extra field are its last four."""
HEADER64 = 20
"""What a local header has in addition where the member is large."""


class ArchiveWriter:
    """Writes a sealed archive into an empty file that can be read and sought; same members, same bytes.

    As a context manager: left in order, the archive is complete.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._zip.comment = SEAL + b"0" * 64
        self._zip.close()
        if error is None:
            seal = Archive(self._file, source="archive to be sealed", sealed=False).seal()
            self._file.seek(-64, os.SEEK_END)
            self._file.write(seal)

    def add(self, name: str, data: bytes) -> None:
        """A member (its full name) as a whole."""
        with self.open(name, len(data)) as member:
            member.write(data)

    def open(self, name: str, size: int) -> IO[bytes]:
        """A member of `size` bytes, to be written in pieces."""
        info = zipfile.ZipInfo(name)
        info.file_size = size
        large = size > zipfile.ZIP64_LIMIT
        gap = -(self._file.tell() + HEADER + len(name) + (HEADER64 if large else 0) + 4) % ALIGNMENT
        info.extra = b"FB" + gap.to_bytes(2, "little") + b"\0" * gap
        return self._zip.open(info, "w", force_zip64=large)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, to be read. Never waits for a pipe, never reads a device; `CheckpointError` names the path."""
    try:
        if path.exists() and not path.is_file():
            raise CheckpointError(f"{path}: not a regular file")
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file; check the path") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: cannot be read: {error}") from None
    with file:
        yield file


class Archive:
    """The members of a sealed archive in an open file. Everything raises `CheckpointError`.

    `sealed=False` leaves the seal unchecked, which spares reading a file of an earlier version as a whole.
    """

    def __init__(self, file: IO[bytes], *, source: str, sealed: bool = True) -> None:
        self.source, self._file = source, file
        try:
            size = file.seek(0, os.SEEK_END)
        except OSError as error:
            raise CheckpointError(f"{source}: cannot be read: {error.strerror}") from None
        tail = self._bytes(max(0, size - END64.size - END.size - COMMENT), size)
        _check_end(tail, size, source)
        of_all = tail[-COMMENT:-64] == SEAL_OF_ALL
        if of_all and sealed:
            self._check_seal(tail[-64:], self._hash([(0, size - COMMENT)]))
        self._zip = _open_zip(file, source)
        self._infos = _checked_infos(self._zip, size, source)
        self._size = size
        if sealed and not of_all:
            self._check_seal(tail[-64:], self.seal())

    def names(self) -> list[str]:
        return list(self._infos)

    def size(self, name: str) -> int:
        """Bytes of a member; raises when it is missing."""
        if name not in self._infos:
            raise CheckpointError(f"{self.source}: member {name!r} is missing")
        return self._infos[name].file_size

    def read(self, name: str, *, limit: int) -> bytes:
        """The bytes of a member of at most `limit` bytes; its CRC is checked."""
        if self.size(name) > limit:
            raise CheckpointError(f"{self.source}: member {name!r} is larger than {limit} bytes")
        return _read_member(self._zip, self._infos[name], self.source)

    def pieces(self, name: str) -> Iterator[memoryview]:
        """The bytes of a member, each piece in place of the one before; nothing is checked, not even its CRC."""
        self.size(name)
        yield from self._pieces(*self._extent(self._infos[name]))

    def readinto(self, name: str, buffer: memoryview) -> None:
        """The bytes of a member into `buffer`, which is as long; nothing is checked."""
        self.size(name)
        start, end = self._extent(self._infos[name])
        assert len(buffer) == end - start
        self._fill(start, buffer)

    def seal(self) -> bytes:
        """The hex digest of all but the tensors and the digest itself."""
        extents = sorted(self._extent(info) for name, info in self._infos.items() if name.startswith(STORAGE))
        gaps, at = [], 0
        for start, end in extents:
            if start < at:
                raise CheckpointError(f"{self.source}: members overlap")
            gaps.append((at, start))
            at = end
        return self._hash([*gaps, (at, self._size - 64)])

    def _check_seal(self, found: bytes, wanted: bytes) -> None:
        if found != wanted:
            raise CheckpointError(f"{self.source}: the file's SHA-256 does not match its seal: damaged; restore a copy")

    def _extent(self, info: zipfile.ZipInfo) -> tuple[int, int]:
        """Where the bytes of a member begin and end, as its local header says."""
        name_length, extra_length = struct.unpack("<HH", self._bytes(info.header_offset + 26, info.header_offset + 30))
        start = info.header_offset + HEADER + name_length + extra_length
        if start + info.file_size > self._size:
            raise CheckpointError(f"{self.source}: member {info.filename!r} is truncated")
        return start, start + info.file_size

    def _hash(self, extents: list[tuple[int, int]]) -> bytes:
        digest = hashlib.sha256()
        for extent in extents:
            for piece in self._pieces(*extent):
                digest.update(piece)
        return digest.hexdigest().encode()

    def _pieces(self, start: int, end: int) -> Iterator[memoryview]:
        buffer = memoryview(bytearray(min(PIECE, end - start)))
        for at in range(start, end, PIECE):
            piece = buffer[: min(PIECE, end - at)]
            self._fill(at, piece)
            yield piece

    def _bytes(self, start: int, end: int) -> bytes:
        buffer = bytearray(end - start)
        self._fill(start, memoryview(buffer))
        return bytes(buffer)

    def _fill(self, start: int, buffer: memoryview) -> None:
        try:
            self._file.seek(start)
            while len(buffer):
                count = self._file.readinto(buffer[:PIECE])  # type: ignore[attr-defined]
                if not count:
                    raise CheckpointError(f"{self.source}: the file ends before its last member: truncated")
                buffer = buffer[count:]
        except OSError as error:
            raise CheckpointError(f"{self.source}: cannot be read: {error.strerror}") from None


def _check_end(tail: bytes, size: int, source: str) -> None:
    """The end records must stand where the seal says, describe a plain zip, and promise nothing excessive.

    `tail` is the end of a file of `size` bytes, as much of it as the end records may take.
    """
    at = len(tail) - END.size - COMMENT
    seal = tail[-COMMENT:-64]
    if at < 0 or tail[at : at + 4] != b"PK\x05\x06" or seal not in (SEAL, SEAL_OF_ALL):
        raise CheckpointError(f"{source}: not a tessera checkpoint, or truncated; check the path or restore a copy")
    _, disk, directory_disk, here, entries, length, offset, comment = END.unpack(tail[at : at + END.size])
    if (disk, directory_disk, here, comment) != (0, 0, entries, COMMENT):
        raise CheckpointError(f"{source}: the zip's end record is inconsistent")
    end = size - END.size - COMMENT
    if tail[max(0, at - 20) : at][:4] == b"PK\x06\x07":  # zipfile takes a zip with this locator for a large one
        end -= END64.size
        if at != END64.size:
            raise CheckpointError(f"{source}: the zip's end record is inconsistent")
        entries, length, offset = _checked_end64(END64.unpack(tail[:at]), end, source)
    if entries > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise CheckpointError(f"{source}: more than {MAX_MEMBERS} members or a directory over {MAX_DIRECTORY} bytes")
    if offset + length != end:
        raise CheckpointError(f"{source}: bytes between the zip's directory and its end")


def _checked_end64(fields: tuple[Any, ...], at: int, source: str) -> tuple[int, int, int]:
    """Entries, size and offset of the directory, from zip64 end record and locator; the record is at `at`."""
    magic, rest, _, _, disk, directory_disk, here, entries, length, offset, _, disk_of_end, end, disks = fields
    if (magic, rest, disk, directory_disk, here, disk_of_end, end, disks) != (
        b"PK\x06\x06",
        44,
        0,
        0,
        entries,
        0,
        at,
        1,
    ):
        raise CheckpointError(f"{source}: the zip's end record is inconsistent")
    return entries, length, offset


def _open_zip(file: IO[bytes], source: str) -> zipfile.ZipFile:
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
