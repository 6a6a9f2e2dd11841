"""What an engine thinks of a position, written into a node: the properties Sabaki draws its graph from, a
comment, and best lines as variations.

Sabaki's SBKV is Black's win rate in percent and SBKS Black's lead in points, at the node of the position.
Writing again replaces what was written before: our part of a comment starts at a fixed word, the first node of
our variations has that word as its name, and a property of our own lists the marks that are ours. Everything else
in the file stays as it is: a node that somebody has judged, labelled or counted keeps that.
"""

from __future__ import annotations

from dataclasses import dataclass

from sgfmill import sgf, sgf_grammar

from tessera.rules.coords import BLACK, WHITE, sgf_point
from tessera.rules.game import Move

MARK = "Tessera:"
"""Starts our part of a comment; the name (N) of our variations."""

OURS = "TESSERA"
"""A private property: the names of the marks at this node that we have written, a label with its value."""
VERDICTS = ("BM", "DO", "IT", "TE")
"""Judgements of a move, of which a node may have one; Sabaki colours the move by it."""
LABELLED = ("LB", "MA", "CR", "SQ", "TR", "SL")


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
    verdict: str = ""
    """On the move that led here: one of `VERDICTS`, or ''."""
    hotspot: int = 0
    """Whether much happened with that move, 0 to 2; Sabaki marks the node in its tree."""
    label: tuple[int, str] | None = None
    """A point and the letter to show there."""
    area: tuple[int, ...] = ()
    """[P] EMPTY, BLACK or WHITE: who owns the empty points and dead stones; () writes none."""


def annotate(node: sgf.Tree_node, annotation: Annotation, *, size: int) -> None:
    """Write an annotation into a node of a tree in UTF-8, in place of an earlier one."""
    if annotation.winrate is not None:
        node.set_raw("SBKV", f"{100 * annotation.winrate:.2f}".encode())
    if annotation.score is not None:
        node.set_raw("SBKS", f"{annotation.score:.2f}".encode())
    if annotation.comment:
        _set_comment(node, annotation.comment)
    _drop_marks(node)
    _set_marks(node, annotation, size)
    _drop_lines(node)
    if len(node):
        for line in annotation.lines:
            _add_line(node, line, size)


def _set_marks(node: sgf.Tree_node, annotation: Annotation, size: int) -> None:
    """Write the marks for which there is room, and that they are ours."""
    ours = []
    strength = b"2" if annotation.hotspot > 1 else b"1"
    if annotation.verdict and not any(node.has_property(name) for name in VERDICTS):
        # Of the four only bad and good moves have a degree.
        node.set_raw(annotation.verdict, strength if annotation.verdict in ("BM", "TE") else b"")
        ours.append(annotation.verdict)
    if annotation.hotspot and not node.has_property("HO"):
        node.set_raw("HO", strength)
        ours.append("HO")
    if annotation.label is not None:
        point, letter = annotation.label
        place = sgf_point(point, size)
        marked = [value for name in LABELLED if node.has_property(name) for value in node.get_raw_list(name)]
        if not any(value.startswith(place.encode()) for value in marked):
            value = f"{place}:{letter}"
            labels = node.get_raw_list("LB") if node.has_property("LB") else []
            node.set_raw_list("LB", [*labels, value.encode()])
            ours.append(f"LB {value}")
    if annotation.area and not (node.has_property("TB") or node.has_property("TW")):
        for color, name in ((BLACK, "TB"), (WHITE, "TW")):
            points = [point for point, owner in enumerate(annotation.area) if owner == color]
            if points:
                node.set_raw_list(name, [sgf_point(point, size).encode() for point in points])
                ours.append(name)
    if ours:
        node.set_raw_list(OURS, [sgf_grammar.escape_text(word.encode()) for word in ours])


def _drop_marks(node: sgf.Tree_node) -> None:
    """Take off the marks an earlier writing of ours has listed."""
    if not node.has_property(OURS):
        return
    for word in node.get_raw_list(OURS):
        name, _, value = sgf_grammar.text_value(word).decode("utf-8", "replace").partition(" ")
        if not node.has_property(name) or name not in (*VERDICTS, "HO", "LB", "TB", "TW"):
            continue
        left = [each for each in node.get_raw_list(name) if value and each != value.encode()]
        if left:
            node.set_raw_list(name, left)
        else:
            node.unset(name)
    node.unset(OURS)


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
