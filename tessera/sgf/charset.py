"""From bytes to text: which encodings are read, and nothing beside them.

Python knows codecs that are no character sets (zlib, rot13, hex) or that hide ASCII (UTF-7, UTF-16), and a
file chooses by name; so the names are looked up in a table of our own.
"""

from __future__ import annotations

import re

from tessera.errors import SgfError

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")

# The wider relative is taken where one exists: files that say GB2312 or Shift_JIS often mean GBK or Windows-31J.
CODECS: dict[str, str] = {
    "utf8": "utf-8",
    "ascii": "cp1252",
    "usascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
    "euccn": "gb18030",
    "big5": "big5hkscs",
    "cp950": "cp950",
    "big5hkscs": "big5hkscs",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "cp932": "cp932",
    "windows31j": "cp932",
    "eucjp": "euc_jp",
    "euckr": "cp949",
    "cp949": "cp949",
    "ksc5601": "cp949",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    **{f"iso8859{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    **{f"latin{number}": f"latin-{number}" for number in range(1, 11)},
    **{f"{family}125{page}": f"cp125{page}" for family in ("windows", "cp", "win") for page in range(9)},
}
"""Name in lower case without punctuation -> Python's codec."""

ALLOWED = "UTF-8, ISO-8859-x, Windows-125x, GB2312, GBK, GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR, KOI8-R, ASCII"


def codec_of(name: str) -> str:
    """Python's codec for the value of CA; `SgfError` for one that is not in the table."""
    codec = CODECS.get(_NOT_ALPHANUMERIC.sub("", name[:64].lower()))
    if codec is None:
        raise SgfError(f"CA: got {name[:40]!r}, allowed: {ALLOWED}; save the file as UTF-8")
    return codec


def decode(data: bytes, declared: str | None) -> tuple[str, list[str]]:
    """The text of a file and notes about what was not clean.

    Without CA the file is UTF-8 if it is valid UTF-8, else Latin-1, SGF's default. Bytes that are wrong in the
    declared encoding become U+FFFD and a note: a damaged name is no reason to refuse a game.
    """
    if not declared:
        try:
            return data.decode("utf-8"), []
        except UnicodeDecodeError:
            return data.decode("latin-1"), []
    text = data.decode(codec_of(declared), errors="replace")
    damaged = text.count("\ufffd")
    return text, [f"{damaged} characters are not valid {declared[:40]} and were replaced"] if damaged else []
