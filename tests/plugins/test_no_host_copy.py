"""Nothing crosses to the host while games are played: a trap around every ply, and proof that the trap works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.interfaces.network import Evaluator
from tessera.plugins import build_manager
from tessera.testing.no_waits import NoWaits, Waited
from tessera.training.learner import Learner
from tessera.training.playing import PlayingNetwork
from tessera.training.settings import LearnerSettings, ReplaySettings
from tessera_resnet.settings import ResNetSettings
from tessera_selfplay import build_gumbel, build_policy_gradient
from tessera_selfplay.games import LONGEST, SelfPlayGames
from tessera_selfplay.sampling import Sampler
from tessera_selfplay.searching import Searcher
from tessera_selfplay.settings import GameSettings, GumbelSettings, PolicyGradientSettings

SIZE = 5
PLIES = LONGEST * SIZE**2 + 10
"""More than the longest game has."""
WAITS: dict[str, Callable[[Tensor], object]] = {
    "item": lambda x: x[0].item(),
    "float": lambda x: float(x[0]),
    "int": lambda x: int(x[0]),
    "bool": lambda x: bool(x[0] > 0),
    "if": lambda x: 1 if (x > 0).any() else 0,
    "tolist": lambda x: x.tolist(),
    "cpu": lambda x: x.cpu(),
    "numpy": lambda x: x.numpy(),
    "mask": lambda x: x[x > 0],
    "mask assignment": lambda x: x.__setitem__(x > 0, 0.0),
    "mask of bytes": lambda x: x[(x > 0).byte()],
    "nonzero": lambda x: x.nonzero(),
    "nonzero tuple": lambda x: x.nonzero(as_tuple=True),
    "where": lambda x: torch.where(x > 0),
    "argwhere": lambda x: torch.argwhere(x),
    "masked_select": lambda x: x.masked_select(x > 0),
    "unique": lambda x: x.unique(),
    "unique rows": lambda x: x[:, None].unique(dim=0),
    "unique_consecutive": lambda x: x.unique_consecutive(),
    "bincount": lambda x: x.long().bincount(),
    "multinomial": lambda x: x.multinomial(1),
    "repeat_interleave": lambda x: x.repeat_interleave(x.long()),
    "equal": lambda x: torch.equal(x, x),
    "allclose": lambda x: torch.allclose(x, x),
    "to another device": lambda x: x.to("meta"),
    "copy_ to another device": lambda x: torch.empty(3, device="meta").copy_(x),
    "a number to another device": lambda x: x[0].to("meta"),
}
"""Each of these would wait, or copy, if x lay on a GPU."""
GOES_ON: dict[str, Callable[[Tensor], object]] = {
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "masked_fill": lambda x: x.masked_fill(x > 0, 0.0),
    "gather": lambda x: x[torch.tensor([2, 0])],
    "scatter": lambda x: x.__setitem__(torch.tensor([2, 0]), x[:2].clone()),
    "cast": lambda x: x.half().float(),
    "to its own device": lambda x: x.to(x.device),
    "softmax and argmax": lambda x: x.softmax(0).argmax(),
    "repeat_interleave": lambda x: (x.repeat_interleave(2), x.repeat_interleave(x.long(), output_size=6)),
    "matrices": lambda x: x[None] @ x[:, None],
    "numbers": lambda x: x * 2 + torch.tensor(3.0),
}


@pytest.mark.parametrize("inference", [False, True], ids=["plain", "inference"])
@pytest.mark.parametrize("name", WAITS)
def test_the_trap_catches(name: str, inference: bool) -> None:
    x = torch.tensor([1.0, 2.0, 3.0])
    with torch.inference_mode(inference), pytest.raises(Waited), NoWaits():
        WAITS[name](x)
    assert x.tolist() is not None, "outside of it all is allowed"


@pytest.mark.parametrize("inference", [False, True], ids=["plain", "inference"])
@pytest.mark.parametrize("name", GOES_ON)
def test_the_trap_lets_pass(name: str, inference: bool) -> None:
    with torch.inference_mode(inference), NoWaits():
        GOES_ON[name](torch.tensor([1.0, 2.0, 3.0]))


def test_work_in_main_memory_may_be_numpys() -> None:
    x = torch.ones(3)
    with NoWaits(main_memory=True):
        assert x.cpu().numpy().sum() == 3
        for name in ("tolist", "item", "mask", "nonzero", "to another device"):
            with pytest.raises(Waited):
                WAITS[name](x)


def playing() -> PlayingNetwork:
    torch.manual_seed(0)
    module = build_manager().networks["resnet"].build(ResNetSettings(blocks=2, width=16, pool_every=1))
    return PlayingNetwork(Learner(module, "cpu", LearnerSettings()))


def searcher(evaluator: Evaluator, dice: torch.Generator, games: int) -> Searcher:
    settings = GumbelSettings(simulations=4, max_num_considered_actions=2, full_share=0.5, fast_simulations=2)
    return Searcher(evaluator, size=SIZE, games=games, settings=settings, seed=1, device=str(dice.device))


def sampler(evaluator: Evaluator, dice: torch.Generator, games: int) -> Sampler:
    return Sampler(evaluator, generator=dice)


def table_of(make: Callable[..., Any], evaluator: Evaluator, dice: torch.Generator) -> SelfPlayGames:
    settings = GameSettings(opening=0.5, other_rules=0.5)
    return SelfPlayGames(
        make(evaluator, dice, 6), size=SIZE, games=6, settings=settings, generator=dice, policy_surprise_weight=0.5
    )


@pytest.mark.parametrize(
    ("make", "guard"),
    # Search trees lie in main memory, and numba's kernels work on them there.
    [(sampler, lambda: NoWaits()), (searcher, lambda: NoWaits(main_memory=True))],
    ids=["policy-gradient", "gumbel"],
)
def test_no_ply_waits(make: Callable[..., Any], guard: Callable[[], NoWaits]) -> None:
    dice = torch.Generator().manual_seed(1)
    table = table_of(make, playing(), dice)
    taken = 0
    for ply in range(PLIES):
        with guard():
            table.advance()
        if ply % 4 == 3 and (finished := table.take_finished()):
            taken += len(finished[1].length)
    assert taken >= 6


class Elsewhere(torch.Generator):
    """Dice of a device that has shapes but no numbers: to look at one is caught, and to mix it with main memory."""

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        return torch.device("meta")


class NoKernels:
    """Backends of rules and search whose kernels do nothing but see that their arrays are where they belong."""

    def __init__(self, *_: object, **__: object) -> None:
        self.adopt, self.constant = on_meta, lambda table: table

    def rows(self, work: Any) -> int:
        return int(work.leaf.numel())

    def answers(self, outputs: Any) -> list[Tensor]:
        return [on_meta(output.float().contiguous()) for output in outputs[:4]]

    def alone(self, state: Tensor) -> tuple[Tensor, Tensor]:
        return on_meta(state), on_meta(state)

    def __getattr__(self, kernel: str) -> Callable[..., None]:
        return lambda *_: None


def on_meta(array: Tensor) -> Tensor:
    assert array.device.type == "meta" and array.is_contiguous()
    return array


@pytest.mark.parametrize("make", [sampler, searcher], ids=["policy-gradient", "gumbel"])
def test_no_ply_leaves_its_device(make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the kernels, on a device that is not main memory: what would break on a GPU breaks here."""
    monkeypatch.setattr("tessera.rules.batch.backend_for", NoKernels)
    monkeypatch.setattr("tessera.search.batch.backend_for", NoKernels)
    monkeypatch.setattr(Tensor, "exponential_", lambda self, generator: self)  # not written for that device
    module = build_manager().networks["resnet"].build(ResNetSettings(blocks=2, width=16, pool_every=1))
    table = table_of(make, TorchEvaluator(module, "meta"), Elsewhere())
    for _ in range(4):
        with NoWaits():
            table.advance()
    assert {tensor.device.type for tensor in table._records.values()} == {"meta"}


