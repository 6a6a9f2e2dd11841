"""A league's players by rank: looked up for its board, and refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tessera.errors import BadValue
from tessera.league.config import parse_league
from tessera.league.strengths import looked_up
from tessera.plugins import Manager, build_manager


@pytest.fixture(scope="module")
def manager() -> Manager:
    return build_manager()


def settings(manager: Manager, size: int = 9, **player: Any) -> dict[str, Any]:
    players = [{"name": "a", **player}, {"name": "random", "player": "random"}]
    config = looked_up(parse_league({"size": size, "players": players}, folder=Path()), manager)
    assert config.entrants["random"].settings == {"player": "random"}
    return dict(config.entrants["a"].settings)


def test_a_rank_is_a_temperature_of_the_leagues_board(manager: Manager) -> None:
    drawn = settings(manager, rank="12k")
    assert drawn["player"] == "policy" and set(drawn) == {"player", "set"}
    weaker, other = settings(manager, elo=900), settings(manager, 13, rank="12k")
    assert weaker["set"]["temperature"] > drawn["set"]["temperature"] != other["set"]["temperature"] > 0
    assert settings(manager, level=5)["set"]["temperature"] == 0
    assert settings(manager, level=7, threads=1) == {"threads": 1, "visits": 24}


@pytest.mark.parametrize(
    ("player", "words"),
    [
        ({"rank": "9d"}, "player 'a': rank: got '9d', allowed: .* on 9x9"),
        ({"rank": "12"}, "player 'a': rank: got '12', allowed: 30k to 1k"),
        ({"rank": "12k", "visits": 3}, "player 'a': rank: got '12k', allowed: one of rank and visits"),
        ({"rank": "12k", "elo": 3}, "player 'a': rank: got '12k', allowed: one of rank and elo"),
        ({"elo": "x"}, "player 'a': elo: got 'x'"),
        ({"level": 11}, "player 'a': level: got 11"),
    ],
)
def test_wrong_strengths(manager: Manager, player: dict[str, Any], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        settings(manager, **player)
