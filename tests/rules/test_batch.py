"""Batched games against `Game`, one by one; independence, ends, refusals and the memory they run in."""

from __future__ import annotations

import concurrent.futures
from typing import Any

import numpy as np
import pytest
import torch

from tessera.errors import BadValue
from tessera.rules import cpu
from tessera.rules.batch import Batch, allocate, backend_for, seeds, settings_row, specs
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tessera.rules.layout import MOVES, PASSES, REFUSED, meta_at, move_limit
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score

RULES = [PRESETS[name] for name in ("tromp-taylor", "japanese", "new-zealand", "chinese", "aga")]


def host(shape: tuple[int, ...], dtype: str) -> Any:
    return np.zeros(shape, dtype)


def started(games: int, size: int, *, seed: int = 1, make: Any = host) -> Batch:
    """Games under different rules and komi, reset."""
    batch = Batch(size, allocate(games, size, make))
    np.asarray(batch.rng)[:] = seeds(games, seed)
    np.asarray(batch.settings)[:] = [settings_row(RULES[i % len(RULES)], 0.5 * i) for i in range(games)]
    batch.which[:] = True
    batch.reset()
    return batch


def run(batch: Batch, steps: int) -> None:
    for _ in range(steps):
        batch.legal()
        batch.pick()
        batch.step()


def meta(batch: Batch, entry: int) -> list[int]:
    return np.asarray(batch.state)[:, meta_at(batch.size) + entry].tolist()


@pytest.mark.parametrize("size", [2, 5, 9])
def test_equals_game(size: int) -> None:
    batch = started(10, size)
    games = [Game(size, rules=RULES[i % len(RULES)], komi=0.5 * i) for i in range(10)]
    for _ in range(60):
        batch.legal()
        batch.find_over()
        for i, game in enumerate(games):
            if not batch.over[i]:
                assert batch.mask[i].tolist() == game.legal_mask().tolist()
        batch.pick()
        for i, game in enumerate(games):
            if not batch.over[i]:
                game.play(game.to_play, int(batch.actions[i]))
        batch.step()
    batch.score()
    for i, game in enumerate(games):
        assert batch.state[i, : size * size].tolist() == game.stones.tolist()
        assert batch.score2[i] == 2 * score(game).margin
        assert batch.owner[i].tolist() == score(game).owner.tolist()


def test_torch_tensors_share_their_memory() -> None:
    tensors = started(8, 5, make=lambda shape, dtype: torch.zeros(shape, dtype=getattr(torch, dtype)))
    arrays = started(8, 5)
    for batch in (tensors, arrays):
        run(batch, 30)
        batch.features()
        batch.score()
    for name in specs(8, 5):
        assert np.array_equal(np.asarray(getattr(tensors, name)), getattr(arrays, name)), name
    assert tensors.mask.dtype == torch.bool and tensors.mask.any()


@pytest.mark.parametrize("games", [1, 4])
def test_games_are_independent(games: int) -> None:
    """A game plays out the same alone, beside others, and in another place of the batch."""
    together = started(7, 5)
    run(together, 50)
    alone = started(7, 5)
    keep = Batch(5, {name: getattr(alone, name)[3 : 3 + games] for name in ("state", "seen", "mask", "rng", "actions")})
    run(keep, 50)
    assert np.array_equal(keep.state, together.state[3 : 3 + games])


def test_serial_and_parallel_loops_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    serial, parallel = started(40, 5), started(40, 5)
    run(serial, 40)
    for loop in cpu.LOOPS.values():
        monkeypatch.setattr(loop, "parallel_from", 2)
        monkeypatch.setattr(loop, "serial", lambda *_: pytest.fail("ran serially"))
    monkeypatch.setattr("numba.get_num_threads", lambda: 2)
    run(parallel, 40)
    parallel.features()
    parallel.find_over()
    parallel.score()
    assert np.array_equal(serial.state, parallel.state)


