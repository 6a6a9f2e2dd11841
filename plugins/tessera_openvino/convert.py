"""From a torch network to an OpenVINO model, for one board side and any number of positions."""

from __future__ import annotations

import importlib
import math
import sys
import warnings
from functools import cache
from types import ModuleType
from typing import Any, cast

import numpy as np
import torch
from torch import nn

from tessera.errors import MissingExtra


def load_openvino() -> Any:
    """The package `openvino`; raises `MissingExtra` when it is not installed.

    Its converter would tell Google Analytics that it was used, unless the user said no beforehand or the package that
    tells is missing; so to it that package is missing.
    """
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))
    try:
        return importlib.import_module("openvino")
    except ModuleNotFoundError as missing:
        raise MissingExtra("the openvino evaluator", "openvino", "openvino") from missing


Counts = tuple[int, int]
"""F planes and G globals."""


def trace(module: nn.Module, counts: Counts, side: int) -> Any:
    """The operations of `module` on boards of that side, as TorchScript."""
    with torch.no_grad(), warnings.catch_warnings():
        # Tracing fixes what depends on the side alone, as intended here, and warns about every such place.
        warnings.simplefilter("ignore")
        return torch.jit.trace(module, _ones(counts, side), check_trace=False)


@cache
def core() -> Any:
    """The one `openvino.Core` of this process, which is never freed.

    Where the processor has AMX, OpenVINO gives the thread that makes its first core a signal stack of its own, and
    takes that memory away with the last one. Where the thread had one before, as under Python's faulthandler, the next
    Ctrl-C would then be a segmentation fault.
    """
    return load_openvino().Core()


def _ones(counts: Counts, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    planes, globals_ = counts
    return torch.ones(2, planes, side, side), torch.ones(2, globals_)


def convert(openvino: Any, traced: Any, counts: Counts, side: int) -> Any:
    """An OpenVINO model with inputs planes [?, F, side, side] and globals [?, G], outputs in `Outputs`' order.

    Its constants lie in the memory of the module's weights: what is written there holds from the next compilation on.
    """
    pytorch = importlib.import_module("openvino.frontend.pytorch")
    shapes = [openvino.PartialShape([-1, counts[0], side, side]), openvino.PartialShape([-1, counts[1]])]
    return openvino.convert_model(
        traced,
        example_input=_ones(counts, side),
        input=[(shape, openvino.Type.f32) for shape in shapes],
        extension=[pytorch.ConversionExtension("aten::exp2", _exp2)],
        share_weights=True,
    )


def _exp2(context: Any) -> Any:
    """torch's exp2, which OpenVINO's importer does not know, as exp(x ln 2)."""
    ops = importlib.import_module("openvino.opset13")
    scaled = ops.multiply(context.get_input(0), ops.constant(math.log(2.0), dtype=np.float32))
    return ops.exp(scaled).outputs()
