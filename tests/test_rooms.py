"""The package docstrings are the map of the house: each names every module beside it and says where to start."""

from __future__ import annotations

import ast
import graphlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(init.parent for top in ("tessera", "plugins") for init in (ROOT / top).rglob("__init__.py"))
FEW = 2
"""Modules among which nobody needs to be told where to start."""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package.relative_to(ROOT)))
def test_a_package_names_its_rooms_and_where_to_start(package: Path) -> None:
    words = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    modules = {path.stem for path in package.glob("*.py") if not path.stem.startswith("__")}
    rooms = modules | {path.parent.name for path in package.glob("*/__init__.py")}
    missing = sorted(room for room in rooms if not re.search(rf"\b{room}\b", words))
    assert not missing, "every module is named in the docstring of its package"
    assert len(rooms) <= FEW or re.search(r"\bstart\b", words, re.IGNORECASE), "it says where to start reading"


def test_a_package_names_no_file_that_is_gone() -> None:
    for package in PACKAGES:
        words = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
        for name in re.findall(r"(?<![\w/.])(\w+\.py)\b", words):
            assert (package / name).is_file(), f"{package.relative_to(ROOT)} names {name}"


def test_the_contract_of_imports_knows_every_plugin_and_every_annotation() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    plugins = {path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")}
    linter = told["tool"]["importlinter"]
    contracts = {contract["name"]: contract for contract in linter["contracts"]}
    assert set(linter["root_packages"]) == {"tessera", *plugins}
    assert set(contracts["Plugins never import each other"]["modules"]) == plugins
    assert set(contracts["The core never imports a plugin"]["forbidden_modules"]) == plugins
    assert set(told["project"]["entry-points"]["tessera"].values()) == plugins
    assert linter["exclude_type_checking_imports"] is False, "an arrow upwards is one in an annotation, too"


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PATHS = {
    section.splitlines()[0]: re.findall(r"^\d\. \[`([^`]+)`\]\(\.\./\1\): (`+) ?(.+?) ?\2$", section, re.MULTILINE)
    for section in ARCHITECTURE.split("\n### ")[1:]
}


@pytest.mark.parametrize("name", PATHS)
def test_three_hops_lead_from_the_docstring_to_the_line_that_decides(name: str) -> None:
    path = PATHS[name]
    assert len(path) in (3, 4) and path[0][0] == "tessera/__init__.py", "at most three hops"
    for (file, _, quoted), following in zip(path, [*path[1:], None], strict=True):
        source = (ROOT / file).read_text("utf-8")
        assert quoted in source, f"{file} says so"
        if file.endswith("__init__.py"):
            assert quoted in (ast.get_docstring(ast.parse(source)) or ""), f"the docstring of {file} says so"
        if following is not None:
            place = Path(following[0])
            room = place.parent.name if place.name == "__init__.py" else place.stem
            assert re.search(rf"\b{room}\b", quoted), f"the line of {file} names {room}"


def test_the_document_knows_every_path_it_tells() -> None:
    assert len(PATHS) == 5 and sum(map(len, PATHS.values())) == len(re.findall(r"^\d\. \[", ARCHITECTURE, re.MULTILINE))


def test_the_files_a_change_goes_to_are_there() -> None:
    named = re.findall(
        r"`((?:tessera|plugins)/[^`]*|pyproject\.toml)`", ARCHITECTURE.split("## Where a change goes")[1]
    )
    assert len(named) > 15 and [name for name in named if not (ROOT / name).exists()] == []


def test_the_document_tells_the_floors_of_the_contract() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = told["tool"]["importlinter"]["contracts"][0]["layers"]
    floors = [re.findall(r"\w+", layer) for layer in layers]
    assert floors == [re.findall(r"`(\w+)`", row) for row in re.findall(r"^\| (`.+?) \|", ARCHITECTURE, re.MULTILINE)]


def test_no_module_needs_itself_even_in_annotations() -> None:
    """`import tessera` is left out: it is the face, and imports what it offers when asked."""
    grimp = pytest.importorskip("grimp", reason="import-linter is not installed: make dev")
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["root_packages"]
    graph = grimp.build_graph(*packages, exclude_type_checking_imports=False)
    needs = {module: graph.find_modules_directly_imported_by(module) - {"tessera"} for module in graph.modules}
    graphlib.TopologicalSorter(needs | {"tessera": set()}).prepare()  # raises CycleError that names the circle
