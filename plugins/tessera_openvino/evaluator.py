"""An `Evaluator` that runs a torch network through OpenVINO (2025.0 or later) on the CPU.

The network is compiled for every board side it meets, with the number of positions left open; a network that knows
full boards gets a graph without masks for them, and one with masks for the first batch that needs it. A large batch
is shared among as many threads as torch has when the evaluator is built, a slice for each (`tessera.nn.shares`):
OpenVINO's own way, all threads at every operation, waits for the slowest thread in each, long on a busy machine.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.interfaces.network import Outputs, features_of
from tessera.nn.images.mask import FullBoards, KnowsFullBoards
from tessera.nn.shares import Shares
from tessera.rules.features import ON_BOARD
from tessera_openvino.compiling import Compiler
from tessera_openvino.convert import core, load_openvino
from tessera_openvino.eight_bit import LEAST, EightBit, convolutions

SLICE = 64
"""Positions per inference: larger batches leave the caches and cost more per position."""

Precision = Literal["f32", "bf16", "int8"]
Graph = tuple[int, bool]
"""Board side; whether it is for full boards alone."""


class OpenVinoEvaluator:
    """A frozen copy of a network: training the original further changes it at `refresh` only.

    `precision` 'f32', 'bf16', which moves probabilities by about 0.01, or 'int8' for the convolutions of a tower, with
    float32 for the rest. One caller at a time.
    """

    device = "cpu"

    def __init__(self, module: nn.Module, device: str = "cpu", *, precision: Precision) -> None:
        if device != "cpu":
            raise BadValue("openvino device", device, "cpu", "use the torch evaluator on a GPU")
        self._features = features = features_of(module)
        self.feature_set = features.name
        self._counts = features.plane_count, features.global_count
        if precision == "int8" and not convolutions(module):
            raise BadValue(
                "openvino-int8", type(module).__name__, f"a network with convolutions of {LEAST} channels or more"
            )
        self._openvino = load_openvino()
        self._core = core()
        self._module = copy.deepcopy(module).cpu().float().eval()
        self._knows_full = isinstance(self._module, KnowsFullBoards)
        self.precision = precision
        self.threads = torch.get_num_threads()
        self._shares = Shares(self._infer, parameters=_parameters(module), threads=self.threads)
        self._compilers: dict[Graph, Compiler] = {}
        self._requests: dict[Graph, _Requests] = {}
        self._asked: _Requests
        """For the batch in hand."""
        self._refreshed = False

    def evaluate(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """planes [B, F, N, N] float32, globals_ [B, G] float32 -> Outputs."""
        assert (
            planes.ndim == 4 and (planes.shape[1], globals_.shape[1]) == self._counts and len(planes) == len(globals_)
        )
        full = self._knows_full and bool((planes[:, ON_BOARD] > 0).all())
        self._asked = self._compiled((planes.shape[-1], full))
        return self._shares.evaluate(planes, globals_)

    def _infer(self, planes: Tensor, globals_: Tensor) -> Outputs:
        """The outputs for a slice of a batch, computed on the calling thread."""
        count, pieces = len(planes), max(1, -(-len(planes) // SLICE))
        rows = rounded_up(-(-count // pieces))
        with self._asked.one() as request:
            parts = [
                _outputs(request, planes[start : start + rows], globals_[start : start + rows], rows)
                for start in range(0, count, rows)
            ]
        return parts[0] if len(parts) == 1 else Outputs(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

    def refresh(self, module: nn.Module) -> None:
        """Take over the weights of `module`; each graph is compiled again at its next use."""
        self._module.load_state_dict(module.state_dict())
        self._requests.clear()
        self._refreshed = True

    def _compiled(self, graph: Graph) -> _Requests:
        """This graph, compiled at its first use with these weights."""
        if graph not in self._requests:
            if graph not in self._compilers:
                self._compilers[graph] = self._compiler(graph)
            compiler = self._compilers[graph]
            # Weights that pass by are not worth a file each.
            self._requests[graph] = _Requests(compiler.compile() if self._refreshed else compiler.from_cache_or_new())
        return self._requests[graph]

    def _compiler(self, graph: Graph) -> Compiler:
        side, full = graph
        settings = {
            "NUM_STREAMS": self.threads,
            "INFERENCE_NUM_THREADS": self.threads,
            "INFERENCE_PRECISION_HINT": "bf16" if self.precision == "bf16" else "f32",
        }
        module = (FullBoards(self._module) if full else self._module).eval()
        eight_bit = EightBit(module, self._features, side) if self.precision == "int8" else None
        return Compiler(self._openvino, self._core, module, self._counts, side, settings, eight_bit)


class _Requests:
    """The inference requests of a compiled model, each for one thread at a time, made as they are needed."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self._idle: list[Any] = []

    @contextmanager
    def one(self) -> Iterator[Any]:
        """One that nobody else has meanwhile."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        yield request
        self._idle.append(request)


def _parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def has_bf16() -> bool:
    """Whether this CPU has instructions for bfloat16; only where it has AMX, or comes from AMD, are they quick."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def rounded_up(rows: int) -> int:
    """To one of a few numbers of positions: another number than the time before costs a graph 0.7 ms, ten positions
    of 9x9 in a tower of 4x64. A number that depends on this batch alone, so that what is said of a position does not
    depend on what was asked before."""
    step = 1 if rows <= 2 else 2 if rows <= 8 else 8
    return -(-rows // step) * step


def _outputs(request: Any, planes: Tensor, globals_: Tensor, rows: int) -> Outputs:
    """The outputs for at most `rows` positions, by an inference of exactly `rows`."""
    count = len(planes)
    if count < rows:
        planes, globals_ = (
            torch.cat((each, each[-1:].expand(rows - count, *each.shape[1:]))) for each in (planes, globals_)
        )
    request.infer([planes.contiguous().numpy(), globals_.contiguous().numpy()], share_inputs=True)
    # The request writes into the same memory next time, so the outputs are copied out.
    return Outputs(
        *(torch.from_numpy(request.get_output_tensor(i).data[:count].copy()) for i in range(len(Outputs._fields)))
    )
