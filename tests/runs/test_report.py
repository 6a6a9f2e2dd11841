"""`tessera report`: the curves are the file's numbers, and the page is one file that asks for nothing."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from tessera.cli.main import App, cli
from tessera.html.chart import Chart
from tessera.runs import open_run
from tessera.runs.curves import charts, compared
from tessera.runs.report import duration, render, subtitle
from tessera.training.heartbeat import Heartbeat
from tessera.training.supervisor import NO_PULSE

from .written import line, write_lines, write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "small")


def found(path: Path, **more: object) -> dict[str, Chart]:
    return {each.title: each for section in charts(open_run(path), **more).values() for each in section}


def test_curves_are_the_numbers_of_the_lines(run: Path) -> None:
    shown = found(run)
    heads = {each.name: each.points for each in shown["Loss by head"].lines}
    assert set(heads) == {"policy", "value", "total"}
    assert heads["policy"] == [(10.0 * n, 4.0 / (1 + n)) for n in range(20)]
    [elo] = shown["Elo of the checkpoints"].lines
    assert elo.points == [(10.0 * n, 20.0 * n) for n in (0, 5, 10, 15)]
    assert elo.band[1] == (50.0, 50.0, 150.0)
    [tiles] = shown["Elo by tile of games"].lines
    assert tiles.points == [(100.0, 200.0), (200.0, 200.0)]
    assert shown["Memory in use"].lines[0].points[0] == (0.0, 1.0)
    assert [each.name for each in shown["Length of games"].lines] == ["7×7", "9×9"]
    assert [y for _, y in shown["novel"].lines[0].points] == list(range(20)), "a number nobody foresaw is drawn too"


def test_memory_and_norms_are_drawn_by_whatever_names_the_log_has(run: Path) -> None:
    health = {"state_norm": 3.0, "state_norm_0": 1.0, "state_norm_1": 3.0, "skipped": 0.0}
    rows = [line(n, health=health, device_memory=2**31, memory_planned=2**32) for n in range(3)]
    write_lines(run / "training.jsonl", rows)
    shown = found(run)
    newest = {each.name: each.points[-1][1] for each in shown["Memory in use"].lines}
    assert newest == {"of the process": pytest.approx(1 + 2 / 1024), "of the device": 2.0, "memory planned": 4.0}
    norms = {each.name: each.points[-1][1] for each in shown["Norm of the network's state"].lines}
    assert norms == {"largest": 3.0, "0": 1.0, "1": 3.0}
    assert not [title for title in shown if "state norm" in title]


def test_two_runs_are_compared_in_one_chart(run: Path, tmp_path: Path) -> None:
    other = write_run(tmp_path / "other", lines=5)
    merged = compared({"a": charts(open_run(run)), "b": charts(open_run(other))})
    [losses] = [each for each in merged["Learning"] if each.title == "Loss by head"]
    assert [each.name for each in losses.lines][::3] == ["a: policy", "b: policy"]
    assert [len(each.points) for each in losses.lines] == [20, 20, 20, 5, 5, 5]


def test_the_axis_can_be_steps_or_hours_and_begin_late(run: Path) -> None:
    assert [x for x, _ in found(run, axis="steps")["Elo of the checkpoints"].lines[0].points] == [0, 25, 50, 75]
    hours = [x for x, _ in found(run, axis="hours")["Elo of the checkpoints"].lines[0].points]
    assert hours == pytest.approx([0, 150 / 3600, 300 / 3600, 450 / 3600])
    late = found(run, since=0.5)
    assert [x for x, _ in late["Learning rate"].lines[0].points] == [10.0 * n for n in range(10, 20)]


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_a_run_that_has_just_begun_has_a_page(tmp_path: Path, lines: int) -> None:
    page = render(open_run(write_run(tmp_path / "new", lines=lines)))
    assert "Nothing was recorded" in page


def test_an_old_or_foreign_run_has_a_page(tmp_path: Path) -> None:
    (tmp_path / "training.jsonl").write_text('{"games": "many", "losses": 3, "health": [1]}\n{}\n[]\n{"elo": null}\n')
    assert "config.toml is missing" in render(open_run(tmp_path))


def test_the_page_is_one_file_and_foreign_text_stays_text(run: Path) -> None:
    evil = "</script><img src=x onerror=alert(1)> \"'\u202e"
    rows = [line(1), line(2, warnings=[evil], losses={evil: 1.0}, health={evil: 2.0})]
    write_lines(run / "training.jsonl", rows)
    (run / "config.toml").write_text(f"network = {json.dumps(evil)}\n[{json.dumps(evil)}]\na = {json.dumps(evil)}\n")
    page = render(open_run(run))
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Collect(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    Collect().feed(page)
    assert not {tag for tag, _ in tags} & {"img", "script", "link", "iframe", "object"}
    assert not [key for _, attrs in tags for key in attrs if key in ("src", "onerror") or key.startswith("on")]
    assert all(str(attrs.get("href", "#")).startswith("#") for _, attrs in tags)
    assert "default-src 'none'" in page
    assert "Warning</b> after 20 games" in page


def test_figures_on_the_page_are_those_of_the_last_line(run: Path) -> None:
    page = render(open_run(run))
    assert "<dd>190 <small>15,200 moves</small></dd>" in page
    assert "<dd>100 <small>95%: 50 to 150</small></dd>" in page
    assert "<dd>1.02 GiB</dd>" in page
    assert "9 min 30 s" in page


def test_the_command_writes_the_page_or_says_in_one_line_why_not(run: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["report", str(run)], obj=App())
    assert done.exit_code == 0, done.output
    assert re.search("wrote .*report.html", done.output.replace("\n", ""))
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    (tmp_path / "empty").mkdir()
    wrong = CliRunner().invoke(cli, ["report", str(tmp_path / "empty")], obj=App())
    assert wrong.exit_code != 0
    assert "tessera train --out" in str(wrong.exception)


def test_what_the_supervisor_noted_is_shown_newest_first(run: Path) -> None:
    events = [
        {"time": "2026-01-02T03:04:05Z", "kind": "launched", "pid": 7, "command": ["tessera"], "checkpoint": None},
        {"time": "2026-01-02T04:04:05Z", "kind": "crashed", "text": "killed by SIGKILL <b>"},
    ]
    assert "Supervisor" not in render(open_run(run))
    write_lines(run / "supervisor.jsonl", events)
    page = render(open_run(run))
    assert page.index("killed by SIGKILL &lt;b&gt;") < page.index("pid 7")
    assert "checkpoint None" not in page


def test_a_report_is_no_sign_of_life_to_the_supervisor(run: Path) -> None:
    clock = iter(range(0, 100, 3))
    heart = Heartbeat(run, apart=NO_PULSE, clock=lambda: float(next(clock)))
    for _ in range(2):
        assert CliRunner().invoke(cli, ["report", str(run)], obj=App()).exit_code == 0
        silent = heart.silence()
    assert silent == 6.0


def test_durations_are_words() -> None:
    assert [duration(each) for each in (None, 5, 65, 15134.7)] == ["–", "5 s", "1 min 5 s", "4 h 12 min"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "no config.toml"),
        ({"network": "tower", "trainer_settings": {"sizes": {"9": 48, "13": 40}}}, "tower network, boards 9×9, 13×13"),
        ({"trainer": "gumbel", "trainer_settings": {"sizes": "9:48"}}, "gumbel trainer, boards 9:48"),  # of long ago
        ({"trainer": "gumbel", "trainer_settings": 7}, "gumbel trainer"),
    ],
)
def test_a_run_says_who_learns_what(config: Any, said: str) -> None:
    assert subtitle(SimpleNamespace(config=config)) == said  # type: ignore[arg-type]
