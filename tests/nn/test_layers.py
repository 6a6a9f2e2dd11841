"""Norm, pooling, heads' masks, settings, parameters: each by a case small enough to work out by hand."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import nn

from tessera.interfaces.network import F, G
from tessera.nn.allocator import keep_freed_memory
from tessera.nn.heads import OFF_BOARD_LOGIT, Heads
from tessera.nn.images.heads import ImageHeads
from tessera.nn.images.mask import mask_of
from tessera.nn.images.pool import image_pool
from tessera.nn.norm import RMSNorm
from tessera.nn.parameters import no_decay, parameter_count
from tessera.nn.pool import MIDDLE_SIDE, SIDE_SCALE, board_pool
from tessera.nn.stem import Stem


def test_norm_by_hand() -> None:
    norm = RMSNorm(2, scaled=True, eps=0.0)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2.0]))  # type: ignore[union-attr]
    torch.testing.assert_close(norm(torch.tensor([3.0, 4.0])), torch.tensor([3.0, 8.0]) / 12.5**0.5)
    half = torch.ones(2, dtype=torch.bfloat16)
    assert RMSNorm(2, scaled=False)(half).dtype == torch.bfloat16
    with torch.autocast("cpu", torch.bfloat16):
        assert RMSNorm(2, scaled=False)(half).dtype == torch.float32


def test_pool_by_hand() -> None:
    x = torch.zeros(1, 3, 3, 1)
    x[0, :2, :2, 0] = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
    x[0, 2, 2] = 100.0  # off the board
    mask = torch.zeros(1, 3, 3, 1)
    mask[0, :2, :2] = 1
    expected = torch.tensor([[3.0, 3.0 * (2 - MIDDLE_SIDE) / SIDE_SCALE, 6.0]])
    torch.testing.assert_close(board_pool(x, mask), expected)


def test_an_empty_board_pools_to_numbers() -> None:
    assert torch.isfinite(board_pool(torch.ones(1, 3, 3, 2), torch.zeros(1, 3, 3, 1))).all()


def test_heads_silence_points_off_the_board() -> None:
    mask = torch.ones(1, 3, 3, 1)
    mask[0, 1, 2] = 0
    outputs = Heads(8)(torch.randn(1, 3, 3, 8), mask)
    off = torch.tensor([[False] * 5 + [True] + [False] * 3])
    assert (outputs.policy[:, :-1][off] == OFF_BOARD_LOGIT).all()
    assert (outputs.policy[:, :-1][~off] > OFF_BOARD_LOGIT / 2).all()
    assert outputs.policy.softmax(1)[0, 5] == 0
    assert outputs.ownership[0, 5] == 0


def test_stem_reads_globals_at_every_point() -> None:
    stem = Stem(4)
    planes = torch.ones(1, F, 3, 3)
    quiet, mask = stem(planes, torch.zeros(1, G))
    loud, _ = stem(planes, torch.ones(1, G))
    assert mask.shape == (1, 3, 3, 1)
    difference = (loud - quiet).flatten(1, 2)
    torch.testing.assert_close(difference, difference[:, :1].expand_as(difference), rtol=0, atol=1e-6)
    assert difference.abs().max() > 0


def test_parameters_below_two_dimensions_do_not_decay() -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4))
    assert no_decay(module) == {"0.bias", "1.weight", "1.bias"}
    assert parameter_count(module) == 12 + 4 + 4 + 4


def test_keeping_memory_is_linux_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False


def test_images_pool_as_tokens_do() -> None:
    """The same statistics, with a mask, without one where the board is full, and by hand in `test_pool_by_hand`."""
    x = torch.rand(2, 3, 5, 5)
    mask = torch.zeros(2, 1, 5, 5)
    mask[:, :, 1:4, :3] = 1
    for each in (mask, torch.ones_like(mask)):
        tokens = board_pool(x.permute(0, 2, 3, 1), each.permute(0, 2, 3, 1))
        torch.testing.assert_close(image_pool(x, each), tokens)
    torch.testing.assert_close(image_pool(x, None), image_pool(x, torch.ones_like(mask)))


def test_a_mask_is_kept_where_a_point_is_off_the_board() -> None:
    planes = torch.ones(2, F, 3, 3)
    assert mask_of(planes) is None
    assert mask_of(planes.to("meta")) is not None, "another device is not waited for"
    planes[1, 0, 2, 2] = 0
    mask = mask_of(planes)
    assert mask is not None and torch.equal(mask, planes[:, :1])


def test_image_heads_silence_points_off_the_board() -> None:
    mask = torch.ones(1, 1, 3, 3)
    mask[0, 0, 1, 2] = 0
    outputs = ImageHeads(8)(torch.randn(1, 8, 3, 3), mask)
    off = torch.tensor([[False] * 5 + [True] + [False] * 3])
    assert (outputs.policy[:, :-1][off] == OFF_BOARD_LOGIT).all()
    assert (outputs.policy[:, :-1][~off] > OFF_BOARD_LOGIT / 2).all()
    assert outputs.policy.softmax(1)[0, 5] == 0
    assert outputs.ownership[0, 5] == 0
