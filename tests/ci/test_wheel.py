"""The wheel carries both source trees and the package data, and works outside this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ANYWHERE = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "*.sgf")
AT_THE_TOP = {"build", "dist", "tests", "runs"}


def skipped(folder: str, names: list[str]) -> set[str]:
    """What a fresh clone has not, or the wheel does not need."""
    return ANYWHERE(folder, names) | (AT_THE_TOP & set(names) if Path(folder) == ROOT else set())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "source", ignore=skipped)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*command, "--wheel-dir", str(folder), str(folder / "source")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_module_and_data_file_is_there(site: Path) -> None:
    for tree in (ROOT, ROOT / "plugins"):
        for package in tree.glob("tessera*"):
            if package.is_dir() and package.suffix != ".egg-info":
                wanted = {path.relative_to(tree) for path in package.rglob("*.py")}
                wanted |= {path.relative_to(tree) for path in package.rglob("assets/*") if path.is_file()}
                wanted |= {path.relative_to(tree) for kind in ("toml", "css") for path in package.rglob(f"*.{kind}")}
                assert {path for path in wanted if not (site / path).is_file()} == set()
    assert not list(site.glob("tests*"))


def test_it_runs_from_another_folder(site: Path, tmp_path: Path) -> None:
    code = (
        "import sys, tessera, tessera_mamba; from tessera.cli.main import main;"
        "print(tessera.__file__, tessera_mamba.__file__); sys.exit(main(['plugins', '--strict']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(site)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = done.stdout.splitlines()[0].split()
    assert Path(first).is_relative_to(site)
    assert Path(second).is_relative_to(site)
