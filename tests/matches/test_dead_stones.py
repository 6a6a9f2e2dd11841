"""Our verdict on dead stones beside GnuGo's, on games GnuGo finished against itself after wild openings."""

from __future__ import annotations

import numpy as np
import pytest

from tessera.engines import load_profile
from tessera.gtp.client import GtpClient
from tessera.players.random import sensible_points
from tessera.rules.coords import parse_vertex, vertex
from tessera.rules.endgame import judge
from tessera.rules.game import Game
from tessera.rules.scoring import score

LETTERS = " bw"


def finished_game(gnugo: GtpClient, size: int, seed: int) -> Game | None:
    """One move in eight is random while the board fills, so that there is something to judge; None if resigned."""
    generator, game = np.random.default_rng(seed), Game(size, komi=7.0)
    for command in (f"boardsize {size}", "clear_board", "komi 7"):
        gnugo.send(command)
    while not game.is_over and len(game.moves) < 3 * game.points:
        color, wild = game.to_play, len(game.moves) < 4 or generator.random() < 1 / 8
        points = sensible_points(game, color) if wild and len(game.moves) < 0.7 * game.points else []
        if points:
            answer = vertex(int(generator.choice(points)), size)
            gnugo.send("play", LETTERS[color], answer)
        else:
            answer = gnugo.send("genmove", LETTERS[color], timeout=60)
            if answer.lower() == "resign":
                return None
        game.play(color, parse_vertex(answer, size))
    return game


@pytest.mark.long
@pytest.mark.gnugo
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("size", "count", "at_least"), [(9, 100, 0.95), (13, 30, 0.85)])
def test_verdicts(size: int, count: int, at_least: float) -> None:
    with GtpClient(load_profile("gnugo").command("chinese-kgs", {"level": 1, "seed": 1})) as gnugo:
        same = games = 0
        for seed in range(count):
            game = finished_game(gnugo, size, seed)
            if game is None:
                continue
            games += 1
            theirs = {parse_vertex(v, size) for v in gnugo.send("final_status_list", "dead", timeout=60).split()}
            same += score(game, judge(game).dead_points).margin == score(game, theirs).margin
    print(f"{size}x{size}: the same score in {same} of {games} games")
    assert games > count / 2 and same >= at_least * games
