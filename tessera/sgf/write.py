"""A game as SGF FF[4] in UTF-8, and files that are whole or absent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sgfmill import sgf, sgf_grammar

import tessera
from tessera import files
from tessera.errors import SgfError
from tessera.rules.coords import BLACK, WHITE, sgf_point
from tessera.rules.game import Game
from tessera.sgf.annotate import Annotation, annotate
from tessera.sgf.values import rules_text

STONES = {BLACK: "AB", WHITE: "AW"}


def dumps(
    game: Game,
    *,
    black: str = "",
    white: str = "",
    result: str = "",
    date: str = "",
    comment: str = "",
    annotations: Mapping[int, Annotation] | None = None,
) -> str:
    """The game as SGF text that `loads` reads back to the same position and moves.

    `comment` stands at the root; `annotations` maps the number of moves played (0 at the root) to what is
    written there. Names and comments may hold any text; it is escaped.
    """
    tree = sgf.Sgf_game(game.size, "UTF-8")
    root = tree.get_root()
    information = {"PB": black, "PW": white, "RE": result, "DT": date, "C": comment, "RU": rules_text(game.rules)}
    for name, text in {"AP": f"Tessera:{tessera.__version__}", **information}.items():
        if text:
            root.set_raw(name, sgf_grammar.escape_text(text.encode("utf-8", "replace")))
    root.set("KM", game.komi)
    if game.handicap:
        root.set("HA", game.handicap)
    _set_up(root, game)
    nodes = [root]
    for move in game.moves:
        nodes.append(nodes[-1].new_child())
        nodes[-1].set_raw("B" if move.color == BLACK else "W", sgf_point(move.point, game.size).encode())
    for number, annotation in (annotations or {}).items():
        annotate(nodes[number], annotation, size=game.size)
    return serialise(tree)


def serialise(tree: sgf.Sgf_game) -> str:
    """A tree in UTF-8 as text, ending with a newline."""
    written: bytes = tree.serialise()
    return written.decode("utf-8", "replace")


def save(path: Path, text: str) -> None:
    """Write a file through a temporary one in the same directory: at any time it is whole or as it was.

    Raises `SgfError` with the path and the reason (disk full, no such directory, ...).
    """
    try:
        files.write_whole(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise SgfError(f"{path}: not written: {files.reason(error)}") from None


def save_new(directory: Path, stem: str, text: str) -> Path:
    """Write `text` under the first free name 'stem-00001.sgf', 'stem-00002.sgf', ... and return its path.

    Several processes may write into one directory: the name is claimed by its temporary file.
    """
    taken = [path.stem.removeprefix(f"{stem}-") for path in directory.glob(f"{stem}-*.sgf")]
    number = max((int(digits) for digits in taken if digits.isdecimal()), default=0)
    while True:
        number += 1
        path = directory / f"{stem}-{number:05d}.sgf"
        try:
            if _claim(path, text):
                return path
        except OSError as error:
            raise SgfError(f"{path}: not written: {files.reason(error)}") from None


def _claim(path: Path, text: str) -> bool:
    """Write a new file whole; False when it exists or another process is writing it."""
    claim = path.with_name(f".{path.name}.claim")
    try:
        files.create(claim, text.encode("utf-8", "replace"))
    except FileExistsError:
        return False
    # Whoever claimed before us has renamed by now; only then could we create the same claim.
    if path.exists():
        claim.unlink()
        return False
    claim.replace(path)
    return True


def _set_up(root: sgf.Tree_node, game: Game) -> None:
    for color, name in STONES.items():
        points = sorted(point for point, stone in game.setup.items() if stone == color)
        if points:
            root.set_raw_list(name, [sgf_point(point, game.size).encode() for point in points])
    first = game.moves[0].color if game.moves else game.to_play
    if game.setup or first != BLACK:
        root.set_raw("PL", b"B" if first == BLACK else b"W")
