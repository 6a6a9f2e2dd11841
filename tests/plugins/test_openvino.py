"""OpenVINO against torch: the same outputs, within rounding in float32, within 0.02 of probability in bfloat16, and
within 0.03 on average in eight-bit integers."""

from __future__ import annotations

import gc
import importlib.util
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import tessera_mamba
import tessera_openvino
import tessera_resnet
from tessera.errors import BadValue, MissingExtra
from tessera.interfaces.network import Evaluator, EvaluatorSpec, F, G, Outputs, Refreshing
from tessera.testing import check_evaluator
from tessera_mamba.settings import MambaSettings
from tessera_openvino.evaluator import rounded_up
from tessera_resnet.settings import ResNetSettings

installed = pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="openvino is not installed")

TOWERS = {
    "resnet": lambda: tessera_resnet.build(ResNetSettings(blocks=2, width=16, pool_every=2)),
    "tower": lambda: tessera_resnet.build_tower(ResNetSettings(blocks=2, width=16, pool_every=2)),
    "axial": lambda: tessera_mamba.build(MambaSettings(blocks=2, width=16, head_dim=16, state=8, pool_every=2)),
    "raster": lambda: tessera_mamba.build(MambaSettings(blocks=2, width=16, head_dim=16, state=8, scan="raster")),
    "mamba2": lambda: tessera_mamba.build(MambaSettings(blocks=2, width=16, head_dim=16, state=8, scan="mamba2")),
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Compiled models of these tests stay here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "tessera" / "openvino"


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def positions(count: int, side: int, *, full: bool = False) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(count)
    planes = (torch.rand(count, F, side, side, generator=random) < 0.3).float()
    planes[:, 0] = 1
    if not full:
        planes[0, :, -1] = 0  # one position has a row off the board
    return planes, torch.randn(count, G, generator=random)


def network(name: str) -> nn.Module:
    torch.manual_seed(2)
    net = TOWERS[name]().eval()
    with torch.no_grad():
        for layer in ("moves", "passes", "verdict", "ownership"):
            net.get_submodule(f"heads.{layer}").weight.mul_(10)  # type: ignore[operator]
    return net


def expected(net: nn.Module, inputs: tuple[Tensor, Tensor]) -> Outputs:
    with torch.inference_mode():
        outputs: Outputs = net(*inputs)
    return outputs


@installed
def test_nobody_is_told_of_a_conversion() -> None:
    """In a process of its own, for whoever imports openvino first decides."""
    code = (
        "import sys; from tessera_openvino.convert import load_openvino; load_openvino();"
        "from openvino.tools.ovc import convert_impl as it; print(it.tm.__name__, sys.modules['openvino_telemetry'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "openvino.tools.ovc.telemetry_stub None\n"


@installed
@pytest.mark.parametrize("name", list(TOWERS))
def test_float32_agrees(name: str) -> None:
    net = network(name)
    evaluator = tessera_openvino.build(net, "cpu", precision="f32")
    assert isinstance(evaluator, Evaluator)
    for count, side in ((1, 5), (3, 5), (2, 9), (37, 5)):
        for full in (True, False, True):
            inputs = positions(count, side, full=full)
            for got, exact in zip(evaluator.evaluate(*inputs), expected(net, inputs), strict=True):
                torch.testing.assert_close(got, exact, rtol=1e-4, atol=1e-4)


@installed
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", ["resnet", "tower", "axial"])
def test_default_precision_is_close(name: str, full: bool) -> None:
    net = network(name)
    inputs = positions(3, 9, full=full)
    got, exact = tessera_openvino.build(net, "cpu").evaluate(*inputs), expected(net, inputs)
    assert float((got.policy.softmax(1) - exact.policy.softmax(1)).abs().max()) < 0.02
    assert float((got.value.softmax(1) - exact.value.softmax(1)).abs().max()) < 0.02
    assert float((got.ownership - exact.ownership).abs().max()) < 0.05


@installed
@pytest.mark.parametrize("name", ["tower", "axial"])
def test_refreshed_it_answers_with_the_new_weights(name: str) -> None:
    """Every weight arrives in every graph, and none of them before it is asked for."""
    net = network(name)
    evaluator = tessera_openvino.build(net, "cpu", precision="f32")
    assert isinstance(evaluator, Refreshing)
    sets = [positions(2, 5, full=full) for full in (False, True)]
    before = [evaluator.evaluate(*inputs) for inputs in sets]
    for _ in range(2):
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
        for inputs, old in zip(sets, before, strict=True):
            assert torch.equal(evaluator.evaluate(*inputs).policy, old.policy)
        evaluator.refresh(net)
        for inputs in sets:
            for got, exact in zip(evaluator.evaluate(*inputs), expected(net, inputs), strict=True):
                torch.testing.assert_close(got, exact, rtol=1e-4, atol=1e-4)
        before = [evaluator.evaluate(*inputs) for inputs in sets]


@installed
def test_compiled_models_are_kept(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net, inputs = network("tower"), positions(2, 5)
    first = tessera_openvino.build(net, "cpu").evaluate(*inputs)
    (kept,) = own_cache.iterdir()
    with monkeypatch.context() as patched:
        patched.setattr("tessera_openvino.compiling.convert", None)  # a second conversion would fail
        again = tessera_openvino.build(net, "cpu").evaluate(*inputs)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    kept.write_bytes(kept.read_bytes()[:-100])
    damaged = tessera_openvino.build(net, "cpu").evaluate(*inputs)
    assert all(torch.equal(a, b) for a, b in zip(first, damaged, strict=True))
    with torch.no_grad():
        net.get_parameter("heads.verdict.bias").add_(1.0)
    assert not torch.equal(tessera_openvino.build(net, "cpu").evaluate(*inputs).value, first.value)
    assert len(list(own_cache.iterdir())) == 2


@installed
def test_training_on_leaves_the_copy_alone() -> None:
    net = network("resnet")
    inputs = positions(2, 5)
    evaluator = tessera_openvino.build(net, "cpu", precision="f32")
    before = evaluator.evaluate(*inputs).value
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(1.0)
    assert torch.equal(evaluator.evaluate(*inputs).value, before)


def wide_network(name: str = "tower") -> nn.Module:
    """One with convolutions to round."""
    torch.manual_seed(2)
    build = tessera_resnet.build_tower if name == "tower" else tessera_resnet.build
    return build(ResNetSettings(blocks=3, width=64, pool_every=2)).eval()


@installed
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", ["resnet", "tower"])
def test_eight_bits_are_close(name: str, full: bool) -> None:
    net = wide_network(name)
    inputs = positions(16, 9, full=full)
    got, exact = tessera_openvino.build(net, "cpu", precision="int8").evaluate(*inputs), expected(net, inputs)
    for ours, theirs in (
        (got.policy.softmax(1), exact.policy.softmax(1)),
        (got.value.softmax(1), exact.value.softmax(1)),
    ):
        apart = (ours.softmax(1) - theirs.softmax(1)).abs().amax(1)
        assert float(apart.max()) > 0.0, "nothing was rounded"
        assert float(apart.mean()) < 0.03


@installed
def test_eight_bits_follow_new_weights() -> None:
    """A refreshed evaluator rounds as one that was built from the new weights does, with inputs far wider."""
    net, inputs = wide_network(), positions(4, 5, full=True)
    evaluator = tessera_openvino.build(net, "cpu", precision="int8")
    before = evaluator.evaluate(*inputs)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.mul_(100.0 if name.startswith("stem") else 1.1)
    assert isinstance(evaluator, Refreshing)
    evaluator.refresh(net)
    after, anew = evaluator.evaluate(*inputs), tessera_openvino.build(net, "cpu", precision="int8").evaluate(*inputs)
    assert not torch.allclose(before.policy, after.policy, atol=0.01)
    for ours, theirs in zip(after, anew, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@installed
@pytest.mark.parametrize("name", ["tower", "axial"])
def test_eight_bits_need_wide_convolutions(name: str) -> None:
    with pytest.raises(BadValue, match="allowed: a network with convolutions of 32 channels or more"):
        tessera_openvino.build(network(name), "cpu", precision="int8")


def test_hook_offers_every_precision() -> None:
    offered: list[EvaluatorSpec] = []
    tessera_openvino.tessera_register_evaluators(register=offered.append)
    assert [spec.name for spec in offered] == ["openvino", "openvino-f32", "openvino-int8"]
    assert all(spec.devices == ("cpu",) and spec.automatic for spec in offered)


@installed
def test_another_device_is_refused() -> None:
    with pytest.raises(BadValue, match="openvino device: got 'cuda', allowed: cpu"):
        tessera_openvino.build(network("resnet"), "cuda")


def test_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtra, match="pip install 'tessera-go\\[openvino\\]'"):
        tessera_openvino.build(network("resnet"), "cpu")


@installed
@pytest.mark.parametrize(("index", "tolerance"), [(0, 5e-2), (1, 1e-3)])
def test_evaluators_conform(index: int, tolerance: float) -> None:
    offered: list[EvaluatorSpec] = []
    tessera_openvino.tessera_register_evaluators(register=offered.append)
    check_evaluator(offered[index], sizes=(2, 5, 9), tolerance=tolerance)


@installed
def test_the_core_outlives_its_evaluators() -> None:
    """OpenVINO takes a signal stack away with its last core: under pytest a signal was then a segmentation fault."""
    from tessera_openvino.convert import core

    evaluator = tessera_openvino.build(network("tower"), "cpu")
    held = weakref.ref(evaluator._core)
    del evaluator
    gc.collect()
    assert held() is core()


@installed
def test_a_large_batch_in_slices_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    module = network("tower")
    monkeypatch.setattr("tessera.nn.shares.WORTH_A_THREAD", 1)
    evaluators = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        evaluators.append(tessera_openvino.build(module, "cpu"))
    batch = torch.ones(150, F, 9, 9), torch.randn(150, G)
    for alone, shared in zip(*(evaluator.evaluate(*batch) for evaluator in evaluators), strict=True):
        torch.testing.assert_close(alone, shared, atol=0.02, rtol=0.02)


def test_batches_are_rounded_up_to_few_sizes() -> None:
    assert [rounded_up(rows) for rows in (1, 2, 3, 7, 8, 9, 33, 64)] == [1, 2, 4, 8, 8, 16, 40, 64]


@installed
@pytest.mark.parametrize("rows", [1, 3, 7, 65, 97])
def test_what_is_added_to_round_up_is_not_given_back(rows: int) -> None:
    module = network("tower")
    evaluator = tessera_openvino.build(module, "cpu")
    planes, globals_ = positions(rows, 9, full=True)
    with torch.no_grad():
        expected = module(planes, globals_)
    for ours, theirs in zip(evaluator.evaluate(planes, globals_), expected, strict=True):
        assert ours.shape == theirs.shape
        torch.testing.assert_close(ours, theirs, atol=0.1, rtol=0.05)
