"""The mover of the trainer `policy-gradient`: moves drawn from the network's policy, one evaluation each."""

from __future__ import annotations

import torch
from torch import Tensor

from tessera.interfaces.network import Evaluator
from tessera.rules.batch import Batch
from tessera_selfplay.choice import Choice

ILLEGAL = -1e4


class Sampler:
    """Draws a legal move for every game of a batch; no search, no wait for the device."""

    def __init__(self, evaluator: Evaluator, *, generator: torch.Generator) -> None:
        self._evaluator, self._generator = evaluator, generator

    def choose(self, batch: Batch) -> Choice:
        outputs = self._evaluator.evaluate(batch.planes, batch.globals_)
        logits = torch.where(batch.mask, outputs.policy.float(), ILLEGAL)
        # The largest of logit + Gumbel noise is a draw from the softmax.
        noise = torch.empty_like(logits).exponential_(generator=self._generator).log()
        values = outputs.value.float().softmax(1)
        action = (logits - noise).argmax(1)
        return Choice(
            action=action,
            policy=logits.softmax(1),
            predicted_value=values[:, 0] - values[:, 2],
            policy_surprise=torch.zeros_like(values[:, 0]),
            train_on=torch.ones_like(action, dtype=torch.bool),
        )

    def state_dict(self) -> dict[str, Tensor]:
        return {}
