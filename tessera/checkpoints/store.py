"""The default store: checkpoints as files on a local disk. URLs are paths, with or without `file://`."""

from __future__ import annotations

import re
import shutil
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from tessera.checkpoints import durable
from tessera.errors import BadValue, CheckpointError

SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://")


def scheme_of(url: str | Path) -> str:
    """'s3' of 's3://bucket/net.pth'; 'file' of a path."""
    match = SCHEME.match(str(url))
    return match[1] if match else "file"


def local_path(url: str | Path) -> Path:
    """The path of a `file` URL or of a plain path, '~' expanded."""
    text = str(url)
    if scheme_of(text) != "file":
        raise BadValue("checkpoint", text, "a path or a file:// URL")
    if text.startswith("file://"):
        text = urllib.parse.unquote(text.removeprefix("file://"))
    if not text or "\0" in text:
        raise BadValue("checkpoint", str(url), "a path")
    return Path(text).expanduser()


def shipped_path() -> Path:
    """The network that comes with the package, for those who name no checkpoint."""
    path = Path(__file__).resolve().parent.parent / "assets" / "shipped.pth"
    if not path.is_file():
        raise CheckpointError(
            f"the shipped network is missing at {path}; reinstall tessera-go, or name one with --ckpt"
        )
    return path


class FileStore:
    """The `file` scheme. See `tessera.interfaces.stores.CheckpointStore`."""

    def put(self, staged: Path, url: str) -> None:
        """Durable and all or nothing; `staged` is gone afterwards when it lay in the target's directory."""
        target = local_path(url).resolve()
        if staged.parent.resolve() == target.parent:
            durable.publish(staged, target)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with durable.staging(target.parent, target.name) as copy, staged.open("rb") as source:
            shutil.copyfileobj(source, copy)
            copy.sync()
            copy.release()
            durable.publish(copy.path, target)

    def get(self, url: str) -> Path:
        path = local_path(url)
        if not path.is_file():
            raise CheckpointError(f"{path}: no such file; check the path")
        return path

    def list(self, url: str) -> Sequence[str]:
        """Paths of `*.pth` in a folder, oldest first; an absent folder has none."""
        folder = local_path(url)
        if not folder.is_dir():
            return []
        found = [(path.stat().st_mtime_ns, str(path)) for path in folder.glob("*.pth") if path.is_file()]
        return [path for _, path in sorted(found)]

    def delete(self, url: str) -> None:
        durable.remove(local_path(url))
