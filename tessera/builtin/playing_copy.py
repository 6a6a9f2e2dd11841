"""Evaluators for a GPU: a copy of the network kept in bfloat16, for boards that fill their tensor.

Autocast over the learner's weights casts every weight anew at each evaluation, runs norms and masks in float32, and
multiplies masks of ones. A copy that is bfloat16 from the first does none of this; `compile` also fuses what stands
between the convolutions. What each costs in kernels and bytes: `python -m tests.nn.counting`.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING

from tessera.interfaces.network import EvaluatorSpec, Outputs, features_of

if TYPE_CHECKING:
    import torch


class PlayingCopy:
    """Runs a copy of `module` in bfloat16 on one device, whatever becomes of the module; `compiled`: by torch.compile,
    which takes a minute for each shape of batch."""

    def __init__(self, module: torch.nn.Module, device: str, *, compiled: bool = False) -> None:
        import torch

        from tessera.nn.images.mask import FullBoards, KnowsFullBoards

        self.device = device
        self.feature_set = features_of(module).name
        self._copy = copy.deepcopy(module).to(device=device, dtype=torch.bfloat16).eval().requires_grad_(False)
        self._copy.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
        run = FullBoards(self._copy).eval() if isinstance(module, KnowsFullBoards) else self._copy
        self._run = torch.compile(run, dynamic=False) if compiled else run

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        """planes [B, F, N, N] float32 without a point off the board, globals_ [B, G] float32 -> Outputs in float32."""
        import torch

        # Of the two ways to run without gradients this is the one that torch.compile's guards bear.
        with torch.no_grad():
            outputs: Outputs = self._run(
                planes.to(torch.bfloat16, memory_format=torch.channels_last), globals_.to(torch.bfloat16)
            )
            return Outputs(*(answer.float() for answer in outputs))

    def refresh(self, module: torch.nn.Module) -> None:
        """Take over the weights of `module`, in place: what was compiled stays."""
        self._copy.load_state_dict(module.state_dict())


SPECS = (
    EvaluatorSpec(
        "bf16", "torch with a copy of the network in bfloat16", PlayingCopy, devices=("cuda",), automatic=True
    ),
    EvaluatorSpec(
        "compile",
        "the same through torch.compile, which takes a minute to begin",
        partial(PlayingCopy, compiled=True),
        devices=("cuda",),
    ),
)
