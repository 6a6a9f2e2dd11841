"""The games of a run's evaluations on a board, with what a network says of every position."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from tessera.errors import TesseraError
from tessera.interfaces.arbiter import GameRecord
from tessera.league.lines import parse_line
from tessera.runs import Run
from tessera_dashboard.board import board
from tessera_dashboard.look import Looks, new_game
from tessera_dashboard.views.common import choose_network, choose_run, looker

ANYONE = "any player"


def show() -> None:
    first, second, third, fourth = st.columns(4)
    with first:
        run = choose_run()
    players = sorted({str(row["network"]) for row in run.elo if "network" in row}, reverse=True)
    with second:
        player = st.selectbox("Player", [ANYONE, *players])
    count = len(run.games) if player == ANYONE else len(_of(run, player))
    if not count:
        st.info("No game has been recorded.")
        return
    with third:
        number = int(st.number_input(f"Game, 1 to {count:,}", 1, count, count, key=f"game {run.name} {player}"))
    with fourth:
        _, path = choose_network(run, "Seen by")
    try:
        record = _record(run, player, number - 1)
        looks = _looks(record, path)
    except (TesseraError, ValueError) as error:
        st.error(f"Game {number}: {error}")
        return
    st.markdown(f"**{record.black}** (Black) – **{record.white}** (White): **{record.result}**, komi {record.komi:g}")
    shown: dict[str, Any] = {
        "id": f"{run.path} {player} {number}",
        "size": record.size,
        "moves": [list(move) for move in record.moves],
        "looks": looks.as_dict(),
        "start": 0,
    }
    board("game", shown)


def _of(run: Run, player: str) -> list[dict[str, Any]]:
    return [row for row in run.games.holding(f'"{player}"'.encode()) if player in (row.get("black"), row.get("white"))]


def _record(run: Run, player: str, number: int) -> GameRecord:
    row = run.games[number] if player == ANYONE else _of(run, player)[number]
    return parse_line(json.dumps(row).encode())


def _looks(record: GameRecord, path: Path | None) -> Looks:
    written = 0.0 if path is None else path.stat().st_mtime
    game = new_game(record.size, record.rules, record.komi)
    return looker(path, written, record.size).look(game, record.moves)
