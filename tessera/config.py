"""TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tessera.errors import BadValue

MAX_TOML_BYTES = 1 << 20


def read_toml(path: Path, name: str, *, cure: str = "") -> dict[str, Any]:
    """The table in a file; `cure` is for one that is not there.

    Raises `BadValue` that begins with `name` and says where in the file the mistake is.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TOML_BYTES + 1)
    except OSError as error:
        raise BadValue(name, error.strerror, "a file that can be read", cure) from None
    if len(data) > MAX_TOML_BYTES:
        raise BadValue(name, f"over {MAX_TOML_BYTES} bytes", f"up to {MAX_TOML_BYTES}")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        problem = f"no UTF-8 {_place(data[: error.start].decode('utf-8'))}"
    except tomllib.TOMLDecodeError as error:
        problem = str(error).replace("(at end of document)", f"{_place(data.decode('utf-8'))}, the end")
    except RecursionError:
        problem = "tables within tables within tables"
    raise BadValue(name, problem, "a TOML file in UTF-8")


def _place(before: str) -> str:
    """Where a text goes on, in tomllib's words."""
    return f"(at line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))})"
