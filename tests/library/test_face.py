"""`import tessera` costs nothing; every name it offers is there, and loads only what it needs."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tessera

HEAVY = ("torch", "numba", "numpy", "click", "pluggy")


def loaded_by(code: str) -> set[str]:
    """Which heavy packages a fresh Python has loaded after some code."""
    question = f"import sys; {code}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    return set(told.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import tessera",
        "import tessera; dir(tessera); tessera.__version__",
        "import tessera; tessera.BadValue, tessera.errors",
        "from tessera import TesseraError",
    ],
)
def test_importing_costs_nothing(code: str) -> None:
    assert loaded_by(code) == set()


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import tessera; tessera.Position(9).play('E5').svg()", {"torch", "pluggy", "click"}),
        ("import tessera; tessera.open_run", {"torch", "numba", "numpy", "click"}),
        ("import tessera; tessera.rate([('a', 'b', 'B+R')])", {"torch", "click"}),
        ("import tessera; tessera.train", {"torch", "click"}),
        ("import tessera; tessera.load_player(player='random')", {"torch", "click"}),
    ],
)
def test_a_name_loads_what_it_needs(code: str, never: set[str]) -> None:
    assert not loaded_by(code) & never


def test_the_names_are_the_same_for_people_for_type_checkers_and_at_run_time() -> None:
    source = ast.parse(Path(str(tessera.__file__)).read_text("utf-8"))
    block = next(node for node in source.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(tessera.__all__) <= set(dir(tessera))
    for name in tessera.__all__:
        value = getattr(tessera, name)
        assert inspect.getdoc(value), f"tessera.{name} says what it is"
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__module__.startswith("tessera.") and value.__name__ == name


def test_a_name_that_is_not_offered_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'tessera' has no attribute 'foo'"):
        tessera.foo
