"""What a checkpoint store has to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tessera.checkpoints import load, save
from tessera.checkpoints.store import scheme_of
from tessera.errors import CheckpointError
from tessera.interfaces.stores import StoreSpec
from tessera.settings import NoSettings
from tessera.testing.catalog import Catalog
from tessera.testing.expect import Expect


def check_store(spec: StoreSpec, folder: str) -> None:
    """Puts, replaces, gets, lists and deletes below `folder`, a URL of the scheme that is empty and may be written."""
    from tessera.builtin.uniform import SPEC

    expect = Expect(f"store {spec.scheme!r}")
    expect.described(spec.summary)
    expect(spec.scheme == spec.scheme.lower(), "its scheme is lower case")
    expect(scheme_of(folder) == spec.scheme, f"the folder {folder!r} is a URL of its scheme")
    store = spec.build()
    first, second = f"{folder}/first.pth", f"{folder}/second.pth"
    expect.raises(CheckpointError, lambda: store.get(first), "get() of what is not there raises CheckpointError")
    expect(list(store.list(folder)) == [], "list() of an empty folder is empty")
    with tempfile.TemporaryDirectory() as scratch:
        for url, content in ((first, b"one"), (second, b"two"), (first, b"three" * 100_000)):
            staged = Path(scratch) / "staged.pth"
            staged.write_bytes(content)
            store.put(staged, url)
    expect(store.get(first).read_bytes() == b"three" * 100_000, "get() gives what was put last")
    expect(store.get(second).read_bytes() == b"two", "a put touches its own URL alone")
    listed = [url.rsplit("/", 1)[-1] for url in store.list(folder)]
    expect(sorted(listed) == ["first.pth", "second.pth"], f"list() names the two checkpoints, not {listed}")
    expect(all(store.get(url).is_file() for url in store.list(folder)), "what list() names can be got")
    store.delete(second)
    expect.raises(CheckpointError, lambda: store.get(second), "what was deleted is gone")
    expect(len(store.list(folder)) == 1, "delete() takes one away")
    catalog = Catalog(SPEC, spec)
    manifest = save(first, SPEC.build(NoSettings()), network=SPEC.name, settings={}, manager=catalog)
    expect(load(first, catalog).manifest == manifest, "a checkpoint that is saved loads again")
    store.delete(first)
