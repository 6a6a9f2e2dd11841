"""What a player has to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tessera.interfaces.analysis import Analysis
from tessera.interfaces.player import RESIGN, BatchPlayer, Limits, Options, Player, PlayerContext, PlayerSpec, Watch
from tessera.rules.coords import BLACK, opponent
from tessera.rules.game import Game
from tessera.settings import from_table
from tessera.testing.expect import Expect

PROMPT_SECONDS = 2.0
"""How long after `stop` a player may still take here; in play it should be tens of milliseconds."""
VISITS = Limits(visits=4)


def check_player(
    spec: PlayerSpec,
    *,
    context: PlayerContext | None = None,
    settings: Mapping[str, Any] | None = None,
    sizes: Sequence[int] = (5, 9),
    moves: int = 12,
) -> None:
    """Legal moves for either side on any size, an untouched game, sane analyses, options, and a quick stop.

    `context` must carry an evaluator when the spec needs a network.
    """
    expect = Expect(f"player {spec.name!r}")
    expect.described(spec.summary, spec.settings)
    chosen = from_table(spec.settings, settings or {}, owner=f"player {spec.name}")
    player = spec.build(context or PlayerContext(size=sizes[0]), chosen)
    expect(isinstance(player, Player), "it has name, choose, analyze and close")
    expect(player.name, "it has a name")
    for size in sizes:
        _check_game(expect, player, size, moves)
        _check_options(expect, player, size)
        _check_analysis(expect, player, size)
        _check_stop(expect, player, size)
    player.close()
    player.close()
    if spec.build_batch is not None:
        batch = spec.build_batch(context or PlayerContext(size=sizes[0]), chosen, 2)
        for size in sizes:
            _check_batch(expect, batch, size, moves)
        batch.close()
        batch.close()


def _check_batch(expect: Expect, batch: BatchPlayer, size: int, moves: int) -> None:
    """Two games in slots of their own, one of them asked every other time; a seed begins the same game again."""
    expect(isinstance(batch, BatchPlayer), "what plays a batch has begin, play and close")
    played = []
    for _ in range(2):
        games = [Game(size), Game(size)]
        for slot in range(2):
            batch.begin(slot, 3 + slot)
        for number in range(moves):
            slots = [0, 1] if number % 2 == 0 else [1]
            points = batch.play(slots, [games[slot] for slot in slots], VISITS)
            expect(len(points) == len(slots), "it chooses one move for each game")
            for slot, point in zip(slots, points, strict=True):
                game = games[slot]
                expect(game.is_legal(game.to_play, point), f"its move {point} at {size}x{size} is legal")
                game.play(game.to_play, point)
        played.append([game.moves for game in games])
    expect(played[0] == played[1], "from the same seed it plays the same game again")


def _check_game(expect: Expect, player: Player, size: int, moves: int) -> None:
    """A game against itself, in which one colour sometimes moves twice."""
    game = Game(size)
    color = BLACK
    for number in range(moves):
        before = game.stones, len(game.moves), game.to_play
        choice = player.choose(game, color, VISITS)
        same = np.array_equal(before[0], game.stones) and before[1:] == (len(game.moves), game.to_play)
        expect(same, "choose() leaves the game unchanged")
        if choice.point == RESIGN:
            return
        expect(game.is_legal(color, choice.point), f"its move {choice.point} at {size}x{size} is legal")
        if choice.analysis is not None:
            _check_sane(expect, choice.analysis, game, color)
        game.play(color, choice.point)
        color = color if number % 5 == 4 else opponent(color)


def _check_options(expect: Expect, player: Player, size: int) -> None:
    game, points = Game(size), size * size
    only = Options(allow_resign=False, allow=(points - 1,))
    expect(player.choose(game, BLACK, VISITS, options=only).point == points - 1, "`allow` leaves it that one move")
    chosen = player.choose(game, BLACK, VISITS, options=Options(allow_resign=False)).point
    avoiding = player.choose(game, BLACK, VISITS, options=Options(allow_resign=False, avoid=(chosen,))).point
    expect(avoiding != chosen, "`avoid` keeps it from a move")
    fixed = Options(allow_resign=False, deterministic=True)
    answers = {player.choose(game.copy(), BLACK, VISITS, options=fixed).point for _ in range(3)}
    expect(len(answers) == 1, "`deterministic` makes it answer alike every time")


def _check_analysis(expect: Expect, player: Player, size: int) -> None:
    game = Game(size)
    game.play(BLACK, 0)
    reports: list[Analysis] = []
    analysis = player.analyze(game, game.to_play, VISITS, watch=Watch(report=reports.append, interval=0.001))
    for each in (analysis, *reports):
        _check_sane(expect, each, game, game.to_play)
    expect(len(game.moves) == 1, "analyze() leaves the game unchanged")


def _check_sane(expect: Expect, analysis: Analysis, game: Game, color: int) -> None:
    legal, actions = game.legal_mask(color), game.points + 1
    expect(analysis.color == color and analysis.size == game.size, "an analysis names the colour and size asked for")
    expect(0 <= analysis.winrate <= 1, f"the winrate {analysis.winrate} lies within 0..1")
    expect(np.isfinite(analysis.score), "the score is finite")
    expect(analysis.ownership.shape == (game.points,), "ownership has the shape [P]")
    expect(np.abs(analysis.ownership).max() <= 1, "ownership lies within -1..1")
    expect(analysis.policy.shape == (actions,), "policy has the shape [A]")
    expect(np.all((analysis.policy[:actions] == -1) == ~legal), "policy is -1 exactly where a move is illegal")
    expect(abs(analysis.policy[legal].sum() - 1) < 1e-3, "policy sums to 1 over legal moves")
    for move in analysis.moves:
        expect(legal[move.point], "every candidate is legal")
        expect(0 <= move.winrate <= 1 and 0 <= move.prior <= 1 + 1e-6, "winrates and priors lie within 0..1")
        expect(move.pv[:1] == (move.point,), "a candidate's line starts with it")
    expect(len({move.point for move in analysis.moves}) == len(analysis.moves), "no candidate comes twice")


def _check_stop(expect: Expect, player: Player, size: int) -> None:
    """An analysis without limits ends soon after `stop`, whether it is set before or during the search."""
    for delay in (0.0, 0.05):
        stop = threading.Event()
        timer = threading.Timer(delay, stop.set)
        if delay:
            timer.start()
        else:
            stop.set()
        start = time.monotonic()
        player.analyze(Game(size), BLACK, Limits(), watch=Watch(stop))
        seconds = time.monotonic() - start
        if delay:
            timer.cancel()
        expect(seconds < delay + PROMPT_SECONDS, f"it ends within {PROMPT_SECONDS} s after stop, not {seconds:.1f} s")
