"""Signals ask a run to stop and leave no trace behind."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from tessera.training.stop import stop_on_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_sets_the_event_once(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_on_signals() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(5)
        assert signal.getsignal(number) is before, "the second signal is nobody's but the system's"
    assert signal.getsignal(number) is before


def test_other_threads_are_left_alone() -> None:
    seen: list[bool] = []

    def body() -> None:
        with stop_on_signals() as stop:
            seen.append(stop.is_set())

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [False]
