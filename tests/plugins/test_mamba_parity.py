"""The torch block against mamba-ssm: the same weights, outputs and gradients. Tolerance 1e-5 of the largest value.

On a CPU mamba-ssm's Triton kernels run interpreted (needs mamba_ssm, triton and einops to be importable, no GPU);
on a GPU the kernels proper run where mamba-ssm was built for it.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tessera_mamba.kernel import mamba_ssm_scan
from tessera_mamba.mamba2 import Mamba2
from tessera_mamba.mixer import Shape
from tessera_mamba.scan import chunked

NEEDED = ("mamba_ssm", "triton", "einops")
absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
SHAPES = {
    "in_proj.weight": (2 * 64 + 2 * 16 + 4, 32),
    "conv1d.weight": (64 + 2 * 16, 1, 4),
    "conv1d.bias": (64 + 2 * 16,),
    "dt_bias": (4,),
    "A_log": (4,),
    "D": (4,),
    "norm.weight": (64,),
    "out_proj.weight": (32, 64),
}
"""mamba-ssm's state_dict for d_model 32, expand 2, headdim 16, d_state 16, ngroups 1."""


def test_state_dict_has_mamba_ssm_names_and_shapes() -> None:
    state = Mamba2(Shape(width=32, inner=64, head_dim=16, state=16)).state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == SHAPES


@pytest.mark.long
@pytest.mark.skipif(bool(absent), reason=f"not installed: {', '.join(absent)}")
def test_parity_with_interpreted_kernels() -> None:
    script = Path(__file__).with_name("mamba_ssm_on_cpu.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    differences = json.loads(done.stdout)
    assert set(differences) == {"output", "gradient of input", *(f"gradient of {name}" for name in SHAPES)}
    assert {name: value for name, value in differences.items() if not value < 1e-5} == {}


@pytest.mark.skipif(not torch.cuda.is_available() or bool(absent), reason="needs a GPU and mamba-ssm built for it")
def test_parity_on_the_gpu() -> None:
    kernel = mamba_ssm_scan()
    assert kernel is not None
    torch.manual_seed(0)
    x, dt = torch.randn(2, 361, 4, 32, device="cuda"), torch.rand(2, 361, 4, device="cuda") * 0.1
    A = -torch.linspace(1.0, 16.0, 4, device="cuda")
    B, C = torch.randn(2, 361, 32, device="cuda"), torch.randn(2, 361, 32, device="cuda")
    expected = chunked(x, dt, A, B, C)
    # The kernel multiplies in TF32.
    assert float((kernel(x, dt, A, B, C) - expected).norm() / expected.norm()) < 5e-3


@pytest.mark.filterwarnings("error")
def test_without_mamba_ssm_torch_runs_the_scan() -> None:
    mamba_ssm_scan.cache_clear()
    if "mamba_ssm" in absent:
        assert mamba_ssm_scan() is None


def test_a_broken_mamba_ssm_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "mamba_ssm"
    package.mkdir()
    (package / "__init__.py").write_text("import selective_scan_cuda_missing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "mamba_ssm", raising=False)
    mamba_ssm_scan.cache_clear()
    with pytest.warns(UserWarning, match="installed but cannot be used.*selective_scan_cuda_missing"):
        assert mamba_ssm_scan() is None
    mamba_ssm_scan.cache_clear()
