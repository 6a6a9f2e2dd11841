"""Settings of plugins: names and types checked in one place, in the same words."""

from __future__ import annotations

from typing import Any

import pytest

from tessera.config import parse_assignments, resolve
from tessera.errors import BadValue, listed

DEFAULTS: dict[str, Any] = {"blocks": 6, "rate": 0.5, "scan": "axial", "exact": False}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DEFAULTS),
        ({"blocks": 2}, {**DEFAULTS, "blocks": 2}),
        ({"rate": 1}, {**DEFAULTS, "rate": 1.0}),
        ({"exact": True, "scan": "none"}, {**DEFAULTS, "exact": True, "scan": "none"}),
    ],
)
def test_resolve(given: dict[str, Any], expected: dict[str, Any]) -> None:
    resolved = resolve(DEFAULTS, given, owner="network toy")
    assert resolved == expected
    assert [type(value) for value in resolved.values()] == [int, float, str, bool]
    assert list(resolved) == list(DEFAULTS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"depth": 2}, "network toy: setting: got 'depth', allowed: blocks, rate, scan, exact"),
        ({"blocks": 2.0}, "network toy: blocks: got 2.0, allowed: a whole number, such as 6"),
        ({"blocks": True}, "network toy: blocks: got True, allowed: a whole number, such as 6"),
        ({"exact": 1}, "network toy: exact: got 1, allowed: true or false, such as False"),
        ({"scan": None}, "network toy: scan: got None, allowed: text, such as 'axial'"),
        ({"rate": float("inf")}, "network toy: rate: got inf, allowed: a finite number"),
        ({"rate": "0.1"}, "network toy: rate: got '0.1', allowed: a number, such as 0.5"),
    ],
)
def test_resolve_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadValue) as caught:
        resolve(DEFAULTS, given, owner="network toy")
    assert str(caught.value) == message


def test_assignments() -> None:
    words = ["blocks=12", "rate=1e-3", "scan=a=b", "exact=Yes"]
    assert parse_assignments(DEFAULTS, words, owner="x") == {"blocks": 12, "rate": 1e-3, "scan": "a=b", "exact": True}
    assert parse_assignments(DEFAULTS, ["exact=0"], owner="x") == DEFAULTS


@pytest.mark.parametrize(
    ("word", "allowed"),
    [
        ("blocks", "name=value"),
        ("depth=2", "blocks, rate"),
        ("blocks=two", "a whole number"),
        ("blocks=1.5", "a whole number"),
        ("rate=fast", "a number"),
        ("rate=nan", "finite"),
        ("exact=perhaps", "true or false"),
    ],
)
def test_assignments_refuse(word: str, allowed: str) -> None:
    with pytest.raises(BadValue, match=allowed):
        parse_assignments(DEFAULTS, [word], owner="trainer toy")


def test_a_plugin_without_settings() -> None:
    assert resolve({}, {}, owner="network uniform") == {}
    with pytest.raises(BadValue, match="none at all"):
        resolve({}, {"x": 1}, owner="network uniform")


def test_names_that_hold_commas_are_quoted() -> None:
    assert listed(["a", "b, c", "net 64", ""]) == "a, 'b, c', 'net 64', ''"
