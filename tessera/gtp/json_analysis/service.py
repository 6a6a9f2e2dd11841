"""The queue of queries: read at once, analysed one position at a time, highest priority first."""

from __future__ import annotations

import heapq
import json
import math
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import tessera
from tessera.errors import BadValue, OutputError
from tessera.gtp.inbox import Inbox
from tessera.gtp.json_analysis.fields import QueryError
from tessera.gtp.json_analysis.overrides import Perspective
from tessera.gtp.json_analysis.query import Query, parse_query
from tessera.gtp.json_analysis.reports import Reports
from tessera.gtp.lazily import Lazy
from tessera.gtp.models import Model
from tessera.gtp.restrictions import restricted
from tessera.interfaces.analysis import caveat
from tessera.interfaces.player import Forgetful, Limits, Options, Watch

if TYPE_CHECKING:
    from tessera.interfaces.player import Player
    from tessera.rules.game import Game


@dataclass(order=True)
class Task:
    """One position to analyse. Sorts by priority, then by arrival."""

    key: tuple[int, int]
    query: Query = field(compare=False)
    turn: int = field(compare=False)
    stop: threading.Event = field(compare=False, default_factory=threading.Event)


class AnalysisService:
    """KataGo's analysis engine. `listen` in one thread, `work` in another."""

    def __init__(
        self,
        player: Lazy[Player],
        *,
        write: Callable[[bytes], None],
        complain: Callable[[str], None],
        visits: int,
        perspective: Perspective = "BLACK",
        wait_at_end: bool = True,
        models: Callable[[], Sequence[Model]] = tuple,
    ) -> None:
        """`visits` is for queries without maxVisits; `wait_at_end`: finish the queue when the input ends; `models`
        says what networks are played with.
        """
        self._player, self._visits, self._perspective = player, visits, perspective
        self._write_bytes, self._complain, self._wait_at_end = write, complain, wait_at_end
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._queue: list[Task] = []
        self._running: Task | None = None
        self._number = 0
        self._ended = False
        self._unwritable: Exception | None = None
        self._models = models

    # ------------------------------------------------------------ input

    def listen(self, inbox: Inbox) -> None:
        """Take lines until the input ends."""
        try:
            while (line := inbox.get()) is not None:
                if line.too_long:
                    self._write({"error": "line too long"})
                elif line.data.strip():
                    self.take(line.data)
        except (BrokenPipeError, OutputError) as error:
            # Nobody reads the answers: the worker raises it once it has ended what it is at.
            self._unwritable, self._wait_at_end = error, False
        finally:
            self._end()

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            if not self._wait_at_end:
                self._queue.clear()
                self.interrupt()
            self._changed.notify_all()

    def interrupt(self) -> None:
        """End the analysis in progress, with what it has found."""
        running = self._running
        if running is not None:
            running.stop.set()

    def take(self, line: bytes) -> None:
        """One line of input; every fault is answered, none is raised."""
        try:
            fields = json.loads(line, parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            self._write({"error": f"Could not parse input line as json request: {str(error)[:200]}"})
            return
        if not isinstance(fields, dict):
            self._write({"error": "Input line was not a json object"})
            return
        if not isinstance(fields.get("id"), str):
            self._write({"error": 'Request must have a string "id" field', "field": "id"})
            return
        try:
            if "action" in fields:
                self._act(fields)
            else:
                self._enqueue(fields)
        except QueryError as error:
            self._write({"error": str(error), "field": error.field, "id": fields["id"]})

    def _enqueue(self, fields: dict[str, Any]) -> None:
        query, warnings = parse_query(fields, perspective=self._perspective)
        worth = caveat(query.rules)
        if worth is not None and not any(model.territory for model in self._models()):
            warnings.append(("rules", worth))
        for name, message in warnings:
            self._write({"warning": message, "field": name, "id": query.id})
        with self._changed:
            for turn, priority in zip(query.turns, query.priorities, strict=True):
                self._number += 1
                heapq.heappush(self._queue, Task((-priority, self._number), query, turn))
            self._changed.notify_all()

    def _act(self, fields: dict[str, Any]) -> None:
        match fields["action"]:
            case "query_version":
                self._write({**fields, "version": tessera.__version__, "git_hash": "<omitted>"})
            case "query_models":
                self._write({**fields, "models": [model.as_katago() for model in self._models()]})
            case "clear_cache":
                self._write(fields)  # nothing is kept from one query to the next
            case "terminate":
                if not isinstance(fields.get("terminateId"), str):
                    raise QueryError("terminateId", "Must be a string")
                turns = _turn_numbers(fields)
                self._write(fields)
                self._terminate(fields["terminateId"], turns)
            case "terminate_all":
                turns = _turn_numbers(fields)
                self._write(fields)
                self._terminate(None, turns)
            case _:
                raise QueryError(
                    "action",
                    "'action' field must be 'query_version' or 'query_models' or 'clear_cache' or 'terminate' or "
                    "'terminate_all'",
                )

    def _terminate(self, query_id: str | None, turns: set[int] | None) -> None:
        def meant(task: Task) -> bool:
            return (query_id is None or task.query.id == query_id) and (turns is None or task.turn in turns)

        with self._changed:
            dropped = sorted(task for task in self._queue if meant(task))
            self._queue = [task for task in self._queue if not meant(task)]
            heapq.heapify(self._queue)
            if self._running is not None and meant(self._running):
                self._running.stop.set()
        for task in dropped:
            self._write_nothing(task)

    # ------------------------------------------------------------ analysis

    def work(self) -> None:
        """Analyse until the input has ended and, unless told otherwise, the queue is empty.

        Raises what loading the player raised, `BrokenPipeError`, or `OutputError`.
        """
        player = self._player.get()
        while (task := self._next()) is not None:
            try:
                self._analyze(player, task)
            except QueryError as error:
                self._write({"error": str(error), "field": error.field, "id": task.query.id})
            finally:
                self._running = None
        if self._unwritable is not None:
            raise self._unwritable

    def _next(self) -> Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._ended)
            if not self._queue:
                return None
            self._running = heapq.heappop(self._queue)
            return self._running

    def _analyze(self, player: Player, task: Task) -> None:
        from tessera.gtp.json_analysis.report import response

        query, turn = task.query, task.turn
        game = query.position(turn)
        options = _options(query, game)
        # As in KataGo every query is searched anew: as many visits as it asks for, whatever was asked before.
        if isinstance(player, Forgetful):
            player.forget()
        reports = Reports(
            lambda analysis: self._write(response(query, turn, game, analysis)),
            first=query.first_report,
            every=query.interval,
        )
        try:
            analysis = player.analyze(
                game,
                game.to_play,
                Limits(query.visits or self._visits, query.seconds),
                options=options,
                watch=Watch(task.stop, reports.take if reports.wanted else None, reports.interval),
            )
            answer = response(query, turn, game, analysis)
        except (BrokenPipeError, OutputError):
            raise
        except Exception as error:
            # A bug in a player: this query is answered, the others go on.
            self._complain("".join(traceback.format_exception(error)).rstrip())
            words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            self._write({"error": f"internal error: {words}", "id": query.id, "turnNumber": turn})
            return
        self._write(answer)

    # ------------------------------------------------------------ output

    def _write_nothing(self, task: Task) -> None:
        self._write({"id": task.query.id, "isDuringSearch": False, "noResults": True, "turnNumber": task.turn})

    def _write(self, answer: dict[str, Any]) -> None:
        line = json.dumps(answer, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        with self._writing:
            self._write_bytes(line)


def _finite(text: str) -> float:
    """A JSON number; NaN, Infinity and 1e999 are refused, since no answer could repeat them."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not a finite number")
    return value


def _turn_numbers(fields: dict[str, Any]) -> set[int] | None:
    turns = fields.get("turnNumbers")
    if turns is None:
        return None
    if not isinstance(turns, list) or not all(isinstance(turn, int) for turn in turns):
        raise QueryError("turnNumbers", "Must be an array of integers")
    return set(turns)


def _options(query: Query, game: Game) -> Options:
    options = Options(allow_resign=False, wide_root_noise=query.wide_root_noise, moves_ownership=query.moves_ownership)
    try:
        return restricted(options, query.restrictions, game, game.to_play)
    except BadValue:
        field = "allowMoves" if any(each.only for each in query.restrictions) else "avoidMoves"
        raise QueryError(field, "No move is left to consider") from None
