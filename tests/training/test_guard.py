"""The guard: each kind of trouble provoked, and the ladder from skipping a step to giving up."""

from __future__ import annotations

import math

import pytest

from tessera.training.guard import (
    CALM,
    GOOD_STREAK,
    LEARN,
    LOWER,
    LOWERS_BEFORE_ROLL_BACK,
    ROLL_BACK,
    ROLL_BACKS,
    SKIP,
    SKIPS_BEFORE_LOWER,
    USUAL_AFTER,
    Diverged,
    Guard,
    GuardSettings,
)

LADDER = SKIPS_BEFORE_LOWER * (LOWERS_BEFORE_ROLL_BACK + 1)
"""Bad steps in a row until a roll back."""


def good(guard: Guard, steps: int, *, gradient: float = 1.0) -> None:
    for _ in range(steps):
        assert guard.judge(loss=1.0, gradient=gradient, state_norm=None) == (LEARN, "")


def bad(guard: Guard, steps: int) -> list[str]:
    """What it says to so many steps without a loss."""
    return [guard.judge(loss=math.nan, gradient=1.0, state_norm=None)[0] for _ in range(steps)]


@pytest.mark.parametrize(
    ("loss", "gradient", "state_norm", "why"),
    [
        (math.nan, 1.0, None, "loss nan"),
        (math.inf, 1.0, None, "loss inf"),
        (1.0, math.inf, None, "gradient inf"),
        (1.0, math.nan, None, "gradient nan"),
        (1.0, 1.0, 11.0, "SSM state norm 11, limit 10"),
        (1.0, 1.0, math.nan, "SSM state norm nan, limit 10"),
        (1.0, 1.0, math.inf, "SSM state norm inf, limit 10"),
        (1.0, 7.0, None, "gradient 7, limit 6"),
    ],
)
def test_each_kind_of_trouble(loss: float, gradient: float, state_norm: float | None, why: str) -> None:
    guard = Guard(GuardSettings(explosion=3.0, state_limit=10.0))
    good(guard, USUAL_AFTER, gradient=2.0)
    assert guard.judge(loss=loss, gradient=gradient, state_norm=state_norm) == (SKIP, why)
    assert (guard.skipped, guard.good) == (1, USUAL_AFTER)
    assert guard.mean_gradient == pytest.approx(2.0), "a step that is not followed does not count as usual"


def test_a_state_far_above_the_usual_is_trouble_long_before_its_limit() -> None:
    guard = Guard(GuardSettings())
    for _ in range(USUAL_AFTER):
        assert guard.judge(loss=1.0, gradient=1.0, state_norm=2.5)[0] == LEARN
    assert guard.judge(loss=1.0, gradient=1.0, state_norm=529.7) == (SKIP, "SSM state norm 529.7, limit 75")


def test_what_is_within_its_limits_is_no_trouble() -> None:
    guard = Guard(GuardSettings(explosion=3.0, state_limit=10.0))
    good(guard, USUAL_AFTER, gradient=2.0)
    assert guard.judge(loss=-5.0, gradient=6.0, state_norm=10.0) == (LEARN, "")


def test_a_large_gradient_is_usual_at_the_start() -> None:
    guard = Guard(GuardSettings(explosion=3.0))
    for step in range(USUAL_AFTER):
        assert guard.judge(loss=1.0, gradient=100.0 if step % 10 == 9 else 1.0, state_norm=None) == (LEARN, "")


def test_the_mean_gradient_is_that_of_the_steps_so_far() -> None:
    guard = Guard(GuardSettings())
    for gradient in (1.0, 2.0, 6.0):
        good(guard, 1, gradient=gradient)
    assert guard.mean_gradient == pytest.approx(3.0)


def test_the_ladder_to_a_roll_back() -> None:
    rung = [SKIP] * (SKIPS_BEFORE_LOWER - 1)
    guard = Guard(GuardSettings())
    assert bad(guard, LADDER) == [*rung, LOWER] * LOWERS_BEFORE_ROLL_BACK + [*rung, ROLL_BACK]
    assert (guard.skipped, guard.lowered, guard.rolled_back) == (LADDER, LOWERS_BEFORE_ROLL_BACK, 1)


def test_after_the_last_roll_back_it_gives_up() -> None:
    guard = Guard(GuardSettings())
    said = bad(guard, ROLL_BACKS * LADDER + LADDER - 1)
    assert said.count(ROLL_BACK) == ROLL_BACKS
    with pytest.raises(Diverged) as raised:
        bad(guard, 1)
    lowered = (ROLL_BACKS + 1) * LOWERS_BEFORE_ROLL_BACK
    assert f"(loss nan) after {len(said) + 1} skipped steps, {lowered} lowered rates and {ROLL_BACKS} returns" in str(
        raised.value
    )


def test_a_good_streak_clears_the_ladder_and_keeps_the_totals() -> None:
    guard = Guard(GuardSettings())
    bad(guard, LADDER - 1)
    good(guard, GOOD_STREAK)
    assert bad(guard, SKIPS_BEFORE_LOWER)[-1] == LOWER, "not a roll back"
    assert (guard.skipped, guard.lowered) == (LADDER - 1 + SKIPS_BEFORE_LOWER, LOWERS_BEFORE_ROLL_BACK + 1)


def test_a_calm_stretch_gives_back_what_was_taken() -> None:
    guard = Guard(GuardSettings())
    bad(guard, LADDER)
    assert (guard.halvings, guard.returns) == (LOWERS_BEFORE_ROLL_BACK, 1)
    good(guard, CALM - 1)
    assert (guard.halvings, guard.returns) == (LOWERS_BEFORE_ROLL_BACK, 1)
    good(guard, 1)
    assert (guard.halvings, guard.returns) == (LOWERS_BEFORE_ROLL_BACK - 1, 0)
    good(guard, LOWERS_BEFORE_ROLL_BACK * CALM)
    assert (guard.halvings, guard.rolled_back) == (0, 1)


def test_trouble_now_and_then_never_ends_a_run() -> None:
    guard = Guard(GuardSettings())
    for _ in range(3 * ROLL_BACKS):
        assert bad(guard, LADDER)[-1] == ROLL_BACK
        good(guard, CALM)
    assert guard.rolled_back == 3 * ROLL_BACKS


def test_weights_that_are_not_finite_go_at_once_and_count() -> None:
    guard = Guard(GuardSettings())
    for _ in range(ROLL_BACKS):
        assert guard.roll_back("weights") == ROLL_BACK
    with pytest.raises(Diverged, match="weights"):
        guard.roll_back("weights")


def test_a_shorter_streak_clears_nothing() -> None:
    guard = Guard(GuardSettings())
    bad(guard, SKIPS_BEFORE_LOWER - 1)
    good(guard, GOOD_STREAK - 1)
    assert bad(guard, 1) == [LOWER]


def test_it_goes_on_from_its_state() -> None:
    guard, copy = Guard(GuardSettings()), Guard(GuardSettings())
    good(guard, 7, gradient=3.0)
    bad(guard, LADDER - 1)
    copy.load_state_dict(guard.state_dict())
    assert copy == guard
    assert bad(copy, 1) == [ROLL_BACK]
