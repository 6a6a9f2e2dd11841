"""A model file of KataGo's, versions 8 to 16, as settings and tensors of the network `katago`.

Every layer is read for the shape it has to have, so a file either is a network this plugin has, or is refused with the
first part that is not. Batch norms are merged: those after a convolution into it, the others into a scale and a bias.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tessera.checkpoints.archive import opened
from tessera.errors import BadValue, CheckpointError
from tessera.interfaces.network import ForeignNetwork
from tessera.rules.features import KATAGO
from tessera_katago.blocks import MAX_BLOCKS, MAX_CHANNELS, MAX_DEPTH, Block, Bottleneck, Residual, written
from tessera_katago.settings import NEWEST, OLDEST, KataGoSettings
from tessera_katago.stream import Stream

Array = NDArray[np.float32]
ACTIVATIONS = {f"ACTIVATION_{name.upper()}": name for name in ("relu", "mish", "silu", "identity")}
SCALES = ("score_scale", "score_stdev_scale", "lead_scale", "time_scale", "value_error_scale", "score_error_scale")
POOLED = 3
"""Numbers for each channel that is pooled."""


def read(path: Path) -> ForeignNetwork:
    """The network in a file; raises `CheckpointError`."""
    with opened(path) as file:
        return _Reader(Stream(file, source=str(path)), str(path)).network()


class _Reader:
    def __init__(self, stream: Stream, source: str) -> None:
        self._stream, self._source = stream, source
        self._tensors: dict[str, Array] = {}
        self._activations: set[str] = set()
        self._version = OLDEST
        self._blocks = 0

    def network(self) -> ForeignNetwork:
        stream = self._stream
        name = stream.word()
        self._version = stream.whole("the version", 0, 10**6)
        if not OLDEST <= self._version <= NEWEST:
            raise stream.fail(f"version {self._version} is not supported, only {OLDEST} to {NEWEST}")
        for what, count in (("planes", KATAGO.plane_count), ("globals", KATAGO.global_count)):
            stream.whole(f"the number of input {what}", count, count)
        scales = self._header()
        channels, trunk = self._trunk()
        heads = self._policy(channels) | self._value(channels)
        stream.end()
        if len(self._activations) != 1:
            raise stream.fail(f"activations {', '.join(sorted(self._activations))} in one network are not supported")
        settings: dict[str, str | int | float] = {
            "version": self._version,
            "activation": self._activations.pop(),
            **trunk,
            **heads,
            **scales,
        }
        try:
            KataGoSettings(**settings)  # type: ignore[arg-type]
        except BadValue as error:
            raise CheckpointError(f"{self._source}: {error}") from None
        return ForeignNetwork("katago", settings, self._tensors, features=KATAGO.name, note=f"KataGo's {name[:100]}")

    def _header(self) -> dict[str, float]:
        """What stands before the trunk in newer versions."""
        stream, scales = self._stream, {}
        if self._version >= 13:
            stream.number("tdScoreMultiplier")
            scales = {name: stream.number(f"{name} of the outputs") for name in SCALES}
        if self._version >= 15:
            if stream.whole("the metadata encoder", 0, 10**6) != 0:
                raise stream.fail("a network that is told who plays (human SL) is not supported")
            if stream.whole("pass-alive area under suicide rules", 0, 1) != 0:
                raise stream.fail("a network that wants pass-alive area as if suicide were legal is not supported")
            self._unused(6)
        return scales

    def _unused(self, count: int) -> None:
        for _ in range(count):
            if self._stream.whole("an option that this version does not know", 0, 10**6) != 0:
                raise self._stream.fail("an option that is not supported is switched on")

    def _trunk(self) -> tuple[int, dict[str, str | int]]:
        stream = self._stream
        self._named("the trunk")
        count = stream.whole("the number of blocks", 1, MAX_BLOCKS)
        channels = stream.whole("the channels of the trunk", 1, MAX_CHANNELS)
        for what in ("inner", "regular", "dilated", "pooled"):
            stream.whole(f"the {what} channels", 0, MAX_CHANNELS)
        if self._version >= 15:
            if stream.whole("the norm of the trunk", 0, 10**6) != 0:
                raise stream.fail("a trunk with RMSNorm is not supported")
            self._unused(5)
        first = self._convolution("first", KATAGO.plane_count, channels)
        self._matrix("globals", KATAGO.global_count, channels)
        blocks = self._stack("blocks", count, channels, 0)
        self._norm("last", channels)
        self._activation()
        return channels, {"channels": channels, "first": first, "blocks": written(blocks)}

    # ------------------------------------------------------------ blocks

    def _stack(self, path: str, count: int, channels: int, depth: int) -> tuple[Block, ...]:
        stream = self._stream
        blocks: list[Block] = []
        for i in range(count):
            self._blocks += 1
            if self._blocks > MAX_BLOCKS or depth > MAX_DEPTH:
                raise stream.fail(f"more than {MAX_BLOCKS} blocks, or more than {MAX_DEPTH} within each other")
            kind = stream.word()
            self._named(f"block {i + 1}")
            where = f"{path}.{i}"
            if kind == "ordinary_block":
                blocks.append(self._residual(where, channels))
            elif kind == "gpool_block":
                blocks.append(self._pooling(where, channels))
            elif kind == "nested_bottleneck_block":
                blocks.append(self._bottleneck(where, channels, depth))
            else:
                raise stream.fail(f"a block of the kind {kind[:60]!r} is not supported")
        return tuple(blocks)

    def _residual(self, path: str, channels: int) -> Residual:
        self._norm(f"{path}.before", channels)
        self._activation()
        inner = self._convolution(f"{path}.first", channels, None, side=3)
        self._merge(inner, f"{path}.first")
        self._activation()
        self._convolution(f"{path}.second", inner, channels, side=3)
        return Residual(inner)

    def _pooling(self, path: str, channels: int) -> Residual:
        self._norm(f"{path}.before", channels)
        self._activation()
        inner = self._convolution(f"{path}.first", channels, None, side=3)
        pooled = self._convolution(f"{path}.pooled", channels, None, side=3)
        self._merge(pooled, f"{path}.pooled")
        self._activation()
        self._matrix(f"{path}.context", POOLED * pooled, inner)
        self._merge(inner, f"{path}.first", f"{path}.context")
        self._activation()
        self._convolution(f"{path}.second", inner, channels, side=3)
        return Residual(inner, pooled)

    def _bottleneck(self, path: str, channels: int, depth: int) -> Bottleneck:
        count = self._stream.whole("the number of blocks within", 1, MAX_BLOCKS)
        self._norm(f"{path}.before", channels)
        self._activation()
        inner = self._convolution(f"{path}.first", channels, None, side=1)
        blocks = self._stack(f"{path}.blocks", count, inner, depth + 1)
        self._norm(f"{path}.after", inner)
        self._activation()
        self._convolution(f"{path}.second", inner, channels, side=1)
        return Bottleneck(inner, blocks)

    # ------------------------------------------------------------ heads

    def _policy(self, channels: int) -> dict[str, int]:
        self._named("the policy head")
        policies = KataGoSettings(version=self._version).policies
        own = self._convolution("policy.first", channels, None, side=1)
        pooled = self._convolution("policy.pooled", channels, None, side=1)
        self._merge(pooled, "policy.pooled")
        self._activation()
        self._matrix("policy.context", POOLED * pooled, own)
        self._merge(own, "policy.first", "policy.context")
        self._activation()
        self._convolution("policy.points", own, policies, side=1)
        if self._version >= 15:
            self._matrix("policy.pass_hidden", POOLED * pooled, own)
            self._bias("policy.pass_hidden", own)
            self._activation()
            self._matrix("policy.passes", own, policies)
        else:
            self._matrix("policy.passes", POOLED * pooled, policies)
        return {"policy": own, "policy_pooled": pooled}

    def _value(self, channels: int) -> dict[str, int]:
        self._named("the value head")
        scores = KataGoSettings(version=self._version).scores
        own = self._convolution("value.first", channels, None, side=1)
        self._merge(own, "value.first")
        self._activation()
        hidden = self._matrix("value.hidden", POOLED * own, None)
        self._bias("value.hidden", hidden)
        self._activation()
        for name, count in (("value.verdict", 3), ("value.scores", scores)):
            self._matrix(name, hidden, count)
            self._bias(name, count)
        self._convolution("value.ownership", own, 1, side=1)
        return {"value": own, "value_hidden": hidden}

    # ------------------------------------------------------------ layers

    def _named(self, what: str) -> None:
        """Read the name of a layer, for the messages."""
        self._stream.place = what
        self._stream.place = f"{what}, {self._stream.word()[:60]!r}"

    def _convolution(self, path: str, before: int, after: int | None, *, side: int | None = None) -> int:
        """Returns the channels after it where `after` is left open, else the side of its kernel."""
        stream = self._stream
        self._named("a convolution")
        low, high = (1, 19) if side is None else (side, side)
        rows = stream.whole("the height of a convolution", low, high)
        columns = stream.whole("the width of a convolution", rows, rows)
        stream.whole("the channels before it", before, before)
        channels = stream.whole("the channels after it", after or 1, after or MAX_CHANNELS)
        for _ in range(2):
            stream.whole("the dilation", 1, 1)
        weights = stream.floats(rows, columns, before, channels)
        self._tensors[f"{path}.weight"] = np.ascontiguousarray(weights.transpose(3, 2, 0, 1))
        return rows if after is not None else channels

    def _matrix(self, path: str, before: int, after: int | None) -> int:
        """Returns the numbers after it."""
        stream = self._stream
        self._named("a matrix")
        stream.whole("the numbers before it", before, before)
        numbers = stream.whole("the numbers after it", after or 1, after or MAX_CHANNELS)
        self._tensors[f"{path}.weight"] = np.ascontiguousarray(stream.floats(before, numbers).T)
        return numbers

    def _bias(self, path: str, count: int) -> None:
        self._named("a bias")
        self._stream.whole("its numbers", count, count)
        self._tensors[f"{path}.bias"] = self._stream.floats(count)

    def _merged_norm(self, channels: int) -> tuple[Array, Array]:
        """The scale and the bias that a batch norm amounts to."""
        stream = self._stream
        self._named("a batch norm")
        stream.whole("its channels", channels, channels)
        epsilon = np.float32(stream.number("its epsilon"))
        has_scale, has_bias = stream.whole("whether it has a scale", 0, 1), stream.whole("whether it has a bias", 0, 1)
        mean, variance = stream.floats(channels), stream.floats(channels)
        scale = stream.floats(channels) if has_scale else np.ones(channels, np.float32)
        bias = stream.floats(channels) if has_bias else np.zeros(channels, np.float32)
        if not (variance + epsilon > 0).all():
            raise stream.fail("a variance that is not positive")
        with np.errstate(over="ignore", invalid="ignore"):
            scale = scale / np.sqrt(variance + epsilon)
            bias = bias - scale * mean
        self._check_finite(scale, bias)
        return scale, bias

    def _norm(self, path: str, channels: int) -> None:
        scale, bias = self._merged_norm(channels)
        self._tensors[f"{path}.scale"], self._tensors[f"{path}.bias"] = (
            each.reshape(channels, 1, 1) for each in (scale, bias)
        )

    def _merge(self, channels: int, convolution: str, *others: str) -> None:
        """A norm of what a convolution, and the others with it, add up to."""
        scale, bias = self._merged_norm(channels)
        for path in (convolution, *others):
            weights = self._tensors[f"{path}.weight"]
            with np.errstate(over="ignore"):
                self._tensors[f"{path}.weight"] = weights * scale.reshape(-1, *[1] * (weights.ndim - 1))
            self._check_finite(self._tensors[f"{path}.weight"])
        self._tensors[f"{convolution}.bias"] = bias

    def _check_finite(self, *arrays: Array) -> None:
        if not all(np.isfinite(array).all() for array in arrays):
            raise self._stream.fail("a batch norm beyond what numbers hold")

    def _activation(self) -> None:
        self._named("an activation")
        if self._version < 11:
            self._activations.add("relu")
            return
        kind = self._stream.word()
        if kind not in ACTIVATIONS:
            raise self._stream.fail(f"{kind[:60]!r} is not supported, only {', '.join(ACTIVATIONS)}")
        self._activations.add(ACTIVATIONS[kind])
