"""What a checkpoint says about itself: the JSON member `tessera/manifest.json`. No torch here.

Everything in it is checked on reading: it may come from anyone.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from tessera.errors import BadValue, CheckpointError
from tessera.ranks.table import RankTable, parse_table
from tessera.rules.coords import MAX_SIZE, MIN_SIZE
from tessera.rules.features import BASIC, SETS
from tessera.values import Length, Range, accept

SCHEMA_VERSION = 1
"""Meaning of the manifest's fields. Another number is refused, never guessed."""
MAX_TEXT = 4096
"""Longest string in a manifest, in characters."""
MAX_SETTING = 1_000_000
"""Largest magnitude of a numeric setting; what a network makes of it is its own check."""
DTYPES: dict[str, tuple[str, int]] = {
    "FloatStorage": ("float32", 4),
    "DoubleStorage": ("float64", 8),
    "HalfStorage": ("float16", 2),
    "BFloat16Storage": ("bfloat16", 2),
    "LongStorage": ("int64", 8),
    "IntStorage": ("int32", 4),
    "ShortStorage": ("int16", 2),
    "CharStorage": ("int8", 1),
    "ByteStorage": ("uint8", 1),
    "BoolStorage": ("bool", 1),
}
"""torch's storage class -> dtype and bytes per element: all that a checkpoint may hold."""
DTYPE_NAMES = tuple(name for name, _ in DTYPES.values())
MAX_DIMENSIONS = 16
Plain = str | int | float | bool
"""What a setting of a network may be."""
Text = Annotated[str, Length(MAX_TEXT)]
Whole = Annotated[int, Range(0, 2**63 - 1)]
Sizes = tuple[Annotated[int, Range(MIN_SIZE, MAX_SIZE)], ...]
Shape = tuple[Annotated[int, Range(0, 2**48 - 1)], ...]


@dataclass(frozen=True)
class TensorInfo:
    """One tensor as recorded."""

    shape: tuple[int, ...]
    dtype: str
    """One of `DTYPE_NAMES`."""
    sha256: str
    """Digest of its contiguous little-endian bytes, in hex."""


@dataclass(frozen=True)
class Elo:
    """A rating with its 95% interval, never without."""

    value: float
    low: float
    high: float
    anchor: str
    """What the scale is pinned to, e.g. 'gnugo-3.8-level-10 = 1800'."""


@dataclass(frozen=True)
class Meta:
    """What the caller of `save` knows about a network."""

    rules: str = "chinese-kgs"
    """The rules it was trained under, as a preset name or KataGo's JSON."""
    sizes: tuple[int, ...] = ()
    """Board sides it was trained on."""
    games: int = 0
    moves: int = 0
    step: int = 0
    parent: str | None = None
    """`Manifest.digest` of the network it was trained from."""
    elo: Elo | None = None
    note: str = ""
    ranks: RankTable | None = None
    """Which temperature plays at which Elo; made by `tessera calibrate`."""


@dataclass(frozen=True)
class Manifest:
    """All of `tessera/manifest.json`."""

    network: str
    """Name of the policy network in the plugin registry."""
    settings: dict[str, Plain]
    tensors: dict[str, TensorInfo]
    """By path in the file: 'model/head.weight', 'trainer/optimizer/state/0/step'."""
    meta: Meta
    revision: str = ""
    """git revision of the code that wrote it, '+dirty' when there were changes, '' when unknown."""
    created: str = ""
    """UTC, ISO 8601."""
    writer: str = ""
    """'tessera 0.1.0, torch 2.13.0'."""
    schema: int = SCHEMA_VERSION
    features: str = BASIC.name
    """The feature set the network reads."""
    digest: str = field(init=False, default="")
    """SHA-256 over network, settings and the model's tensors: the identity of the network as a player."""

    def __post_init__(self) -> None:
        model = {name: asdict(info) for name, info in self.tensors.items() if name.startswith("model/")}
        # 1 was the name of basic-1 when there was no other; digests of that time stay what they are.
        features = 1 if self.features == BASIC.name else self.features
        identity = {"network": self.network, "settings": self.settings, "features": features, "tensors": model}
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "digest", hashlib.sha256(text.encode()).hexdigest())

    @property
    def short(self) -> str:
        """The first twelve digits of the digest, for names in records and on screens."""
        return self.digest[:12]

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, allow_nan=False).encode()


