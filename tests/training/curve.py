"""A loss curve of one process or of several that share each batch: the same positions for all in the same order.

python -m tests.training.curve STEPS     # prints what `learned` gives as JSON
"""

from __future__ import annotations

import json
import sys
from typing import Any

import torch

from tessera.interfaces.network import features_of
from tessera.plugins import build_manager
from tessera.rules.features import FeatureSet
from tessera.training.learner import Learner
from tessera.training.losses import head_losses, total
from tessera.training.processes import here, joined, together
from tessera.training.replay import blank_positions
from tessera.training.settings import LearnerSettings, LossSettings
from tessera.training.targets import Positions, planes_of
from tessera_resnet.settings import ResNetSettings

GLOBAL_BATCH = 32
SIDE = 5
DIFFERENT = 4
"""Batches, learned by turns, so that there is something to be learned."""


def batches(steps: int, features: FeatureSet) -> list[Positions]:
    """What is learned in each step, of all processes together."""
    random = torch.Generator().manual_seed(7)
    found = []
    for _ in range(DIFFERENT):
        blank = blank_positions(GLOBAL_BATCH, SIDE, features=features)
        planes = torch.randint(2, blank.planes.shape, generator=random, dtype=torch.uint8)
        planes[:, 0] = 1
        policy, answer = (torch.randn(blank.policy.shape, generator=random).softmax(1) for _ in range(2))
        found.append(
            blank._replace(
                planes=planes,
                policy=policy.half(),
                opponent_policy=answer.half(),
                value=torch.randint(3, (GLOBAL_BATCH,), generator=random),
                score=torch.randn(GLOBAL_BATCH, generator=random) * 5,
                ownership=torch.randint(-1, 2, blank.ownership.shape, generator=random, dtype=torch.int8),
            )
        )
    return [found[step % DIFFERENT] for step in range(steps)]


def learned(steps: int) -> dict[str, list[Any]]:
    """The losses of each step, over all processes, and the sums of the weights they lead to."""
    module = build_manager().networks["resnet"].build(ResNetSettings(blocks=2, width=16, pool_every=1))
    learner, weights, processes = Learner(module, "cpu", LearnerSettings(precision="f32")), LossSettings(), here()
    share = GLOBAL_BATCH // processes.count
    for whole in batches(steps, features_of(module)):
        mine = Positions(*(field[processes.rank * share :][:share] for field in whole))

        def losses(module: torch.nn.Module, mine: Positions = mine) -> dict[str, torch.Tensor]:
            found = head_losses(module(planes_of(mine), mine.globals_), mine)
            return {**found, "total": total(found, weights)}

        learner.learn(losses)
    kept = [float(each.double().sum()) for each in learner.network.state_dict().values()]
    return {"losses": [step["total"] for step in learner.take_measured()], "weights": kept}


def main() -> None:
    torch.set_num_threads(1)
    with joined() as processes:
        together(processes)
        torch.manual_seed(processes.rank)  # the weights of the first process are taken by all
        print(json.dumps(learned(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
