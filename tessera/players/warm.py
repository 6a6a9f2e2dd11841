"""Kernels compiled before the clock runs: numba compiles each at its first call, half a minute for all of them.

They are the same for every board side and network, and kept in a cache folder of the user (`rules.jit`); what is
compiled fits one kind of processor, so an installation cannot bring it along, and `make play` and `tessera doctor`
do it once.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.interfaces.player import Limits, PlayerContext, PlayerSpec
from tessera.settings import NoSettings

if TYPE_CHECKING:
    from tessera.interfaces.catalog import Catalog
    from tessera.interfaces.network import Evaluator

SIDE = 5
VISITS = 12
SIMULATIONS = 4
NEWS = "compiling the kernels, once for this version on this machine; it takes about half a minute"


def warm_up_player(
    manager: Catalog, spec: PlayerSpec, settings: Any, tell: Callable[[str], None] = lambda text: None
) -> None:
    """Have everything compiled, or loaded from the cache, that a player of this kind calls; `tell` what takes long.

    A player like it makes two moves with a network that knows nothing, so the true one's randomness stays as it is.
    """
    from tessera.interfaces.player import Options
    from tessera.rules.coords import BLACK, WHITE
    from tessera.rules.endgame import judge
    from tessera.rules.game import Game

    marker = _marker(spec.name)
    if marker is None or not marker.exists():
        tell(NEWS)
    game = Game(SIDE)
    player = spec.build(PlayerContext(evaluator=_ignorant(manager), size=SIDE, seed=0), settings)
    options = Options(allow_resign=False)
    game.play(BLACK, player.choose(game, BLACK, Limits(visits=VISITS), options=options).point)
    player.analyze(game, WHITE, Limits(visits=VISITS), options=options)
    judge(game)
    player.close()
    if marker is not None:
        with contextlib.suppress(OSError):  # a full disk costs a line on stderr next time, nothing more
            marker.touch()


def warm_up(manager: Catalog) -> None:
    """The same for the search player, and for the batches of self-play and leagues."""
    spec = manager.players["search"]
    warm_up_player(manager, spec, spec.settings())
    _batches(manager)


def _ignorant(manager: Catalog) -> Evaluator:
    return manager.evaluators["torch"].build(manager.networks["uniform"].build(NoSettings()), "cpu")


def _batches(manager: Catalog) -> None:
    import torch

    from tessera.rules.batch import Batch, allocate, settings_row
    from tessera.rules.ruleset import DEFAULT
    from tessera.search.batch import BatchSearch
    from tessera.search.settings import SearchSettings

    games = Batch(SIDE, allocate(2, SIDE, lambda shape, dtype: torch.zeros(shape, dtype=getattr(torch, dtype))))
    games.settings.copy_(torch.tensor(settings_row(DEFAULT), dtype=torch.int32).expand(2, 4))
    games.which.fill_(True)
    games.rng.fill_(1)
    for call in (games.reset, games.legal, games.features, games.pick, games.step, games.find_over, games.score):
        call()
    search = BatchSearch(
        _ignorant(manager), size=SIDE, games=2, nodes=SIMULATIONS + 2, settings=SearchSettings(gumbel_root=True)
    )
    search.set_roots(games.state, games.seen)
    search.run_gumbel(SIMULATIONS)
    search.choices()


def _marker(kind: str) -> Path | None:
    """The empty file that says the kernels of a kind of player are in the cache; None without a cache.

    Numba compiles anew for another Python, another numba and another processor.
    """
    import llvmlite.binding
    import numba

    from tessera.rules.jit import cache_folder

    folder = cache_folder()
    if not folder:
        return None
    processor = llvmlite.binding.get_host_cpu_name()
    return Path(folder, f"warm-{kind}-{platform.python_version()}-{numba.__version__}-{processor}")
