"""Games between players, a player's games against itself, and what results say about strength."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

from tessera import sgf
from tessera.errors import BadValue
from tessera.interfaces.arbiter import VOID, GameRecord
from tessera.interfaces.player import Options, Reproducible
from tessera.league.records import read_records
from tessera.library.checked import Count, Seed, checked
from tessera.library.players import LoadedPlayer
from tessera.library.position import Position
from tessera.match.game import Match, RandomOpening, Side
from tessera.ratings import counting
from tessera.ratings.bradley_terry import Ratings
from tessera.rules.coords import BLACK, WHITE
from tessera.seeds import seed_of
from tessera.values import Range


@dataclass(frozen=True, eq=False)
class PlayedGame:
    """A finished game."""

    black: str
    """The players' names."""
    white: str
    result: str
    """SGF's: 'B+3.5', 'W+R' (resigned), 'W+F' (forfeited by an illegal move), '0' (drawn)."""
    position: Position
    """The end, with all moves."""
    winrates: tuple[float | None, ...]
    """Black's, 0..1, as the mover of each turn saw it before its move; None where it said nothing."""
    seconds: float
    """Wall time."""
    note: str = ""
    """Why it ended in an unusual way; mostly ''."""

    @checked
    def to_sgf(self, comment: str = "") -> str:
        """The game as the text of an SGF file."""
        return sgf.dumps(
            self.position.game,
            black=self.black,
            white=self.white,
            result=self.result,
            date=time.strftime("%Y-%m-%d"),
            comment="\n".join(filter(None, (comment, self.note))),
        )

    @checked
    def save(self, path: str | Path) -> None:
        """Write the game as SGF: whole, or not at all. Raises `SgfError`."""
        sgf.save(Path(path), self.to_sgf())

    def _repr_svg_(self) -> str:
        return str(self.position.svg())


class Result(NamedTuple):
    """Who won, as `rate` needs it."""

    black: str
    white: str
    result: str
    """SGF's."""


@checked
def play_game(
    black: LoadedPlayer, white: LoadedPlayer, position: Position, *, resign: bool = False, seed: Seed | None = None
) -> PlayedGame:
    """One game from `position`, which is not changed, to its end: two passes, a resignation, or a forfeit.

    Dead stones are judged as everywhere in Tessera: by proof, playouts and the players' networks. With a `seed` what is
    random in our own players starts anew, so that the game can be repeated on the CPU. The players may be one and the
    same. Raises `BadValue`, and `EngineError` where a program from outside fails.
    """
    for name, each in {"black": black, "white": white}.items():
        if seed is not None and isinstance(each.player, Reproducible):
            each.player.begin(0, seed_of(seed, name))
    return _play(black, white, position, resign)


def _play(
    black: LoadedPlayer, white: LoadedPlayer, position: Position, resign: bool, opening: RandomOpening | None = None
) -> PlayedGame:
    options = Options(allow_resign=resign)
    sides = {
        color: Side(each.name, each.player, each.limits, options) for color, each in ((BLACK, black), (WHITE, white))
    }
    start = time.monotonic()
    match = Match(position.copy().game, sides, opening=opening)
    while not match.is_over:
        match.play()
    return PlayedGame(
        black=black.name,
        white=white.name,
        result=match.count(),
        position=Position.of(match.game),
        winrates=tuple(turn.black_winrate for turn in match.turns),
        seconds=time.monotonic() - start,
        note=match.note,
    )


@checked
def self_play(
    player: LoadedPlayer,
    games: Count,
    position: Position,
    *,
    random_moves: Count | None = None,
    temperature: Annotated[float, Range(above=0)] = 1.0,
    resign: bool = False,
    seed: Seed | None = None,
) -> Iterator[PlayedGame]:
    """Games of a player against itself from `position`, one after the other, each as soon as it is finished.

    The first `random_moves` (a twelfth of the board without it) are drawn in proportion to visits ** (1 /
    temperature), so that games differ. `seed`, the player's own without it, repeats the run on the CPU with a freshly
    loaded player. Raises `BadValue`.
    """
    before = len(position.game.moves)  # an opening counts them from the start of the game
    moves = before + (position.game.points // 12 if random_moves is None else random_moves)
    for number in range(games):
        source = random.Random(f"{player.seed if seed is None else seed}/{number}")
        opening = RandomOpening(source, moves, temperature)
        yield _play(player, player, position, resign, opening)


@checked
def read_games(path: str | Path) -> list[GameRecord]:
    """The games of a league (`games.jsonl`) or a run's evaluations, that count, replays once.

    Raises `RecordError`.
    """
    return counting.counted(read_records(Path(path)))


@checked
def rate(
    games: Iterable[PlayedGame | GameRecord | tuple[str, str, str]], *, anchors: Mapping[str, float] | None = None
) -> Ratings:
    """Bradley-Terry ratings, with their full covariance, of all players of some games.

    A game is a `PlayedGame`, a `GameRecord`, or (black, white, result) with SGF's result; void ones are left out.
    `anchors` {name: Elo} pins players; without it the mean is 0. Of the answer `.elo` [n] and `.interval(i)`, 95%, go
    by the order of `.players`; moving first is fitted beside. Raises `BadValue` for a game that is none.
    """
    counted = [each for each in map(_result, games) if each.result != VOID]
    return counting.rate(counted, sorted({name for each in counted for name in each[:2]}), anchors=anchors)


def _result(game: object) -> Result:
    match game:
        case PlayedGame() | GameRecord():
            result = Result(game.black, game.white, game.result)
        case (str(), str(), str()):
            result = Result(*game)
        case _:
            raise BadValue("game", game, "a PlayedGame, a GameRecord or (black, white, result)")
    if result.black == result.white:
        raise BadValue("players of a game", result.black, "two different names", "load_player(name=...) gives one")
    return result
