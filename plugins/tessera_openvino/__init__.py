"""Networks through OpenVINO: faster than eager torch for small batches on a CPU (the extra `openvino`).

Start reading at `evaluator`; `convert` makes the model, `eight_bit` rounds it, `compiling` keeps it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import Evaluator, EvaluatorSpec

if TYPE_CHECKING:
    import torch


def build(
    module: torch.nn.Module, device: str, *, precision: Literal["auto", "f32", "bf16", "int8"] = "auto"
) -> Evaluator:
    """A frozen copy of the network; `auto` is bfloat16 where the CPU computes it.

    Raises `MissingExtra` without OpenVINO, `BadValue` for a device but 'cpu' and for 'int8' of a network without
    convolutions to round.
    """
    from tessera_openvino.evaluator import OpenVinoEvaluator, has_bf16

    if precision == "auto":
        precision = "bf16" if has_bf16() else "f32"
    return OpenVinoEvaluator(module, device, precision=precision)


SPECS = (
    EvaluatorSpec(
        "openvino",
        "OpenVINO on the CPU, in bfloat16 where the CPU computes it",
        build,
        devices=("cpu",),
        automatic=True,
    ),
    EvaluatorSpec(
        "openvino-f32",
        "OpenVINO on the CPU, in float32",
        partial(build, precision="f32"),
        devices=("cpu",),
        automatic=True,
    ),
    EvaluatorSpec(
        "openvino-int8",
        "OpenVINO on the CPU, convolutions in eight-bit integers",
        partial(build, precision="int8"),
        devices=("cpu",),
        automatic=True,
    ),
)


@hookimpl
def tessera_register_evaluators(register: Callable[[EvaluatorSpec], None]) -> None:
    for spec in SPECS:
        register(spec)
