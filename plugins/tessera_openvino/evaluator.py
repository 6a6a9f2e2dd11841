"""An `Evaluator` that runs a torch network through OpenVINO (2025.0 or later) on the CPU.

The network is converted and compiled once for every board side it meets (some seconds each), with the number of
positions left open. As many threads as torch has when the evaluator is built: set torch.set_num_threads(1) for one
evaluator per search worker, the quicker arrangement on a busy machine.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.interfaces.network import F, G, Outputs
from tessera_openvino.convert import convert, load_openvino

SLICE = 16
"""Positions per inference: larger batches leave the caches and cost more per position."""


class OpenVinoEvaluator:
    """A frozen copy of a network: training the original further does not change it.

    `exact` asks for float32; otherwise bfloat16 is used where the CPU has instructions for it, which moves
    probabilities by about 0.01. One caller at a time.
    """

    device = "cpu"

    def __init__(self, module: nn.Module, device: str = "cpu", *, exact: bool = False) -> None:
        if device != "cpu":
            raise BadValue("openvino device", device, "cpu", "use the torch evaluator on a GPU")
        self._openvino = load_openvino()
        self._core = self._openvino.Core()
        self._module = copy.deepcopy(module).cpu().float().eval()
        self.precision = "f32" if exact or not _has_bf16(self._core) else "bf16"
        self.threads = torch.get_num_threads()
        self._requests: dict[int, Any] = {}

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N] float32, globals_ [B, G] float32 -> Outputs."""
        assert planes.ndim == 4 and planes.shape[1] == F and globals_.shape == (planes.shape[0], G)
        request = self._request(planes.shape[-1])
        parts = [
            _infer(request, part, rest)
            for part, rest in zip(torch.split(planes, SLICE), torch.split(globals_, SLICE), strict=True)
        ]
        return parts[0] if len(parts) == 1 else Outputs(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

    def _request(self, side: int) -> Any:
        """The inference request for boards of this side, compiled at its first use."""
        if side not in self._requests:
            settings = {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_NUM_THREADS": self.threads,
                "INFERENCE_PRECISION_HINT": self.precision,
            }
            model = convert(self._openvino, self._module, side)
            self._requests[side] = self._core.compile_model(model, "CPU", settings).create_infer_request()
        return self._requests[side]


def _has_bf16(core: Any) -> bool:
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _infer(request: Any, planes: Tensor, globals_: Tensor) -> Outputs:
    request.infer([planes.contiguous().numpy(), globals_.contiguous().numpy()], share_inputs=True)
    # The request writes into the same memory next time, so the outputs are copied out.
    return Outputs(*(torch.from_numpy(request.get_output_tensor(i).data.copy()) for i in range(len(Outputs._fields))))
