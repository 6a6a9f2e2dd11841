"""Legal positions counted by the engine's own rules, against the numbers of John Tromp and Gunnar Farnebäck.

"Combinatorics of Go" (2007) counts the colourings of an N x N board in which every chain has a liberty.
Here every one of the 3^(N*N) colourings goes through `kernels.setup`, which builds the chains as play does
and answers False when one has no liberty.

    pytest -m long tests/rules/test_legal_positions.py
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
import pytest

from tessera.rules import kernels
from tessera.rules.jit import serial_kernel
from tessera.rules.layout import row_length, tables


@serial_kernel
def count(n, t, s, board):
    """Legal colourings of the board. `s` [S] and `board` [P] are working memory."""
    legal = 0
    for code in range(3 ** (n * n)):
        rest = code
        for p in range(n * n):
            board[p] = rest % 3
            rest //= 3
        kernels.reset(s, n, 0, 0, 0, 0)
        legal += kernels.setup(s, n, t, board)
    return legal


@pytest.mark.parametrize(
    ("size", "expected"), [(2, 57), (3, 12_675), pytest.param(4, 24_318_165, marks=pytest.mark.long)]
)
def test_number_of_legal_positions(size: int, expected: int) -> None:
    state, board = np.zeros(row_length(size), np.int32), np.zeros(size * size, np.int32)
    assert count(size, tables(size), state, board) == expected
