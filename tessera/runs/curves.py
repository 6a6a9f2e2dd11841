"""What a run's files say as curves: the same for the report, the dashboard and whoever draws them otherwise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tessera.html.chart import Chart, Line
from tessera.interfaces.health import ACCURACIES, BY_SIDE, SAFETY, SHARES
from tessera.runs.folder import Run
from tessera.runs.lines import Row, number_at

MOST = 500
"""Lines of a file that a curve is drawn from; more would not be seen."""
GIB = float(2**30)
AXES = {"games": "self-play games", "steps": "training steps", "hours": "hours of training"}
PERCENT = (0.0, 100.0)
MEMORY = {"memory": "of the process", "device_memory": "of the device"}
STATE = "state_norm"
KNOWN = {
    *SHARES,
    *ACCURACIES,
    *SAFETY,
    "length",
    "lr",
    "gradient",
    "target_entropy",
    "state_norm",
    "passes",
    "judged_games",
}

Pick = Callable[[Row], float | None]
Charts = dict[str, list[Chart]]


def charts(run: Run, *, axis: str = "", most: int = MOST, since: float = 0.0) -> Charts:
    """Charts by section: Strength, Learning, Games, Speed, Memory, Safety.

    `axis` is one of `AXES`, or '' for the first along which this run has moved; `since` leaves out what lies before
    that share (0..1) of the run.
    """
    maker = _Maker(run, axis or natural_axis(run), most, since)
    return {
        "Strength": maker.strength(),
        "Learning": maker.learning(),
        "Games": maker.games(),
        "Speed": maker.speed(),
        "Memory": [maker.chart("Memory in use", "GiB", maker.memory())],
        "Safety": maker.safety(),
    }


def compared(named: Mapping[str, Charts]) -> Charts:
    """The charts of several runs as one: the same curves in the same chart, each called by its run."""
    if len(named) == 1:
        return next(iter(named.values()))
    merged: Charts = {}
    for run, sections in named.items():
        for section, found in sections.items():
            known = {each.title: number for number, each in enumerate(merged.setdefault(section, []))}
            for each in found:
                lines = [replace(line, name=f"{run}: {line.name}") for line in each.lines]
                if each.title in known:
                    before = merged[section][known[each.title]]
                    merged[section][known[each.title]] = replace(before, lines=[*before.lines, *lines])
                else:
                    merged[section].append(replace(each, lines=lines))
    return merged


def natural_axis(run: Run) -> str:
    """Games where there were any, else steps, else hours."""
    last = run.training.last
    return next((axis for axis in ("games", "steps") if number_at(last, axis)), "hours")


class _Maker:
    """The rows of a run, and where each lies along the axis."""

    def __init__(self, run: Run, axis: str, most: int, since: float) -> None:
        self._axis = axis
        self._rows = run.training.sampled(most)
        steps = [(number_at(row, "steps"), number_at(row, "seconds")) for row in self._rows]
        self._clock = [(step, seconds) for step, seconds in steps if step is not None and seconds is not None]
        end = self._x(self._rows[-1]) if self._rows else None
        self._from = since * (end or 0.0)
        self._rows = self._kept(self._rows)
        self._elo, self._tiles = self._kept(run.elo.sampled(most)), self._kept(run.tiles.sampled(most))
        self._health = sorted({key for row in self._rows[-1:] + self._rows[:1] for key in _table(row, "health")})

    def _kept(self, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if (x := self._x(row)) is not None and x >= self._from]

    def _x(self, row: Row) -> float | None:
        """Lines of all three files tell games and steps by names of their own, and only the log tells the time."""
        step = number_at(row, "steps") if "steps" in row else number_at(row, "step")
        if self._axis == "steps":
            return step
        if self._axis == "games":
            last = number_at(row, "last_game")
            return number_at(row, "games") if last is None else last + 1
        seconds = number_at(row, "seconds")
        if seconds is None and step is not None and self._clock:
            seconds = self._clock[min(len(self._clock) - 1, bisect_left(self._clock, (step, 0.0)))][1]
        return None if seconds is None else seconds / 3600

    def line(self, name: str, rows: Sequence[Row], pick: Pick, band: tuple[Pick, Pick] | None = None) -> Line:
        points, bounds = [], []
        for row in rows:
            x, y = self._x(row), pick(row)
            if x is None or y is None:
                continue
            points.append((x, y))
            if band and (low := band[0](row)) is not None and (high := band[1](row)) is not None:
                bounds.append((x, low, high))
        return Line(name, points, bounds)

    def chart(self, title: str, y_name: str, lines: Sequence[Line], whole: tuple[float, float] | None = None) -> Chart:
        return Chart(title, AXES[self._axis], y_name, [line for line in lines if line.points], whole)

    def logged(self, name: str, *keys: str, scale: float = 1.0) -> Line:
        """A number of training.jsonl."""
        return self.line(name, self._rows, _scaled(keys, scale))

    def anchor(self, name: str) -> Line:
        """The lead on an anchor with its interval."""
        at = ("anchors", name)

        def end(sign: int) -> Pick:
            def pick(row: Row) -> float | None:
                elo, error = number_at(row, *at, "elo"), number_at(row, *at, "error")
                return None if elo is None or error is None else elo + sign * error

            return pick

        return self.line(name, self._elo, _scaled((*at, "elo")), (end(-1), end(1)))

    def strength(self) -> list[Chart]:
        band = (_scaled(("low",)), _scaled(("high",)))
        anchors = sorted({name for row in self._elo for name in _table(row, "anchors")})
        rates = [
            self.line("against random", self._elo, _scaled(("win_rate_random",), 100)),
            self.line("against the best before", self._elo, _scaled(("win_rate_best",), 100)),
        ]
        return [
            self.chart("Elo of the checkpoints", "Elo", [self.line("Elo", self._elo, _scaled(("elo",)), band)]),
            self.chart("Elo by tile of games", "Elo", [self.line("Elo", self._tiles, _scaled(("elo",)), band)]),
            self.chart("Points won in evaluations", "%", rates, PERCENT),
            self.chart("Elo above players that stay the same", "Elo", [self.anchor(name) for name in anchors]),
        ]

    def learning(self) -> list[Chart]:
        heads = list(_table(self._rows[-1], "losses")) if self._rows else []
        accuracies = [self.logged(name, "health", key, scale=100) for key, name in ACCURACIES.items()]
        found = [
            self.chart("Loss by head", "loss", [self.logged(head, "losses", head) for head in heads]),
            self.chart("Learning rate", "lr", [self.logged("lr", "health", "lr")]),
            self.chart("Gradient norm", "norm", [self.logged("gradient", "health", "gradient")]),
            self.chart("Entropy of the targets", "nats", [self.logged("entropy", "health", "target_entropy")]),
            self.chart("Accuracy", "%", accuracies),
        ]
        return _drawn(found)

    def games(self) -> list[Chart]:
        shares = [self.logged(name, "health", key, scale=100) for key, name in SHARES.items()]
        lengths, komi = self._sized("length"), self._sized("fair_komi")
        found = [
            self.chart("Length of games", "moves", lengths or [self.logged("all", "health", "length")]),
            self.chart("Shares of the games", "%", shares, PERCENT),
            self.chart("Komi that is fair to both", "points", komi),
            self.chart("Passes in a game", "passes", [self.logged("passes", "health", "passes")]),
        ]
        return _drawn(found)

    def _sized(self, quantity: str) -> list[Line]:
        sizes = sorted(
            int(match[2]) for key in self._health if (match := BY_SIDE.fullmatch(key)) and match[1] == quantity
        )
        return [self.logged(f"{size}×{size}", "health", f"{quantity}_{size}") for size in sizes]

    def speed(self) -> list[Chart]:
        return [
            self.chart("Games an hour", "games/h", [self.logged("games/h", "games_per_hour")]),
            self.chart("Moves a second", "moves/s", [self.logged("moves/s", "moves_per_second")]),
        ]

    def memory(self) -> list[Line]:
        """Whatever the log calls memory, in bytes: in use, and what else a version of ours writes."""
        keys = [key for key in (self._rows[-1] if self._rows else {}) if "memory" in key]
        return [self.logged(MEMORY.get(key, key.replace("_", " ")), key, scale=1 / GIB) for key in keys]

    def _states(self) -> list[Line]:
        """The largest, and each layer's where the log tells it: state_norm, state_norm_0, ..."""
        keys = [key for key in self._health if key.startswith(STATE)]
        return [self.logged(key.removeprefix(STATE).strip("_") or "largest", "health", key) for key in keys]

    def safety(self) -> list[Chart]:
        """The guard, the norms, and every number of the log that no other chart shows."""
        found = [
            self.chart(
                "What the guard did",
                "times",
                [self.logged(name, "health", key) for key, name in SAFETY.items()],
                (0, 1),
            ),
            self.chart("Norm of the network's state", "norm", self._states()),
        ]
        others = [
            key for key in self._health if key not in KNOWN and not BY_SIDE.fullmatch(key) and not key.startswith(STATE)
        ]
        return _drawn(
            found + [self.chart(key.replace("_", " "), key, [self.logged(key, "health", key)]) for key in others]
        )


def _scaled(keys: tuple[str, ...], scale: float = 1.0) -> Pick:
    def pick(row: Row) -> float | None:
        value = number_at(row, *keys)
        return None if value is None else scale * value

    return pick


def _table(row: Row, key: str) -> Mapping[str, object]:
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def _drawn(found: Sequence[Chart]) -> list[Chart]:
    return [chart for chart in found if chart.lines]
