"""A league from start to end with a scripted arbiter: cut off anywhere, resumed, and what malfunctions lead to."""

from __future__ import annotations

import hashlib
import os
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tessera.errors import BadValue, EngineError, PluginError
from tessera.interfaces.arbiter import VOID, Entrant, GameRecord, Task
from tessera.league.config import LeagueConfig
from tessera.league.folder import LeagueFolder, sgf_name
from tessera.league.records import RecordError, RecordFile, read_records
from tessera.league.run import League, Progress
from tessera.league.schedule import total
from tests.league.fakes import Killed, Script, after, config_of, keys_in, manager_of, play

FIXED: dict[str, dict[str, Any]] = {
    "round-robin": {},
    "target": {"target": 150, "games": 40},
    "gauntlet": {"schedule": "gauntlet", "challengers": ["b"]},
    "ladder": {"schedule": "ladder", "neighbours": 1, "games": 6},
    "empty board": {"openings": {"moves": 0}},
}
"""Schedules whose games do not depend on when they were cut off."""


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No power cut here: thousands of games need not reach the platter one by one."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def in_order(path: Path, games: int) -> None:
    """What must hold for a league that was played to its end."""
    keys = keys_in(path)
    records = list(read_records(path / "games.jsonl"))
    assert len(keys) == len(set(keys)) == games
    assert len({record.number for record in records if record.result != VOID}) == games
    assert {file.name for file in (path / "sgf").iterdir()} == {sgf_name(record) for record in records}


def cut_again_and_again(config: LeagueConfig, path: Path, step: int) -> int:
    """Kill the league every `step` games until it is done; the number of runs."""
    for runs in range(1, 1000):
        script = Script(order=random.Random(runs))
        try:
            play(config, path, script, listener=after(step, Killed()))
        except Killed:
            assert script.closed == 1
            continue
        return runs
    raise AssertionError("it never ends")


@pytest.mark.parametrize("keys", FIXED.values(), ids=FIXED.keys())
def test_cut_off_anywhere_it_ends_with_the_same_games(keys: dict[str, Any], tmp_path: Path) -> None:
    config = config_of("a", "b", "c", **keys)
    play(config, tmp_path / "whole")
    whole = keys_in(tmp_path / "whole")
    assert 4 <= len(whole) <= total(config)
    for step in (1, 2, 3, 5, 7):
        path = tmp_path / f"cut{step}"
        assert cut_again_and_again(config, path, step) > len(whole) // step
        assert set(keys_in(path)) == set(whole)
        in_order(path, len(whole))


def test_the_target_of_that_test_ends_the_league_early(tmp_path: Path) -> None:
    config = config_of("a", "b", "c", **FIXED["target"])
    outcome = play(config, tmp_path)
    assert 6 < outcome.summary.games < total(config) == outcome.planned
    assert all((row.high - row.low) / 2 <= 150 for row in outcome.summary.rows)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7])
def test_adaptive_cut_off_anywhere_plays_as_many_games(step: int, tmp_path: Path) -> None:
    config = config_of("a", "b", "c", "d", schedule="adaptive", games=10)
    cut_again_and_again(config, tmp_path, step)
    in_order(tmp_path, 20)
    colors = Counter((frozenset((black, white)), opening) for black, white, opening in keys_in(tmp_path))
    assert set(colors.values()) == {2}


@pytest.mark.parametrize("openings", [{"moves": 0}, {"moves": 2}])
def test_adaptive_stops_at_its_target_or_at_its_budget(openings: dict[str, Any], tmp_path: Path) -> None:
    wide = play(config_of(schedule="adaptive", games=200, target=300, openings=openings), tmp_path / "wide").summary
    assert 8 <= wide.games < 300 and all((row.high - row.low) / 2 <= 300 for row in wide.rows)
    never = config_of(schedule="adaptive", games=20, target=1, openings=openings)
    assert play(never, tmp_path / "never").summary.games == 30


def test_a_target_does_not_wait_for_the_stopped_nor_for_anchors(tmp_path: Path) -> None:
    config = config_of("a", "b", "c", games=100, target=300, anchors={"a": 1000})
    outcome = play(config, tmp_path, Script(culprit=lambda task: "c" * ("c" in (task.black, task.white))))
    assert outcome.stopped == {"c": "c fell over"}
    assert 0 < outcome.summary.games < 100


def test_anchors_among_themselves_play_all_their_games(tmp_path: Path) -> None:
    config = config_of("a", "b", target=50, anchors={"a": 1, "b": 2})
    assert play(config, tmp_path).summary.games == 4


