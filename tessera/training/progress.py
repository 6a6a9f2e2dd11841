"""How strong a run has become: each checkpoint's policy against the random player, the checkpoints before it and the
best one so far.

The games are played by an arbiter and rated by the league's own ratings, the random player at 0. Three files:

evaluation/games.jsonl   every game, as a league keeps them
elo.jsonl                one line for each checkpoint: its Elo with a 95% interval, at the time of its games, and its
                         lead on the last checkpoint, on the best and on the anchors, each with an interval of its own
elo_tiles.jsonl          one line for each block of self-play games: the Elo of the network judged at or after its end

Nothing else feeds these files: a match that decides what is trained on is no measure of progress.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from tessera.interfaces.arbiter import VOID, Arbiter, ArbiterContext, Entrant, GameRecord, Opening, Task
from tessera.league.openings import random_moves
from tessera.league.records import RecordFile
from tessera.ratings.bradley_terry import Ratings
from tessera.ratings.counting import counted, rate
from tessera.ratings.sprt import Sprt, Trial
from tessera.rules.ruleset import DEFAULT
from tessera.training.config import RunConfig
from tessera.training.folder import RIVALS, append_line
from tessera.training.opponents import (
    OWN,
    POLICY,
    RANDOM,
    Anchor,
    Lead,
    games_against,
    leads,
    points_against,
    rung,
)
from tessera.training.stop import Stopped

KOMI = 7.0
OPENING_MOVES = 4
GATE_GAMES = 400
"""After so many against the best without a verdict a checkpoint has not shown that it is better."""

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
    lead_best: float | None = None
    """Elo above it, by all games of the run."""
    lead_best_error: float | None = None
    """Half of the 95% interval of that."""
    last: str | None = None
    """The checkpoint before this one."""
    lead_last: float | None = None
    lead_last_error: float | None = None
    anchors: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    """By anchor: `elo` above it, `error`, and `rate`, the points per game against it."""
    gate: str = ""
    """What the test against the best says: 'H1' better, 'H0' not, 'continue' undecided; '' where there was none."""
    leads: bool = False
    """Whether it is the best network of the run now."""
    tiles: int = 0
    """Blocks of self-play games finished so far."""

    @property
    def rate(self) -> float:
        """Points per game against the random player."""
        return (self.wins + 0.5 * self.draws) / max(1, self.wins + self.draws + self.losses)


@dataclass(frozen=True)
class Meeting:
    """An opponent, and how many games are played against it."""

    entrant: Entrant
    games: int


class ProgressTrack:
    """The evaluations of a run in its folder; goes on where an earlier part of the run stopped."""

    def __init__(
        self, folder: Path, config: RunConfig, build_arbiter: BuildArbiter, *, anchors: Sequence[Anchor] = ()
    ) -> None:
        self._folder, self._config, self._build, self._anchors = folder, config, build_arbiter, anchors
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
        player, stop = network.stem, stop or Event()
        with RecordFile(self._folder / "evaluation" / "games.jsonl", moves=False) as file:
            opponents = self._opponents(network, file.records)
            played = self._play(file, network, opponents, stop)
            trial = self._gate(file, network, opponents, played, stop)
            ratings = self._ratings(file.records, player)
        evaluation = self._evaluation(player, list(opponents), played, ratings, trial)
        append_line(self._folder / "elo.jsonl", _line(evaluation, games=games, step=step, seconds=seconds, trial=trial))
        self._write_tiles(games, step, {"seconds": seconds, **_elo(evaluation)})
        self._rivals = [*(name for name in self._rivals if name != player), player][-RIVALS:]
        self._best = player if evaluation.leads else self._best if trial is not None else _strongest(ratings)
        return replace(evaluation, tiles=self._tiles)

    def _opponents(self, network: Path, records: Sequence[GameRecord]) -> dict[str, Meeting]:
        """Whom the checkpoint meets: see `opponents`. Networks whose files are gone are left out."""
        usual, last = self._config.evaluation_games, self._rivals[-1] if self._rivals else None

        def able(name: str) -> bool:
            return name != network.stem and _beside(network, name).exists()

        own = [name for name in dict.fromkeys([self._best, *self._rivals]) if name is not None and able(name)]
        if last is not None and records:
            ratings = self._ratings(records, last)
            others = [name for name in ratings.players if OWN.fullmatch(name) and name not in own and able(name)]
            own += [each for each in [rung(ratings, last, others)] if each is not None]
        found = {RANDOM: Meeting(Entrant(RANDOM, "tessera", {"player": "random"}), usual)}
        for name in own:
            found[name] = Meeting(_network(network, name), usual)
        for anchor in self._anchors:
            found[anchor.name] = Meeting(anchor.entrant, games_against(anchor, usual, last, records))
        return found

    def _ratings(self, records: Sequence[GameRecord], player: str) -> Ratings:
        """Of everybody who has played on this board, and of `player`; the random player is 0."""
        games = counted(record for record in records if record.size == self._config.evaluation_size)
        names = dict.fromkeys([RANDOM, player, *(name for game in games for name in (game.black, game.white))])
        return rate(games, list(names), anchors={RANDOM: 0.0})

    def _play(self, file: RecordFile, network: Path, opponents: Mapping[str, Meeting], stop: Event) -> list[GameRecord]:
        """Engines from outside may need another arbiter than our own players, so they are met apart."""
        played: list[GameRecord] = []
        for kind in ("tessera", "engine"):
            if group := {name: each for name, each in opponents.items() if each.entrant.kind == kind}:
                played += self._play_group(file, network, group, stop)
        return played

    def _play_group(
        self, file: RecordFile, network: Path, opponents: Mapping[str, Meeting], stop: Event
    ) -> list[GameRecord]:
        config, player = self._config, network.stem
        entrants = {name: meeting.entrant for name, meeting in opponents.items()}
        context = ArbiterContext(
            entrants={**entrants, player: _network(network, player)},
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
            for record in arbiter.play(self._tasks(player, opponents, file)):
                file.append(record)
                records.append(record)
                if stop.is_set():
                    break
            if stop.is_set():
                raise Stopped
            return records
        finally:
            arbiter.close()

    def _gate(
        self,
        file: RecordFile,
        network: Path,
        opponents: Mapping[str, Meeting],
        played: list[GameRecord],
        stop: Event,
    ) -> Trial | None:
        """The test against the best that the config asks for; its further games are added to `played`."""
        player, best, lead = network.stem, self._best, self._config.gate
        if lead is None or best is None or best not in opponents:
            return None
        trial = Trial(Sprt(0.0, lead), player, best).after(_pairs(played, player, best))
        while trial.verdict == "continue" and len(points_against(played, player, best)) < GATE_GAMES:
            more = self._play(file, network, {best: opponents[best]}, stop)
            trial = trial.after(_pairs(more, player, best))
            played += more
        return trial

    def _evaluation(
        self, player: str, opponents: Sequence[str], played: list[GameRecord], ratings: Ratings, trial: Trial | None
    ) -> Evaluation:
        before = self._rivals[-1] if self._rivals else None
        best, last = (name if name in opponents else None for name in (self._best, before))
        found = leads(ratings, player, opponents, played)
        nobody = Lead(None, None, None)
        on_best, on_last = (nobody if name is None else found[name] for name in (best, last))
        against = [record for record in played if RANDOM in (record.black, record.white) and record.result != VOID]
        points = points_against(against, player, RANDOM)
        i = ratings.players.index(player)
        low, high = ratings.interval(i)
        return Evaluation(
            player=player,
            wins=points.count(1.0),
            draws=points.count(0.5),
            losses=points.count(0.0),
            mean_length=float(np.mean([len(record.moves) for record in against])) if against else 0.0,
            elo=float(ratings.elo[i]),
            low=low,
            high=high,
            unique=len({record.moves for record in played}),
            played=len(played),
            best=best,
            rate_best=on_best.rate,
            lead_best=on_best.elo,
            lead_best_error=on_best.error,
            last=last,
            lead_last=on_last.elo,
            lead_last_error=on_last.error,
            anchors={anchor.name: asdict(found[anchor.name]) for anchor in self._anchors},
            gate="" if trial is None else trial.verdict,
            leads=_strongest(ratings) == player if trial is None else trial.verdict == "H1",
        )

    def _tasks(self, player: str, opponents: Mapping[str, Meeting], file: RecordFile) -> list[Task]:
        """Every opening with both colours; new openings at every evaluation."""
        config, tasks = self._config, list[Task]()
        number = max((record.number for record in file.records), default=0)
        random = np.random.default_rng((config.seed, number))
        for opponent, meeting in opponents.items():
            for index in range((meeting.games + 1) // 2):
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


def _network(network: Path, name: str) -> Entrant:
    """The policy of the network called `name` that lies beside this one."""
    return Entrant(name, "tessera", {**POLICY, "ckpt": str(_beside(network, name))})


def _strongest(ratings: Ratings) -> str:
    """The best of a run's networks by rating."""
    elo = {name: float(elo) for name, elo in zip(ratings.players, ratings.elo, strict=True) if OWN.fullmatch(name)}
    return max(elo, key=lambda name: (elo[name], name))


