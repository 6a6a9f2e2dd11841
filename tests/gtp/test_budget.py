"""Time control: what settings mean, and whole games in which no flag may fall."""

from __future__ import annotations

import random

import pytest

from tessera.clock import Clock, SideClock, TimeControl, after_move, canadian, start
from tessera.gtp.budget import budget, reserve
from tessera.gtp.settings import DEFAULT_SECONDS, DEFAULT_VISITS, EngineSettings, limits
from tessera.interfaces.player import Limits
from tests.gtp.fakes import Desk, FakePlayer


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0, 1, 0), TimeControl()),
        ((300, 30, 0), TimeControl()),
        ((300, 0, 0), TimeControl("absolute", 300)),
        ((300, 0, 25), TimeControl("absolute", 300)),
        ((0, 5, 1), TimeControl("canadian", 0, 5, 1)),
    ],
)
def test_time_settings_of_gtp(arguments: tuple[int, int, int], expected: TimeControl) -> None:
    assert canadian(*arguments) == expected


CANADIAN, BYOYOMI = TimeControl("canadian", 60, 30, 5), TimeControl("byoyomi", 60, 30, 3)
FISCHER = TimeControl("fischer", 60, increment=5, main_limit=70, move_limit=20)


@pytest.mark.parametrize(
    ("settings", "clock", "used", "left"),
    [
        (TimeControl("absolute", 60), SideClock(60), 10, SideClock(50)),
        (TimeControl("absolute", 60), SideClock(5), 10, SideClock(-5)),
        (CANADIAN, SideClock(60), 10, SideClock(50)),
        (CANADIAN, SideClock(5), 10, SideClock(25, 4)),
        (CANADIAN, SideClock(25, 4), 5, SideClock(20, 3)),
        (CANADIAN, SideClock(20, 1), 5, SideClock(30, 5)),
        (BYOYOMI, SideClock(5), 10, SideClock(30, 3)),
        (BYOYOMI, SideClock(5), 50, SideClock(30, 2)),
        (BYOYOMI, SideClock(30, 1), 29, SideClock(30, 1)),
        (FISCHER, SideClock(60), 10, SideClock(55)),
        (FISCHER, SideClock(70), 1, SideClock(70)),
        (TimeControl(), SideClock(0), 9, SideClock(0)),
    ],
)
def test_what_a_move_leaves(settings: TimeControl, clock: SideClock, used: float, left: SideClock) -> None:
    assert after_move(settings, clock, used) == left


def test_overtime_starts_at_once_without_main_time() -> None:
    assert start(TimeControl("canadian", 0, 30, 5)) == SideClock(30, 5)
    assert start(TimeControl("byoyomi", 0, 30, 3)) == SideClock(30, 3)
    assert start(TimeControl("fischer", 0, increment=3)) == SideClock(0)


@pytest.mark.parametrize(
    ("settings", "clock", "low", "high"),
    [
        (TimeControl(), SideClock(0), None, None),
        (TimeControl("absolute", 600), SideClock(600), 2, 8),
        (TimeControl("absolute", 600), SideClock(0), 0, 0),
        (TimeControl("canadian", 0, 10, 1), SideClock(10, 1), 9, 9.6),
        (TimeControl("canadian", 0, 50, 5), SideClock(50, 5), 9, 9.6),
        (TimeControl("canadian", 0, 50, 5), SideClock(0, 5), 0, 0),
        (TimeControl("byoyomi", 0, 30, 3), SideClock(30, 3), 29, 29.6),
        (TimeControl("byoyomi", 0, 0.2, 3), SideClock(0.2, 3), 0.1, 0.16),
        (TimeControl("fischer", 60, increment=10), SideClock(60), 5, 15),
        (TimeControl("fischer", 60, increment=10, move_limit=3), SideClock(60), 2, 2.6),
    ],
)
def test_budgets(settings: TimeControl, clock: SideClock, low: float | None, high: float | None) -> None:
    seconds = budget(settings, clock, points=361, own_moves=0, lag=0.5)
    if low is None or high is None:
        assert seconds is None
    else:
        assert seconds is not None
        assert low <= seconds <= high


