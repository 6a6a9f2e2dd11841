"""Compile all kernels now, so that no first move waits for it: `python -m tessera.cli.warm`, as `make play` does."""

from __future__ import annotations

import sys
import time


def main() -> None:
    """Say what is done and how long it took, on stderr."""
    from tessera.cli.waiting import wait_asleep
    from tessera.players.warm import warm_up
    from tessera.plugins import build_manager

    wait_asleep()
    start = time.perf_counter()
    sys.stderr.write("Compiling the kernels for this processor, once.\n")
    warm_up(build_manager())
    sys.stderr.write(f"Kernels are ready after {time.perf_counter() - start:.0f} s.\n")


if __name__ == "__main__":
    main()
