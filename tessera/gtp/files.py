"""Files a controller may name.

Reading: any SGF file, relative names looked up in the working folder, as GoGui and regression suites expect of an
engine that runs as its user. `--sgf-dir` confines to one folder, for servers whose controllers are strangers.
Writing: only below the working folder, or `--sgf-dir`. Symbolic links are followed first.
"""

from __future__ import annotations

from pathlib import Path

from tessera.gtp.protocol import GtpFailure


def readable_file(name: str, confined_to: Path | None) -> Path:
    """An existing regular file, inside `confined_to` if that is given."""
    path = _resolved(name, confined_to or Path.cwd())
    if confined_to is not None:
        _check_inside(path, confined_to)
    if not path.is_file():
        raise GtpFailure(f"cannot load file: {name[:80]} is not a file")
    return path


def new_or_sgf(name: str, folder: Path) -> Path:
    """A path inside `folder` that may be written: it ends in .sgf, and what stands there, if anything, is a file."""
    path = _resolved(name, folder)
    _check_inside(path, folder)
    if path.suffix.lower() != ".sgf" or (path.exists() and not path.is_file()):
        raise GtpFailure(f"cannot write file: {name[:80]}, allowed: names that end in .sgf")
    return path


def _resolved(name: str, folder: Path) -> Path:
    try:
        path = (folder / name).resolve()
        path.exists()  # raises for names the file system cannot hold
    except (OSError, RuntimeError, ValueError):
        # A loop of links, a name too long, or a zero byte.
        raise GtpFailure(f"file name: {name[:80]!r} cannot be used") from None
    return path


def _check_inside(path: Path, folder: Path) -> None:
    if not path.is_relative_to(folder.resolve()):
        raise GtpFailure(f"file name: {str(path)[:200]} is outside {folder}; see --sgf-dir")
