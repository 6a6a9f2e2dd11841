"""Convolutions in eight-bit integers: twice to two and a half times float32 where a CPU multiplies bytes (VNNI).

Weights get a scale for each output channel, inputs one for the whole tensor, as wide as the widest value in a few
positions of our own making. Only convolutions within the tower are rounded; the first one and the heads are little
work and pass their errors straight on to the answers. The work itself is OpenVINO's, which fuses what stands as
`FakeQuantize` here. Its own tool for this (nncf) wants a set of real positions and a dozen packages, and takes seconds
for each new set of weights; this takes one pass of 16 positions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tessera.nn.positions import plausible_positions
from tessera.rules.features import FeatureSet

POSITIONS = 16
"""Positions that the scales are measured on, stones from few to many."""
LEAST = 32
"""Channels that a convolution to be rounded takes in at least; a pointwise one gives twice as many, a head's fewer."""
SMALLEST = 1e-6
"""The least width of a range: a layer of zeros has a scale too."""

Array = NDArray[np.float32]


def convolutions(module: nn.Module) -> list[str]:
    """Names of the layers to round. The first one reads bits and is little work, as the heads are."""
    return [
        name
        for name, layer in module.named_modules()
        if isinstance(layer, nn.Conv2d)
        and layer.groups == 1
        and layer.in_channels >= LEAST
        and (layer.kernel_size != (1, 1) or layer.out_channels >= 2 * LEAST)
    ]


class EightBit:
    """Rounds the convolutions of converted models of `module`; `measure` follows new weights of it."""

    def __init__(self, module: nn.Module, features: FeatureSet, side: int) -> None:
        self._module = module
        self._positions = plausible_positions(POSITIONS, side, features)
        self._inputs: dict[str, _Range] = {}
        """Of the layers that were seen at work, however the network calls them."""
        self._weights: list[tuple[Array, _Range]] = []
        """Of the model in hand, with their scales."""
        self._measure_inputs()

    def insert(self, model: Any) -> None:
        """Put a rounding before the convolutions of an OpenVINO model; how wide it is, `measure` says."""
        self._weights.clear()
        for node in model.get_ordered_ops():
            inputs = self._inputs.get(_name(node))
            if inputs is None or node.get_type_name() != "Convolution":
                continue
            weights = node.input_value(1).get_node()
            if weights.get_type_name() != "Constant":
                continue
            values = weights.data
            widths = _Range((len(values), 1, 1, 1), 255)
            self._weights.append((values, widths))
            node.input(0).replace_source_output(inputs.rounded(node.input_value(0)))
            node.input(1).replace_source_output(widths.rounded(node.input_value(1)))
        model.validate_nodes_and_infer_types()

    def measure(self) -> None:
        """Set all scales by the weights as they are, where inserted roundings read them at the next compilation."""
        for values, widths in self._weights:
            widest = np.maximum(np.abs(values).max(axis=(1, 2, 3), keepdims=True), SMALLEST)
            widths.set(-widest, widest)
        self._measure_inputs()

    def _measure_inputs(self) -> None:
        handles = [
            self._module.get_submodule(name).register_forward_pre_hook(self._watcher(name))
            for name in convolutions(self._module)
        ]
        try:
            with torch.no_grad():
                self._module(*self._positions)
        finally:
            for handle in handles:
                handle.remove()

    def _watcher(self, name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def watch(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            low, high = (float(end) for end in inputs[0].aminmax())
            widest = max(-low, high, SMALLEST)
            # From a ReLU all levels are for what is positive.
            lowest = 0.0 if low >= 0 else -widest * 128 / 127
            self._inputs.setdefault(name, _Range((1, 1, 1, 1), 256)).set(lowest, widest)

        return watch


class _Range:
    """What a rounding keeps apart: so many levels from a least to a largest number, in memory that OpenVINO reads when
    it compiles."""

    def __init__(self, shape: tuple[int, ...], levels: int) -> None:
        self._levels = levels
        self._low: Array = np.full(shape, -1.0, np.float32)
        self._high: Array = np.ones(shape, np.float32)

    def set(self, low: Array | float, high: Array | float) -> None:
        self._low[...], self._high[...] = low, high

    def rounded(self, output: Any) -> Any:
        """The output of an OpenVINO node, rounded."""
        ops = importlib.import_module("openvino.opset13")
        low, high = (ops.constant(end, shared_memory=True) for end in (self._low, self._high))
        return ops.fake_quantize(output, low, high, low, high, self._levels).output(0)


def _name(node: Any) -> str:
    """The layer of the traced module that a node of the converted model comes from."""
    path: str = node.get_friendly_name().partition("/")[0]
    return path.removeprefix("__module.")
