"""An arbiter plays games between players and says what happened; ratings are computed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class GameRecord:
    """One game, finished or void."""

    black: str
    white: str
    result: str
    """SGF's RE: 'B+3.5', 'W+R', 'W+T', 'W+F', '0', 'Void'."""
    moves: tuple[tuple[int, int], ...]
    """(color, point) in order."""
    size: int
    komi: float
    rules: str
    opening: str
    """Names the opening, so that a pair with swapped colours can be found."""
    seconds: tuple[float, float]
    """Thinking time of Black and of White."""
    note: str = ""
    """Why a game is void or was forfeited."""


class Arbiter(Protocol):
    def play(self, black: str, white: str, openings: Sequence[str]) -> Iterator[GameRecord]:
        """One game for each opening between two named players."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class ArbiterSpec:
    """An arbiter a plugin offers under a name."""

    name: str
    summary: str
    defaults: Mapping[str, Any]
    build: Callable[..., Arbiter]
