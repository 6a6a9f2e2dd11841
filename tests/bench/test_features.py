"""`tessera bench rules --features`: both sets are measured on the same positions, and what is written is right."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tessera.bench import features
from tessera.cli.bench import rules
from tessera.cli.main import main
from tessera.rules.features import BASIC, SETS
from tests.search.worlds import Hashed


def test_every_set_on_the_same_positions() -> None:
    turns: list[int] = []
    lines = features.measure(5, Hashed(5), progress=turns.append)
    assert [(line.positions, line.features) for line in lines] == [
        (kind, name) for kind in ("random", "policy") for name in SETS
    ]
    assert {line.count for line in lines} == {features.GAMES * (3 * 25 // 4)}
    assert all(line.microseconds > 0 for line in lines) and sum(turns) == 2 * features.TURNS


def test_what_is_timed_writes_the_planes() -> None:
    state = features._positions(5, None)
    arrays = features._arrays(state, 5, BASIC)
    features._look(BASIC.name, 5, arrays)
    planes = arrays[2].reshape(len(state), BASIC.plane_count, 25)
    assert planes[:, 0].all() and np.array_equal(planes[:, 1] + planes[:, 2], (state[:, :25] > 0).astype(np.float32))


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "FEATURE_SIDES", (3,))
    assert main(["bench", "rules", "--features", "--json"]) == 0
    lines: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["lines"]
    assert [(line["size"], line["features"]) for line in lines] == [(3, name) for name in SETS] * 2
    assert main(["bench", "rules", "--features"]) == 0
    assert "us a position" in capsys.readouterr().out
