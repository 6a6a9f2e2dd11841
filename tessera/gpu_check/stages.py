"""What is checked on a GPU, most valuable first."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tessera.errors import BadValue, listed


@dataclass(frozen=True)
class Stage:
    """One check, in a process of its own that prints one JSON document."""

    name: str
    shows: str
    words: tuple[str, ...]
    """Arguments of `python -m`; in braces the names of `FULL` and `REHEARSAL`, 'device' and 'out'."""
    seconds: int
    """Its deadline."""
    least: int = 20
    """It is not begun with fewer seconds left."""
    figures: Mapping[str, str] = field(default_factory=dict)
    """What of the document goes into the table: a label, and the keys down to the number, with dots."""
    gpu_only: bool = False
    """Left out of a rehearsal."""

    def command(self, values: Mapping[str, str]) -> list[str]:
        return [sys.executable, "-m", *(word.format_map(values) for word in self.words)]


FULL = {
    "games": "4096",
    "large": "1024",
    "batch": "4096",
    "blocks": "6",
    "width": "128",
    "seconds": "30",
    "minutes": "1",
}
"""On a GPU."""
REHEARSAL = {
    "games": "8",
    "large": "2",
    "batch": "8",
    "blocks": "1",
    "width": "16",
    "seconds": "1",
    "minutes": "0.05",
}
"""Anywhere, to see that every stage runs."""


def _parity(what: str, shows: str) -> Stage:
    words = ("tessera.gpu_check.parity", what, "--device", "{device}")
    return Stage(what, shows, words, 120, figures={"numbers": "checked", "agree": "agree"})


def _plays(name: str, shows: str, *words: str, games: str = "{games}") -> Stage:
    shape = ("--set", "blocks={blocks}", "--set", "width={width}")
    given = ("tessera", "bench", "selfplay", "--games", games, "--seconds", "{seconds}", *shape, *words)
    figures = {
        "moves/s": "moves_per_second.median",
        "games/h": "games_per_hour.median",
        "of the peak": "network_use.peak_share.median",
    }
    return Stage(name, shows, (*given, "--device", "{device}", "--json"), 150, 60, figures)


def _evaluates(evaluator: str, shows: str) -> Stage:
    words = ("tessera", "bench", "network", "--batch", "{batch}", "--device", "{device}", "--evaluator", evaluator)
    figures = {"positions/s": "lines.0.positions_per_second"}
    return Stage(f"network, {evaluator}", shows, (*words, "--json"), 60, figures=figures)


MACHINE = Stage(
    "machine",
    "device, versions, memory, NVIDIA's compiler",
    ("tessera.gpu_check.machine", "--device", "{device}"),
    60,
    figures={"": "name", "torch": "torch", "numba-cuda": "numba-cuda", "memory": "memory"},
)
TRAIN = Stage(
    "train",
    "a run, its memory as planned, resumed",
    ("tessera.gpu_check.trains", "--device", "{device}", "--out", "{out}", "--minutes", "{minutes}"),
    300,
    90,
    {"games/h": "games_per_hour", "planned MiB": "planned_mib", "measured MiB": "measured_mib", "resumed": "resumed"},
)
FORMS = Stage(
    "mamba's forms",
    "the fused kernel's values and gradients are torch's, and what it saves",
    ("tessera.gpu_check.forms", "--network", "mamba", "--device", "{device}", "--batch", "{large}"),
    150,
    60,
    {
        "numbers": "checked",
        "agree": "agree",
        **{
            f"{form} {side} {work} ms": f"forms.{form}.{side}.{work}_ms"
            for side in ("9x9", "19x19")
            for form in ("triton", "dual")
            for work in ("forward", "training")
        },
    },
)
GUMBEL, POLICY_GRADIENT, TOWER = ("--trainer", "gumbel"), ("--trainer", "policy-gradient"), ("--network", "tower")
STAGES = (
    MACHINE,
    _parity("rules", "games, masks, planes and scores are the CPU's"),
    _parity("search", "the CPU's trees from the same answers"),
    _parity("waits", "no ply waits for the device"),
    _plays("gumbel", "9x9 with search, the default network", *GUMBEL, *TOWER),
    replace(
        _plays("gumbel, bf16", "the same by a copy in bfloat16", *GUMBEL, *TOWER, "--evaluator", "bf16"),
        gpu_only=True,
    ),
    _plays(
        "policy-gradient 19x19",
        "without search",
        "--trainer",
        "policy-gradient",
        "--size",
        "19",
        *TOWER,
        games="{large}",
    ),
    TRAIN,
    _evaluates("torch", "evaluations as they are"),
    replace(_evaluates("bf16", "evaluations by a copy in bfloat16"), gpu_only=True),
    replace(_evaluates("compile", "the same, compiled"), seconds=180, least=60, gpu_only=True),
    _plays("gumbel, resnet", "the form before", *GUMBEL, "--network", "resnet"),
    FORMS,
    _plays("gumbel, mamba", "the flagship plugin", *GUMBEL, "--network", "mamba", games="{large}"),
)


def named(names: tuple[str, ...]) -> tuple[Stage, ...]:
    """These stages in their order; all where none is named. Raises `BadValue`."""
    known = [stage.name for stage in STAGES]
    for name in names:
        if name not in known:
            raise BadValue("--stage", name, listed(known))
    return tuple(stage for stage in STAGES if not names or stage.name in names)
