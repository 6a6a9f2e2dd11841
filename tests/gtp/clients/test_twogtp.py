"""gogui-twogtp with GnuGo as opponent and as referee: no error, and one score for each game from all three.

GoGui is in no package registry: GOGUI_SOURCES names a checkout of github.com/Remi-Coulom/gogui; javac builds the
few classes that are needed outside of it. GnuGo 3.8 itself ends with a segmentation fault when it reads a ladder across
a 19x19 board: such a game is played again, and nothing else is.

    GOGUI_SOURCES=~/gogui pytest -m long tests/gtp/clients/test_twogtp.py
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.long, pytest.mark.gnugo, pytest.mark.timeout(4 * 3600)]
GAMES = 20
SEGMENTATION_FAULT = "139"
MAIN = "net/sf/gogui/tools/twogtp/Main"


@pytest.fixture(scope="module")
def twogtp(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command line of gogui-twogtp."""
    named, javac, java = os.environ.get("GOGUI_SOURCES"), shutil.which("javac"), shutil.which("java")
    if not (named and javac and java):
        pytest.skip("needs GOGUI_SOURCES, java and javac")
    source, built = Path(named) / "src", tmp_path_factory.mktemp("gogui")
    template = (source / "net/sf/gogui/version/Version.java.in").read_text()
    (built / "Version.java").write_text(template.replace("@VERSION@", "here"))
    files = [str(built / "Version.java"), str(source / f"{MAIN}.java")]
    subprocess.run(
        [javac, "-nowarn", "-encoding", "UTF-8", "-d", str(built), "-sourcepath", str(source), *files], check=True
    )
    return [java, "-cp", str(built), MAIN.replace("/", ".")]


def table(path: Path) -> list[dict[str, str]]:
    """twogtp's table of games, by its column names."""
    lines = path.read_text().splitlines()
    names = next(line for line in lines if line.startswith("#GAME"))[1:].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines if not line.startswith("#")]


def margin(text: str) -> float:
    """'B+3.5' and 'B+3.50' alike; 'W+2' is -2; a game that GnuGo resigned is won by all points."""
    winner, _, points = text.partition("+")
    points = points.replace("R", "inf")
    return 0.0 if text == "0" else float(points) * {"B": 1, "W": -1}[winner]


def noted(command: list[str], script: Path) -> str:
    """A script that runs `command` and appends its exit code to the file "deaths" beside it."""
    script.write_text(f"#!/bin/sh\n{shlex.join(command)}\necho $? >> {shlex.quote(str(script.parent / 'deaths'))}\n")
    script.chmod(0o755)
    return str(script)


@pytest.mark.parametrize("size", [9, 13, 19])
def test_games_that_all_score_alike(twogtp: list[str], gnugo: str, size: int, tmp_path: Path) -> None:
    ours = [str(Path(sys.executable).with_name("tessera-gtp")), "--visits", "16", "--resign", "off"]
    theirs = [gnugo, "--mode", "gtp", "--chinese-rules", "--level"]
    players = {"-black": shlex.join(ours)}
    for role, level in (("-white", "1"), ("-referee", "10")):
        players[role] = noted([*theirs, level], tmp_path / f"gnugo{role}.sh")
    played: list[dict[str, str]] = []
    faults = 0
    while len(played) < GAMES:
        if len(played) % 2 == 0:
            sides = {**players}
        else:
            sides = {**players, "-black": players["-white"], "-white": players["-black"]}
        (tmp_path / "deaths").write_text("")
        name = f"game-{len(played)}-{faults}"
        words = ["-size", str(size), "-komi", "6.5", "-games", "1", "-auto", "-sgffile", name]
        words += [word for pair in sides.items() for word in pair]
        done = subprocess.run([*twogtp, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        if SEGMENTATION_FAULT in (tmp_path / "deaths").read_text().split():
            faults += 1
            assert faults < GAMES, done.stdout + done.stderr
            continue
        assert done.returncode == 0, done.stdout + done.stderr
        played += table(tmp_path / f"{name}.dat")
    print(f"{size}x{size}: {len(played)} games; in {faults} more GnuGo died")
    assert len(played) == GAMES
    assert [game for game in played if game["ERR"] != "0"] == []
    columns = ("RES_B", "RES_W", "RES_R")
    assert [game for game in played if len({margin(game[name]) for name in columns}) > 1] == []
