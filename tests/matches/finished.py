"""Finished games of many kinds, each with GNU Go's verdict on its stones: what our verdicts are held against.

    python -m tests.matches.finished OUT.jsonl --size 9 --games 40 --seed 1

Kinds take turns: our player against itself and against GNU Go (policy alone, 32 and 128 visits), GNU Go against
itself, at levels 1 to 10, even and with two to four handicap stones. While a board fills one move in eight is
random in every second game, so that there is something to judge.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from tessera.engines import load_profile
from tessera.gtp.client import GtpClient
from tessera.interfaces.player import Limits, Options, Player
from tessera.players.load import open_player
from tessera.players.random import sensible_points
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, EMPTY, opponent, parse_vertex, vertex
from tessera.rules.game import Game

LETTERS = " bw"
KINDS = ("policy", "32", "128", "gnugo", "policy/gnugo", "32/gnugo", "128/gnugo")
LEVELS = (1, 1, 1, 4, 8, 10)
JUDGE_LEVEL = 10
WILD = 1 / 8


@dataclass
class Finished:
    """A game two passes ended, and what GNU Go 3.8 at level 10 says of it."""

    size: int
    kind: str
    handicap: list[int]
    moves: list[int]
    status: dict[str, list[int]] = field(default_factory=dict)
    """'alive', 'dead', 'seki': points with stones."""
    score: str = ""

    def game(self, *, komi: float = 7.0) -> Game:
        game = Game(self.size, komi=komi)
        if self.handicap:
            game.set_up(dict.fromkeys(self.handicap, BLACK), to_play=opponent(BLACK))
        for point in self.moves:
            game.play(game.to_play, point)
        return game


class Makers:
    """The programs that play and judge; opened when first asked for, closed together."""

    def __init__(self) -> None:
        self._manager = build_manager()
        self._ours: dict[str, Player] = {}
        self._gnugo: dict[int, GtpClient] = {}
        self._shown: dict[int, list[tuple[int, int]]] = {}
        """What each GNU Go has on its board already: it remembers its reading while a game goes on."""

    def __enter__(self) -> Makers:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._gnugo.values():
            client.close()

    def ours(self, kind: str, size: int) -> Player:
        if kind not in self._ours:
            name = "policy" if kind == "policy" else "search"
            self._ours[kind] = open_player(self._manager, player=name, device="cpu", threads=1, size=size)
        return self._ours[kind]

    def gnugo(self, level: int) -> GtpClient:
        if level not in self._gnugo:
            command = load_profile("gnugo").command("chinese-kgs", {"level": level, "seed": 1})
            self._gnugo[level] = GtpClient([*command, "--never-resign"], timeout=120)
        return self._gnugo[level]

    def move(self, kind: str, level: int, game: Game) -> int:
        if kind == "gnugo":
            client, color = self._shown_to(level, game), game.to_play
            point = parse_vertex(client.send("genmove", LETTERS[color], timeout=120), game.size)
            self._shown[level].append((color, point))
            return point
        limits = Limits(visits=None if kind == "policy" else int(kind))
        options = Options(allow_resign=False)
        return self.ours(kind, game.size).choose(game, game.to_play, limits, options=options).point

    def _shown_to(self, level: int, game: Game) -> GtpClient:
        client, size = self.gnugo(level), game.size
        wanted = [(color, point) for point, color in game.setup.items()]
        wanted += [(move.color, move.point) for move in game.moves]
        shown = self._shown.get(level)
        if shown is None or wanted[: len(shown)] != shown or not game.moves:
            for command in (f"boardsize {size}", "clear_board", f"komi {game.komi:g}"):
                client.send(command)
            shown = []
        for color, point in wanted[len(shown) :]:
            client.send("play", LETTERS[color], vertex(point, size))
        self._shown[level] = wanted
        return client

    def judge(self, finished: Finished) -> None:
        client = self._shown_to(JUDGE_LEVEL, finished.game())
        for status in ("alive", "dead", "seki"):
            words = client.send("final_status_list", status, timeout=300).split()
            finished.status[status] = sorted(parse_vertex(word, finished.size) for word in words)
        finished.score = client.send("final_score", timeout=300)


def finish_a_game(makers: Makers, size: int, number: int, seed: int) -> Finished | None:
    """Game `number` of a series; None when it does not end."""
    generator = np.random.default_rng((seed, number))
    kind = KINDS[number % len(KINDS)]
    level = LEVELS[int(generator.integers(len(LEVELS)))]
    names = kind.split("/") if generator.random() < 0.5 else kind.split("/")[::-1]
    sides = (names[0], names[-1])
    game = Game(size, komi=7.0)
    handicap: list[int] = []
    if size > 5 and number % 5 == 4:
        line = 2 if size < 13 else 3
        corners = [line * size + line, (size - 1 - line) * (size + 1), line * size + size - 1 - line]
        corners.append((size - 1 - line) * size + line)
        handicap = corners[: int(generator.integers(2, 5))]
        game.set_up(dict.fromkeys(handicap, BLACK), to_play=opponent(BLACK))
    wild = generator.random() < 0.5
    while not game.is_over and len(game.moves) < 3 * game.points:
        filling = len(game.moves) < 0.7 * game.points
        points = sensible_points(game, game.to_play) if filling else []
        if points and (len(game.moves) < 4 or (wild and generator.random() < WILD)):
            point = int(generator.choice(points))
        else:
            point = makers.move(sides[len(game.moves) % 2], level, game)
        game.play(game.to_play, point)
    if not game.is_over or not (game.stones != EMPTY).any():
        return None
    return Finished(size, f"{kind} level {level}{' wild' if wild else ''}", handicap, [m.point for m in game.moves])


def series(size: int, games: int, seed: int, first: int = 0) -> Iterator[Finished]:
    """That many finished games, judged."""
    with Makers() as makers:
        for number in range(first, first + games):
            finished = finish_a_game(makers, size, number, seed)
            if finished is not None:
                makers.judge(finished)
                yield finished


def read(path: Path) -> list[Finished]:
    return [Finished(**json.loads(line)) for line in path.read_text().splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=9)
    parser.add_argument("--games", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    chosen = parser.parse_args()
    with chosen.out.open("a") as out:
        for finished in series(chosen.size, chosen.games, chosen.seed, chosen.first):
            out.write(json.dumps(asdict(finished)) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