def _pairs(records: Sequence[GameRecord], player: str, opponent: str) -> list[float]:
    """The points of `player` in each pair of games from one opening, 0 to 2, in the order of the openings."""
    pairs: dict[str, list[float]] = {}
    for record in sorted(records, key=lambda record: record.number):
        if points := points_against([record], player, opponent):
            pairs.setdefault(record.opening, []).extend(points)
    return [sum(points) for points in pairs.values() if len(points) == 2]


def _elo(evaluation: Evaluation) -> dict[str, float]:
    return {name: round(getattr(evaluation, name), 1) for name in ("elo", "low", "high")}


def _line(evaluation: Evaluation, *, games: int, step: int, seconds: float, trial: Trial | None) -> dict[str, Any]:
    """A line of elo.jsonl."""
    told = ("best", "lead_best", "lead_best_error", "last", "lead_last", "lead_last_error", "anchors")
    return {
        "seconds": seconds,
        "step": step,
        "games": games,
        "network": evaluation.player,
        **_elo(evaluation),
        "win_rate_random": round(evaluation.rate, 4),
        "win_rate_best": evaluation.rate_best,
        **{name: getattr(evaluation, name) for name in told},
        "games_played": evaluation.played,
    } | ({} if trial is None else {"gate": trial.as_dict()})
