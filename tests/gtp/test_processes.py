"""Sessions end as a whole, groups of their own inside them too."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tessera.gtp import processes
from tessera.gtp.processes import kill_session, session_members

PARENT = "import subprocess, time; p = subprocess.Popen(['sleep', '60'], process_group=0); print(p.pid, flush=True)\n"


def test_a_child_in_its_own_group() -> None:
    code = PARENT + "time.sleep(60)"
    with subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert session_members(parent.pid) == [parent.pid, child]
        kill_session(parent.pid)
        assert parent.wait(5) == -9
    kill_session(parent.pid)
    assert session_members(parent.pid) == []


@pytest.mark.parametrize("system", ["macos", "windows"])
def test_where_there_is_no_proc(system: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("psutil", reason="psutil is a dependency: make dev")
    code = PARENT + "time.sleep(60)"
    monkeypatch.setattr(processes, "PROC", tmp_path)
    if system == "windows":
        monkeypatch.delattr("os.killpg")
    with subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert session_members(parent.pid) == [parent.pid, child]
        kill_session(parent.pid)
        assert parent.wait(5) == -9
    deadline = time.monotonic() + 20
    while session_members(parent.pid) and time.monotonic() < deadline:
        time.sleep(0.01)  # nobody waits for the orphan but the system
    assert session_members(parent.pid) == []
