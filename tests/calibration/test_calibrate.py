"""`tessera calibrate` from the games to a player of the rank, with a small network on a small board."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tessera.calibration import plan
from tessera.calibration import run as calibration
from tessera.calibration.measured import measure
from tessera.calibration.plan import (
    GRID,
    CalibrationSettings,
    anchor_league,
    curve_league,
    loose_steps,
    rungs,
    step_league,
)
from tessera.checkpoints import Meta, load, read_manifest, save, shipped_path
from tessera.cli.main import main
from tessera.errors import BadValue
from tessera.plugins import build_manager
from tessera.ratings.curve import Curve

WORDS = ("--size", "5", "--games", "12", "--anchor-games", "0", "--seed", "3")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """The shipped network without its table."""
    path, loaded = tmp_path / "net.pth", load(shipped_path(), build_manager())
    found = loaded.manifest
    save(path, loaded.module, network=found.network, settings=found.settings, meta=Meta(note="small"))
    return path


def games(folder: Path) -> list[str]:
    return sorted(line for path in folder.glob("5x5/*/games.jsonl") for line in path.read_text().splitlines())


def test_it_measures_keeps_the_table_and_goes_on_where_it_was(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(plan, "GRID", (plan.UNIFORM, 3.0, 0.0))
    digest = read_manifest(checkpoint).digest
    told, ends = 0, 20

    class Stopping(calibration.League):
        """Ctrl-C in the midst of the second league."""

        def run(self, listener, **rest):  # type: ignore[no-untyped-def]
            def hear(progress):  # type: ignore[no-untyped-def]
                nonlocal told
                listener(progress)
                told += progress.record is not None
                if told == ends:
                    raise KeyboardInterrupt

            return super().run(hear, **rest)

    with monkeypatch.context() as patched:
        patched.setattr(calibration, "League", Stopping)
        assert main(["calibrate", str(checkpoint), *WORDS]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    folder = tmp_path / "net.calibration"
    kept = games(folder)
    assert len(kept) == ends and read_manifest(checkpoint).meta.ranks is None

    assert main(["calibrate", str(checkpoint), *WORDS, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(kept) < set(games(folder)), "no game is played twice"
    table = read_manifest(checkpoint).meta.ranks
    assert table is not None and table.network == digest == read_manifest(checkpoint).digest
    assert json.loads((tmp_path / "net.ranks.json").read_text())["ladders"] == shown["ladders"]
    (ladder,) = table.ladders
    assert ladder.size == 5 and ladder.anchor == "uniform play = 0" and ladder.rungs[-1].temperature == 0.0
    assert ladder.weakest >= 0 and len(ladder.rungs) > 2
    assert all(above.step_low < above.step < above.step_high for above in ladder.rungs[1:])


def test_rungs_lie_a_hundred_elo_apart_from_the_favourite_down() -> None:
    line = Curve(0.0099, 1.0, *_line(-400.0, 300.0), chi_square=0.0, freedom=0)
    temperatures = rungs(line)
    x = [1 / (1 + each) for each in temperatures]
    assert temperatures[-1] == 0.0 and len(temperatures) == 8
    steps = [line(b) - line(a) for a, b in pairwise(x)]
    assert all(abs(step - 100) < 1.5 for step in steps), "three digits of a temperature"


def test_steps_that_are_not_known_well_are_played_again_from_other_openings() -> None:
    coefficients, covariance = _line(-400.0, 300.0)
    temperatures = rungs(Curve(0.0099, 1.0, coefficients, covariance, 0.0, 0))
    known, vague = (Curve(0.0099, 1.0, coefficients, covariance * scale, 0.0, 0) for scale in (1.0, 1e4))
    assert loose_steps(known, temperatures) == []
    assert loose_steps(vague, temperatures) == list(pairwise(temperatures))
    assert loose_steps(known, [3.0, 0.0]) == [(3.0, 0.0)], "525 Elo apart"
    settings = CalibrationSettings(games=50, seed=7)
    league = step_league("net.pth", settings, (3.0, 0.0))
    assert [each.name for each in league.players] == ["temperature 3", "temperature 0"]
    assert league.games == 100 and league.seed != settings.seed


def test_a_network_that_knows_nothing_is_refused() -> None:
    with pytest.raises(BadValue, match="got '60 Elo above uniform play', allowed: 100 Elo or more; train"):
        rungs(Curve(0.0099, 1.0, *_line(0.0, 60.0), chi_square=0.0, freedom=0))


def _line(low: float, high: float):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.array([(low + high) / 2, (high - low) / 2]), np.eye(2)


def test_the_leagues() -> None:
    settings = CalibrationSettings(size=13, games=50, anchor_games=48)
    curve = curve_league("net.pth", settings)
    assert [each.settings["set"]["temperature"] for each in curve.players] == list(GRID)
    assert (curve.schedule, curve.neighbours, curve.games, curve.size) == ("ladder", 1, 24, 13)
    gnugo = anchor_league("net.pth", settings, [0.4, 0.0])
    assert settings.rounds == 3 and gnugo.games == 8 and gnugo.anchors == {"GNU Go level 10": 1800.0}
    assert gnugo.challengers == ("GNU Go level 10", "GNU Go level 1")


def test_gnu_go_meets_those_who_tell_most(tmp_path: Path) -> None:
    """By games on record: temperature 0 is level with GNU Go, temperature 4 loses to all."""
    from tessera.interfaces.arbiter import GameRecord
    from tessera.league.lines import line_of

    number, lines = 0, []
    for stronger, weaker, won, lost in (
        ("temperature 0", "temperature 1", 6, 4),
        ("temperature 1", "temperature 4", 9, 1),
        ("GNU Go level 10", "temperature 1", 6, 4),
        ("GNU Go level 1", "temperature 4", 6, 4),
    ):
        for game in range(won + lost):
            number += 1
            black, white = (stronger, weaker) if game % 2 else (weaker, stronger)
            winner = stronger if game < won else weaker
            result = f"{'B' if winner == black else 'W'}+1"
            record = GameRecord(number, black, white, result, (), 9, 7.0, "chinese-kgs", f"o{number}", (0.0, 0.0))
            lines.append(line_of(record))
    (tmp_path / "games.jsonl").write_bytes(b"".join(lines))
    measured = measure([tmp_path])
    assert measured.nearest(2) == [0.0, 4.0]
    assert measured.ratings.elo[measured.ratings.players.index("GNU Go level 10")] == 1800.0
