"""The trap the original experiment fell into: every input is from the view of the side to play.

A game and its twin with colours swapped (White first, komi turned round) are one game to a network: the same
planes and globals after every move, so the same outputs, to the bit.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tessera.interfaces.network import F, G
from tessera.plugins import build_manager
from tessera.rules.coords import WHITE, opponent
from tessera.rules.features.basic import write_basic
from tessera.rules.game import Game
from tessera.rules.layout import tables
from tessera.rules.ruleset import PRESETS

Seen = tuple[torch.Tensor, torch.Tensor]


def seen_by_a_network(game: Game) -> Seen:
    """Planes [1, F, N, N] and globals [1, G] of the side to play."""
    game.legal_mask()  # notes what is legal and what ko forbids
    planes, globals_ = np.zeros(F * game.points, np.float32), np.zeros(G, np.float32)
    write_basic(game.state, game.size, tables(game.size), game.to_play, planes, globals_)
    return torch.from_numpy(planes).reshape(1, F, game.size, game.size), torch.from_numpy(globals_)[None]


def twins(size: int, rules: str, seed: int) -> list[tuple[Seen, Seen]]:
    """What a network sees of a random game and of its twin, after each move."""
    random = np.random.default_rng(seed)
    game, twin = Game(size, rules=PRESETS[rules], komi=6.5), Game(size, rules=PRESETS[rules], komi=-6.5)
    twin.to_play = WHITE
    pairs = []
    for _ in range(3 * size * size):
        legal = np.flatnonzero(game.legal_mask())
        assert np.array_equal(legal, np.flatnonzero(twin.legal_mask()))
        point = int(random.choice(legal))
        game.play(game.to_play, point)
        twin.play(opponent(game.moves[-1].color), point)
        pairs.append((seen_by_a_network(game), seen_by_a_network(twin)))
    return pairs


@pytest.mark.parametrize("rules", ["tromp-taylor", "japanese", "aga", "chinese"])
@pytest.mark.parametrize("size", [3, 7])
def test_inputs_know_no_colour(size: int, rules: str) -> None:
    for own, swapped in twins(size, rules, seed=size):
        assert all(torch.equal(a, b) for a, b in zip(own, swapped, strict=True))


@pytest.mark.parametrize("name", ["mamba", "resnet", "tower"])
def test_outputs_know_no_colour(name: str) -> None:
    torch.manual_seed(0)
    spec = build_manager().networks[name]
    module = spec.build(spec.settings()).eval()
    pairs = twins(7, "chinese-kgs", seed=1)[5::40]
    with torch.inference_mode():
        for own, swapped in pairs:
            for ours, theirs in zip(module(*own), module(*swapped), strict=True):
                assert torch.equal(ours, theirs)
    assert not torch.equal(module(*pairs[0][0]).policy, module(*pairs[1][0]).policy), "it looks at the board"
