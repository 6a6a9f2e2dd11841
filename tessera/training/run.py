"""The run loop: step after step until the budget is spent, with a log, evaluations, checkpoints and events.

The trainer owns what a step does; everything that has to do with time, files and listeners is here. A loss is
never logged without a win rate beside it: a checkpoint, and its evaluation, come before the first step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tessera.checkpoints import Meta
from tessera.interfaces.trainer import StepReport, Trainer
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.progress import ProgressTrack, Verdict

Emit = Callable[[str, Mapping[str, Any]], None]
"""emit(kind, data): tell the listeners, see interfaces/events.py."""


class Run:
    """A run in its folder; `parent` is the digest of the network it began with."""

    def __init__(
        self,
        trainer: Trainer,
        folder: RunFolder,
        config: RunConfig,
        *,
        track: ProgressTrack,
        emit: Emit,
        parent: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trainer, self._folder, self._config = trainer, folder, config
        self._track, self._emit, self._clock = track, emit, clock
        self._parent = parent
        self._seconds = 0.0
        self._report = StepReport(0, 0, 0, {}, {})
        self._verdict: Verdict | None = None

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from the state in a checkpoint of this run."""
        self._trainer.load_state(state["trainer"])
        self._seconds = float(state["run"]["seconds"])
        games, moves, steps = state["run"]["counters"]
        self._report = StepReport(games, moves, steps, {}, {})
        self._verdict = Verdict(**state["run"]["verdict"])
        self._track.load_state(state["run"]["track"])

    def go(self, stop: threading.Event) -> str:
        """Train until the budget is spent or `stop` is set; why it ended. A checkpoint is written in both cases."""
        self._emit("started", {"folder": str(self._folder.path), "seconds": self._seconds})
        if self._verdict is None:
            self._checkpoint()
        saved_at = logged_at = last = self._clock()
        began = (last, self._report)
        while not (reason := self._finished(stop)):
            self._report = self._trainer.step()
            now = self._clock()
            self._seconds += now - last
            last = now
            if now - logged_at >= self._config.log_seconds:
                logged_at = now
                self._log(began[0], began[1])
            if now - saved_at >= 60.0 * self._config.checkpoint_minutes:
                self._checkpoint()
                # What judging and saving took is not training time.
                saved_at = last = self._clock()
        self._checkpoint()
        self._log(began[0], began[1])
        self._emit("finished", {"reason": reason, **self._counters()})
        return reason

    def _finished(self, stop: threading.Event) -> str:
        config = self._config
        if stop.is_set():
            return "stopped by a signal"
        if config.minutes is not None and self._seconds >= 60.0 * config.minutes:
            return f"{config.minutes:g} minutes are over"
        if config.games is not None and self._report.games >= config.games:
            return f"{self._report.games} games are played"
        return ""

    def _counters(self) -> dict[str, Any]:
        report = self._report
        return {
            "seconds": round(self._seconds, 1),
            "games": report.games,
            "moves": report.moves,
            "steps": report.steps,
            "win_rate_random": None if self._verdict is None else self._verdict.rate,
        }

    def _log(self, since: float, before: StepReport) -> None:
        spent = max(1e-9, self._clock() - since)
        report = self._report
        row = self._counters() | {
            "games_per_hour": round(3600.0 * (report.games - before.games) / spent),
            "moves_per_second": round((report.moves - before.moves) / spent, 1),
            "losses": {name: round(value, 5) for name, value in report.losses.items()},
            "health": {name: round(value, 5) for name, value in report.health.items()},
        }
        self._folder.write_line(row)
        self._emit("step", row)

    def _checkpoint(self) -> None:
        """Save the network, let it play, and save what the run needs to go on from here."""
        report = self._report
        meta = Meta(
            sizes=self._trainer.sizes, games=report.games, moves=report.moves, step=report.steps, parent=self._parent
        )
        network = self._trainer.network()
        net = self._folder.save_network(network, self._config, meta)
        verdict = self._judge(net)
        state = {
            "seconds": self._seconds,
            "counters": [report.games, report.moves, report.steps],
            "verdict": asdict(verdict),
            "track": self._track.state(),
        }
        run = self._folder.save_run(network, self._config, meta, {"trainer": self._trainer.state(), "run": state})
        self._emit("checkpoint", self._counters() | {"network": str(net), "resume": str(run)})

    def _judge(self, net: Path) -> Verdict:
        verdict = self._track.judge(net, games=self._report.games, step=self._report.steps)
        self._verdict = verdict
        told = {
            "opponent": "random",
            "wins": verdict.wins,
            "draws": verdict.draws,
            "losses": verdict.losses,
            "mean_length": round(verdict.mean_length, 1),
            "elo": round(verdict.elo),
            "elo_low": round(verdict.low),
            "elo_high": round(verdict.high),
            "unique_games": verdict.unique,
            "games_played": verdict.played,
        }
        self._emit("evaluation", self._counters() | told)
        return verdict
