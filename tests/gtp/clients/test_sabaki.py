"""Sabaki's own engine code, @sabaki/gtp 3: it synchronises, goes back and on, analyses, plays, and quits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gtp.clients.packages import from_npm, running


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_sabaki(tmp_path: Path) -> None:
    modules = from_npm("sabaki-gtp-3.0.0", "@sabaki/gtp@3.0.0")
    marker = f"sabaki-{os.getpid()}"
    engine = [str(Path(sys.executable).with_name("tessera-gtp")), "--visits", "8", "--name", marker]
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("sabaki_session.js")), *engine],
        env={**os.environ, "NODE_PATH": str(modules)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1000,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert seen["errors"] == []
    assert seen["name"] == marker
    assert len(seen["analyses"]) == 9
    assert all(each["seen"] >= 1 and each["bad"] == 0 for each in seen["analyses"])
    assert len(seen["moves"]) == 3
    assert not seen["running"]
    assert running(marker) == []
