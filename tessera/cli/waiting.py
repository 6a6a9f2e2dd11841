"""How the threads of numerical libraries wait for each other in our commands: asleep, not spinning.

torch and numba share OpenMP's threads, which by default spin between two pieces of work in the hope of more. Where
another process wants the core this costs both of them most of it: a step of training on two threads then takes up to
a hundred times as long. Asleep, they lose a few percent on an idle machine.
"""

from __future__ import annotations

import os

CHOICES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
"""Where any of these is set the user has chosen."""


def wait_asleep() -> None:
    """For this process and those it starts. OpenMP reads it when it is loaded: call it before torch is imported."""
    if not any(name in os.environ for name in CHOICES):
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
