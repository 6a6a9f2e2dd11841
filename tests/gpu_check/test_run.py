"""Stages in processes of their own: what is done stays done, and nothing outlives its deadline."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest
import torch

from tessera.cli.main import main
from tessera.gpu_check import forms, parity, run
from tessera.gpu_check.run import RESULTS, GpuCheck, Line
from tessera.gpu_check.stages import FULL, REHEARSAL, STAGES, Stage
from tessera.gpu_check.table import figures, markdown
from tessera_mamba import scan

HANGS = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, 1); time.sleep(60)'])
open(sys.argv[1], 'w').write(str(child.pid))
time.sleep(60)
"""


class Script(Stage):
    """A stage that runs a file of ours."""

    def command(self, values: Mapping[str, str]) -> list[str]:
        return [sys.executable, *self.words]


def stage(folder: Path, name: str, program: str, *, seconds: int = 30) -> Stage:
    """A stage that runs this program; it is given the name of a file of its own."""
    file = folder / f"{name}.py"
    file.write_text(program)
    return Script(name, "", (str(file), str(file.with_suffix(".out"))), seconds, least=1, figures={"n": "rows.0.n"})


def ran(check: GpuCheck, *stages: Stage, seconds: float = 60.0, again: bool = False) -> list[Line]:
    return list(check.run(stages, seconds=seconds, again=again, begin=lambda stage: None))


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    counts = stage(
        tmp_path, "counts", "import sys\nopen(sys.argv[1], 'a').write('x')\nprint('{\"rows\": [{\"n\": 1234.5}]}')"
    )
    check = GpuCheck(tmp_path, {})
    (line,) = ran(check, counts)
    assert (line["status"], line["error"], figures(counts, line["result"])) == ("done", "", "n 1,234")
    assert ran(check, counts) == [] and ran(GpuCheck(tmp_path, {}), counts) == []
    assert len(ran(check, counts, again=True)) == 1
    assert (tmp_path / "counts.out").read_text() == "xx"
    assert len((tmp_path / RESULTS).read_text().splitlines()) == 2 and len(check.lines()) == 1


def test_a_stage_that_fails_ends_nobody_else(tmp_path: Path) -> None:
    crash = stage(tmp_path, "crash", "import os\nos.abort()")
    wrong = stage(tmp_path, "wrong", "raise SystemExit('rules: planes differ')")
    mute = stage(tmp_path, "mute", "")
    fine = stage(tmp_path, "fine", "print('progress')\nprint('[1]')")
    lines = ran(GpuCheck(tmp_path, {}), crash, wrong, mute, fine)
    assert [line["status"] for line in lines] == ["failed", "failed", "failed", "done"]
    assert lines[1]["error"] == "rules: planes differ" and lines[2]["error"] == "exit code 0, no JSON"
    assert lines[3]["result"] == [1]
    assert [line["stage"] for line in ran(GpuCheck(tmp_path, {}), wrong, fine)] == ["wrong"], (
        "what failed is tried again"
    )


def test_a_stage_that_hangs_is_killed_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "GRACE", 0.5)
    start = time.monotonic()
    (line,) = ran(GpuCheck(tmp_path, {}), stage(tmp_path, "hangs", HANGS, seconds=3))
    assert line["status"] == "deadline" and time.monotonic() - start < 20
    child = int((tmp_path / "hangs.out").read_text())
    for _ in range(50):
        if not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    raise AssertionError("its child lives on")


def test_no_stage_begins_that_cannot_end(tmp_path: Path) -> None:
    assert ran(GpuCheck(tmp_path, {}), STAGES[0], seconds=STAGES[0].least - 1) == []


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    check = GpuCheck(tmp_path, {})
    (tmp_path / RESULTS).write_text('{"stage": "rules", "status": "done"}\n{"stage": "sea')
    assert check.done() == {"rules"}


def test_every_stage_has_its_words() -> None:
    assert FULL.keys() == REHEARSAL.keys()
    for each in STAGES:
        words = each.command({**FULL, "device": "cuda", "out": "out"})
        assert words[1] == "-m" and not any("{" in word for word in words)
    assert len({each.name for each in STAGES}) == len(STAGES)


def test_the_table_has_a_row_for_each() -> None:
    line = {"stage": "rules", "status": "failed", "error": "a | b", "seconds": 2.5, "result": None}
    rows = markdown([line]).splitlines()
    assert len(rows) == len(STAGES) + 2
    assert "| failed: a / b |  | 2.5 |" in rows[3] and "not run" in rows[4]


def test_a_difference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parity with a device that plays one stone elsewhere."""
    monkeypatch.setattr(parity, "CASES", parity.CASES[:1])
    assert parity.rules("cpu")["agree"]

    def built(*given: object) -> tuple[parity.Batch, dict[str, torch.Tensor]]:
        batch, tensors = real(*given)  # type: ignore[arg-type]
        tensors["state"][0, 0] += len(made)
        made.append(batch)
        return batch, tensors

    made: list[parity.Batch] = []
    real = parity._batch
    monkeypatch.setattr(parity, "_batch", built)
    with pytest.raises(SystemExit, match="basic-1 on 5x5, move 0: state differs"):
        parity.rules("cpu")


def test_forms_are_compared_and_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "SIDES", (3, 5))
    monkeypatch.setattr(forms, "TIMED", (5,))
    found = forms.forms("mamba", "cpu", 1)
    assert found["agree"] and found["checked"] > 100_000
    assert found["forms"].keys() == {"dual", "chunked"} and found["left_out"].keys() == {"triton"}
    assert found["forms"]["dual"]["5x5"].keys() == {"forward_ms", "training_ms"}
    assert 0 < found["forms"]["dual"]["value"] < 1e-5

    real = scan.dual_both
    monkeypatch.setattr(scan, "dual_both", lambda *inputs: 1.01 * real(*inputs))
    with pytest.raises(SystemExit, match=r"mamba: value of \w+ by dual differs by"):
        forms.forms("mamba", "cpu", 1)


def test_a_rehearsal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["gpu-check", "--device", "cpu", "--out", str(tmp_path), "--stage", "search", "--stage", "machine"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "| search | the CPU's trees from the same answers | done | numbers 7,616, agree yes |" in shown
    assert (tmp_path / "table.md").read_text() == shown
    assert main([*words, "--json"]) == 0 and capsys.readouterr().out == ""
    known = [json.loads(text)["stage"] for text in (tmp_path / RESULTS).read_text().splitlines()]
    assert known == ["machine", "search"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stage", "nonsense"), "--stage: got 'nonsense', allowed: machine"),
        (("--device", "tpu"), "--device: got 'tpu', allowed: cpu, cuda or cuda:N"),
        (("--device", "cpu:7"), "--device: got 'cpu:7'"),
        (("--seconds", "0"), "--seconds"),
    ],
)
def test_wrong_words(words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gpu-check", "--out", str(tmp_path), *words]) != 0
    assert said in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_one_line_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gpu-check", "--out", str(tmp_path)]) != 0
    said = capsys.readouterr().err
    assert "--device: got 'cuda', allowed: a CUDA device that torch sees" in said and "--device cpu" in said
