"""A copy in bfloat16 says what its network says, follows it, and costs a GPU less."""

from __future__ import annotations

import pytest
import torch

from tessera.builtin.playing_copy import SPECS, PlayingCopy
from tessera.players.choice import _difference, _spoken
from tests.nn import counting


@pytest.mark.parametrize("name", ["tower", "resnet"])
def test_it_says_what_its_network_says_and_follows_it(name: str) -> None:
    torch.manual_seed(0)
    module = counting.built(name)
    copied = PlayingCopy(module, "cpu")
    planes, globals_ = counting.inputs(module, 5)
    planes[:, 0] = 1.0
    said = _spoken(copied.evaluate(planes, globals_))
    assert _difference(said, _spoken(module(planes, globals_))) == ""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1.1)
    assert _difference(_spoken(copied.evaluate(planes, globals_)), said) == "", "not yet"
    assert torch.equal(_spoken(copied.evaluate(planes, globals_))["policy"], said["policy"])
    copied.refresh(module)
    assert not torch.equal(_spoken(copied.evaluate(planes, globals_))["policy"], said["policy"])
    assert _difference(_spoken(copied.evaluate(planes, globals_)), _spoken(module(planes, globals_))) == ""
    assert next(module.parameters()).dtype == torch.float32


def test_offered_where_it_pays() -> None:
    assert {spec.name: (spec.devices, spec.automatic) for spec in SPECS} == {
        "bf16": (("cuda",), True),
        "compile": (("cuda",), False),
    }


def test_a_copy_costs_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels and bytes of an evaluation on 9x9, of the default form."""
    before, after = counting.under_autocast("tower", 9), counting.as_a_copy("tower", 9)
    assert after.kernels <= 100 < before.kernels / 2
    assert after.bytes < 0.55 * before.bytes


@pytest.mark.long
def test_compiled_it_costs_a_third() -> None:
    """The bars: at most 60 kernels, and a third of the 5.1 MB that `resnet` took at first."""
    cost = counting.compiled("tower", 9)
    assert 20 < cost.kernels <= 60
    assert 0 < cost.bytes <= 5.1e6 / 3


def test_the_count_counts() -> None:
    """Two additions and a view of ten numbers: two kernels, 40 bytes for each operand and result."""
    with counting.Counting() as count:
        (torch.ones(10) + 1.0).add_(1.0).view(5, 2)
    assert (count.kernels, count.bytes) == (3, 40 + 80 + 80)
