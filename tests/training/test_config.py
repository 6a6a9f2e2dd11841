"""Configs of runs: presets that work, TOML that goes round, errors that name the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.errors import BadValue
from tessera.plugins import build_manager
from tessera.settings import from_table
from tessera.training.config import RunConfig, presets, read_config, read_preset


def test_every_preset_names_settings_that_exist() -> None:
    manager = build_manager()
    assert {"5x5", "9x9"} <= presets().keys()
    for name in presets():
        config = read_preset(name)
        network, trainer = manager.networks[config.network], manager.trainers[config.trainer]
        from_table(network.settings, config.network_settings, owner=name, tell=pytest.fail)
        from_table(trainer.settings, config.trainer_settings, owner=name, tell=pytest.fail)


def test_a_config_goes_round(tmp_path: Path) -> None:
    config = RunConfig(
        seed=3,
        minutes=1.5,
        cpu_minutes=0.5,
        device="cuda:1",
        network_settings={"blocks": 2},
        trainer_settings={"text": '5:4 "7:2"', "sizes": {"5": 4, "7": 2}, "lr": 1e-5, "flag": True},
    )
    path = tmp_path / "config.toml"
    path.write_text(config.to_toml())
    assert read_config(path) == config


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("speed = 3", "speed"),
        ("seed = 'x'", "seed"),
        ("threads = 0", "threads: got 0"),
        ("minutes = 'long'", "minutes"),
        ("minutes = -1", "minutes"),
        ("cpu_minutes = true", "cpu_minutes"),
        ("device = 3", "device"),
        ("network_settings = 3", "network_settings"),
        ("trainer_settings = 7", "trainer_settings"),
        ("seed = 1\nthreads = ", r"run.toml: got .*\(at line 2, column 11\), the end"),
        ("seed = 1\nthreads = two\n", r"\(at line 2, column 11\)"),
        ("seed = -4", "seed: got -4, allowed: a whole number, 0 to"),
        (f"seed = {10**23}", "seed: got 1000"),
        ("threads = 100000", "threads: got 100000, allowed: a whole number, 1 to 1024"),
        ("minutes = inf", "minutes"),
        ("minutes = nan", "minutes"),
    ],
)
def test_bad_configs_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(BadValue, match=complaint):
        read_config(path)


def test_unknown_presets_are_answered_with_the_known() -> None:
    with pytest.raises(BadValue, match="5x5, 9x9"):  # short names first
        read_preset("3x3")
