"""Files a controller may name: inside the working folder or `--sgf-dir`, symbolic links followed first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tessera.gtp.protocol import GtpFailure


def allowed_path(name: str, folders: Sequence[Path]) -> Path:
    """The real path of `name`, relative names looked up in each folder; raises `GtpFailure` outside of them."""
    roots = [folder.resolve() for folder in folders]
    outside: Path | None = None
    for root in roots:
        try:
            path = (root / name).resolve()
        except (OSError, RuntimeError, ValueError):
            # A loop of links, a name too long, or a zero byte.
            raise GtpFailure(f"file name: {name[:80]!r} cannot be used") from None
        if not any(path.is_relative_to(root) for root in roots):
            outside = path
        elif path.exists() or root == roots[-1]:
            return path
    raise GtpFailure(
        f"file name: {outside or name} is outside {' and '.join(str(root) for root in roots)}; see --sgf-dir"
    )


def readable_file(name: str, folders: Sequence[Path]) -> Path:
    """An existing regular file."""
    path = allowed_path(name, folders)
    if not path.is_file():
        raise GtpFailure(f"cannot load file: {path} is not a file")
    return path


def new_or_sgf(name: str, folders: Sequence[Path]) -> Path:
    """A path that may be written: its name ends in .sgf, and what stands there, if anything, is a file."""
    path = allowed_path(name, folders)
    if path.suffix.lower() != ".sgf" or (path.exists() and not path.is_file()):
        raise GtpFailure(f"cannot write file: {path}, allowed: names that end in .sgf")
    return path
