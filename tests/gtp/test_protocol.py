"""Lines into requests, answers into bytes: GTP version 2 draft 2, sections 2 and 3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tessera.gtp.protocol import MAX_ID, Request, is_interrupt, parse, response


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"name", Request(None, "name")),
        (b"  name  ", Request(None, "name")),
        (b"1 name", Request(1, "name")),
        (b"0 name", Request(0, "name")),
        (b"007 name", Request(7, "name")),
        (b"2147483647 name", Request(MAX_ID, "name")),
        (b"2147483648 name", Request(None, "2147483648", ("name",))),
        (b"-1 name", Request(None, "-1", ("name",))),
        (b"5", Request(5, "")),
        (b"play\tb\tD4\r", Request(None, "play", ("b", "D4"))),
        (b"pl\x00ay b\x07 D4\x7f", Request(None, "play", ("b", "D4"))),
        (b"name # a comment", Request(None, "name")),
        (b"name#a comment", Request(None, "name")),
        (b"play   B   Q16", Request(None, "play", ("B", "Q16"))),
        (b"", None),
        (b"   \t ", None),
        (b"# interrupt", None),
        (b"\x01\x02", None),
        (b"loadsgf \xff\xfe.sgf", Request(None, "loadsgf", ("\udcff\udcfe.sgf",))),
    ],
)
def test_requests(line: bytes, expected: Request | None) -> None:
    assert parse(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"# interrupt", True),
        (b"  #  interrupt \r", True),
        (b"#interrupt", True),
        (b"# interrupted", False),
        (b"name # interrupt", False),
        (b"interrupt", False),
    ],
)
def test_interrupt_comment(line: bytes, expected: bool) -> None:
    assert is_interrupt(line) is expected


@pytest.mark.parametrize(
    ("text", "success", "number", "expected"),
    [
        ("", True, None, b"= \n\n"),
        ("", True, 0, b"=0 \n\n"),
        ("2", True, 12, b"=12 2\n\n"),
        ("illegal move", False, None, b"? illegal move\n\n"),
        ("a\n\nb\n", True, None, b"= a\nb\n\n"),
        ("\n   A B\n 2 . .", True, None, b"= \n   A B\n 2 . .\n\n"),
        ("tab\there\x00\x1b[1m", True, None, b"= tab here[1m\n\n"),
        ("\udcff", True, None, b"= ?\n\n"),
        ("a\x1e\x1b\rb", True, None, b"= a\nb\n\n"),  # a line of control characters is an empty one
        ("\x1b", True, None, b"= \n\n"),
    ],
)
def test_responses(text: str, success: bool, number: int | None, expected: bytes) -> None:
    assert response(number, text, success=success) == expected


@given(st.binary(max_size=300))
def test_any_bytes_make_a_request_or_nothing(line: bytes) -> None:
    request = parse(line.replace(b"\n", b""))
    assert request is None or request.id is None or 0 <= request.id <= MAX_ID


@given(st.text(max_size=200), st.booleans())
def test_a_response_ends_at_its_only_empty_line(text: str, success: bool) -> None:
    data = response(3, text, success=success)
    assert data.endswith(b"\n\n")
    assert b"\n\n" not in data[:-2].removeprefix(b"=3 ").removeprefix(b"?3 ")
    assert data.startswith(b"=3 " if success else b"?3 ")
