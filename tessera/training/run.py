"""The run loop: step after step until the budget is spent, with a log, evaluations, checkpoints and events.

The trainer owns what a step does; everything that has to do with time, files and listeners is here. A loss is
never logged without a win rate beside it: a checkpoint, and its evaluation, come before the first step.

Resuming is exact. A stop by a signal saves at once, without an evaluation, so that the run goes on as if nothing
had happened: same steps, same evaluations, same files, but for what depends on the clock.

Events are those of `tessera_run_event` (hookspecs.py) and 'tick', several a second, for a live view: a row of the log.
"""

from __future__ import annotations

import copy
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from tessera.checkpoints import Meta
from tessera.errors import TesseraError
from tessera.former_names import RUN, renamed
from tessera.interfaces.trainer import Accountable, Snapshots, StepReport, Trainer
from tessera.memory.device import device_memory
from tessera.memory.held import held_bytes
from tessera.memory.process import peak_bytes, resident_bytes
from tessera.nn.allocator import give_back_freed_memory
from tessera.training.beside import Beside, pays
from tessera.training.budget import Pace, Spent, over
from tessera.training.clean_room import CleanRoom
from tessera.training.config import RunConfig
from tessera.training.disk import Disk, is_full
from tessera.training.folder import RunFolder
from tessera.training.mirror import Mirror
from tessera.training.progress import Evaluation, ProgressTrack
from tessera.training.sanity import STRETCH, DegenerateSelfPlay, Sanity, idle_learning
from tessera.training.state_tree import tensors_in
from tessera.training.stop import Stopped

Emit = Callable[[str, Mapping[str, Any]], None]
"""emit(kind, data): tell the listeners, see interfaces/events.py."""

TICK_SECONDS = 0.25
"""Shortest time between two ticks."""


LEADS = ("lead_best", "lead_best_error", "last", "lead_last", "lead_last_error")
WEIGHTS = 6
"""A first checkpoint is about so many times the network: weights twice, their average, and the optimiser's moments."""


