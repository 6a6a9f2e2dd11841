"""Which SGF files a folder has, on which boards, and which of them are held out. Heads of files are read, no more."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tessera.errors import BadValue
from tessera.rules.coords import MAX_SIZE, MIN_SIZE

HEAD = 1 << 16
"""Bytes of a file in which its board side is looked for, and by which it is held out or not."""
UNSAID = 19
"""Board side of a file that does not say."""
SIDE = re.compile(rb"\bSZ\s*\[\s*(\d{1,3})")
CURE = "--set games=FOLDER"


@dataclass(frozen=True)
class Files:
    """The files of a folder, by their paths in it."""

    folder: Path
    learned: tuple[str, ...]
    held_out: tuple[str, ...]
    sides: Counter[int]
    """Files of `learned` by board side."""
    digest: str
    """A digest of the names and heads of all files and of what is held out: it changes when they do."""


def existing_folder(games: str) -> Path:
    """The absolute path of a folder with SGF files; raises `BadValue`."""
    if not games:
        raise BadValue("games", games, "a folder with SGF files", CURE)
    folder = Path(games).expanduser().absolute()
    if not folder.is_dir():
        raise BadValue("games", str(folder), "a folder with SGF files; there is no such folder", CURE)
    if next(_sgf_files(folder), None) is None:
        raise BadValue("games", str(folder), "a folder with files ending in .sgf, here or further down", CURE)
    return folder


def find_files(games: str, *, held_out: float) -> Files:
    """The files of a folder, about `held_out` (0..0.5) of them set aside by their content; raises `BadValue`."""
    folder = existing_folder(games)
    digest = hashlib.sha256()
    learned, apart, sides = [], [], []
    for path in sorted(_sgf_files(folder)):
        head, name = _head(path), path.relative_to(folder).as_posix()
        mark = hashlib.sha256(head).digest()
        aside = int.from_bytes(mark[:4], "big") < held_out * 2**32
        digest.update(name.encode("utf-8", "surrogateescape") + bytes([aside]) + mark)
        if aside:
            apart.append(name)
        else:
            learned.append(name)
            sides.append(_side(head))
    if not learned:
        return find_files(games, held_out=0.0)  # of a few files all may have been set aside
    known = Counter(side for side in sides if MIN_SIZE <= side <= MAX_SIZE)
    return Files(folder, tuple(learned), tuple(apart), known, digest.hexdigest())


def _sgf_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() == ".sgf" and path.is_file())


def _head(path: Path) -> bytes:
    """The first bytes of a file; b'' where it cannot be read, which is told when its turn comes."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _side(head: bytes) -> int:
    found = SIDE.search(head)
    return int(found[1]) if found else UNSAID
