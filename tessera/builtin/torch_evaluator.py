"""The default evaluator: the torch module itself, in eval mode and without gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.interfaces.network import EvaluatorSpec, Outputs

if TYPE_CHECKING:
    import torch


class TorchEvaluator:
    """Runs `module` eagerly on one device. The module is moved there and switched to eval mode for good."""

    def __init__(self, module: torch.nn.Module, device: str) -> None:
        self._module = module.to(device).eval()
        self._device = device

    @property
    def device(self) -> str:
        return self._device

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        """planes [B, F, N, N] float32, globals_ [B, G] float32 -> Outputs from the side to play's view."""
        import torch

        with torch.inference_mode():
            outputs: Outputs = self._module(planes, globals_)
            return outputs


SPEC = EvaluatorSpec("torch", "eager torch, any device", TorchEvaluator)
