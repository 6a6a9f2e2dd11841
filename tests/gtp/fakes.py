"""A player that does as it is told, and an engine on byte strings instead of pipes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tessera.gtp.loop import GtpEngine
from tessera.gtp.session import Function
from tessera.gtp.settings import EngineSettings
from tessera.interfaces.analysis import Analysis, MoveInfo
from tessera.interfaces.player import UNWATCHED, Choice, Limits, Options, Watch

if TYPE_CHECKING:
    from tessera.rules.game import Game


def analysis_of(
    game: Game,
    color: int,
    *,
    winrate: float = 0.5,
    score: float = 0.0,
    ownership: Sequence[float] | None = None,
    visits: int = 10,
    during_search: bool = False,
    moves_ownership: bool = False,
) -> Analysis:
    """The legal points in order, most visits first; `ownership` is Black's."""
    legal = [int(p) for p in np.flatnonzero(game.legal_mask(color))]
    policy = np.full(game.points + 1, -1.0, np.float32)
    policy[legal] = 1.0 / len(legal)
    black = np.zeros(game.points, np.float32) if ownership is None else np.asarray(ownership, np.float32)
    moves = tuple(
        MoveInfo(
            p,
            max(0, visits - 3 * order),
            winrate,
            score,
            float(policy[p]),
            winrate - 0.1,
            (p, game.points),
            weight=0.5,
            utility=2 * winrate - 1,
            score_stdev=6.0,
            pv_visits=(visits, 1),
            ownership=(black if color == 1 else 0.0 - black) if moves_ownership else None,
        )
        for order, p in enumerate(legal[:5])
    )
    view = black if color == 1 else 0.0 - black
    return Analysis(
        color,
        game.size,
        moves,
        visits,
        winrate,
        score,
        view,
        policy,
        during_search=during_search,
        utility=2 * winrate - 1,
        score_stdev=7.0,
        raw_winrate=0.25,
        raw_score=1.5,
    )


class FakePlayer:
    """Plays `script` in order, then the first legal point; remembers what it was asked.

    With `slow`, it thinks until it is stopped or its limits end, and reports meanwhile.
    """

    name = "fake"

    def __init__(
        self,
        script: Sequence[int] = (),
        *,
        winrates: Sequence[float] = (),
        score: float = 0.0,
        ownership: Callable[[Game], Sequence[float]] | None = None,
        slow: bool = False,
        error: BaseException | None = None,
    ) -> None:
        self.script, self.winrates, self.score = list(script), list(winrates), score
        self.ownership, self.slow, self.error = ownership, slow, error
        self.asked: list[tuple[str, int, Limits, Options]] = []
        self.closed = False
        self.asked_to_forget = 0
        self.thinking = threading.Event()

    def _think(
        self,
        game: Game,
        color: int,
        limits: Limits,
        options: Options,
        watch: Watch,
    ) -> Analysis:
        if self.error is not None:
            raise self.error
        self.thinking.set()
        ownership = None if self.ownership is None else self.ownership(game)
        winrate = self.winrates.pop(0) if self.winrates else 0.5
        start = reported = time.monotonic()
        while self.slow and not watch.stop.is_set():
            now = time.monotonic()
            if limits.seconds is not None and now - start >= limits.seconds:
                break
            if watch.report and now - reported >= watch.interval:
                reported = now
                watch.report(analysis_of(game, color, winrate=winrate, score=self.score, during_search=True))
            time.sleep(0.002)
        self.thinking.clear()
        return analysis_of(
            game,
            color,
            winrate=winrate,
            score=self.score,
            ownership=ownership,
            moves_ownership=options.moves_ownership,
        )

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        self.asked.append(("choose", color, limits, options))
        analysis = self._think(game, color, limits, options, watch)
        return Choice(self.script.pop(0) if self.script else analysis.moves[0].point, analysis)

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        self.asked.append(("analyze", color, limits, options))
        return self._think(game, color, limits, options, watch)

    def forget(self) -> None:
        self.asked_to_forget += 1

    def close(self) -> None:
        self.closed = True


class Desk:
    """An engine whose output is kept; `say` sends lines and returns the responses to them."""

    def __init__(
        self,
        player: FakePlayer | None = None,
        *,
        settings: EngineSettings | None = None,
        plugins: Mapping[str, Function] | None = None,
        open_player: Callable[[], Any] | None = None,
    ) -> None:
        self.player = player or FakePlayer()
        self.output = b""
        self.complaints: list[str] = []
        self.engine = GtpEngine(
            settings or EngineSettings(),
            open_player=open_player or (lambda: self.player),
            plugin_commands=lambda: plugins or {},
            write=self._write,
            complain=self.complaints.append,
        )
        self.session = self.engine.session

    def _write(self, data: bytes) -> None:
        self.output += data

    def run(self, data: bytes) -> bytes:
        """Everything the engine answers to `data` followed by the end of input."""
        self.engine.inbox.feed(data)
        self.engine.inbox.close()
        self.engine.serve()
        return self.output

    def say(self, *lines: str) -> str:
        """The response to the last of some commands, as text without its final line break; the session goes on."""
        for line in lines:
            before = len(self.output)
            self.engine.inbox.feed(line.encode() + b"\n")
            taken = self.engine.inbox.get(1.0)
            assert taken is not None
            self._execute(taken.data, taken.arrived)
        return self.output[before:].decode()[:-2]

    def _execute(self, data: bytes, arrived: float) -> None:
        from tessera.gtp.protocol import parse
        from tessera.gtp.stream import Stream

        request = parse(data)
        if request is not None:
            self.session.execute(request, Stream(request.id, self._write), arrived=arrived)