def test_two_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Launches from several threads wait for each other: some threading layers would abort the process."""
    for loop in cpu.LOOPS.values():
        monkeypatch.setattr(loop, "parallel_from", 2)
    monkeypatch.setattr("numba.get_num_threads", lambda: 2)
    batches = [started(30, 5, seed=seed) for seed in (1, 1, 1)]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda batch: run(batch, 60), batches))
    assert np.array_equal(batches[0].state, batches[1].state) and np.array_equal(batches[1].state, batches[2].state)


def test_over_after_two_passes() -> None:
    batch = started(2, 3)
    for actions in ((9, 4), (9, 5)):
        batch.actions[:] = actions
        batch.step()
    batch.find_over()
    assert batch.over.tolist() == [True, False]
    before = batch.state[0, :10].copy()
    batch.legal()
    assert batch.mask[0].tolist() == [False] * 9 + [True]
    batch.actions[:] = (0, 9)
    batch.step()
    assert np.array_equal(batch.state[0, :10], before) and meta(batch, MOVES) == [2, 3]


def test_reset_only_which() -> None:
    batch = started(3, 3)
    batch.actions[:] = 4
    batch.step()
    batch.which[:] = (False, True, False)
    batch.reset()
    assert meta(batch, MOVES) == [1, 0, 1]
    assert batch.state[:, 4].tolist() == [BLACK, 0, BLACK]


@pytest.mark.parametrize("size", [2, 3, 19])
def test_superko_sets_never_fill(size: int) -> None:
    """Games that refuse to pass end at the move limit with room left, and looking up still ends."""
    batch = started(4, size)
    limit = move_limit(size)
    for _ in range(limit + 5):
        batch.legal()
        batch.pick()
        batch.state[:, meta_at(size) + PASSES] = 0
        batch.step()
    batch.find_over()
    assert batch.over.all() and max(meta(batch, MOVES)) <= limit
    assert ((batch.seen == 0).sum(axis=1) >= batch.seen.shape[1] // 4).all()


@pytest.mark.parametrize("action", [-1, 10, 2**31, 4])
def test_a_corrupting_action_is_refused(action: int) -> None:
    batch = started(3, 3)
    batch.actions[:] = 4
    batch.step()
    before = batch.state.copy()
    batch.actions[:] = (0, action, 1)
    with pytest.raises(BadValue, match="actions: got 'a stone or no point in games 1', allowed: empty points"):
        batch.step()
    assert np.array_equal(batch.state[1, :10], before[1, :10])
    assert meta(batch, MOVES) == [2, 1, 2] and meta(batch, REFUSED) == [0, 1, 0]


def test_pick_is_uniform_and_seeded() -> None:
    batch = started(2000, 2, seed=5)
    batch.legal()
    batch.pick()
    counts = np.bincount(batch.actions, minlength=5)
    assert counts.sum() == 2000 and (abs(counts - 400) < 80).all()
    assert np.array_equal(seeds(5, 1), seeds(5, 1)) and not np.array_equal(seeds(5, 1), seeds(5, 2))
    assert (seeds(10_000, 3) > 0).all()


def test_load_continues_a_game() -> None:
    """A ko fight goes on in the batch with the game's own history."""
    game = Game(5, rules=PRESETS["tromp-taylor"])
    for point, color in (
        (1, BLACK),
        (2, WHITE),
        (5, BLACK),
        (8, WHITE),
        (11, BLACK),
        (12, WHITE),
        (7, BLACK),
        (6, WHITE),
    ):
        game.play(color, point)
    batch = started(3, 5)
    batch.load(1, game)
    batch.legal()
    assert not batch.mask[1, 7], "retaking the ko would repeat the position"
    assert batch.mask[1].tolist() == game.legal_mask().tolist()
    game.play(BLACK, 24), game.play(WHITE, 23)
    batch.load(1, game)
    batch.legal()
    assert batch.mask[1, 7]


def test_load_refuses_what_does_not_fit() -> None:
    batch = started(1, 3)
    with pytest.raises(BadValue, match="game: got '5x5', allowed: 3x3"):
        batch.load(0, Game(5))
    game = Game(3)
    for i in range(batch.seen.shape[1]):
        game.play(1 + i % 2, 9)
    with pytest.raises(BadValue, match="make `seen` longer"):
        batch.load(0, game)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("state", np.zeros((2, 5), np.int32)),
        ("mask", np.zeros((2, 10), np.float32)),
        ("actions", np.zeros(3, np.int64)),
        ("seen", np.zeros((2, 48), np.int64)),
        ("rng", np.zeros(2, np.int32)),
        ("planes", np.zeros((2, 12, 3, 3), np.float64)),
        ("board", np.zeros(2)),
        ("planes", np.zeros((2, 3, 3, 12), np.float32).transpose(0, 3, 1, 2)),
    ],
)
def test_arrays_are_checked(name: str, array: Any) -> None:
    arrays = allocate(2, 3, host) | {name: array}
    with pytest.raises(BadValue):
        Batch(3, arrays)


def test_memory_and_devices_are_checked() -> None:
    with pytest.raises(BadValue, match="allowed: cpu or cuda"):
        backend_for("xpu", 9)
    with pytest.raises(BadValue, match="memory on the CPU"):
        cpu.as_array(torch.zeros(3, device="meta"))
    with pytest.raises(BadValue):
        specs(0, 9)
    read_only = np.zeros(3)
    read_only.setflags(write=False)
    with pytest.raises(BadValue, match="writeable"):
        cpu.as_array(read_only)


def test_int32_actions_and_byte_masks() -> None:
    arrays = allocate(4, 4, host) | {"actions": np.zeros(4, np.int32), "mask": np.zeros((4, 17), np.uint8)}
    batch, other = Batch(4, arrays), started(4, 4)
    batch.settings[:], batch.rng[:], batch.which[:] = other.settings, other.rng, True
    batch.reset()
    run(batch, 30)
    run(other, 30)
    assert np.array_equal(batch.state, other.state)


def test_white_plays_first_after_handicap() -> None:
    game = Game(9)
    game.set_handicap([20, 60])
    batch = started(1, 9)
    batch.load(0, game)
    batch.actions[:] = 40
    batch.step()
    assert batch.state[0, 40] == WHITE
