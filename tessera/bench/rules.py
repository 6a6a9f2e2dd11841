"""Random legal play, ours against OpenSpiel's C++, in one run: `tessera bench rules --size 9`.

One step is: find every legal move under positional superko, choose uniformly among them and pass, play,
and start a new game when two passes (or the move limit) ended one. Both sides do that on one core and are
measured in turns, by CPU time, so that a busy machine hurts both alike; figures are medians over the turns.

What differs, and how it is kept fair:
- OpenSpiel forbids only simple ko and ends a game at the first repetition as a draw; we look up superko.
- OpenSpiel ends a game after 2 N^2 moves; its steps are games times its mean length, which is measured.
- Our mask is reported twice: as rows of bits, which is what picking a move needs, and spread into bytes,
  which is what a network's policy needs. The ratio quoted is the one with bytes.

The floor, from the counts of `_random_games` on 9x9: a step reads 9 rows of 5 bit boards and writes 9 rows
of 2 (some 40 operations a row), counts and picks among 9 rows, and touches a stone, its four neighbours'
chains and one slot of the superko set, about 500 operations on 600 bytes that stay in the first cache.
At 4 operations a cycle and 3.5 GHz that is 36 ns; the rest of the 150 ns is branches no one can predict,
five or six a step (which point, what its neighbours are, whether something is captured) at 15 to 20 cycles.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tessera.errors import MissingExtra
from tessera.rules import bodies, kernels
from tessera.rules.batch import Batch, allocate, seeds, settings_row
from tessera.rules.jit import serial_kernel
from tessera.rules.layout import MOVES, meta_at, tables
from tessera.rules.ruleset import Ruleset

ROUNDS = 9
"""Turns each side gets."""
RULES = Ruleset("custom", ko="positional", suicide=False, komi=7.5)
"""What OpenSpiel plays, apart from the difference named above."""


@dataclass(frozen=True)
class RulesReport:
    """Steps are moves played, per CPU second of one core; medians over `rounds`."""

    size: int
    rounds: int
    tessera_bits: float
    """Steps/s with the mask as rows of bits."""
    tessera_bytes: float
    """Steps/s with the mask spread into bytes."""
    tessera_moves_per_game: float
    open_spiel: float
    open_spiel_moves_per_game: float
    ratio_bits: float
    ratio_bytes: float
    """Median over the rounds of our steps/s divided by OpenSpiel's."""
    ratio_bytes_low: float
    ratio_bytes_high: float
    """Smallest and largest of the rounds."""

    def as_dict(self) -> dict[str, float | int]:
        return asdict(self)


def _random_games(n, t, state, seen, settings, path, rng, mask, games, spread):
    """Play whole games to the end in one row; returns the moves played."""
    steps = 0
    for _ in range(games):
        bodies.reset_game(state, n, t, seen, settings)
        while not bodies.game_over(state, n, seen):
            bodies.find_legal(state, n, t, seen, path)
            if spread:
                kernels.write_mask(state, n, mask)
            bodies.step_game(state, n, t, seen, bodies.pick_game(state, n, t, rng))
        steps += state[meta_at(n) + MOVES]
    return steps


class _Ours:
    def __init__(self, size: int) -> None:
        self._loop = serial_kernel(_random_games)
        self._batch = Batch(size, allocate(1, size, lambda shape, dtype: np.zeros(shape, dtype)))
        self._batch.settings[:] = settings_row(RULES)
        self._batch.rng[:] = seeds(1, size)

    def play(self, games: int, *, spread: bool) -> int:
        """Moves played in that many games."""
        b = self._batch
        arguments = (b.state[0], b.seen[0], b.settings[0], np.zeros(1, np.int64), b.rng, b.mask[0].view(np.uint8))
        return int(self._loop(b.size, tables(b.size), *arguments, games, spread))


class _OpenSpiel:
    """Random rollouts inside OpenSpiel's C++: one simulation of its MCTS evaluates the root by n of them."""

    def __init__(self, size: int) -> None:
        try:
            import pyspiel
        except ImportError as error:
            raise MissingExtra("tessera bench rules", "open_spiel", "bench") from error
        self._spiel: Any = pyspiel
        self._game = pyspiel.load_game(f"go(board_size={size})")
        self._seed = 0

    def play(self, games: int) -> None:
        self._seed += 1
        evaluator = self._spiel.RandomRolloutEvaluator(n_rollouts=games, seed=self._seed)
        bot = self._spiel.MCTSBot(self._game, evaluator, 1.4, 1, 100, False, self._seed, False)
        bot.step(self._game.new_initial_state())

    def mean_length(self, games: int) -> float:
        """Moves per game of the same random play, counted from outside."""
        generator = np.random.default_rng(0)
        moves = 0
        for _ in range(games):
            state = self._game.new_initial_state()
            while not state.is_terminal():
                actions = state.legal_actions()
                state.apply_action(actions[int(generator.random() * len(actions))])
            moves += state.move_number()
        return moves / games


def run(size: int, *, seconds: float = 10.0, progress: Callable[[int], None] = lambda _: None) -> RulesReport:
    """Measure for about that long. `progress(1)` is called after each of the `ROUNDS`.

    Raises `MissingExtra` without open_spiel.
    """
    ours, theirs = _Ours(size), _OpenSpiel(size)
    length = theirs.mean_length(2000 if size < 13 else 300)
    slot = seconds / (3 * ROUNDS)
    ours.play(1, spread=True)  # compiles
    our_games = max(1, round(slot / _cpu_seconds(lambda: ours.play(20, spread=True)) * 20))
    their_games = max(1, round(slot / _cpu_seconds(lambda: theirs.play(20)) * 20))
    bits, spread, spiel, moves = [], [], [], 0

    def ours_once(wide: bool) -> float:
        nonlocal moves
        start = time.thread_time()
        played = ours.play(our_games, spread=wide)
        moves += played
        return played / (time.thread_time() - start)

    for _ in range(ROUNDS):
        bits.append(ours_once(False))
        spread.append(ours_once(True))
        spiel.append(their_games * length / _cpu_seconds(lambda: theirs.play(their_games)))
        progress(1)
    ratios = sorted(a / b for a, b in zip(spread, spiel, strict=True))
    return RulesReport(
        size=size,
        rounds=ROUNDS,
        tessera_bits=statistics.median(bits),
        tessera_bytes=statistics.median(spread),
        tessera_moves_per_game=moves / (2 * ROUNDS * our_games),
        open_spiel=statistics.median(spiel),
        open_spiel_moves_per_game=length,
        ratio_bits=statistics.median(a / b for a, b in zip(bits, spiel, strict=True)),
        ratio_bytes=statistics.median(ratios),
        ratio_bytes_low=ratios[0],
        ratio_bytes_high=ratios[-1],
    )


def _cpu_seconds(action: Callable[[], Any]) -> float:
    start = time.thread_time()
    action()
    return time.thread_time() - start
