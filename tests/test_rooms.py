"""The package docstrings are the map of the house: each names every module beside it and says where to start."""

from __future__ import annotations

import ast
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
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
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
