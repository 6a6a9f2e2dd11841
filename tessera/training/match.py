"""Games between two ways to choose moves, many at once: the win rate that stands beside every loss.

A *mover* maps a batch of positions to actions. Games start from a few random moves, so that they differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tessera.interfaces.network import Evaluator
from tessera.rules.batch import Batch, allocate, settings_row
from tessera.rules.coords import BLACK
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.rules.ruleset import DEFAULT
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings

Mover = Callable[[Batch], Tensor]
"""games with `legal()` and `features()` done -> actions [B] int64 for the sides to play."""
LONGEST = 3
"""Games are counted as they stand after LONGEST * P moves."""


@dataclass(frozen=True)
class MatchResult:
    """Games from the view of the first mover."""

    wins: int
    draws: int
    losses: int
    mean_length: float
    """Moves, passes included."""
    margin: float
    """Mean score in points."""

    @property
    def games(self) -> int:
        return self.wins + self.draws + self.losses

    @property
    def rate(self) -> float:
        """Wins over games, a draw as half a win."""
        return (self.wins + 0.5 * self.draws) / self.games


def random_mover(generator: torch.Generator) -> Mover:
    """Any legal point but its own one-point eyes; pass when there is none."""

    def move(games: Batch) -> Tensor:
        return draw(sensible(games), generator)

    return move


def policy_mover(evaluator: Evaluator) -> Mover:
    """The network's favourite legal move, no search."""

    def move(games: Batch) -> Tensor:
        logits = evaluator.evaluate(games.planes, games.globals_).policy
        return logits.masked_fill(~games.mask, -torch.inf).argmax(dim=1)

    return move


def search_mover(evaluator: Evaluator, *, size: int, games: int, simulations: int, seed: int = 0) -> Mover:
    """A Gumbel search without noise: deterministic, best of its most visited moves."""
    settings = SearchSettings(gumbel_root=True, gumbel_scale=0.0)
    search = BatchSearch(evaluator, size=size, games=games, nodes=simulations + 2, settings=settings, seed=seed)

    def move(games: Batch) -> Tensor:
        search.plant(games.state, games.seen)
        search.run_gumbel(simulations)
        return search.choices()[0]

    return move


def sensible(games: Batch) -> Tensor:
    """[B, A] bool: legal points that are not the mover's own one-point eyes, and pass only where there is none."""
    own, board = games.planes[:, 1:2], games.planes[:, 0:1]
    cross = own.new_tensor([[0, 1, 0], [1, 0, 1], [0, 1, 0]])[None, None]
    eye = torch.conv2d(own, cross, padding=1) == torch.conv2d(board, cross, padding=1)
    wanted = games.mask.clone()
    wanted[:, :-1] &= ~eye.flatten(1)
    wanted[:, -1] = ~wanted[:, :-1].any(dim=1)
    return wanted


def draw(allowed: Tensor, generator: torch.Generator) -> Tensor:
    """One of the allowed actions [B, A] for each game, all alike."""
    return torch.multinomial(allowed.float(), 1, generator=generator)[:, 0]


def play_match(
    first: Mover, second: Mover, *, size: int, games: int, komi: float, generator: torch.Generator, opening: int = 4
) -> MatchResult:
    """`games` games in lockstep, the first mover Black in half of them (rounded up), by area and positional superko.

    Each game opens with up to `opening` random moves, the same number for every game of the match.
    """
    table = new_games(size, games, komi)
    black = torch.arange(games) < (games + 1) // 2
    random = random_mover(generator)
    lengths = torch.zeros(games)
    for move in range(LONGEST * size * size):
        table.legal()
        table.features()
        firsts_turn = (table.state[:, meta_at(size) + TO_PLAY] == BLACK) == black
        if move < opening:
            actions = random(table)
        else:
            actions = torch.where(firsts_turn, first(table), second(table))
        # Finished games wait for the others with passes, which change nothing.
        table.actions.copy_(torch.where(table.over, size * size, actions))
        lengths += (~table.over).float()
        table.step()
        table.find_over()
        if bool(table.over.all()):
            break
    table.score()
    margin = torch.where(black, table.score2, -table.score2).float() / 2
    return MatchResult(
        wins=int((margin > 0).sum()),
        draws=int((margin == 0).sum()),
        losses=int((margin < 0).sum()),
        mean_length=float(lengths.mean()),
        margin=float(margin.mean()),
    )


def new_games(size: int, games: int, komi: float) -> Batch:
    """Fresh games on the CPU under the default rules."""
    table = Batch(size, allocate(games, size, lambda shape, dtype: torch.zeros(shape, dtype=getattr(torch, dtype))))
    table.settings.copy_(torch.tensor(settings_row(DEFAULT, komi), dtype=torch.int32).expand(games, 4))
    table.which.fill_(True)
    table.reset()
    return table
