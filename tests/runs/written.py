"""A run folder as training writes it, its numbers known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONFIG = 'network = "tower"\ntrainer = "gumbel"\nseed = 0\n\n[trainer_settings]\nsizes = "9:8 7:8"\nrate = 0.002\n'


def line(number: int, **more: Any) -> dict[str, Any]:
    """The line of training.jsonl after 10 · `number` games."""
    games = 10 * number
    row: dict[str, Any] = {
        "seconds": 30.0 * number, "cpu_seconds": 20.0 * number, "games": games, "moves": 80 * games,
        "steps": 5 * number, "judged": "net-00000000", "win_rate_random": 0.5, "best": None, "win_rate_best": None,
        "elo": 100, "elo_low": 50, "elo_high": 150, "games_per_hour": 1200 + number, "moves_per_second": 26.7,
        "eta_seconds": None, "memory": 2**30 + number * 2**20, "device_memory": None,
        "losses": {"policy": 4.0 / (1 + number), "value": 0.5, "total": 4.0 / (1 + number) + 0.5},
        "health": {"lr": 0.002, "gradient": 1.5, "length_9": 80.0, "length_7": 50.0, "skipped": 0.0, "novel": number},
        "warnings": [],
    }  # fmt: skip
    return row | more


def write_run(path: Path, *, lines: int = 20) -> Path:
    """`lines` lines of log and an evaluation for every fifth."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "config.toml").write_text(CONFIG)
    rows = [line(number) for number in range(lines)]
    write_lines(path / "training.jsonl", rows)
    judged = [
        {"step": 5 * n, "games": 10 * n, "network": f"net-{5 * n:08d}", "elo": 20.0 * n, "low": 20.0 * n - 50,
         "high": 20.0 * n + 50, "win_rate_random": 0.9, "best": None, "win_rate_best": None, "games_played": 40}
        for n in range(0, lines, 5)
    ]  # fmt: skip
    write_lines(path / "elo.jsonl", judged)
    tiles = [
        {"tile": n, "first_game": n * 100, "last_game": n * 100 + 99, "step": 50 * (n + 1), "elo": 200.0, "low": 150.0,
         "high": 250.0}
        for n in range(lines // 10)
    ]  # fmt: skip
    write_lines(path / "elo_tiles.jsonl", tiles)
    return path


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
