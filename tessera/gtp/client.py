"""GTP version 2 from the controller's side: an external engine as a child with deadlines.

The engine runs in its own session, so that it and its children can be killed together. Every command has a
deadline, every reply a size; an engine that is late, dies or breaks the protocol raises `EngineError` and is
not used again. stderr is drained into a bounded tail that error messages quote, and to a listener.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from tessera.errors import EngineError
from tessera.gtp.processes import kill_session, terminate_session
from tessera.gtp.protocol import MAX_ID, body

MAX_REPLY = 1 << 22
"""Bytes of the longest reply (an analysis may be long)."""
TAIL_LINES = 50
MAX_LINE = 4096
"""Bytes of a line of stderr that are kept."""
LEAVE_SECONDS = 2.0
"""Time for each step of quit, SIGTERM, SIGKILL."""
LAST_WORDS_SECONDS = 0.5
"""How long to wait for the exit code and the last lines of an engine that closed its output."""
CHUNK = 1 << 16


class EngineTimeout(EngineError):
    """The engine did not answer in time."""


class EngineRefused(EngineError):
    """The engine answered '?': the command failed, the engine is fine."""


class GtpClient:
    """One running engine. Use as a context manager, or call `close`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        name: str = "",
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 30.0,
        stderr: Callable[[bytes], None] | None = None,
    ) -> None:
        """Start the engine; `timeout` is the deadline of commands that have none of their own.

        `stderr` hears the engine's stderr, in pieces of any size, from a thread of ours.
        """
        self.name = name or Path(command[0]).name
        self.timeout = timeout
        self._id = 0
        self._broken = ""
        self._buffer = bytearray()
        self._arrived = threading.Condition()
        self._ended = self._closing = False
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._stderr = stderr
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=None if env is None else dict(env),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise EngineError(f"engine {self.name}: cannot start {command[0]!r}: {error.strerror}") from None
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._stdin: IO[bytes] = self._process.stdin
        if hasattr(os, "set_blocking"):  # on Windows from Python 3.12; before, a command waits for the engine to read
            os.set_blocking(self._stdin.fileno(), False)
        self._threads = [
            threading.Thread(target=self._read_replies, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_stderr, args=(self._process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    # ------------------------------------------------------------ commands

    def send(self, command: str, *args: object, timeout: float | None = None) -> str:
        """The text of a successful response. Raises `EngineRefused`, `EngineTimeout` or `EngineError`."""
        text = " ".join([command, *map(str, args)])
        if "\n" in text or "\r" in text:
            raise EngineError(f"engine {self.name}: a command holds a line break: {text[:80]!r}")
        if self._broken:
            raise EngineError(self._broken)
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        self._id = self._id % MAX_ID + 1
        self._write(f"{self._id} {text}\n".encode(), deadline, text)
        return self._response(text, deadline)

    def knows(self, command: str) -> bool:
        """Whether the engine lists a command; an engine without known_command knows nothing."""
        try:
            return self.send("known_command", command).strip().lower() == "true"
        except EngineRefused:
            return False

    @property
    def pid(self) -> int:
        """The engine's process, which leads its session and process group."""
        return self._process.pid

    @property
    def tail(self) -> list[str]:
        """The last lines of the engine's stderr."""
        return list(self._tail)

    @property
    def alive(self) -> bool:
        """Whether the engine runs and has kept to the protocol so far."""
        return not self._broken and self._exit_code() is None

    # ------------------------------------------------------------ the end

    def close(self, *, quit_first: bool = True) -> int | None:
        """End the engine and all its children: `quit`, then SIGTERM, then SIGKILL. Returns its exit code.

        Safe to call twice, and with `quit_first=False` while another thread waits in `send`, which then raises
        `EngineError`. A broken engine is not asked to quit.
        """
        if self._process.returncode is not None:
            return self._process.returncode
        asked = quit_first and self.alive
        if asked:
            try:
                self.send("quit", timeout=LEAVE_SECONDS)
            except EngineError:
                asked = False
        with contextlib.suppress(OSError):
            self._stdin.close()
        if not (asked and self._left(LEAVE_SECONDS)):
            terminate_session(self._process.pid)
            self._left(LEAVE_SECONDS)
        # The leader may be gone while its children are not; until it is reaped nobody else gets its number.
        kill_session(self._process.pid)
        self._process.wait()
        with self._arrived:
            self._closing = True
            self._arrived.notify_all()
        for thread in self._threads:
            thread.join(LEAVE_SECONDS)
        self._broken = self._broken or f"engine {self.name}: it was closed"
        return self._process.returncode

    def __enter__(self) -> GtpClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(quit_first=error is None)

    def _left(self, seconds: float) -> bool:
        """Whether the engine ends within `seconds`."""
        deadline = time.monotonic() + seconds
        while self._exit_code() is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _exit_code(self) -> int | None:
        """The exit code of a dead engine, None for a living one. Leaves the process unreaped: until `close`
        has killed the group, nobody else can be given its number."""
        if self._process.returncode is not None:
            return self._process.returncode
        if not hasattr(os, "waitid"):  # Windows keeps the number while we hold the process; macOS lacks the call
            return self._process.poll()
        try:
            found = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:  # another thread has just reaped it in `close`
            return self._process.returncode
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    # ------------------------------------------------------------ the streams

    def _write(self, data: bytes, deadline: float, text: str) -> None:
        """Write without blocking for ever on an engine that reads nothing."""
        view = memoryview(data)
        while view:
            try:
                written = os.write(self._stdin.fileno(), view)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise self._fail(EngineTimeout, f"it does not read {text[:60]!r}") from None
                time.sleep(0.005)
                continue
            except (OSError, ValueError):
                raise self._fail(EngineError, f"it is gone before {text[:60]!r}{self._exit_text()}") from None
            view = view[written:]

    def _response(self, text: str, deadline: float) -> str:
        """The next response, which must carry our id."""
        shown = repr(text[:60])
        with self._arrived:
            while True:
                self._skip_blank_lines()
                end = self._buffer.find(b"\n\n")
                if end >= 0:
                    break
                if len(self._buffer) > MAX_REPLY:
                    raise self._fail(EngineError, f"its answer to {shown} is longer than {MAX_REPLY} bytes")
                if self._ended:
                    raise self._fail(EngineError, f"it ended during {shown}{self._exit_text()}")
                if not self._arrived.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise self._fail(EngineTimeout, f"no answer to {shown} in time")
            raw = bytes(self._buffer[:end])
            del self._buffer[: end + 2]
            self._arrived.notify_all()
        return self._parse(raw.decode("utf-8", errors="replace"), shown)

    def _parse(self, reply: str, shown: str) -> str:
        expected = str(self._id)
        if reply[:1] not in ("=", "?") or not reply[1:].startswith(expected):
            raise self._fail(EngineError, f"its answer to {shown} is no GTP response to id {expected}: {reply[:80]!r}")
        rest = reply[1 + len(expected) :]
        if rest[:1].isdigit():
            raise self._fail(EngineError, f"its answer to {shown} has a wrong id: {reply[:80]!r}")
        content = body(rest.removeprefix(" ")).strip("\n")
        if reply[0] == "?":
            raise EngineRefused(f"engine {self.name}: {shown} failed: {content[:200]}")
        return content

    def _skip_blank_lines(self) -> None:
        while self._buffer[:1] == b"\n":
            del self._buffer[0]

    def _fail(self, kind: type[EngineError], what: str) -> EngineError:
        tail = f"; stderr ends with {self._tail[-1][:120]!r}" if self._tail else ""
        self._broken = f"engine {self.name}: {what}{tail}"
        return kind(self._broken)

    def _exit_text(self) -> str:
        if not self._left(LAST_WORDS_SECONDS):
            return ""
        self._threads[1].join(LAST_WORDS_SECONDS)  # what it wrote to stderr says more than the code
        return f", exit code {self._exit_code()}"

    def _read_replies(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(stream.fileno(), CHUNK):
                with self._arrived:
                    # A flood waits in the pipe: beyond a whole reply nothing more is taken in.
                    self._arrived.wait_for(lambda: len(self._buffer) <= MAX_REPLY or self._closing)
                    self._buffer += data.replace(b"\r", b"")
                    self._arrived.notify_all()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def _read_stderr(self, stream: IO[bytes]) -> None:
        """Drain by large pieces: an engine that floods must not wait for us."""
        rest = b""
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(stream.fileno(), CHUNK):
                if self._stderr is not None:
                    self._stderr(data)
                *lines, rest = (rest + data).split(b"\n")
                self._remember(lines[-TAIL_LINES:])
                rest = rest[-MAX_LINE:]
        self._remember([rest] if rest else [])

    def _remember(self, lines: Sequence[bytes]) -> None:
        self._tail.extend(line[:MAX_LINE].decode("utf-8", errors="replace").rstrip() for line in lines)
