"""The dashboard without a browser: what it may look into, what it says of a game, and a game against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tessera.checkpoints import shipped_path
from tessera.cli.main import App, cli
from tessera.errors import BadValue, IllegalMove, MissingExtra
from tessera.interfaces.player import Limits
from tessera.players.load import open_player
from tessera.plugins import Manager, build_manager
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tessera_dashboard.look import STEPS, Looker, new_game
from tessera_dashboard.seat import Seat
from tessera_dashboard.site import Site, networks
from tests.runs.written import write_run


@pytest.fixture(scope="module")
def manager() -> Manager:
    return build_manager()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = write_run(tmp_path / "runs" / "small")
    (path / "checkpoints").mkdir()
    shutil.copy(shipped_path(), path / "checkpoints" / "net-00000025.pth")
    return path


def test_a_site_survives_the_way_to_the_server(run: Path) -> None:
    site = Site.from_json(Site([run.parent], refresh=2.0).to_json())
    assert list(site.runs()) == ["small"]
    assert site.refresh == 2.0


def test_runs_of_one_name_are_told_apart_and_new_ones_are_found(run: Path, tmp_path: Path) -> None:
    other = write_run(tmp_path / "others" / "small")
    site = Site([run.parent, other])
    assert list(site.runs()) == ["small", str(other)]
    write_run(run.parent / "new")
    assert set(site.runs()) == {"small", "new", str(other)}


def test_a_checkpoint_outside_the_run_cannot_be_named(run: Path, tmp_path: Path) -> None:
    outside = shutil.copy(shipped_path(), tmp_path / "net-00000099.pth")
    (run / "checkpoints" / "net-00000099.pth").symlink_to(outside)
    (run / "checkpoints" / "net-00000050.pth").write_bytes(b"torn")
    assert list(networks(Site([run]).runs()["small"])) == ["net-00000025"]


def test_folders_that_hold_nothing_are_one_line(run: Path, tmp_path: Path) -> None:
    for arguments in ([str(tmp_path / "none")], [str(run), "--league", str(run)], [str(run), "--host", "203.0.113.9"]):
        done = CliRunner().invoke(cli, ["dashboard", *arguments], obj=App())
        assert isinstance(done.exception, BadValue), done.output


def test_without_streamlit_the_command_says_what_to_install(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tessera_dashboard.command.importlib.util.find_spec", lambda name: None)
    done = CliRunner().invoke(cli, ["dashboard", str(run)], obj=App())
    assert isinstance(done.exception, MissingExtra)
    assert "tessera-go[dashboard]" in str(done.exception)


def test_streamlit_is_imported_by_nothing_but_its_own_server() -> None:
    code = (
        "import sys; from tessera.plugins import build_manager; build_manager();"
        "import tessera_dashboard.command, tessera_dashboard.look, tessera_dashboard.seat;"
        "sys.exit('streamlit' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0


def test_looks_are_what_the_network_says_of_each_position(manager: Manager) -> None:
    moves = [(BLACK, 40), (WHITE, 30), (BLACK, 50), (WHITE, 81)]
    looks = Looker(manager, None, size=9).look(new_game(9, "chinese-kgs", 7.0), moves)
    assert [len(each) for each in (looks.winrate, looks.lead, looks.policy, looks.ownership)] == [5] * 4
    player = open_player(manager, player="policy", evaluator="torch", size=9)
    game = Game(9, komi=7.0)
    for count in range(5):
        color = BLACK if count % 2 == 0 else WHITE
        said = player.analyze(game, color, Limits(visits=1))
        sign = 1 if color == BLACK else -1
        assert looks.winrate[count] == pytest.approx(0.5 + sign * (said.raw_winrate - 0.5), abs=2e-3)
        assert looks.lead[count] == pytest.approx(sign * said.raw_score, abs=0.11)
        [point, chance] = looks.policy[count][0]
        assert point == int(np.argmax(said.policy))
        assert chance == pytest.approx(float(said.policy[point]), abs=2e-3)
        letters = [(ord(letter) - ord("a") - STEPS) / STEPS for letter in looks.ownership[count]]
        assert np.abs(np.array(letters) - sign * said.ownership).max() < 1 / STEPS
        if count < 4:
            game.play(*moves[count])


def test_looks_end_at_a_move_that_cannot_be_played(manager: Manager) -> None:
    looks = Looker(manager, None, size=5).look(new_game(5, "chinese-kgs", 7.0), [(BLACK, 12), (WHITE, 12)])
    assert len(looks.winrate) == 2


@pytest.mark.parametrize("visits", [1, 8])
def test_a_game_is_played_taken_back_and_counted(manager: Manager, visits: int) -> None:
    seat = Seat(manager, None, size=5, komi=7.0, person=WHITE, visits=visits, seed=1)
    assert len(seat.moves) == 1, "the engine is Black and has begun"
    free = next(point for point in range(25) if seat.game.is_legal(WHITE, point))
    seat.play(free)
    assert len(seat.moves) == 3
    with pytest.raises(IllegalMove):
        seat.play(seat.moves[0][1])
    assert len(seat.moves) == 3
    seat.undo()
    assert len(seat.moves) == 1
    seat.resign()
    assert (seat.is_over, seat.told()) == (True, "The game is over: B+R.")
    seat.close()
