"""The Go Text Protocol, version 2 draft 2, from both ends, and KataGo's JSON analysis protocol.

The engine's end, in the order a command travels:
    inbox.py       bytes from stdin into lines; says when a line or `# interrupt` arrives during thought
    protocol.py    a line into a `Request`, an answer into bytes
    session.py     one game and one player: what commands work on
    commands/      every command, one file per family; `tessera.gtp.commands.builtin_commands` is the table
    loop.py        reads, executes, answers; loads the player when nobody is waiting for an answer
    signals.py     ends the process promptly on SIGTERM and SIGINT
What they use: budget.py (time), resign.py, handicap.py, info_lines.py.

The other end is client.py: external engines as children with deadlines. json_analysis/ speaks KataGo's
other protocol. Nothing here imports torch; numba and numpy are imported when the first board is needed,
so that the first answer comes within a fraction of a second of the start.
"""
