"""Compiled models: made from a network's trace, kept on disk for the next process, made anew for new weights.

A converted model reads most weights where torch has them, so that new ones cost a compilation alone. But some networks
have weights that the conversion folds into constants of its own (an SSM's exp(A_log)); whether all arrive is tried out
once, with noise for weights, and where they do not the model is converted anew each time.

For a tower of 4x64, in CPU time: 0.6 to 0.9 s to convert and 0.25 s to compile at first; 0.06 s to compile again with
other weights; 0.1 s in all when an earlier process has left the compiled model in the cache.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from tessera.nn.cache import Cache
from tessera.rules.features import ON_BOARD
from tessera_openvino.convert import Counts, convert, trace
from tessera_openvino.eight_bit import EightBit

KEPT = 32
"""Compiled models on disk, of some MB each."""


class Compiler:
    """Compiles a network for one board side again and again. `module` is ours: new weights are written into it."""

    def __init__(
        self,
        openvino: Any,
        core: Any,
        module: nn.Module,
        counts: Counts,
        side: int,
        settings: dict[str, Any],
        eight_bit: EightBit | None = None,
    ) -> None:
        self._openvino, self._core, self._settings = openvino, core, settings
        self._module, self._counts, self._side, self._eight_bit = module, counts, side, eight_bit
        self._traced: Any = None
        self._model: Any = None
        self._follows: bool | None = None
        """Whether `_model` reads all weights from the memory of `_module`; None: not tried yet."""

    def from_cache_or_new(self) -> Any:
        """A compiled model of the weights as they are, kept for other processes too."""
        cache, name = Cache("openvino", kept=KEPT), self._name()
        kept = cache.get(name)
        if kept is not None:
            try:
                return self._core.import_model(io.BytesIO(kept), "CPU", self._settings)
            except RuntimeError:
                pass  # What another build of OpenVINO has left under the same version number.
        compiled, data = self.compile(), io.BytesIO()
        compiled.export_model(data)
        cache.put(name, data.getvalue())
        return compiled

    def compile(self) -> Any:
        """A compiled model of the weights as they are now."""
        if self._model is None or not self._follows:
            with _noise(self._module):
                # What is alike at first (a bias of zeros, a norm of ones) would be merged into one constant.
                self._model = convert(self._openvino, self._trace(), self._counts, self._side)
                self._follows = self._all_arrive() if self._follows is None else self._follows
            if not self._follows:
                self._model = convert(self._openvino, self._trace(), self._counts, self._side)
            if self._eight_bit is not None:
                self._eight_bit.insert(self._model)
        if self._eight_bit is not None:
            self._eight_bit.measure()
        return self._core.compile_model(self._model, "CPU", self._settings)

    def _all_arrive(self) -> bool:
        """Whether a change of all weights changes the model as it changes the network."""
        with _noise(self._module), torch.no_grad():
            random = torch.Generator().manual_seed(0)
            (F, G), side = self._counts, self._side
            inputs = torch.rand(1, F, side, side, generator=random), torch.rand(1, G, generator=random)
            inputs[0][:, ON_BOARD] = 1.0
            settings = {**self._settings, "INFERENCE_PRECISION_HINT": "f32"}
            request = self._core.compile_model(self._model, "CPU", settings).create_infer_request()
            request.infer([each.numpy() for each in inputs])
            pairs = [
                (torch.from_numpy(request.get_output_tensor(i).data), out)
                for i, out in enumerate(self._module(*inputs))
            ]
            return all(torch.allclose(ours, theirs, rtol=1e-3, atol=1e-4) for ours, theirs in pairs)

    def _trace(self) -> Any:
        if self._traced is None:
            self._traced = trace(self._module, self._counts, self._side)
        return self._traced

    def _name(self) -> str:
        """A digest of everything the compiled model depends on: operations, weights, processor, versions, settings."""
        # Without the remarks that say which file a line comes from, and without the number of a class's trace.
        operations = re.sub(r"#.*|___torch_mangle_\d+\.", "", str(self._trace().inlined_graph))
        processor = [self._core.get_property("CPU", name) for name in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
        digest = hashlib.sha256()
        versions, rounded = (self._openvino.__version__, torch.__version__), self._eight_bit is not None
        for part in (*versions, processor, self._settings, rounded, self._side, operations):
            digest.update(f"{part}\n".encode())
        for name, tensor in self._module.state_dict().items():
            digest.update(f"{name} {tuple(tensor.shape)}\n".encode())
            digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()


@contextmanager
def _noise(module: nn.Module) -> Iterator[None]:
    """Weights a little beside what they are, for as long as the block runs."""
    kept = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=random))
    try:
        yield
    finally:
        module.load_state_dict(kept)
