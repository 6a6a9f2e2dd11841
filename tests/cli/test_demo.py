"""`tessera demo`: plain in a pipe, a picture on a terminal, an SGF in every case."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tessera import sgf
from tessera.cli import board_output, demo, opponents
from tessera.cli.demo_view import View, look
from tessera.cli.main import main
from tessera.errors import EngineError
from tessera.interfaces.player import Limits
from tessera.match.game import Match, Side
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tests.cli.scripted import ScriptedPlayer, Think, following, run

SHORT = following("C3", "D3", "C4", "pass", "pass")
WORDS = ("--opponent", "self", "--size", "5", "--delay", "0")


def test_in_a_pipe_it_is_plain_and_sparse(tmp_path: Path) -> None:
    result = run(demo.command, SHORT, *WORDS, "--out", str(tmp_path))
    assert result.return_value == 0
    lines = result.stdout.splitlines()
    assert "\x1b" not in result.stdout
    assert lines[0].split() == ["1", "black", "C3", "Black", "50.0%", "even", "7", "visits", "C3", "pass"]
    assert len([line for line in lines if re.match(r" +\d+  (black|white)", line)]) == 5
    assert result.stdout.count("A B C D E") == 2  # one board, at the end
    assert "Black, Tessera scripted, wins by 17.5 points." in result.stdout


def test_the_file_and_the_lines_to_paste(tmp_path: Path) -> None:
    result = run(demo.command, SHORT, *WORDS, "--out", str(tmp_path))
    path = tmp_path / "demo-00001.sgf"
    record = sgf.read(path)
    assert (record.result, len(record.game().moves)) == ("B+17.5", 5)
    assert "SBKV[51.00]" in path.read_text()
    program = str(Path(sys.executable).parent / "tessera-gtp")
    assert f"Saved as {path}" in result.stdout
    assert f"Path       {program}" in result.stdout
    assert f"Command    {program}" in result.stdout


def test_json_is_one_document(tmp_path: Path) -> None:
    result = run(demo.command, SHORT, *WORDS, "--out", str(tmp_path), "--json")
    document = json.loads(result.stdout)
    assert document["moves"] == ["C3", "D3", "C4", "pass", "pass"]
    assert (document["result"], document["interrupted"]) == ("B+17.5", False)
    assert document["sgf"] == str(tmp_path / "demo-00001.sgf")
    assert Path(document["gtp"][0]).name == "tessera-gtp"


def test_the_pasted_command_names_the_checkpoint_wherever_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert demo.gtp_command("net.pth")[1:] == ["--ckpt", str(tmp_path / "net.pth")]
    assert demo.gtp_command("s3://bucket/net.pth")[1:] == ["--ckpt", "s3://bucket/net.pth"]


def test_an_interruption_saves_the_moves_so_far(tmp_path: Path) -> None:
    def think(game: Game, color: int) -> str:
        if len(game.moves) == 2:
            raise KeyboardInterrupt
        return SHORT(game, color)

    result = run(demo.command, think, *WORDS, "--out", str(tmp_path))
    assert result.return_value == 130
    path = tmp_path / "demo-00001.sgf"
    assert f"interrupted: the 2 moves so far are in {path}" in result.stderr
    assert sgf.read(path).result == "?"
    assert len(sgf.load(path).moves) == 2


def opponent(monkeypatch: pytest.MonkeyPatch, think: Think) -> ScriptedPlayer:
    player = ScriptedPlayer(think)
    player.name = "GNU Go 3.8"
    monkeypatch.setattr(opponents, "open_gnugo", lambda rules, *, size, seed, required: player)
    return player


@pytest.mark.parametrize(
    ("color", "black", "white", "result"),
    [("black", "Tessera scripted", "GNU Go 3.8", "B+R"), ("white", "GNU Go 3.8", "Tessera scripted", "W+R")],
)
def test_against_an_engine(
    color: str, black: str, white: str, result: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = opponent(monkeypatch, lambda game, color: "resign" if len(game.moves) > 1 else f"A{1 + len(game.moves)}")
    words = ("--size", "5", "--delay", "0", "--color", color, "--out", str(tmp_path), "--json")
    document = json.loads(run(demo.command, SHORT, *words).stdout)
    assert (document["black"], document["white"], document["result"]) == (black, white, result)
    assert player.closed


def test_a_dying_engine_leaves_the_moves_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def think(game: Game, color: int) -> str:
        raise EngineError("engine gnugo: it is gone")

    player = opponent(monkeypatch, think)
    result = run(demo.command, SHORT, "--size", "5", "--delay", "0", "--out", str(tmp_path))
    path = tmp_path / "demo-00001.sgf"
    assert isinstance(result.exception, EngineError)
    assert str(result.exception) == f"engine gnugo: it is gone; the 1 moves so far are in {path}"
    assert len(sgf.load(path).moves) == 1
    assert player.closed


def test_without_the_engine_a_note_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tessera.engines import Profile

    words = ("--size", "5", "--delay", "0", "--out", str(tmp_path), "--json")
    monkeypatch.setattr(Profile, "find", lambda profile, *program: None)
    result = run(demo.command, SHORT, *words)
    assert json.loads(result.stdout)["white"] == "Tessera scripted"
    assert "GNU Go is not installed (apt-get install gnugo), so Tessera plays itself" in result.stderr
    refused = run(demo.command, SHORT, *words, "--opponent", "gnugo")
    assert isinstance(refused.exception, EngineError)
    monkeypatch.setattr(Profile, "find", lambda profile: "/usr/games/gnugo")
    result = run(demo.command, SHORT, *words, "--rules", "bga")
    assert "GNU Go does not know bga rules, so Tessera plays itself" in result.stderr


@pytest.mark.gnugo
def test_a_game_against_gnugo(tmp_path: Path) -> None:
    words = ["demo", "--player", "random", "--opponent", "gnugo", "--size", "5", "--delay", "0", "--seed", "1"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    record = sgf.read(tmp_path / "demo-00001.sgf")
    assert record.white.startswith("GNU Go 3.8")
    assert record.result.startswith("W+")


# ------------------------------------------------------------ the picture


def view(size: int = 9, moves: int = 6) -> View:
    think = following(*(_vertex(point, size) for point in range(0, size * size, 2)))
    side = Side("Tessera scripted, with a name far too long for any terminal", ScriptedPlayer(think), Limits())
    match = Match(Game(size), {BLACK: side, WHITE: side})
    for _ in range(moves):
        match.play()
    analysis = side.player.analyze(match.game, match.game.to_play, Limits())
    return look(match, title="Tessera demo", analysis=analysis)


def _vertex(point: int, size: int) -> str:
    from tessera.rules.coords import vertex

    return vertex(point, size)


def drawn(view: View, *, width: int, height: int, color: str | None = "truecolor") -> list[str]:
    console = Console(
        file=io.StringIO(),
        width=width,
        height=height,
        force_terminal=True,
        color_system=color,  # type: ignore[arg-type]
        record=True,
    )
    console.print(board_output.draw(view, console))
    return console.export_text().rstrip("\n").split("\n")


@pytest.mark.parametrize("color", ["truecolor", None])
@pytest.mark.parametrize(
    ("size", "width", "height"),
    [(5, 80, 24), (9, 80, 24), (13, 80, 24), (19, 80, 24), (9, 200, 60), (19, 200, 60), (9, 60, 15)],
)
def test_the_picture_fits(size: int, width: int, height: int, color: str | None) -> None:
    lines = drawn(view(size), width=width, height=height, color=color)
    assert len(lines) < height
    assert max(len(line) for line in lines) <= width
    text = "\n".join(lines)
    for expected in ("A B C D E", f"{size} ", "Black ", "56.0%", "B+6", "is thinking: 7 visits", " pass"):
        assert expected in text
    if height > size + 6:
        assert "6." in lines[-1]


def test_stones_are_told_apart_without_colour() -> None:
    lines = drawn(view(5, moves=3), width=80, height=24, color=None)
    board = "\n".join(line[:17] for line in lines)
    assert (board.count("X"), board.count("O")) == (2, 1)


def test_before_anybody_has_thought() -> None:
    empty = replace(view(9, moves=0), winrate=None, lead="", candidates=(), history=())
    assert "nobody has thought yet" in "\n".join(drawn(empty, width=80, height=24))


def on_a_terminal(folder: Path, **environment: str) -> str:
    """What a run with a pseudo-terminal for stdin, stdout and stderr writes."""
    code = (
        "from tests.cli.scripted import app_with, following; from tessera.cli.demo import command;"
        "app, _ = app_with(following('C3', 'D3', 'pass', 'pass'));"
        f"command.main(args=[*{WORDS!r}, '--player', 'scripted', '--out', {str(folder)!r}], obj=app)"
    )
    main, side = pty.openpty()
    everything = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environment}
    child = subprocess.Popen([sys.executable, "-c", code], stdout=side, stderr=side, stdin=side, env=everything)
    os.close(side)
    seen = _drain(main, child)
    os.close(main)
    assert child.wait() == 0, seen
    return seen


def test_on_a_terminal_the_cursor_comes_back(tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path)
    assert "\x1b[?25l" in seen
    assert seen.index("\x1b[?25h") < seen.index("Saved as")
    assert "●" in seen


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"COLUMNS": "30"}, {"LINES": "8"}])
def test_on_a_terminal_that_cannot_show_it_there_are_lines(environment: dict[str, str], tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, **environment)
    assert "\x1b[?25l" not in seen
    assert "1  black C3" in seen


def _drain(descriptor: int, child: subprocess.Popen[bytes]) -> str:
    data, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([descriptor], [], [], 0.1)[0]:
            try:
                more = os.read(descriptor, 65536)
            except OSError:  # the other end is closed
                break
            data += more
        elif child.poll() is not None:
            break
    return data.decode("utf-8", "replace")
