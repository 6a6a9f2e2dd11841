"""What an engine thinks of a position, written into a node: the properties Sabaki draws its graph from, a
comment, and best lines as variations.

Sabaki's SBKV is Black's win rate in percent and SBKS Black's lead in points, at the node of the position.
Writing again replaces what was written before: our part of a comment starts at a fixed word, and the first
node of our variations has that word as its name. Everything else in the file stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sgfmill import sgf, sgf_grammar

from tessera.rules.coords import BLACK, sgf_point
from tessera.rules.game import Move

MARK = "Tessera:"
"""Starts our part of a comment; the name (N) of our variations."""


@dataclass(frozen=True)
class Annotation:
    """What is written at one position. All values are Black's, whoever is to play."""

    winrate: float | None = None
    """0..1"""
    score: float | None = None
    """Black's lead in points, komi included."""
    comment: str = ""
    """Lines after the mark."""
    lines: tuple[tuple[Move, ...], ...] = ()
    """Continuations from this position, best first. Not written at the last node of a game: they would become
    its main line."""


def annotate(node: sgf.Tree_node, annotation: Annotation, *, size: int) -> None:
    """Write an annotation into a node of a tree in UTF-8, in place of an earlier one."""
    if annotation.winrate is not None:
        node.set_raw("SBKV", f"{100 * annotation.winrate:.2f}".encode())
    if annotation.score is not None:
        node.set_raw("SBKS", f"{annotation.score:.2f}".encode())
    if annotation.comment:
        _set_comment(node, annotation.comment)
    _drop_lines(node)
    if len(node):
        for line in annotation.lines:
            _add_line(node, line, size)


def _set_comment(node: sgf.Tree_node, comment: str) -> None:
    before = ""
    if node.has_property("C"):
        raw = b"".join(node.get_raw_list("C"))
        before = sgf_grammar.text_value(raw).decode("utf-8", "replace").partition(MARK)[0].rstrip()
    ours = f"{MARK} {comment}"
    text = f"{before}\n\n{ours}" if before else ours
    node.set_raw("C", sgf_grammar.escape_text(text.encode("utf-8", "replace")))


def _drop_lines(node: sgf.Tree_node) -> None:
    for child in list(node)[1:]:
        if child.has_property("N") and child.get_raw("N") == MARK.encode():
            child.delete()


def _add_line(node: sgf.Tree_node, line: tuple[Move, ...], size: int) -> None:
    at = node
    for move in line:
        at = at.new_child()
        at.set_raw("B" if move.color == BLACK else "W", sgf_point(move.point, size).encode())
        if at.parent is node:
            at.set_raw("N", MARK.encode())
