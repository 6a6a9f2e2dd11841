"""A search on the CPU whose network lies on a GPU finds what the CPU finds. Skipped where there is no GPU."""

from __future__ import annotations

import pytest
import torch

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.interfaces.player import Limits
from tessera.players.search import SearchPlayer
from tessera.plugins import build_manager
from tessera.rules.game import Game

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def test_the_same_search_with_the_network_on_a_gpu() -> None:
    torch.manual_seed(0)
    module = build_manager().networks["resnet"].build(blocks=2, width=32)
    game, visits = Game(9), Limits(visits=64)
    found = {}
    for device in ("cpu", "cuda"):
        player = SearchPlayer(TorchEvaluator(module, device))
        found[device] = player.analyze(game, game.to_play, visits)
    assert found["cpu"].winrate == pytest.approx(found["cuda"].winrate, abs=1e-3)
    assert {move.point for move in found["cpu"].moves[:3]} == {move.point for move in found["cuda"].moves[:3]}
