"""How often each position of a game is learned from: evenly, or more where the search surprised the network."""

from __future__ import annotations

import torch
from torch import Tensor


def copies(policy_surprise: Tensor, train_on: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """[R, L] int64 copies of the positions of R games, on average as many as `train_on` [R, L] has.

    A `share` of them goes to these positions in proportion to `policy_surprise` [R, L] >= 0, the rest evenly
    (KataGo's policy surprise weighting). Fractions are drawn along each game, so that 2.3 means 2 or 3.
    """
    even = train_on.double()
    if share == 0.0:
        return even.long()
    surprising = policy_surprise.double() * even
    total = surprising.sum(1, keepdim=True)
    count = even.sum(1, keepdim=True)
    weighted = torch.where(total > 0, surprising * count / total.clamp(min=1e-12), even)
    reached = ((1.0 - share) * even + share * weighted).cumsum(1)
    start = torch.rand(len(even), 1, generator=generator, device=generator.device, dtype=torch.float64)
    marks = (reached + start).floor()
    before = torch.cat((torch.zeros_like(start), marks[:, :-1]), dim=1)
    return (marks - before).long()
