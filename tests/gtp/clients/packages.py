"""Other people's clients, installed once into our cache folder by their own package managers; never part of Tessera."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tessera" / "clients"
MINUTES = 10


def from_pip(name: str, *requirements: str) -> Path:
    """A folder for PYTHONPATH with just these packages; their dependencies have to be among them."""
    return _installed(
        name,
        lambda target: [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", target, *requirements],
    )


def from_npm(name: str, *requirements: str) -> Path:
    """A folder for NODE_PATH. Skips the test where there is no Node.js."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
    return (
        _installed(name, lambda target: [npm, "install", *options, "--prefix", target, *requirements]) / "node_modules"
    )


def _installed(name: str, command: Callable[[str], list[str]]) -> Path:
    target, building = CACHE / name, CACHE / f"{name}.{os.getpid()}"
    if target.is_dir():
        return target
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    done = subprocess.run(
        command(str(building)), capture_output=True, text=True, timeout=60 * MINUTES, cwd=building, check=False
    )
    if done.returncode != 0:
        shutil.rmtree(building, ignore_errors=True)
        pytest.fail(f"{name} cannot be installed: {done.stderr[-1000:]}")
    building.rename(target)
    return target


def running(word: str) -> list[str]:
    """Command lines of processes that contain a word."""
    listed = subprocess.run(["ps", "-A", "-o", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if word in line and "ps -A" not in line]
