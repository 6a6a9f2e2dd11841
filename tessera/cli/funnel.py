"""The one place where errors become lines on stderr and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

import click

from tessera.errors import TesseraError

INTERRUPTED = 130


def guarded(program: str, body: Callable[[], object]) -> int:
    """Run `body` and return the exit code of the process.

    A `TesseraError` is one line and its own code; Ctrl-C is one line and 130; a closed stdout (`| head`) is
    silent; click's usage errors keep click's form. Anything else is a bug and passes through as a traceback.
    """
    try:
        result = body()
        sys.stdout.flush()
        return result if isinstance(result, int) and not isinstance(result, bool) else 0
    except TesseraError as error:
        _complain(program, " ".join(str(error).split()))
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain(program, "interrupted")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        _silence_stdout()
        return 1


def _complain(program: str, text: str) -> None:
    sys.stderr.write(f"{program}: {text}\n")


def _silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's flush at exit does not complain again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
