"""A search of B positions at once: thousands for self-play, one for a move in a game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tessera.interfaces.network import Evaluator
from tessera.rules.layout import tables
from tessera.search import cpu
from tessera.search.halving import schedule
from tessera.search.settings import SearchSettings, for_kernels
from tessera.search.tree import Tree, Workspace, allocate, numpy_views

if TYPE_CHECKING:
    import torch

NO_SCHEDULE = np.zeros((1, 1), np.int32)
NO_SCHEDULE.setflags(write=False)


def _array(output: torch.Tensor) -> Any:
    """A network's output as the kernels take it: float32, contiguous, on the CPU; the same memory where it can be."""
    return output.detach().float().cpu().contiguous().numpy()


class BatchSearch:
    """Trees of one board size, searched in lockstep: each step is one network batch of up to B * K leaves."""

    def __init__(
        self,
        evaluator: Evaluator,
        *,
        size: int,
        games: int = 1,
        nodes: int,
        leaves: int = 1,
        settings: SearchSettings = SearchSettings(),
        seed: int = 0,
    ) -> None:
        self.size, self.games, self.leaves = size, games, leaves
        """`games` searched now: as many as were planted, at most what the trees were allocated for."""
        self.evaluator = evaluator
        self.settings = settings
        self._settings = for_kernels(settings)
        self._tables = tables(size)
        self._all = allocate(games, nodes, leaves, size, "cpu")
        self._use(games)
        self._seen: Any = None
        cpu.seed_random(self._work.random, seed)

    def _use(self, games: int) -> None:
        """Work on the first `games` trees."""
        tree, work = self._all
        self.games = games
        self.tree = Tree(*(array[:games] for array in tree))
        rows = {"planes": games * self.leaves, "globals_": games * self.leaves}
        self.work = Workspace(**{name: array[: rows.get(name, games)] for name, array in work._asdict().items()})
        self.arrays: Tree = numpy_views(self.tree)
        self._work: Workspace = numpy_views(self.work)

    def plant(self, states: Any, seen: Any) -> None:
        """Start new trees at states [B, S] with the games' superko sets [B, T], and evaluate the roots.

        B may be less than what was allocated; the search is then of those trees only.
        """
        assert 0 < len(states) <= len(self._all[0].size)
        if len(states) != self.games:
            self._use(len(states))
        self._seen = np.asarray(seen)
        for leaf in range(1, self.leaves):
            self._work.leaf[:, leaf] = -1
        cpu.plant(self.arrays, self._work, self.size, self._tables, np.asarray(states), self._seen)
        self._evaluate()

    def follow(self, action: int) -> bool:
        """Keep the subtree below `action` of the only tree; False when nothing is known there."""
        assert self.games == 1
        moved = np.empty(self.arrays.parent.shape[1], np.int32)
        return bool(cpu.reroot(self.arrays, action, moved))

    def rebase(self, seen: Any) -> None:
        """Search on under a game's grown superko set [T]."""
        assert self.games == 1
        self._seen = np.asarray(seen)[None]

    def run_gumbel(self, simulations: int) -> None:
        """A whole Gumbel search of that many simulations per tree, one leaf at a time."""
        assert self.leaves == 1 and self.settings.gumbel_root
        cpu.draw_gumbel(self.arrays, self._work, self.settings.gumbel_scale)
        plan = schedule(self.settings.considered, simulations)
        for simulation in range(simulations):
            self._step(plan, simulation)

    def step(self) -> None:
        """One PUCT step: up to K leaves per tree."""
        self._step(NO_SCHEDULE, 0)

    def choices(self) -> tuple[torch.Tensor, torch.Tensor]:
        """After `run_gumbel`: actions [B] int64 to play, and improved policies [B, A] float32."""
        import torch

        actions = torch.empty(self.games, dtype=torch.int64)
        policies = torch.empty(self.games, self.size**2 + 1)
        cpu.gumbel_choices(self.arrays, self._work, self._settings, actions.numpy(), policies.numpy())
        return actions, policies

    def _step(self, plan: Any, simulation: int) -> None:
        cpu.descend(self.arrays, self._work, self.size, self._tables, self._seen, plan, simulation, self._settings)
        self._evaluate()

    def _evaluate(self) -> None:
        rows = self.games * self.leaves
        if self.games == 1:
            rows = int((self._work.leaf >= 0).sum())
            if rows == 0:
                return
        device = self.evaluator.device  # the tree is on the CPU, the network where it likes
        outputs = self.evaluator.evaluate(self.work.planes[:rows].to(device), self.work.globals_[:rows].to(device))
        cpu.absorb(
            self.arrays,
            self._work,
            self.size,
            *(_array(output) for output in (outputs.policy, outputs.value, outputs.score, outputs.ownership)),
            self._settings,
        )
