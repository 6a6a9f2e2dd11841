"""A network that reads `go-1`: search shows it that set, the trainer learns from it, a checkpoint brings it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.checkpoints import load, read_manifest, save
from tessera.interfaces.network import Outputs, features_of
from tessera.interfaces.player import Limits
from tessera.players.policy import PolicyPlayer
from tessera.plugins import build_manager
from tessera.rules.batch import Batch, allocate
from tessera.rules.features import BASIC, GO, LADDERED, OWN_ALIVE
from tessera.rules.game import Game
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tessera.settings import from_table
from tessera_selfplay import build_gumbel
from tessera_selfplay.settings import GumbelSettings

SIZE = 5
SHAPE: dict[str, Any] = {"blocks": 1, "width": 16, "pool_every": 1, "features": GO.name}
TINY = {"sizes": {SIZE: 8}, "simulations": 4, "max_num_considered_actions": 2, "batch": 16, "warm_up": 32}


def network(name: str = "tower", **given: Any) -> torch.nn.Module:
    torch.manual_seed(0)
    spec = build_manager().networks[name]
    return spec.build(from_table(spec.settings, {**SHAPE, **given}, owner=name))


class Keeps:
    """Answers with a network's outputs and keeps what it was shown."""

    device = "cpu"
    feature_set = GO.name

    def __init__(self) -> None:
        self._torch = TorchEvaluator(network(), "cpu")
        self.planes: list[torch.Tensor] = []

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        self.planes.append(planes.clone())
        return self._torch.evaluate(planes, globals_)


def played(moves: int) -> Game:
    game, dice = Game(SIZE), np.random.default_rng(3)
    for _ in range(moves):
        game.play(game.to_play, int(dice.choice(np.flatnonzero(game.legal_mask()[:-1]))))
    return game


def shown(game: Game) -> np.ndarray:
    """[F, N, N] what the set shows of a game."""
    batch = Batch(SIZE, allocate(1, SIZE, np.zeros, GO), features=GO)
    game.legal_mask()
    batch.state[0] = game.state
    batch.features()
    return np.array(batch.planes[0])


def test_a_search_shows_what_its_network_reads() -> None:
    game, evaluator = played(14), Keeps()
    search = BatchSearch(evaluator, size=SIZE, nodes=10, settings=SearchSettings(gumbel_root=True))
    search.set_roots(game.state[None], game.seen[None])
    search.run_gumbel(8)
    assert np.array_equal(evaluator.planes[0][0].numpy(), shown(game))
    assert shown(game)[LADDERED].any()
    assert all(planes.shape[1] == GO.plane_count for planes in evaluator.planes)
    for node in range(1, int(search.arrays.size[0])):
        below, action = game.copy(), int(search.arrays.action[0, node])
        if int(search.arrays.parent[0, node]) == 0:
            below.play(below.to_play, action)
            assert any(np.array_equal(planes[0].numpy(), shown(below)) for planes in evaluator.planes)


@pytest.mark.parametrize("name", ["tower", "resnet", "mamba"])
def test_a_checkpoint_says_what_is_read(name: str, tmp_path: Path) -> None:
    manager, path = build_manager(), tmp_path / "net.pth"
    given = {"features": GO.name, **({"blocks": 1, "width": 16} if name != "mamba" else {"blocks": 1})}
    spec = manager.networks[name]
    module = spec.build(from_table(spec.settings, given, owner=name))
    save(str(path), module, network=name, settings=given)
    assert read_manifest(path).features == GO.name
    loaded = load(path, manager)
    assert features_of(loaded.module) is GO and loaded.manifest.features == GO.name
    player = PolicyPlayer(TorchEvaluator(loaded.module, "cpu"))
    assert 0 <= player.choose(played(6), 1, Limits()).point <= SIZE * SIZE


def test_self_play_learns_from_it_and_goes_on_exactly() -> None:
    def begin() -> Any:
        return build_gumbel(network(), "cpu", 0, from_table(GumbelSettings, TINY, owner="gumbel"))

    first = begin()
    reports = [first.step() for _ in range(12)]
    assert reports[-1].steps > 0
    replay = first._replays._rings[SIZE]._ring
    assert replay.planes.shape[1] == GO.plane_count > BASIC.plane_count
    assert replay.planes[:, LADDERED].any() and replay.planes[:, OWN_ALIVE].any()
    again = begin()
    again.load_state_dict(first.state_dict())
    one, other = first.step(), again.step()
    assert one.losses == other.losses and one.moves == other.moves
