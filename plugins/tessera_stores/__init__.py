"""Checkpoints in the cloud and on servers, through fsspec (the extra `stores`): `s3://bucket/run/net-00001234.pth`.

Credentials and endpoints are those of each service's own tools, in the environment or in their files: AWS_PROFILE,
AWS_ENDPOINT_URL, GOOGLE_APPLICATION_CREDENTIALS, ... They are never in a checkpoint.

Start reading at `store`; `published` is the small file that makes a checkpoint count, `fetched` the cache, `pieces` a
large file read piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.stores import StoreSpec

if TYPE_CHECKING:
    from tessera.interfaces.stores import CheckpointStore

SCHEMES = {
    "s3": "Amazon S3 and what speaks its protocol (MinIO, R2, Ceph)",
    "gs": "Google Cloud Storage (needs gcsfs too)",
    "abfs": "Azure Blob Storage (needs adlfs too)",
    "sftp": "a server reached by SSH (needs paramiko too)",
    "memory": "fsspec's dict of this process, for tests",
}


@hookimpl
def tessera_register_stores(register: Callable[[StoreSpec], None]) -> None:
    for scheme, summary in SCHEMES.items():
        register(StoreSpec(scheme, summary, partial(_build, scheme)))


def _build(scheme: str) -> CheckpointStore:
    from tessera_stores.store import RemoteStore

    return RemoteStore(scheme)
