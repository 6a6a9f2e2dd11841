"""Names in messages."""

from __future__ import annotations

from tessera.errors import listed


def test_names_that_hold_commas_are_quoted() -> None:
    assert listed(["a", "b, c", "net 64", ""]) == "a, 'b, c', 'net 64', ''"
