"""GoGui's extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tessera
from tessera.errors import BadValue, IllegalMove
from tessera.gtp.arguments import color, count, moves
from tessera.gtp.commands.table import CommandTable
from tessera.gtp.protocol import GtpFailure

if TYPE_CHECKING:
    from tessera.gtp.session import Session

table = CommandTable("GoGui's extensions")

ANALYZE_COMMANDS = (
    "gfx/Policy/tessera-policy",
    "dboard/Ownership/tessera-ownership",
    "string/Value/tessera-value",
    "string/Score/tessera-score",
    "var/Main Line/tessera-line",
    "cboard/Best Moves/tessera-moves",
    "plist/Final Status List Dead/final_status_list dead",
    "plist/Final Status List Seki/final_status_list seki",
    "string/Final Score/final_score",
    "hstring/Show Board/showboard",
    "hstring/Explain Last Move/gomill-explain_last_move",
    "string/Rules/kata-get-rules",
    "none/Set Rules/kata-set-rules %s",
    "none/Forget Search/clear_cache",
)
"""type/label/command, as GoGui's manual tells ("Analyze Commands")."""


@table.add("gogui-analyze_commands")
def analyze_commands(session: Session, args: list[str]) -> str:
    """What GoGui can show of the engine's thought, in its form type/label/command."""
    return "\n".join(ANALYZE_COMMANDS)


@table.add("gogui-interrupt")
def interrupt(session: Session, args: list[str]) -> str:
    """Says that the comment line `# interrupt` makes the engine move at once."""
    return ""


@table.add("gogui-play_sequence", "color vertex [color vertex ...]")
def play_sequence(session: Session, args: list[str]) -> str:
    """Play several moves, or none when one of them is illegal."""
    game = session.game
    sequence = moves(args, game.size)
    for number, (side, point) in enumerate(sequence):
        try:
            game.play(side, point)
        except IllegalMove:
            for _ in range(number):
                game.undo()
            raise GtpFailure("illegal move") from None
    return ""


@table.add("set_position", "[color vertex ...]")
@table.add("gogui-setup", "[color vertex ...]")
def setup(session: Session, args: list[str]) -> str:
    """Start from a position with these stones; every chain must have a liberty."""
    game = session.game
    stones: dict[int, int] = {}
    for side, point in moves(args, game.size):
        if point == game.points or point in stones:
            raise GtpFailure("bad vertex list")
        stones[point] = side
    try:
        game.set_up(stones)
    except BadValue as error:
        raise GtpFailure(str(error)) from None
    session.new_game()
    return ""


@table.add("gogui-setup_player", "color")
def setup_player(session: Session, args: list[str]) -> str:
    """Whose turn it is in the position."""
    count(args, 1)
    session.game.to_play = color(args[0])
    return ""


@table.add("gogui-title")
def title(session: Session, args: list[str]) -> str:
    """What GoGui writes into its title bar."""
    return f"{session.settings.name} {tessera.__version__}"


@table.add("gogui-version", "[version]")
def version(session: Session, args: list[str]) -> str:
    """Takes note of GoGui's version."""
    return ""
