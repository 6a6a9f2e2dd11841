"""Weights that learn: module, optimiser, learning rate, averaged copy, and the guard that watches every step.

Every trainer hands its losses to a `Learner`. What is saved of it, and what a roll back returns to, is the same:
the state at the last checkpoint.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.former_names import LEARNER, renamed
from tessera.nn.parameters import no_decay
from tessera.nn.probe import state_probe
from tessera.training.ema import EMA
from tessera.training.guard import LOWER, ROLL_BACK, SKIP, Guard, GuardSettings
from tessera.training.settings import LearnerSettings

RAMP = 100
"""Training steps over which the rate rises at the start."""
PROBE_EVERY = 20
"""Training steps between two looks at the state norms, which cost a product per layer; more often in trouble."""
LAYERS = 64
"""Layers with a norm of their own in the log."""

Losses = Callable[[nn.Module], Mapping[str, Tensor]]
"""losses(module) -> scalars by name, 'total' among them: the one that is followed."""


class Learner:
    """Improves `module` in place, on `device`."""

    def __init__(self, module: nn.Module, device: str, settings: LearnerSettings) -> None:
        self.device = device
        self.steps = 0
        """Training steps tried, skipped ones included."""
        self.progress = 0.0
        """How far along its schedule the rate is, 0..1; the trainer moves it."""
        self._settings = settings
        self._module = module.to(device).train()
        self._ema = EMA(module, decay=settings.ema_decay)
        self._optimizer = _optimizer(module, settings)
        self._guard = Guard(GuardSettings(settings.explosion, settings.state_limit))
        self._bf16 = settings.precision == "bf16" or (settings.precision == "auto" and gains_by_bf16(device))
        self._state_norms: dict[str, float] = {}
        """The norm of each layer that has a state, as last measured."""
        self._warnings: list[str] = []
        if not self._is_finite():
            raise BadValue(
                "weights to begin with", "numbers that are not finite", "finite ones", "choose another network"
            )
        self._checkpoint = self._weights()

    def memory_parts(self) -> dict[str, object]:
        """See `tessera.interfaces.trainer.Accountable`."""
        gradients = [p.grad for p in self._module.parameters()]
        return {
            "model": [*self._module.state_dict().values(), *self._ema.module.state_dict().values()],
            "optimiser": [*self._optimizer.state.values(), gradients],
            "checkpoint": self._checkpoint,
        }

    @property
    def network(self) -> nn.Module:
        """The averaged weights, which also play."""
        return self._ema.module

    @property
    def lr(self) -> float:
        """The learning rate of the next step."""
        settings = self._settings
        done = min(1.0, self.progress)
        rate = settings.lr_final + (settings.lr - settings.lr_final) * 0.5 * (1.0 + math.cos(math.pi * done))
        return rate * min(1.0, (self.steps + 1) / RAMP) * 0.5**self._guard.halvings

    def autocast(self) -> Any:
        """Arithmetic in the precision of the settings, for losses and for play."""
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self._bf16)

    def learn(self, losses: Losses) -> dict[str, float]:
        """One step along the gradient of the total, unless the guard minds.

        Returns the losses that are finite, and `gradient`, its norm before clipping. Waits for the device.
        """
        due = self.steps % PROBE_EVERY == 0 or self._guard.strikes > 0 or self._guard.streak == 0
        probing = state_probe(self._module) if due else nullcontext()
        with probing as probe:
            found = losses(self._module)
        if probe is not None:
            self._state_norms = probe.by_layer
        self._optimizer.zero_grad(set_to_none=True)
        found["total"].backward()
        gradient = nn.utils.clip_grad_norm_(self._module.parameters(), self._settings.grad_clip)
        numbers = {name: float(value.detach()) for name, value in {**found, "gradient": gradient}.items()}
        self._follow(numbers)
        if not self._is_finite():  # a skipped step too may have spoilt a buffer on its way forward
            self._note(self._guard.roll_back(why := "weights that are not finite"), why)
        self.steps += 1
        return {name: value for name, value in numbers.items() if math.isfinite(value)}

    def _follow(self, numbers: Mapping[str, float]) -> None:
        action, why = self._guard.judge(
            loss=numbers["total"], gradient=numbers["gradient"], state_norm=self._state_norm
        )
        if why:
            self._note(action, why)
            return
        for group in self._optimizer.param_groups:
            group["lr"] = self.lr
        self._optimizer.step()
        self._ema.update(self._module)

    def _note(self, action: str, why: str) -> None:
        done = {
            SKIP: "skipped",
            LOWER: f"skipped, and the rate halved to {self.lr:.2g}",
            ROLL_BACK: "back to the weights of the last checkpoint",
        }
        if action == ROLL_BACK:
            self._restore(self._checkpoint)
            self._state_norms = {}
        if action != SKIP or self._guard.strikes == 1:  # the first of a row tells enough
            self._warnings.append(f"training step {self.steps}: {why}: {done[action]}")

    def _is_finite(self) -> bool:
        """Whether all that is saved or plays is a number: weights and buffers, and their averages."""
        tensors = [
            tensor.detach()
            for module in (self._module, self._ema.module)
            for tensor in (*module.parameters(), *module.buffers())
            if tensor.is_floating_point()
        ]
        return bool(torch.isfinite(torch.stack(torch._foreach_norm(tensors, float("inf")))).all())

    def take_warnings(self) -> tuple[str, ...]:
        """What happened since the last call that people should know."""
        told = tuple(self._warnings)
        self._warnings.clear()
        return told

    def health(self) -> dict[str, float]:
        """Rate, safety actions so far, and SSM state norms for networks that have them: the largest, each layer's."""
        guard = self._guard
        counts = {"skipped": guard.skipped, "lowered": guard.lowered, "rolled_back": guard.rolled_back}
        told = {"lr": self.lr, **{name: float(count) for name, count in counts.items()}}
        if (norm := self._state_norm) is not None:
            layers = enumerate(list(self._state_norms.values())[:LAYERS])
            told |= {"state_norm": norm, **{f"state_norm_{number}": layer for number, layer in layers}}
        return {name: value for name, value in told.items() if math.isfinite(value)}

    @property
    def _state_norm(self) -> float | None:
        """The largest; None for a network without one, and before the first look."""
        norms = self._state_norms.values()
        return math.nan if any(map(math.isnan, norms)) else max(norms, default=None)

    def state_dict(self) -> dict[str, Any]:
        """All that `load_state_dict` needs to go on exactly here. A later roll back comes back to this."""
        self._checkpoint = self._weights()
        return {
            **self._checkpoint,
            "guard": self._guard.state_dict(),
            "steps": self.steps,
            "state_norms": dict(self._state_norms),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        state = renamed(state, LEARNER)
        self._restore(state)
        if not self._is_finite():
            raise ValueError("its weights are not finite")
        self._checkpoint = self._weights()
        self._guard.load_state_dict(state["guard"])
        self.steps = int(state["steps"])
        self._state_norms = dict(state.get("state_norms", {}))  # states of before have the largest alone

    def _weights(self) -> dict[str, Any]:
        return copy.deepcopy(
            {
                "module": self._module.state_dict(),
                "ema": self._ema.module.state_dict(),
                "updates": self._ema.updates,
                "optimizer": self._optimizer.state_dict(),
            }
        )

    def _restore(self, weights: Mapping[str, Any]) -> None:
        self._module.load_state_dict(weights["module"])
        self._ema.module.load_state_dict(weights["ema"])
        self._ema.updates = int(weights["updates"])
        # Copied: the optimiser would go on in the caller's tensors.
        self._optimizer.load_state_dict(copy.deepcopy(weights["optimizer"]))


def gains_by_bf16(device: str) -> bool:
    """Whether the device learns faster in bfloat16: a GPU that has it, a CPU with AMX.

    A CPU that has AVX-512's instructions for it alone takes 1.3 to 1.5 times as long as in float32 (a tower of 4x64 on
    9x9 and 19x19, Sapphire Rapids).
    """
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(torch.cpu._is_amx_tile_supported())


def _optimizer(module: nn.Module, settings: LearnerSettings) -> torch.optim.AdamW:
    left_alone = no_decay(module)
    named = list(module.named_parameters())
    groups = [
        {"params": [p for name, p in named if name not in left_alone], "weight_decay": settings.weight_decay},
        {"params": [p for name, p in named if name in left_alone], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.lr, betas=(0.9, 0.99), fused=True)
