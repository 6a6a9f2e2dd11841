"""Territory scoring with a network that learned area scoring only: its own question, put in its own terms.

At the end of a game Black's territory score is its area score less the stones Black played more than White:

    territory + prisoners = area - (stones Black played - stones White played)

(set-up stones count as played, passes do not; what was captured appears on both sides). So a position under
territory rules is shown to the network as one under area rules, with a komi changed by the stones played so far.
Win, score and every leaf of a search then speak of the same game, and filling one's own territory costs a point.

What is not known is who fills the last neutral point. While neither side passes that is half a point for the
side to play on average; once a side has passed there is none left to fill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.interfaces.network import Outputs, features_of
from tessera.rules.features import KOMI, OPPONENT, OWN, PASSED, PRISONER_LEAD, TERRITORY_SCORING

if TYPE_CHECKING:
    import torch

    from tessera.interfaces.network import Evaluator

POINTS = 15.0
"""Points per unit of the global inputs for komi and prisoners."""
LIMIT = 3.0
"""Where those are clipped."""


class AsArea:
    """An evaluator that shows positions under territory scoring to `evaluator` as positions under area scoring."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.feature_set = features_of(evaluator).name

    @property
    def device(self) -> str:
        return self._evaluator.device

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        return self._evaluator.evaluate(planes, shown_as_area(planes, globals_))


def shown_as_area(planes: torch.Tensor, globals_: torch.Tensor) -> torch.Tensor:
    """[B, G] globals in which no position has territory scoring; planes [B, F, N, N] stay as they are."""
    territory = globals_[:, TERRITORY_SCORING]
    if not territory.is_cuda and not territory.any():  # on a GPU asking would wait for the device
        return globals_
    on_board = (planes[:, OWN] - planes[:, OPPONENT]).sum((1, 2))
    played = on_board - POINTS * globals_[:, PRISONER_LEAD]
    coming = 0.5 * (1.0 - globals_[:, PASSED])
    komi = (globals_[:, KOMI] - territory * (played + coming) / POINTS).clamp(-LIMIT, LIMIT)
    shown = globals_.clone()
    shown[:, KOMI] = komi
    shown[:, TERRITORY_SCORING] = 0.0
    shown[:, PRISONER_LEAD] = 0.0
    return shown
