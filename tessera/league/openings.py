"""The moves a pair of games begins with: random legal ones, or those of an SGF book. A seed fixes them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from tessera.errors import BadValue, IllegalMove, SgfError
from tessera.interfaces.arbiter import Opening
from tessera.league.config import LeagueConfig
from tessera.rules.game import Game
from tessera.rules.ruleset import Ruleset

MAX_BOOK = 100_000
"""Files."""
ATTEMPTS = 100
"""Draws of a random opening before a board counts as too small for so many moves."""


class OpeningBook:
    """Opening `index` of a league, for any index, each under a name of its own.

    Random openings have no end. A book of files, or of the empty board alone, begins again when it is through:
    'name/2' is the second time around (no file's name holds a slash).
    """

    def __init__(self, config: LeagueConfig) -> None:
        """Raises `BadValue` or `SgfError` for a book that cannot be used."""
        self._config = config
        self._drawn: dict[int, Opening] = {}
        self._book: list[Opening] = []
        if config.openings.kind == "book":
            self._book = _read_book(config)
        elif config.openings.moves == 0:
            self._book = [Opening("empty board")]

    def __getitem__(self, index: int) -> Opening:
        if not self._book:
            return self._random(index)
        lap, place = divmod(index, len(self._book))
        opening = self._book[place]
        return opening if lap == 0 else Opening(f"{opening.name}/{lap + 1}", opening.moves)

    def _random(self, index: int) -> Opening:
        if index not in self._drawn:
            config = self._config
            random = np.random.default_rng((config.seed, index))
            moves = random_moves(config.size, config.ruleset, config.openings.moves, random)
            self._drawn[index] = Opening(f"random {config.seed}-{index}", moves)
        return self._drawn[index]

    @property
    def digest(self) -> str:
        """SHA-256 of a book's openings, wherever its files lie; '' for random ones."""
        if self._config.openings.kind != "book":
            return ""
        return hashlib.sha256(json.dumps([[each.name, each.moves] for each in self._book]).encode()).hexdigest()


def random_moves(size: int, rules: Ruleset, count: int, random: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """As many random legal moves as asked for; no passes. Raises `BadValue` where the board has no room."""
    for _ in range(ATTEMPTS):
        game = Game(size, rules=rules)
        for _ in range(count):
            legal = np.flatnonzero(game.legal_mask()[: game.points])
            if not len(legal):
                break
            game.play(game.to_play, int(random.choice(legal)))
        else:
            return tuple((move.color, move.point) for move in game.moves)
    raise BadValue("openings: moves", count, f"as many as fit on {size}x{size}")


def _read_book(config: LeagueConfig) -> list[Opening]:
    """The different openings of the folder's files, in the order of their names."""
    paths = sorted(Path(config.openings.folder).glob("*.sgf"))
    if not 0 < len(paths) <= MAX_BOOK:
        allowed = f"1 to {MAX_BOOK} files ending in .sgf in {config.openings.folder}"
        raise BadValue("openings: folder", f"{len(paths)} files", allowed)
    book: dict[tuple[tuple[int, int], ...], Opening] = {}
    for path in paths:
        moves = _first_moves(path, config)
        name = path.stem.encode("utf-8", "replace").decode()
        book.setdefault(moves, Opening(name, moves))
    return list(book.values())


def _first_moves(path: Path, config: LeagueConfig) -> tuple[tuple[int, int], ...]:
    from tessera import sgf

    record = sgf.load(path, strict=True)
    if record.size != config.size or record.setup:
        raise SgfError(f"{path}: as an opening it needs an empty {config.size}x{config.size} board to begin with")
    game = Game(config.size, rules=config.ruleset, komi=config.komi)
    for number, move in enumerate(record.moves[: config.openings.moves], 1):
        if move.color != game.to_play or move.point == game.points:
            raise SgfError(f"{path}: move {number} of an opening is a pass or out of turn")
        try:
            game.play(move.color, move.point)
        except IllegalMove as error:
            raise SgfError(f"{path}: {error}") from None
    return tuple((move.color, move.point) for move in game.moves)
