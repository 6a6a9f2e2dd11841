"""A run folder is read whole, torn, old, in progress and cut back, and only what is new is read again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tessera.errors import BadValue
from tessera.runs import JsonLines, find_runs, number_at, open_run


def write(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_lines_are_a_sequence_of_rows(tmp_path: Path) -> None:
    lines = JsonLines(write(tmp_path / "a.jsonl", *({"n": n} for n in range(10))))
    assert [row["n"] for row in lines] == list(range(10))
    assert (len(lines), lines[3], lines[-1], lines.last) == (10, {"n": 3}, {"n": 9}, {"n": 9})
    assert [row["n"] for row in lines[2:8:3]] == [2, 5]
    with pytest.raises(IndexError):
        lines[10]


def test_a_torn_last_line_is_passed_over_until_it_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"n": 0}, {"n": 1})
    append(path, '{"n": ')
    lines = JsonLines(path)
    assert (len(lines), lines.last) == (2, {"n": 1})
    append(path, "2}\n")
    assert lines.refresh()
    assert (len(lines), lines.last, lines.damaged) == (3, {"n": 2}, 0)
    assert not lines.refresh()


def test_a_damaged_line_costs_itself_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"n": 0})
    append(path, '{"n": {"n": 1}\n[3]\n\xff\n{"n": 4}\n{"n"\n')
    lines = JsonLines(path)
    assert [row.get("n") for row in lines] == [0, None, None, None, 4, None]
    assert (lines.damaged, lines.last) == (4, {"n": 4})
    assert lines.column("n") == [0, None, None, None, 4, None]


def test_a_run_that_was_resumed_further_back_is_read_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"n": 0}, {"n": 1}, {"n": 2})
    lines = JsonLines(path)
    write(path, {"n": 0}, {"n": 7}, {"n": 8}, {"n": 9})
    assert lines.refresh()
    assert [row["n"] for row in lines] == [0, 7, 8, 9]
    path.unlink()
    assert lines.refresh()
    assert (len(lines), lines.last) == (0, {})


def test_lines_longer_than_a_chunk_and_files_of_many_chunks(tmp_path: Path) -> None:
    rows = [{"n": n, "text": "x" * (n % 3) * 400_000} for n in range(9)]
    lines = JsonLines(write(tmp_path / "a.jsonl", *rows))
    assert list(lines) == rows


def test_a_sample_holds_both_ends_and_no_more_than_asked_for(tmp_path: Path) -> None:
    lines = JsonLines(write(tmp_path / "a.jsonl", *({"n": n} for n in range(1000))))
    numbers = [row["n"] for row in lines.sampled(50)]
    assert (len(numbers), numbers[0], numbers[-1]) == (50, 0, 999)
    assert numbers == sorted(set(numbers))
    assert len(lines.sampled(2000)) == 1000


def test_opening_100_000_lines_parses_none_and_a_curve_only_its_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"n": 1}\n' * 100_000)
    parsed = []
    monkeypatch.setattr("tessera.runs.lines.json.loads", lambda line: parsed.append(line) or {"n": 1})
    lines = JsonLines(path)
    assert (len(lines), len(parsed)) == (100_000, 0)
    lines.sampled(500)
    assert len(parsed) == 500


def test_only_finite_numbers_are_numbers() -> None:
    row = {"a": {"b": 1, "c": None, "d": True, "e": "1", "f": float("nan")}}
    assert [number_at(row, "a", key) for key in "bcdefg"] == [1.0, None, None, None, None, None]
    assert number_at(row, "a", "b", "c") is None


def test_an_empty_or_old_run_is_a_run(tmp_path: Path) -> None:
    write(tmp_path / "old" / "training.jsonl", {"games": 3})
    run = open_run(tmp_path / "old")
    assert (run.name, run.config, len(run.elo), run.checkpoints()) == ("old", {}, 0, [])
    assert run.training.column("losses", "total") == [None]
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "config.toml").write_text('network = "resnet"\n')
    assert open_run(tmp_path / "new").config == {"network": "resnet"}
    (tmp_path / "new" / "config.toml").write_text("network = ")
    assert open_run(tmp_path / "new").config == {}


def test_what_is_no_run_is_one_line(tmp_path: Path) -> None:
    for look in (lambda: open_run(tmp_path), lambda: find_runs([tmp_path]), lambda: find_runs([tmp_path / "none"])):
        with pytest.raises(BadValue, match="tessera train --out"):
            look()


def test_runs_are_found_in_a_folder_of_them_and_once_each(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write(tmp_path / name / "training.jsonl", {})
    (tmp_path / "other").mkdir()
    assert [run.name for run in find_runs([tmp_path, tmp_path / "a"])] == ["a", "b"]


def test_checkpoints_tell_their_lineage_without_being_read(tmp_path: Path) -> None:
    from tessera.checkpoints import Meta, load, save, shipped_path
    from tessera.plugins import build_manager

    loaded = load(shipped_path(), build_manager())
    network, settings = loaded.manifest.network, loaded.manifest.settings
    write(tmp_path / "training.jsonl", {})
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    meta = Meta(games=12, step=30, parent=loaded.manifest.digest)
    save(folder / "net-00000030.pth", loaded.module, network=network, settings=settings, meta=meta)
    (folder / "net-00000010.pth").write_bytes(b"torn")
    (folder / "other.pth").write_bytes(b"foreign")
    run = open_run(tmp_path)
    torn, whole = run.checkpoints()
    assert (torn.name, torn.step, torn.digest) == ("net-00000010", 10, "")
    assert "net-00000010.pth" in torn.problem
    assert (whole.kind, whole.step, whole.games, whole.parent) == ("net", 30, 12, loaded.manifest.digest)
    assert (whole.network, whole.problem, whole.bytes) == (network, "", whole.path.stat().st_size)
    assert run.checkpoints()[1] is whole, "a manifest is read once"


def test_the_reader_loads_neither_torch_nor_numpy() -> None:
    code = "import sys, tessera.runs; sys.exit(bool({'torch', 'numpy', 'numba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