def test_it_tells_how_far_it_is(tmp_path: Path) -> None:
    heard: list[Progress] = []
    with pytest.raises(Killed):
        play(config_of(), tmp_path, listener=after(5, Killed()))
    play(config_of(), tmp_path, listener=heard.append)
    assert [progress.finished for progress in heard] == list(range(5, 13))
    assert heard[0].record is None and all(progress.total == 12 for progress in heard)
    heard.clear()
    assert play(config_of(), tmp_path, listener=heard.append).summary.games == 12
    assert len(heard) == 1, "nothing left to play"


def test_a_longer_league_with_one_more_player_goes_on(tmp_path: Path) -> None:
    play(config_of("a", "b"), tmp_path)
    before = keys_in(tmp_path)
    outcome = play(config_of("a", "b", "c", games=6), tmp_path)
    assert keys_in(tmp_path)[:4] == before
    assert outcome.summary.games == 18
    in_order(tmp_path, 18)


def flaky(*numbers: int) -> Script:
    """Player b makes these games void at their first attempt."""
    return Script(culprit=lambda task: "b" * (task.number in numbers and task.attempt == 1))


def test_a_void_game_is_replayed_once_and_kept(tmp_path: Path) -> None:
    outcome = play(config_of("a", "b", "c"), tmp_path, flaky(2, 7))
    assert outcome.stopped == {} and outcome.summary.games == 12 and outcome.summary.voids == 2
    in_order(tmp_path, 12)
    records = [record for record in read_records(tmp_path / "games.jsonl") if record.number == 2]
    assert [(record.attempt, record.result == VOID) for record in records] == [(1, True), (2, False)]
    assert (tmp_path / "sgf" / "00002-b-a-void1.sgf").exists() and (tmp_path / "sgf" / "00002-b-a.sgf").exists()


def broken(name: str) -> Script:
    return Script(culprit=lambda task: name * (name in (task.black, task.white)))


def test_a_broken_player_is_found_out_soon_and_the_others_play_on(tmp_path: Path) -> None:
    heard: list[Progress] = []
    script = broken("b")
    outcome = play(config_of("a", "b", "c", games=100), tmp_path, script, listener=heard.append)
    assert outcome.stopped == {"b": "b fell over"}
    assert outcome.summary.voids == 3, "two games, and the replay of one"
    assert outcome.summary.games == 100 and {"b"}.isdisjoint(name for key in keys_in(tmp_path) for name in key[:2])
    assert [progress.stopped for progress in heard if progress.stopped] == ["b"]
    in_order(tmp_path, 100)


def test_two_broken_players(tmp_path: Path) -> None:
    culprits = {"b", "c"}
    script = Script(culprit=lambda task: min(culprits & {task.black, task.white}, default=""))
    outcome = play(config_of("a", "b", "c"), tmp_path, script)
    assert outcome.stopped.keys() == {"b", "c"} and outcome.summary.games == 0


@pytest.mark.parametrize("schedule", ["round-robin", "adaptive", "ladder"])
def test_everybody_is_broken(schedule: str, tmp_path: Path) -> None:
    script = Script(culprit=lambda task: task.black)
    outcome = play(config_of("a", "b", "c", schedule=schedule), tmp_path, script)
    assert outcome.summary.games == 0 and len(outcome.stopped) >= 2


