"""The search player: PUCT, K leaves of each game per network batch, the trees kept between moves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tessera.interfaces.analysis import Analysis
from tessera.interfaces.network import Evaluator
from tessera.interfaces.player import PLAYED_OUT, UNWATCHED, Choice, Limits, Options, Watch
from tessera.players import passing
from tessera.players.banning import ban_below
from tessera.players.opinion import NetworkOpinion, write_seen
from tessera.players.reading import led_by_bound, read_analysis
from tessera.players.settings import SearchPlayerSettings
from tessera.players.stopping import Progress, enough
from tessera.players.variety import fading, generator, generators
from tessera.players.widening import widened_step
from tessera.rules.layout import KO_POINT, KO_RULE, TO_PLAY, meta_at, row_length, seen_length
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


@dataclass
class _Seat:
    """What is known of the game in a slot, beside its tree."""

    random: np.random.Generator
    moves: list[int] | None = None
    """The moves of the game the tree belongs to; None when it must not be reused."""
    noise: float = 0.0
    """The `wide_root_noise` the tree grew with."""
    dead: NDArray[np.int8] | None = None
    """[P] the stones the tree takes for dead; None while no line of it can have ended."""
    ending: passing.Ending | None = None
    """The verdict on the present root, once its board looks finished."""


@dataclass(frozen=True)
class _Asked:
    """A position to think about."""

    slot: int
    seat: _Seat
    game: Game
    color: int

    def verdict(self, options: Options) -> NDArray[np.int8]:
        """[P] the stones that are taken off where a line ends."""
        if self.seat.ending is None or options.fast_cleanup:
            return np.zeros(self.game.points, np.int8)
        return self.seat.ending.dead


class SearchPlayer:
    """Thinks with a network and a tree for each of up to `games` games. With no limit at all `visits` limits a move."""

    def __init__(
        self,
        evaluator: Evaluator,
        settings: SearchPlayerSettings = SearchPlayerSettings(),
        *,
        seed: int = 0,
        games: int = 1,
        name: str = "search",
    ) -> None:
        self.name = name
        self._evaluator = evaluator
        self._settings = settings
        self._seed = seed
        self._seats = [_Seat(random) for random in generators(seed, games)]
        self._search: BatchSearch | None = None
        self._states: NDArray[np.int32] = np.zeros((games, 0), np.int32)
        """[B, S] the positions at the roots."""
        self._seen: NDArray[np.int64] = np.zeros((games, 0), np.int64)
        """[B, T] the superko sets of the games."""
        self._opinion = NetworkOpinion(evaluator)

    def begin(self, slot: int, seed: int) -> None:
        self._seats[slot] = _Seat(generator(seed))

    def play(
        self, slots: Sequence[int], games: Sequence[Game], limits: Limits, *, options: Options = PLAYED_OUT
    ) -> list[int]:
        asked = [self._asked(slot, game, game.to_play) for slot, game in zip(slots, games, strict=True)]
        return [choice.point for choice in self._choose(asked, limits, options, UNWATCHED)]

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
        return self._choose([self._asked(0, game, color)], limits, options, watch)[0]

    def analyze(
        self,
        game: Game,
        color: int,
        limits: Limits,
        *,
        options: Options = Options(),
        watch: Watch = UNWATCHED,
    ) -> Analysis:
        return self._think([self._asked(0, game, color)], limits, options, watch, temperatures=None)[0]

    def analyze_batch(self, games: Sequence[Game], limits: Limits, *, options: Options = Options()) -> list[Analysis]:
        asked = [self._asked(slot, game, game.to_play) for slot, game in enumerate(games)]
        return self._think(asked, limits, options, UNWATCHED, temperatures=None)

    def forget(self) -> None:
        """Drop the trees: the next thought starts from nothing."""
        self._search = None

    def expected_owners(self, game: Game) -> list[float]:
        return self._opinion.of_the_end(game)

    def close(self) -> None:
        self.forget()

    def _asked(self, slot: int, game: Game, color: int) -> _Asked:
        return _Asked(slot, self._seats[slot], game, color)

    # ------------------------------------------------------------ thinking

    def _choose(self, asked: Sequence[_Asked], limits: Limits, options: Options, watch: Watch) -> list[Choice]:
        if limits.visits is None and limits.seconds is None:
            limits = Limits(visits=self._settings.visits)
        start = 0.0 if options.deterministic else self._settings.temperature
        halflife = self._settings.temperature_halflife
        temperatures = [fading(start, halflife, len(each.game.moves), each.game.size) for each in asked]
        options = replace(options, wide_root_noise=0.0)
        found = self._think(asked, limits, options, watch, temperatures=np.array(temperatures))
        points = [
            passing.decide(each.game, analysis, each.seat.ending, temperature, each.seat.random, options)
            for each, analysis, temperature in zip(asked, found, temperatures, strict=True)
        ]
        return [Choice(point, analysis) for point, analysis in zip(points, found, strict=True)]

    def _think(
        self,
        asked: Sequence[_Asked],
        limits: Limits,
        options: Options,
        watch: Watch,
        *,
        temperatures: NDArray[np.float64] | None,
    ) -> list[Analysis]:
        """Search within the limits, the roots at least. For moves, which will be drawn with `temperatures` [B], the end
        may come before them or after the planned seconds; without them everything allowed is searched.

        Reports and bans below the root are for one game.
        """
        start = last_report = time.monotonic()
        search = self._prepare(asked, limits, options, choosing=temperatures is not None)
        tree: Any = search.arrays
        slots = np.array([each.slot for each in asked])
        rows: slice | NDArray[np.int64] = slice(None) if len(slots) == search.games == 1 else slots
        noise = np.random.Generator(np.random.PCG64([self._seed, len(asked[0].game.moves)]))
        read = partial(self._read, tree, moves_ownership=options.moves_ownership)
        known = tree.visits[rows, 0].copy()
        live = np.ones(len(asked), np.bool_)
        most = np.zeros(search.games, np.int32)
        while not watch.stop.is_set():
            visits, now = tree.visits[rows, 0].copy(), time.monotonic()
            progress = Progress(visits, visits - known, now - start)
            root = (tree.prior[rows, 0], tree.children_visits[rows, 0], tree.children_values[rows, 0])
            live &= ~enough(limits, progress, temperatures, *root)
            if not live.any():
                break
            if watch.report is not None and now - last_report >= watch.interval:
                last_report = now
                watch.report(read(game=asked[0].slot, seconds=now - start, during_search=True))
            most[rows] = self._batch(visits, limits) * live
            widened_step(search, most, options.wide_root_noise, noise)
            if options.bans:
                ban_below(tree, search.size, search.new_nodes[0], options.bans)
            self._foresee_ends(asked, options)
            learned = tree.visits[rows, 0] > visits
            if search.games == 1 and search.settled:
                learned[:] = False
            if not learned[live].all():  # nothing left to learn, or the tree is full
                if temperatures is not None or (limits.seconds is None and limits.visits is not None):
                    live &= learned
                else:
                    watch.stop.wait(IDLE_WAIT)
        seconds = time.monotonic() - start
        return [read(game=each.slot, seconds=seconds, during_search=False) for each in asked]

    def _read(self, tree: Any, **known: Any) -> Analysis:
        """What the search found, the move that it would play first."""
        assert self._search is not None
        analysis, share = read_analysis(tree, self._search.size, **known), self._settings.lcb_visits
        return led_by_bound(analysis, share) if share > 0 else analysis

    def _batch(self, visits: NDArray[np.int32], limits: Limits) -> NDArray[np.int32]:
        """[B] how many visits the next step may make: few while the tree is small, and none beyond the limit.

        Leaves chosen together are chosen without knowing of each other's values; that costs strength where they are
        many beside what is known already.
        """
        most = np.minimum(np.maximum(visits // VISITS_PER_LEAF, 1), self._settings.leaves)
        return most if limits.visits is None else np.minimum(most, limits.visits - visits)

    def _foresee_ends(self, asked: Sequence[_Asked], options: Options) -> None:
        """Find out which stones are dead where a pass was just looked at: the next one below it ends the game."""
        assert self._search is not None
        tree, nodes = self._search.arrays, self._search.new_nodes
        for each in asked:
            if each.seat.dead is None:
                new = nodes[each.slot]
                if (tree.action[each.slot, new[new >= 0]] == each.game.points).any():
                    self._judge(each, options)

    def _judge(self, each: _Asked, options: Options) -> None:
        assert self._search is not None
        each.seat.dead = each.verdict(options)
        self._search.judge_dead(each.seat.dead, game=each.slot)

    # ------------------------------------------------------------ trees

    def _prepare(self, asked: Sequence[_Asked], limits: Limits, options: Options, *, choosing: bool) -> BatchSearch:
        """A search whose roots are these positions: the old trees where they lead here, else new ones."""
        special = bool(options.avoid or options.allow or options.bans)
        search = self._allocated(asked[0].game.size, limits, owners=options.moves_ownership)
        kept = []
        self._note_positions(asked)
        for each in asked:
            each.seat.ending = None
            fresh = special or options.deterministic or options.wide_root_noise != each.seat.noise
            if not fresh and self._follow(each):
                kept.append(each)
        search.set_seen(self._seen)
        old = {each.slot for each in self._still_right(kept, options)}
        new = [each for each in asked if each.slot not in old]
        if new:
            self._plant(new, options)
        for each in asked:
            each.seat.moves = None if special else [move.point for move in each.game.moves]
            each.seat.noise = options.wide_root_noise
            prior = np.asarray(search.arrays.prior)[each.slot, 0]
            passing.restrict(prior, each.game, each.color, each.seat.ending, options, choosing=choosing)
            if options.bans:
                ban_below(search.arrays, search.size, [0], options.bans)
        return search

    def _allocated(self, size: int, limits: Limits, *, owners: bool) -> BatchSearch:
        """The search there is, or an empty one for another size, more visits, or nodes that know who owns what."""
        search, games, leaves = self._search, len(self._seats), self._settings.leaves
        nodes = int(min(MAX_NODES, max(MIN_NODES, self._settings.memory_mb * 2**20 // tree_bytes(games, 1, size))))
        if games > 1 and limits.visits is not None:
            nodes, leaves = limits.visits + 2, min(leaves, max(1, limits.visits // VISITS_PER_LEAF))
        if search is None or search.size != size or search.nodes < nodes or (owners and not search.owners):
            self._search = None  # before there is another: both together would be the peak of our memory
            self._states = np.zeros((games, row_length(size)), np.int32)
            self._seen = np.zeros((games, seen_length(size)), np.int64)
            for seat in self._seats:
                seat.moves = None
            search = self._search = BatchSearch(
                self._evaluator,
                size=size,
                games=games,
                nodes=nodes,
                leaves=leaves,
                settings=SearchSettings(
                    puct=self._settings.puct,
                    random_symmetry=self._settings.random_symmetry,
                    root_symmetries=self._settings.root_symmetries,
                ),
                owners=owners,
            )
        return search

    def _note_positions(self, asked: Sequence[_Asked]) -> None:
        """Keep the positions and their superko sets where the search looks for them."""
        longest = max(len(each.game.seen) for each in asked)
        if longest > self._seen.shape[1]:
            # Other games' sets go too; they are written anew before their trees are searched.
            self._seen = np.zeros((len(self._seats), longest), np.int64)
        for each in asked:
            self._states[each.slot] = passing.position(each.game, each.color)
            write_seen(self._seen[each.slot], each.game)

    def _follow(self, each: _Asked) -> bool:
        """Walk the old tree down the moves played since. False when it does not lead to this position."""
        assert self._search is not None
        moves, known = [move.point for move in each.game.moves], each.seat.moves
        if known is None or moves[: len(known)] != known:
            return False
        for action in moves[len(known) :]:
            if not self._search.reuse_subtree(action, game=each.slot):
                return False
        root, expected = self._search.arrays.state[each.slot, 0], self._states[each.slot]
        meta = meta_at(each.game.size)
        # Stones, whose turn it is, and the rules and komi; the rest of the row follows from these and the moves.
        return all(
            np.array_equal(root[part], expected[part])
            for part in (slice(each.game.points), slice(meta + TO_PLAY, meta + KO_POINT), slice(meta + KO_RULE, None))
        )

    def _still_right(self, kept: Sequence[_Asked], options: Options) -> list[_Asked]:
        """Those of the kept trees whose lines ended, if they did, in what the present verdict says of dead stones."""
        assert self._search is not None
        finished = [each for each in kept if passing.looks_finished(each.game)]
        owners = iter(self._owners(finished))
        right = []
        for each in kept:
            each.seat.ending = passing.ending(each.game, next(owners)) if each in finished else None
            passes = each.game.passes > 0 or self._has_pass(each)
            before, each.seat.dead = each.seat.dead, None
            if passes:
                self._judge(each, options)
            if not passes or (before is not None and np.array_equal(before, each.verdict(options))):
                right.append(each)
        return right

    def _owners(self, asked: Sequence[_Asked]) -> list[list[float]]:
        if not asked:
            return []
        found: list[list[float]] = self._opinion.ownership(
            [each.game for each in asked], [each.color for each in asked]
        ).tolist()
        return found

    def _has_pass(self, each: _Asked) -> bool:
        """Whether somebody passes below the root."""
        assert self._search is not None
        tree = self._search.arrays
        return bool((tree.action[each.slot, 1 : tree.size[each.slot]] == each.game.points).any())

    def _plant(self, asked: Sequence[_Asked], options: Options) -> None:
        assert self._search is not None
        which = np.zeros(len(self._seats), np.bool_)
        which[[each.slot for each in asked]] = True
        self._search.set_roots(self._states, self._seen, which=which)
        for each in asked:
            if each.seat.ending is None:
                owners = self._search.arrays.ownership[each.slot].tolist()
                each.seat.ending = passing.ending(each.game, owners)
            each.seat.dead = None
            if each.game.passes:
                self._judge(each, options)
