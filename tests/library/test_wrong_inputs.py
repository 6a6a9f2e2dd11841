"""Whatever is passed wrongly is one sentence that names the argument, what came and what is allowed."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest

import tessera
from tessera.errors import BadValue, TesseraError
from tessera.library.players import LoadedPlayer

WRONG = {
    "P(1)": "size: got 1, allowed: 2 to 25",
    "P('9')": "size: got '9'",
    "P(9.5)": "size: got 9.5",
    "P(9, komi=float('nan'))": "komi: got nan",
    "P(9, komi='x')": "komi: got 'x', allowed: a number",
    "P(9, rules='foo')": "rules: got 'foo', allowed: tromp-taylor, ",
    "P(9, rules=3)": "rules: got 3, allowed: text or a Ruleset",
    "P(9, moves='Z9')": "vertex: got 'Z9', allowed: A1 to J9 without I, or pass",
    "P(9, moves='A1 A1')": "illegal move: white A1",
    "P(9, moves=['A1', 3])": "moves: got ['A1', 3], allowed: text or a list, each text",
    "P(9).play(3)": "moves: got 3, allowed: text",
    "P(9).play('A1', color='red')": "color: got 'red'",
    "P(9).undo()": "moves to undo: got 1, allowed: 0 to 0",
    "P(9).undo(-1)": "count: got -1",
    "P(9).is_legal(3)": "move: got 3, allowed: text",
    "P(9).svg(policy=[1, 2])": "shape of policy: got [2], allowed: [9, 9] or [81] or [82]",
    "P(9).svg(policy='x')": "policy: got 'x', allowed: an array of numbers",
    "P(9).svg(ownership=np.full((9, 9), np.nan))": "ownership: got nan, allowed: finite numbers",
    "P(9).svg(width=-3)": "width: got -3, allowed: a whole number, 16 to 10000",
    "P.from_sgf('missing.sgf')": "missing.sgf: no such file",
    "P.from_sgf(b'junk')": "not an SGF file",
    "P.from_sgf(3)": "source: got 3, allowed: text or a path or bytes",
    "P.from_diagram('XX\\nXX')": "set-up position: got '4 stones'",
    "P.from_diagram(3)": "text: got 3, allowed: text",
    "tessera.load('missing.pth')": "missing.pth: no such file",
    "tessera.load(3)": "checkpoint: got 3, allowed: text or a path or None",
    "tessera.load(device='foo')": "device: got 'foo', allowed: auto, cpu, cuda",
    "tessera.load_player('missing.pth')": "missing.pth: no such file",
    "tessera.load_player('x.pth', player='random')": "checkpoint: got 'x.pth', allowed: none",
    "tessera.load_player(player='foo')": "player: got 'foo', allowed: ",
    "tessera.load_player(level=11)": "level: got 11, allowed: 1 to 10",
    "tessera.load_player(level=1, visits=3)": "level: got 1, allowed: instead of",
    "tessera.load_player(rank='9d', size=9)": "rank: got '9d', allowed: 21k to",
    "tessera.load_player(rank='12')": "rank: got '12', allowed: 30k to 1k",
    "tessera.load_player(elo='x')": "elo: got 'x'",
    "tessera.load_player(visits='ten')": "visits: got 'ten', allowed: a whole number, 1 to 10000000",
    "tessera.load_player(visits=2.5)": "visits: got 2.5",
    "tessera.load_player(seconds=float('nan'))": "seconds: got nan",
    "tessera.load_player(threads=0)": "threads: got 0",
    "tessera.load_player(seed=-1)": "seed: got -1",
    "tessera.load_player(size=40)": "size: got 40, allowed: a whole number, 2 to 25",
    "tessera.load_player(settings=3)": "settings: got 3, allowed: a table",
    "tessera.load_player(settings={'temperature': 'x'})": "player search: temperature: got 'x'",
    "tessera.load_player(manager=3)": "manager: got 3, allowed: a Manager",
    "tessera.load_engine('nothing')": "engine: got 'nothing'",
    "dice.analyze('E5')": "positions: got 'E5', allowed: a Position",
    "dice.analyze(None)": "positions: got None",
    "dice.analyze(P(5), visits=0)": "visits: got 0",
    "dice.choose(None)": "position: got None, allowed: a Position",
    "dice.analyze(P(5)).svg('foo')": "show: got 'foo', allowed: policy, visits, ownership",
    "tessera.play_game(dice, 'me', P(5))": "white: got 'me', allowed: a LoadedPlayer",
    "tessera.play_game(dice, dice, P(5), seed=1.5)": "seed: got 1.5",
    "tessera.self_play(dice, -1, P(5))": "games: got -1, allowed: a whole number, 0 or more",
    "tessera.self_play(dice, 1, P(5), temperature=0)": "temperature: got 0, allowed: a number, more than 0",
    "tessera.rate([('a', 'b', 'foo')])": "result: got 'foo'",
    "tessera.rate([('a', 'b')])": "game: got ('a', 'b'), allowed: a PlayedGame, a GameRecord or (black, white, result)",
    "tessera.rate([('a', 'a', 'B+R')])": "players of a game: got 'a', allowed: two different names",
    "tessera.rate([('a', 'b', 'B+R')], anchors={'a': 'x'})": "anchors a: got 'x', allowed: a number",
    "tessera.rate([('a', 'b', 'B+R')], anchors={'c': 0})": "anchor: got 'c', allowed: one of a, b",
    "tessera.read_games('missing.jsonl')": "missing.jsonl: cannot be read",
    "tessera.open_run('missing')": "RUN: got 'missing', allowed: the folder of a run",
    "tessera.train('r', preset='foo')": "preset: got 'foo', allowed: 5x5, ",
    "tessera.train('r', foo=1)": "setting of a run: got 'foo', allowed: network, ",
    "tessera.train('r', minutes='x')": "minutes: got 'x', allowed: a number",
    "tessera.train('r', trainer_settings=3)": "trainer_settings: got 3, allowed: a table of settings",
    "tessera.train('r', trainer_settings={'foo': 1})": "trainer gumbel: setting: got 'foo'",
    "tessera.train('r', config=3)": "config: got 3, allowed: a RunConfig or None",
    "tessera.resume_training('missing')": "got 'missing', allowed: the folder of an earlier run",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_argument_is_one_sentence(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = {"tessera": tessera, "np": np, "P": tessera.Position, "dice": tessera.load_player(player="random")}
    with pytest.raises(TesseraError) as caught:
        eval(words, names)
    assert WRONG[words] in str(caught.value) and "\n" not in str(caught.value)
    assert not any(tmp_path.iterdir()), "nothing is left behind"


def test_what_is_refused_changes_nothing() -> None:
    position = tessera.Position(5, moves="C3")
    with pytest.raises(BadValue):
        position.play("D4 Z9")
    assert position.moves == ("C3",)


def test_numbers_of_numpy_are_numbers() -> None:
    position = tessera.Position(np.int64(5), komi=np.float32(5.5))
    assert (position.size, position.komi) == (5, 5.5)


def _takes_arguments(function: object) -> bool:
    return inspect.isfunction(function) and bool(set(inspect.signature(function).parameters) - {"self", "cls", "error"})


def test_every_public_door_holds_its_arguments_to_their_annotations() -> None:
    doors = {name: getattr(tessera, name) for name in tessera.__all__}
    functions = {name: each for name, each in doors.items() if inspect.isfunction(each)}
    for owner in (tessera.Position, LoadedPlayer, tessera.PlayedGame, tessera.PositionAnalysis):
        for name, each in vars(owner).items():
            if not name.startswith("_") or (owner is tessera.Position and name == "__init__"):
                functions[f"{owner.__name__}.{name}"] = getattr(each, "__func__", each)
    unchecked = {
        name for name, each in functions.items() if _takes_arguments(each) and not hasattr(each, "__wrapped__")
    }
    # One wraps a game of ours; the other belongs to tessera.runs, which needs no numpy.
    assert unchecked == {"Position.of", "open_run"}
