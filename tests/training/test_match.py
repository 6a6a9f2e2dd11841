"""Matches: whose view, whose colour, whose turn."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.builtin.uniform import build_uniform
from tessera.rules.batch import Batch
from tessera.training.match import Mover, new_games, play_match, policy_mover, random_mover, search_mover, sensible


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(7)


def passer(games: Batch) -> Tensor:
    return torch.full((games.games,), games.size**2)


def test_who_only_passes_loses_everything() -> None:
    random = random_mover(generator())
    lost = play_match(passer, random, size=5, games=10, komi=7.0, generator=generator(), opening=0)
    won = play_match(random, passer, size=5, games=10, komi=7.0, generator=generator(), opening=0)
    assert (lost.wins, lost.losses, lost.rate) == (0, 10, 0.0)
    assert (won.wins, won.losses, won.rate) == (10, 0, 1.0)
    assert lost.margin == -won.margin == -25.0


def test_equals_are_about_even() -> None:
    """192 games of one random player against another: half won within four standard errors."""
    result = play_match(
        random_mover(generator()), random_mover(generator()), size=5, games=192, komi=0.5, generator=generator()
    )
    assert result.games == 192 and abs(result.rate - 0.5) < 4 * 0.5 / 192**0.5
    assert 20 < result.mean_length < 75


def test_a_draw_is_half_a_win() -> None:
    result = play_match(passer, passer, size=3, games=4, komi=0.0, generator=generator(), opening=0)
    assert (result.draws, result.rate, result.mean_length) == (4, 0.5, 2.0)


@pytest.mark.parametrize("kind", ["policy", "search"])
def test_movers_play_legal_moves(kind: str) -> None:
    """`step` refuses stones on stones, so that a game to its end shows the moves were possible."""
    evaluator = TorchEvaluator(build_uniform(), "cpu")
    mover: Mover = (
        policy_mover(evaluator) if kind == "policy" else search_mover(evaluator, size=4, games=6, simulations=8)
    )
    result = play_match(mover, random_mover(generator()), size=4, games=6, komi=2.0, generator=generator())
    assert result.games == 6


def test_random_spares_its_eyes_and_passes_when_nothing_else_is_left() -> None:
    games = new_games(2, 1, 0.5)
    for move in (0, 4, 3):  # Black takes two corners; the others are eyes
        games.legal()
        games.actions.fill_(move)
        games.step()
    games.legal()
    games.features()
    assert sensible(games)[0].tolist() == [False, False, False, False, True]  # White may not play there at all
    games.actions.fill_(4)
    games.step()
    games.legal()
    games.features()
    assert games.mask[0].tolist() == [False, True, True, False, True]
    assert sensible(games)[0].tolist() == [False, False, False, False, True]
