"""The players the core offers. Each spec's `build` imports its player when one is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tessera.interfaces.player import PlayerSpec

if TYPE_CHECKING:
    from tessera.interfaces.player import PlayerContext
    from tessera.players.policy import PolicyPlayer
    from tessera.players.random import RandomPlayer
    from tessera.players.search import SearchPlayer


def _search(context: PlayerContext, games: int = 1, **settings: Any) -> SearchPlayer:
    from dataclasses import fields

    from tessera.players.search import SearchPlayer
    from tessera.search.settings import SearchSettings

    names = {field.name for field in fields(SearchSettings)}
    search = SearchSettings(**{key: value for key, value in settings.items() if key in names})
    rest = {key: value for key, value in settings.items() if key not in names}
    return SearchPlayer(context.evaluator, settings=search, seed=context.seed, games=games, **rest)


def _policy(context: PlayerContext, games: int = 1, **settings: Any) -> PolicyPlayer:
    from tessera.players.policy import PolicyPlayer

    return PolicyPlayer(context.evaluator, seed=context.seed, games=games, **settings)


def _random(context: PlayerContext, games: int = 1, **settings: Any) -> RandomPlayer:
    from tessera.players.random import RandomPlayer

    return RandomPlayer(seed=context.seed, games=games, **settings)


TEMPERATURES = (0, 100)

SPECS = (
    PlayerSpec(
        "search",
        "tree search with a network (PUCT)",
        {
            "visits": 400,
            "leaves": 8,
            "memory_mb": 1024,
            "temperature": 0.5,
            "temperature_halflife": 0.5,
            "exploration": 1.1,
            "first_play_reduction": 0.2,
            "score_weight": 0.1,
        },
        _search,
        build_batch=_search,
        needs_network=True,
        ranges={
            "visits": (1, 10_000_000),
            "leaves": (1, 256),
            "memory_mb": (16, 1_000_000),
            "temperature": TEMPERATURES,
            "temperature_halflife": (0, 1_000),
            "exploration": (0, 100),
            "first_play_reduction": (-10, 10),
            "score_weight": (0, 1),
        },
    ),
    PlayerSpec(
        "policy",
        "the network's favourite, no search",
        {"temperature": 0.0},
        _policy,
        build_batch=_policy,
        needs_network=True,
        ranges={"temperature": TEMPERATURES},
    ),
    PlayerSpec("random", "any legal point but its own eyes", {}, _random, build_batch=_random),
)