@pytest.mark.parametrize("schedule", ["round-robin", "adaptive", "ladder"])
@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_void_when_it_ends(schedule: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    script = Script(culprit=lambda task: rng.choice([task.black, task.white, "", "", ""]), order=rng)
    config = config_of("a", "b", "c", "d", schedule=schedule, games=10)
    outcome = play(config, tmp_path, script)
    assert outcome.summary.games <= total(config)
    in_order(tmp_path, outcome.summary.games)


def test_the_stopped_stay_stopped_until_they_are_forgiven(tmp_path: Path) -> None:
    config = config_of("a", "b", "c")
    play(config, tmp_path, broken("b"))
    script = Script()
    assert play(config, tmp_path, script).stopped == {"b": "b fell over"}
    assert script.tasks == []
    outcome = play(config, tmp_path, script, retry=True)
    assert outcome.stopped == {} and outcome.summary.games == 12
    assert [task.attempt for task in script.calls[0]] == [3, 2], "void games first, under their old numbers"
    assert play(config, tmp_path).stopped == {}
    in_order(tmp_path, 12)


def test_forgiven_and_broken_again(tmp_path: Path) -> None:
    config = config_of("a", "b", "c")
    play(config, tmp_path, broken("b"))
    voids = len(list(read_records(tmp_path / "games.jsonl"))) - 4
    outcome = play(config, tmp_path, broken("b"), retry=True)
    assert outcome.stopped == {"b": "b fell over"}
    assert voids < outcome.summary.voids <= 2 * voids


def test_forgiven_and_interrupted_the_rest_needs_no_forgiveness(tmp_path: Path) -> None:
    config = config_of("a", "b", "c")
    play(config, tmp_path, broken("b"))
    with pytest.raises(Killed):
        play(config, tmp_path, listener=after(2, Killed()), retry=True)
    assert play(config, tmp_path).summary.games == 12


def test_a_second_process_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    play(config_of("a", "b"), tmp_path)
    before = (tmp_path / "league.json").read_bytes()
    with RecordFile(tmp_path / "games.jsonl"), pytest.raises(RecordError, match="another league is running"):
        play(config_of("a", "b", "c"), tmp_path)
    assert (tmp_path / "league.json").read_bytes() == before


def test_the_best_arbiter_that_accepts_a_pair_plays_it(tmp_path: Path) -> None:
    def no_c(black: Entrant, white: Entrant, manager: Any) -> bool:
        return "c" not in (black.name, white.name)

    good, fallback = Script(name="good", priority=5, accepts=no_c), Script(name="fallback")
    League(config_of(), LeagueFolder(tmp_path), manager_of(fallback, good)).run()
    assert {task.black + task.white for task in good.tasks} == {"ab", "ba"}
    assert {task.black + task.white for task in fallback.tasks} == {"ac", "ca", "bc", "cb"}
    assert good.closed == fallback.closed == 1


def test_the_arbiter_that_was_asked_for(tmp_path: Path) -> None:
    def nobody(black: Entrant, white: Entrant, manager: Any) -> bool:
        return False

    one, two = Script(name="one"), Script(name="two", priority=9)
    play_with = manager_of(one, two, Script(name="none", accepts=nobody))
    League(config_of(arbiter="one"), LeagueFolder(tmp_path), play_with).run()
    assert len(one.tasks) == 12 and not two.tasks
    for arbiter, words in (
        ("nine", "arbiter: got 'nine', allowed: none, one, two"),
        ("none", "arbiter: got 'none', allowed: one that can play 'a' against 'b'; auto chooses"),
    ):
        with pytest.raises(BadValue, match=words):
            League(config_of(arbiter=arbiter), LeagueFolder(tmp_path), play_with)
    with pytest.raises(BadValue, match="players: got 'a and b', allowed: players some arbiter accepts"):
        League(config_of(), LeagueFolder(tmp_path), manager_of(Script(accepts=nobody)))


WRONG_PLAYERS: list[tuple[dict[str, Any], str]] = [
    ({"player": "oracle"}, "player: got 'oracle', allowed: random"),
    ({"player": "random", "set": {"luck": 3}}, "player 'b': set: setting: got 'luck', allowed: none at all"),
    ({"engine": "deep-blue"}, "deep-blue"),
    ({"command": []}, "command of player b"),
    ({"command": ["no-such-program-anywhere"]}, "no-such-program-anywhere"),
]


@pytest.mark.parametrize(("player", "words"), WRONG_PLAYERS, ids=[words for _, words in WRONG_PLAYERS])
def test_a_wrong_player_is_told_before_the_first_game(player: dict[str, Any], words: str, tmp_path: Path) -> None:
    config = config_of(players=[{"name": "a", "player": "random"}, {"name": "b", **player}])
    with pytest.raises((BadValue, EngineError), match=words):
        League(config, LeagueFolder(tmp_path / "x"), manager_of(Script()))
    assert not (tmp_path / "x").exists()


def test_a_resumed_league_meets_other_random_numbers(tmp_path: Path) -> None:
    script = Script()
    with pytest.raises(Killed):
        play(config_of(seed=7), tmp_path, script, listener=after(3, Killed()))
    play(config_of(seed=7), tmp_path, script)
    assert script.seeds[0] == 7 != script.seeds[1] and 0 <= script.seeds[1] < 2**31


def forged(**changes: Any) -> Script:
    return Script(forge=lambda record: replace(record, **changes) if record.number == 2 else record)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (forged(number=99), "'scripted': played game 99, which was not its task"),
        (forged(number=1), "'scripted': played game 1, which was not its task"),
        (forged(black="c"), "'scripted': game 2 is not the one that was its task"),
        (forged(opening="x"), "'scripted': game 2 is not the one that was its task"),
        (forged(attempt=2), "'scripted': game 2 is not the one that was its task"),
        (forged(result=VOID), "'scripted': void game 2 without a culprit"),
        (Script(forge=lambda record: record if record.number < 12 else None), "ended with 1 of 12 games not played"),
    ],
)
def test_an_arbiter_that_breaks_its_word(script: Script, words: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=words):
        play(config_of(), tmp_path, script)
    assert script.closed == 1
    play(config_of(), tmp_path)
    in_order(tmp_path, 12)


