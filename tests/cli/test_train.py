"""`tessera train` from the outside: a run, its folder, its end by a signal, and the run after it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from tessera.checkpoints import read_manifest
from tessera.cli import output
from tessera.cli.funnel import guarded
from tessera.cli.main import App, cli
from tessera.errors import BadValue, BeyondHelp
from tessera.interfaces.trainer import StepReport, TrainerSpec
from tessera.settings import NoSettings
from tessera.training.assembly import pick_device_for
from tessera.training.config import presets
from tessera.training.folder import RunFolder

SETTINGS = ("sizes=4:6", "simulations=4", "max_num_considered_actions=2", "batch=16", "warm_up=20", "window=500")
TINY = [word for setting in SETTINGS for word in ("--set", setting)]
SMALL = ["--set-network", "blocks=1", "--set-network", "width=8"]


def train(*words: str) -> Result:
    return CliRunner().invoke(cli, ["train", *words], obj=App(), catch_exceptions=True)


def start(out: Path, *words: str) -> Result:
    return train("--preset", "5x5", "--out", str(out), *TINY, *SMALL, "--json", *words)


def test_a_run_and_the_run_that_goes_on_with_it(tmp_path: Path) -> None:
    out = tmp_path / "run"
    first = start(out, "--games", "3")
    assert first.exit_code == 0, first.output
    events = [json.loads(line) for line in first.stdout.splitlines()]
    assert [events[0]["kind"], events[-1]["kind"]] == ["started", "finished"]
    assert events[-1]["games"] >= 3 and events[-1]["win_rate_random"] is not None
    assert "tick" not in {event["kind"] for event in events}
    parts = ("model", "optimiser", "games", "trees", "replay", "checkpoint")
    assert all(f"MiB  {part}" in first.stderr for part in parts) and "altogether" in first.stderr
    step = [event for event in events if event["kind"] == "step"][-1]
    assert all(step[f"memory_{part}"] > 0 for part in parts) and step["memory_peak"] >= step["memory"]
    assert 1.0 < step["memory_planned"] / sum(step[f"memory_{part}"] for part in parts) < 10.0
    second = train("--out", str(out), "--resume", "--games", "12", "--json")
    assert second.exit_code == 0, second.output
    games = [json.loads(line)["games"] for line in (out / "training.jsonl").read_text().splitlines()]
    assert games == sorted(games) and events[-1]["games"] in games and games[-1] >= 12
    newest = max((out / "checkpoints").glob("net-*.pth"))
    assert read_manifest(newest).meta.games == games[-1] and read_manifest(newest).meta.sizes == (4,)


def test_a_run_begins_with_given_weights(tmp_path: Path) -> None:
    assert start(tmp_path / "a", "--games", "1").exit_code == 0
    parent = max((tmp_path / "a" / "checkpoints").glob("net-*.pth"))
    assert start(tmp_path / "b", "--games", "1", "--start-from", str(parent)).exit_code == 0
    child = max((tmp_path / "b" / "checkpoints").glob("net-*.pth"))
    digest = read_manifest(parent).digest
    assert read_manifest(child).meta.parent == digest
    # Nobody needs the file any more, and who resumes need not stand where the run was begun.
    parent.unlink()
    child.unlink()
    resumed = train("--out", str(tmp_path / "b"), "--resume", "--games", "2")
    assert resumed.exit_code == 0, resumed.stderr
    assert read_manifest(max((tmp_path / "b" / "checkpoints").glob("net-*.pth"))).meta.parent == digest


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--preset", "3x3"], "preset: got '3x3', allowed: 5x5, 9x9"),
        (["--set", "speed=3"], "trainer gumbel: setting"),
        (["--set", "sizes=9"], "sizes: got '9'"),
        (["--network", "oracle"], "network: got 'oracle'"),
        (["--preset", "9x9", "--config", "run.toml"], "--preset: got '9x9', allowed: one of --preset and --config"),
        (["--resume"], "the folder of an earlier run"),
        (["--resume", "--seed", "1"], "--seed: got 1, allowed: not together with --resume"),
        (["--start-from", "absent.pth"], "no such file"),
        (["--device", "tpu"], "device: got 'tpu', allowed: auto, cpu, cuda, cuda:N"),
        (["--cpu-minutes", "-1"], "cpu_minutes: got -1.0, allowed: a number, 0 or more"),
    ],
)
def test_errors_are_one_line(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "--out", str(tmp_path / "run"), *words]
    code = guarded("tessera", lambda: cli.main(args=arguments, standalone_mode=False, obj=App()))
    error = capsys.readouterr().err
    assert code != 0 and complaint in error and len(error.splitlines()) == 1


def test_the_presets_are_listed_in_the_help() -> None:
    assert ", ".join(presets()) in " ".join(train("--help").output.split())


def test_cpu_time_is_a_budget(tmp_path: Path) -> None:
    result = start(tmp_path / "run", "--cpu-minutes", "0.001")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events[-1]["reason"] == "0.001 minutes of CPU time are over" and events[-1]["cpu_seconds"] > 0


@pytest.mark.parametrize(
    ("wanted", "devices", "cuda", "device"),
    [
        ("auto", ("cuda", "cpu"), True, "cuda"),
        ("auto", ("cpu", "cuda"), True, "cpu"),
        ("auto", ("cpu",), True, "cpu"),
        ("auto", ("cuda", "cpu"), False, "cpu"),
        ("cpu", ("cpu", "cuda"), True, "cpu"),
        ("cuda:1", ("cpu", "cuda"), True, "cuda:1"),
    ],
)
def test_where_a_trainer_works(
    wanted: str, devices: tuple[str, ...], cuda: bool, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2 * cuda)
    spec = TrainerSpec("x", "", NoSettings, lambda *_: None, devices)  # type: ignore[arg-type]
    assert pick_device_for(wanted, spec) == device


def test_a_device_a_trainer_cannot_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    spec = TrainerSpec("x", "", NoSettings, lambda *_: None, ("cpu",))  # type: ignore[arg-type]
    with pytest.raises(BadValue, match="device: got 'cuda', allowed: cpu for the trainer 'x'"):
        pick_device_for("cuda", spec)


def test_people_get_lines_or_a_live_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--preset", "5x5", *TINY, *SMALL, "--games", "3")
    lines = train(*words, "--out", str(tmp_path / "lines"))
    assert "against random in" in lines.stdout and "checkpoint:" in lines.stdout
    assert "games are played; the run is in" in lines.stderr
    monkeypatch.setattr(output, "can_redraw", lambda: True)
    logged = train(*words, "--out", str(tmp_path / "logged"))
    assert "checkpoint:" in logged.stdout, "a redirected log grows whatever stderr is"
    monkeypatch.setattr(output, "is_terminal", lambda: True)
    result = train(*words, "--out", str(tmp_path / "live"))
    assert result.exit_code == 0 and result.stdout == ""
    assert "strength" in result.stderr and "at the move limit" in result.stderr and "saved" in result.stderr


class Passing:
    """A trainer whose games are nothing but passes."""

    sizes = (5,)

    def __init__(self, module: torch.nn.Module, device: str, seed: int, settings: NoSettings) -> None:
        self._module, self._steps = module, 0

    def step(self) -> StepReport:
        self._steps += 1
        games = 100 * self._steps
        health = {"judged_games": float(games), "passes": 2.0, "length": 2.0, "length_5": 2.0}
        return StepReport(games, 2 * games, self._steps, {"policy": 1.0}, health)

    def network(self) -> torch.nn.Module:
        return self._module

    def state_dict(self) -> dict[str, Any]:
        return {"steps": self._steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._steps = state["steps"]


def test_a_run_that_games_the_reward_is_one_line_and_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = App()
    app.manager.trainers["passing"] = TrainerSpec("passing", "", NoSettings, Passing)
    words = ["train", "--preset", "5x5", "--out", str(tmp_path / "run"), "--trainer", "passing", *SMALL, "--json"]
    code = guarded("tessera", lambda: cli.main(args=words, standalone_mode=False, obj=app))
    error = capsys.readouterr().err.splitlines()
    assert code == BeyondHelp.exit_code and len(error) == 1
    assert "no longer Go: passes: 100.0%, at most 45.0% of the moves allowed: the players pass" in error[0]
    assert list((tmp_path / "run" / "checkpoints").glob("run-*.pth"))


def test_a_resumed_run_keeps_what_its_state_depends_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert start(out, "--games", "1").exit_code == 0
    arguments = ["train", "--out", str(out), "--resume", "--games", "2", "--set", "sizes=4:7"]
    code = guarded("tessera", lambda: cli.main(args=arguments, standalone_mode=False, obj=App()))
    error = capsys.readouterr().err
    assert code == 1 and "resume without --set" in error and "Traceback" not in error
    assert train("--out", str(out), "--resume", "--games", "2").exit_code == 0, "nothing was lost by it"


def test_a_run_of_before_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Board sizes were words in a text; the run goes on exactly, and a line says how they are written now."""
    out = tmp_path / "run"
    assert start(out, "--games", "1").exit_code == 0
    config = (out / "config.toml").read_text()
    assert "sizes = { 4 = 6 }" in config
    (out / "config.toml").write_text(config.replace("sizes = { 4 = 6 }", 'sizes = "4:6"'))
    assert train("--out", str(out), "--resume", "--games", "2").exit_code == 0
    lines = [record.getMessage() for record in caplog.records if "now" in record.getMessage()]
    assert lines == ['trainer gumbel: sizes = "4:6" is now written sizes = { 4 = 6 }']


