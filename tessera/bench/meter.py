"""Counts what a network is asked, and for how long, from outside: hooks on every call of a module of its class.

A trainer may play with a copy of the network it hands out (in another precision, say), so calls are told by the
class and not by the object. A call that records gradients is learning and is not counted. What replaces the module
altogether (an export, a captured CUDA graph) is not seen, and `read` says so by None.

torch's hooks for all modules are used; they cost about a microsecond for each part of the network and call.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as hooks

from tessera.interfaces.network import Evaluator, EvaluatorSpec, Outputs, Refreshing, features_of


@dataclass(frozen=True)
class Reading:
    """The calls since the last reading."""

    calls: int
    evaluations: int
    """Positions: rows of all batches."""
    seconds: float
    """CPU: wall time inside the network. CUDA: from a call's first kernel to its last, by the device's own clock."""
    precision: str
    """What matrices were multiplied in, such as 'bfloat16': autocast's type, else that of the first parameter."""


class Meter:
    """A context: calls are counted inside it. For a network called from one thread, on one stream."""

    def __init__(self, network: nn.Module, device: str) -> None:
        self._class, self._device = type(network), torch.device(device)
        self._inside: nn.Module | None = None
        self._start: Any = None
        self._captured = False
        self._precision = ""
        self._reset()

    def __enter__(self) -> Meter:
        self._handles = (
            hooks.register_module_forward_pre_hook(self._enter),
            hooks.register_module_forward_hook(self._leave),
        )
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def watched(self, spec: EvaluatorSpec) -> EvaluatorSpec:
        """The same evaluators, whose calls are counted here: what runs no module of torch is seen so."""
        return replace(spec, build=lambda module, device: _Watched(self, spec.build(module, device)))

    def count(self, evaluations: int, seconds: float, precision: str) -> None:
        """One call of a watched evaluator."""
        self._calls += 1
        self._evaluations += evaluations
        self._seconds += seconds
        self._precision = precision

    def read(self) -> Reading | None:
        """What happened since the last reading; None when nothing was seen. Waits for a CUDA device to finish."""
        seconds = self._seconds
        if self._events:
            torch.cuda.synchronize(self._device)
            seconds = sum(start.elapsed_time(end) for start, end in self._events) / 1000.0
        reading = Reading(self._calls, self._evaluations, seconds, self._precision)
        self._reset()
        return reading if reading.calls and not self._captured else None

    def _reset(self) -> None:
        self._calls = self._evaluations = 0
        self._seconds = 0.0
        self._events: list[tuple[Any, Any]] = []

    def _enter(self, module: nn.Module, _: Any) -> None:
        if self._inside is not None or type(module) is not self._class or torch.is_grad_enabled():
            return
        if self._device.type == "cuda" and torch.cuda.is_current_stream_capturing():
            self._captured = True  # the graph will be replayed without passing here
            return
        self._inside = module
        self._precision = self._precision_of(module)
        self._start = self._mark()

    def _leave(self, module: nn.Module, _: Any, outputs: Any) -> None:
        if module is not self._inside:
            return
        end = self._mark()
        if self._device.type == "cuda":
            self._events.append((self._start, end))  # read later: nothing waits here
        else:
            self._seconds += end - self._start
        self._inside = None
        self._calls += 1
        self._evaluations += outputs.policy.shape[0]

    def _mark(self) -> Any:
        """Now: seconds on the CPU, an event in the stream on CUDA."""
        if self._device.type != "cuda":
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def _precision_of(self, module: nn.Module) -> str:
        kind = self._device.type
        if torch.is_autocast_enabled(kind):
            dtype = torch.get_autocast_dtype(kind)
        else:
            dtype = next((parameter.dtype for parameter in module.parameters()), torch.float32)
        return str(dtype).removeprefix("torch.")


class _Watched:
    """An evaluator on the CPU that tells a meter of its calls."""

    def __init__(self, meter: Meter, evaluator: Evaluator) -> None:
        self._meter, self._evaluator = meter, evaluator
        self.device = evaluator.device
        self.feature_set = features_of(evaluator).name
        self._precision = {"bf16": "bfloat16"}.get(getattr(evaluator, "precision", ""), "float32")

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        # The module inside, where there is one, is part of this call and not counted again.
        self._meter._inside = _NOBODY
        start = time.perf_counter()
        outputs = self._evaluator.evaluate(planes, globals_)
        seconds = time.perf_counter() - start
        self._meter._inside = None
        self._meter.count(len(planes), seconds, self._precision)
        return outputs

    def refresh(self, module: nn.Module) -> None:
        assert isinstance(self._evaluator, Refreshing)
        self._evaluator.refresh(module)


_NOBODY = nn.Identity()
