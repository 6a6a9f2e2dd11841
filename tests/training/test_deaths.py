"""How a process ended, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.training import deaths


@pytest.mark.parametrize(
    ("code", "words"), [(1, "exit code 1"), (-9, "SIGKILL"), (-11, "SIGSEGV"), (-200, "signal 200")]
)
def test_codes(code: int, words: str) -> None:
    assert deaths.described(code) == words


GROUPS = {
    "0::/box\n": ("box/memory.events", "memory.events"),
    "5:cpu:/\n4:memory:/box\n0::/\n": ("memory/box/memory.oom_control", "memory/memory.oom_control"),
}


@pytest.mark.parametrize("groups", GROUPS)
def test_kills_for_memory_are_counted_in_our_group_and_on_the_machine(
    groups: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proc, cgroups = tmp_path / "proc", tmp_path / "cgroup"
    monkeypatch.setattr(deaths, "PROC", proc)
    monkeypatch.setattr(deaths, "CGROUPS", cgroups)
    assert deaths.out_of_memory_kills() == 0, "a system that counts nothing"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text(groups)
    (proc / "vmstat").write_text("pgmajfault 7\noom_kill 2\nnr_free 1\n")
    assert deaths.out_of_memory_kills() == 2
    for name, count in zip(GROUPS[groups], (3, 4), strict=True):
        (cgroups / name).parent.mkdir(parents=True, exist_ok=True)
        (cgroups / name).write_text(f"oom 9\noom_kill {count}\noom_group_kill 0\n")
    assert deaths.out_of_memory_kills() == 9
