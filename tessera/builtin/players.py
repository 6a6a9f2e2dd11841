"""The players the core offers. Each spec's `build` imports its player when one is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tessera.interfaces.player import PlayerSpec
from tessera.players.settings import PolicyPlayerSettings, SearchPlayerSettings
from tessera.settings import NoSettings

if TYPE_CHECKING:
    from tessera.interfaces.player import PlayerContext
    from tessera.players.policy import PolicyPlayer
    from tessera.players.random import RandomPlayer
    from tessera.players.search import SearchPlayer


def _search(context: PlayerContext, settings: SearchPlayerSettings, games: int = 1) -> SearchPlayer:
    from tessera.players.search import SearchPlayer

    return SearchPlayer(context.evaluator, settings, seed=context.seed, games=games)


def _policy(context: PlayerContext, settings: PolicyPlayerSettings, games: int = 1) -> PolicyPlayer:
    from tessera.players.policy import PolicyPlayer

    return PolicyPlayer(context.evaluator, settings, seed=context.seed, games=games)


def _random(context: PlayerContext, settings: NoSettings, games: int = 1) -> RandomPlayer:
    from tessera.players.random import RandomPlayer

    return RandomPlayer(seed=context.seed, games=games)


SPECS = (
    PlayerSpec(
        "search",
        "tree search with a network (PUCT)",
        SearchPlayerSettings,
        _search,
        build_batch=_search,
        needs_network=True,
    ),
    PlayerSpec(
        "policy",
        "the network's favourite, no search",
        PolicyPlayerSettings,
        _policy,
        build_batch=_policy,
        needs_network=True,
    ),
    PlayerSpec("random", "any legal point but its own eyes", NoSettings, _random, build_batch=_random),
)
