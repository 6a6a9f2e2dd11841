"""One response on its way out: whole at the end, or line by line while the engine thinks."""

from __future__ import annotations

from collections.abc import Callable

from tessera.gtp.protocol import body, encode, prefix, response


class Stream:
    """The response to one command. `line` sends at once; `finish` ends the response, exactly once."""

    def __init__(self, request_id: int | None, write: Callable[[bytes], None]) -> None:
        """`write` sends and flushes."""
        self._id, self._write = request_id, write
        self.begun = False

    def begin(self) -> None:
        """Send the prefix alone, so that a controller sees the command accepted."""
        if not self.begun:
            self.begun = True
            self._write(encode(prefix(self._id, success=True) + "\n"))

    def line(self, text: str) -> None:
        """Send a line (or several) of a response that goes on."""
        self.begin()
        self._write(encode(body(text) + "\n"))

    def finish(self, text: str, *, success: bool = True) -> None:
        """End the response. Once begun it can no longer turn into a failure: it then ends without more text."""
        if not self.begun:
            self._write(response(self._id, text, success=success))
            return
        rest = body(text) if success else ""
        self._write(encode(rest + "\n\n" if rest else "\n"))
