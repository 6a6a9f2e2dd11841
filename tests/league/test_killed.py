"""A real league, killed at random moments and resumed: nothing lost, nothing doubled, no process left.

Three kills of a league that both arbiters play in the usual run. The full twenty for each, in a few minutes:

    pytest -m long -s tests/league/test_killed.py
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tessera import sgf
from tessera.interfaces.arbiter import VOID
from tessera.league.config import read_league
from tessera.league.folder import sgf_name
from tessera.league.records import read_records
from tessera.league.schedule import total
from tests.league.fakes import Key, keys_in
from tests.match.engines import fake_command

RUN = [sys.executable, "-c", "import sys; from tessera.cli.main import main; sys.exit(main())", "league", "run"]
MARK = "TESSERA_TEST_LEAGUE"
HEAD = 'size = 5\nkomi = 0.5\ngames = {games}\nconcurrency = 2\nopenings = { moves = 3 }\narbiter = "{arbiter}"\n'
OWN = [("r1", 'player = "random"'), ("r2", 'player = "random"'), ("net", 'player = "policy"')]
ENGINES = [(name, f"command = {json.dumps(fake_command(moves=moves))}") for name, moves in (("x", 3), ("y", 4))]
PLAYERS = {"self": OWN, "gtp": ENGINES, "auto": [*OWN[:2], *ENGINES]}
LONG = {"self": 100, "gtp": 1000, "auto": 50}
"""Games of each pair where twenty kills shall find some under way."""
GONE_SECONDS = 5.0
"""After a kill the watchman gives engines a second to go."""


class Place:
    """A league on disk, and all the processes that ever worked for it."""

    def __init__(self, folder: Path, arbiter: str, games: int) -> None:
        self.file, self.folder, self.mark = folder / "league.toml", folder / "league", uuid.uuid4().hex
        players = "".join(f'[[players]]\nname = "{name}"\n{settings}\n' for name, settings in PLAYERS[arbiter])
        head = HEAD.replace("{games}", str(games)).replace("{arbiter}", arbiter)
        self.file.write_text(head + players)
        self.games = total(read_league(self.file))

    def start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, MARK: self.mark, "OMP_NUM_THREADS": "1"}
        words = [*RUN, str(self.file), "--json"]
        return subprocess.Popen(
            words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def lines(self) -> int:
        try:
            return (self.folder / "games.jsonl").read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def processes(self) -> dict[int, str]:
        """Living processes that began in our leagues, engines and their children too, by command line."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    if state not in ("Z", "X"):
                        found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
            except OSError:
                continue
        return found

    def left_over(self) -> dict[int, str]:
        """Those still there when they had time to go."""
        deadline = time.monotonic() + GONE_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def clear(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)

    def check(self) -> set[Key]:
        """A league played to its end: every game once, each with its SGF."""
        keys = keys_in(self.folder)
        records = list(read_records(self.folder / "games.jsonl"))
        assert len(keys) == len(set(keys)) == self.games
        assert not any(record.result == VOID for record in records)
        assert sorted(record.number for record in records) == list(range(1, self.games + 1))
        assert {path.name for path in (self.folder / "sgf").iterdir()} == {sgf_name(record) for record in records}
        assert all(sgf.read(path).result != "" for path in (self.folder / "sgf").iterdir())
        colors = Counter((frozenset((black, white)), opening) for black, white, opening in keys)
        assert set(colors.values()) == {2}
        return set(keys)


@pytest.fixture
def place(tmp_path: Path, arbiter: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    games = LONG[arbiter] if request.node.get_closest_marker("long") else 6
    place = Place(tmp_path, arbiter, games)
    yield place
    place.clear()


def kill_at(place: Place, lines: int, delay: float) -> bool:
    """Start it, and SIGKILL it `delay` seconds after that many games are on disk; False if it was done before."""
    with place.start() as process:
        while place.lines() < lines and process.poll() is None:
            time.sleep(0.005)
        time.sleep(delay)
        alive = process.poll() is None
        process.kill()
    return alive


def finish(place: Place) -> dict[str, object]:
    with place.start() as process:
        out, error = process.communicate(timeout=100)
    assert process.returncode == 0, error
    told: dict[str, object] = json.loads(out)
    return told


@pytest.mark.timeout(100)
@pytest.mark.parametrize("arbiter", ["auto"])
def test_killed_three_times(place: Place) -> None:
    chance = random.Random()
    for part in range(3):
        before = place.lines()
        kill_at(place, chance.randrange(12 * part + 1, 12 * part + 13), chance.uniform(0, 0.03))
        assert place.lines() >= before
        assert place.left_over() == {}
    assert finish(place)["games"] == place.games
    place.check()
    assert place.left_over() == {}


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("arbiter", PLAYERS)
def test_killed_twenty_times(place: Place, tmp_path: Path, arbiter: str) -> None:
    """At any time from its start on, while it loads too; as many games as one that nobody killed, and the same."""
    (tmp_path / "whole").mkdir()
    whole = Place(tmp_path / "whole", arbiter, LONG[arbiter])
    assert finish(whole)["games"] == whole.games
    chance, kills, resumed = random.Random(), 0, list[int]()
    while kills < 20:
        before = place.lines()
        assert before < place.games, f"it was done after {kills} kills"
        if chance.random() < 0.2:
            alive = kill_at(place, 0, chance.uniform(0.05, 2.0))  # as it loads, or begins to play
        else:
            more = chance.randrange(1, min(place.games // 40, place.games - before) + 1)
            alive = kill_at(place, before + more, chance.uniform(0, 0.05))
        assert place.lines() >= before
        assert place.left_over() == {}
        kills += alive and place.lines() < place.games
        resumed.append(place.lines())
    assert finish(place)["games"] == place.games
    assert place.check() == whole.check()
    assert place.left_over() == {} == whole.left_over()
    print(f"{arbiter}: {place.games} games, {kills} kills with {resumed} games on disk; none lost, none doubled")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("arbiter", ["gtp"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_in_order(place: Place, number: signal.Signals, code: int) -> None:
    with place.start() as process:
        while place.lines() < 3 and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(number)
        out, error = process.communicate(timeout=30)
    assert process.returncode == code, error
    assert out == "" and error.strip().splitlines()[-1].startswith("stopped; the games so far are in")
    assert place.processes() == {}, "it waits for its engines"
    finish(place)
    place.check()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("arbiter", ["gtp"])
def test_a_second_process_on_the_same_folder(place: Place) -> None:
    with place.start() as first:
        while place.lines() < 1 and first.poll() is None:
            time.sleep(0.005)
        first.send_signal(signal.SIGSTOP)  # long enough that it cannot end before the other has looked
        try:
            with place.start() as second:
                out, error = second.communicate(timeout=30)
        finally:
            first.send_signal(signal.SIGCONT)
        assert first.wait(timeout=50) == 0
    assert second.returncode == 1 and out == ""
    assert "another league is running there" in error and error.count("\n") == 1
    place.check()


FULL = """
import resource, sys
from tessera.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(["league", "run", sys.argv[2]]))
"""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("arbiter", ["self"])
def test_no_room_for_another_game(place: Place) -> None:
    """A limit on the size of files fails the same way as a full disk, in the middle of a line."""
    limited = subprocess.run([sys.executable, "-c", FULL, "5000", str(place.file)], capture_output=True, text=True)
    assert limited.returncode == 1
    assert "was not written: File too large" in limited.stderr and limited.stderr.count("\n") == 1
    size = (place.folder / "games.jsonl").stat().st_size
    assert 0 < size < 5000 and place.lines() == len(keys_in(place.folder)) > 0
    finish(place)
    place.check()
