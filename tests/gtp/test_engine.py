"""The loop: pipelining, interruption, garbage, end of input, players that fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tessera.errors import CheckpointError
from tessera.gtp.inbox import MAX_LINE, Inbox
from tessera.gtp.protocol import GtpFailure
from tessera.interfaces.player import Ban
from tests.gtp.fakes import Desk, FakePlayer


class Running:
    """A desk whose engine serves in a thread, as it does in a process."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.thread = threading.Thread(target=desk.engine.serve, daemon=True)
        self.thread.start()

    def send(self, text: str) -> None:
        self.desk.engine.inbox.feed(text.encode())

    def wait_for(self, text: str, seconds: float = 5.0) -> float:
        """Seconds until the output contains `text`."""
        start = time.monotonic()
        while text.encode() not in self.desk.output:
            assert time.monotonic() - start < seconds, self.desk.output
            time.sleep(0.001)
        return time.monotonic() - start

    def close(self) -> None:
        self.desk.engine.inbox.close()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def slow() -> Iterator[Running]:
    running = Running(Desk(FakePlayer(slow=True)))
    running.send("boardsize 5\n")
    running.wait_for("= \n\n", 30)  # the rules are compiled now
    running.desk.output = b""
    yield running
    running.close()


def test_ten_thousand_pipelined_commands() -> None:
    cycle = b"komi 6.5\nplay b C3\nplay w D4\nundo\nundo\n"
    desk = Desk()
    desk.run(b"boardsize 9\n")
    desk = Desk()
    start = time.monotonic()
    output = desk.run(cycle * 2000 + b"5 name\n")
    assert time.monotonic() - start < 10
    assert output == b"= \n\n" * 10_000 + b"=5 Tessera\n\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", b""),
        (b"\n\r\n  \n# hello\n", b""),
        (b"name", b"= Tessera\n\n"),
        (b"name\nquit\nname\n", b"= Tessera\n\n= \n\n"),
        (b"1 quit", b"=1 \n\n"),
        (b"known_command " + b"x" * 100_000 + b"\nname\n", b"= false\n\n= Tessera\n\n"),
        (b"y" * (MAX_LINE + 5) + b"\n3 name\n", b"? line too long\n\n=3 Tessera\n\n"),
        (
            bytes(range(1, 256)).replace(b"\n", b"").replace(b"#", b"") + b"\nname\n",
            b"? unknown command\n\n= Tessera\n\n",
        ),
        (b"\x00\x00\xff\xfe\nname\n", b"? unknown command\n\n= Tessera\n\n"),
    ],
)
def test_input_in_one_piece(data: bytes, expected: bytes) -> None:
    assert Desk().run(data) == expected


def test_input_in_single_bytes() -> None:
    desk = Desk()
    for byte in b"1 name\r\n\n2 protocol_ver\tsion\n":
        desk.engine.inbox.feed(bytes([byte]))
    assert desk.run(b"") == b"=1 Tessera\n\n?2 unknown command\n\n"


def test_commands_before_the_end_of_input_are_answered() -> None:
    assert Desk().run(b"boardsize 5\ngenmove b\nkata-analyze w 10\n").startswith(b"= \n\n= A5\n\n= \ninfo move B5 ")


def test_any_line_ends_an_analysis_at_once(slow: Running) -> None:
    for line, answer in (
        ("protocol_version\n", "\n\n= 2\n\n"),
        ("\n", "\n\n"),
        ("# nothing\n", "\n\n"),
        ("stop\n", "\n\n= \n\n"),
    ):
        slow.send("kata-analyze b 1\n")
        slow.wait_for("\ninfo move A5 ")
        slow.send(line)
        assert slow.wait_for(answer) < 0.05
        slow.desk.output = b""


def test_an_analysis_reports_again_and_again(slow: Running) -> None:
    slow.send("lz-analyze w 2\n")
    slow.wait_for("info move A5 visits 10 winrate 5000")
    time.sleep(0.3)
    slow.send("name\n")
    slow.wait_for("= Tessera\n\n")
    reports = slow.desk.output.split(b"\n\n")[0].splitlines()
    assert reports[0] == b"= "
    assert 5 <= len(reports[1:]) <= 20


def test_an_analysis_goes_on_when_the_player_has_finished() -> None:
    running = Running(Desk(FakePlayer()))
    running.send("boardsize 5\nkata-analyze\n")
    running.wait_for("info move A5 ", 30)
    time.sleep(0.05)
    assert not running.desk.output.endswith(b"\n\n")
    running.send("\n")
    running.wait_for("\n\n= \ninfo")
    running.close()


def test_interrupt_makes_the_move_come_at_once(slow: Running) -> None:
    slow.send("genmove b\nplay w C3\n")
    assert slow.desk.player.thinking.wait(5)
    time.sleep(0.05)
    assert slow.desk.output == b""  # later commands wait
    slow.send("# interrupt\n")
    assert slow.wait_for("= A5\n\n= \n\n") < 0.05


def test_interrupt_may_come_together_with_its_command(slow: Running) -> None:
    slow.send("genmove b\n# interrupt\n")
    assert slow.wait_for("= A5\n\n") < 0.5


def test_an_old_interrupt_does_not_stop_a_later_move(slow: Running) -> None:
    slow.send("# interrupt\ngenmove b\n")
    assert slow.desk.player.thinking.wait(5)
    time.sleep(0.1)
    assert slow.desk.output == b""
    slow.send("# interrupt\n")
    slow.wait_for("= A5\n\n")


