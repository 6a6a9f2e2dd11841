"""How much of an SGF file is read. Beyond these, a file is refused with one `SgfError`; real games stay far below.

The largest file in common use, Kogo's joseki dictionary, has about 3 MB and 70,000 nodes; the longest
professional game 411 moves.
"""

from __future__ import annotations

MAX_BYTES = 16 * 2**20
"""Size of a file."""
MAX_TOKENS = 1_000_000
"""Parentheses, nodes, property names and values in the first game of a file; about 150 bytes of memory each."""
MAX_NODES = 200_000
"""Nodes in the first game of a file."""
MAX_DEPTH = 2_000
"""Variations inside variations."""
MAX_STEPS = 3_000
"""Moves and set-ups of the main line; `Game` keeps about 11 kB for each on 19x19."""
MAX_KOMI = 1_000.0
"""Komi lies in -MAX_KOMI..MAX_KOMI."""
