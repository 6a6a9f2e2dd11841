"""The arbiter `gtp` with engines that hang, crash, flood, cheat and will not leave: each handled, none left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tessera.clock import canadian
from tessera.errors import BadValue, EngineError
from tessera.gtp.processes import session_members
from tessera.interfaces.arbiter import VOID, ArbiterContext, Entrant, GameRecord, Opening, Task
from tessera.match.logs import FULL, MAX_LOG_BYTES, safe_name
from tests.match.engines import fake_command
from tests.match.scripted import context_of

PATIENCE = 1.5
"""Where an engine hangs; elsewhere there is time enough for a busy machine."""
ENDED_SECONDS = 4.5
"""Quit, SIGTERM and SIGKILL, LEAVE_SECONDS each, and a little."""


def engine(name: str, mode: str = "good", **options: object) -> Entrant:
    return Entrant(name, "engine", {"command": fake_command(mode, **options)})


def tasks(count: int, black: str = "bad", white: str = "good") -> list[Task]:
    """Both colours in turn."""
    pairs = [(black, white), (white, black)]
    return [Task(n, *pairs[n % 2], Opening(f"o{n // 2}")) for n in range(count)]


def play(context: ArbiterContext, games: Sequence[Task], **settings: object) -> list[GameRecord]:
    from tessera_arena.gtp_arbiter import GtpArbiter
    from tessera_arena.settings import GtpSettings

    arbiter = GtpArbiter(context, GtpSettings(**settings))  # type: ignore[arg-type]
    try:
        return list(arbiter.play(games))
    finally:
        arbiter.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def left_over(pids: Path) -> list[int]:
    """Processes that were noted and still run, in two seconds' time: a killed one takes a moment to go."""
    noted = [int(line) for line in pids.read_text().split()]
    assert noted
    deadline = time.monotonic() + 2
    while True:
        left = [pid for pid in noted if is_running(pid) or session_members(pid)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


CASES: list[tuple[str, dict[str, object], str, str]] = [
    # mode, options, the bad engine's result ('void' or a letter), words of the note
    ("hang-start", {}, "void", "no answer to 'name' in time"),
    ("crash-start", {}, "void", "no network"),
    ("hang", {}, "void", "no answer to 'genmove"),
    ("crash", {}, "void", "exit code 3; stderr ends with 'a bug was stepped on'"),
    ("flood-stdout", {}, "void", "longer than 4194304 bytes"),
    ("wrong-id", {}, "void", "no GTP response"),
    ("garbage", {}, "void", "'banana' is no move"),
    ("off-board", {}, "void", "'T19' is no move"),
    ("refuse-genmove", {}, "void", "no idea"),
    ("refuse-play", {}, "void", "illegal move"),
    ("illegal", {}, "F", "illegal move"),
    ("resign", {}, "R", ""),
    ("flood-stderr", {}, "counted", "dead stones"),
    ("stubborn", {}, "counted", "dead stones"),
    ("family", {}, "counted", "dead stones"),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("mode", "options", "outcome", "words"), CASES, ids=[case[0] for case in CASES])
def test_a_bad_engine(mode: str, options: dict[str, object], outcome: str, words: str, tmp_path: Path) -> None:
    """Six games against a good engine: all end as they should, in time, and nothing is left running."""
    pids = tmp_path / "pids"
    bad, good = engine("bad", mode, pids=pids, **options), engine("good", pids=pids)
    patience = PATIENCE if "hang" in mode else 20.0
    started = time.monotonic()
    records = play(context_of(tmp_path, bad, good, concurrency=3, patience=patience), tasks(6))
    seconds = time.monotonic() - started
    assert left_over(pids) == []
    assert sorted(record.number for record in records) == list(range(6))
    for record in records:
        assert words in record.note
        if outcome == "void":
            assert (record.result, record.culprit) == (VOID, "bad")
        elif outcome == "counted":
            assert record.result not in (VOID, "W+R", "B+R") and record.culprit == ""
        else:
            assert record.result == f"{'W' if record.black == 'bad' else 'B'}+{outcome}"
    assert seconds < 2 * (2 * PATIENCE + ENDED_SECONDS) + ENDED_SECONDS


def test_engines_are_kept_between_games_and_replaced_when_broken(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    context = context_of(tmp_path, engine("bad", pids=pids), engine("good", pids=pids))
    play(context, tasks(6))
    assert len(pids.read_text().split()) == 2
    pids.unlink()
    context = context_of(tmp_path, engine("bad", "crash", pids=pids), engine("good", pids=pids))
    assert [record.culprit for record in play(context, tasks(3))] == ["bad"] * 3
    assert len(pids.read_text().split()) == 4


def test_engines_wait_for_the_next_round(tmp_path: Path) -> None:
    from tessera_arena.gtp_arbiter import GtpArbiter

    pids = tmp_path / "pids"
    entrants = [engine(name, pids=pids) for name in ("a", "b", "c")]
    arbiter = GtpArbiter(context_of(tmp_path, *entrants))
    assert len(list(arbiter.play(tasks(2, "a", "b")))) == 2
    assert len(list(arbiter.play(tasks(2, "a", "c")))) == 2
    assert len(pids.read_text().split()) == 3
    running = [pid for pid in map(int, pids.read_text().split()) if is_running(pid)]
    assert len(running) == 2, "whoever does not play any more is ended"
    arbiter.close()
    assert left_over(pids) == []


def test_over_time(tmp_path: Path) -> None:
    slow = engine("bad", "slow", seconds=1.6, after=0, knows="time_settings,time_left")
    context = context_of(tmp_path, slow, engine("good"), time=canadian(main=1), patience=5)
    (first, second) = play(context, tasks(2), lag=0.3)
    assert (first.result, second.result) == ("W+T", "B+T")
    assert "bad was over its time" in first.note
    assert first.seconds[0] >= 1.6


def test_an_engine_that_never_answers_is_hung_even_on_a_clock(tmp_path: Path) -> None:
    context = context_of(tmp_path, engine("bad", "hang"), engine("good"), time=canadian(main=1), patience=0.5)
    started = time.monotonic()
    (record,) = play(context, tasks(1))
    assert (record.result, record.culprit) == (VOID, "bad")
    assert time.monotonic() - started < 1 + 0.5 + 0.5 + ENDED_SECONDS


def test_disagreement_about_dead_stones_is_played_out(tmp_path: Path) -> None:
    """Black claims White's stones, White does not agree, and Black can take none of them."""
    claims, denies = engine("bad", dead="w", moves=1, cleanup="B3"), engine("good", dead="", moves=1)
    (record,) = play(context_of(tmp_path, claims, denies), tasks(1))
    assert record.note == "dead stones by playing on from move 5"
    assert len(record.moves) == 4 + 3
    agreed = context_of(tmp_path, engine("bad", dead="w", moves=1), engine("good", dead="w", moves=1))
    (record,) = play(agreed, tasks(1))
    assert (record.result, record.note) == ("B+24.5", "dead stones agreed")


def test_closing_the_iterator_ends_everything_promptly(tmp_path: Path) -> None:
    from tessera_arena.gtp_arbiter import GtpArbiter

    pids = tmp_path / "pids"
    context = context_of(
        tmp_path, engine("bad", "hang", after=6, pids=pids), engine("good", pids=pids), concurrency=2, patience=60
    )
    arbiter = GtpArbiter(context)
    records = arbiter.play([*tasks(8), Task(9, "bad", "bad", Opening("self"))])
    next(records)
    started = time.monotonic()
    records.close()
    assert time.monotonic() - started < ENDED_SECONDS
    assert left_over(pids) == []
    # The arbiter is still good for another round.
    assert next(arbiter.play(tasks(1))).number == 0
    arbiter.close()
    arbiter.close()
    assert left_over(pids) == []


def test_close_while_all_engines_think(tmp_path: Path) -> None:
    from tessera_arena.gtp_arbiter import GtpArbiter

    pids = tmp_path / "pids"
    context = context_of(tmp_path, engine("bad", "hang", after=0, pids=pids), engine("good", pids=pids), patience=60)
    arbiter = GtpArbiter(context)
    records = arbiter.play(tasks(2))
    threading.Timer(0.5, arbiter.close).start()
    started = time.monotonic()
    assert list(records) == []
    assert time.monotonic() - started < 0.5 + ENDED_SECONDS
    assert left_over(pids) == []


PROGRAM = """
import signal
import sys
from pathlib import Path
from tests.match.test_gtp_arbiter import engine, tasks
from tests.match.scripted import context_of
from tessera_arena.gtp_arbiter import GtpArbiter

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs without it
folder = Path(sys.argv[1])
pids = folder / "pids"
entrants = engine("bad", "stubborn", pids=pids, moves=9), engine("good", "family", pids=pids, moves=9)
arbiter = GtpArbiter(context_of(folder, *entrants, concurrency=2, patience=60, size=9))
for record in arbiter.play(tasks(100_000)):
    print("game", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_league_that_is_killed_leaves_no_orphan(how: signal.Signals, tmp_path: Path) -> None:
    """The engines ignore quit, SIGTERM and the end of their input."""
    league = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        start_new_session=True,
    )
    with league:
        assert league.stdout and league.stdout.readline() == "game\n"
        league.send_signal(how)
        league.communicate(timeout=ENDED_SECONDS + 5)
    assert len((tmp_path / "pids").read_text().split()) >= 1 + 2
    assert left_over(tmp_path / "pids") == []


def test_stderr_goes_to_a_log_that_has_an_end(tmp_path: Path) -> None:
    name = "näme/../x"
    noisy = Entrant(name, "engine", {"command": fake_command("flood-stderr", after=0)})
    play(context_of(tmp_path, noisy, engine("good")), [Task(1, name, "good", Opening("o"))])
    log = tmp_path / f"{safe_name(name)}.log"
    text = log.read_bytes()
    assert text.startswith(b"--- ") and b"noise noise" in text
    assert text.endswith(FULL)
    assert len(text) <= MAX_LOG_BYTES + len(FULL)
    assert {path.name for path in tmp_path.iterdir()} == {log.name, "good.log"}


@pytest.mark.parametrize(
    ("entrant", "words"),
    [
        (Entrant("bad", "robot"), "kind of player bad"),
        (Entrant("bad", "engine", {}), "either a profile or a command"),
        (Entrant("bad", "engine", {"command": "gnugo"}), "a list of words"),
        (Entrant("bad", "engine", {"profile": "nobody"}), "engine: got 'nobody'"),
        (Entrant("bad", "tessera", {"vists": 3}), "vists"),
    ],
)
def test_what_cannot_be_started_is_said_before_the_first_game(entrant: Entrant, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=words):
        play(context_of(tmp_path, entrant, engine("good")), tasks(1))


def test_no_program_and_bad_settings(tmp_path: Path) -> None:
    absent = Entrant("bad", "engine", {"command": ["no-such-program"]})
    with pytest.raises(EngineError, match="no program 'no-such-program'"):
        play(context_of(tmp_path, absent, engine("good")), tasks(1))
    context = context_of(tmp_path, engine("bad"), engine("good"))
    for settings, words in (({"lag": -1}, "lag"), ({"longest": 0}, "longest")):
        with pytest.raises(BadValue, match=words):
            play(context, [], **settings)
    for broken, words in (
        (context_of(tmp_path, time=canadian(1.5)), "main"),
        (context_of(tmp_path, time=canadian(0)), "overtime"),
        (context_of(tmp_path, concurrency=0), "concurrency"),
    ):
        with pytest.raises(BadValue, match=words):
            play(broken, [])
    assert play(context, []) == []
