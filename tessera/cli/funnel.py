"""The one place where errors become lines on stderr and exit codes."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click

from tessera.cli import streams
from tessera.errors import TesseraError

INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT)
NO_ARGUMENTS: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())
"""A group named alone: its help is the answer. click 8.1 prints it itself."""
LONGEST = 1000
"""Characters of a message; a word from the command line may be of any length."""


def guarded(program: str, body: Callable[[], object]) -> int:
    """Run `body` and return the exit code of the process.

    A `TesseraError` is one line and its own code, and so is a wrong command line (2), a full disk or a stdout that
    cannot be written (1); Ctrl-C is one line and 130; a reader that left stdout (`| head`) is silent. Anything else
    is a bug and passes through as a traceback.
    """
    try:
        streams.prepare()
        result = body()
        sys.stdout.flush()
        return result if isinstance(result, int) and not isinstance(result, bool) else 0
    except TesseraError as error:
        complain(program, str(error))
        return _ended(error.exit_code)
    except click.exceptions.Exit as stop:
        return _ended(stop.exit_code)
    except (KeyboardInterrupt, click.Abort):
        complain(program, "interrupted")
        return _ended(INTERRUPTED)
    except click.ClickException as error:
        if isinstance(error, NO_ARGUMENTS):
            error.show()
        else:
            complain(program, _in_one_line(error))
        return _ended(error.exit_code)
    except OSError as error:
        if error.errno in FULL:
            complain(program, f"{error.filename or 'a file'}: not written: {error.strerror}")
        elif error.errno != errno.EPIPE:
            raise
        streams.silence_stdout()
        return 1


def complain(program: str, text: str) -> None:
    """One line on stderr."""
    text = streams.printable(text)
    if len(text) > LONGEST:
        text = text[: LONGEST - 3] + "..."
    with suppress(OSError):  # nobody is left to tell
        sys.stderr.write(f"{program}: {text}\n")
        sys.stderr.flush()


def _ended(code: int) -> int:
    """The code, once what was printed before the error is out as far as it goes."""
    try:
        sys.stdout.flush()
    except (OSError, TesseraError):
        streams.silence_stdout()
    return code


def _in_one_line(error: click.ClickException) -> str:
    """click's message, and whose --help tells more."""
    # Its names for the types of ranges are those of classes: "'x' is not a valid integer range."
    message = error.format_message().replace("integer range", "whole number").replace("float range", "number")
    context = getattr(error, "ctx", None)
    if context is None:
        return message
    end = "" if message.endswith((".", "?")) else "."
    return f"{message}{end} See {context.command_path} --help"
