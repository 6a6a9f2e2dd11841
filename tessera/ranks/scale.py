"""Ranks and Elo: a convention, stated once.

One rank is 100 Elo on every board, and 5k is 1800 Elo: GNU Go 3.8 at level 10, whose Elo this project sets to 1800 as
the Computer Go Server does with 3.7.10, and whose rank on KGS was 5k (Silver et al. 2016, Extended Data Table 6; the
same in leela-zero issue 555). So 20k is 300 Elo, 1k 2200, 1d 2300, 5d 2700. On 19x19 a rank of people is worth less
than 100 Elo among beginners and more among dans, and on small boards nobody has agreed on ranks at all.
"""

from __future__ import annotations

import re

from tessera.errors import BadValue

ELO_PER_RANK = 100.0
FIRST_DAN = 2300.0
"""Elo of 1d."""
MAX_KYU, MAX_DAN = 30, 9
_RANK = re.compile(r"([1-9][0-9]?)([kd])")


def elo_of_rank(rank: str) -> float:
    """300 for '20k', 2700 for '5d'. Raises `BadValue`."""
    match = _RANK.fullmatch(rank.strip().lower())
    number = int(match[1]) if match else 0
    if match is None or number > (MAX_KYU if match[2] == "k" else MAX_DAN):
        raise BadValue("rank", rank, f"{MAX_KYU}k to 1k, 1d to {MAX_DAN}d")
    return FIRST_DAN + ELO_PER_RANK * (number - 1 if match[2] == "d" else -number)


def rank_of_elo(elo: float) -> str:
    """The nearest rank, '30k' and '9d' at the ends."""
    steps = round((elo - FIRST_DAN) / ELO_PER_RANK)
    return f"{min(steps + 1, MAX_DAN)}d" if steps >= 0 else f"{min(-steps, MAX_KYU)}k"
