"""What the live view of a run says after the run's events."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from tessera.cli import output
from tessera.cli.train_view import TrainView, duration, size, sparkline

COUNTERS: dict[str, Any] = {"seconds": 0.0, "cpu_seconds": 0.0, "games": 0, "moves": 0, "steps": 0, "judged": None}
COUNTERS |= dict.fromkeys(("win_rate_random", "best", "win_rate_best", "elo", "elo_low", "elo_high"))
JUDGED = COUNTERS | {"win_rate_random": 0.98, "best": "net-00000100", "win_rate_best": 0.6, "elo": 1234}
JUDGED |= {"elo_low": 1150, "elo_high": 1330, "judged": "net-00000200"}
HEALTH: dict[str, Any] = {"length_5": 34.6, "length_9": 101.2, "passes": 3.3, "truncated": 0.05, "unique": 1.0}
HEALTH |= {"state_norm": 12.5, "skipped": 2.0, "lowered": 1.0, "rolled_back": 0.0, "lr": 2e-3, "gradient": None}
TICK = JUDGED | {
    "seconds": 450.0,
    "games": 12345,
    "games_per_hour": 100000,
    "moves": 400000,
    "moves_per_second": 950.5,
    "steps": 900,
    "eta_seconds": 450,
    "memory": 812_000_000,
    "memory_planned": 900_000_000,
    "memory_peak": 850_000_000,
    "memory_games": 20_000_000,
    "device_memory": 3_100_000_000,
    "losses": {"policy": 1.0514, "value": 0.0213},
    "health": HEALTH,
}


def fed(*events: tuple[str, dict[str, Any]]) -> list[tuple[str, str, bool]]:
    view = TrainView()
    for kind, data in events:
        view.feed(kind, data)
    return view.rows()


def test_before_anything_is_known() -> None:
    assert fed() == [
        ("now", "starting", False),
        ("time", "0 s of training", False),
        ("strength", "not judged yet", False),
    ]


def test_everything_the_issue_asks_for_is_there() -> None:
    rows = fed(
        ("started", COUNTERS | {"elo_history": [0, 400, 900]}),
        ("judging", {"network": "net"}),
        ("evaluation", JUDGED | {"wins": 49, "draws": 0, "losses": 1, "mean_length": 20.0}),
        ("checkpoint", JUDGED | {"network": "runs/net-00000200.pth", "resume": "runs/run-00000200.pth"}),
        ("warning", JUDGED | {"text": "[careful]"}),
        ("tick", TICK),
    )
    assert rows == [
        ("now", "self-play and learning", False),
        ("time", "7.5 min of training  ████████░░░░░░░░  7.5 min left", False),
        ("games", "12,345  (100,000 an hour)", False),
        ("moves", "400,000  (950.5 a second)  900 steps", False),
        ("loss", "policy 1.051  value 0.0213", False),
        ("strength", "98% against random", False),
        ("strength", "60% against net-00000100, the best before", False),
        ("strength", "Elo 1,234 (1,150 to 1,330; random is 0)  ▁▃▆█", False),
        ("warning", "[careful]", True),
        ("played", "35 moves on 5x5  101 moves on 9x9  3.3 passes a game  5% at the move limit  100% different", False),
        ("SSM state", "norm 12.500", False),
        ("safety", "2 steps skipped  1 times the rate lowered  0 times rolled back", False),
        ("learning", "lr 0.002  gradient not finite", False),
        ("memory", "812 MB  850 MB at most  900 MB planned  3.1 GB on the device", False),
        ("held by", "games 20 MB", False),
        ("saved", "runs/net-00000200.pth", False),
    ]


def test_phases_and_what_a_network_without_them_leaves_out() -> None:
    assert fed(("judging", {"network": "x"}))[0][1].startswith("games against random")
    collecting = TICK | {"losses": {}, "health": {}, "device_memory": None}
    rows = {label: text for label, text, _ in fed(("tick", collecting))}
    assert (
        rows["now"] == "self-play: collecting games to learn from"
        and rows["memory"] == "812 MB  850 MB at most  900 MB planned"
    )
    assert rows.keys().isdisjoint({"loss", "SSM state", "safety", "played", "learning", "warning"})
    assert fed(("finished", COUNTERS | {"reason": "1 minutes are over"}))[0][1] == "1 minutes are over"
    assert fed(("failed", {"error": "X", "text": "y"}))[0][1] == "failed"


def test_only_the_last_warnings_stay() -> None:
    rows = fed(*(("warning", {"text": str(number)}) for number in range(9)))
    assert [text for label, text, _ in rows if label == "warning"] == ["6", "7", "8"]


def test_curves_times_and_sizes() -> None:
    assert sparkline([], 9) == sparkline([3.0], 9) == ""
    assert sparkline([1.0, 1.0], 9) == "▁▁" and sparkline([0.0, 7.0, 3.0], 9) == "▁█▄"
    assert len(sparkline([float(n) for n in range(1000)], 24)) == 24
    assert [duration(s) for s in (5, 59, 90, 5999, 7200)] == ["5 s", "59 s", "1.5 min", "100.0 min", "2.0 h"]
    assert [size(b) for b in (812e6, 3.14e9)] == ["812 MB", "3.1 GB"]


@pytest.mark.parametrize("width", [30, 60, 100])
def test_the_picture_keeps_to_the_terminal_and_room_for_a_control_c(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()

    def console(**options: Any) -> Console:
        return Console(file=file, force_terminal=True, width=width, height=12, highlight=False, color_system=None)

    monkeypatch.setattr(output, "Console", console)
    with output.live_rows("a title") as show:
        show([("one", "word " * 30, False), ("one", "[red]plain[/red]", True)])
    text = file.getvalue()
    assert "a title" in text and "[red]" in text.replace("\n", "") and text.count("one") == 2  # drawn, and drawn last
    visible = [line.replace("\x1b[2K", "").replace("\x1b[1A", "").strip("\r") for line in text.splitlines()]
    assert max(len(line) for line in visible if "\x1b" not in line) <= width - 3


def test_a_number_that_nobody_has_words_for_is_shown_under_its_own_name() -> None:
    rows = fed(("tick", TICK | {"health": {"value_accuracy": 0.5, "seki_share": 0.25}}))
    assert ("more", "seki_share 0.250", False) in rows
    assert all(label != "more" for label, _, _ in fed(("tick", TICK)))
