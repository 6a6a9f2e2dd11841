"""Run as a script: mamba-ssm's own Triton kernels, interpreted on the CPU, against `tessera_mamba.mamba2`.

Needs mamba_ssm (any build), triton and einops. The package's __init__ imports compiled CUDA code and a model hub
that the kernels do not need; both are replaced by empty modules, as are two questions to the CUDA driver.
Prints one JSON object: the largest relative difference of the output and of every gradient.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import sys
import types
import warnings
from typing import Any


def prepare() -> Any:
    """mamba-ssm's class Mamba2, able to run on CPU tensors."""
    os.environ.update(TRITON_INTERPRET="1", MAMBA_DETERMINISTIC="1")
    warnings.simplefilter("ignore")
    import torch

    found = importlib.util.find_spec("mamba_ssm")
    assert found is not None and found.submodule_search_locations is not None
    package = types.ModuleType("mamba_ssm")
    package.__path__ = list(found.submodule_search_locations)
    hub = types.ModuleType("huggingface_hub")
    hub.PyTorchModelHubMixin = type("PyTorchModelHubMixin", (), {})  # type: ignore[attr-defined]
    sys.modules.update(mamba_ssm=package, huggingface_hub=hub)
    device = types.SimpleNamespace(multi_processor_count=1, name="cpu", major=9, minor=0, total_memory=1 << 34)
    torch.cuda.device = lambda *_: contextlib.nullcontext()  # type: ignore[assignment, misc]
    torch.cuda.get_device_properties = lambda *_: device
    return importlib.import_module("mamba_ssm.modules.mamba2").Mamba2


def compare() -> dict[str, float]:
    theirs_class = prepare()
    import torch

    from tessera_mamba.mamba2 import Mamba2
    from tessera_mamba.mixer import Shape

    torch.set_num_threads(1)
    torch.manual_seed(0)
    theirs = theirs_class(d_model=32, d_state=16, headdim=16, expand=2, chunk_size=32, use_mem_eff_path=False)
    ours = Mamba2(Shape(width=32, inner=64, head_dim=16, state=16))
    ours.load_state_dict(theirs.state_dict(), strict=True)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    inputs = torch.randn(1, 81, 32)
    direction = torch.randn(1, 81, 32)
    results: list[dict[str, torch.Tensor]] = []
    for block in (ours, theirs):
        leaf = inputs.clone().requires_grad_()
        out = block(leaf)
        (out * direction).sum().backward()
        gradients = {f"gradient of {name}": p.grad for name, p in block.named_parameters()}
        results.append({"output": out.detach(), "gradient of input": leaf.grad, **gradients})
    mine, reference = results
    return {
        name: float((mine[name] - expected).abs().max() / expected.abs().max()) for name, expected in reference.items()
    }


if __name__ == "__main__":
    print(json.dumps(compare()))