class Flag:
    """An arbiter's clock of one side, kept independently of the engine's: raises when time runs out."""

    def __init__(self, settings: TimeControl) -> None:
        self.settings = settings
        self.main, self.period, self.stones = settings.main, settings.period, settings.count
        self.periods = settings.count
        self.overtime = False

    def spend(self, used: float) -> None:
        kind = self.settings.kind
        assert self.settings.move_limit is None or used <= self.settings.move_limit, "move limit"
        if not self.overtime:
            self.main -= used
            if self.main > 0:
                self.main += self.settings.increment
                return
            assert kind in ("canadian", "byoyomi"), f"flag fell: {self.main}"
            self.overtime, used = True, -self.main
        if kind == "canadian":
            self.period -= used
            assert self.period > 0, "flag fell in overtime"
            self.stones -= 1
            if self.stones == 0:
                self.period, self.stones = self.settings.period, self.settings.count
            return
        while used >= self.settings.period:
            used -= self.settings.period
            self.periods -= 1
        assert self.periods > 0, "flag fell in byo-yomi"

    def report(self) -> tuple[float, int]:
        """The arguments of time_left."""
        if not self.overtime:
            return self.main, 0
        if self.settings.kind == "canadian":
            return self.period, self.stones
        return self.settings.period, self.periods


CONTROLS = {
    "absolute 30": TimeControl("absolute", 30),
    "absolute 3": TimeControl("absolute", 3),
    "absolute 1800": TimeControl("absolute", 1800),
    "canadian": TimeControl("canadian", 20, 10, 5),
    "seconds per move": TimeControl("canadian", 0, 1, 1),
    "canadian 25": TimeControl("canadian", 0, 30, 25),
    "byoyomi": TimeControl("byoyomi", 10, 2, 3),
    "last period": TimeControl("byoyomi", 0, 1, 1),
    "fischer": TimeControl("fischer", 10, increment=1),
    "fischer from little": TimeControl("fischer", 1, increment=0.5),
    "capped": TimeControl("fischer", 10, increment=1, main_limit=15, move_limit=2),
}


@pytest.mark.parametrize("undecided", [False, True], ids=["as planned", "undecided"])
@pytest.mark.parametrize("reported", [True, False], ids=["time_left", "own count"])
@pytest.mark.parametrize("points", [81, 361])
@pytest.mark.parametrize("control", CONTROLS)
def test_no_flag_falls_in_a_long_game(control: str, points: int, reported: bool, undecided: bool) -> None:
    settings = CONTROLS[control]
    for seed in range(20):
        noise = random.Random(seed)
        clock, flag = Clock(settings), Flag(settings)
        for move in range(points):  # twice as long as games usually are
            if reported:
                clock.report(1, *flag.report())
            seconds = budget(clock.control, clock.side(1), points=points, own_moves=move, lag=0.5)
            assert seconds is not None
            if undecided:
                seconds += reserve(clock.control, clock.side(1), seconds, points=points, own_moves=move, lag=0.5)
            thought = seconds + noise.uniform(0.0, 0.02) * min(1.0, seconds * 10) + 0.001
            outside = noise.uniform(0.0, 0.004) if seconds == 0 or not reported else noise.uniform(0, 0.2) * seconds
            clock.moved(1, thought)
            flag.spend(thought + outside)


