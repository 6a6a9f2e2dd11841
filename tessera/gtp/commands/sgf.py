"""Games from files and into files, and the board as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tessera.errors import SgfError
from tessera.gtp.arguments import integer
from tessera.gtp.board_text import draw
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.files import new_or_sgf, readable_file
from tessera.gtp.protocol import SYNTAX_ERROR, GtpFailure

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("Files and the board")


@table.add("loadsgf", "file [move]")
def loadsgf(session: Session, args: list[str]) -> str:
    """The game in a file, before a move or at its end; `--sgf-dir` says which files may be read."""
    if not args:
        raise GtpFailure(SYNTAX_ERROR)
    from tessera import sgf

    words, number = list(args), None
    if len(words) > 1 and words[-1].isascii() and words[-1].isdigit():
        number = integer(words.pop(), 1)
    path = readable_file(_unquoted(words), session.settings.sgf_dir)
    try:
        record = sgf.read(path)
        session.replace_game(record.game(number))
    except SgfError as error:
        raise GtpFailure(f"cannot load file: {error}") from None
    for note in record.notes:
        session.complain(f"loadsgf: {note}")
    return ""


@table.add("printsgf", "[file]")
def printsgf(session: Session, args: list[str]) -> str:
    """The game as SGF: as the answer, or into a .sgf file below the working folder or `--sgf-dir`."""
    from tessera import sgf

    text = sgf.dumps(session.game)
    if args in ([], ["-"]):
        return text
    path = new_or_sgf(_unquoted(args), session.settings.sgf_dir or Path.cwd())
    try:
        sgf.save(path, text)
    except SgfError as error:
        raise GtpFailure(f"cannot write file: {error}") from None
    return ""


@table.add("showboard")
def showboard(session: Session, args: list[str]) -> str:
    """The board with coordinates, prisoners and the side to play."""
    return "\n" + draw(session.game)


def _unquoted(words: list[str]) -> str:
    """Words put together again: file names may hold blanks, GoGui quotes such names."""
    name = " ".join(words)
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == '"' else name
