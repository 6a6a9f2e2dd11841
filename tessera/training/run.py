"""The run loop: step after step until the budget is spent, with a log, evaluations, checkpoints and events.

The trainer owns what a step does; everything that has to do with time, files and listeners is here. A loss is
never logged without a win rate beside it: an evaluation comes before the first step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from tessera.checkpoints import Meta
from tessera.interfaces.network import Evaluator
from tessera.interfaces.trainer import StepReport, Trainer
from tessera.training.config import RunConfig
from tessera.training.folder import RunFolder
from tessera.training.match import MatchResult, play_match, policy_mover, random_mover

Emit = Callable[[str, Mapping[str, Any]], None]
"""emit(kind, data): tell the listeners, see interfaces/events.py."""
EVALUATION_KOMI = 7.0


class Run:
    """A run in its folder.

    `evaluator_of(module)` is how a network is judged; `parent` the digest of the network the run began with.
    """

    def __init__(
        self,
        trainer: Trainer,
        folder: RunFolder,
        config: RunConfig,
        *,
        evaluator_of: Callable[[torch.nn.Module], Evaluator],
        emit: Emit,
        parent: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trainer, self._folder, self._config = trainer, folder, config
        self._evaluator_of, self._emit, self._clock = evaluator_of, emit, clock
        self._parent = parent
        self._seconds = 0.0
        self._report = StepReport(0, 0, 0, {}, {})
        self._verdict: MatchResult | None = None

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from the state in a checkpoint of this run."""
        self._trainer.load_state(state["trainer"])
        self._seconds = float(state["run"]["seconds"])
        games, moves, steps = state["run"]["counters"]
        self._report = StepReport(games, moves, steps, {}, {})

    def go(self, stop: threading.Event) -> str:
        """Train until the budget is spent or `stop` is set; why it ended. A checkpoint is written in both cases."""
        self._emit("started", {"folder": str(self._folder.path), "seconds": self._seconds})
        self._evaluate()
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
                self._evaluate()
                self._checkpoint()
                # What judging and saving took is not training time.
                saved_at = last = self._clock()
        self._evaluate()
        self._log(began[0], began[1])
        self._checkpoint()
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

    def _evaluate(self) -> None:
        config = self._config
        generator = torch.Generator().manual_seed(config.seed)
        self._verdict = play_match(
            policy_mover(self._evaluator_of(self._trainer.network())),
            random_mover(generator),
            size=config.evaluation_size,
            games=config.evaluation_games,
            komi=EVALUATION_KOMI,
            generator=generator,
        )
        verdict = self._verdict
        self._emit(
            "evaluation",
            self._counters()
            | {
                "opponent": "random",
                "wins": verdict.wins,
                "draws": verdict.draws,
                "losses": verdict.losses,
                "mean_length": round(verdict.mean_length, 1),
                "mean_margin": round(verdict.margin, 1),
            },
        )

    def _checkpoint(self) -> None:
        report = self._report
        meta = Meta(
            sizes=self._trainer.sizes, games=report.games, moves=report.moves, step=report.steps, parent=self._parent
        )
        counters = [report.games, report.moves, report.steps]
        state = {"trainer": self._trainer.state(), "run": {"seconds": self._seconds, "counters": counters}}
        net, run = self._folder.save(self._trainer.network(), self._config, meta, state)
        self._emit("checkpoint", self._counters() | {"network": str(net), "resume": str(run)})
