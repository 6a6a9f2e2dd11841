"""What is worth a message, and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tessera.interfaces.events import RunEvent

INFO, SUCCESS, WARNING, FAILURE = "info", "success", "warning", "failure"
"""apprise's kinds, each with a colour."""

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """What is sent."""

    kind: str
    title: str
    body: str


def message_of(event: RunEvent, run: str) -> Message | None:
    """The message about an event of the run called `run`; None for one that is nobody's news."""
    if event.kind not in NEWS:
        return None
    kind, title, words = NEWS[event.kind]
    return Message(kind, f"{run}: {title}", words(event.data))


def _elo(data: Data) -> str:
    if data.get("elo") is None:
        return "not judged yet"
    return f"Elo {data['elo']} ({data['elo_low']} to {data['elo_high']}; random is 0)"


def _stand(data: Data) -> str:
    return f"{data['games']:,} games, {data['steps']:,} steps, {data['seconds'] / 3600:.1f} h of training; {_elo(data)}"


def _text(data: Data) -> str:
    return str(data.get("text", ""))


def _tile(data: Data) -> str:
    return f"self-play games up to {data['last_game']:,} are done: {_elo(data)}"


def _best(data: Data) -> str:
    before = f", {100 * data['win_rate_best']:.0f}% against {data['best']}" if data.get("win_rate_best") else ""
    return f"{data['judged']}: {_elo(data)}{before}"


def _disk(data: Data) -> str:
    return f"{data['free'] / 1e6:,.1f} MB are left, a checkpoint takes {data['needed'] / 1e6:,.1f} MB"


def _hung(data: Data) -> str:
    return f"no sign of life for {data['silent_seconds'] / 60:.1f} min, so it was ended"


def _again(data: Data) -> str:
    start = f"from {data['checkpoint']}" if data["checkpoint"] else "from the beginning"
    return f"failure {data['failures']} in a row; in {data['delay_seconds']:g} s again, {start}"


NEWS: dict[str, tuple[str, str, Callable[[Data], str]]] = {
    "started": (INFO, "started", _stand),
    "tile": (INFO, "tile finished", _tile),
    "best": (SUCCESS, "new best network", _best),
    "rolled_back": (WARNING, "training diverged, earlier weights are back", _text),
    "disk_low": (WARNING, "the disk is nearly full", _disk),
    "finished": (SUCCESS, "finished", lambda data: f"{data['reason']}; {_stand(data)}"),
    "failed": (FAILURE, "failed", lambda data: f"{data['error']}: {data['text']}"),
    "damaged": (WARNING, "a checkpoint is damaged", _text),
    "crashed": (FAILURE, "crashed", _text),
    "hung": (FAILURE, "hung", _hung),
    "restarting": (WARNING, "is started again", _again),
    "gave_up": (FAILURE, "given up", _text),
}
"""Kind of event -> kind of message, title, words."""
