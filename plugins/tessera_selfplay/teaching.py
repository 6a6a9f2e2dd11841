"""The mover of the trainer `distill`: the learner moves, and the teacher says what it makes of each position.

A replay holds results, not probabilities. So the teacher's value and ownership are drawn from, once for each position:
in the mean over positions the losses and their gradients are those of the probabilities themselves.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tessera.interfaces.network import Evaluator
from tessera.rules.batch import Batch
from tessera.rules.layout import PASSES, meta_at
from tessera.training.targets import Positions
from tessera_selfplay.choice import Choice
from tessera_selfplay.sampling import ILLEGAL, Sampler
from tessera_selfplay.teacher import Teacher


class Taught:
    """Moves as `Sampler` does; keeps what the teacher says of every position until it is taken."""

    def __init__(self, evaluator: Evaluator, teacher: Teacher, *, generator: torch.Generator) -> None:
        self._learner = Sampler(evaluator, generator=generator)
        self._teacher, self._generator = teacher, generator
        self._taught: list[tuple[Positions, Tensor]] = []
        """Of every position of the batch, and whether its game was still going on."""

    def choose(self, batch: Batch) -> Choice:
        choice = self._learner.choose(batch)
        self._taught.append(self._lesson(batch, choice))
        # What is learned does not wait for the end of the game.
        return choice._replace(train_on=torch.zeros_like(choice.train_on))

    def take_taught(self) -> Positions:
        """n positions that were played since the last call, those of games that were over left out."""
        taught, self._taught = self._taught, []
        kept = [[field[live] for field in lesson] for lesson, live in taught]
        return Positions(*(torch.cat(fields) for fields in zip(*kept, strict=True)))

    def state_dict(self) -> dict[str, Tensor]:
        """Nothing: what was taught is taken before a state is asked for."""
        return self._learner.state_dict()

    def _lesson(self, batch: Batch, choice: Choice) -> tuple[Positions, Tensor]:
        said = self._teacher.judge(batch)
        policy = torch.where(batch.mask, said.policy.float(), ILLEGAL).softmax(1)
        logits, owner = said.value.float(), said.ownership.float()
        # The largest of logit + Gumbel noise is a draw from the softmax.
        noise = torch.empty_like(logits).exponential_(generator=self._generator).log()
        drawn = torch.rand(owner.shape, generator=self._generator, device=owner.device) < owner.abs()
        chances = logits.softmax(1)
        lesson = Positions(
            planes=batch.planes.flatten(2).to(torch.uint8),
            globals_=batch.globals_.clone(),
            policy=policy.half(),
            value=(logits - noise).argmax(1).to(torch.int8),
            score=said.score.float().clone(),
            ownership=(owner.sign() * drawn).to(torch.int8),
            opponent_policy=torch.zeros_like(policy, dtype=torch.float16),
            action=choice.action.to(torch.int16),
            predicted_value=chances[:, 0] - chances[:, 2],
        )
        return lesson, batch.state[:, meta_at(batch.size) + PASSES] < 2
