"""The moves a pair of games begins with: random legal ones, or those of an SGF book. A seed fixes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tessera import sgf
from tessera.errors import BadValue, IllegalMove, SgfError
from tessera.interfaces.arbiter import Opening
from tessera.league.config import LeagueConfig
from tessera.rules.game import Game
from tessera.rules.ruleset import Ruleset

MAX_BOOK = 100_000
ATTEMPTS = 100
"""Draws of a random opening before a board counts as too small for so many moves."""


class OpeningBook:
    """Opening `index` of a league, for any index: a random book has no end, a book of files begins again."""

    def __init__(self, config: LeagueConfig) -> None:
        self._config = config
        self._book = _read_book(config) if config.openings.kind == "book" else []

    def __getitem__(self, index: int) -> Opening:
        if self._book:
            return self._book[index % len(self._book)]
        config = self._config
        if config.openings.moves == 0:
            return Opening("empty board")
        random = np.random.default_rng((config.seed, index))
        moves = random_moves(config.size, config.ruleset, config.openings.moves, random)
        return Opening(f"random {config.seed}-{index}", moves)

    @property
    def distinct(self) -> int | None:
        """How many different openings there are; None for no end."""
        if self._book:
            return len(self._book)
        return 1 if self._config.openings.moves == 0 else None


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


def _empty(config: LeagueConfig) -> Game:
    return Game(config.size, rules=config.ruleset, komi=config.komi)


def _read_book(config: LeagueConfig) -> list[Opening]:
    """The different openings of the folder's files, in the order of their names."""
    paths = sorted(Path(config.openings.folder).glob("*.sgf"))
    if not paths:
        raise BadValue("openings: folder", config.openings.folder, "a folder with files ending in .sgf")
    book: dict[tuple[tuple[int, int], ...], Opening] = {}
    for path in paths[:MAX_BOOK]:
        moves = _first_moves(path, config)
        book.setdefault(moves, Opening(path.stem, moves))
    return list(book.values())


def _first_moves(path: Path, config: LeagueConfig) -> tuple[tuple[int, int], ...]:
    record = sgf.load(path)
    if record.size != config.size or record.setup:
        raise SgfError(f"{path}: as an opening it needs an empty {config.size}x{config.size} board to begin with")
    game = _empty(config)
    for number, move in enumerate(record.moves[: config.openings.moves], 1):
        if move.color != game.to_play or move.point == game.points:
            raise SgfError(f"{path}: move {number} of an opening is a pass or out of turn")
        try:
            game.play(move.color, move.point)
        except IllegalMove as error:
            raise SgfError(f"{path}: {error}") from None
    return tuple((move.color, move.point) for move in game.moves)
