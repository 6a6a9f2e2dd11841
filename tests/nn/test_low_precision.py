"""A copy of a network in bfloat16 runs without autocast and says about the same."""

from __future__ import annotations

import copy

import pytest
import torch

from tessera.interfaces.network import Outputs, features_of
from tessera.plugins import build_manager
from tessera.settings import from_table

MANAGER = build_manager()
FORMS = {
    "tower": ("tower", {}),
    "resnet": ("resnet", {}),
    **{f"mamba, {scan}": ("mamba", {"scan": scan}) for scan in ("axial", "raster", "none", "mamba2")},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_copy_in_bfloat16(form: str) -> None:
    name, settings = FORMS[form]
    spec = MANAGER.networks[name]
    torch.manual_seed(0)
    module = spec.build(from_table(spec.settings, {"blocks": 2, "width": 32, **settings}, owner=name)).eval()
    features = features_of(module)
    planes = (torch.rand(4, features.plane_count, 7, 7) < 0.3).float()
    planes[:, 0] = 1.0
    globals_ = torch.rand(4, features.global_count)
    with torch.no_grad():
        usual: Outputs = module(planes, globals_)
        light: Outputs = copy.deepcopy(module).bfloat16()(planes.bfloat16(), globals_.bfloat16())
    for one, other in ((usual.policy, light.policy), (usual.value, light.value)):
        assert (one.softmax(1) - other.float().softmax(1)).abs().max() < 0.02
