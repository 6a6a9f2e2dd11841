"""Training, leagues and engines without what only POSIX systems have, as on Windows: for real, in their own processes.

A `sitecustomize` takes modules and calls away before anything of ours is imported, in every Python process that
is started from there too: the watchman and the engines of a league among them.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT = """
import os, sys
import psutil  # on this system it needs `resource`; on Windows it does not
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty"):
    sys.modules[name] = None
for name in ("killpg", "setsid", "getsid", "getpgid", "setpgid", "waitid", "pread", "set_blocking", "fork",
             "mkfifo", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "sched_getaffinity", "posix_fadvise"):
    if hasattr(os, name):
        delattr(os, name)
"""
LEAGUE = """
size = 5
games = 2
arbiter = "{arbiter}"
[[players]]
name = "a"
player = "random"
[[players]]
name = "b"
player = "random"
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    pytest.importorskip("psutil", reason="psutil is a dependency: make dev")
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    return tmp_path


def tessera(bare: Path, *words: str, done: int = 0) -> str:
    """stdout and stderr of `tessera WORDS` in the folder `bare`, without those modules."""
    paths = [str(bare), str(ROOT), str(ROOT / "plugins")]
    process = subprocess.run(
        [sys.executable, "-c", "import sys; from tessera.cli.main import main; sys.exit(main())", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        cwd=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == done, process.stdout + process.stderr
    return process.stdout + process.stderr


def test_they_are_really_gone(bare: Path) -> None:
    code = "import os\ntry:\n import fcntl\nexcept ImportError:\n print(hasattr(os, 'killpg'))"
    environment = {**os.environ, "PYTHONPATH": str(bare)}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True) == "False\n"


@pytest.mark.timeout(600)
def test_train(bare: Path) -> None:
    words = ("--out", "run", "--games", "4", "--set", "sizes=5:8", "--set", "simulations=4")
    tessera(bare, "train", "--preset", "5x5", *words)
    assert list((bare / "run" / "checkpoints").glob("net-*.pth"))
    assert (bare / "run" / "training.jsonl").read_text().count("\n") >= 1


@pytest.mark.parametrize("arbiter", ["self", "gtp"])
def test_league(arbiter: str, bare: Path) -> None:
    (bare / "league.toml").write_text(LEAGUE.format(arbiter=arbiter))
    tessera(bare, "league", "run", "league.toml")
    assert (bare / "league" / "games.jsonl").read_text().count("\n") == 2
    assert b"\r" not in (bare / "league" / "games.jsonl").read_bytes()


@pytest.mark.gnugo
def test_engines_probe(bare: Path, gnugo: str) -> None:
    shown = tessera(bare, "engines", "probe", "gnugo", "--program", gnugo)
    assert "3.8" in shown


def test_nothing_is_imported_at_the_top_that_windows_does_not_have() -> None:
    """Anywhere in the package, the parts no test above comes by included; a module may ask with `try`."""
    posix = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("tessera", "plugins")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and posix & {name.name for name in node.names} | posix & {getattr(node, "module", None)}
    ]
    assert found == []


def test_a_checkout_holds_no_links() -> None:
    """Windows makes a file of a link, with the target's name in it."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a checkout")
    assert [line for line in listed.stdout.splitlines() if line.startswith("120000")] == []
