"""What both towers promise: every board size, exact masks, independent positions, a calm start, learning."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import tessera_mamba
import tessera_resnet
from tessera.errors import BadValue
from tessera.interfaces.network import F, G, NetworkSpec, Outputs
from tessera.nn.heads import LAST_LAYER_GAIN, OFF_BOARD_LOGIT
from tessera.nn.parameters import no_decay, parameter_count
from tessera.nn.probe import state_probe
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.testing import check_network
from tessera_mamba.settings import MambaSettings
from tessera_resnet.settings import ResNetSettings

SMALL = {"blocks": 3, "width": 32, "pool_every": 2}
TOWERS: dict[str, Callable[[], nn.Module]] = {
    "resnet": lambda: tessera_resnet.build(ResNetSettings(**SMALL)),
    "tower": lambda: tessera_resnet.build_tower(ResNetSettings(**SMALL)),
    **{
        scan: lambda scan=scan: tessera_mamba.build(MambaSettings(**SMALL, head_dim=16, state=8, scan=scan))  # type: ignore[misc]
        for scan in ("axial", "raster", "none", "mamba2")
    },
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=list(TOWERS))
def tower(request: pytest.FixtureRequest) -> nn.Module:
    """A small network whose last layers speak at full volume, so that differences show."""
    torch.manual_seed(1)
    net = TOWERS[request.param]().eval()
    with torch.no_grad():
        for name in ("moves", "passes", "verdict", "ownership"):
            net.get_submodule(f"heads.{name}").weight.div_(LAST_LAYER_GAIN)  # type: ignore[operator]
    return net


def positions(count: int, side: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """planes [count, F, side, side] of random bits on a full board, globals [count, G]."""
    random = torch.Generator().manual_seed(seed)
    planes = (torch.rand(count, F, side, side, generator=random) < 0.3).float()
    planes[:, 0] = 1
    return planes, torch.randn(count, G, generator=random)


def run(net: nn.Module, planes: Tensor, globals_: Tensor) -> Outputs:
    with torch.inference_mode():
        outputs: Outputs = net(planes, globals_)
    return outputs


@pytest.mark.parametrize("side", [2, 5, 9, 13, 19, 25])
def test_every_board_size(tower: nn.Module, side: int) -> None:
    outputs = run(tower, *positions(3, side))
    points = side * side
    expected = {
        "policy": (3, points + 1),
        "value": (3, 3),
        "score": (3,),
        "ownership": (3, points),
        "opponent_policy": (3, points + 1),
    }
    assert {name: tuple(tensor.shape) for name, tensor in outputs._asdict().items()} == expected
    for tensor in outputs:
        assert tensor.dtype == torch.float32 and torch.isfinite(tensor).all()
    assert outputs.ownership.abs().max() <= 1


@pytest.mark.parametrize(("top", "left"), [(0, 0), (10, 10), (3, 6)])
def test_small_board_in_a_large_tensor(tower: nn.Module, top: int, left: int) -> None:
    """A 9x9 board anywhere in a 19x19 tensor, with rubbish around it, plays as the bare 9x9."""
    planes, globals_ = positions(2, 9)
    wide = torch.rand(2, F, 19, 19, generator=torch.Generator().manual_seed(9))
    wide[:, 0] = 0
    rows, columns = slice(top, top + 9), slice(left, left + 9)
    wide[:, :, rows, columns] = planes
    bare, framed = run(tower, planes, globals_), run(tower, wide, globals_)
    off = wide[:, 0] == 0
    for name in ("policy", "opponent_policy"):
        board, passes = torch.unflatten(getattr(framed, name)[:, :-1], 1, (19, 19)), getattr(framed, name)[:, -1]
        assert (board[off] == OFF_BOARD_LOGIT).all()
        inside = torch.cat((board[:, rows, columns].flatten(1), passes[:, None]), dim=1)
        torch.testing.assert_close(inside, getattr(bare, name), rtol=1e-4, atol=1e-5)
    owners = torch.unflatten(framed.ownership, 1, (19, 19))
    assert (owners[off] == 0).all()
    torch.testing.assert_close(owners[:, rows, columns].flatten(1), bare.ownership, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(framed.value, bare.value, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(framed.score, bare.score, rtol=1e-4, atol=1e-4)


def test_small_board_in_a_large_tensor_learns_the_same(tower: nn.Module) -> None:
    planes, globals_ = positions(2, 5)
    wide = torch.zeros(2, F, 9, 9)
    wide[:, :, 2:7, 1:6] = planes
    gradients = []
    for batch in (planes, wide):
        tower.zero_grad()
        outputs = tower(batch, globals_)
        loss = outputs.value[:, 0].sum() + outputs.ownership.square().sum() + outputs.policy.logsumexp(1).sum()
        loss.backward()
        gradients.append({name: p.grad.clone() for name, p in tower.named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        scale = float(gradient.abs().max())
        torch.testing.assert_close(gradients[1][name], gradient, rtol=0, atol=2e-4 * scale + 1e-7, msg=name)


def test_positions_do_not_influence_each_other(tower: nn.Module) -> None:
    planes, globals_ = positions(5, 9)
    together = run(tower, planes, globals_)
    for i in range(5):
        alone = run(tower, planes[i : i + 1], globals_[i : i + 1])
        for whole, single in zip(together, alone, strict=True):
            torch.testing.assert_close(whole[i : i + 1], single, rtol=1e-4, atol=1e-5)


def test_training_and_play_are_one_function(tower: nn.Module) -> None:
    inputs = positions(2, 7)
    playing = run(tower.eval(), *inputs)
    for trained, played in zip(run(tower.train(), *inputs), playing, strict=True):
        assert torch.equal(trained, played)


@pytest.mark.parametrize("plane", range(1, F))
def test_every_plane_counts(tower: nn.Module, plane: int) -> None:
    planes, globals_ = positions(1, 5)
    changed = planes.clone()
    changed[:, plane, 2, 2] = 1 - changed[:, plane, 2, 2]
    assert not torch.allclose(run(tower, planes, globals_).policy, run(tower, changed, globals_).policy, atol=1e-6)


def test_a_corner_is_felt_in_the_opposite_corner(tower: nn.Module) -> None:
    planes, globals_ = positions(1, 19)
    changed = planes.clone()
    changed[:, 1, 0, 0] = 1 - changed[:, 1, 0, 0]
    before, after = run(tower, planes, globals_), run(tower, changed, globals_)
    assert float((before.policy[0, 360] - after.policy[0, 360]).abs()) > 1e-7


@pytest.mark.parametrize(("scan", "felt"), [("axial", True), ("raster", True), ("mamba2", True), ("none", False)])
def test_only_a_scan_carries_across_the_board(scan: str, felt: bool) -> None:
    """Without pooling, two blocks reach the opposite corner by rows and columns; convolutions alone do not."""
    torch.manual_seed(1)
    net = tessera_mamba.build(MambaSettings(blocks=2, width=32, head_dim=16, state=8, pool_every=0, scan=scan)).eval()
    planes, globals_ = positions(1, 9)
    changed = planes.clone()
    changed[:, 1, 0, 0] = 1 - changed[:, 1, 0, 0]
    before, after = run(net, planes, globals_), run(net, changed, globals_)
    assert bool(before.ownership[0, 80] != after.ownership[0, 80]) is felt


@pytest.mark.parametrize("name", ["resnet", "tower", "mamba"])
def test_default_network_starts_calm(name: str) -> None:
    torch.manual_seed(0)
    spec = build_manager().networks[name]
    net = spec.build(spec.settings()).eval()
    assert 7e5 < parameter_count(net) < 1.3e6
    outputs = run(net, *positions(4, 9))
    assert float(outputs.policy.softmax(1).max()) < 1.3 / 82
    assert float(outputs.policy.softmax(1).min()) > 0.7 / 82
    assert float((outputs.value.softmax(1) - 1 / 3).abs().max()) < 0.03
    assert float(outputs.score.abs().max()) < 2
    assert float(outputs.ownership.abs().max()) < 0.2


def test_bf16_autocast_stays_close(tower: nn.Module) -> None:
    inputs = positions(3, 9)
    exact = run(tower, *inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        low = run(tower, *inputs)
    for tensor in low:
        assert tensor.dtype == torch.float32 and torch.isfinite(tensor).all()
    assert float((low.policy.softmax(1) - exact.policy.softmax(1)).abs().max()) < 0.01
    assert float((low.value.softmax(1) - exact.value.softmax(1)).abs().max()) < 0.02
    assert float((low.ownership - exact.ownership).abs().max()) < 0.05


def test_overfits_a_handful_of_positions(tower: nn.Module) -> None:
    planes, globals_ = positions(16, 5)
    random = torch.Generator().manual_seed(3)
    moves = torch.randint(26, (16,), generator=random)
    results = torch.randint(3, (16,), generator=random)
    left_out = no_decay(tower)
    decayed = [p for name, p in tower.named_parameters() if name not in left_out]
    plain = [p for name, p in tower.named_parameters() if name in left_out]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}])
    losses = []
    for _ in range(60):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3
        outputs = tower(planes, globals_)
        loss = nn.functional.cross_entropy(outputs.policy, moves) + nn.functional.cross_entropy(outputs.value, results)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0], losses[::10]


def test_every_parameter_learns(tower: nn.Module) -> None:
    outputs = tower(*positions(2, 9))
    torch.stack([tensor.square().mean() for tensor in outputs]).sum().backward()
    still = [
        name
        for name, p in tower.named_parameters()
        if p.grad is None or not p.grad.any() or not p.grad.isfinite().all()
    ]
    assert still == []


def test_no_decay_names_the_state_space_and_every_bias() -> None:
    names = no_decay(TOWERS["axial"]())
    assert {"blocks.0.mixer.A_log", "blocks.0.mixer.D", "blocks.0.mixer.dt_bias"} <= names
    assert {"stem.globals.bias", "blocks.0.mixer.norm_b.weight", "heads.verdict.bias"} <= names
    assert not any("proj.weight" in name or "conv.weight" in name for name in names)


def test_steps_start_between_a_thousandth_and_a_tenth() -> None:
    net = tessera_mamba.build(MambaSettings(blocks=1))
    steps = nn.functional.softplus(net.get_parameter("blocks.0.mixer.dt_bias"))
    torch.testing.assert_close(steps[[0, -1]], torch.tensor([1e-3, 0.1]), rtol=1e-3, atol=0)


def test_without_scan_the_size_stays_comparable() -> None:
    sizes = {
        scan: parameter_count(tessera_mamba.build(MambaSettings(scan=scan))) for scan in ("axial", "none", "mamba2")
    }
    assert abs(sizes["none"] / sizes["axial"] - 1) < 0.05
    assert abs(sizes["mamba2"] / sizes["axial"] - 1) < 0.05


def test_axial_weights_load_into_raster() -> None:
    TOWERS["raster"]().load_state_dict(TOWERS["axial"]().state_dict(), strict=True)


@pytest.mark.parametrize(
    ("kind", "given", "named"),
    [
        (ResNetSettings, {"blocks": 0}, "blocks: got 0, allowed: a whole number, 1 to 200"),
        (ResNetSettings, {"width": 2.5}, "width: got 2.5"),
        (ResNetSettings, {"pool_every": True}, "pool_every: got True"),
        (ResNetSettings, {"depth": 3}, "setting: got 'depth', allowed: blocks, width, pool_every"),
        (MambaSettings, {"scan": "zigzag"}, "scan: got 'zigzag', allowed: axial, raster, none, mamba2"),
        (MambaSettings, {"head_dim": 50}, "head_dim: got 50, allowed: a divisor of expand * width = 192"),
        (MambaSettings, {"width": "96"}, "width: got '96'"),
        (MambaSettings, {"mlp": 100}, "mlp: got 100, allowed: a whole number, 1 to 8"),
    ],
)
def test_bad_settings_are_named(kind: Any, given: dict[str, Any], named: str) -> None:
    with pytest.raises(BadValue) as caught:
        from_table(kind, given, owner="network x")
    assert str(caught.value).startswith(f"network x: {named}")


@pytest.mark.parametrize(("plugin", "names"), [(tessera_resnet, ["tower", "resnet"]), (tessera_mamba, ["mamba"])])
def test_hook_offers_the_networks(plugin: Any, names: list[str]) -> None:
    offered: list[NetworkSpec] = []
    plugin.tessera_register_networks(register=offered.append)
    assert [spec.name for spec in offered] == names
    assert all(isinstance(spec.build(spec.settings()), nn.Module) for spec in offered)


@pytest.mark.parametrize("scan", ["axial", "raster", "none", "mamba2"])
def test_mamba_conforms(scan: str) -> None:
    offered: list[NetworkSpec] = []
    tessera_mamba.tessera_register_networks(register=offered.append)
    check_network(offered[0], settings={**SMALL, "head_dim": 16, "state": 8, "scan": scan})


@pytest.mark.parametrize("index", [0, 1])
def test_residual_networks_conform(index: int) -> None:
    offered: list[NetworkSpec] = []
    tessera_resnet.tessera_register_networks(register=offered.append)
    check_network(offered[index], settings=SMALL)


def test_full_boards_need_no_mask() -> None:
    """`full` is the same function without its masks, and forward takes that way by itself on the CPU."""
    torch.manual_seed(1)
    net = tessera_resnet.build_tower(ResNetSettings(**SMALL)).eval()
    planes, globals_ = positions(2, 9)
    with torch.inference_mode():
        taken, full, kept = net(planes, globals_), net.full(planes, globals_), net._run(planes, globals_, planes[:, :1])
    for one, same, other in zip(taken, full, kept, strict=True):
        assert torch.equal(one, same)
        torch.testing.assert_close(same, other, rtol=1e-4, atol=1e-6)


def test_plugins_load_without_torch() -> None:
    code = "import sys, tessera_mamba, tessera_resnet, tessera_openvino; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("scan", ["axial", "raster", "mamba2"])
def test_state_probe_sees_the_state_grow(scan: str) -> None:
    torch.manual_seed(1)
    net = TOWERS[scan]()
    norms = []
    for _ in range(2):
        with state_probe(net) as probe:
            net(*positions(2, 9))
        assert probe.norm is not None and len(probe.by_layer) == SMALL["blocks"]
        norms.append(probe.norm)
        with torch.no_grad():  # steps ten times as long feed the state ten times as much
            net.get_parameter("blocks.1.mixer.core.dt_bias" if scan == "mamba2" else "blocks.1.mixer.dt_bias").add_(2.3)
    assert 0 < norms[0] < norms[1] < 20 * norms[0]


@pytest.mark.parametrize("name", ["resnet", "tower", "none"])
def test_state_probe_finds_no_state(name: str) -> None:
    net = TOWERS[name]()
    with state_probe(net) as probe:
        net(*positions(1, 5))
    assert probe.norm is None
