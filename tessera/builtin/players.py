"""The players the core offers. Each spec's `build` imports its player when one is built."""

from __future__ import annotations

from tessera.interfaces.player import PlayerSpec

SPECS: tuple[PlayerSpec, ...] = ()
