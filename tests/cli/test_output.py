"""What goes to stdout is plain when it is piped; foreign text is never markup."""

from __future__ import annotations

import json

import pytest

from tessera.cli import output


def test_tables_are_plain_and_wide_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(("name", "value"), [("[red]x[/red]", "y" * 120)], title="title")
    text = capsys.readouterr().out
    assert "[red]x[/red]" in text
    assert "y" * 120 in text
    assert "\x1b" not in text


def test_pairs_and_markup(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_pairs({"a": "[b]1[/b]", "longer": 2})
    output.print_text(f"[bold]{output.escape('[x]')}[/bold]")
    assert capsys.readouterr().out.replace(" ", "").split() == ["a[b]1[/b]", "longer2", "[x]"]


def test_json_keeps_to_the_standard(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"ü": [1, None, True]})
    assert json.loads(capsys.readouterr().out) == {"ü": [1, None, True]}
    with pytest.raises(ValueError, match="JSON"):
        output.print_json(float("nan"))


def test_notes_and_progress_stay_off_stdout(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "SLOW_SECONDS", 0.0)
    output.note("[careful]")
    with output.progress(3, "working") as advance:
        for _ in range(3):
            advance(1)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "[careful]" in captured.err


def test_quick_work_shows_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress(1, "working") as advance:
        advance(1)
    assert capsys.readouterr().err == ""
