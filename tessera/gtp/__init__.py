"""The Go Text Protocol, version 2 draft 2, from both ends, and KataGo's JSON analysis protocol.

The engine's end, in the order a command travels; start reading at loop.py:
    inbox.py       bytes from stdin into lines; says when a line or `# interrupt` arrives during thought
    protocol.py    a line into a `Request`, an answer into bytes
    session.py     one game and one player: what commands work on
    commands/      every command, one file per family; `tessera.gtp.commands.builtin_commands` is the table
    loop.py        reads, executes, answers; loads the player when nobody is waiting for an answer
    signals.py     ends the process promptly on SIGTERM and SIGINT
What commands use:
    arguments, analyze_arguments    words into values; files: which a controller may name
    thinking, budget, stream        asking the player, for how long, and the answer on its way out
    resign, handicap, restrictions  when to resign, where handicap stones go, moves that are ruled out
    info_lines, board_text          analyses and boards as text
    settings, models, lazily    how the engine plays; which network; what is loaded in the background
    manual                          docs/gtp.md, made from the commands

The other end is client.py: external engines as children with deadlines (processes.py ends their families);
regression.py asks one what files of problems ask.
json_analysis/ speaks KataGo's other protocol. Nothing here imports torch; numba and numpy are imported when the first
board is needed, so that the first answer comes within a fraction of a second of the start.
"""
