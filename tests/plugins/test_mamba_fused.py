"""The fused scan against the torch forms on the CPU, through Triton's interpreter; when it is taken; that it compiles.

Tolerances in float32: 1e-5 of the largest value, 1e-4 of the largest gradient.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tessera_mamba import forms, fused, fused_kernels
from tessera_mamba.scan import scan_both, using
from tessera_mamba.settings import MambaSettings
from tests.plugins import fused_ahead, fused_counted

VALUES = ("y", "policy", "value", "score", "ownership", "opponent_policy")


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, float]]:
    """Differences by case and tensor, from a process of its own: Triton decides at import who runs a kernel."""
    script = Path(__file__).with_name("fused_scan_on_cpu.py")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=110, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, float]] = json.loads(done.stdout)
    return told


def too_far(differences: dict[str, float], value: float, gradient: float) -> dict[str, float]:
    return {name: got for name, got in differences.items() if not got < (value if name in VALUES else gradient)}


def test_lines_of_every_length_and_layout(found: dict[str, dict[str, float]]) -> None:
    lines = {f"a line of {length}" for length in (1, 9, 19, 32)}
    assert set(found) == lines | {"odd sizes", "slices", "long steps", "bfloat16", "a network"}
    for case in sorted(set(found) - {"bfloat16"}):
        assert too_far(found[case], 1e-5, 1e-4) == {}, case


def test_bfloat16_with_decay_in_float32(found: dict[str, dict[str, float]]) -> None:
    assert set(found["bfloat16"]) == {"y", "x", "dt", "A", "B", "C"}
    assert too_far(found["bfloat16"], 0.015, 0.015) == {}


def test_a_batch_of_four_board_sizes_reaches_every_parameter(found: dict[str, dict[str, float]]) -> None:
    named = set(found["a network"])
    assert set(VALUES[1:]) < named
    assert {"blocks.0.mixer.A_log", "blocks.1.mixer.dt_bias", "blocks.1.mixer.in_proj.weight"} < named


@pytest.mark.parametrize("architecture", fused_ahead.ARCHITECTURES)
@pytest.mark.parametrize("kind", fused_ahead.TYPES)
def test_compiles_within_the_registers(
    architecture: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    for kernel in (fused_kernels.forward, fused_kernels.backward):
        got = fused_ahead.build(kernel, architecture, kind, **fused_ahead.constants(kind, 19, 32, 32))
        assert got.registers <= 255 and got.stack == 0


def test_one_warp_would_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above asserts can fail."""
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    given = fused_ahead.constants("float32", 19, 32, 32) | {"num_warps": 1}
    assert fused_ahead.build(fused_kernels.backward, "sm_90", "float32", **given).stack > 0


def test_fake_tensors_know_it() -> None:
    """Counting kernels and torch.compile need shapes without a launch."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        x, B = torch.empty(4, 9, 9, 6, 32, dtype=torch.bfloat16), torch.empty(4, 9, 9, 32, dtype=torch.bfloat16)
        inputs = (x, torch.empty(4, 9, 9, 6), torch.empty(6), B, B.clone())
        leaves = [tensor.requires_grad_() for tensor in inputs]
        y = fused.fused_both(*leaves)
        assert (y.shape, y.dtype) == (x.shape, x.dtype)
        y.sum().backward()
        told = [(leaf.grad.shape, leaf.grad.dtype) for leaf in leaves if leaf.grad is not None]
        assert told == [(leaf.shape, leaf.dtype) for leaf in leaves]


class OnCuda:
    """As much of a tensor on a GPU as the choice looks at."""

    is_cuda = True

    def __init__(self, *shape: int) -> None:
        self.shape = shape


def test_it_is_taken_for_short_lines_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "why_not", lambda: "")
    assert fused.takes(OnCuda(8, 19, 19, 6, 32), 32)
    assert not fused.takes(OnCuda(8, 361, 6, 32), 32)
    assert not fused.takes(OnCuda(8, 19, 19, 6, 128), 32)
    assert not fused.takes(OnCuda(8, 19, 19, 6, 32), 128)
    assert not fused.takes(torch.empty(8, 19, 19, 6, 32), 32)
    monkeypatch.setattr(fused, "why_not", lambda: "a reason")
    assert not fused.takes(OnCuda(8, 19, 19, 6, 32), 32)


def test_the_scan_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    x, dt, A, B = torch.zeros(1, 9, 2, 4), torch.zeros(1, 9, 2), -torch.ones(2), torch.zeros(1, 9, 3)
    monkeypatch.setattr(fused, "takes", lambda x, state: (x.shape[-3], state) == (9, 3))
    monkeypatch.setattr(fused, "fused_both", lambda *inputs: "fused")
    assert scan_both(x, dt, A, B, B) == "fused"


def test_why_not_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def reason() -> str:
        fused.why_not.cache_clear()
        return fused.why_not()

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (9, 0))
    assert reason() == ""
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (7, 5))
    assert "8.0" in reason()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert "no CUDA device" in reason()
    monkeypatch.setattr(fused.importlib.util, "find_spec", lambda name: None)
    assert "tessera-go[mamba]" in reason()
    fused.why_not.cache_clear()


def why_not(settings: MambaSettings, device: str = "cuda") -> str:
    return next(form.why_not for form in forms(settings, device) if form.name == "triton")


def test_forms_say_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "why_not", lambda: "")
    assert [form.name for form in forms(MambaSettings(), "cuda")] == ["triton", "dual", "chunked"]
    assert why_not(MambaSettings()) == ""
    assert "CUDA devices only" in why_not(MambaSettings(), "cpu")
    assert "raster" in why_not(MambaSettings(scan="raster"))
    assert "got 32 and 128" in why_not(MambaSettings(state=128))
    assert forms(MambaSettings(scan="none"), "cuda") == forms(MambaSettings(scan="mamba2"), "cuda") == ()
    monkeypatch.setattr(fused, "why_not", lambda: "no GPU")
    assert why_not(MambaSettings()) == "no GPU"


def test_a_form_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    x, dt, A, B = torch.ones(1, 9, 2, 4), torch.ones(1, 9, 2), -torch.ones(2), torch.ones(1, 9, 3)
    for name, function in (("triton", "fused.fused_both"), ("dual", "dual_both"), ("chunked", "reversible")):
        with monkeypatch.context() as patch:
            patch.setattr(f"tessera_mamba.scan.{function}", lambda *inputs, name=name: name)
            with using(name):
                assert scan_both(x, dt, A, B, B) == name
    assert isinstance(scan_both(x, dt, A, B, B), torch.Tensor)


@pytest.mark.parametrize("training", [False, True])
def test_it_saves_kernels_and_bytes(training: bool) -> None:
    dual, triton = (fused_counted.cost(form, 9, training=training, blocks=1) for form in ("dual", "triton"))
    assert triton.kernels < dual.kernels - (30 if training else 15)
    assert triton.bytes < dual.bytes
