"""A plugin from outside the tree, installed as a user would: listed, and its player, commands and store work."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
README = HERE.parents[1] / "plugins" / "README.md"


def install(source: Path, target: Path) -> None:
    """Build and install offline: setuptools is here, the dependency is this checkout."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", str(target), str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed `tessera-example`. The source is copied: building writes beside it."""
    folder = tmp_path_factory.mktemp("third_party")
    shutil.copytree(HERE / "tessera_example", folder / "source")
    install(folder / "source", folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def readme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what plugins/README.md tells to write, installed as it tells."""
    blocks = re.findall(r"```(python|toml)\n(.*?)```", README.read_text(), re.DOTALL)
    assert [language for language, _ in blocks[:3]] == ["python", "toml", "python"]
    folder = tmp_path_factory.mktemp("readme")
    source = folder / "source"
    source.mkdir()
    (source / "tessera_corner.py").write_text(blocks[0][1])
    (source / "pyproject.toml").write_text(blocks[1][1])
    install(source, folder / "site")
    (folder / "site" / "test_corner.py").write_text(blocks[2][1])
    return folder / "site"


def run(site: Path, *command: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**os.environ, "PYTHONPATH": str(site), **environment},
    )


def tessera(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(site, "-c", "import sys; from tessera.cli.main import main; sys.exit(main())", *words)


def listed(site: Path) -> dict[str, dict[str, object]]:
    return {plugin["name"]: plugin for plugin in json.loads(tessera(site, "plugins", "--json").stdout)}


def test_it_is_listed_with_its_origin_and_offers(example: Path) -> None:
    plugin = listed(example)["example"]
    assert plugin["status"] == "loaded"
    assert plugin["distribution"] == "tessera-example 1.2.3"
    assert plugin["provides"] == {
        "players": ["center"],
        "stores": ["vault"],
        "gtp_commands": ["example-echo"],
        "commands": ["example-hello"],
    }


def test_its_command_is_in_the_help_and_runs(example: Path) -> None:
    _, plugins = tessera(example, "--help").stdout.split("Commands from plugins:\n")
    assert re.search(r"^  example-hello +Greet NAME", plugins, re.MULTILINE)
    assert tessera(example, "example-hello", "Lee").stdout == "hello Lee\n"


def test_its_player_and_store_conform(example: Path) -> None:
    code = (
        "from tessera.plugins import build_manager;"
        "from tessera.testing import check_player, check_plugin, check_store;"
        "import tessera_example; check_plugin(tessera_example); manager = build_manager();"
        "check_player(manager.players['center']);"
        "check_player(manager.players['center'], settings={'shy': True});"
        "check_store(manager.stores['vault'], 'vault://x'); print('conforms')"
    )
    done = run(example, "-c", code)
    assert done.stdout == "conforms\n", done.stderr


def test_its_listener_hears_events(example: Path, tmp_path: Path) -> None:
    code = (
        "import time; from tessera.plugins import build_manager; from tessera.interfaces.events import RunEvent;"
        "build_manager().emit(RunEvent('started', {}, time.time()))"
    )
    run(example, "-c", code, TESSERA_EXAMPLE_LOG=str(tmp_path / "log"))
    assert json.loads((tmp_path / "log").read_text())["kind"] == "started"


def test_its_gtp_command_answers(example: Path) -> None:
    pytest.importorskip("tessera.cli.gtp")
    code = "import sys; from tessera.cli.gtp import main; sys.exit(main())"
    done = run(example, "-c", code, stdin="1 known_command example-echo\n2 example-echo a b\n3 quit\n")
    assert "=1 true\n\n=2 b a\n\n=3" in done.stdout


def test_the_readme_example_is_thirty_lines_and_works(readme: Path) -> None:
    assert len((readme / "tessera_corner.py").read_text().splitlines()) <= 30
    plugin = listed(readme)["corner"]
    assert (plugin["status"], plugin["distribution"]) == ("loaded", "tessera-corner 1.0")
    assert plugin["provides"] == {"players": ["corner"]}
    done = run(readme, "-c", "from test_corner import test_corner; test_corner(); print('conforms')")
    assert done.stdout == "conforms\n", done.stderr
