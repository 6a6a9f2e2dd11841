"""`python -m tessera` is `tessera`."""

from __future__ import annotations

import sys

from tessera.cli.start import tessera

if __name__ == "__main__":
    sys.exit(tessera())
