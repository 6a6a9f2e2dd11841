"""Go once more, slowly: sets, flood fill and whole boards kept. Shares nothing with the kernels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

EMPTY, BLACK, WHITE = 0, 1, 2
Board = tuple[int, ...]


@dataclass
class Reference:
    """One game. `ko` is simple, positional or situational; suicide is that of two or more stones."""

    size: int
    ko: str = "positional"
    suicide: bool = False
    board: list[int] = field(default_factory=list)
    to_play: int = BLACK
    history: list[tuple[Board, int]] = field(default_factory=list)
    """Every (board, side to play) so far, the present one included."""
    captured: dict[int, int] = field(default_factory=lambda: {BLACK: 0, WHITE: 0})
    """Stones of each colour taken off so far."""
    ko_point: int | None = None
    ko_color: int = EMPTY
    passes: int = 0
    moves: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.board:
            self.board = [EMPTY] * self.size**2
        if not self.history:
            self.history = [(tuple(self.board), self.to_play)]

    def neighbours(self, p: int) -> Iterator[int]:
        row, column = divmod(p, self.size)
        if row > 0:
            yield p - self.size
        if row < self.size - 1:
            yield p + self.size
        if column > 0:
            yield p - 1
        if column < self.size - 1:
            yield p + 1

    def chain(self, board: list[int], p: int) -> tuple[set[int], set[int]]:
        """The stones of the chain at p, and its liberties."""
        stones, liberties, todo = {p}, set(), [p]
        while todo:
            for q in self.neighbours(todo.pop()):
                if board[q] == EMPTY:
                    liberties.add(q)
                elif board[q] == board[p] and q not in stones:
                    stones.add(q)
                    todo.append(q)
        return stones, liberties

    def after(self, p: int, color: int) -> tuple[list[int], set[int], set[int]]:
        """The board after a move on an empty point, the enemy stones taken, and the own stones taken."""
        board = list(self.board)
        board[p] = color
        taken: set[int] = set()
        for q in self.neighbours(p):
            if board[q] == 3 - color and not self.chain(board, q)[1]:
                taken |= self.chain(board, q)[0]
        for q in taken:
            board[q] = EMPTY
        own, liberties = self.chain(board, p)
        lost = set() if liberties else own
        for q in lost:
            board[q] = EMPTY
        return board, taken, lost

    def verdict(self, p: int, color: int) -> str:
        """'legal', 'occupied', 'suicide' or 'ko'."""
        if self.board[p] != EMPTY:
            return "occupied"
        board, _, lost = self.after(p, color)
        if lost and (len(lost) == 1 or not self.suicide):
            return "suicide"
        if self.ko == "simple":
            return "ko" if (p, color) == (self.ko_point, self.ko_color) else "legal"
        for old, side in self.history:
            if old == tuple(board) and (self.ko == "positional" or side == 3 - color):
                return "ko"
        return "legal"

    def play(self, p: int, color: int) -> None:
        self.ko_point = None
        if p == self.size**2:
            self.passes += 1
        else:
            self.passes = 0
            self.board, taken, lost = self.after(p, color)
            self.captured[3 - color] += len(taken)
            self.captured[color] += len(lost)
            if len(taken) == 1 and not lost:
                stones, liberties = self.chain(self.board, p)
                if len(stones) == 1 and len(liberties) == 1:
                    (self.ko_point,) = taken
                    self.ko_color = 3 - color
        self.to_play = 3 - color
        self.moves.append(p)
        self.history.append((tuple(self.board), self.to_play))

    def owners(self) -> list[int]:
        """Whose point each is: stones, and empty regions that touch one colour."""
        owner = list(self.board)
        for p in range(self.size**2):
            if self.board[p] == EMPTY:
                region, touched, todo = {p}, set(), [p]
                while todo:
                    for q in self.neighbours(todo.pop()):
                        if self.board[q] != EMPTY:
                            touched.add(self.board[q])
                        elif q not in region:
                            region.add(q)
                            todo.append(q)
                owner[p] = touched.pop() if len(touched) == 1 else EMPTY
        return owner

    def area(self) -> int:
        """Black's points minus White's, without komi."""
        owner = self.owners()
        return owner.count(BLACK) - owner.count(WHITE)

    def territory(self) -> int:
        """Black's surrounded points and prisoners minus White's, without komi."""
        surrounded = self.area() - self.board.count(BLACK) + self.board.count(WHITE)
        return surrounded + self.captured[WHITE] - self.captured[BLACK]

    def copy(self) -> Reference:
        return replace(
            self,
            board=list(self.board),
            history=list(self.history),
            captured=dict(self.captured),
            moves=list(self.moves),
        )


def reference_features(game: Reference, komi: float, territory: bool) -> tuple[list[list[float]], list[float]]:
    """The F planes and G globals of interfaces/network.py for the side to play, written from its descriptions."""
    points, me = game.size**2, game.to_play
    planes = [[1.0] * points] + [[0.0] * points for _ in range(11)]
    for p, stone in enumerate(game.board):
        if stone != EMPTY:
            planes[1 if stone == me else 2][p] = 1.0
            planes[2 + min(3, len(game.chain(game.board, p)[1]))][p] = 1.0
        elif game.verdict(p, me) == "ko":
            planes[6][p] = 1.0
    values = [0.0] * 12
    for i, move in enumerate(reversed(game.moves[-5:])):
        if move == points:
            values[1 + i] = 1.0
        else:
            planes[7 + i][move] = 1.0

    def clip(points_: float) -> float:
        return max(-3.0, min(3.0, points_ / 15))

    values[0] = clip(komi if me == WHITE else -komi)
    values[6] = float(game.ko == "simple")
    values[7] = float(game.ko == "situational")
    values[8] = float(game.suicide)
    values[9] = float(territory)
    values[10] = game.size / 19
    if territory:
        values[11] = clip(game.captured[3 - me] - game.captured[me])
    return planes, values
