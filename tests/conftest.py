"""What all tests share: one thread each, no plugin choice from outside, GnuGo only where it is installed."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

# Before torch and numba are imported: tests are small, and several may run on two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.pop("TESSERA_DISABLE_PLUGINS", None)
# What a shell starts in the background ignores Ctrl-C, and children inherit that: tests that send it would fail.
signal.signal(signal.SIGINT, signal.default_int_handler)


def find_gnugo() -> str | None:
    """GnuGo's path; Debian keeps it out of root's PATH."""
    return shutil.which("gnugo", path=os.environ.get("PATH", os.defpath) + os.pathsep + "/usr/games")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gnugo") and find_gnugo() is None:
        pytest.skip("gnugo is not installed")


@pytest.fixture(scope="session")
def gnugo() -> str:
    """The path of GnuGo, for tests marked `gnugo`."""
    found = find_gnugo()
    assert found is not None, "mark the test with pytest.mark.gnugo"
    return found
