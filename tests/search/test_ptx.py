"""Every CUDA kernel of rules and search compiles for the GPUs of the day. Needs NVIDIA's compiler, but no GPU.

pip install 'numba-cuda[cu12]' && pytest tests/search/test_ptx.py
"""

from __future__ import annotations

import importlib.util

import pytest

from tests.search import ptx

pytestmark = pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is None, reason="needs numba-cuda")
EVERY_ARCHITECTURE = pytest.mark.parametrize("architecture", ptx.ARCHITECTURES)


def check(compiled: dict[str, str], architecture: str, *names: str) -> None:
    """These kernels and no others, for that architecture, none of which needs more registers than there are."""
    assert set(compiled) == set(names)
    for source in compiled.values():
        assert f".target {architecture}" in source and ".entry" in source
        assert ptx.assemble(source, architecture).spills == 0


@EVERY_ARCHITECTURE
def test_rules(architecture: str) -> None:
    compiled = ptx.rules(ptx.ARCHITECTURES[architecture])
    names = ("_reset", "_legal", "_pick", "_step", "_basic", "_go", "_katago", "_over", "_score")
    check(compiled, architecture, *names)


@EVERY_ARCHITECTURE
def test_search(architecture: str) -> None:
    compiled = ptx.search(ptx.ARCHITECTURES[architecture])
    names = ("_init", "_basic", "_simulate", "_expand_and_backward", "_draw_gumbel", "_gumbel_choices")
    check(compiled, architecture, *names)


def test_a_spill_is_seen() -> None:
    """With too few registers: what the tests above assert can fail."""
    kernel = ptx.search(ptx.ARCHITECTURES["sm_90"])["_simulate"]
    assert ptx.assemble(kernel, "sm_90", "--maxrregcount", "32").spills > 0
