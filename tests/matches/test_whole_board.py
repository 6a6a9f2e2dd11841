"""The preset 5x5 as a user runs it: a quarter of an hour of self-play from random weights, then GnuGo loses all.

On 5x5 Black, who opens at the centre, can take the whole board: 25 points.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tessera.engines import load_profile
from tessera.gtp.client import GtpClient
from tessera.rules.coords import BLACK, WHITE
from tests.matches.twogtp import play_game

GAMES = 20


@pytest.mark.gnugo
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_black_takes_the_whole_board(tmp_path: Path) -> None:
    """64 visits against GnuGo level 10, which may not resign before it is counted; another seed in each game."""
    scripts = Path(sys.executable).parent
    run = tmp_path / "run"
    subprocess.run([scripts / "tessera", "train", "--preset", "5x5", "--out", run], check=True, timeout=1800)
    net = max((run / "checkpoints").glob("net-*.pth"))
    ours = [str(scripts / "tessera-gtp"), "--ckpt", str(net), "--visits", "64", "--threads", "1"]
    for seed in range(1, GAMES + 1):
        theirs = [*load_profile("gnugo").command("chinese-kgs", {"level": 10, "seed": seed}), "--never-resign"]
        with GtpClient(ours, timeout=90) as tessera, GtpClient(theirs) as gnugo:
            result = play_game({BLACK: tessera, WHITE: gnugo}, size=5, komi=0.0, opening=[], limit=100)
        print(f"game {seed}: {' '.join(result.moves)}: {result.scores}")
        assert result.moves[0] == "C3"
        assert result.margin(BLACK) == result.margin(WHITE) == 25