@pytest.fixture
def no_sync() -> Iterator[Callable[[bool], None]]:
    """Switches CUDA's own trap on and off."""
    modes = {True: "error", False: "default"}
    yield lambda on: torch.cuda.set_sync_debug_mode(modes[on])
    torch.cuda.set_sync_debug_mode("default")


FEW = GameSettings({SIZE: 64}, moves_per_iteration=4)
LITTLE = ReplaySettings(batch=64, warm_up=64, window=4000)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(
    ("build", "settings"),
    [
        (build_policy_gradient, PolicyGradientSettings(FEW, LITTLE)),
        (
            build_gumbel,
            GumbelSettings(
                FEW, LITTLE, simulations=4, max_num_considered_actions=2, full_share=0.5, fast_simulations=2
            ),
        ),
    ],
    ids=["policy-gradient", "gumbel"],
)
def test_no_ply_waits_on_a_gpu(build: Any, settings: Any, no_sync: Callable[[bool], None]) -> None:
    """The whole trainer on the device, its plies under CUDA's trap and ours; learning and `take_finished` may wait."""
    pytest.importorskip("numba_cuda")
    torch.manual_seed(0)
    module = build_manager().networks["resnet"].build(ResNetSettings(blocks=2, width=16, pool_every=1))
    trainer = build(module, "cuda", 0, settings)
    (table,) = trainer._games.values()
    for _ in range(20):  # kernels are compiled, and schedules of both lengths copied, at their first call
        table.advance()
    advance = table.advance

    def watched() -> None:
        no_sync(True)
        try:
            with NoWaits():
                advance()
        finally:
            no_sync(False)

    table.advance = watched  # type: ignore[method-assign]
    report = trainer.step()
    for _ in range(PLIES // 4):
        report = trainer.step()
    assert report.games >= 64 and report.steps > 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_gpus_trap_catches(no_sync: Callable[[bool], None]) -> None:
    x = torch.ones(3, device="cuda")
    no_sync(True)
    with pytest.raises(RuntimeError, match="synchroniz"):
        x.sum().item()
