"""Games against GNU Go to their end: what passing costs, and who is kept waiting.

python -m tests.matches.endings --rules japanese --size 9 --games 6
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from tessera.engines import load_profile
from tessera.gtp.client import GtpClient
from tessera.interfaces.player import Limits, Options, Player
from tessera.players.load import open_player
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, WHITE, opponent, parse_vertex, vertex
from tessera.rules.endgame import judge
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score
from tests.matches.test_against_gnugo import opening

LETTERS = " bw"


@dataclass
class Ended:
    """A game that two passes ended. Margins are ours minus theirs."""

    moves: int
    first_pass: float
    """By our count when GNU Go first passed; what it then was before our answer."""
    final: float
    theirs: float
    """What GNU Go's final_score says."""
    waited: int
    """The longest run of passes of GNU Go while we went on playing."""


def play(player: Player, gnugo: GtpClient, *, rules: str, size: int, number: int, visits: int | None) -> Ended:
    ours = BLACK if number % 2 == 0 else WHITE
    game = Game(size, rules=PRESETS[rules], komi=6.5)
    for command in (f"boardsize {size}", "clear_board", "komi 6.5"):
        gnugo.send(command)
    for text in opening(number // 2) if size == 9 else []:
        gnugo.send("play", LETTERS[game.to_play], text)
        game.play(game.to_play, parse_vertex(text, size))
    sign = 1 if ours == BLACK else -1
    first: float | None = None
    waited = run = 0
    while not game.is_over and len(game.moves) < 3 * game.points:
        color = game.to_play
        if color == ours:
            options = Options(allow_resign=False, deterministic=False)
            point = player.choose(game, color, Limits(visits=visits), options=options).point
            gnugo.send("play", LETTERS[color], vertex(point, size))
        else:
            point = parse_vertex(gnugo.send("genmove", LETTERS[color], timeout=120), size)
            run = run + 1 if point == game.points else 0
            waited = max(waited, run)
        game.play(color, point)
        if first is None and color == opponent(ours) and point == game.points:
            first = sign * score(game, judge(game).dead_points).margin
    final = sign * score(game, judge(game).dead_points).margin
    answer = gnugo.send("final_score", timeout=300)
    theirs = 0.0 if answer == "0" else sign * float(answer[2:]) * (1 if answer[0] == "B" else -1)
    return Ended(len(game.moves), final if first is None else first, final, theirs, waited)


def matches(rules: str, size: int, games: int, visits: int | None, level: int = 1, start: int = 0) -> list[Ended]:
    name = "policy" if visits is None else "search"
    player = open_player(build_manager(), player=name, device="cpu", threads=1, size=size)
    command = [*load_profile("gnugo").command(rules, {"level": level, "seed": 1}), "--never-resign"]
    found = []
    with GtpClient(command, timeout=120) as gnugo:
        for number in range(start, start + games):
            found.append(play(player, gnugo, rules=rules, size=size, number=number, visits=visits))
            print(rules, size, visits or "policy", found[-1], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", default="japanese")
    parser.add_argument("--size", type=int, default=9)
    parser.add_argument("--games", type=int, default=6)
    parser.add_argument("--visits", type=int)
    parser.add_argument("--level", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    chosen = parser.parse_args()
    matches(chosen.rules, chosen.size, chosen.games, chosen.visits, chosen.level, chosen.start)


if __name__ == "__main__":
    main()