@pytest.mark.parametrize(
    ("settings", "clock", "low", "high"),
    [
        (TimeControl(), SideClock(0), 0, 0),
        (TimeControl("absolute", 600), SideClock(600), 3, 8),
        (TimeControl("absolute", 600), SideClock(0), 0, 0),
        (TimeControl("canadian", 0, 10, 1), SideClock(10, 1), 0, 0),
        (TimeControl("canadian", 0, 50, 5), SideClock(50, 5), 9, 9.6),
        (TimeControl("byoyomi", 0, 30, 3), SideClock(30, 3), 0, 0),
        (TimeControl("fischer", 60, increment=10, move_limit=3), SideClock(60), 0, 0),
    ],
)
def test_an_undecided_move_may_take_longer(settings: TimeControl, clock: SideClock, low: float, high: float) -> None:
    seconds = budget(settings, clock, points=361, own_moves=0, lag=0.5) or 0.0
    assert low <= reserve(settings, clock, seconds, points=361, own_moves=0, lag=0.5) <= high


@pytest.mark.parametrize("control", ["absolute 30", "canadian", "byoyomi", "fischer"])
def test_the_time_is_used(control: str) -> None:
    """Most of the time is spent on the board, not left over: a budget of 0 would never lose on time either."""
    settings = CONTROLS[control]
    clock, spent = Clock(settings), 0.0
    for move in range(40):
        seconds = budget(clock.control, clock.side(1), points=81, own_moves=move, lag=0.2)
        assert seconds is not None
        spent += seconds
        clock.moved(1, seconds)
    offered = {"absolute 30": 30, "canadian": 20 + 40 * 2, "byoyomi": 10 + 40 * 2, "fischer": 10 + 40}[control]
    assert 0.5 * offered < spent < offered


def test_a_report_without_settings_is_absolute_time() -> None:
    clock = Clock()
    clock.report(1, 30.0, 0)
    assert clock.control.kind == "absolute"
    assert budget(clock.control, clock.side(1), points=81, own_moves=0, lag=0.0)
    clock = Clock()
    clock.report(2, 30.0, 10)
    assert clock.side(2) == SideClock(30.0, 10)


@pytest.mark.parametrize(
    ("settings", "seconds", "spent", "expected"),
    [
        (EngineSettings(), None, 0.0, Limits(DEFAULT_VISITS, DEFAULT_SECONDS)),
        (EngineSettings(visits=50), None, 0.0, Limits(50, None)),
        (EngineSettings(seconds=3), None, 0.0, Limits(None, 3)),
        (EngineSettings(), 5.0, 1.0, Limits(None, 4.0)),
        (EngineSettings(visits=50, seconds=2), 5.0, 1.0, Limits(50, 2)),
        (EngineSettings(visits=50), 5.0, 6.0, Limits(1, 0.0)),
        (EngineSettings(), 0.0, 0.0, Limits(1, 0.0)),
    ],
)
def test_limits(settings: EngineSettings, seconds: float | None, spent: float, expected: Limits) -> None:
    assert limits(settings, seconds, spent=spent) == expected


def test_extra_time_stays_below_the_longest_move() -> None:
    assert limits(EngineSettings(), 5.0, extra=4.0) == Limits(None, 5.0, 4.0)
    assert limits(EngineSettings(seconds=6), 5.0, extra=4.0) == Limits(None, 5.0, 1.0)
    assert limits(EngineSettings(seconds=2), 5.0, extra=4.0) == Limits(None, 2.0)


def test_a_session_thinks_by_its_clock() -> None:
    player = FakePlayer()
    desk = Desk(player)
    desk.say("boardsize 5", "genmove b", "time_settings 0 10 1", "genmove w", "time_left b 0 1", "genmove b")
    default, ten, none = (asked[2] for asked in player.asked)
    assert default == Limits(DEFAULT_VISITS, DEFAULT_SECONDS)
    assert ten.visits is None
    assert ten.seconds is not None
    assert 9 < ten.seconds <= 9.5
    assert none == Limits(1, 0.0)
    desk.say("clear_board", "time_settings 100 0 0", "genmove b", "clear_board", "genmove b")
    first, second = (asked[2].seconds for asked in player.asked[-2:])
    assert first == pytest.approx(second, abs=0.05)  # a new game starts with full clocks
