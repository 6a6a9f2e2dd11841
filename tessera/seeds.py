"""Seeds that follow from names: the same in every process, and unchanged by what else takes part."""

from __future__ import annotations

import hashlib

MAX_SEED = 2**31 - 1


def seed_of(*parts: object) -> int:
    """A seed 0..MAX_SEED that is the same for the same parts, in any process."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4]) & MAX_SEED
