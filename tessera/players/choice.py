"""Which evaluator `auto` means: the quickest on this machine for this network that says what torch says.

Every evaluator that offers itself is built and timed once, which takes some seconds, beside the plain torch module in
float32, which every other has to agree with. What came out is kept in a file for this processor, these versions, this
network, board side and number of threads, so the next process knows at once, and answers the same.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tessera
from tessera.errors import MissingExtra
from tessera.interfaces.network import features_of
from tessera.nn.cache import Cache

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from tessera.interfaces.catalog import Catalog
    from tessera.interfaces.network import EvaluatorSpec, Outputs

REFERENCE = "torch"
BATCH = 8
"""Positions at once: what a search of one game asks for."""
SECONDS = 0.15
"""Each evaluator is timed for about so long."""
KEPT = 256
"""Choices on disk, of less than a kilobyte."""
MOST_APART = {"policy": 0.03, "value": 0.03, "ownership": 0.1, "score": 1.0}
"""How far an evaluator may be from torch: probabilities, ownership (-1..1) and points, the widest difference within a
position, in the mean of `CHECKED` positions. bfloat16 is within two fifths of that, eight-bit integers within four."""
CHECKED = 16


@dataclass(frozen=True)
class EvaluatorTrial:
    """What one evaluator did."""

    evaluator: str
    milliseconds: float | None = None
    """A batch; None where it did not run."""
    refused: str = ""
    """Why it may not be chosen; '' if it may."""


@dataclass(frozen=True)
class EvaluatorChoice:
    evaluator: str
    trials: tuple[EvaluatorTrial, ...]


def choose(
    manager: Catalog, module: torch.nn.Module, *, digest: str, device: str, size: int, batch: int = BATCH
) -> EvaluatorChoice:
    """The evaluator for boards of side `size`; `digest` tells the network. Its module is not changed."""
    kind = device.partition(":")[0]
    candidates = [spec for spec in _automatic(manager) if kind in spec.devices]
    if not candidates:
        return EvaluatorChoice(REFERENCE, ())
    kept, name = Cache("evaluators", kept=KEPT), _name(candidates, digest, device, size, batch)
    known = _read(kept.get(name))
    if known is not None:
        return known
    choice = _try_all(manager.evaluators[REFERENCE], candidates, module, device, size, batch)
    kept.put(name, json.dumps(asdict(choice)).encode())
    return choice


def _automatic(manager: Catalog) -> list[EvaluatorSpec]:
    specs = (manager.evaluators[name] for name in sorted(manager.evaluators) if name != REFERENCE)
    return [spec for spec in specs if spec.automatic]


def _try_all(
    reference: EvaluatorSpec,
    candidates: list[EvaluatorSpec],
    module: torch.nn.Module,
    device: str,
    size: int,
    batch: int,
) -> EvaluatorChoice:
    from tessera.nn.positions import plausible_positions
    from tessera.nn.timing import time_evaluator

    plain = reference.build(module, device)
    planes, globals_ = (tensor.to(device) for tensor in plausible_positions(CHECKED, size, features_of(module)))
    expected = _spoken(plain.evaluate(planes, globals_))
    trials = [EvaluatorTrial(REFERENCE, time_evaluator(plain, side=size, batch=batch, seconds=SECONDS).median_ms)]
    for spec in candidates:
        try:
            evaluator = spec.build(module, device)
            refused = _difference(_spoken(evaluator.evaluate(planes, globals_)), expected)
            taken = time_evaluator(evaluator, side=size, batch=batch, seconds=SECONDS).median_ms
            trials.append(EvaluatorTrial(spec.name, taken, refused))
        except MissingExtra:
            trials.append(EvaluatorTrial(spec.name, refused="not installed"))
        except Exception as error:
            # Foreign code on a machine nobody has seen; `doctor` shows what it said, and torch plays.
            said = " ".join(str(error).split())[:200]
            trials.append(EvaluatorTrial(spec.name, refused=f"{type(error).__name__}: {said}"))
    able = [trial for trial in trials if trial.milliseconds is not None and not trial.refused]
    return EvaluatorChoice(min(able, key=lambda trial: trial.milliseconds or 0.0).evaluator, tuple(trials))


def _spoken(outputs: Outputs) -> dict[str, Tensor]:
    """What people see of the outputs, on the CPU, copied: the next call may overwrite it."""
    return {
        "policy": outputs.policy.float().softmax(1).cpu().clone(),
        "value": outputs.value.float().softmax(1).cpu().clone(),
        "ownership": outputs.ownership.float().cpu().clone(),
        "score": outputs.score.float().cpu().clone(),
    }


def _difference(spoken: dict[str, Tensor], expected: dict[str, Tensor]) -> str:
    """Where they differ by more than is allowed; '' where they agree."""
    for name, most in MOST_APART.items():
        apart = float((spoken[name] - expected[name]).abs().reshape(CHECKED, -1).amax(1).mean())
        if not apart <= most:
            return f"{name} differs from torch's by {apart:.3g}, more than {most}"
    return ""


def _read(data: bytes | None) -> EvaluatorChoice | None:
    if data is None:
        return None
    kept: dict[str, Any] = json.loads(data)
    return EvaluatorChoice(kept["evaluator"], tuple(EvaluatorTrial(**trial) for trial in kept["trials"]))


def _name(candidates: list[EvaluatorSpec], digest: str, device: str, size: int, batch: int) -> str:
    """A digest of what the choice depends on."""
    import torch

    where = _processor() if device == "cpu" else torch.cuda.get_device_name(device)
    versions = [tessera.__version__, torch.__version__, _version("openvino")]
    names = [spec.name for spec in candidates]
    parts = (where, versions, names, digest, device, size, batch, torch.get_num_threads())
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _version(package: str) -> str:
    """'' where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


@cache
def _processor() -> str:
    """What the processor calls itself and can do, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    telling = ("model name", "flags", "Features", "CPU part")
    wanted = {line for line in lines if line.partition(":")[0].strip() in telling}
    return "\n".join(sorted(wanted))
