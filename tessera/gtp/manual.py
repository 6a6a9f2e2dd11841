"""The table of commands, made from the commands themselves: `python -m tessera.gtp.manual > docs/gtp.md`."""

from __future__ import annotations

import sys

from tessera.clock import KINDS
from tessera.gtp.commands import TABLES
from tessera.gtp.commands.gogui import ANALYZE_COMMANDS
from tessera.gtp.settings import DEFAULT_SECONDS, DEFAULT_VISITS
from tessera.ranks.levels import summary

INTRODUCTION = f"""\
# GTP

Made from `tessera/gtp/commands/` by `python -m tessera.gtp.manual > docs/gtp.md`; a test keeps them equal.

`tessera-gtp` (or `tessera gtp`) speaks GTP version 2 draft 2 on stdin and stdout. KataGo's JSON analysis
protocol, which KaTrain speaks, is another program: `tessera analysis`.

## Behaviour worth knowing

- The first answer comes before torch, numba and plugins are loaded; the network loads as soon as no command
  waits. A move waits for it. A network that cannot be loaded is one line on stderr and the failure of every
  command that needs it; a wrong `--ckpt` ends the program at once with code 1.
- Limits of a move: the controller's clock, `--visits`, `--time`, whichever ends first. Without any of them
  {DEFAULT_VISITS} visits or {DEFAULT_SECONDS:g} seconds.
- In their place a strength: `--rank 10k`, `--elo 1300` (one look at the board, drawn from the policy at the temperature
  that was measured to play so; [levels.md](levels.md)), or `--level N`:
  {summary()}.
  A strength that is out of reach on one board size is one line on stderr, and the nearest is played there.
- Time controls: {", ".join(KINDS)}. Every move is paid from its share of the time less `--lag`; with no time
  left the network's move comes at once. Waiting for the network to load counts as thinking. `clear_board` and
  `boardsize` start full clocks; `time_left` is believed.
- The engine reads while it thinks. Any line ends lz-analyze and kata-analyze; the comment line `# interrupt`
  makes genmove move at once; other commands wait for their turn. The end of input ends an analysis, but a
  move that was asked for is still made.
- The engine does not ponder. `stop` is there for controllers that send it.
- Resignation (`--resign 0.05`, `--resign off`): after three own moves in a row below that win rate and at
  least 3 points behind, not before a quarter of the board's points is played, and for White in a handicap
  game not before 60%. reg_genmove and kgs-genmove_cleanup never resign.
- `loadsgf` reads any SGF file up to 16 MB, relative names from the working folder; `printsgf FILE` writes below
  the working folder only. With `--sgf-dir DIR` both touch files in DIR only, and relative names start there;
  symbolic links are followed first. A game with a fault is read up to it, and stderr says so.
- SIGTERM and SIGINT end the process within a second, as if unhandled (143 and 130 in a shell). There is no
  gogui-sigint, since a signal that comes a moment late would end the engine: gogui-interrupt has no such race.
- Exit codes: 0 after `quit` or the end of input, 1 when stdout is gone or a checkpoint cannot be used, 2 for a
  wrong option. On stderr every line begins with `tessera-gtp: `.
- Dead stones (final_score, final_status_list): stones proved alive or dead by Benson's algorithm are certain;
  any other chain is dead when random playouts leave its points to the opponent more often than to itself.
  The player is not asked.
- kata-raw-nn evaluates symmetry 0 only. `ownershipStdev` and `movesOwnershipStdev` are understood and left out.
  There is no `analyze`: Sabaki would read its win rates as 0..10000. There is no `rectangular_boardsize`: boards are
  square, and `boardsize 9 9` is understood.
- Under territory rules stderr says what an analysis is worth, once, when the rules are set.
- Lizzie 0.7 refuses engines whose version is below 0.15 unless their name begins with KataGo: `--name KataGo`.

## Commands
"""


def render() -> str:
    """The manual as Markdown."""
    parts = [INTRODUCTION]
    for table in TABLES:
        parts.append(f"### {table.title}\n\n| command | arguments | |\n|---|---|---|")
        for command in sorted(table.commands.values(), key=lambda command: command.name):
            arguments = f"`{command.arguments}`".replace("|", "\\|") if command.arguments else ""
            parts.append(f"| `{command.name}` | {arguments} | {command.summary.replace('|', chr(92) + '|')} |")
        parts.append("")
    parts.append("## What GoGui shows (gogui-analyze_commands)\n")
    parts += [f"    {line}" for line in ANALYZE_COMMANDS]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
