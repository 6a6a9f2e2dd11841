"""A growing file of JSON lines, of which only what is asked for is parsed.

Opening it finds where its lines begin, which takes milliseconds for 100,000 of them; a curve of a thousand points
then parses a thousand lines. `refresh` reads on where the file ended before.
"""

from __future__ import annotations

import contextlib
import json
import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from tessera.former_names import renamed

Row = dict[str, Any]
"""One line: a JSON object."""
CHUNK = 1 << 20
MAX_LINE = 1 << 22
"""Bytes; a longer line is no line of ours and is passed over."""


class JsonLines(Sequence[Row]):
    """The whole lines of a file that are JSON objects, as a sequence; a file that is missing has none.

    A damaged line counts in `len` until it is met: then it reads as an empty row, and `damaged` counts it.
    """

    def __init__(self, path: Path, *, former: Mapping[str, str] | None = None) -> None:
        """`former`: the names that older versions wrote, as `tessera.former_names` has them; rows have today's."""
        self.path, self._former = path, former or {}
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._ends = array("Q", [0])
        """Where each line ends; a line begins where the one before it ends."""
        self._tail = b""
        """The last whole line, to see that the file was not cut and written anew."""
        self._damaged = set[int]()

    @property
    def damaged(self) -> int:
        """Lines met so far that are no JSON objects."""
        return len(self._damaged)

    def refresh(self) -> bool:
        """Look for lines written since; whether there are any. A file that was cut (a resumed run) is read anew."""
        before = len(self._ends)
        try:
            with self.path.open("rb") as file:
                again = self._tail and not self._goes_on(file)
                if again:
                    self._forget()
                self._scan(file)
        except FileNotFoundError:
            again = before > 1
            self._forget()
        return bool(again) or len(self._ends) != before

    def _goes_on(self, file: Any) -> bool:
        file.seek(self._ends[-1] - len(self._tail))
        return bool(file.read(len(self._tail)) == self._tail)

    def _scan(self, file: Any) -> None:
        position = start = self._ends[-1]
        file.seek(start)
        while chunk := file.read(CHUNK):
            found = chunk.find(b"\n")
            while found >= 0:
                self._ends.append(position + found + 1)
                found = chunk.find(b"\n", found + 1)
            position += len(chunk)
        if self._ends[-1] > start:
            begin = max(self._ends[-2], self._ends[-1] - MAX_LINE)
            file.seek(begin)
            self._tail = file.read(self._ends[-1] - begin)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        numbers = range(len(self))[index]
        return self._rows(numbers) if isinstance(numbers, range) else self._rows([numbers])[0]

    def __iter__(self) -> Iterator[Row]:
        return iter(self[:])

    def _rows(self, numbers: Sequence[int]) -> list[Row]:
        """The lines of these numbers, in their order; neighbours are read at once."""
        if not numbers:
            return []
        rows = []
        with self.path.open("rb") as file:
            at = -1
            for number in numbers:
                start, end = self._ends[number], self._ends[number + 1]
                if start != at:
                    file.seek(start)
                rows.append(self._parse(number, file.read(end - start) if end - start <= MAX_LINE else b""))
                at = end if end - start <= MAX_LINE else -1
        return rows

    def _parse(self, number: int, line: bytes) -> Row:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            return renamed(row, self._former) if self._former else row
        self._damaged.add(number)
        return {}

    @property
    def last(self) -> Row:
        """The newest line that can be read; empty without one."""
        for number in range(len(self) - 1, -1, -1):
            if row := self[number]:
                return row
        return {}

    def sampled(self, most: int) -> list[Row]:
        """At most `most` rows spread evenly over the file, the newest always among them; all where they are few."""
        count = len(self)
        if count <= most:
            return self[:]
        return self._rows(sorted({round(i * (count - 1) / (most - 1)) for i in range(most)}))

    def holding(self, fragment: bytes) -> list[Row]:
        """The rows whose line has these bytes in it; no other line is parsed."""
        found = []
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
            for number, line in zip(range(len(self)), file, strict=False):
                if fragment in line:
                    found.append(self._parse(number, line))
        return found

    def column(self, *keys: str) -> list[float | None]:
        """The number at `keys` (a path into the objects) in every line; None where there is none."""
        return [number_at(row, *keys) for row in self]


def number_at(row: Row, *keys: str) -> float | None:
    """The finite number at a path into a row; None where anything else stands."""
    value: Any = row
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