def test_what_the_listener_raises_ends_the_league_in_order(tmp_path: Path) -> None:
    script = Script()
    with pytest.raises(KeyboardInterrupt):
        play(config_of(), tmp_path, script, listener=after(4, KeyboardInterrupt()))
    assert script.closed == 1 and len(keys_in(tmp_path)) == 4
    RecordFile(tmp_path / "games.jsonl").close()


def test_a_full_disk_loses_no_game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tessera import sgf
    from tessera.errors import SgfError

    def full(path: Path, text: str) -> None:
        raise SgfError(f"{path}: not written: No space left on device")

    def fill(progress: Progress) -> None:
        if progress.finished == 5:
            monkeypatch.setattr(sgf, "save", full)

    with pytest.raises(SgfError, match="No space left"):
        play(config_of(), tmp_path, listener=fill)
    assert len(keys_in(tmp_path)) == 6, "the game counts, its SGF is missing"
    monkeypatch.undo()
    play(config_of(), tmp_path)
    in_order(tmp_path, 12)


def test_tasks_hold_their_opening(tmp_path: Path) -> None:
    script = Script()
    play(config_of(openings={"moves": 3}), tmp_path, script)

    def moves(task: Task) -> int:
        return len(task.opening.moves)

    assert {moves(task) for task in script.tasks} == {3}


def lean(share: float) -> Script:
    """Player a wins this share of its games, by the opening's name and the colour alone."""

    def forge(record: GameRecord) -> GameRecord:
        digest = hashlib.sha256(f"{record.opening} {record.black}".encode()).digest()
        a_wins = int.from_bytes(digest[:4]) < share * 2**32
        if record.result == VOID:
            return record
        return replace(record, result="B+R" if a_wins == (record.black == "a") else "W+R")

    return Script(forge=forge, order=random.Random(1))


TEST = {"elo0": 0, "elo1": 100}


@pytest.mark.parametrize(("share", "verdict"), [(0.75, "H1"), (0.5, "H0"), (0.25, "H0")])
def test_a_test_stops_by_itself(share: float, verdict: str, tmp_path: Path) -> None:
    heard: list[Progress] = []
    outcome = play(config_of("a", "b", games=2000, sprt=TEST), tmp_path, lean(share), listener=heard.append)
    assert outcome.trial is not None and outcome.trial.verdict == verdict
    assert 10 < outcome.summary.games < 1000
    assert [each.trial is not None and each.trial.verdict for each in heard[:-1]] == ["continue"] * (len(heard) - 1)
    assert heard[-1].trial == outcome.trial
    again = lean(share)
    assert play(config_of("a", "b", games=2000, sprt=TEST), tmp_path, again).trial == outcome.trial
    assert again.tasks == [], "it was decided"


def test_a_killed_test_decides_as_one_that_was_not(tmp_path: Path) -> None:
    config = config_of("a", "b", games=2000, sprt=TEST)
    whole = play(config, tmp_path / "whole", lean(0.6))
    for cut in (1, 7, 30):
        with pytest.raises(Killed):
            play(config, tmp_path / str(cut), lean(0.6), listener=after(cut, Killed()))
        assert play(config, tmp_path / str(cut), lean(0.6)).trial == whole.trial


def test_a_test_without_decision_ends_with_its_games(tmp_path: Path) -> None:
    outcome = play(config_of("a", "b", games=8, sprt=TEST), tmp_path, lean(0.6))
    assert outcome.trial is not None and outcome.trial.verdict == "continue" and outcome.summary.games == 8


def test_void_games_do_not_disturb_a_test(tmp_path: Path) -> None:
    config, script = config_of("a", "b", games=2000, sprt=TEST), lean(0.75)
    script.culprit = lambda task: "b" * (task.number % 5 == 0 and task.attempt == 1)
    outcome = play(config, tmp_path / "voids", script)
    assert outcome.trial == play(config, tmp_path / "whole", lean(0.75)).trial
    assert outcome.summary.voids > 1
