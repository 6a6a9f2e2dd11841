"""Games of Go in SGF FF[4] (www.red-bean.com/sgf), read and written through sgfmill.

    game = load(Path("game.sgf"), move=57)        # the position before move 57
    text = dumps(game, black="me", white="you", result="B+3.5")
    save(Path("game.sgf"), text)                  # whole or not at all

    record = read(Path("game.sgf"))               # names, result, notes, and the tree itself
    for step in record.steps(): ...               # every position of the main line
    annotate(step.node, Annotation(winrate=0.6), size=record.size)
    serialise(record.tree)

A file from outside is bounded before it is parsed (limits.py), its encoding must be in a table (charset.py), its values
are checked against their ranges (values.py), and its moves are played under its rules (record.py). tree.py parses,
annotate.py writes an engine's thoughts into a node, write.py writes files. Start reading at record.py. Anything wrong
is one `SgfError`. Which paths may be opened is for the caller to decide.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tessera.errors import SgfError
from tessera.sgf.annotate import Annotation, annotate
from tessera.sgf.limits import MAX_BYTES
from tessera.sgf.record import Record, Step
from tessera.sgf.write import dumps, save, save_new, serialise

if TYPE_CHECKING:
    from tessera.rules.game import Game

__all__ = [
    "Annotation",
    "Record",
    "Step",
    "annotate",
    "dumps",
    "load",
    "loads",
    "read",
    "save",
    "save_new",
    "serialise",
]


def loads(data: bytes, *, move: int | None = None, strict: bool = False) -> Game:
    """The position before move `move` (1 is the first) of a file's first game and main line.

    Without `move`, or when the game is shorter, the position at the end. Set-up stones in mid-game start the
    game anew from there: the moves before them are no longer in `Game.moves`.
    """
    return Record.parse(data, strict=strict).game(move)


def load(path: Path, *, move: int | None = None, strict: bool = False) -> Game:
    """`loads` of a file; every `SgfError` starts with the path."""
    try:
        return read(path, strict=strict).game(move)
    except SgfError as error:
        raise _at(path, error) from None


def read(path: Path, *, strict: bool = False) -> Record:
    """The record of a file's first game, its moves not yet checked; `strict` as in `Record`."""
    try:
        if not path.is_file():
            raise SgfError("not a regular file" if path.exists() else "no such file")
        with path.open("rb") as file:
            return Record.parse(file.read(MAX_BYTES + 1), strict=strict)
    except OSError as error:
        raise _at(path, SgfError(error.strerror or str(error))) from None
    except SgfError as error:
        raise _at(path, error) from None


def _at(path: Path, error: SgfError) -> SgfError:
    """The error with its path in front, once."""
    text = str(error)
    return error if text.startswith(f"{path}: ") else SgfError(f"{path}: {text}")
