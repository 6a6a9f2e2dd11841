"""Messages about runs, to a real HTTP server on this machine: what is sent, what never is, and that nothing waits.

apprise sends discord:// to one host and has no way to name another: `discord` puts the server's address in its place,
everything else (the parsing of the URL, the payload, the request) is apprise's own.
"""

from __future__ import annotations

import http.server
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tessera.cli.main import main
from tessera.errors import BadValue, MissingExtra
from tessera.interfaces.events import RunEvent
from tessera_notify import sender as sending
from tessera_notify.messages import INFO, NEWS, Message, message_of
from tessera_notify.sender import Sender
from tessera_notify.targets import load_targets, masked

apprise = pytest.importorskip("apprise", reason="make dev installs the extra notify")

ID, TOKEN = "417429632418316298", "S3cretTokenThatNobodyMaySee-abcdefghijklmnopqrstuvwxyz"
COUNTERS: Mapping[str, Any] = {
    "seconds": 7200.0,
    "cpu_seconds": 7000.0,
    "games": 12345,
    "moves": 99999,
    "steps": 678,
    "judged": "net-00000678",
    "win_rate_random": 0.9,
    "best": "net-00000600",
    "win_rate_best": 0.6,
    "elo": 512,
    "elo_low": 480,
    "elo_high": 544,
}
EVENTS: dict[str, Mapping[str, Any]] = {
    "started": {**COUNTERS, "folder": "/data/runs/small"},
    "tile": {**COUNTERS, "tile": 122, "last_game": 12299},
    "best": COUNTERS,
    "rolled_back": {**COUNTERS, "times": 1, "text": "training step 678: loss nan: weights of step 600 are back"},
    "disk_low": {"free": 12_000_000, "needed": 3_000_000},
    "finished": {**COUNTERS, "reason": "2 hours are over"},
    "failed": {"error": "DegenerateSelfPlay", "text": "the games are no longer Go"},
    "damaged": {"text": "run-00000678.pth: the seal does not match"},
    "crashed": {"text": "SIGKILL", "code": -9},
    "hung": {"silent_seconds": 900.0, "killed": True},
    "restarting": {"failures": 1, "delay_seconds": 5.0, "checkpoint": "run-00000600.pth"},
    "gave_up": {"text": "5 failures in a row without a newer checkpoint", "code": 1},
}


class Server:
    """Answers every POST; `status` and `seconds` say how."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.status, self.seconds = 204, 0.0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, json.loads(body)))
                time.sleep(outer.seconds)
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    running = Server()
    for name in ("TESSERA_NOTIFY", "TESSERA_NOTIFY_FILE", "TESSERA_NOTIFY_EVENTS", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield running
    running.close()


@pytest.fixture
def discord(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server in the place of discord.com."""
    from apprise.plugins.discord import NotifyDiscord

    monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://{server.address}/api/webhooks")
    monkeypatch.setattr(NotifyDiscord, "request_rate_per_sec", 0)
    monkeypatch.setenv("TESSERA_NOTIFY", f"discord://{ID}/{TOKEN}")
    return server


def json_url(server: Server) -> str:
    return f"json://user:{TOKEN}@{server.address}/{TOKEN}"


def event(kind: str) -> RunEvent:
    return RunEvent(kind, EVENTS[kind], time.time())


def test_every_kind_of_event_arrives_at_discord(discord: Server) -> None:
    sender = Sender()
    for kind in EVENTS:
        sender.hear(event(kind))
    sender.hear(RunEvent("step", COUNTERS, 0.0))
    sender.flush(60)
    assert {path for path, _ in discord.got} == {f"/api/webhooks/{ID}/{TOKEN}"}
    said = [json.dumps(payload, ensure_ascii=False) for _, payload in discord.got]
    assert len(said) == len(EVENTS) == len(NEWS)
    for text, kind in zip(said, EVENTS, strict=True):
        assert "small on " in text and NEWS[kind][1] in text, "the run, which only 'started' names, and what happened"
        assert TOKEN not in text
    whole = " ".join(said)
    for part in (
        "12,345 games",
        "Elo 512 (480 to 544",
        "games up to 12,299",
        "net-00000678",
        "60% against",
        "loss nan",
    ):
        assert part in whole
    for part in (
        "12.0 MB",
        "2 hours are over",
        "DegenerateSelfPlay",
        "SIGKILL",
        "15.0 min",
        "run-00000600",
        "5 failures",
    ):
        assert part in whole


