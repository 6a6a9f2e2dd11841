"""Our own players against each other, hundreds of games at once: one network batch for every move of all of them.

Both networks stay loaded. Games of a pair share some slots; a slot whose game ends takes the next one, so that batches
stay full until the tasks run out. The players are those that play by GTP, asked for many games together
(`interfaces.player.BatchPlayer`); their games begin from the same seeds. There is no clock: who plays here is limited
by visits. A game that two passes end is counted without the stones that are dead by proof, or by playouts and what
the players' networks expect.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from tessera.gtp.settings import DEFAULT_VISITS
from tessera.interfaces.arbiter import ArbiterContext, Entrant, GameRecord, Task
from tessera.interfaces.network import AUTO
from tessera.interfaces.player import BatchPlayer, Limits
from tessera.match.game import Match, Side, Turn, mean_owners
from tessera.match.referee import game_seed, record_of
from tessera.players.load import open_batch_player
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.endgame import judged_score
from tessera.rules.game import Game
from tessera.seeds import seed_of
from tessera_arena.settings import SelfSettings


@dataclass(frozen=True)
class _Playing:
    """A game in a slot."""

    slot: int
    task: Task
    match: Match

    @property
    def to_move(self) -> str:
        return self.task.black if self.match.game.to_play == BLACK else self.task.white


class SelfArbiter:
    """Many games of a pair at once. Results depend on the seed and the tasks, not on timing."""

    def __init__(self, context: ArbiterContext, settings: SelfSettings) -> None:
        self._context, self._batch = context, settings.batch
        self._players: dict[str, BatchPlayer] = {}

    def play(self, tasks: Sequence[Task]) -> Generator[GameRecord, None, None]:
        """See `interfaces.arbiter.Arbiter`. Raises what loading a checkpoint raises, before the first game."""
        by_pair: defaultdict[frozenset[str], list[Task]] = defaultdict(list)
        for task in tasks:
            by_pair[frozenset((task.black, task.white))].append(task)
            self._open(task.black)
            self._open(task.white)
        for group in by_pair.values():
            yield from self._play_pair(group)

    def close(self) -> None:
        for player in self._players.values():
            player.close()
        self._players.clear()

    def _open(self, name: str) -> None:
        if name not in self._players:
            settings = self._context.entrants[name].settings
            self._players[name] = open_batch_player(
                self._context.manager,
                games=self._batch,
                checkpoint=settings.get("ckpt"),
                player=settings.get("player", "search"),
                evaluator=settings.get("evaluator", AUTO),
                device=settings.get("device", "auto"),
                seed=seed_of(self._context.seed, name),
                size=self._context.size,
                settings=dict(settings.get("set", {})),
            )

    def _play_pair(self, tasks: Sequence[Task]) -> Iterator[GameRecord]:
        """The players take turns; each moves in all games that wait for it, so that nearly all do."""
        waiting, playing = deque(tasks), list[_Playing]()
        free = list(range(min(self._batch, len(tasks))))
        while (waiting or playing) and not self._context.stopped():
            while waiting and free:
                playing.append(self._begin(waiting.popleft(), free.pop()))
            for name in (tasks[0].black, tasks[0].white):
                mine = [each for each in playing if each.to_move == name]
                for each, record in self._move(name, mine):
                    playing.remove(each)
                    free.append(each.slot)
                    yield record

    def _begin(self, task: Task, slot: int) -> _Playing:
        context = self._context
        game = Game(context.size, rules=context.rules, komi=context.komi)
        for color, point in task.opening.moves:
            game.play(color, point)
        for name in (task.black, task.white):
            self._players[name].begin(slot, game_seed(context, task, name))
        context.started(task)
        sides = {color: Side(name, None, Limits()) for color, name in ((BLACK, task.black), (WHITE, task.white))}
        return _Playing(slot, task, Match(game, sides))

    def _move(self, name: str, mine: Sequence[_Playing]) -> list[tuple[_Playing, GameRecord]]:
        """Let a player move in these games; those that end by it, with their records."""
        if not mine:
            return []
        limits, start = _limits(self._context.entrants[name]), time.perf_counter()
        points = self._players[name].play([each.slot for each in mine], [each.match.game for each in mine], limits)
        share = (time.perf_counter() - start) / len(mine)
        for each, point in zip(mine, points, strict=True):
            match, color = each.match, each.match.game.to_play
            match.seconds[color] += share
            match.make(Turn(color, int(point), None, round(share, 4)))
        over = [each for each in mine if each.match.is_over]
        # To judge a board may take a second.
        return [(each, self._record(each)) for each in over if not self._context.stopped()]

    def _record(self, each: _Playing) -> GameRecord:
        match, players = each.match, (self._players[each.task.black], self._players[each.task.white])
        if match.result == "?" and match.game.is_over:
            match.result = str(judged_score(match.game, mean_owners(match.game, players)))
        return record_of(each.task, self._context, match.game, match.count(), note=match.note, match=match)


def _limits(entrant: Entrant) -> Limits:
    return Limits(visits=int(entrant.settings.get("visits", DEFAULT_VISITS)))