def parse_manifest(text: bytes, *, source: str) -> Manifest:
    """The manifest in `text`, or a `CheckpointError` that names `source` and the field."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise CheckpointError(f"{source}: the manifest is not JSON") from None
    fields = _Fields(data, source, "manifest")
    schema = fields.whole("schema")
    if schema != SCHEMA_VERSION:
        raise CheckpointError(
            f"{source}: manifest schema {schema}, this version reads {SCHEMA_VERSION}; update tessera"
        )
    manifest = Manifest(
        network=fields.text("network"),
        settings=_settings(fields.mapping("settings"), source),
        tensors={name: _tensor(info, source, name) for name, info in fields.mapping("tensors").items()},
        meta=_meta(_Fields(fields.mapping("meta"), source, "meta")),
        revision=fields.text("revision"),
        created=fields.text("created"),
        writer=fields.text("writer"),
        features=_features(data, source),
    )
    if manifest.digest != fields.text("digest"):
        raise CheckpointError(f"{source}: the manifest's digest does not match its contents: damaged or edited")
    return manifest


class _Fields:
    """Typed access to a JSON object from outside."""

    def __init__(self, data: object, source: str, where: str) -> None:
        if not isinstance(data, dict):
            raise CheckpointError(f"{source}: {where} is not a JSON object")
        self._data, self._source, self._where = data, source, where

    def get(self, name: str, hint: Any) -> Any:
        try:
            return accept(hint, self._data.get(name), f"{self._where} field {name!r}")
        except BadValue as error:
            raise CheckpointError(f"{self._source}: {error}") from None

    def text(self, name: str) -> str:
        return str(self.get(name, Text))

    def whole(self, name: str) -> int:
        return int(self.get(name, Whole))

    def number(self, name: str) -> float:
        return float(self.get(name, float))

    def mapping(self, name: str) -> dict[str, Any]:
        return dict(self.get(name, dict[str, Any]))

    def optional(self, name: str) -> bool:
        return self._data.get(name) is not None


def _features(data: Mapping[str, object], source: str) -> str:
    """The feature set; basic-1 where none is named, or the number it had before sets had names."""
    found = data.get("features", 1)
    if type(found) is int and found == 1:
        return BASIC.name
    if not isinstance(found, str) or found not in SETS:
        problem = f"made for input features {str(found)[:80]}, this version has {', '.join(SETS)}"
        raise CheckpointError(f"{source}: {problem}; use the version of tessera that wrote it, or train anew")
    return found


def _meta(fields: _Fields) -> Meta:
    return Meta(
        rules=fields.text("rules"),
        sizes=fields.get("sizes", Sizes),
        games=fields.whole("games"),
        moves=fields.whole("moves"),
        step=fields.whole("step"),
        parent=fields.get("parent", Text | None),
        elo=_elo(_Fields(fields.mapping("elo"), fields._source, "elo")) if fields.optional("elo") else None,
        note=fields.text("note"),
        ranks=_ranks(fields) if fields.optional("ranks") else None,
    )


def _ranks(fields: _Fields) -> RankTable:
    try:
        return parse_table(fields.mapping("ranks"), "rank table")
    except BadValue as error:
        raise CheckpointError(f"{fields._source}: {error}") from None


def _elo(fields: _Fields) -> Elo:
    return Elo(fields.number("value"), fields.number("low"), fields.number("high"), fields.text("anchor"))


def _settings(given: Mapping[str, object], source: str) -> dict[str, Plain]:
    settings: dict[str, Plain] = {}
    for name, value in given.items():
        fits = len(value) <= MAX_TEXT if isinstance(value, str) else True
        if isinstance(value, int | float):
            fits = math.isfinite(value) and abs(value) <= MAX_SETTING
        if not isinstance(value, Plain) or not fits:
            raise CheckpointError(f"{source}: setting {name!r} is not a plain value within {MAX_SETTING}")
        settings[name] = value
    return settings


def _tensor(data: object, source: str, name: str) -> TensorInfo:
    fields = _Fields(data, source, f"tensor {name[:80]!r}")
    shape = fields.get("shape", Shape)
    if len(shape) > MAX_DIMENSIONS:
        raise CheckpointError(f"{source}: tensor {name[:80]!r} has over {MAX_DIMENSIONS} dimensions")
    return TensorInfo(shape, fields.get("dtype", Literal[DTYPE_NAMES]), fields.text("sha256"))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
