"""Two GTP programs play each other the way gogui-twogtp drives them, with our rules as the referee."""

from __future__ import annotations

from dataclasses import dataclass, field

from tessera.gtp.client import GtpClient
from tessera.rules.coords import BLACK, WHITE, opponent, parse_vertex, vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score

LETTER = {BLACK: "b", WHITE: "w"}


@dataclass
class Result:
    """One game. `scores` holds what each program said of the finished board, by colour."""

    moves: list[str] = field(default_factory=list)
    resigned: int | None = None
    scores: dict[int, str] = field(default_factory=dict)
    as_it_stands: str = ""
    """The board counted with every stone alive."""

    def margin(self, color: int) -> float:
        """What that colour's program says Black won by; engines write 'B+2' and 'B+2.0' alike."""
        winner, _, points = self.scores[color].partition("+")
        return 0.0 if winner == "0" else float(points) * (1 if winner == "B" else -1)

    @property
    def winner(self) -> int | None:
        """By resignation, else by what Black's program says; None for a draw."""
        if self.resigned is not None:
            return opponent(self.resigned)
        return {"B": BLACK, "W": WHITE}.get(self.scores[BLACK][:1])


def play_game(players: dict[int, GtpClient], *, size: int, komi: float, opening: list[str], limit: int) -> Result:
    """One game; an illegal move raises `IllegalMove`, anything else the engines do wrong `EngineError`."""
    game = Game(size, rules=PRESETS["chinese-kgs"], komi=komi)
    result = Result()
    for client in players.values():
        for command in (f"boardsize {size}", "clear_board", f"komi {komi}"):
            client.send(command)
    for text in opening:
        for client in players.values():
            client.send("play", LETTER[game.to_play], text)
        game.play(game.to_play, parse_vertex(text, size))
    while not game.is_over and len(game.moves) < limit:
        color = game.to_play
        answer = players[color].send("genmove", LETTER[color], timeout=60)
        if answer.lower() == "resign":
            result.resigned = color
            break
        game.play(color, parse_vertex(answer, size))
        players[opponent(color)].send("play", LETTER[color], answer)
    result.moves = [vertex(move.point, size) for move in game.moves]
    if result.resigned is None:
        assert game.is_over, f"no end after {limit} moves"
        result.scores = {color: client.send("final_score", timeout=60) for color, client in players.items()}
        result.as_it_stands = str(score(game))
    return result
