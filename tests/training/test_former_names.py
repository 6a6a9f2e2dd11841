"""What was written under the names of before still opens."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tessera.former_names import renamed
from tessera.plugins import build_manager
from tessera.runs import open_run
from tessera.runs.curves import charts
from tessera.settings import Was, from_table, from_words, settings_of, to_table
from tessera.values import split

OLD: dict[str, dict[str, Any]] = {
    "gumbel": {
        "reuse": 3.0,
        "plies": 5,
        "horizon": 7,
        "considered": 3,
        "value_scale": 0.3,
        "surprise": 0.2,
        "reply_loss": 0.1,
        "rate": 1e-3,
        "last_rate": 1e-4,
        "decay": 0.02,
        "clip": 1.5,
        "average": 0.9,
    },
    "policy-gradient": {"ratio": 0.3, "entropy": 0.02, "horizon": 9},
    "imitation": {"games": "here", "reuse": 2.0, "horizon": 9},
}
"""Settings as the configs of older runs have them."""


@pytest.mark.parametrize("name", OLD)
def test_settings_of_older_runs_are_read_and_one_line_says_their_new_names(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    kind, old = build_manager().trainers[name].settings, OLD[name]
    with caplog.at_level(logging.WARNING):
        read = from_table(kind, old, owner=f"trainer {name}")
    (line,) = [record.getMessage() for record in caplog.records]
    former = {mark.name: new for new, each in settings_of(kind).items() for mark in split(each.hint)[1] if _was(mark)}
    assert {former.get(key, key): value for key, value in old.items()}.items() <= to_table(read).items()
    assert all(f"{key} is now called {new}" in line for key, new in former.items() if key in old)
    assert from_words(kind, [f"{key}={value}" for key, value in old.items()], owner=name) == read


def _was(mark: object) -> bool:
    return isinstance(mark, Was)


def test_names_inside_of_tables_are_those_of_now() -> None:
    rules = {"a": "b", "b/*/c": "d", "e/f": "g"}
    old = {"a": {"5": {"c": 1, "a": 2}}, "e": {"f": 3, "c": 4}, "f": {"c": 5}}
    new = {"b": {"5": {"d": 1, "a": 2}}, "e": {"g": 3, "c": 4}, "f": {"c": 5}}
    assert renamed(old, rules) == new == renamed(new, rules)


def test_the_log_of_an_older_run_has_the_names_of_now(tmp_path: Path) -> None:
    row = {"steps": 1, "losses": {"total": 2.0, "reply": 1.0}, "health": {"rate": 1e-3, "gradient": None}}
    (tmp_path / "training.jsonl").write_text(json.dumps(row) + "\n")
    run = open_run(tmp_path)
    assert run.training.column("health", "lr") == [1e-3]
    assert run.training.last["losses"] == {"total": 2.0, "opponent_policy": 1.0}
    titles = {chart.title: chart for found in charts(run).values() for chart in found}
    assert "Learning rate" in titles and len(titles["Loss by head"].lines) == 2
