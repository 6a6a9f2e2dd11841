"""The search on a GPU against the CPU: in numba's simulator everywhere, on a GPU where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.errors import MissingExtra, TesseraError
from tessera.interfaces.network import Outputs
from tessera.interfaces.player import Limits
from tessera.players.search import SearchPlayer
from tessera.plugins import build_manager
from tessera.rules.game import Game
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tessera_resnet.settings import ResNetSettings
from tests.rules.test_cuda import run
from tests.search import cuda_searches
from tests.search.worlds import Constant, Hashed

needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def test_in_the_simulator(tmp_path: Path) -> None:
    """The same trees, actions and policies as by compiled loops. Warnings are errors."""
    np.savez(tmp_path / "expected.npz", **cuda_searches.searches(cuda_searches.on_the_cpu))
    done = run(
        "-m",
        "tests.search.cuda_searches",
        str(tmp_path / "expected.npz"),
        NUMBA_ENABLE_CUDASIM="1",
        NUMBA_DISABLE_JIT="1",
    )
    assert done.stdout == "equal\n", done.stderr


def test_what_is_missing_is_named() -> None:
    """Without numba-cuda or a device there is one line that says so; other devices are refused."""
    try:
        BatchSearch(Constant(), size=9, nodes=2, device="cuda")
    except MissingExtra as error:
        assert str(error) == "search on a GPU needs the package 'numba-cuda': pip install 'tessera-go[cuda]'"
    except TesseraError as error:
        assert "a CUDA device and driver" in str(error)
    with pytest.raises(TesseraError, match="cpu or cuda"):
        BatchSearch(Constant(), size=9, nodes=2, device="mps")


def test_imported_only_when_asked_for() -> None:
    program = "import sys, tessera.search.backend as b; b.backend_for('cpu', 9); sys.exit('numba.cuda' in sys.modules)"
    assert run("-W", "ignore", "-c", program).returncode == 0


class Carried(Hashed):
    """Answers calculated on the CPU and carried to the GPU: the same to the last bit."""

    device = "cuda"

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        return Outputs(*(output.cuda() for output in super().evaluate(planes.cpu(), globals_.cpu())))


@needs_a_gpu
def test_the_same_trees_on_a_gpu() -> None:
    pytest.importorskip("numba_cuda")

    def on_the_gpu(*, size: int, **options: Any) -> BatchSearch:
        return BatchSearch(Carried(size), size=size, device="cuda", **options)

    found = cuda_searches.searches(on_the_gpu, lambda array: torch.from_numpy(array).cuda())
    cuda_searches.check_equal(found, cuda_searches.searches(cuda_searches.on_the_cpu), tolerance=1e-4)


@needs_a_gpu
def test_a_tree_on_a_gpu_is_not_kept_between_moves() -> None:
    pytest.importorskip("numba_cuda")
    game, search = Game(3), BatchSearch(Carried(3), size=3, nodes=4, device="cuda")
    search.set_roots(*(torch.from_numpy(array[None]).cuda() for array in (game.state, game.seen)))
    with pytest.raises(TesseraError, match="cpu to keep a tree"):
        search.reuse_subtree(0)


def resnet(device: str) -> TorchEvaluator:
    torch.manual_seed(0)
    return TorchEvaluator(build_manager().networks["resnet"].build(ResNetSettings(blocks=2, width=32)), device)


@pytest.fixture
def exact_products() -> Iterator[None]:
    """Convolutions in float32 on the GPU too, not in TF32."""
    before, torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.allow_tf32, False
    yield
    torch.backends.cudnn.allow_tf32 = before


def searched(device: str, games: list[Game]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Actions, policies and the roots' mean utility after 16 simulations by a real network, all on `device`."""
    search = BatchSearch(
        resnet(device),
        size=9,
        games=len(games),
        nodes=20,
        settings=SearchSettings(gumbel_root=True),
        device=device,
    )
    states, seen = np.stack([g.state for g in games]), np.stack([g.seen for g in games])
    search.set_roots(torch.from_numpy(states).to(device), torch.from_numpy(seen).to(device))
    search.run_gumbel(16)
    actions, policies = search.choices()
    return actions.cpu(), policies.cpu(), (search.tree.utility[:, 0] / search.tree.visits[:, 0]).cpu()


@needs_a_gpu
def test_games_trees_and_network_on_a_gpu(exact_products: None) -> None:
    """Rounding may tip a choice between two moves now and then, and then it changes a tree."""
    pytest.importorskip("numba_cuda")
    games = [Game(9) for _ in range(64)]
    for i, game in enumerate(games):
        game.play(game.to_play, i)
    (action, policy, value), (wanted, target, worth) = searched("cuda", games), searched("cpu", games)
    same = action == wanted
    assert same.float().mean() > 0.9
    assert (policy - target)[same].abs().mean() < 1e-3
    assert (value - worth)[same].abs().mean() < 1e-3


@needs_a_gpu
def test_the_same_search_with_the_network_on_a_gpu() -> None:
    game, visits = Game(9), Limits(visits=64)
    found = {}
    for device in ("cpu", "cuda"):
        found[device] = SearchPlayer(resnet(device)).analyze(game, game.to_play, visits)
    assert found["cpu"].winrate == pytest.approx(found["cuda"].winrate, abs=1e-3)
    assert {move.point for move in found["cpu"].moves[:3]} == {move.point for move in found["cuda"].moves[:3]}
