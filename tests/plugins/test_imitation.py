"""The trainer `imitation`: what a file teaches, which files it skips, and that it learns and goes on exactly."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from tessera import sgf
from tessera.checkpoints import read_manifest
from tessera.cli.main import App, cli
from tessera.errors import BadValue
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, EMPTY, WHITE
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score
from tessera.settings import from_table
from tessera.testing import check_trainer
from tessera.training.targets import DRAW, LOSS, WIN, Positions
from tessera_imitation import build_imitation
from tessera_imitation.folder import find_files
from tessera_imitation.reading import (
    UNPLAYABLE,
    UNREADABLE,
    WITHOUT_MOVES,
    WITHOUT_RESULT,
    Unusable,
    read_positions,
)
from tessera_imitation.result import Result, parse_result
from tessera_imitation.settings import ImitationSettings, normalise
from tessera_imitation.stream import Stream
from tessera_resnet.settings import ResNetSettings

SHAPE: dict[str, Any] = {"blocks": 1, "width": 16, "pool_every": 1}
TINY: dict[str, Any] = {"batch": 16, "warm_up": 20, "window": 500, "held_out": 0.2}
OWN, OPPONENT, LAST_MOVE = 1, 2, 7
"""Planes."""


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def play_above(size: int, seed: int, *, moves: int = 20) -> Game:
    """A game whose moves are easy to guess: above the last one where that is legal, else the first legal point."""
    game, dice = Game(size, rules=PRESETS["chinese"], komi=0.5), random.Random(seed)
    for number in range(moves):
        legal = [p for p in range(size * size) if game.is_legal(game.to_play, p)]
        above = game.moves[-1].point - size if game.moves else -1
        if number < 2 or not legal:
            above = dice.choice(legal) if legal else size * size
        game.play(game.to_play, above if above in legal or not legal else legal[0])
    return game


def folder_of_games(path: Path, count: int, *, sizes: tuple[int, ...] = (5,)) -> Path:
    for number in range(count):
        game = play_above(sizes[number % len(sizes)], number)
        write(path / f"{number % 3}" / f"{number}.sgf", sgf.dumps(game, result=str(score(game))))
    return path


def trainer(games: Path, **settings: Any) -> Any:
    torch.manual_seed(0)
    given = from_table(ImitationSettings, {**TINY, "games": str(games), **settings}, owner="imitation")
    return build_imitation(build_manager().networks["resnet"].build(ResNetSettings(**SHAPE)), "cpu", 0, given)


def positions_of(path: Path, text: str) -> Positions:
    return read_positions(write(path / "game.sgf", text))[1]


def test_it_keeps_the_promises_of_a_trainer(tmp_path: Path) -> None:
    manager = build_manager()
    games = folder_of_games(tmp_path, 8, sizes=(4, 5))
    check_trainer(
        manager.trainers["imitation"],
        manager.networks["resnet"],
        network_settings=SHAPE,
        settings={**TINY, "games": str(games)},
        steps=4,
    )


# ------------------------------------------------------------ what a file teaches


COUNTED = "(;FF[4]SZ[3]RU[Chinese]KM[0.5]RE[B+8.5];B[bb];W[ab];B[ba];W[];B[])"


def test_targets_of_a_counted_game(tmp_path: Path) -> None:
    """Black owns all of 3x3; White's stone at the left edge is dead."""
    targets = positions_of(tmp_path, COUNTED)
    played = [4, 3, 1, 9, 9]
    assert targets.action.tolist() == played
    assert targets.policy.sum(1).tolist() == [1.0] * 5
    assert targets.policy.argmax(1).tolist() == played
    assert targets.opponent_policy.argmax(1).tolist()[:-1] == played[1:]
    assert targets.opponent_policy.sum(1).tolist() == [1, 1, 1, 1, 0], "nothing follows the last move"
    assert targets.value.tolist() == [WIN, LOSS, WIN, LOSS, WIN]
    assert targets.score.tolist() == [8.5, -8.5, 8.5, -8.5, 8.5]
    assert targets.ownership.tolist() == [[side] * 9 for side in (1, -1, 1, -1, 1)]
    third = targets.planes[2]
    assert third[OWN].nonzero()[:, 0].tolist() == [4] and third[OPPONENT].nonzero()[:, 0].tolist() == [3]
    assert third[LAST_MOVE].nonzero()[:, 0].tolist() == [3]
    komi = targets.globals_[:, 0] * 15
    assert komi.tolist() == pytest.approx([-0.5, 0.5, -0.5, 0.5, -0.5])


@pytest.mark.parametrize("result", ["W+R", "W+T", "W+"])
def test_without_points_only_the_winner_is_learned(tmp_path: Path, result: str) -> None:
    targets = positions_of(tmp_path, COUNTED.replace("B+8.5", result))
    assert targets.value.tolist() == [LOSS, WIN, LOSS, WIN, LOSS]
    assert targets.score.isnan().all() and targets.ownership.abs().sum() == 0
    assert targets.policy.argmax(1).tolist() == [4, 3, 1, 9, 9]


