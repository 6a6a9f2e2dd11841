"""The search player: PUCT on one game, K leaves per network batch, the tree kept between moves."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis
from tessera.interfaces.network import Evaluator
from tessera.interfaces.player import UNWATCHED, Choice, Limits, Options, Watch
from tessera.players import passing
from tessera.players.banning import ban, ban_below
from tessera.players.opinion import NetworkOpinion
from tessera.players.reading import read_analysis
from tessera.players.stopping import Progress, enough
from tessera.players.variety import fading
from tessera.players.widening import widened_step
from tessera.rules.layout import KO_POINT, KO_RULE, TO_PLAY, meta_at
from tessera.search.batch import BatchSearch
from tessera.search.settings import SearchSettings
from tessera.search.tree import tree_bytes

if TYPE_CHECKING:
    from tessera.rules.game import Game

VISITS_PER_LEAF = 16
"""Visits a tree has for each of the leaves that are evaluated together."""
MIN_NODES, MAX_NODES = 1_000, 200_000
IDLE_WAIT = 0.05
"""Seconds between looks at the stop flag once a tree has nothing left to search."""


class SearchPlayer:
    """Thinks with a network and a tree. With no limit at all `choose` uses `visits`."""

    def __init__(
        self,
        evaluator: Evaluator,
        *,
        visits: int = 400,
        leaves: int = 8,
        memory_mb: int = 1024,
        temperature: float = 0.5,
        temperature_halflife: float = 0.5,
        settings: SearchSettings = SearchSettings(),
        seed: int = 0,
        name: str = "search",
    ) -> None:
        self.name = name
        self._evaluator = evaluator
        self._visits, self._leaves, self._memory = visits, leaves, memory_mb * 2**20
        self._temperature, self._halflife = temperature, temperature_halflife
        self._settings = settings
        self._seed = seed
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._search: BatchSearch | None = None
        self._opinion = NetworkOpinion(evaluator)
        self._ending: passing.Ending | None = None
        """The verdict on the present root, once its board looks finished."""
        self._dead: NDArray[np.int8] | None = None
        """The stones the tree takes for dead."""
        self._moves: list[int] | None = None
        """The moves of the game the tree belongs to; None when it must not be reused."""
        self._noise = 0.0
        """The `wide_root_noise` the tree grew with."""

    def choose(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Choice:
        """See `interfaces.player.Player`; when it passes stands in `players.passing`."""
        if limits.visits is None and limits.seconds is None:
            limits = Limits(visits=self._visits)
        temperature = 0.0
        if not options.deterministic:
            temperature = fading(self._temperature, self._halflife, len(game.moves), game.size)
        options = replace(options, wide_root_noise=0.0)
        analysis = self._think(game, color, limits, options, watch, temperature=temperature)
        point = passing.decide(game, analysis, self._ending, temperature, self._random, options)
        return Choice(point, analysis)

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        return self._think(game, color, limits, options, watch, temperature=None)

    def forget(self) -> None:
        """Drop the tree: the next thought starts from nothing."""
        self._search = None
        self._moves = None

    def expected_owners(self, game: Game) -> list[float]:
        return self._opinion.of_the_end(game)

    def close(self) -> None:
        self.forget()

    # ------------------------------------------------------------ thinking

    def _think(
        self,
        game: Game,
        color: int,
        limits: Limits,
        options: Options,
        watch: Watch,
        *,
        temperature: float | None,
    ) -> Analysis:
        """Search within the limits, the root at least. For a move, which will be drawn with `temperature`, the end may
        come before them or after the planned seconds; without one everything allowed is searched."""
        start = last_report = time.monotonic()
        search = self._prepare(game, color, options, choosing=temperature is not None)
        noise = np.random.Generator(np.random.PCG64([self._seed, len(game.moves)]))
        tree = search.arrays
        read = partial(read_analysis, tree, game.size, moves_ownership=options.moves_ownership)
        known = int(tree.visits[0, 0])
        root = [np.asarray(array)[0, 0] for array in (tree.prior, tree.edge_visits, tree.edge_value)]
        while not watch.stop.is_set():
            visits, now = int(tree.visits[0, 0]), time.monotonic()
            progress = Progress(visits, visits - known, now - start)
            if enough(limits, progress, temperature, *root):
                break
            if watch.report is not None and now - last_report >= watch.interval:
                last_report = now
                watch.report(read(seconds=now - start, during_search=True))
            widened_step(search, self._batch(visits, limits), options.wide_root_noise, noise)
            if options.bans:
                ban_below(tree, game.size, search.new_nodes(), options.bans)
            if search.settled or int(tree.visits[0, 0]) == visits:  # nothing left to learn, or the tree is full
                if temperature is not None or (limits.seconds is None and limits.visits is not None):
                    break
                watch.stop.wait(IDLE_WAIT)
        return read(seconds=time.monotonic() - start, during_search=False)

    def _batch(self, visits: int, limits: Limits) -> int:
        """How many visits the next step may make: few while the tree is small, and none beyond the limit.

        Leaves chosen together are chosen without knowing of each other's values; that costs strength where they are
        many beside what is known already.
        """
        most = min(self._leaves, max(1, visits // VISITS_PER_LEAF))
        return most if limits.visits is None else min(most, limits.visits - visits)

    def _prepare(self, game: Game, color: int, options: Options, *, choosing: bool) -> BatchSearch:
        """A search whose root is this position: the old tree where it leads here, else a new one."""
        special = bool(options.avoid or options.allow or options.bans)
        self._ending = passing.ending(game, color, self._opinion)
        dead = np.zeros(game.points, np.int8)
        if self._ending is not None and not options.fast_cleanup:
            dead = self._ending.dead
        fresh = special or options.deterministic or options.wide_root_noise != self._noise
        kept = not fresh and self._dead is not None and np.array_equal(dead, self._dead)
        if self._search is not None and options.moves_ownership and not self._search.owners:
            self._search = None  # its nodes do not know who owns what; from now on they will
        if not (kept and self._follow(game, color)):
            self._plant(game, color, owners=options.moves_ownership)
        assert self._search is not None
        self._search.judge_dead(dead[None])
        self._dead = dead
        self._moves = None if special else [move.point for move in game.moves]
        self._noise = options.wide_root_noise
        self._restrict(game, color, options, choosing=choosing)
        return self._search

    def _follow(self, game: Game, color: int) -> bool:
        """Walk the old tree down the moves played since. False when it does not lead to this position."""
        moves = [move.point for move in game.moves]
        search, known = self._search, self._moves
        if search is None or known is None or search.size != game.size or moves[: len(known)] != known:
            return False
        for action in moves[len(known) :]:
            if not search.follow(action):
                return False
        search.rebase(game.seen)
        root = np.asarray(search.arrays.state)[0, 0]
        expected = game.state.copy()
        meta = meta_at(game.size)
        expected[meta + TO_PLAY] = color
        # Stones, whose turn it is, and the rules and komi; the rest of the row follows from these and the moves.
        return all(
            np.array_equal(root[part], expected[part])
            for part in (slice(game.points), slice(meta + TO_PLAY, meta + KO_POINT), slice(meta + KO_RULE, None))
        )

    def _plant(self, game: Game, color: int, *, owners: bool) -> None:
        if self._search is None or self._search.size != game.size:
            self._search = None  # before there is another: both together would be the peak of our memory
            nodes = self._memory // tree_bytes(1, 1, game.size)
            self._search = BatchSearch(
                self._evaluator,
                size=game.size,
                nodes=int(min(MAX_NODES, max(MIN_NODES, nodes))),
                leaves=self._leaves,
                settings=self._settings,
                owners=owners,
            )
        state = game.state.copy()
        state[meta_at(game.size) + TO_PLAY] = color
        self._search.plant(state[None], game.seen[None])

    def _restrict(self, game: Game, color: int, options: Options, *, choosing: bool) -> None:
        """Take moves out of the root: those the caller rules out, and those that cannot matter any more.

        To choose a move of a finished game the pass is put forward.
        """
        assert self._search is not None
        prior = np.asarray(self._search.arrays.prior)[0, 0]
        banned = set(options.avoid) | set(passing.pointless(game, color))
        if to_clean := passing.cleaning(game, color, self._ending, options):
            banned |= set(range(game.points + 1)) - to_clean
        if options.allow:
            banned |= set(range(game.points + 1)) - set(options.allow)
        if banned:
            ban(prior, banned)
        share = passing.prior(game, self._ending, options) if choosing else 0.0
        if prior[game.points] < share < 1.0:
            prior[: game.points] *= (1.0 - share) / max(1e-9, 1.0 - float(prior[game.points]))
            prior[game.points] = share
        ban_below(self._search.arrays, game.size, [0], options.bans)