def test_help_lists_the_settings_of_what_is_named_beside_it() -> None:
    plain = train("--help").stdout
    assert "simulations" not in plain.partition("Options:")[2] and "pool_every" not in plain
    both = train("--network", "tower", "--help", "--trainer", "gumbel").stdout
    trainer, _, network = both.partition("Settings of the trainer gumbel (--set NAME=VALUE)")[2].partition(
        "Settings of the network tower (--set-network NAME=VALUE)"
    )
    words = " ".join(trainer.split())
    assert "full_share Playout-cap randomisation" in words and "[default: 1.0; a number, more than 0, up to 1]" in words
    assert "[default: 96 channels; a whole number, 8 to 2048]" in " ".join(network.split())
    wrong = train("--trainer", "gumble", "--help")
    assert wrong.exit_code != 0 and "trainer: got 'gumble'" in str(wrong.exception)


def test_a_second_run_does_not_overwrite_the_first(tmp_path: Path) -> None:
    assert start(tmp_path / "run", "--games", "1").exit_code == 0
    again = start(tmp_path / "run", "--games", "1")
    assert again.exit_code != 0 and "--resume" in str(again.exception)


def test_a_command_that_failed_leaves_no_dead_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a run ends before its first checkpoint, the same command begins it again."""
    out = tmp_path / "run"
    assert start(out, "--set-network", "blocks=-1").exit_code != 0
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "save_run", lambda *_: exec("raise MemoryError"))
        assert isinstance(start(out, "--games", "1").exception, MemoryError)
    assert (out / "config.toml").is_file(), "it had begun"
    assert start(out, "--games", "1").exit_code == 0


def test_sigterm_ends_a_run_with_a_checkpoint(tmp_path: Path) -> None:
    words = ["train", "--preset", "5x5", "--out", str(tmp_path / "run"), *TINY, *SMALL, "--json"]
    program = "import sys; from tessera.cli.main import main; sys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["kind"] == "evaluation":
            process.send_signal(signal.SIGTERM)
            break
    rest = [json.loads(line) for line in process.stdout]
    assert process.wait(60) == 0
    assert "checkpoint" in [row["kind"] for row in rest] and rest[-1]["reason"] == "stopped by a signal"
    assert len(list((tmp_path / "run" / "checkpoints").glob("run-*.pth"))) == 1
