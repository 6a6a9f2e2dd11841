"""The mover of the trainer `gumbel`: a Gumbel search of every position, of two lengths where asked for."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch import Tensor

from tessera.interfaces.network import Evaluator
from tessera.rules.batch import Batch
from tessera.search.batch import BatchSearch
from tessera.search.settings import PuctSettings, SearchSettings
from tessera_selfplay.choice import Choice
from tessera_selfplay.settings import GumbelSettings

TINY = 1e-20


class Searcher:
    """Searches all games of a batch. All of them get a long or a short search together, which keeps batches full.

    The trees are on `device`, where the games are.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        *,
        size: int,
        games: int,
        settings: GumbelSettings,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self._settings, self._seed = settings, seed
        self._plies = np.zeros(1, np.int64)
        self._search = BatchSearch(
            evaluator,
            size=size,
            games=games,
            nodes=max(settings.simulations, settings.fast_simulations) + 2,
            settings=SearchSettings(
                gumbel_root=True,
                max_num_considered_actions=settings.max_num_considered_actions,
                c_scale=settings.c_scale,
                puct=PuctSettings(score_weight=settings.score_weight),
            ),
            seed=seed,
            device=device,
        )

    def choose(self, batch: Batch) -> Choice:
        settings, search = self._settings, self._search
        full = self._is_full()
        search.set_roots(batch.state, batch.seen)
        search.run_gumbel(settings.simulations if full else settings.fast_simulations)
        action, policy = search.choices()
        prior = search.tree.prior[:, 0]
        gain = torch.special.xlogy(policy, policy) - torch.special.xlogy(policy, prior.clamp(min=TINY))
        return Choice(
            action=action,
            policy=policy,
            predicted_value=search.tree.raw_values[:, 0, 1],
            policy_surprise=gain.sum(1).clamp(min=0.0),
            train_on=torch.full_like(action, full, dtype=torch.bool),
        )

    def state_dict(self) -> dict[str, Tensor]:
        return {"random": self._search.work.random, "plies": torch.from_numpy(self._plies)}

    def _is_full(self) -> bool:
        """Whether this ply's search is a long one; the same answer for the same ply of the same run."""
        self._plies += 1
        share = self._settings.full_share
        return share == 1.0 or random.Random(f"{self._seed} {self._plies[0]}").random() < share
