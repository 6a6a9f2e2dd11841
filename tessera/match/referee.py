"""One game between two GTP engines, refereed by our rules; what engines think of the result is not asked.

An illegal move forfeits the game ('W+F'), so does the clock ('W+T'). A crash, a hang or a broken protocol makes
it void, with the player to blame. A game that two passes end is counted as `ending` says; a game that will not
end is counted as it stands. Nothing is replayed here and no process is ended: that is for who called.
"""

from __future__ import annotations

from collections.abc import Mapping

from tessera.clock import NO_LIMIT, Clock
from tessera.errors import EngineError
from tessera.interfaces.arbiter import VOID, ArbiterContext, GameRecord, Task
from tessera.interfaces.player import Limits
from tessera.match.ending import count
from tessera.match.engine import EngineProcess
from tessera.match.game import LONGEST, Match, Side
from tessera.match.player import EnginePlayer
from tessera.rules.coords import BLACK, WHITE
from tessera.rules.game import Game
from tessera.seeds import seed_of

LAG = 0.5
"""Seconds a side may be over its time before the flag falls."""


def play_game(
    task: Task,
    engines: Mapping[int, EngineProcess],
    context: ArbiterContext,
    *,
    lag: float = LAG,
    longest: int = LONGEST,
) -> GameRecord:
    """Play one game. `engines` maps BLACK and WHITE to greeted engines; a malfunction is a void record.

    `lag` and `longest` are as LAG and LONGEST. A reply is waited for `context.patience` seconds, on a move beyond
    what the clock allows. Raises `IllegalMove` for an opening that is not legal.
    """
    game = Game(context.size, rules=context.rules, komi=context.komi)
    for color, point in task.opening.moves:
        game.play(color, point)
    control = context.time or NO_LIMIT
    players = {
        color: EnginePlayer(engines[color], name=name, time=control, seed=game_seed(context, task, name))
        for color, name in ((BLACK, task.black), (WHITE, task.white))
    }
    sides = {color: Side(player.name, player, Limits()) for color, player in players.items()}
    match = Match(game, sides, clock=Clock(control, lag=lag), longest=longest)
    culprit = task.black
    try:
        for player in players.values():
            culprit = player.name
            player.follow(game)
        while not match.is_over:
            culprit = players[game.to_play].name
            _turn(match, players[game.to_play], context.patience)
    except EngineError as error:
        return record_of(task, context, game, VOID, note=" ".join(str(error).split()), culprit=culprit, match=match)
    if match.result == "?" and game.is_over:
        counted = count(game, players)
        return record_of(task, context, counted.game, str(counted.score), note=counted.note, match=match)
    return record_of(task, context, game, match.count(), note=match.note, match=match)


def _turn(match: Match, player: EnginePlayer, patience: float) -> None:
    """Let the side to play move. Off its clock it hears the opponent's move and the time it has left."""
    color, clock = match.game.to_play, match.clock
    player.follow(match.game)
    if clock.control.kind != "none":
        player.tell_time(color, clock.side(color))
    player.deadline = patience + (clock.allowed(color) or 0.0)
    match.play()
    player.deadline = None


def void_record(task: Task, context: ArbiterContext, culprit: str, note: str) -> GameRecord:
    """The record of a game that could not begin, which counts for nobody."""
    return record_of(task, context, None, VOID, note=note, culprit=culprit)


def game_seed(context: ArbiterContext, task: Task, player: str) -> int:
    """What a player's randomness in one game follows from, whoever else plays in the league and in whatever order."""
    return seed_of(context.seed, player, task.number, task.attempt)


def record_of(
    task: Task,
    context: ArbiterContext,
    game: Game | None,
    result: str,
    *,
    note: str = "",
    culprit: str = "",
    match: Match | None = None,
) -> GameRecord:
    """A game that ended so, as a league keeps it."""
    return GameRecord(
        number=task.number,
        black=task.black,
        white=task.white,
        result=result,
        moves=task.opening.moves if game is None else tuple((move.color, move.point) for move in game.moves),
        size=context.size,
        komi=context.komi,
        rules=context.rules.name,
        opening=task.opening.name,
        seconds=(round(match.seconds[BLACK], 4), round(match.seconds[WHITE], 4)) if match else (0.0, 0.0),
        attempt=task.attempt,
        note=note,
        culprit=culprit,
    )
