"""Where messages go: the URLs, and how to keep them secret."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tessera.errors import BadValue, MissingExtra
from tessera_notify.messages import Message

VARIABLE, FILE_VARIABLE = "TESSERA_NOTIFY", "TESSERA_NOTIFY_FILE"
_sending: ContextVar[bool] = ContextVar("tessera_notify_sending", default=False)


@dataclass(frozen=True)
class Target:
    """One place; `name` may be shown."""

    name: str
    _apprise: Any

    def __repr__(self) -> str:
        return f"Target({self.name})"

    def send(self, message: Message) -> bool:
        """Whether it was taken. Never raises: what an error of the network says has the URL in it."""
        with _quiet():
            try:
                title, body = message.title, message.body
                return bool(self._apprise.notify(body=body, title=title, notify_type=message.kind))
            except Exception:
                return False


def configured() -> bool:
    """Whether anybody wants messages. Costs nothing."""
    return bool(os.environ.get(VARIABLE) or os.environ.get(FILE_VARIABLE))


def load_targets(environment: Mapping[str, str] = os.environ) -> list[Target]:
    """The places that the environment names; raises `BadValue` or `MissingExtra`, neither with a URL in it."""
    urls = list(_urls(environment))
    if not urls:
        allowed = "notification URLs such as discord://ID/TOKEN, with blanks between them"
        raise BadValue(VARIABLE, "", allowed, f"or {FILE_VARIABLE}=FILE with one a line")
    try:
        import apprise
    except ImportError:
        raise MissingExtra("notifying", "apprise", "notify") from None
    # In this thread, one after the other, with the timeouts of each request (4 s to connect, 4 s for an answer): the
    # end of the program would wait for pools of threads.
    asset = apprise.AppriseAsset(async_mode=False, service_timeout=0, app_id="Tessera", app_desc="Tessera")
    targets = []
    for number, (source, url) in enumerate(urls, start=1):
        with _quiet():
            target = apprise.Apprise(asset=asset)
            known = target.add(url)
        if not known:
            allowed = "a URL that apprise knows, see https://appriseit.com/services/"
            raise BadValue(f"{source}, entry {number}", masked(url), allowed)
        targets.append(Target(f"{number}: {masked(url)}", target))
    return targets


def masked(url: str) -> str:
    """'discord://...': what kind of place it is and nothing else."""
    match = re.match(r"[a-z][a-z0-9+.-]{0,30}(?=://)", url, re.IGNORECASE)
    return f"{match[0]}://..." if match else "..."


def _urls(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(the variable it is from, URL); in a file one a line, '#' begins a comment line."""
    for url in environment.get(VARIABLE, "").split():
        yield VARIABLE, url
    if path := environment.get(FILE_VARIABLE):
        try:
            lines = Path(path).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise BadValue(FILE_VARIABLE, path, f"a file with notification URLs, one a line ({why})") from None
        for line in lines:
            if line.strip() and not line.lstrip().startswith("#"):
                yield FILE_VARIABLE, line.strip()


@contextmanager
def _quiet() -> Iterator[None]:
    """What is logged in here says nothing: with -vv apprise and urllib3 write whole URLs.

    Records are emptied where they are made: a filter on loggers would miss libraries that nobody has thought of. The
    mark goes along into the threads in which apprise sends.
    """
    _empty_records()
    token = _sending.set(True)
    try:
        yield
    finally:
        _sending.reset(token)


@cache
def _empty_records() -> None:
    """Once for the process; records that are made while nothing is sent pass as they are."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # ours alone, and all about what is sent
    make = logging.getLogRecordFactory()

    def factory(*args: Any, **keywords: Any) -> logging.LogRecord:
        record = make(*args, **keywords)
        if _sending.get():
            record.msg, record.args, record.exc_info, record.stack_info = "(about a notification)", (), None, None
        return record

    logging.setLogRecordFactory(factory)
