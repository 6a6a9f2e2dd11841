"""GTP version 2 draft 2, sections 2 and 3: a line of bytes into a request, an answer into bytes."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.errors import TesseraError

MAX_ID = 2**31 - 1
_CONTROL = bytes(set(range(32)) - {9, 10}) + b"\x7f"


class GtpFailure(TesseraError):
    """The command is answered with '?' and this text; the session goes on."""


SYNTAX_ERROR = "syntax error"
UNKNOWN_COMMAND = "unknown command"


@dataclass(frozen=True)
class Request:
    """One command as sent."""

    id: int | None
    name: str
    """Case-sensitive; '' when the line held an id only."""
    args: tuple[str, ...] = ()
    """Words after the command, case kept."""


def clean(line: bytes) -> str:
    """One raw line without control characters and comment, tabs as spaces (section 2.2)."""
    text = line.translate(None, _CONTROL).partition(b"#")[0].replace(b"\t", b" ")
    return text.decode("utf-8", errors="surrogateescape").strip(" \n")


def parse(line: bytes) -> Request | None:
    """The request in a raw line, or None for a blank line or a comment."""
    words = [word for word in clean(line).split(" ") if word]
    if not words:
        return None
    number = _parse_id(words[0])
    if number is None:
        return Request(None, words[0], tuple(words[1:]))
    return Request(number, words[1] if len(words) > 1 else "", tuple(words[2:]))


def is_interrupt(line: bytes) -> bool:
    """Whether a raw line is GoGui's special comment `# interrupt`."""
    words = line.translate(None, _CONTROL).replace(b"\t", b" ").split()
    return words in ([b"#", b"interrupt"], [b"#interrupt"])


def _parse_id(word: str) -> int | None:
    if word.isascii() and word.isdigit() and len(word) <= 10 and int(word) <= MAX_ID:
        return int(word)
    return None


def prefix(request_id: int | None, *, success: bool) -> str:
    """'=5 ': the blank is always there, since GoGui takes the text after the first one."""
    return f"{'=' if success else '?'}{'' if request_id is None else request_id} "


def response(request_id: int | None, text: str, *, success: bool = True) -> bytes:
    """A whole response: prefix, text without empty lines, and the empty line that ends it."""
    return encode(f"{prefix(request_id, success=success)}{body(text)}\n\n")


def body(text: str) -> str:
    """`text` without the empty lines that would end a response early, and no control characters but LF.

    A line break at its start stays: it puts the first line of a board below the prefix.
    """
    lines = ("".join(c for c in line if c >= " " and c != "\x7f") for line in text.replace("\t", " ").splitlines())
    kept = "\n".join(filter(None, map(str.rstrip, lines)))
    return "\n" + kept if text.startswith("\n") and kept else kept


def encode(text: str) -> bytes:
    """UTF-8; bytes that came in undecodable go out as '?'."""
    return text.encode("utf-8", errors="replace")
