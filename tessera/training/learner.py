"""Weights that learn: module, optimiser, learning rate, averaged copy, and the guard that watches every step.

Every trainer hands its losses to a `Learner`; where several processes learn together each does, and all follow the mean
of their gradients (`processes`). What is saved of it, and what a roll back returns to, is the same:
the state at the last checkpoint.

The host runs ahead of a GPU: a step leaves its numbers on the device, and the host looks at those of several steps
together. What a good step is, the device knows by itself: the first that is not good shuts a gate, and no step after it
is followed until the host has looked and the guard has said how to go on.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from tessera.errors import BadValue
from tessera.former_names import LEARNER, renamed
from tessera.nn.parameters import no_decay
from tessera.nn.probe import state_probe
from tessera.training.ema import EMA
from tessera.training.guard import LOWER, ROLL_BACK, SKIP, Guard, GuardSettings, Limits
from tessera.training.processes import here
from tessera.training.settings import LearnerSettings

RAMP = 100
"""Training steps over which the rate rises at the start."""
PROBE_EVERY = 20
"""Training steps between two looks at the state norms, which cost a product per layer; more often in trouble."""
LOOK_EVERY = 16
"""Training steps whose numbers the host looks at together; after a bad one it looks at every step."""
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
        self._settings, self._processes = settings, here()
        self._module = module.to(device).train()
        self._processes.same_([*module.state_dict().values()])
        self._ema = EMA(module, decay=settings.ema_decay)
        self._optimizer = _optimizer(module, settings)
        self._guard = Guard(GuardSettings(settings.explosion, settings.state_limit))
        self._bf16 = settings.precision == "bf16" or (settings.precision == "auto" and gains_by_bf16(device))
        self._limits = torch.tensor(self._guard.limits, device=device)
        """[3] what the newest steps are held against."""
        self._gate = torch.ones((), device=device)
        """1: steps are followed; 0: one was not good, and the host has not looked since."""
        self._state_norms: dict[str, float] = {}
        """The norm of each layer that has a state, as last looked at."""
        self._probed: dict[str, Tensor] = {}
        """The same as last measured, if the host has not looked since."""
        self._state_norm = torch.zeros((), device=device)
        """The largest of them as last measured; 0 for a network without one, and before the first."""
        self._pending: list[tuple[int, tuple[str, ...], Tensor]] = []
        """Steps that the host has not looked at: number, names, and [names + 1] numbers, the state norm last."""
        self._measured: list[dict[str, float]] = []
        """What was looked at and not taken yet."""
        self._warnings: list[str] = []
        self._kept = [
            tensor.detach()
            for of in (module, self._ema.module)
            for tensor in (*of.parameters(), *of.buffers())
            if tensor.is_floating_point()
        ]
        """What has to be finite."""
        if not bool(self._is_finite()):
            raise BadValue(
                "weights to begin with", "numbers that are not finite", "finite ones", "choose another network"
            )
        self._checkpoint = self._weights()

    def memory_parts(self) -> dict[str, object]:
        """See `tessera.interfaces.trainer.Accountable`."""
        gradients = [p.grad for p in self._module.parameters()]
        judged = [self._limits, self._gate, self._probed, self._state_norm, self._pending]
        told = [getattr(self._optimizer, name, None) for name in ("grad_scale", "found_inf")]
        return {
            "model": [*self._module.state_dict().values(), *self._ema.module.state_dict().values()],
            "optimiser": [*self._optimizer.state.values(), gradients, judged, told],
            "checkpoint": self._checkpoint,
        }

    @property
    def network(self) -> nn.Module:
        """The averaged weights, which also play."""
        return self._ema.module

    @property
    def lr(self) -> float:
        """The learning rate of the next step."""
        self._look()
        return self._lr(self.steps)

    def _lr(self, step: int) -> float:
        settings = self._settings
        done = min(1.0, self.progress)
        rate = settings.lr_final + (settings.lr - settings.lr_final) * 0.5 * (1.0 + math.cos(math.pi * done))
        return rate * min(1.0, (step + 1) / RAMP) * 0.5**self._guard.halvings

    def autocast(self) -> Any:
        """Arithmetic in the precision of the settings, for losses and for play."""
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self._bf16)

    def learn(self, losses: Losses) -> None:
        """One step along the gradient of the total, unless the guard minds. The device is waited for once in
        `LOOK_EVERY` steps; `take_measured` tells what was measured."""
        due = self.steps % PROBE_EVERY == 0 or not self._guard.is_calm
        probing = state_probe(self._module) if due else nullcontext()
        with probing as probe:
            found = losses(self._module)
        if probe is not None and probe.norms:
            norms = self._processes.largest(torch.stack(list(probe.norms.values())))
            self._probed = dict(zip(probe.norms, norms.unbind(), strict=True))
            self._state_norm = norms.max().float()
        self._module.zero_grad(set_to_none=True)
        found["total"].backward()
        with torch.no_grad():
            self._follow(found)
        self.steps += 1
        if len(self._pending) >= LOOK_EVERY or not self._guard.is_calm:
            self._look()

    def _follow(self, found: Mapping[str, Tensor]) -> None:
        """Step, on the device alone, where the gate is open and this step is good."""
        gradients = [p.grad for p in self._module.parameters() if p.grad is not None]
        self._processes.mean_([*gradients, *found.values()])
        gradient = nn.utils.get_total_norm(gradients)
        told = {name: value for name, value in found.items() if name != "total"}
        told |= {"total": found["total"], "gradient": gradient}
        numbers = torch.stack([*told.values(), self._state_norm])
        self._pending.append((self.steps, tuple(told), numbers))
        self._gate.mul_((numbers[-len(Limits._fields) :].abs() <= self._limits).all())
        # As torch's own GradScaler tells the fused kernel to divide gradients, and to leave a step out.
        self._optimizer.grad_scale = (gradient / self._settings.grad_clip).clamp(min=1.0)  # type: ignore[attr-defined]
        self._optimizer.found_inf = 1.0 - self._gate  # type: ignore[attr-defined]
        for group in self._optimizer.param_groups:
            group["lr"] = self._lr(self.steps)
        self._optimizer.step()
        self._ema.update(self._gate)

    def _look(self) -> None:
        """Judge the steps since the last look, as if each had been judged before the next was made."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        limits, layers = self._guard.limits, list(self._probed)
        parts = [numbers for _, _, numbers in pending] + [norm[None] for norm in self._probed.values()]
        read = iter(
            torch.cat([*(part.float() for part in parts), self._processes.all(self._is_finite())[None]]).tolist()
        )
        shut = False
        for step, names, _ in pending:
            *values, state_norm = islice(read, len(names) + 1)
            told = dict(zip(names, values, strict=True))
            self._measured.append({name: value for name, value in told.items() if math.isfinite(value)})
            if not shut:
                shut = self._judge(step, told, state_norm, limits)
            else:
                self._guard.pass_over()
            self._ema.updates -= shut
        *norms, finite = read
        if layers:
            self._state_norms, self._probed = dict(zip(layers, norms, strict=True)), {}
        if not finite:  # a step that was not followed too may have spoilt a buffer on its way forward
            self._note(self._guard.roll_back(why := "weights that are not finite"), why, pending[-1][0])
        self._gate.fill_(1.0)
        self._limits.copy_(torch.tensor(self._guard.limits), non_blocking=True)

    def _judge(self, step: int, told: Mapping[str, float], state_norm: float, limits: Limits) -> bool:
        """Whether the guard minds."""
        action, why = self._guard.judge(
            loss=told["total"], gradient=told["gradient"], state_norm=state_norm, limits=limits
        )
        if why:
            self._note(action, why, step)
        return bool(why)

    def _note(self, action: str, why: str, step: int) -> None:
        done = {
            SKIP: "skipped",
            LOWER: f"skipped, and the rate halved to {self._lr(step):.2g}",
            ROLL_BACK: "back to the weights of the last checkpoint",
        }
        if action == ROLL_BACK:
            self._restore(self._checkpoint)
            self._take_norms({})
        if action != SKIP or self._guard.strikes == 1:  # the first of a row tells enough
            self._warnings.append(f"training step {step}: {why}: {done[action]}")

    def _is_finite(self) -> Tensor:
        """Whether all that is saved or plays is a number: weights and buffers, and their averages. A bool, there."""
        return torch.isfinite(torch.stack(torch._foreach_norm(self._kept, float("inf")))).all()

    def take_measured(self) -> list[dict[str, float]]:
        """Of each step since the last call: its losses that are finite, and `gradient`, the norm before clipping."""
        self._look()
        measured, self._measured = self._measured, []
        return measured

    def take_warnings(self) -> tuple[str, ...]:
        """What happened since the last call that people should know."""
        self._look()
        told = tuple(self._warnings)
        self._warnings.clear()
        return told

    def health(self) -> dict[str, float]:
        """Rate, safety actions so far, and SSM state norms for networks that have them: the largest, each layer's."""
        self._look()
        guard = self._guard
        counts = {"skipped": guard.skipped, "lowered": guard.lowered, "rolled_back": guard.rolled_back}
        told = {"lr": self.lr, **{name: float(count) for name, count in counts.items()}}
        if self._state_norms:
            layers = enumerate(list(self._state_norms.values())[:LAYERS])
            told |= {
                "state_norm": _largest(self._state_norms),
                **{f"state_norm_{number}": layer for number, layer in layers},
            }
        return {name: value for name, value in told.items() if math.isfinite(value)}

    def _take_norms(self, norms: Mapping[str, float]) -> None:
        self._state_norms, self._probed = dict(norms), {}
        self._state_norm = torch.full_like(self._state_norm, _largest(norms))

    def state_dict(self) -> dict[str, Any]:
        """All that `load_state_dict` needs to go on exactly here. A later roll back comes back to this."""
        self._look()
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
        if not bool(self._is_finite()):
            raise ValueError("its weights are not finite")
        self._checkpoint = self._weights()
        self._guard.load_state_dict(state["guard"])
        self.steps = int(state["steps"])
        self._take_norms(state.get("state_norms", {}))  # states of before have the largest alone
        self._pending, self._measured = [], []
        self._gate.fill_(1.0)
        self._limits.copy_(torch.tensor(self._guard.limits))

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


def _largest(norms: Mapping[str, float]) -> float:
    """NaN where one is; 0 of none."""
    return math.nan if any(map(math.isnan, norms.values())) else max(norms.values(), default=0.0)


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
