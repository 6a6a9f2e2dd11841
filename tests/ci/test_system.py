"""`.ci/system` on machines that are not this one: every program it calls is a stub."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_VENV = 'case "$2" in *venv*) exit 1;; *print*) echo 3.11;; esac'


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A PATH with the few real tools the script needs, a root's `id`, and an apt-get that writes down its calls."""
    for tool in ("sh", "env"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    stub(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/calls')
    stub(tmp_path, "id", "echo 0")
    stub(tmp_path, "gnugo", "")
    return tmp_path


def stub(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def run(stubs: Path, python: str, *words: str) -> tuple[int, str, list[str]]:
    """(exit code, stderr, packages that apt-get was told to install)."""
    stub(stubs, "python", python)
    script = (ROOT / ".ci" / "system").read_text().replace("/usr/games", str(stubs / "games"))
    done = subprocess.run(
        ["/bin/sh", "-c", script, "system", "python", *words],
        env={"PATH": str(stubs)},
        capture_output=True,
        text=True,
        check=False,
    )
    calls = stubs / "calls"
    lines = calls.read_text().splitlines() if calls.exists() else []
    return done.returncode, done.stderr, [line.split()[-1] for line in lines if line.startswith("install")]


def test_nothing_is_done_where_all_is_there(stubs: Path) -> None:
    assert run(stubs, "exit 0") == (0, "", [])


def test_root_gets_venv_and_gnugo(stubs: Path) -> None:
    (stubs / "gnugo").unlink()
    assert run(stubs, NO_VENV) == (0, "", ["python3.11-venv", "gnugo"])


def test_a_browser_is_for_tests_alone(stubs: Path) -> None:
    assert run(stubs, "exit 0") == (0, "", [])
    assert run(stubs, "exit 0", "test") == (0, "", ["chromium"])
    stub(stubs, "chromium", "")
    (stubs / "calls").unlink()
    assert run(stubs, "exit 0", "test") == (0, "", [])


def test_an_old_python_is_refused_with_the_cure(stubs: Path) -> None:
    code, errors, _ = run(stubs, 'case "$2" in *version_info\\ \\<*) exit 1;; esac')
    assert code == 1
    assert "make play PYTHON=" in errors


def test_a_user_without_sudo_is_told_what_to_install(stubs: Path) -> None:
    stub(stubs, "id", "echo 1000")
    code, errors, installed = run(stubs, NO_VENV)
    assert (code, installed) == (1, [])
    assert "apt-get install python3.11-venv" in errors


def test_a_user_with_sudo(stubs: Path) -> None:
    stub(stubs, "id", "echo 1000")
    stub(stubs, "sudo", 'test "$1" = -n && shift; "$@"')
    (stubs / "gnugo").unlink()
    assert run(stubs, NO_VENV)[2] == ["python3.11-venv", "gnugo"]


def test_gnugo_is_welcome_but_never_needed(stubs: Path) -> None:
    (stubs / "gnugo").unlink()
    stub(stubs, "apt-get", "exit 100")
    assert run(stubs, "exit 0")[0] == 0
    (stubs / "apt-get").unlink()
    assert run(stubs, "exit 0")[0] == 0
    stub(stubs, "id", "echo 1000")
    stub(stubs, "apt-get", "exit 100")
    assert run(stubs, "exit 0")[0] == 0
