"""One game read from SGF: what its root says, and its main line to be replayed.

Set-up stones may stand at any node. In mid-game they start the game anew from the position they make: moves
before them are flattened into set-up stones, so ko history and prisoners from before are gone (a note says so).
Moves are played under the file's rules, in whatever order of colours they come. What cannot be played, an illegal
move or a point off the board, ends the line: the position before it is the last one, and a note says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sgfmill import sgf

from tessera.errors import BadValue, IllegalMove, SgfError
from tessera.rules.coords import BLACK, EMPTY, WHITE, sgf_point
from tessera.rules.game import Game
from tessera.rules.ruleset import Ruleset
from tessera.sgf.limits import MAX_STEPS
from tessera.sgf.tree import parse
from tessera.sgf.values import (
    Properties,
    read_handicap,
    read_komi,
    read_point,
    read_points,
    read_rules,
    read_size,
    text,
)

MOVES = {"B": BLACK, "W": WHITE}
STONES = {"AB": BLACK, "AW": WHITE, "AE": EMPTY}
COLORS = {"b": BLACK, "black": BLACK, "1": BLACK, "w": WHITE, "white": WHITE, "2": WHITE}
"""Values of PL in lower case; the numbers come from a slip in FF[3]'s text that programs followed."""


@dataclass(frozen=True)
class Step:
    """A position of the main line, reached at `node`."""

    node: sgf.Tree_node
    moves: int
    """Moves played so far; 0 at the root."""
    game: Game
    """The position, with the side to play set. The same object at every step: copy it to keep it."""


class Record:
    """One game of Go from an SGF file. Use `Record.parse(data)`.

    Attributes: size, rules, komi, handicap; black, white and result as the file names them ('' when it does
    not); `notes`, one line for each thing that was read leniently; `tree`, sgfmill's tree in UTF-8.

    `strict` is for those who count or learn from whole games: what cannot be played is an error, not the end.
    """

    def __init__(self, tree: sgf.Sgf_game, notes: list[str], *, strict: bool = False) -> None:
        self.tree = tree
        self.notes = notes
        self._strict = strict
        root = properties_of(tree.get_root())
        self.size = read_size(root)
        self.rules: Ruleset
        self.rules, rules_notes = read_rules(root)
        self.handicap, handicap_notes = read_handicap(root, self.size)
        self.komi, komi_notes = read_komi(root, self.rules, self.handicap)
        self.notes += rules_notes + handicap_notes + komi_notes
        self.black, self.white, self.result = text(root, "PB"), text(root, "PW"), text(root, "RE")

    @classmethod
    def parse(cls, data: bytes, *, strict: bool = False) -> Record:
        """Read the first game of a file; raises `SgfError`. Moves are checked when they are replayed."""
        return cls(*parse(data), strict=strict)

    def steps(self, *, before: int | None = None) -> Iterator[Step]:
        """The starting position and every position after a move or set-up stones, in order.

        `before` ends the line before that move (1 is the first). Raises `SgfError` for a starting position that
        cannot be set up and for a line that is too long; any other fault ends the line with a note, unless `strict`.
        """
        game = Game(self.size, rules=self.rules, komi=self.komi)
        moves = taken = 0
        nodes = self.tree.get_main_sequence()
        for node, following in pairwise([*nodes, None]):
            assert node is not None
            properties = properties_of(node)
            to_play = [name for name in properties if name in MOVES]
            allowed = len(to_play) if before is None else max(0, before - 1 - moves)
            try:
                changed = self._prepare(game, properties, moves)
            except SgfError as error:
                if node is nodes[0]:
                    raise
                self._end(error)
                return
            played, fault = self._play_all(game, to_play[:allowed], properties, moves)
            moves += played
            changed = changed or played > 0
            taken += changed
            if taken > MAX_STEPS:
                raise SgfError(f"main line: got over {MAX_STEPS} moves and set-ups, allowed: up to {MAX_STEPS}")
            _expect(game, to_play[played:] or _moves_of(following))
            if changed or node is nodes[0]:
                yield Step(node=node, moves=moves, game=game)
            if fault is not None:
                self._end(fault)
            if played < len(to_play):
                return

    def game(self, move: int | None = None) -> Game:
        """The position before move `move` (1 is the first); the end of the main line without it or beyond it."""
        *_, last = self.steps(before=move)
        return last.game

    def _prepare(self, game: Game, properties: Properties, moves: int) -> bool:
        """Set-up stones and the side to play; whether there were any stones."""
        has_stones = bool(STONES.keys() & properties.keys())
        if has_stones:
            self._set_up(game, properties, moves)
        if "PL" in properties:
            color = COLORS.get(text(properties, "PL").lower())
            if color is None:
                self._note(f"PL[{text(properties, 'PL')[:40]}] is no colour; allowed: B or W; it is left out")
            else:
                game.to_play = color
        return has_stones

    def _play_all(
        self, game: Game, names: list[str], properties: Properties, moves: int
    ) -> tuple[int, SgfError | None]:
        """Play the moves of one node, `moves` having been played before; how many went well, and what did not."""
        for index, name in enumerate(names):
            try:
                self._play(game, name, properties[name], moves + index + 1)
            except SgfError as error:
                return index, error
        return len(names), None

    def _end(self, fault: SgfError) -> None:
        if self._strict:
            raise fault
        self._note(f"{fault}; the game is read up to there")

    def _play(self, game: Game, name: str, values: list[bytes], number: int) -> None:
        where = f"move {number}: {name}"
        if len(values) > 1:
            raise SgfError(f"{where}: got {len(values)} values, allowed: one")
        point = read_point(where, values[0], self.size, may_pass=True)
        try:
            game.play(MOVES[name], point)
        except IllegalMove as error:
            raise SgfError(f"move {number}: {error}") from None

    def _set_up(self, game: Game, properties: Properties, moves: int) -> None:
        stones = {point: int(color) for point, color in enumerate(game.stones) if color != EMPTY}
        named: dict[int, str] = {}
        for name, color in STONES.items():
            for point in read_points(name, properties.get(name, []), self.size):
                if named.setdefault(point, name) != name:
                    raise SgfError(f"{name}: got {sgf_point(point, self.size)!r}, which {named[point]} names too")
                stones[point] = color
        stones = {point: color for point, color in stones.items() if color != EMPTY}
        to_play = WHITE if self.handicap and not game.moves else game.to_play
        if game.moves:
            self._note(f"set-up stones after move {moves}: ko and prisoners from before do not count")
        try:
            game.set_up(stones, to_play)
        except BadValue as error:
            raise SgfError(f"set-up stones after move {moves}: {error}") from None
        game.handicap = self.handicap
        # Komi for the search includes the handicap compensation, which set_up took away.
        game.set_komi(self.komi)

    def _note(self, line: str) -> None:
        if line not in self.notes:
            self.notes.append(line)


def properties_of(node: sgf.Tree_node) -> dict[str, list[bytes]]:
    """The raw properties of a node by name."""
    found: dict[str, list[bytes]] = node.get_raw_property_map()
    return found


def _moves_of(node: sgf.Tree_node | None) -> list[str]:
    """The names of a node's moves, none when its own set-up or PL will say who is to play."""
    names = [] if node is None else list(properties_of(node))
    return [] if {"PL", *STONES} & set(names) else [name for name in names if name in MOVES]


def _expect(game: Game, names: list[str]) -> None:
    """The side that moves next is to play, whoever moved last."""
    if names:
        game.to_play = MOVES[names[0]]
