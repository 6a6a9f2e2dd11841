"""Symmetries: the same one for planes, policy, ownership and reply, and the rules agree with it."""

from __future__ import annotations

import numpy as np
import torch

from tessera.interfaces.network import F, G
from tessera.nn.symmetry import IDENTITY, SYMMETRIES, point_tables
from tessera.rules.batch import Batch, allocate, settings_row
from tessera.rules.ruleset import DEFAULT
from tessera.training.symmetry import transformed
from tessera.training.targets import Positions

SIDE = 5
POINTS = SIDE * SIDE


def marked(n: int, point: int) -> Positions:
    """n positions that carry a mark at one point, in every field that has points."""
    planes = torch.zeros(n, F, POINTS, dtype=torch.uint8)
    planes[:, :, point] = 1
    policy = torch.zeros(n, POINTS + 1, dtype=torch.float16)
    policy[:, point], policy[:, POINTS] = 0.75, 0.25
    ownership = torch.zeros(n, POINTS, dtype=torch.int8)
    ownership[:, point] = -1
    plain = torch.zeros(n)
    action = torch.full((n,), point, dtype=torch.int16)
    value = plain.to(torch.int8)
    return Positions(planes, torch.zeros(n, G), policy, value, plain, ownership, policy.clone(), action, plain)


def test_there_are_eight_and_the_first_changes_nothing() -> None:
    tables = point_tables(SIDE)
    assert len({tuple(row.tolist()) for row in tables}) == SYMMETRIES
    assert torch.equal(tables[IDENTITY], torch.arange(POINTS + 1))
    assert (tables[:, POINTS] == POINTS).all()


def test_all_fields_move_together_and_pass_stays() -> None:
    moved = transformed(marked(SYMMETRIES, 1), torch.arange(SYMMETRIES))
    where = moved.policy[:, :POINTS].argmax(1)
    assert len(set(where.tolist())) == SYMMETRIES
    for field in (moved.planes[:, 4], moved.ownership.abs(), moved.opponent_policy[:, :POINTS]):
        assert torch.equal(field.float().argmax(1), where)
        assert (field.float() > 0).sum() == SYMMETRIES
    assert (moved.policy[:, POINTS] == 0.25).all() and (moved.opponent_policy[:, POINTS] == 0.25).all()
    assert torch.equal(moved.action.long(), where) and moved.action.dtype == torch.int16


def test_a_pass_is_a_pass_under_every_symmetry() -> None:
    passed = marked(SYMMETRIES, 1)._replace(action=torch.full((SYMMETRIES,), POINTS, dtype=torch.int16))
    assert transformed(passed, torch.arange(SYMMETRIES)).action.tolist() == [POINTS] * SYMMETRIES


def test_the_identity_changes_no_field() -> None:
    before = marked(3, 7)
    after = transformed(before, torch.full((3,), IDENTITY))
    assert all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(after, before, strict=True))


def test_a_turned_game_has_the_turned_planes() -> None:
    """Eight games play the same moves, each under its own symmetry; the features must be turned copies."""
    tables = point_tables(SIDE)
    to_new = tables.argsort(dim=1)  # old point -> new point
    games = Batch(
        SIDE, allocate(SYMMETRIES, SIDE, lambda shape, dtype: torch.zeros(shape, dtype=getattr(torch, dtype)))
    )
    games.settings.copy_(torch.tensor(settings_row(DEFAULT, 7.0), dtype=torch.int32).expand(SYMMETRIES, 4))
    games.which.fill_(True)
    games.reset()
    random = np.random.Generator(np.random.PCG64(5))
    for _ in range(40):
        games.legal()
        games.features()
        original = Positions(
            planes=games.planes[:1].flatten(2).to(torch.uint8).expand(SYMMETRIES, F, POINTS),
            globals_=games.globals_,
            policy=games.mask[:1].to(torch.float16).expand(SYMMETRIES, POINTS + 1),
            value=torch.zeros(SYMMETRIES, dtype=torch.int8),
            score=torch.zeros(SYMMETRIES),
            ownership=games.owner[:1].expand(SYMMETRIES, POINTS),
            opponent_policy=games.mask[:1].to(torch.float16).expand(SYMMETRIES, POINTS + 1),
            action=torch.zeros(SYMMETRIES, dtype=torch.int16),
            predicted_value=torch.zeros(SYMMETRIES),
        )
        turned = transformed(original, torch.arange(SYMMETRIES))
        assert torch.equal(turned.planes, games.planes.flatten(2).to(torch.uint8))
        assert torch.equal(turned.policy > 0, games.mask)
        legal = games.mask[0, :POINTS].nonzero()[:, 0].tolist()
        move = int(random.choice(legal)) if legal else POINTS
        games.actions.copy_(to_new[:, move])
        games.step()
