"""Files a controller may name: inside the working folder or `--sgf-dir`, symbolic links followed first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tessera.gtp.protocol import GtpFailure


def allowed_path(name: str, folders: Sequence[Path]) -> Path:
    """The real path of `name`, looked up in each folder and new in the first; `GtpFailure` outside of them."""
    try:
        roots = [folder.resolve() for folder in folders]
        found = [root / name for root in roots if os.path.lexists(root / name)]
        path = (found or [root / name for root in roots] or [Path(name)])[0].resolve()
        path.exists()  # raises for names the file system cannot hold
    except (OSError, RuntimeError, ValueError):
        # A loop of links, a name too long, or a zero byte.
        raise GtpFailure(f"file name: {name[:80]!r} cannot be used") from None
    if not any(path.is_relative_to(root) for root in roots):
        allowed = " and ".join(str(root) for root in roots) or "no folder"
        raise GtpFailure(f"file name: {path} is outside {allowed}; see --sgf-dir")
    return path


def readable_file(name: str, folders: Sequence[Path]) -> Path:
    """An existing regular file."""
    path = allowed_path(name, folders)
    if not path.is_file():
        raise GtpFailure(f"cannot load file: {name[:80]} is not a file")
    return path


def new_or_sgf(name: str, folders: Sequence[Path]) -> Path:
    """A path that may be written: its name ends in .sgf, and what stands there, if anything, is a file."""
    path = allowed_path(name, folders)
    if path.suffix.lower() != ".sgf" or (path.exists() and not path.is_file()):
        raise GtpFailure(f"cannot write file: {name[:80]}, allowed: names that end in .sgf")
    return path
