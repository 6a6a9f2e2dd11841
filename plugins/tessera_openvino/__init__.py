"""Networks through OpenVINO: faster than eager torch for small batches on a CPU (the extra `openvino`).

Start reading at `evaluator`; `convert` makes the model, `compiling` keeps it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tessera.hookspecs import hookimpl
from tessera.interfaces.network import Evaluator, EvaluatorSpec

if TYPE_CHECKING:
    import torch


def build(module: torch.nn.Module, device: str, *, exact: bool = False) -> Evaluator:
    """A frozen copy of the network; raises `MissingExtra` without OpenVINO, `BadValue` for a device but 'cpu'."""
    from tessera_openvino.evaluator import OpenVinoEvaluator

    return OpenVinoEvaluator(module, device, exact=exact)


@hookimpl
def tessera_register_evaluators(register: Callable[[EvaluatorSpec], None]) -> None:
    register(
        EvaluatorSpec(
            name="openvino",
            summary="OpenVINO on the CPU, in bfloat16 where the CPU computes it",
            build=build,
            devices=("cpu",),
            automatic=True,
        )
    )
    register(
        EvaluatorSpec(
            name="openvino-f32",
            summary="OpenVINO on the CPU, in float32",
            build=partial(build, exact=True),
            devices=("cpu",),
        )
    )
