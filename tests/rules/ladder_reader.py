"""Ladders and pass-alive area once more, slowly: whole boards, sets and recursion. Shares nothing with the kernels."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.rules.reference import EMPTY, Reference

MOST = 800


class TooLong(Exception):
    """A reading of more than MOST moves."""


@dataclass
class Reader(Reference):
    """Reads a board out; its rules are those of `Reference`, its ko that of the move before alone."""

    ko_now: int | None = None
    """The point nobody may retake on at once."""
    tried: list[int] = field(default_factory=list)
    """Every move this reading has tried, in all its branches."""

    def moved(self, p: int, color: int) -> Reader | None:
        """The position after a move; None where it is occupied, suicide, or retakes a ko."""
        if self.board[p] != EMPTY or p == self.ko_now:
            return None
        self.tried.append(p)
        if len(self.tried) > MOST:
            raise TooLong
        board, taken, lost = self.after(p, color)
        if lost:
            return None
        stones, liberties = self.chain(board, p)
        ko = taken.pop() if len(taken) == 1 and len(stones) == 1 and len(liberties) == 1 else None
        return Reader(self.size, board=board, history=[()], ko_now=ko, tried=self.tried)  # type: ignore[list-item]

    def escapes(self, stone: int) -> bool:
        """Whether the chain, in atari and to play, gets away."""
        color = self.board[stone]
        stones, liberties = self.chain(self.board, stone)
        ways = set(liberties)
        for p in {q for s in stones for q in self.neighbours(s) if self.board[q] == 3 - color}:
            found = self.chain(self.board, p)[1]
            if len(found) == 1:
                ways |= found
        for way in sorted(ways):
            after = self.moved(way, color)
            if after is not None and not after.is_caught(stone):
                return True
        return False

    def is_caught(self, stone: int) -> bool:
        """Whether the attacker, to play, captures the chain in a ladder."""
        liberties = self.chain(self.board, stone)[1]
        return len(liberties) < 2 or (len(liberties) == 2 and bool(self.ladder_moves(stone)))

    def ladder_moves(self, stone: int) -> set[int]:
        """The liberties of a chain of two that the attacker may fill to capture it."""
        works = set()
        for p in self.chain(self.board, stone)[1]:
            after = self.moved(p, 3 - self.board[stone])
            if after is not None and after.ko_now is None and not after.escapes(stone):
                works.add(p)
        return works


def ladders(board: list[int], size: int, to_play: int, ko: int | None, ko_color: int) -> tuple[set[int], set[int]]:
    """(stones that a ladder captures, moves of the side to play that begin one on two liberties)."""
    caught: set[int] = set()
    moves: set[int] = set()
    for p in range(size * size):
        if board[p] == EMPTY or p in caught:
            continue
        reader = Reader(size, board=list(board), history=[()])  # type: ignore[list-item]
        stones, liberties = reader.chain(reader.board, p)
        if len(liberties) == 1 and not reader.escapes(p):
            caught |= stones
        elif len(liberties) == 2:
            reader.ko_now = ko if ko_color == 3 - board[p] else None
            works = reader.ladder_moves(p)
            caught |= stones if works else set()
            moves |= works if board[p] != to_play else set()
    return caught, moves


def random_play(size: int, moves: int, dice: random.Random) -> Iterator[Reference]:
    """Random legal play that keeps its own eyes and likes contact, as games do: the game after every move."""
    game = Reference(size, ko="simple")
    for _ in range(moves):
        color = game.to_play
        near = {q for p in game.moves[-4:] if p < size * size for q in game.neighbours(p)}
        wanted = [p for p in range(size * size) if game.board[p] == EMPTY]
        dice.shuffle(wanted)
        if dice.random() < 0.6:
            wanted.sort(key=lambda p: p not in near)
        for p in wanted:
            if any(game.board[q] != color for q in game.neighbours(p)) and game.verdict(p, color) == "legal":
                game.play(p, color)
                break
        else:
            game.play(size * size, color)
        yield game
