"""From bytes to sgfmill's game tree, with everything bounded before it is built.

sgfmill reads the grammar without recursion, but takes what it is given: a list of all tokens, any depth.
So one pass over the bytes, which keeps nothing, counts first.
"""

from __future__ import annotations

import re

from sgfmill import sgf, sgf_grammar

from tessera.errors import SgfError
from tessera.sgf.charset import decode
from tessera.sgf.limits import MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_TOKENS
from tessera.sgf.values import read_size

_START = re.compile(rb"\(\s*;")
# One token as sgfmill takes it, except that a value may miss its bracket: that is sgfmill's error to report,
# and matching it here keeps the pass linear.
_TOKEN = re.compile(rb"\s*(?:(?P<V>\[[^\\\]]*(?:\\.[^\\\]]*)*\]?)|(?P<I>[A-Za-z]{1,64})|(?P<D>[;()]))", re.DOTALL)


def parse(data: bytes) -> tuple[sgf.Sgf_game, list[str]]:
    """The first game of a file as sgfmill's tree, its text in UTF-8 whatever it was; and notes for the user.

    Raises `SgfError` for what is not one game of Go on a square board of 2 to 25, or is beyond `limits`.
    """
    if len(data) > MAX_BYTES:
        raise SgfError(f"file size: got {len(data)} bytes, allowed: up to {MAX_BYTES}")
    text, notes = decode(data, _declared_charset(data))
    data = text.encode("utf-8", errors="replace")
    missing = _check_structure(data)
    if missing:
        data += b")" * missing
        notes.append("the file ends before its game does; what is there is read")
    try:
        coarse = sgf_grammar.parse_sgf_game(data)
    except ValueError as error:
        raise SgfError(f"not a complete SGF game: {error}") from None
    _drop_nameless(coarse)
    root = coarse.sequence[0]
    _check_is_go(root)
    root["SZ"] = [str(read_size(root)).encode()]
    return sgf.Sgf_game.from_coarse_game_tree(coarse, override_encoding="UTF-8"), notes


def _declared_charset(data: bytes) -> str | None:
    """The value of CA in the root node, before anything is decoded: every encoding we read extends ASCII."""
    start = _START.search(data)
    if start is None:
        raise SgfError("not an SGF file: it has no '(;'")
    position, name, tokens = start.end(), b"", 0
    while (token := _TOKEN.match(data, position)) and token.lastgroup != "D" and tokens < MAX_TOKENS:
        if token.lastgroup == "I":
            name = token["I"]
        elif name == b"CA":
            return token["V"][1:-1].decode("ascii", "replace").strip() or None
        position, tokens = token.end(), tokens + 1
    return None


def _check_structure(data: bytes) -> int:
    """Raise `SgfError` when the first game has more tokens, nodes or depth than we read.

    Returns how many closing parentheses a file lacks that ends after a whole property, else 0.
    """
    start = _START.search(data)
    position = start.start() if start else 0
    tokens = nodes = depth = 0
    whole = False
    while token := _TOKEN.match(data, position):
        position, tokens = token.end(), tokens + 1
        if tokens > MAX_TOKENS:
            raise SgfError(f"file: got over {MAX_TOKENS} tokens, allowed: up to {MAX_TOKENS}")
        mark = token["D"]
        if mark == b";":
            nodes += 1
            if nodes > MAX_NODES:
                raise SgfError(f"nodes: got over {MAX_NODES}, allowed: up to {MAX_NODES}")
        elif mark == b"(":
            depth += 1
            if depth > MAX_DEPTH:
                raise SgfError(f"nested variations: got over {MAX_DEPTH}, allowed: up to {MAX_DEPTH}")
        elif mark == b")":
            depth -= 1
            if depth == 0:
                return 0
        whole = mark == b")" or (token.lastgroup == "V" and token["V"].endswith(b"]"))
    return depth if whole and not data[position:].strip() else 0


def _drop_nameless(coarse: sgf_grammar.Coarse_game_tree) -> None:
    """Properties whose old-style name has no capitals come out of sgfmill without a name; they cannot be written."""
    trees = [coarse]
    while trees:
        tree = trees.pop()
        trees.extend(tree.children)
        for properties in tree.sequence:
            properties.pop("", None)


def _check_is_go(root: dict[str, list[bytes]]) -> None:
    kind = root.get("GM", [b"1"])[0].strip()
    if kind not in (b"1", b""):
        raise SgfError(f"GM: got {kind[:20].decode('utf-8', 'replace')!r}, allowed: 1, the game of Go")