def test_genmove_analyze_is_not_ended_by_input(slow: Running) -> None:
    slow.send("kata-genmove_analyze b 1\nname\n")
    slow.wait_for("\ninfo ")
    time.sleep(0.05)
    assert b"\nplay" not in slow.desk.output
    slow.send("# interrupt\n")
    slow.wait_for("\nplay A5\n\n= Tessera\n\n")


def test_commands_are_answered_while_the_player_loads() -> None:
    gate = threading.Event()

    def load() -> FakePlayer:
        gate.wait(10)
        return FakePlayer()

    running = Running(Desk(open_player=load))
    running.send("boardsize 5\nkata-analyze b 1\n")
    running.wait_for("= \n\n= \n", 30)
    running.send("1 name\n2 genmove b\n")
    running.wait_for("=1 Tessera\n\n")
    gate.set()
    running.wait_for("=2 A5\n\n")
    running.close()


def test_the_player_loads_when_nobody_waits() -> None:
    loaded = threading.Event()

    def load() -> FakePlayer:
        loaded.set()
        return FakePlayer()

    running = Running(Desk(open_player=load))
    assert not loaded.is_set()
    assert loaded.wait(2)
    running.close()


def test_a_player_that_cannot_be_loaded() -> None:
    def load() -> FakePlayer:
        raise CheckpointError("net.pth: no such\nfile")

    desk = Desk(open_player=load)
    output = desk.run(b"boardsize 5\n1 genmove b\n2 genmove w\n3 kata-analyze b 5\n4 play b C3\n5 final_score\n")
    assert output == (b"= \n\n?1 net.pth: no such file\n\n?2 net.pth: no such file\n\n=3 \n\n=4 \n\n=5 B+17.5\n\n")
    assert desk.complaints.count("net.pth: no such file") == 1


def test_an_unexpected_error_is_answered_and_the_session_goes_on() -> None:
    desk = Desk(FakePlayer(error=ZeroDivisionError("by\nzero")))
    output = desk.run(b"boardsize 5\n1 genmove b\n2 kata-genmove_analyze b\n3 name\n")
    assert output == b"= \n\n?1 internal error: ZeroDivisionError: by zero\n\n=2 \n\n=3 Tessera\n\n"
    assert "Traceback" in desk.complaints[0]


def test_a_plugin_command_that_fails() -> None:
    def fail(session: object, args: list[str]) -> str:
        raise GtpFailure("not today")

    assert Desk(plugins={"bad": fail}).run(b"bad\nname\n") == b"? not today\n\n= Tessera\n\n"


def test_plugins_that_cannot_be_found_do_not_end_the_session() -> None:
    desk = Desk()
    desk.session._plugin_commands._make = lambda: 1 / 0  # type: ignore[assignment,return-value]
    assert desk.run(b"nonsense\nname\n") == b"? internal error: ZeroDivisionError: division by zero\n\n= Tessera\n\n"


def test_an_illegal_choice_of_the_player_is_an_internal_error() -> None:
    output = Desk(FakePlayer([0, 0])).run(b"boardsize 5\ngenmove b\ngenmove w\nname\n")
    assert b"? internal error: IllegalMove" in output
    assert output.endswith(b"= Tessera\n\n")


def test_a_vanished_controller_ends_the_loop() -> None:
    desk = Desk()

    def broken(data: bytes) -> None:
        raise BrokenPipeError

    desk.engine._write = broken
    with pytest.raises(BrokenPipeError):
        desk.run(b"name\n")


def test_an_inbox_gives_lines_in_order_and_then_none() -> None:
    inbox = Inbox()
    with pytest.raises(TimeoutError):
        inbox.get(0.01)
    inbox.feed(b"a\nb\nc")
    inbox.close()
    taken = [inbox.get() for _ in range(4)]
    assert [line.data if line else None for line in taken] == [b"a", b"b", b"c", None]


def test_a_full_inbox_makes_the_reader_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tessera.gtp.inbox.MAX_WAITING", 1000)
    inbox = Inbox()
    feeder = threading.Thread(target=inbox.feed, args=(b"name\n" * 50,), daemon=True)
    feeder.start()
    time.sleep(0.05)
    assert feeder.is_alive()
    for _ in range(50):
        assert inbox.get(1.0) is not None
    feeder.join(1)
    assert not feeder.is_alive()


def test_a_search_that_may_be_cancelled(slow: Running) -> None:
    for command, answer in (
        ("kata-search_cancellable b", "= cancelled\n\n"),
        ("kata-search_analyze_cancellable b 1", "\nplay cancelled\n\n"),
    ):
        slow.send(f"{command}\n")
        assert slow.desk.player.thinking.wait(30)
        slow.send("\n")
        slow.wait_for(answer, 30)
        slow.desk.output = b""
    slow.send("kata-search b\nname\n")
    assert slow.desk.player.thinking.wait(30)
    assert slow.desk.output == b""
    slow.send("# interrupt\n")
    slow.wait_for("= A5\n\n= Tessera\n\n", 30)
    assert slow.desk.session.game.moves == []


def test_what_an_analysis_is_asked_for_reaches_the_player() -> None:
    desk = Desk()
    desk.say("boardsize 5", "kata-set-param analysisWideRootNoise 0.04")
    line = desk.run(b"kata-analyze b 10 avoid b A5,B5 3 avoid w C3 2 movesOwnership true maxmoves 1\n")
    options = desk.player.asked[-1][3]
    assert options.avoid == (0, 1)
    assert options.bans == (Ban(1, (0, 1), 3), Ban(2, (12,), 2))
    assert (options.wide_root_noise, options.moves_ownership) == (0.04, True)
    assert b" pv A5 pass movesOwnership " + b" ".join([b"0.0000"] * 25) + b"\n" in line