def test_the_form_of_json(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_NOTIFY", json_url(server))
    server.status = 200
    [target] = load_targets()
    assert target.send(Message(INFO, "title", "body"))
    [(path, payload)] = server.got
    assert path.rstrip("/") == f"/{TOKEN}" and (payload["title"], payload["message"]) == ("title", "body")


def test_urls_of_a_file_and_of_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text("# mine\n\n  json://127.0.0.1:1/a  \njson://127.0.0.1:1/b?tag=x, y\n")
    targets = load_targets({"TESSERA_NOTIFY": "json://127.0.0.1/c xml://127.0.0.1", "TESSERA_NOTIFY_FILE": str(file)})
    assert [t.name for t in targets] == ["1: json://...", "2: xml://...", "3: json://...", "4: json://..."]


@pytest.mark.parametrize(
    ("url", "shown"),
    [(f"discord://{ID}/{TOKEN}", "discord://..."), (TOKEN, "..."), (f"x y{TOKEN}://", "..."), ("", "...")],
)
def test_masked(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize(
    "environment",
    [{}, {"TESSERA_NOTIFY": f"nowhere://{TOKEN}"}, {"TESSERA_NOTIFY": f"discord://{TOKEN}"}, {"TESSERA_NOTIFY": TOKEN}],
)
def test_wrong_urls_are_told_without_them(environment: dict[str, str]) -> None:
    with pytest.raises(BadValue) as caught:
        load_targets(environment)
    assert "TESSERA_NOTIFY" in str(caught.value) and TOKEN not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.__cause__ is None


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "gone", tmp_path, tmp_path / "binary"):
        with pytest.raises(BadValue, match="TESSERA_NOTIFY_FILE: got"):
            load_targets({"TESSERA_NOTIFY_FILE": str(path)})


def test_nothing_secret_is_logged_at_any_level(
    discord: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """apprise and urllib3 write whole URLs at DEBUG; taken, refused and not reached at all."""
    caplog.set_level(logging.DEBUG)
    for name in ("apprise", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    closed = "127.0.0.1:9"
    monkeypatch.setenv(
        "TESSERA_NOTIFY", f"discord://{ID}/{TOKEN} {json_url(discord)} json://u:{TOKEN}@{closed}/{TOKEN}"
    )
    for discord.status in (204, 404, 500):
        sender = Sender()
        sender.hear(event("started"))
        sender.flush(60)
    assert main(["-vv", "notify", "test"]) == 1
    assert len(discord.got) >= 8
    captured = capfd.readouterr()
    everything = caplog.text + captured.out + captured.err + "".join(str(r.__dict__) for r in caplog.records)
    assert TOKEN not in everything and ID not in everything and "(about a notification)" in caplog.text
    logging.getLogger("other").warning("others are heard")
    assert "others are heard" in caplog.text


def test_a_slow_server_holds_nobody_up_and_what_is_dropped_is_counted(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TESSERA_NOTIFY", json_url(server))
    server.seconds = 3.0
    sender = Sender(waiting=2)
    sender.hear(event("started"))
    deadline = time.monotonic() + 60
    while not server.got and time.monotonic() < deadline:
        time.sleep(0.02)
    before = time.thread_time()
    for _ in range(100):
        sender.hear(event("best"))
    assert len(server.got) == 1, "none of the hundred has waited for an answer"
    assert time.thread_time() - before < 1.0
    sender.flush(0.1)
    slow = [r.getMessage() for r in caplog.records if r.name == sending.__name__]
    assert slow == [
        "notifications are sent too slowly: some are dropped; how many is said at the end",
        "notifications: 0 failed, 101 were dropped",
    ]


def test_failures_are_said_once_and_counted(discord: Server, caplog: pytest.LogCaptureFixture) -> None:
    discord.status = 401
    sender = Sender()
    for _ in range(5):
        sender.hear(event("best"))
    sender.flush(60)
    assert [r.getMessage() for r in caplog.records if r.name == sending.__name__] == [
        "notification to 1: discord://... failed; how many more do is said at the end",
        "notifications: 5 failed, 0 were dropped",
    ]


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("TESSERA_NOTIFY", f"nowhere://{TOKEN}", "TESSERA_NOTIFY, entry 1: got 'nowhere://...'"),
        ("TESSERA_NOTIFY_EVENTS", "best finnished", "TESSERA_NOTIFY_EVENTS: got 'finnished', allowed: started, tile"),
    ],
)
def test_what_is_wrong_stops_messages_and_not_the_run(
    name: str, value: str, complaint: str, discord: Server, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setenv(name, value)
    sender = Sender()
    sender.hear(event("started"))
    sender.flush(60)
    assert discord.got == [] and caplog.text.count("nobody is notified of this run") == 1 and complaint in caplog.text
    assert TOKEN not in caplog.text


def test_chosen_events_alone(discord: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_NOTIFY_EVENTS", "finished crashed")
    sender = Sender()
    for kind in EVENTS:
        sender.hear(event(kind))
    sender.flush(60)
    assert len(discord.got) == 2 and "finished" in str(discord.got[0]) and "small" in str(discord.got[0])


def test_without_apprise_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(MissingExtra, match=r"pip install 'tessera-go\[notify\]'"):
        load_targets({"TESSERA_NOTIFY": f"discord://{ID}/{TOKEN}"})


def test_the_command(discord: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "test"]) == 0
    assert capsys.readouterr().out == "1: discord://...  sent\n" and "This is a test" in str(discord.got)
    discord.status = 404
    assert main(["notify", "test"]) == 1
    assert "failed" in capsys.readouterr().out
    monkeypatch.delenv("TESSERA_NOTIFY")
    assert main(["notify", "test"]) == 2
    assert capsys.readouterr().err.startswith("tessera: TESSERA_NOTIFY: got ''")


def test_without_urls_nothing_is_started_or_imported() -> None:
    code = (
        "import sys, threading, time; from tessera.plugins import build_manager;"
        "from tessera.interfaces.events import RunEvent;"
        "build_manager().emit(RunEvent('best', {}, 0.0));"
        "print('apprise' in sys.modules, threading.active_count())"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TESSERA_NOTIFY")}
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=True)
    assert done.stdout == "False 1\n"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("seconds", [0.0, 300.0])
def test_the_last_message_of_a_program_is_sent_but_never_waited_for_long(seconds: float, server: Server) -> None:
    """At the end of the process: delivered, or given up when the server does not answer."""
    server.seconds, server.status = seconds, 200
    code = (
        "from tessera.plugins import build_manager; from tessera.interfaces.events import RunEvent;"
        "build_manager().emit(RunEvent('gave_up', {'text': 'over', 'folder': 'runs/small'}, 0.0));"
        "import threading; print([t.name for t in threading.enumerate()])"
    )
    environment = {**os.environ, "TESSERA_NOTIFY": json_url(server)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=50, check=True
    )
    assert len(server.got) == 1 and "over" in str(server.got)
    assert done.stdout == "['MainThread', 'tessera-notify']\n", "no pool that the program would wait for"
    assert TOKEN not in done.stdout + done.stderr and bool(done.stderr) == bool(seconds)


def test_lines_and_steps_are_no_news() -> None:
    assert [message_of(RunEvent(kind, {}, 0.0), "run") for kind in ("tick", "step", "checkpoint", "warning")] == [
        None
    ] * 4
