"""The dashboard in Chromium, on a run in progress: nothing is complained of, figures are the files', games are stepped
through and played.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tessera.checkpoints import read_manifest, shipped_path
from tessera.plugins import build_manager
from tessera.rules.coords import parse_vertex, vertex
from tessera.rules.game import Game
from tessera_dashboard.look import Looker, new_game
from tests.league.report.leagues import random_moves, record
from tests.league.report.scripts import BROWSER
from tests.runs.written import line, write_lines, write_run

pytest.importorskip("playwright", reason="playwright is not installed: make dev")
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no chromium is installed: make dev"),
    pytest.mark.timeout(300),
]
WAIT = 60_000
"""Milliseconds that a busy machine may take for anything."""
PAGES = ("Runs", "Curves", "Speed and memory", "Checkpoints", "League", "Games", "Play")
MOVES = random_moves(3, size=5, limit=24)[0]


def tessera(*words: str) -> list[str]:
    """The command line that a user types, for this Python."""
    code = f"from tessera.cli.main import main; raise SystemExit(main({list(words)!r}))"
    return [sys.executable, "-c", code]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a checkpoint and two games."""
    path = write_run(tmp_path_factory.mktemp("runs") / "small")
    for folder in ("checkpoints", "evaluation"):
        (path / folder).mkdir()
    shutil.copy(shipped_path(), path / "checkpoints" / "net-00000025.pth")
    games = [record(1), record(2, black="net-00000025", white="random", size=5, moves=MOVES, result="W+T")]
    write_lines(path / "evaluation" / "games.jsonl", [asdict(each) for each in games])
    return path


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A league as one that plays random movers leaves it."""
    folder = tmp_path_factory.mktemp("league")
    (folder / "league.toml").write_text(
        'size = 5\ngames = 4\n[[players]]\nname = "a"\nplayer = "random"\n[[players]]\nname = "b"\nplayer = "random"\n'
    )
    command = tessera("league", "run", str(folder / "league.toml"))
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(path.parent for path in folder.rglob("league.json"))


@pytest.fixture(scope="module")
def address(run: Path, league: Path) -> Iterator[str]:
    """The server, started as a user does, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ["dashboard", str(run.parent), "--league", str(league), "--port", str(port), "--refresh", "1"]
    server = subprocess.Popen(tessera(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(240):
            assert server.poll() is None, server.stderr and server.stderr.read()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A window that must hear no complaint, and ask nobody but the server."""
    page, heard = browser.new_page(viewport={"width": 1280, "height": 1000}), list[str]()
    page.set_default_timeout(WAIT)
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda asked: None if _is_ours(asked.url, address) else heard.append(f"asked {asked.url}"))
    yield page
    page.close()
    assert heard == []


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def turn_to(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True)).click()


def seen(page: Page, words: str) -> None:
    expect(page.get_by_text(words).first).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_opens_and_fits(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    shown = {
        "Runs": "Games an hour", "Curves": "Loss by head", "Speed and memory": "Memory in use",
        "Checkpoints": "Began with", "League": "Ladder", "Games": "Move 0 of 24", "Play": "New game",
    }  # fmt: skip
    for name in PAGES:
        turn_to(page, name)
        seen(page, shown[name])
        assert page.get_by_test_id("stException").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the window"


def test_it_listens_on_this_machine_alone(address: str) -> None:
    """127.0.0.2 is the same machine: who listens on all addresses answers there."""
    port = int(address.rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port), timeout=10).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=10)


def test_files_beside_the_app_are_not_served(address: str) -> None:
    for path in ("/app/static/app.py", "/app/static/../../../../etc/passwd", "/media/../../etc/passwd"):
        try:
            with urllib.request.urlopen(address + path, timeout=30) as answer:
                assert b"<!doctype html>" in answer.read().lower()
        except urllib.error.HTTPError as error:
            assert error.code in (400, 403, 404)


def test_an_address_names_a_page_and_nothing_else(page: Page, address: str) -> None:
    page.goto(f"{address}/?page=Checkpoints")
    seen(page, "net-00000025")
    page.goto(f"{address}/?page=../../etc/passwd")
    seen(page, "Games an hour")


def test_figures_are_those_of_the_lines_and_follow_the_run(page: Page, address: str, run: Path) -> None:
    page.goto(f"{address}/?page=Curves")
    policy = page.locator("figure", has_text="Loss by head").locator("li", has_text="policy").locator("b")
    log = run / "training.jsonl"
    last = json.loads(log.read_text().splitlines()[-1])
    expect(policy).to_have_text(f"{last['losses']['policy']:.3g}", timeout=WAIT)
    low = page.get_by_role("heading", name="Safety")
    low.scroll_into_view_if_needed()
    before = low.bounding_box()
    new = line(20, losses={"policy": 0.123, "value": 0.5, "total": 0.623})
    with log.open("a") as file:
        file.write(json.dumps(new) + "\n")
    expect(policy).to_have_text("0.123", timeout=WAIT)
    assert low.bounding_box() == before, "the reader's place moved"
    turn_to(page, "Runs")
    for words in (f"{new['games']:,}", f"{new['moves']:,} moves", f"{new['memory'] / 2**30:.2f} GiB", "50 to 150"):
        seen(page, words)


def test_checkpoints_are_the_files(page: Page, address: str) -> None:
    page.goto(f"{address}/?page=Checkpoints")
    row = page.get_by_role("row", name=re.compile("net-00000025"))
    expect(row).to_contain_text("100", timeout=WAIT)
    expect(row).to_contain_text(read_manifest(shipped_path()).short)


def test_a_game_is_stepped_through_with_what_the_network_sees(page: Page, address: str) -> None:
    page.goto(f"{address}/?page=Games")
    status = page.get_by_role("status").filter(has_text="of 24")
    looks = Looker(build_manager(), shipped_path(), size=5).look(new_game(5, "chinese-kgs", 7.0), MOVES)

    def judged(move: int) -> str:
        lead = looks.lead[move]
        return f"Black wins {100 * looks.winrate[move]:.1f}%, {'W' if lead < 0 else 'B'}+{abs(lead):.1f}"

    expect(status).to_have_text(f"Move 0 of 24: start · {judged(0)}", timeout=WAIT)
    game = Game(5, komi=7.0)
    for number, (color, point) in enumerate(MOVES[:6], 1):
        page.get_by_role("button", name="a move on", exact=True).click()
        game.play(color, point)
        told = f"Move {number} of 24: {' BW'[color].replace('B', 'Black').replace('W', 'White')} {vertex(point, 5)}"
        expect(status).to_have_text(f"{told} · {judged(number)}", timeout=WAIT)
        assert page.locator("circle.stone").count() == sum(stone != 0 for stone in game.stones)
    assert page.locator("circle.chance").count() > 0
    page.get_by_role("button", name="to the end").click()
    expect(status).to_contain_text("Move 24 of 24", timeout=WAIT)
    page.locator(".moves button").nth(2).click()
    expect(status).to_contain_text("Move 3 of 24", timeout=WAIT)
    page.locator(".graph svg").click(position={"x": 200, "y": 40})
    expect(status).not_to_contain_text("Move 3 of 24", timeout=WAIT)
    page.keyboard.press("Home")
    expect(status).to_contain_text("Move 0 of 24", timeout=WAIT)


def begin(page: Page, address: str) -> Locator:
    """A game on 5x5 against the checkpoint's policy, the reader Black; its status line."""
    page.goto(f"{address}/?page=Play")
    for label, choice in (("Board", "5×5"), ("Strength", "policy alone")):
        page.get_by_role("combobox", name=re.compile(label)).click()
        page.get_by_role("option", name=choice).click()
        expect(page.get_by_role("listbox")).to_have_count(0, timeout=WAIT)
    page.get_by_role("button", name="New game").click()
    seen(page, "Your move: click on the board.")
    return page.get_by_role("status").filter(has_text="Move ")


def put(page: Page, point: int, size: int = 5) -> None:
    board = page.locator(".board svg")
    box = board.bounding_box()
    assert box is not None
    unit = box["width"] / (52 + 20 * (size - 1))
    row, column = divmod(point, size)
    board.click(position={"x": (26 + 20 * column) * unit, "y": (26 + 20 * row) * unit})


def test_moves_are_played_against_a_checkpoint(page: Page, address: str) -> None:
    status = begin(page, address)
    put(page, 12)
    expect(status).to_contain_text("Move 2 of 2: White", timeout=WAIT)
    assert page.locator("circle.stone").count() == 2
    put(page, 12)
    seen(page, "Illegal move: black C3, the point is occupied")
    page.get_by_role("button", name="Pass", exact=True).click()
    expect(status).to_contain_text("of 4: White", timeout=WAIT)
    page.get_by_role("button", name="Take back").click()
    expect(status).to_contain_text("Move 2 of 2", timeout=WAIT)
    page.get_by_role("button", name="Resign").click()
    seen(page, "The game is over: W+R.")


def test_a_run_that_is_moved_away_is_one_line_until_it_is_back(page: Page, address: str, run: Path) -> None:
    page.goto(f"{address}/?page=Runs")
    seen(page, "Games an hour")
    away = run.parent.rename(run.parent.with_name("away"))
    try:
        seen(page, "a run, or a folder of runs")
        assert page.get_by_test_id("stException").count() == 0
    finally:
        away.rename(run.parent)
    seen(page, "Games an hour")


@pytest.mark.long
def test_a_game_is_played_to_the_end_against_a_checkpoint(page: Page, address: str) -> None:
    """The reader plays the first legal point until the engine passes or there is none, then passes as well."""
    status = begin(page, address)
    over = page.get_by_text("The game is over")
    for turn in range(60):
        moves = page.locator(".moves button").all_inner_texts()
        game = Game(5, komi=7.0)
        for number, text in enumerate(moves):
            game.play(1 + number % 2, parse_vertex(text.split()[1], 5))
        free = [point for point in range(25) if game.is_legal(1, point)]
        if turn > 12 or not free or (moves and moves[-1].endswith("pass")):
            page.get_by_role("button", name="Pass", exact=True).click()
        else:
            put(page, free[len(free) // 2])
        expect(over.or_(status.filter(has_text=f"of {len(moves) + 2}"))).to_be_visible(timeout=WAIT)
        if over.count():
            break
    expect(over).to_contain_text(re.compile(r"(B|W)\+\d|a draw"), timeout=WAIT)


@pytest.mark.long
def test_a_real_run_is_followed_while_it_trains(page: Page, address: str, run: Path) -> None:
    """Training begins while the page is open; its figures are those of its log at every look."""
    page.goto(f"{address}/?page=Runs")
    seen(page, "Games an hour")
    real = run.parent / "real"
    words = ["train", "--preset", "5x5", "--out", str(real), "--minutes", "3"]
    training = subprocess.Popen(tessera(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        log, looks = real / "training.jsonl", set[int]()
        deadline = time.monotonic() + 240
        while len(looks) < 4 and time.monotonic() < deadline:
            assert training.poll() is None or len(looks) > 1
            page.wait_for_timeout(1000)
            shown = re.search(r"([\d,]+) moves", "".join(page.get_by_text(" moves").all_inner_texts()[1:]))
            if shown and log.exists():
                moves = [json.loads(text)["moves"] for text in log.read_text().splitlines()]
                assert int(shown[1].replace(",", "")) in moves
                looks.add(int(shown[1].replace(",", "")))
        assert len(looks) == 4, "the page did not follow"
        expect(page.get_by_text("in progress")).to_have_count(2)
    finally:
        training.terminate()
        training.wait(60)
