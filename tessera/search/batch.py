"""A search of B positions at once: thousands for self-play, one for a move in a game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.network import Evaluator, Outputs, features_of
from tessera.search.backend import backend_for
from tessera.search.seq_halving import schedule
from tessera.search.settings import SearchSettings, for_kernels
from tessera.search.tree import Tree, Workspace, allocate, first_games, random_states

if TYPE_CHECKING:
    import torch

NO_SCHEDULE = np.zeros((1, 1), np.int32)
NO_SCHEDULE.setflags(write=False)
SETTLED_STEPS, SETTLED_VISITS = 128, 100_000
"""Steps in a row that ended in finished games, and visits at the root, from which a tree counts as settled."""


class BatchSearch:
    """Trees of one board size, searched in lockstep: each step is one network batch of up to B * K leaves.

    Trees in main memory may have their network anywhere. Trees on a GPU want it there too; then nothing waits for
    the GPU but the first `run_gumbel` of each number of simulations, which copies its schedule there.
    """

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
        device: str = "cpu",
        owners: bool = False,
    ) -> None:
        """`owners`: keep every node's ownership, for `ownership.by_move`."""
        import torch

        self.size, self.games, self.leaves = size, games, leaves
        """`games` searched now: as many as were given roots, at most what the trees were allocated for."""
        self.evaluator = evaluator
        self.settings = settings
        self.device = device
        self._settings = for_kernels(settings)
        self._backend = backend_for(device, size)
        self._schedules: dict[int, Any] = {0: self._backend.constant(NO_SCHEDULE)}
        self.owners = owners
        self._barren = 0
        """Steps in a row without a position for the network."""
        features = features_of(evaluator)
        self._features = features.name
        self._all = allocate(games, nodes, leaves, size, device, features=features, owners=owners)
        self._all[1].random.copy_(torch.from_numpy(random_states(games, seed)))
        self._use(games)
        self._seen: Any = None

    def _use(self, games: int) -> None:
        """Work on the first `games` trees."""
        adopt = self._backend.adopt
        self.games = games
        self.tree, self.work = first_games(*self._all, games)
        self.arrays = Tree(*map(adopt, self.tree))
        """`tree` as the kernels take it: numpy arrays on the CPU."""
        self._work = Workspace(*map(adopt, self.work._replace(planes=self.work.planes.flatten(1))))

    @property
    def capacity(self) -> int:
        """The most trees it was allocated for."""
        return len(self._all[0].size)

    @property
    def nodes(self) -> int:
        """The most nodes of a tree."""
        return int(self.tree.parent.shape[1])

    @property
    def root_bonus(self) -> Any:
        """[B, A] float32 added to the values of the root's actions where PUCT chooses among them; 0 at first."""
        assert not self.settings.gumbel_root
        return self._work.gumbel

    @property
    def new_nodes(self) -> Any:
        """[B, K] the nodes the last step had evaluated; -1 none."""
        return self._work.leaf

    def set_roots(self, states: Any, seen: Any, *, which: Any = None) -> None:
        """Start new trees at states [B, S] with the games' superko sets [B, T], and evaluate the roots.

        B may be less than what was allocated; the search is then of those trees only. Trees that are not in
        `which` [B] stay as they are, with the new superko sets.
        """
        import torch

        assert 0 < len(states) <= self.capacity
        if len(states) != self.games:
            self._use(len(states))
        self._seen = self._backend.adopt(seen)
        if which is not None:
            self.work.which.copy_(torch.as_tensor(which))
        self._backend.init(self.arrays, self._work, self._backend.adopt(states), self._seen)
        self._evaluate_and_backward(all_rows=which is None, roots=True)
        if which is not None:
            self.work.which.fill_(True)

    @property
    def settled(self) -> bool:
        """Whether the only tree has next to nothing left to learn: after many visits all go to finished games.

        Such a tree makes a million visits a second; a line that is not over comes up less and less.
        """
        assert self.games == 1
        return self._barren >= SETTLED_STEPS and int(self.arrays.visits[0, 0]) >= SETTLED_VISITS

    def judge_dead(self, dead: Any, *, game: int = 0) -> None:
        """Take these stones off where a line of a game's search ends: dead [P] int8 colours, 0 where none is dead.

        The verdict is on the root; what was counted before by another one is not counted again. `set_roots` forgets it.
        """
        import torch

        self.work.dead[game].copy_(torch.as_tensor(dead))

    def reuse_subtree(self, action: int, *, game: int = 0) -> bool:
        """Keep the subtree below `action` of a game's tree; False when nothing is known there. On the CPU only."""
        self._barren = 0
        return self._backend.reuse_subtree(self.arrays, game, action)

    def set_seen(self, seen: Any) -> None:
        """Search on under the games' grown superko sets [B, T]."""
        self._seen = self._backend.adopt(seen)

    def run_gumbel(self, simulations: int) -> None:
        """A whole Gumbel search of that many simulations per tree, one leaf at a time."""
        assert self.leaves == 1 and self.settings.gumbel_root
        self._backend.draw_gumbel(self.arrays, self._work, self.settings.gumbel_scale)
        if simulations not in self._schedules:
            self._schedules[simulations] = self._backend.constant(
                schedule(self.settings.max_num_considered_actions, simulations)
            )
        self.work.most.fill_(1)
        for simulation in range(simulations):
            self._step(self._schedules[simulations], simulation, all_rows=True)

    def step(self, most: Any = None) -> None:
        """One PUCT step: up to `most` visits, at most K, K where not said; on the CPU also one number per tree."""
        if isinstance(self._work.most, np.ndarray):
            self._work.most[:] = self.leaves if most is None else most
        else:
            self.work.most.fill_(self.leaves if most is None else most)
        self._step(self._schedules[0], 0)

    def choices(self) -> tuple[torch.Tensor, torch.Tensor]:
        """After `run_gumbel`: actions [B] int64 to play, and improved policies [B, A] float32, on the device."""
        import torch

        actions = torch.empty(self.games, dtype=torch.int64, device=self.device)
        policies = torch.empty(self.games, self.size**2 + 1, device=self.device)
        adopted = map(self._backend.adopt, (actions, policies))
        self._backend.gumbel_choices(self.arrays, self._work, self._settings, *adopted)
        return actions, policies

    def _step(self, schedule: Any, simulation: int, *, all_rows: bool = False) -> None:
        """The loop's turn in every tree: simulate down to leaves, evaluate them, expand them, and backward to the root.

        Here K simulations at once: while a leaf waits, its path counts as visited and lost. search.py has the phases.
        """
        self._backend.simulate(self.arrays, self._work, self._seen, schedule, simulation, self._settings)
        self._evaluate_and_backward(all_rows=all_rows)

    def _evaluate_and_backward(self, *, all_rows: bool, roots: bool = False) -> None:
        outputs = self._evaluate(all_rows=all_rows, roots=roots)
        if outputs is not None:
            network_outputs = self._backend.network_outputs(outputs)
            self._backend.expand_and_backward(self.arrays, self._work, network_outputs, self._settings)

    def _evaluate(self, *, all_rows: bool, roots: bool) -> Outputs | None:
        """What the network says of the waiting leaves; None where there is none.

        `all_rows`: also what nobody waits for, in batches that are nearly full, so that their shape stays.
        """
        filled = None if all_rows and self.games > 1 else self._backend.filled(self._work)
        if filled is not None and len(filled) == 0:
            self._barren += 1
            return None
        self._barren = 0
        self._backend.features(self._features, self.arrays, self._work)
        planes, globals_ = self.work.planes, self.work.globals_
        device, rows = self.evaluator.device, slice(None) if filled is None else _rows(filled)
        outputs = self._ask(planes[rows].to(device), globals_[rows].to(device), rows, roots=roots)
        return outputs if isinstance(rows, slice) else _spread(outputs, rows, len(planes))

    def _ask(self, planes: torch.Tensor, globals_: torch.Tensor, rows: slice | torch.Tensor, *, roots: bool) -> Outputs:
        """The network's answer, under the symmetries that the settings ask for."""
        if not (self.settings.random_symmetry or (roots and self.settings.root_symmetries)):
            return self.evaluator.evaluate(planes, globals_)
        import torch

        from tessera.nn.symmetry import SYMMETRIES, averaged, turned, turned_back

        if roots and self.settings.root_symmetries:
            which = torch.arange(SYMMETRIES, device=planes.device).repeat(len(planes))
            images = turned(planes.repeat_interleave(SYMMETRIES, 0), which)
            outputs = self.evaluator.evaluate(images, globals_.repeat_interleave(SYMMETRIES, 0))
            return averaged(turned_back(outputs, which))
        leaves = self.work.leaf.clamp(min=0).long()
        which = (self.tree.key.gather(1, leaves).flatten()[rows] % SYMMETRIES).to(planes.device)
        return turned_back(self.evaluator.evaluate(turned(planes, which), globals_), which)


def _rows(filled: NDArray[np.int64]) -> slice | torch.Tensor:
    """These rows as an index; rows from the first on need no copy."""
    import torch

    count = len(filled)
    return slice(count) if filled[-1] == count - 1 else torch.from_numpy(filled)


def _spread(outputs: Outputs, rows: torch.Tensor, count: int) -> Outputs:
    """Answers for `rows` as network_outputs for `count` rows, zeros elsewhere."""

    def spread(answer: torch.Tensor) -> torch.Tensor:
        return answer.new_zeros((count, *answer.shape[1:])).index_copy_(0, rows.to(answer.device), answer)

    return Outputs(*map(spread, outputs))
