"""KaTrain 1.20's own engine, game and strategy classes against `tessera analysis`; only its window is missing."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tessera.checkpoints import shipped_path
from tests.gtp.clients.packages import from_pip, running


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_katrain(tmp_path: Path) -> None:
    site = from_pip("katrain-1.20", "katrain==1.20.*", "kivy==2.3.*", "pysgf==1.*", "chardet==5.*", "filetype==1.*")
    marker = f"katrain-{os.getpid()}"
    program, network = str(Path(sys.executable).with_name("tessera")), tmp_path / f"{marker}.pth"
    network.symlink_to(shipped_path())
    # As the README has it: KaTrain runs the command through a shell, and ends only that.
    engine = f"exec {shlex.quote(program)} analysis --threads 1 --ckpt {shlex.quote(str(network))}"
    home = tmp_path / "home"
    home.mkdir()
    quiet = dict.fromkeys(("KIVY_NO_ARGS", "KIVY_NO_CONSOLELOG", "KIVY_NO_FILELOG"), "1")
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("katrain_games.py")), engine],
        env={**os.environ, **quiet, "HOME": str(home), "XDG_CACHE_HOME": cache, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=3500,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["errors"] == []
    assert [line for line in seen["stderr"] if "compiling the kernels" not in line] == []
    games = seen["played"]
    strategies = {name for pair in games for name in pair.split() if name.startswith("ai:")}
    assert len(strategies) >= 10
    assert all(positions == moves + 1 for moves, positions, _ in games.values())
    # Most games end by two passes, which KaTrain then scores.
    ended = [pair for pair, (_, _, result) in games.items() if result != "None"]
    assert "19x19" in ended
    assert len(ended) > len(games) // 2
    assert running(marker) == []
