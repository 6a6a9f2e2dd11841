"""The default evaluator: the torch module itself, in eval mode and without gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tessera.interfaces.network import EvaluatorSpec, Outputs, features_of

if TYPE_CHECKING:
    import torch


class TorchEvaluator:
    """Runs `module` eagerly on one device. The module is moved there and switched to eval mode for good.

    On the CPU large batches are shared among as many threads as torch has when the evaluator is built
    (`tessera.nn.shares`), so the module's forward has to bear calls from several threads at once.
    """

    def __init__(self, module: torch.nn.Module, device: str) -> None:
        import torch

        from tessera.nn.shares import Shares

        self._module = module.to(device).eval()
        self._device = device
        self.feature_set = features_of(module).name
        self._run: Callable[[torch.Tensor, torch.Tensor], Outputs] = self._infer
        if torch.device(device).type == "cpu":
            parameters = sum(parameter.numel() for parameter in module.parameters())
            self._run = Shares(self._infer, parameters=parameters, threads=torch.get_num_threads()).evaluate

    @property
    def device(self) -> str:
        return self._device

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        """planes [B, F, N, N] float32, globals_ [B, G] float32 -> Outputs from the side to play's view."""
        return self._run(planes, globals_)

    def refresh(self, module: torch.nn.Module) -> None:
        """Take over the weights of `module`."""
        if module is not self._module:
            self._module.load_state_dict(module.state_dict())

    def _infer(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        import torch

        with torch.inference_mode():
            outputs: Outputs = self._module(planes, globals_)
            return outputs


SPEC = EvaluatorSpec("torch", "eager torch, any device", TorchEvaluator)
