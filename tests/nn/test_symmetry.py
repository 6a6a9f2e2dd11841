"""A network that sees the board turned: the tables, and what comes back."""

from __future__ import annotations

import torch

from tessera.interfaces.network import Outputs
from tessera.nn.symmetry import SYMMETRIES, averaged, turned, turned_back

SIDE = 5
WHICH = torch.arange(SYMMETRIES)


def says(planes: torch.Tensor) -> Outputs:
    """A network whose policy and ownership are the first plane, so they turn with the board."""
    points = planes[:, 0].flatten(1)
    policy = torch.cat((points, torch.full((len(planes), 1), 0.25)), 1)
    return Outputs(policy, planes[:, 1, 0, :3], planes[:, 1].sum((1, 2)), points, policy)


def test_what_turns_comes_back() -> None:
    planes = torch.rand(1, 2, SIDE, SIDE).expand(SYMMETRIES, 2, SIDE, SIDE)
    images = turned(planes, WHICH)
    assert len({image.numpy().tobytes() for image in images}) == SYMMETRIES
    assert torch.equal(images[0], planes[0]) and torch.equal(images[1, 0], torch.rot90(planes[0, 0]))
    back, there = turned_back(says(images), WHICH), says(planes)
    assert torch.equal(back.policy, there.policy) and torch.equal(back.ownership, there.ownership)


def test_the_average_is_of_probabilities() -> None:
    planes = torch.rand(2, 2, SIDE, SIDE).repeat_interleave(SYMMETRIES, 0)
    back = turned_back(says(turned(planes, WHICH.repeat(2))), WHICH.repeat(2))
    mean, there = averaged(back), says(planes)
    torch.testing.assert_close(mean.policy.softmax(1), there.policy[::SYMMETRIES].softmax(1))
    torch.testing.assert_close(mean.ownership, there.ownership[::SYMMETRIES])
    torch.testing.assert_close(mean.value[1].exp(), back.value[SYMMETRIES:].softmax(1).mean(0))
    torch.testing.assert_close(mean.score, there.score[::SYMMETRIES])
