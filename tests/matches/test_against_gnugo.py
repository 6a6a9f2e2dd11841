"""Whole games through GTP against GnuGo 3.8: no void, no illegal move, and hardly ever two opinions about the score.

GnuGo at level 1 passes before the last stones are settled; playouts then see another end now and then
(`test_dead_stones` counts how often).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tessera.engines import load_profile
from tessera.gtp.client import GtpClient
from tessera.players.random import sensible_points
from tessera.rules.coords import BLACK, WHITE, vertex
from tessera.rules.game import Game
from tests.matches.twogtp import play_game

pytestmark = pytest.mark.gnugo
SIZE, KOMI = 9, 7.0


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[GtpClient, GtpClient]]:
    """Tessera with the shipped network, and GnuGo; one process each for all games, as twogtp has it."""
    ours = [str(Path(sys.executable).with_name("tessera-gtp")), "--visits", "32", "--threads", "1", "--resign", "off"]
    theirs = load_profile("gnugo").command("chinese-kgs", {"level": 1, "seed": 1})
    with GtpClient(ours, timeout=90) as tessera, GtpClient(theirs) as gnugo:
        yield tessera, gnugo


def opening(seed: int) -> list[str]:
    """Four random moves, so that no two games are one."""
    generator, game = np.random.default_rng(seed), Game(SIZE)
    for _ in range(4):
        game.play(game.to_play, int(generator.choice(sensible_points(game, game.to_play))))
    return [vertex(move.point, SIZE) for move in game.moves]


def games_agree(engines: tuple[GtpClient, GtpClient], count: int) -> None:
    tessera, gnugo = engines
    wins, lines, differing = 0, set(), list[str]()
    for number in range(count):
        black = number % 2 == 0
        players = {BLACK: tessera, WHITE: gnugo} if black else {BLACK: gnugo, WHITE: tessera}
        result = play_game(players, size=SIZE, komi=KOMI, opening=opening(number // 2), limit=300)
        lines.add(" ".join(result.moves))
        if result.resigned is None and result.margin(BLACK) != result.margin(WHITE):
            differing.append(f"game {number}: {result}")
        wins += result.winner == (BLACK if black else WHITE)
        print(f"game {number}: tessera {'black' if black else 'white'}, {len(result.moves)} moves, {result.scores}")
    print(f"{count} games, {len(lines)} different, tessera won {wins}, {len(differing)} scores differ")
    assert len(differing) <= count // 10, differing
    assert len(lines) == count


@pytest.mark.timeout(300)
def test_two_games(engines: tuple[GtpClient, GtpClient]) -> None:
    games_agree(engines, 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_twenty_games(engines: tuple[GtpClient, GtpClient]) -> None:
    games_agree(engines, 20)
