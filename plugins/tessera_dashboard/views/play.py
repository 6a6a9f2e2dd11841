"""A game against any checkpoint."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from tessera.errors import IllegalMove, TesseraError
from tessera_dashboard.board import board
from tessera_dashboard.look import new_game
from tessera_dashboard.seat import Seat, color_of
from tessera_dashboard.views.common import choose_network, choose_run, looker, manager

SIZES = (9, 13, 19, 7, 5)
VISITS = {"policy alone": 1, "16 visits": 16, "64 visits": 64, "200 visits": 200}


def show() -> None:
    first, second, third, fourth, fifth = st.columns(5)
    with first:
        run = choose_run()
    with second:
        name, path = choose_network(run)
    strength = third.selectbox("Strength", list(VISITS), index=1)
    size = fourth.selectbox("Board", SIZES, format_func=lambda side: f"{side}×{side}")
    color = fifth.radio("You play", ["Black", "White"], horizontal=True)
    if st.button("New game", type="primary"):
        _begin(path, name, size, color, VISITS[strength])
    if "seat" in st.session_state:
        st.fragment(_game)()


def _begin(path: Path | None, name: str, size: int, color: str, visits: int) -> None:
    if "seat" in st.session_state:
        st.session_state.pop("seat").close()
    seed = secrets.randbits(31)
    try:
        with st.spinner("Loading the network"):
            seat = Seat(manager(), path, size=size, komi=7.0, person=color_of(color), visits=visits, seed=seed)
    except TesseraError as error:
        st.error(str(error))
        return
    st.session_state.update(seat=seat, against=(name, path), game_id=f"play {seed}", note="")


def _game() -> None:
    seat: Seat = st.session_state.seat
    name, path = st.session_state.against
    acts = {"Pass": lambda: seat.play(seat.game.points), "Take back": seat.undo, "Resign": seat.resign}
    with st.container(horizontal=True):
        for word, act in acts.items():
            st.button(word, on_click=_try, args=(act,), disabled=seat.is_over and word != "Take back")
        hints = st.toggle("What the network sees")
    data: dict[str, Any] = {
        "id": st.session_state.game_id,
        "size": seat.game.size,
        "moves": [list(move) for move in seat.moves],
        "looks": _looks(seat, path) if hints else None,
        "play": True,
        "open": seat.table.is_persons_turn,
    }
    st.markdown(f"Against **{name}**. {st.session_state.note} {seat.told()}")
    board("play", data, _clicked)


def _clicked(point: int, after: int) -> None:
    """A click on a board with `after` moves on it; a second one that came while the engine thought is too late."""
    seat: Seat = st.session_state.seat
    if after == len(seat.moves) and 0 <= point < seat.game.points:
        _try(lambda: seat.play(point))


def _try(act: Callable[[], None]) -> None:
    """Do what the reader asked for, or say why it cannot be."""
    try:
        act()
        st.session_state.note = ""
    except IllegalMove as error:
        told = str(error)
        st.session_state.note = f"{told[:1].upper()}{told[1:]}."


def _looks(seat: Seat, path: Path | None) -> dict[str, Any]:
    game = new_game(seat.game.size, seat.game.rules.name, seat.game.komi)
    written = 0.0 if path is None else path.stat().st_mtime
    return looker(path, written, seat.game.size).look(game, seat.moves).as_dict()
