"""How strong a run has become: each checkpoint's policy against the random player, the checkpoints before it and the
best one so far.

The games are played by an arbiter and rated by the league's own ratings, the random player at 0. Three files:

evaluation/games.jsonl   every game, as a league keeps them
elo.jsonl                one line for each checkpoint: its Elo with a 95% interval, at the time of its games
elo_tiles.jsonl          one line for each block of self-play games: the Elo of the network judged at or after its end

Nothing else feeds these files: a match that decides what is trained on is no measure of progress.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from tessera.interfaces.arbiter import VOID, Arbiter, ArbiterContext, Entrant, GameRecord, Opening, Task
from tessera.league.openings import random_moves
from tessera.league.records import RecordFile
from tessera.league.summary import summarise
from tessera.ratings.counting import black_score
from tessera.rules.ruleset import DEFAULT
from tessera.training.config import RunConfig
from tessera.training.folder import RIVALS, append_line
from tessera.training.stop import Stopped

RANDOM = "random"
POLICY = {"player": "policy", "evaluator": "torch"}
"""Every checkpoint is another network, met for a few games: another evaluator would take longer to make than it saves,
and a run that is resumed elsewhere must judge as before."""
KOMI = 7.0
OPENING_MOVES = 4

BuildArbiter = Callable[[ArbiterContext], Arbiter]


@dataclass(frozen=True)
class Evaluation:
    """What the games of one checkpoint say."""

    player: str
    wins: int
    draws: int
    losses: int
    """Against the random player."""
    mean_length: float
    """Moves of these games."""
    elo: float
    low: float
    high: float
    """95% interval; the random player is 0."""
    unique: int
    """Different games among all of this evaluation."""
    played: int
    best: str | None = None
    """The strongest network before this one."""
    rate_best: float | None = None
    """Points per game against it."""
    leads: bool = False
    """Whether it is the strongest network of the run now."""
    tiles: int = 0
    """Blocks of self-play games finished so far."""

    @property
    def rate(self) -> float:
        """Points per game against the random player."""
        return (self.wins + 0.5 * self.draws) / max(1, self.wins + self.draws + self.losses)


class ProgressTrack:
    """The evaluations of a run in its folder; goes on where an earlier part of the run stopped."""

    def __init__(self, folder: Path, config: RunConfig, build_arbiter: BuildArbiter) -> None:
        self._folder, self._config, self._build = folder, config, build_arbiter
        self._tiles = 0
        self._rivals: list[str] = []
        self._best: str | None = None

    def evaluate(
        self, network: Path, *, games: int, step: int, seconds: float, stop: Event | None = None
    ) -> Evaluation:
        """Play the checkpoint `network`, made after `games` self-play games and `seconds` of training, and write what
        it is worth.

        Raises whatever the arbiter raises, and `Stopped` soon after `stop` was set; what was played until then is on
        disk.
        """
        player = network.stem
        opponents = self._opponents(network)
        with RecordFile(self._folder / "evaluation" / "games.jsonl") as file:
            played = self._play(file, network, opponents, stop or Event())
            summary = summarise(file.records, anchors={RANDOM: 0.0}, players=[RANDOM, player])
        row = next(row for row in summary.rows if row.name == player)
        best = self._best if self._best in opponents else None
        evaluation = _evaluation(player, played, (row.elo, row.low, row.high), best)
        elo = {"elo": round(row.elo, 1), "low": round(row.low, 1), "high": round(row.high, 1)}
        line = {
            "seconds": seconds,
            "step": step,
            "games": games,
            "network": player,
            **elo,
            "win_rate_random": round(evaluation.rate, 4),
        }
        line |= {"best": best, "win_rate_best": evaluation.rate_best, "games_played": row.games}
        append_line(self._folder / "elo.jsonl", line)
        self._write_tiles(games, step, {"seconds": seconds, **elo})
        self._rivals = [*(name for name in self._rivals if name != player), player][-RIVALS:]
        self._best = next(row.name for row in summary.rows if row.name != RANDOM)
        return replace(evaluation, leads=self._best == player, tiles=self._tiles)

    def _opponents(self, network: Path) -> list[str]:
        """Rivals and best, as far as their files are still there."""
        names = dict.fromkeys([*([] if self._best is None else [self._best]), *self._rivals])
        return [name for name in names if name != network.stem and _beside(network, name).exists()]

    def _play(self, file: RecordFile, network: Path, opponents: list[str], stop: Event) -> list[GameRecord]:
        config, player = self._config, network.stem
        entrants = {RANDOM: Entrant(RANDOM, "tessera", {"player": "random"})}
        for name in [*opponents, player]:
            entrants[name] = Entrant(name, "tessera", {**POLICY, "ckpt": str(_beside(network, name))})
        context = ArbiterContext(
            entrants=entrants,
            size=config.evaluation_size,
            rules=DEFAULT,
            komi=KOMI,
            logs=self._folder,
            seed=config.seed + len(file.records),
            stopped=stop.is_set,
        )
        arbiter = self._build(context)
        try:
            records = []
            for record in arbiter.play(self._tasks(player, [RANDOM, *opponents], file)):
                file.append(record)
                records.append(record)
                if stop.is_set():
                    break
            if stop.is_set():
                raise Stopped
            return records
        finally:
            arbiter.close()

    def _tasks(self, player: str, opponents: list[str], file: RecordFile) -> list[Task]:
        """Every opening with both colours; new openings at every evaluation."""
        config, tasks = self._config, list[Task]()
        number = max((record.number for record in file.records), default=0)
        random = np.random.default_rng((config.seed, number))
        for opponent in opponents:
            for index in range((config.evaluation_games + 1) // 2):
                moves = random_moves(config.evaluation_size, DEFAULT, OPENING_MOVES, random)
                opening = Opening(f"{number}-{opponent}-{index}", moves)
                for black, white in ((player, opponent), (opponent, player)):
                    tasks.append(Task(number + len(tasks) + 1, black, white, opening))
        return tasks

    def _write_tiles(self, games: int, step: int, elo: Mapping[str, float]) -> None:
        tile = self._config.tile_games
        for number in range(self._tiles, games // tile):
            row = {"tile": number, "first_game": number * tile, "last_game": (number + 1) * tile - 1, "step": step}
            append_line(self._folder / "elo_tiles.jsonl", row | dict(elo))
        self._tiles = max(self._tiles, games // tile)

    @property
    def best(self) -> str | None:
        """The strongest network of the run."""
        return self._best

    def curve(self) -> list[float]:
        """The Elo of every evaluation so far, oldest first."""
        path = self._folder / "elo.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [float(json.loads(line)["elo"]) for line in lines]

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs to go on; networks by name, so that a run folder can be moved."""
        return {"tiles": self._tiles, "rivals": list(self._rivals), "best": self._best}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._tiles = int(state["tiles"])
        self._rivals = [str(name) for name in state["rivals"]]
        self._best = state["best"]


def _beside(network: Path, name: str) -> Path:
    """The network of another step of the same run."""
    return network.with_name(f"{name}{network.suffix}")


def _evaluation(player: str, played: list[GameRecord], elo: tuple[float, float, float], best: str | None) -> Evaluation:
    against = [r for r in played if RANDOM in (r.black, r.white) and r.result != VOID]
    points = _points(player, against)
    return Evaluation(
        player=player,
        wins=points.count(1.0),
        draws=points.count(0.5),
        losses=points.count(0.0),
        mean_length=float(np.mean([len(record.moves) for record in against])) if against else 0.0,
        elo=elo[0],
        low=elo[1],
        high=elo[2],
        unique=len({record.moves for record in played}),
        played=len(played),
        best=best,
        rate_best=_rate(_points(player, [r for r in played if best in (r.black, r.white) and r.result != VOID])),
    )


def _points(player: str, records: list[GameRecord]) -> list[float]:
    return [black_score(r.result) if r.black == player else 1.0 - black_score(r.result) for r in records]


def _rate(points: list[float]) -> float | None:
    return round(sum(points) / len(points), 4) if points else None