class Run:
    """A run in its folder; `parent` is the digest of the network it began with, `planned` the bytes of its plan.

    A trainer that comes in a clean room leaves for evaluations as the room says.
    """

    def __init__(
        self,
        trainer: Trainer | CleanRoom,
        folder: RunFolder,
        config: RunConfig,
        *,
        track: ProgressTrack,
        emit: Emit,
        parent: str | None = None,
        mirror: Mirror | None = None,
        planned: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        cpu_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._room = trainer if isinstance(trainer, CleanRoom) else CleanRoom(trainer)
        self._folder, self._config = folder, config
        self._track, self._emit, self._mirror = track, emit, mirror
        self._clock, self._cpu_clock = clock, cpu_clock
        self._parent, self._planned = parent, planned
        self._spent = Spent()
        self._pace = Pace(self._spent)
        self._report = StepReport(0, 0, 0, {}, {})
        self._evaluation: Evaluation | None = None
        self._sanity = Sanity()
        self._disk = Disk(folder.path, patience=60.0 * config.disk_minutes, tell=self._warn)
        self._disk.needed = WEIGHTS * sum(each.nbytes for each in self._trainer.network().state_dict().values())
        self._stop = threading.Event()
        self._beside = Beside()
        self._recent: list[tuple[float, float]] = []
        """(loss, points against random) of the last evaluations."""
        self._evaluated_at = self._logged_at = 0.0
        """Seconds of training."""
        self._evaluated_step = (-1, -1)
        """(moves, steps)."""
        self._evaluated_games = 0
        self._ticked_at = -math.inf
        self._warnings: list[str] = []
        """Since the last line of the log."""

    @property
    def config(self) -> RunConfig:
        """What it was asked to do, every setting spelled out."""
        return self._config

    @property
    def _trainer(self) -> Trainer:
        """Asked for anew each time: it goes away for evaluations, and who kept it would keep its memory."""
        return self._room.trainer

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the state in a checkpoint of this run."""
        run = renamed(state["run"], RUN)
        self._trainer.load_state_dict(state["trainer"])
        report = self._report = StepReport(**run["report"])
        self._spent = Spent(float(run["seconds"]), float(run["cpu_seconds"]), report.games, report.moves)
        self._pace = Pace(self._spent)
        self._evaluation = Evaluation(**run["evaluation"])
        self._recent = [(float(loss), float(rate)) for loss, rate in run["recent_evaluations"]]
        self._evaluated_at, self._logged_at = run["evaluated_at"], run["logged_at"]
        self._evaluated_step = (run["evaluated_step"][0], run["evaluated_step"][1])
        self._evaluated_games = int(run.get("evaluated_games", report.games))  # runs of before do not have it
        self._warnings = [str(text) for text in run["warnings"]]
        self._sanity.load_state_dict(run["sanity"])
        self._track.load_state_dict(run["track"])
        self._folder.rewind(run["lengths"])

    def go(self, stop: threading.Event) -> str:
        """Train until the budget is spent or `stop` is set; why it ended. A checkpoint is written in both cases.

        Whatever goes wrong is told to the listeners and raised; the last checkpoint stays. Raises `DegenerateSelfPlay`
        when the games are no longer Go, and `TesseraError` when a file cannot be written.
        """
        self._folder.lock()
        self._stop = stop
        try:
            reason = self._train_or_tell(stop)
            if self._mirror is not None:
                self._emit("copying", {"store": self._config.store})
                self._mirror.close()
            return reason
        finally:
            self._beside.take()  # whatever went wrong elsewhere: what is being written gets its name
            self._folder.unlock()

    def _train_or_tell(self, stop: threading.Event) -> str:
        try:
            return self._train(stop)
        except Exception as error:
            self._emit("failed", {"error": type(error).__name__, "text": str(error)})
            raise

    def _train(self, stop: threading.Event) -> str:
        told = {"folder": str(self._folder.path), "elo_history": self._track.curve()}
        self._emit("started", self._counters() | told)
        try:
            if self._evaluation is None:
                self._checkpoint()
            reason = self._loop(stop)
        except Stopped:
            reason = self._stopped()
        self._end_saving()
        self._emit("finished", {"reason": reason, **self._counters()})
        return reason

    def _loop(self, stop: threading.Event) -> str:
        """What is due comes before the next step, so that a resumed run does first what a stop kept it from."""
        while not stop.is_set():
            if self._beside.is_done():
                self._end_saving()
            reason = over(self._config, self._spent)
            if self._evaluation_is_due(at_the_end=bool(reason)):
                self._checkpoint()
            elif self._spent.seconds - self._logged_at >= self._config.log_seconds:
                self._log()
            if reason:
                return reason
            self._step()
        return self._stopped()

    def _stopped(self) -> str:
        """Save at once; an evaluation that was broken off is made when the run goes on."""
        if self._evaluation is None:
            return "stopped by a signal before the first checkpoint"
        self._save(self._save_network())
        return "stopped by a signal"

    def _evaluation_is_due(self, *, at_the_end: bool) -> bool:
        if self._evaluated_step == (self._report.moves, self._report.steps):
            return False
        if at_the_end:
            return True
        if self._config.checkpoint_games is not None:
            return self._report.games - self._evaluated_games >= self._config.checkpoint_games
        return self._spent.seconds - self._evaluated_at >= 60.0 * self._config.checkpoint_minutes

    def _step(self) -> None:
        wall, cpu = self._clock(), self._cpu_clock()
        before, report = self._report, self._trainer.step()
        now = self._clock()
        seconds, cpu_seconds = self._spent.seconds + now - wall, self._spent.cpu_seconds + self._cpu_clock() - cpu
        self._report, self._spent = report, Spent(seconds, cpu_seconds, report.games, report.moves)
        self._pace.add(self._spent)
        for text in report.warnings:
            self._warn(text)
        if (times := report.health.get("rolled_back", 0)) > before.health.get("rolled_back", 0):
            self._emit("rolled_back", {"times": times, "text": "; ".join(report.warnings), **self._counters()})
        if now - self._ticked_at >= TICK_SECONDS:
            self._ticked_at = now
            self._emit("tick", self._row())
        finding = self._sanity.check(report)
        if finding is not None:
            self._checkpoint()
            raise DegenerateSelfPlay(f"the games of this run are no longer Go: {finding}")

    def _warn(self, text: str) -> None:
        self._warnings.append(text)
        self._emit("warning", {"text": text, **self._counters()})

    def _counters(self) -> dict[str, Any]:
        report, judged = self._report, self._evaluation
        return {
            "seconds": round(self._spent.seconds, 1),
            "cpu_seconds": round(self._spent.cpu_seconds, 1),
            "games": report.games,
            "moves": report.moves,
            "steps": report.steps,
            "judged": judged and judged.player,
            "win_rate_random": judged and judged.rate,
            "best": judged and judged.best,
            "win_rate_best": judged and judged.rate_best,
            "elo": judged and round(judged.elo),
            "elo_low": judged and round(judged.low),
            "elo_high": judged and round(judged.high),
            **{name: judged and getattr(judged, name) for name in LEADS},
        }

    def _row(self) -> dict[str, Any]:
        """Where the run stands; the numbers of the network are those of its latest evaluation."""
        eta = self._pace.eta(self._config)
        return self._counters() | {
            "games_per_hour": round(3600.0 * self._pace.per_second("games")),
            "moves_per_second": round(self._pace.per_second("moves"), 1),
            "eta_seconds": None if eta is None else round(eta),
            **self._memory(),
            "losses": _rounded(self._report.losses),
            "health": _rounded(self._report.health),
            "warnings": list(self._warnings),
        }

    def _memory(self) -> dict[str, int | None]:
        """Bytes that the process holds, held at most, was planned to hold, and holds for each part of the trainer; the
        same of the devices, where they are in use; `room_`: what was alive when the last evaluation began."""
        trainer, device = self._trainer, device_memory()
        parts = held_bytes(trainer.memory_parts()) if isinstance(trainer, Accountable) else {}
        told = {"memory": resident_bytes(), "memory_peak": peak_bytes(), "memory_planned": self._planned}
        told |= {f"memory_{part}": size for part, size in parts.items()}
        alive = self._room.alive
        if alive is not None:
            told |= {"room_tensors": len(alive.tensors), "room_bytes": alive.bytes}
        told["device_memory"] = None
        if device is not None:
            told |= {"device_memory": device.allocated, "device_memory_reserved": device.reserved}
            told |= {"device_memory_peak": device.peak, "device_memory_used": device.used}
        return told

    def _log(self) -> None:
        if low := self._disk.look():
            self._emit("disk_low", low)
            free, needed = low["free"] / 1e6, low["needed"] / 1e6
            self._warn(f"{free:,.1f} MB are left on the disk, a checkpoint takes {needed:,.1f} MB")
        if self._mirror is not None and (trouble := self._mirror.trouble()):
            self._warn(f"the copy of the run is not up to date: {trouble}")
        row = self._row()
        self._disk.with_room(lambda: self._folder.write_line(row), self._stop)
        self._logged_at = self._spent.seconds
        self._warnings.clear()
        self._emit("step", row)

    def _checkpoint(self) -> None:
        """Save the network, let it play, and save what the run needs to go on from here."""
        net = self._save_network()
        self._evaluate(net)
        if self._report.moves or self._report.steps:
            self._log()
        self._save(net)

    def _save_network(self) -> Path:
        network, folder = self._trainer.network(), self._folder
        return self._disk.with_room(lambda: folder.save_network(network, self._config, self._meta()), self._stop)

    def _save(self, net: Path) -> None:
        report = self._report
        assert self._evaluation is not None, "the first checkpoint comes with an evaluation"
        run = {
            "seconds": self._spent.seconds,
            "cpu_seconds": self._spent.cpu_seconds,
            "report": {
                "games": report.games,
                "moves": report.moves,
                "steps": report.steps,
                "losses": dict(report.losses),
                "health": dict(report.health),
            },
            "evaluation": asdict(self._evaluation),
            "recent_evaluations": [list(each) for each in self._recent],
            "evaluated_at": self._evaluated_at,
            "evaluated_step": list(self._evaluated_step),
            "evaluated_games": self._evaluated_games,
            "logged_at": self._logged_at,
            "warnings": list(self._warnings),
            "sanity": self._sanity.state_dict(),
            "track": self._track.state_dict(),
            "lengths": self._folder.lengths(),
        }
        trainer = self._trainer
        state = {"trainer": trainer.state_dict(), "run": run}
        self._end_saving()
        size = sum(tensor.nbytes for tensor in tensors_in(state))
        if isinstance(trainer, Snapshots) and trainer.state_is_a_snapshot and pays(size):
            module = copy.deepcopy(trainer.network())
            self._beside.start(partial(self._save_run, module, self._meta(), state), net)
            return
        path = self._disk.with_room(partial(self._save_run, trainer.network(), self._meta(), state), self._stop)
        del run, state
        self._saved(net, path)

    def _end_saving(self) -> None:
        """Wait for what is written beside training, if anything is, and say that it is there."""
        if (written := self._beside.take()) is None:
            return
        try:
            path = written.path.result()
        except TesseraError as error:
            if not is_full(error):
                raise
            path = self._disk.with_room(written.write, self._stop)
        net = written.network
        del written
        self._saved(net, path)

    def _saved(self, net: Path, path: Path) -> None:
        self._folder.retain(self._config, best=self._track.best)
        self._disk.needed = net.stat().st_size + path.stat().st_size
        # Copies of replay and games, and what the evaluation held: as much memory after a checkpoint as before it.
        give_back_freed_memory()
        self._emit("checkpoint", self._counters() | {"network": str(net), "resume": str(path)})
        if self._mirror is not None:
            self._mirror.update()

    def _save_run(self, module: nn.Module, meta: Meta, state: Mapping[str, Any]) -> Path:
        return self._folder.save_run(module, self._config, meta, state)

    def _meta(self) -> Meta:
        report = self._report
        return Meta(
            sizes=self._trainer.sizes, games=report.games, moves=report.moves, step=report.steps, parent=self._parent
        )

    def _evaluate(self, net: Path) -> None:
        self._end_saving()
        self._emit("judging", {"network": str(net)})
        report, before = self._report, self._evaluation
        with self._room.evaluation():
            evaluation = self._evaluation = self._disk.with_room(lambda: self._play(net), self._stop)
        for stayed in self._room.what_stayed:
            self._warn(stayed)
        self._evaluated_at, self._evaluated_step = self._spent.seconds, (report.moves, report.steps)
        self._evaluated_games = report.games
        told = {
            "opponent": "random",
            "wins": evaluation.wins,
            "draws": evaluation.draws,
            "losses": evaluation.losses,
            "mean_length": round(evaluation.mean_length, 1),
            "unique_games": evaluation.unique,
            "games_played": evaluation.played,
            "anchors": evaluation.anchors,
            "gate": evaluation.gate,
            "trainer_left": self._room.left,
        }
        self._emit("evaluation", self._counters() | told)
        if evaluation.tiles > (before.tiles if before else 0):
            last = evaluation.tiles * self._config.tile_games - 1
            self._emit("tile", self._counters() | {"tile": evaluation.tiles - 1, "last_game": last})
        if evaluation.leads and before is not None:
            self._emit("best", self._counters())
        if report.losses:
            loss = report.losses.get("total", sum(report.losses.values()))
            self._recent = [*self._recent, (loss, evaluation.rate)][-STRETCH:]
            if warning := idle_learning(self._recent):
                self._warn(warning)

    def _play(self, net: Path) -> Evaluation:
        """The evaluation as a whole: of one that ends early nothing is left, and it can be made again."""
        report, lengths, track = self._report, self._folder.lengths(), self._track.state_dict()
        seconds = round(self._spent.seconds, 1)
        try:
            return self._track.evaluate(net, games=report.games, step=report.steps, seconds=seconds, stop=self._stop)
        except BaseException:
            self._folder.rewind(lengths)
            self._track.load_state_dict(track)
            raise


def _rounded(numbers: Mapping[str, float]) -> dict[str, float | None]:
    """For JSON, which knows no infinity: None is a number that was not finite."""
    return {name: round(value, 5) if math.isfinite(value) else None for name, value in numbers.items()}