@pytest.mark.parametrize("result", ["W+0.5", "B+2.5", "Draw"])
def test_points_the_board_does_not_bear_out_are_not_learned(tmp_path: Path, result: str) -> None:
    """Another winner, the same one by six points more than 3x3 has sides, nobody."""
    targets = positions_of(tmp_path, COUNTED.replace("B+8.5", result))
    assert targets.value[0] == {"W": LOSS, "B": WIN, "D": DRAW}[result[0]]
    assert targets.score.isnan().all() and targets.ownership.abs().sum() == 0


def test_set_up_stones_and_turns_out_of_order(tmp_path: Path) -> None:
    """Handicap stones placed as moves, and stones set up in mid-game: only moves of the side to play are learned."""
    head = "(;FF[4]SZ[5]KM[0.5]HA[2]RE[W+R]"
    targets = positions_of(tmp_path, f"{head};B[bb];B[dd];W[cc];AB[aa];W[ee];B[ca])")
    assert targets.action.tolist() == [6, 18, 12, 24, 2]
    assert targets.value.tolist() == [LOSS, LOSS, WIN, WIN, LOSS]
    assert targets.opponent_policy.sum(1).tolist() == [0, 1, 0, 1, 0], (
        "a reply is the opponent's, and comes right after"
    )
    assert targets.planes[3][OPPONENT].nonzero()[:, 0].tolist() == [0, 6, 18]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B+3.5", Result(BLACK, 3.5)),
        ("w+12", Result(WHITE, -12.0)),
        ("B+R", Result(BLACK, None)),
        ("W+Resign", Result(WHITE, None)),
        ("W+Time", Result(WHITE, None)),
        ("B+", Result(BLACK, None)),
        ("B+0", Result(BLACK, None)),
        ("0", Result(EMPTY, 0.0)),
        ("Draw", Result(EMPTY, 0.0)),
        ("", None),
        ("?", None),
        ("Void", None),
        ("B+Forfeit", None),
        ("B+nan", None),
        ("B+1e9", None),
        ("B+12345", None),
    ],
)
def test_results(text: str, expected: Result | None) -> None:
    assert parse_result(text) == expected


# ------------------------------------------------------------ which files there are


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no game at all", UNREADABLE),
        ("(;SZ[99]RE[B+R];B[aa])", UNREADABLE),
        ("(;SZ[5];B[aa])", WITHOUT_RESULT),
        ("(;SZ[5]RE[B+R];B[aa];W[aa])", UNPLAYABLE),
        ("(;SZ[5]RE[B+R])", WITHOUT_MOVES),
    ],
)
def test_files_that_teach_nothing(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Unusable) as caught:
        positions_of(tmp_path, text)
    assert caught.value.reason == reason


def test_skipped_files_are_told_once(tmp_path: Path) -> None:
    folder_of_games(tmp_path, 6)
    for number in range(3):
        write(tmp_path / f"lost{number}.sgf", f"(;SZ[5]C[{number}];B[aa])")
    write(tmp_path / "bad.SGF", "(;SZ[5]RE[B+R];B[aa];W[aa])")
    stream = Stream(find_files(str(tmp_path), held_out=0.0), 0)
    assert [stream.next() is None for _ in range(10)].count(True) == 4
    told = stream.take_warnings()
    assert len(told) == 3 and told[-1] == (
        "4 of 10 files are skipped: 3 without a result, 1 with a move that cannot be played"
    )
    assert any(text.startswith("'bad.SGF' is skipped: move 2: illegal move") for text in told)
    assert sum(text.endswith("RE is ''") for text in told) == 1
    assert [stream.next() is None for _ in range(10)].count(True) == 4 and stream.take_warnings() == ()


def test_a_folder_of_nothing_but_skipped_files_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "a.sgf", "(;SZ[5];B[aa])")
    write(tmp_path / "b.sgf", "nothing")
    with pytest.raises(BadValue, match=r"of 2 files 1 .*, 1 "):
        trainer(tmp_path).step()


def test_each_pass_reads_every_file_once_in_another_order(tmp_path: Path) -> None:
    files = find_files(str(folder_of_games(tmp_path, 12)), held_out=0.0)
    stream, passes = Stream(files, 7), []
    for number in range(1, 4):
        firsts = [found[1].planes[2] for found in (stream.next() for _ in range(12)) if found]
        passes.append([str(planes.nonzero().tolist()) for planes in firsts])
        assert stream.epoch == number
    assert sorted(passes[0]) == sorted(passes[1]) == sorted(passes[2])
    assert passes[0] != passes[1] != passes[2] and len(set(passes[0])) > 6


