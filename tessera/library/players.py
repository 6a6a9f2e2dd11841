"""Loading: a network, a player around it, an engine from outside; and asking a player."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, overload

from tessera.checkpoints import Loaded, read_manifest, shipped_path
from tessera.checkpoints import load as load_checkpoint
from tessera.checkpoints.rank_table import strength_of
from tessera.checkpoints.store import local_path, scheme_of
from tessera.errors import BadValue
from tessera.gtp.settings import DEFAULT_VISITS, MAX_SECONDS, MAX_VISITS
from tessera.interfaces.network import AUTO
from tessera.interfaces.player import RESIGN, BatchAnalyst, Forgetful, Limits, Player
from tessera.library.analysis import PositionAnalysis, for_black
from tessera.library.checked import Seed, Size, checked
from tessera.library.position import Position
from tessera.players.load import open_batch_player, open_evaluator, open_player, pick_device
from tessera.plugins import Manager, build_manager
from tessera.ranks.levels import Wanted
from tessera.rules.coords import vertex
from tessera.rules.ruleset import DEFAULT, Ruleset, parse_ruleset
from tessera.values import Range, as_text

if TYPE_CHECKING:
    from tessera.interfaces.analysis import Analysis

BATCH = 32
"""Positions a network is asked for at once when many are analysed."""
log = logging.getLogger("tessera")

Visits = Annotated[int, Range(1, MAX_VISITS)]
Seconds = Annotated[float, Range(above=0, high=MAX_SECONDS)]
Threads = Annotated[int, Range(1, 4096)]
EngineSeed = Annotated[int, Range(0, 2**31 - 1)]
"""What programs from outside take."""


@cache
def default_manager() -> Manager:
    """The installed plugins, for those who bring no manager of their own; made once."""
    return build_manager()


@dataclass
class LoadedPlayer:
    """Somebody to ask for moves and analyses: a player with how long it may think. A context manager."""

    player: Player
    """What plays (`tessera.interfaces.player`)."""
    kind: str
    """Its registered name, e.g. 'search'; 'engine' for a program from outside."""
    limits: Limits = field(default=Limits())
    """Limits of a move or an analysis where the call names none."""
    seed: int = 0
    network: str = ""
    """The network's registered name, '' without one."""
    digest: str = ""
    """Digest of the checkpoint, 64 hex digits; '' without one."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the player that differ from its defaults."""
    build_batch: Callable[[int], object] | None = field(default=None, repr=False)
    """build_batch(games) -> the same player for many games; None where it has none."""
    own_name: str = ""
    """What whoever loaded it calls it."""
    words: str = ""
    """How strongly it plays, where a level, rank or Elo was asked for."""
    _batch: object = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """In an SGF and in ratings: its own, else 'Tessera search (mamba 1a2b3c4d)' or what an engine calls itself."""
        if self.own_name:
            return self.own_name
        if self.kind == "engine":
            return self.player.name
        return f"Tessera {self.kind}" + (f" ({self.network} {self.digest[:8]})" if self.digest else "")

    def strength(self) -> str:
        """How strongly it plays, in words: 'rank 10k, about 1300 Elo, temperature 1.58', or what it does."""
        return self.words or f"{self.kind}, {self.limits.visits} visits"

    def describe(self) -> str:
        """The line in an SGF's root that makes a game repeatable."""
        network = f"network {self.network} {self.digest}; " if self.digest else ""
        settings = "".join(f" {name}={as_text(value)}" for name, value in self.settings.items())
        return f"{network}player {self.kind}{settings}; {self.limits.visits} visits; seed {self.seed}"

    @checked
    def choose(self, position: Position, *, visits: Visits | None = None, seconds: Seconds | None = None) -> str:
        """The move it would play now, a vertex or 'pass', or 'resign'. The position is not changed.

        A search goes on from the tree of the moves before. Raises `EngineError` where an engine from outside fails.
        """
        choice = self.player.choose(position.game, position.game.to_play, self._limits(visits, seconds))
        return "resign" if choice.point == RESIGN else vertex(choice.point, position.size)

    @overload
    def analyze(
        self, positions: Position, *, visits: int | None = None, seconds: float | None = None
    ) -> PositionAnalysis: ...

    @overload
    def analyze(
        self, positions: Sequence[Position], *, visits: int | None = None, seconds: float | None = None
    ) -> list[PositionAnalysis]: ...

    @checked
    def analyze(
        self,
        positions: Position | Sequence[Position],
        *,
        visits: Visits | None = None,
        seconds: Seconds | None = None,
    ) -> PositionAnalysis | list[PositionAnalysis]:
        """What it thinks of a position, or of many at once (their networks' questions go out in one batch), in order.

        As in KataGo each is searched anew: as many visits as are asked for, whatever was asked before. `seconds` of
        many positions are for each batch of 32. Raises `EngineError` for an engine from outside: it does not analyse.
        """
        limits = self._limits(visits, seconds)
        if isinstance(positions, Position):
            return self._alone(positions, limits)
        found: list[PositionAnalysis] = []
        for _, group in groupby(positions, key=lambda position: position.size):
            alike = list(group)
            for start in range(0, len(alike), BATCH):
                found += self._together(alike[start : start + BATCH], limits)
        return found

    def _alone(self, position: Position, limits: Limits) -> PositionAnalysis:
        _forget(self.player)
        return for_black(position, self.player.analyze(position.game, position.game.to_play, limits))

    def _together(self, positions: list[Position], limits: Limits) -> list[PositionAnalysis]:
        if self._batch is None and self.build_batch is not None:
            self._batch = self.build_batch(BATCH)
        if not isinstance(self._batch, BatchAnalyst):
            return [self._alone(position, limits) for position in positions]
        _forget(self._batch)
        seen: Sequence[Analysis] = self._batch.analyze_batch([position.game for position in positions], limits)
        return [for_black(position, analysis) for position, analysis in zip(positions, seen, strict=True)]

    def _limits(self, visits: int | None, seconds: float | None) -> Limits:
        return self.limits if visits is None and seconds is None else Limits(visits=visits, seconds=seconds)

    def close(self) -> None:
        """Release what it holds: trees, an engine's process. Safe to call twice."""
        self.player.close()
        self._batch = None

    def __enter__(self) -> LoadedPlayer:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


