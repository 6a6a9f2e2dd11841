"""A game so far: what is set up, played, drawn, counted and handed to a player."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tessera import sgf
from tessera.errors import BadValue
from tessera.library.checked import Count, checked
from tessera.library.picture import Picture, Width, board_svg
from tessera.rules import diagram
from tessera.rules.coords import COLOR_NAMES, parse_color, parse_vertex, vertex
from tessera.rules.endgame import judged_score
from tessera.rules.game import Game
from tessera.rules.ruleset import DEFAULT, Ruleset, parse_ruleset

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tessera.rules.scoring import Score


class Position:
    """A board with its history: moves, captures, ko and superko, whose turn it is.

    Moves are GTP's vertices in any case, 'D4' or 'pass'; colours are 'black' and 'white', or 'b' and 'w'. `play` and
    `undo` change the position; `copy` gives an independent one.
    """

    @checked
    def __init__(
        self,
        size: int = 19,
        *,
        rules: str | Ruleset = DEFAULT,
        komi: float | None = None,
        moves: str | Sequence[str] = (),
    ) -> None:
        """An empty board of side 2 to 25, and `moves` played on it, e.g. 'E5 C3 pass'.

        `rules` is a preset ('chinese-kgs', 'japanese', 'tromp-taylor', ...) or KataGo's JSON; without `komi` White gets
        what is usual with them. Raises `BadValue` and `IllegalMove`.
        """
        self.game = Game(size, rules=_ruleset(rules), komi=komi)
        self.play(*([moves] if isinstance(moves, str) else moves))

    @classmethod
    def of(cls, game: Game) -> Position:
        """Around a game of `tessera.rules`, which it shares: the two change together."""
        position = cls.__new__(cls)
        position.game = game
        return position

    @classmethod
    @checked
    def from_sgf(cls, source: str | Path | bytes, *, move: int | None = None) -> Position:
        """The main line of an SGF file, or of the bytes of one, to its end or to before move `move` (1 is the first).

        Moves that cannot be played end the line. Raises `SgfError`.
        """
        if isinstance(source, bytes):
            return cls.of(sgf.loads(source, move=move))
        return cls.of(sgf.load(Path(source), move=move))

    @classmethod
    @checked
    def from_diagram(
        cls, text: str, *, to_play: str = "black", rules: str | Ruleset = DEFAULT, komi: float | None = None
    ) -> Position:
        """Rows of '.', 'X' (black) and 'O' (white) from the top; blanks between points are ignored.

        Raises `BadValue`, also for a chain without a liberty.
        """
        drawn = diagram.parse(text)
        position = cls(drawn.size, rules=rules, komi=komi)
        position.game.set_up(drawn.stones, parse_color(to_play))
        return position

    # ------------------------------------------------------------ looking

    @property
    def size(self) -> int:
        """Board side N."""
        return self.game.size

    @property
    def rules(self) -> str:
        """The preset's name, or 'custom'."""
        return self.game.rules.name

    @property
    def komi(self) -> float:
        """Points White gets."""
        return self.game.komi

    @property
    def to_play(self) -> str:
        """'black' or 'white'."""
        return COLOR_NAMES[self.game.to_play]

    @property
    def moves(self) -> tuple[str, ...]:
        """The moves since the set-up, oldest first."""
        return tuple(vertex(move.point, self.size) for move in self.game.moves)

    @property
    def stones(self) -> NDArray[np.int32]:
        """[N, N] 0 empty, 1 black, 2 white; row 0 is the top of the board, as in pictures and SGF. A copy."""
        return self.game.stones.reshape(self.size, self.size)

    @property
    def legal_moves(self) -> list[str]:
        """What the side to play may play; 'pass', always legal, is the last."""
        return [vertex(int(point), self.size) for point in np.flatnonzero(self.game.legal_mask())]

    @property
    def is_over(self) -> bool:
        """Whether two passes stand at the end."""
        return self.game.is_over

    @checked
    def is_legal(self, move: str) -> bool:
        """Whether the side to play may play this vertex. Raises `BadValue` for what is no vertex."""
        return self.game.is_legal(self.game.to_play, parse_vertex(move, self.size))

    def score(self) -> Score:
        """The board counted now: `str()` is 'B+3.5', `margin` Black's lead in points, komi included.

        Dead stones come off: those that are proved dead, then those that playouts call so. It says something near the
        end of a game only.
        """
        return judged_score(self.game)

    # ------------------------------------------------------------ moving

    @checked
    def play(self, *moves: str, color: str | None = None) -> Position:
        """Play vertices one after the other, each by the side to play, or all by `color`; returns the position itself.

        Each may be several, parted by blanks: play('E5 C3'). Raises `IllegalMove` or `BadValue` and is then unchanged.
        """
        after = self.game.copy()
        for word in " ".join(moves).split():
            who = after.to_play if color is None else parse_color(color)
            after.play(who, parse_vertex(word, self.size))
        self.game = after
        return self

    @checked
    def undo(self, count: Count = 1) -> Position:
        """Take back the last moves; returns the position itself. Raises `BadValue` where there are fewer."""
        if count > len(self.game.moves):
            raise BadValue("moves to undo", count, f"0 to {len(self.game.moves)}")
        for _ in range(count):
            self.game.undo()
        return self

    def copy(self) -> Position:
        """An independent position."""
        return Position.of(self.game.copy())

    def history(self) -> list[Position]:
        """Every position of the game from the set-up to this one, each independent: one more than there are moves."""
        past = [self.copy()]
        for _ in self.game.moves:
            past.append(past[-1].copy().undo())
        return past[::-1]

    # ------------------------------------------------------------ showing

    @checked
    def to_sgf(self, *, black: str = "", white: str = "", result: str = "", comment: str = "") -> str:
        """The game as the text of an SGF file, with rules and komi."""
        return sgf.dumps(self.game, black=black, white=white, result=result, comment=comment)

    @checked
    def svg(
        self, *, policy: ArrayLike | None = None, ownership: ArrayLike | None = None, width: Width | None = None
    ) -> Picture:
        """A picture, `width` pixels wide: the text of an SVG element that a notebook shows.

        `policy` [N, N] or [A], probabilities, is drawn as discs with percents; `ownership` [N, N] or [P], -1..1 with
        +1 for Black, as squares. Raises `BadValue` for another shape, and for what is no finite number.
        """
        points = self.game.points
        heat = None if policy is None else self._flat("policy", policy, (points, points + 1))
        owners = None if ownership is None else self._flat("ownership", ownership, (points,))
        last = self.game.moves[-1].point if self.game.moves else None
        return board_svg(
            self.game.stones.tolist(),
            self.size,
            last=last,
            ownership=owners,
            heat=dict(enumerate(heat)) if heat else None,
            title=self._caption(),
            width=width,
        )

    def _flat(self, name: str, values: ArrayLike, lengths: tuple[int, ...]) -> list[float]:
        try:
            array = np.asarray(values, np.float64)
        except (TypeError, ValueError):
            raise BadValue(name, values, "an array of numbers") from None
        if array.shape != (self.size, self.size) and array.shape not in [(length,) for length in lengths]:
            allowed = " or ".join(f"[{length}]" for length in lengths)
            raise BadValue(f"shape of {name}", list(array.shape), f"[{self.size}, {self.size}] or {allowed}")
        if not np.isfinite(array).all():
            raise BadValue(name, float(array[~np.isfinite(array)][0]), "finite numbers")
        flat: list[float] = array.ravel().tolist()
        return flat

    def _caption(self) -> str:
        return f"{self.size}x{self.size}, move {len(self.game.moves) + 1}, {self.to_play} to play, komi {self.komi:g}"

    def _repr_svg_(self) -> str:
        return str(self.svg())

    def __repr__(self) -> str:
        return f"<Position {self._caption()}, {self.rules}>"

    def __str__(self) -> str:
        return diagram.draw(self.game)


def _ruleset(rules: str | Ruleset) -> Ruleset:
    return rules if isinstance(rules, Ruleset) else parse_ruleset(rules)