def test_held_out_files_are_chosen_by_content(tmp_path: Path) -> None:
    names = [f"{number:03d}.sgf" for number in range(200)]
    for number, name in enumerate(names):
        text = f"(;SZ[{9 if number % 2 else 13}]C[{number // 2 * 2}]RE[B+R];B[aa])"
        write(tmp_path / "a" / name, text)
        write(tmp_path / "b" / name, text)
    files = find_files(str(tmp_path), held_out=0.25)
    assert len(files.learned) + len(files.held_out) == 400 and 50 < len(files.held_out) < 150
    for name in names:
        assert (f"a/{name}" in files.learned) == (f"b/{name}" in files.learned), "a copy would give the game away"
    assert set(files.sides) == {9, 13} and files.sides.total() == len(files.learned)
    assert find_files(str(tmp_path), held_out=0.1).digest != files.digest
    write(tmp_path / "a" / names[0], "(;SZ[9];B[ab])")
    assert find_files(str(tmp_path), held_out=0.25).digest != files.digest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("held_out", 0.6),
        ("replay_ratio", 0.0),
        ("window", 0),
        ("lr_decay_steps", 0),
        ("lr", 0.0),
        ("opponent_policy_loss", -1.0),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    with pytest.raises(BadValue, match=name):
        from_table(ImitationSettings, {name: value}, owner="imitation")


def test_a_folder_has_to_be_given_and_to_have_games(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for games, complaint in (("", "a folder"), ("nowhere", "no such folder"), ("empty", r"ending in \.sgf")):
        with pytest.raises(BadValue, match=complaint):
            normalise(ImitationSettings(games=games))
    folder_of_games(tmp_path / "here", 1)
    assert normalise(ImitationSettings("here", held_out=0.1)) == ImitationSettings(str(tmp_path / "here"), held_out=0.1)


# ------------------------------------------------------------ learning


def test_it_learns_the_moves_of_games_it_never_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance is 1 in 26."""
    monkeypatch.setattr("tessera_imitation.trainer.MEASURE_EVERY", 40)
    games = folder_of_games(tmp_path, 40)
    learner = trainer(games, symmetries=False, window=2000, lr=1e-2, ema_decay=0.9, replay_ratio=4.0)
    report = learner.step()
    while report.steps < 120:
        report = learner.step()
    assert report.health["held_out_policy_accuracy"] > 0.5, report.health
    assert report.health["policy_accuracy"] > 0.5


def test_resuming_is_exact_across_an_epoch(tmp_path: Path) -> None:
    games = folder_of_games(tmp_path, 10, sizes=(4, 5))
    first = trainer(games)
    while (report := first.step()).health["epoch"] < 1 or not report.games % 8 > 2:
        pass
    state = first.state_dict()
    begun = report.health["epoch"]
    reports = [first.step() for _ in range(8)]
    assert reports[-1].health["epoch"] > begun
    second = trainer(games)
    second.load_state_dict(state)
    assert [second.step() for _ in range(8)] == reports
    left, right = first.network().state_dict(), second.network().state_dict()
    assert all(torch.equal(left[name], right[name]) for name in left)


def test_a_folder_that_changed_is_read_anew(tmp_path: Path) -> None:
    first = trainer(folder_of_games(tmp_path, 8))
    report = first.step()
    state = first.state_dict()
    folder_of_games(tmp_path, 12)
    second = trainer(tmp_path)
    second.load_state_dict(state)
    after = second.step()
    assert any("not those of the checkpoint" in text for text in after.warnings)
    assert after.games > report.games and after.moves > report.moves


def test_a_run_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`games` is relative to the first working directory; evaluations are on a board there are games on."""
    config = write(tmp_path / "run.toml", "evaluation_games = 2\nevaluation_size = 9\n")
    folder_of_games(tmp_path / "games", 8, sizes=(3,))
    monkeypatch.chdir(tmp_path)
    words = ["--trainer", "imitation", "--set", "games=games", "--set", "batch=16", "--set", "warm_up=20"]
    shape = ["--set-network", "blocks=1", "--set-network", "width=8"]
    first = run("--config", str(config), "--out", "run", "--games", "10", *words, *shape)
    assert first.exit_code == 0 and "evaluation games are on 3x3" in first.output, first.output
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    second = run("--out", str(tmp_path / "run"), "--resume", "--games", "20")
    assert second.exit_code == 0, second.output
    newest = max((tmp_path / "run" / "checkpoints").glob("net-*.pth"))
    meta = read_manifest(newest).meta
    assert meta.games >= 20 and meta.sizes == (3,) and meta.step > 0


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["train", *words], obj=App(), catch_exceptions=True)


def test_a_run_without_games_leaves_no_folder(tmp_path: Path) -> None:
    done = run("--trainer", "imitation", "--out", str(tmp_path / "run"))
    assert isinstance(done.exception, BadValue) and not (tmp_path / "run").exists()
