"""Learning in several processes: as in one at the same global batch; a run of them is stopped, resumed and broken."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch

from tessera.plugins import build_manager
from tessera.training.folder import RunFolder
from tessera.training.processes import ALONE
from tests.training.curve import learned
from tests.training.two import start

STEPS = 40
SAME = 1e-3
"""Relative difference of the losses: sums are rounded in another order, and each step makes more of that."""
RUN = """
trainer = "gumbel"
checkpoint_minutes = 600.0
log_seconds = 0.0
evaluation_size = 4
evaluation_games = 2
anchors = []
evaluator = "torch"
network_settings = { blocks = 1, width = 16, pool_every = 1 }
trainer_settings = { sizes = { 4 = 8 }, simulations = 2, batch = 16, warm_up = 20, window = 500, replay_ratio = 1.0 }
"""


def ends(processes: list[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """(exit code, stdout, stderr) of each."""
    told = [each.communicate(timeout=300) for each in processes]
    return [(each.returncode, *out) for each, out in zip(processes, told, strict=True)]


def test_alone_it_is_as_it_was() -> None:
    numbers = torch.tensor([1.0, 2.0])
    ALONE.mean_([numbers])
    assert numbers.tolist() == [1.0, 2.0] and ALONE.least([3, 4]) == [3, 4] and ALONE.gathered("a") == ["a"]
    assert bool(ALONE.all(torch.tensor(True))) and ALONE.own_device("cuda") == "cuda"


def test_two_processes_learn_as_one_at_the_same_global_batch() -> None:
    torch.manual_seed(0)
    one = learned(STEPS)
    found = ends(start("tests.training.curve", str(STEPS)))
    assert [code for code, _, _ in found] == [0, 0], [told[-800:] for _, _, told in found]
    first, second = (json.loads(out) for _, out, _ in found)
    assert first == second, "to the bit, though the second began with other weights"
    assert one["losses"] == pytest.approx(first["losses"], rel=SAME) and one["losses"][-1] < one["losses"][0] - 0.05


def until_it_learns(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Its events until it has made training steps in this part of the run."""
    assert process.stdout is not None
    events: list[dict[str, Any]] = []
    before = None
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["kind"] == "step":
            before = events[-1]["steps"] if before is None else before
            if events[-1]["steps"] > before + 3:
                return events
    raise AssertionError((events, process.stderr and process.stderr.read()))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_run_of_two_is_stopped_resumed_and_broken(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(RUN)
    run = ["tessera", "train", "--json", "--out", str(tmp_path / "run")]
    processes = start(*run, "--config", str(tmp_path / "run.toml"))
    until_it_learns(processes[0])
    for each in processes:  # a Ctrl-C reaches both
        each.send_signal(signal.SIGINT)
    (code, out, told), silent = ends(processes)
    assert code == 0 and "stopped by a signal" in told and silent == (0, "", "")

    _, state = RunFolder(tmp_path / "run").newest(build_manager())
    one, other = state["trainer"]["processes"]
    for name, weight in one["learner"]["module"].items():
        assert torch.equal(weight, other["learner"]["module"][name])
    assert one["learner"]["steps"] == other["learner"]["steps"] == state["run"]["report"]["steps"] > 3
    assert not torch.equal(one["game_rng"], other["game_rng"])
    assert one["game_stats"]["games"] == other["game_stats"]["games"] == state["run"]["report"]["games"] > 0
    assert torch.equal(one["games"]["4"]["fair"], other["games"]["4"]["fair"])
    assert state["run"]["report"]["moves"] == sum(int(each["games"]["4"]["played"]) for each in (one, other))

    (code, _, told), *_ = ends(start(*run, "--resume", count=1))
    assert code == 1 and "a run of 2 processes, here are 1" in told

    processes = start(*run, "--resume")
    until_it_learns(processes[0])
    processes[1].kill()
    (code, out, told), _ = ends(processes)
    assert code == 1 and "another process of this run is gone" in told and "Traceback" not in told
    assert json.loads(out.splitlines()[-1])["kind"] == "failed"
    assert RunFolder(tmp_path / "run").newest(build_manager())[1]["run"]["report"] == state["run"]["report"]
