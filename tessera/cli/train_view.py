"""What `tessera train` shows on a terminal at one moment, as plain rows: made from the run's events, drawn by `output`.

The most important rows come first: a small terminal cuts off the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from tessera.cli.winrate_plot import sampled
from tessera.interfaces.health import SAFETY, SHARES, is_named

BLOCKS = "▁▂▃▄▅▆▇█"
CURVE_COLUMNS = 24
BAR_COLUMNS = 16
WARNINGS = 3
"""The latest that are shown."""

PARTS = ("model", "optimiser", "games", "trees", "replay", "checkpoint")
"""The parts of a trainer's memory, as its plan calls them."""

Row = tuple[str, str, bool]
"""Label, text, and whether it is a warning."""


class TrainView:
    """Everything the screen knows, from the events so far."""

    def __init__(self) -> None:
        self._now: dict[str, Any] = {}
        """The latest value of everything that rows and counters say."""
        self._curve: list[float] = []
        self._warnings: deque[str] = deque(maxlen=WARNINGS)
        self._doing, self._saved = "starting", ""

    def feed(self, kind: str, data: Mapping[str, Any]) -> None:
        """Take in one event of the run."""
        # An evaluation's `losses` are games, not the loss of learning.
        self._now |= {name: value for name, value in data.items() if kind != "evaluation" or name != "losses"}
        if kind == "started":
            self._curve = list(data["elo_history"])
        elif kind == "judging":
            self._doing = "games against random and earlier networks: how strong is it?"
        elif kind == "evaluation":
            self._curve.append(data["elo"])
        elif kind in ("tick", "step"):
            self._doing = "self-play and learning" if data["losses"] else "self-play: collecting games to learn from"
        elif kind == "warning":
            self._warnings.append(data["text"])
        elif kind == "checkpoint":
            self._saved = data["network"]
        elif kind in ("finished", "failed"):
            self._doing = data["reason"] if kind == "finished" else "failed"

    def rows(self) -> list[Row]:
        """The picture, top first."""
        now = self._now
        rows = [("now", self._doing, False), ("time", _time(now), False), *_counted(now)]
        rows += [("strength", line, False) for line in self._strength()]
        rows += [("warning", text, True) for text in self._warnings]
        rows += [(label, text, False) for label, text in _details(now)]
        if self._saved:
            rows.append(("saved", self._saved, False))
        return rows

    def _strength(self) -> Iterator[str]:
        now = self._now
        if now.get("elo") is None:
            yield "not judged yet"
            return
        yield f"{percent(now['win_rate_random'])} against random"
        if now.get("win_rate_best") is not None:
            yield f"{percent(now['win_rate_best'])} against {now['best']}, the best before{lead(now, 'best')}"
        for name, found in now.get("anchors", {}).items():
            yield anchored(name, found)
        elo = f"Elo {now['elo']:,} ({now['elo_low']:,} to {now['elo_high']:,}; random is 0)"
        yield f"{elo}  {sparkline(self._curve, CURVE_COLUMNS)}".rstrip()


def lead(data: Mapping[str, Any], kind: str) -> str:
    """': +12 ± 40 Elo', by all games of the run, or nothing where it is not known."""
    elo, error = data.get(f"lead_{kind}"), data.get(f"lead_{kind}_error")
    return "" if elo is None else f": {elo:+.0f} ± {error:.0f} Elo"


def anchored(name: str, found: Mapping[str, Any]) -> str:
    """'32% against shipped: -140 ± 60 Elo'."""
    if found["elo"] is None:
        return f"no game against {name}"
    return f"{percent(found['rate'])} against {name}: {found['elo']:+.0f} ± {found['error']:.0f} Elo"


def sparkline(values: list[float], columns: int) -> str:
    """The course of `values` in block characters, lowest to highest; '' before there are two."""
    if len(values) < 2:
        return ""
    shown = sampled(values, columns)
    low, high = min(shown), max(shown)
    return "".join(BLOCKS[round(7 * (value - low) / (high - low or 1.0))] for value in shown)


def duration(seconds: float) -> str:
    """'45 s', '12.3 min', '5.2 h'."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def size(count: float) -> str:
    """Bytes as '812 MB' or '3.1 GB'."""
    return f"{count / 1e6:,.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def _time(now: Mapping[str, Any]) -> str:
    spent, left = now.get("seconds", 0.0), now.get("eta_seconds")
    text = f"{duration(spent)} of training"
    if left is None:
        return text
    done = round(BAR_COLUMNS * spent / max(1e-9, spent + left))
    return f"{text}  {'█' * done}{'░' * (BAR_COLUMNS - done)}  {duration(left)} left"


def _counted(now: Mapping[str, Any]) -> Iterator[Row]:
    if "games_per_hour" in now:
        yield "games", f"{now['games']:,}  ({now['games_per_hour']:,} an hour)", False
        yield "moves", f"{now['moves']:,}  ({now['moves_per_second']:,g} a second)  {now['steps']:,} steps", False
    if now.get("losses"):
        yield "loss", "  ".join(f"{name} {number(value)}" for name, value in now["losses"].items()), False


def _details(now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    health = now.get("health", {})
    if played := "  ".join(_played(health)):
        yield "played", played
    if "state_norm" in health:
        yield "SSM state", f"norm {number(health['state_norm'])}"
    if safety := "  ".join(f"{health[name] or 0:g} {words}" for name, words in SAFETY.items() if name in health):
        yield "safety", safety
    if learning := "  ".join(f"{name} {number(health[name])}" for name in ("lr", "gradient") if name in health):
        yield "learning", learning
    if others := "  ".join(f"{name} {number(value)}" for name, value in health.items() if not is_named(name)):
        yield "more", others
    if "memory" in now:
        yield "memory", "  ".join(_memory(now))
        if held := "  ".join(f"{part} {size(now[f'memory_{part}'])}" for part in PARTS if f"memory_{part}" in now):
            yield "held by", held


def _memory(now: Mapping[str, Any]) -> Iterator[str]:
    yield size(now["memory"])
    if now.get("memory_peak"):
        yield f"{size(now['memory_peak'])} at most"
    if now.get("memory_planned"):
        yield f"{size(now['memory_planned'])} planned"
    if now["device_memory"] is not None:
        yield f"{size(now['device_memory'])} on the device"
    if "device_memory_peak" in now:
        yield f"{size(now['device_memory_peak'])} at most"


def _played(health: Mapping[str, float | None]) -> Iterator[str]:
    for key, value in health.items():
        if key.startswith("length_") and value is not None:
            side = key.removeprefix("length_")
            yield f"{value:.0f} moves on {side}x{side}"
    if health.get("passes") is not None:
        yield f"{health['passes']:.1f} passes a game"
    for key, words in SHARES.items():
        if health.get(key) is not None:
            yield f"{percent(health[key])} {words}"


def number(value: float | None) -> str:
    """A loss or norm; None is one that was not finite."""
    return "not finite" if value is None else f"{value:.4g}" if abs(value) < 0.1 else f"{value:.3f}"


def percent(rate: float | None) -> str:
    """'56%'."""
    return "not judged" if rate is None else f"{100 * rate:.0f}%"