@checked
def load(checkpoint: str | Path | None = None, *, device: str = "cpu", manager: Manager | None = None) -> Loaded:
    """A network: `.module` is the torch module in eval mode, `.manifest` what the checkpoint says about it.

    `checkpoint` is a path or a URL of a checkpoint store; None is the network that comes with Tessera. `module(planes,
    globals_)` answers `tessera.interfaces.network.Outputs`; to ask about positions, use `load_player`. Raises
    `CheckpointError`: a damaged or foreign file is refused, never unpickled.
    """
    return load_checkpoint(checkpoint or shipped_path(), manager or default_manager(), device=pick_device(device))


@checked
def load_player(
    checkpoint: str | Path | None = None,
    *,
    player: str = "search",
    level: int | None = None,
    rank: str | None = None,
    elo: float | None = None,
    visits: Visits | None = None,
    seconds: Seconds | None = None,
    evaluator: str = AUTO,
    device: str = "auto",
    seed: Seed = 0,
    threads: Threads | None = None,
    size: Size = 19,
    settings: Mapping[str, Any] | None = None,
    name: str = "",
    manager: Manager | None = None,
    tell: Callable[[str], None] = log.warning,
) -> LoadedPlayer:
    """A player with the network of a checkpoint; None is the network that comes with Tessera.

    `player` is 'search', 'policy', 'random' or a plugin's, with `settings` beside its defaults (`tessera plugins
    search` lists them); or give a strength in its place: a `rank` such as '10k', an `elo`, or a `level` 1 to 10
    (docs/levels.md). `visits` and `seconds` are the most for a move, 400 visits without either. `size` is the board the
    evaluator is chosen for, and on which a strength must be in reach; any other works. `seed` repeats its games on the
    CPU. `name` is what records and ratings call it. `tell` hears what takes long, and what is to be known of a
    strength, in one line each. Raises `BadValue` and `CheckpointError`.
    """
    manager = manager or default_manager()
    chosen = dict(settings or {})
    words, wanted = "", Wanted(level, rank, elo)
    if wanted:
        told, value = wanted.told
        if visits is not None or chosen or player != "search":
            raise BadValue(told, value, "instead of player, settings and visits", "leave one of them out")
        found = strength_of(wanted, None if checkpoint is None else str(checkpoint), manager, size=size)
        for line in found.notes:
            tell(line)
        player, visits, chosen, words = found.player, found.visits, found.settings, found.words
    spec = manager.players[player]
    if not spec.needs_network:
        if checkpoint is not None:
            raise BadValue("checkpoint", str(checkpoint), f"none, for the player {player!r} uses no network")
        engine, network, digest = None, "", ""
    else:
        url = str(checkpoint or shipped_path())
        scheme = scheme_of(url)
        url = url if scheme == "file" else str(manager.stores[scheme].build().get(url))
        manifest = read_manifest(local_path(url), manager)
        network, digest = manifest.network, manifest.digest
        engine = open_evaluator(manager, checkpoint=url, evaluator=evaluator, device=device, threads=threads, size=size)
    return LoadedPlayer(
        open_player(manager, player=player, seed=seed, size=size, settings=chosen, loaded=engine, tell=tell),
        player,
        Limits(visits=DEFAULT_VISITS if visits is None and seconds is None else visits, seconds=seconds),
        seed,
        network,
        digest,
        chosen,
        None
        if spec.build_batch is None
        else lambda games: open_batch_player(
            manager, games=games, player=player, seed=seed, size=size, settings=chosen, loaded=engine
        ),
        name,
        words,
    )


@checked
def load_engine(
    profile: str,
    *,
    size: Size = 19,
    rules: str | Ruleset = DEFAULT,
    seconds: Seconds | None = None,
    seed: EngineSeed = 0,
    settings: Mapping[str, Any] | None = None,
    name: str = "",
) -> LoadedPlayer:
    """A program from outside that speaks GTP, as a player: 'gnugo', 'katago', 'pachi', or a profile in ./engines.

    It is started here and plays on `size` under `rules`; `settings` are the profile's. Close it, or use `with`.
    Raises `BadValue`, and `EngineError` where the program is missing or does not answer.
    """
    from tessera.engines import load_profile
    from tessera.match.player import open_external

    ruleset = rules if isinstance(rules, Ruleset) else parse_ruleset(rules)
    opened = open_external(load_profile(profile), ruleset, size=size, settings=settings, seed=seed)
    return LoadedPlayer(opened, "engine", Limits(seconds=seconds), seed, settings=dict(settings or {}), own_name=name)


def _forget(player: object) -> None:
    if isinstance(player, Forgetful):
        player.forget()
