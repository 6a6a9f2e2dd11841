"""Leagues that were never played: legal random games, and figures to go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.rules.coords import BLACK, opponent
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset


@dataclass(frozen=True)
class Row:
    name: str
    elo: float = 1500.0
    low: float = 1400.0
    high: float = 1600.0
    anchored: bool = False
    games: int = 0
    wins: int = 0
    draws: int = 0
    losses: int = 0
    score: float = float("nan")
    mean_moves: float = float("nan")
    seconds_per_move: float = float("nan")
    forfeits: int = 0
    voids: int = 0


@dataclass(frozen=True)
class Summary:
    title: str = "A league"
    size: int = 9
    komi: float = 7.0
    rules: str = "chinese-kgs"
    rows: tuple[Row, ...] = ()
    cross: Mapping[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)
    superiority: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    first_player: tuple[float, float, float] = (0.0, -100.0, 100.0)
    games: int = 0
    unique_games: int = 0
    duplicates: int = 0
    voids: int = 0
    components: tuple[tuple[str, ...], ...] = ()
    surprises: tuple[str, ...] = ()


def random_moves(
    seed: int, *, size: int = 9, rules: str = "chinese-kgs", limit: int = 80
) -> tuple[tuple[tuple[int, int], ...], list[int]]:
    """Legal moves, captures and suicide among them, and the stones [P] at the end by the rules proper."""
    rng = np.random.default_rng(seed)
    game = Game(size, rules=parse_ruleset(rules))
    color = BLACK
    for _ in range(limit):
        legal = [point for point in range(size * size) if game.is_legal(color, point)]
        # A pass now and then: it must change nothing.
        game.play(color, int(rng.choice(legal)) if legal and rng.random() > 0.02 else size * size)
        color = opponent(color)
    return tuple((move.color, move.point) for move in game.moves), game.stones.tolist()


def record(number: int = 1, **changes: object) -> GameRecord:
    """A finished game between 'a' and 'b'."""
    values: dict[str, object] = {
        "black": "a",
        "white": "b",
        "result": "B+3.5",
        "moves": ((1, 40), (2, 41)),
        "size": 9,
        "komi": 7.0,
        "rules": "chinese-kgs",
        "opening": "empty",
        "seconds": (1.0, 2.0),
        **changes,
    }
    return GameRecord(number=number, **values)  # type: ignore[arg-type]


def random_league(
    games: int, strengths: Mapping[str, float], *, size: int = 9, limit: int = 80
) -> tuple[Summary, list[GameRecord]]:
    """Results as the strengths (Elo) make them likely, moves at random; every 50th game is void."""
    rng = np.random.default_rng(7)
    names = list(strengths)
    records = []
    for number in range(1, games + 1):
        black, white = (names[k] for k in rng.choice(len(names), 2, replace=False))
        share = 1 / (1 + 10 ** ((strengths[white] - strengths[black]) / 400))
        result = ("B+" if rng.random() < share else "W+") + str(rng.choice(["R", "0.5", "12", "3", "T", "F"]))
        void = number % 50 == 0
        records.append(
            record(
                number,
                black=black,
                white=white,
                result=VOID if void else "0" if number % 40 == 0 else result,
                moves=random_moves(number, size=size, limit=int(rng.integers(limit // 2, limit + 1)))[0],
                size=size,
                opening=f"random-4-{number // 2}",
                seconds=(float(rng.random() * 60), float(rng.random() * 60)),
                note="no answer to 'genmove b' in 60.0 s; killed after SIGTERM" if void else "",
                culprit=black if void else "",
            )
        )
    return _summary(strengths, records), records


def _summary(strengths: Mapping[str, float], records: Sequence[GameRecord]) -> Summary:
    names = sorted(strengths, key=lambda name: -strengths[name])
    cross: dict[tuple[str, str], tuple[int, int, int]] = {}
    for game in records:
        for mine, me, other in (("B", game.black, game.white), ("W", game.white, game.black)):
            won, drawn, lost = cross.get((me, other), (0, 0, 0))
            draw, void = game.result == "0", game.result == VOID
            win = game.result.startswith(mine)
            cross[me, other] = (won + win, drawn + draw, lost + (not (win or draw or void)))
    width = {name: 15 + 45 * rank for rank, name in enumerate(names)}
    rows = []
    for name in names:
        won, drawn, lost = (sum(cross.get((name, other), (0, 0, 0))[k] for other in names) for k in range(3))
        elo, played = strengths[name], won + drawn + lost
        pinned = elo == 1800
        rows.append(
            Row(
                name=name,
                elo=elo,
                low=elo if pinned else elo - width[name],
                high=elo if pinned else elo + 1.2 * width[name],
                anchored=pinned,
                games=played,
                wins=won,
                draws=drawn,
                losses=lost,
                score=(won + drawn / 2) / max(1, played),
                mean_moves=61.7,
                seconds_per_move=0.513,
                forfeits=sum(game.result[1:] in ("+T", "+F") for game in records if name in (game.black, game.white))
                // 2,
                voids=sum(game.culprit == name for game in records),
            )
        )
    elos = np.array([row.elo for row in rows])
    voids = sum(game.result == VOID for game in records)
    return Summary(
        title="9×9 spring league",
        rows=tuple(rows),
        cross=cross,
        superiority=1 / (1 + np.exp((elos[None, :] - elos[:, None]) / 40)),
        first_player=(23.4, -11.2, 58.9),
        games=len(records) - voids,
        unique_games=len(records) - voids - 3,
        duplicates=3,
        voids=voids,
        components=(tuple(names),),
        surprises=(f"{names[-1]} won 3 of 4 against {names[0]}; its rating expects 2%.",) if len(names) > 1 else (),
    )
