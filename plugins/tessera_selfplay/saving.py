"""Games in flight as a checkpoint has them: moves, and what the mover said of each. The rest comes by replaying.

A game of 19x19 that is half played takes 3 MB of memory and about 200 kB here, most of it policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from tessera.rules.batch import Batch
from tessera.rules.layout import TO_PLAY, meta_at
from tessera.training.packing import ROWS, Sparse, pack_sparse, spans, to_host

SAID = ("predicted_value", "policy_surprise", "train_on")
"""What a mover says of a position, beside its policy."""


def pack_games(records: Mapping[str, Tensor], recorded: Tensor, history: Tensor, acted: Tensor) -> dict[str, Any]:
    """`acted` [B] actions of `history` [B, L], and the first `recorded` [B] rows of `records` [B, L, ...]."""
    used = _first(recorded, records["policy"].shape[1])
    return {
        "acted": to_host(acted),
        "history": to_host(history[_first(acted, history.shape[1])]),
        "policy_sparse": pack_sparse(records["policy"][part][used[part]] for part in _parts(used)),
        **{f"record_{name}": to_host(records[name][used]) for name in SAID},
    }


def unpack_games(state: Mapping[str, Any], records: Mapping[str, Tensor], recorded: Tensor, history: Tensor) -> None:
    """Take `pack_games` back into `records` and `history`; the rest is for `replay`."""
    device, policy = history.device, records["policy"]
    used = _first(recorded, policy.shape[1])
    history[_first(state["acted"].to(device), history.shape[1])] = state["history"].to(device)
    for name in SAID:
        records[name][used] = state[f"record_{name}"].to(device)
    sparse = Sparse(state["policy_sparse"], policy.shape[2])
    for part in _parts(used):
        policy[part][used[part]] = sparse.next(int(used[part].sum())).to(device)


def replay(
    batch: Batch, records: Mapping[str, Tensor], acted: Tensor, moves: Tensor, recorded: Tensor, history: Tensor
) -> None:
    """Play all games again, each from its beginning, and record what the mover has seen. All reach their end together.

    acted, moves, recorded [B]: actions, those of them before the game was over, and the last of those that were
    recorded; the ones before were random.
    """
    acted = acted.to(moves.device)
    last, games, to_play = (
        int(acted.max()),
        torch.arange(len(moves), device=moves.device),
        meta_at(batch.size) + TO_PLAY,
    )
    for step in range(last + 1):
        ply = step - (last - acted)
        # What was played on a game's board before its time is wiped off.
        batch.which.copy_(ply == 0)
        batch.reset()
        if step == last:
            break
        batch.legal()
        batch.features()
        row = ply - (moves - recorded)
        # The row after the last is nobody's.
        row = torch.where((row >= 0) & (row < recorded), row, records["action"].shape[1] - 1)
        action = history[games, ply.clamp(min=0)]
        seen = {"planes": batch.planes.flatten(2), "globals_": batch.globals_, "color": batch.state[:, to_play]}
        for name, found in {**seen, "action": action}.items():
            records[name][games, row] = found.to(records[name].dtype)
        batch.actions.copy_(torch.where(ply >= 0, action, batch.size**2))
        batch.step()


def _first(count: Tensor, length: int) -> Tensor:
    """[B, length] bool: the first count[b] of each row."""
    return torch.arange(length, device=count.device) < count[:, None]


def _parts(used: Tensor) -> list[slice]:
    games, rows = used.shape
    return list(spans(games, step=max(1, ROWS // rows)))
