"""What a league leaves on disk:

league.json      who plays, and under which rules, so that games of different things never share a rating
games.jsonl      one line for each game, voids included (records.py)
sgf/             every game, voids too
logs/            what engines wrote to stderr
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tessera import files, sgf
from tessera.checkpoints import read_manifest, shipped_path
from tessera.clock import TimeControl
from tessera.errors import BadValue, IllegalMove
from tessera.interfaces.arbiter import VOID, Entrant, GameRecord
from tessera.interfaces.catalog import NetworkCatalog
from tessera.league.config import LeagueConfig
from tessera.league.openings import OpeningBook
from tessera.league.records import RecordError
from tessera.league.schedule import total
from tessera.ratings.counting import Pairs
from tessera.ratings.sprt import Sprt, Trial
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset

SHARED = ("size", "rules", "komi", "seed", "openings", "time")
"""What all games of a league must agree on."""
NETWORK_PLAYERS = ("search", "policy")
Description = dict[str, Any]


class LeagueFolder:
    """The files of one league. Whoever changes them holds `games.jsonl` open as a `RecordFile`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.games, self.sgf, self.logs = path / "games.jsonl", path / "sgf", path / "logs"
        self._description = path / "league.json"

    def open(self, description: Description, records: Sequence[GameRecord]) -> None:
        """Write what `describe` said, or check that the league in here is the same; new players are welcome.

        Raises `BadValue` where games on record were played under other conditions, or by a player that has
        changed since. What no finished game depends on may change.
        """
        try:
            for folder in (self.sgf, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(f"{self.path}: folders cannot be made in it: {error.strerror}") from None
        old = self.description()
        finished = [record for record in records if record.result != VOID]
        if finished and old is None:
            raise RecordError(f"{self._description}: missing, so nobody knows who played {self.games.name}")
        if finished and old is not None:
            played = {name for record in finished for name in (record.black, record.white)}
            before = {name: player for name, player in old["players"].items() if name in played}
            self._compare({**old, "players": before}, description)
            description = {**description, "players": {**before, **description["players"]}}
        if description != old:
            sgf.save(self._description, json.dumps(description, indent=2, ensure_ascii=False) + "\n")
        self._complete_sgf(records)

    def description(self) -> Description | None:
        """What league.json says; None without one."""
        try:
            text = self._description.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise RecordError(f"{self._description}: cannot be read: {error}") from None
        try:
            return _checked(json.loads(text))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise RecordError(f"{self._description}: not what a league wrote: {error!r}") from None

    def _compare(self, old: Description, new: Description) -> None:
        for key in SHARED:
            if old.get(key) != new[key]:
                cure = "take another --out for another league"
                raise BadValue(f"{key} of the league in {self.path}", new[key], f"{old.get(key)!r} as before", cure)
        for name, player in new["players"].items():
            before = old["players"].get(name, player)
            if before != player:
                key, was, value = _difference(before, player)
                raise BadValue(f"player {name!r}: {key}", value, f"{was!r} as before", "give it a new name")

    def save_sgf(self, record: GameRecord) -> Path:
        """Write a game. Raises `SgfError`."""
        path = self.sgf / sgf_name(record)
        sgf.save(path, sgf_text(record))
        return path

    def _complete_sgf(self, records: Iterable[GameRecord]) -> None:
        """Write the games that a kill or a full disk left without a file, and clear away what it left half done."""
        for folder in (self.path, self.sgf):
            files.sweep(folder)
        there = {path.name for path in self.sgf.iterdir()}
        for record in records:
            if sgf_name(record) not in there:
                self.save_sgf(record)


def describe(config: LeagueConfig, book: OpeningBook, manager: NetworkCatalog | None = None) -> Description:
    """The league as plain values: what its games depend on, networks and opening books by their digests.

    Raises `CheckpointError` for a network that cannot be read.
    """
    told: Description = {key: getattr(config, key) for key in SHARED}
    told["openings"] = {"kind": config.openings.kind, "moves": config.openings.moves, "book": book.digest}
    told["time"] = _describe_time(config.time)
    told["title"] = config.title
    told["anchors"] = dict(config.anchors)
    told["planned"] = total(config)
    told["sprt"] = None if config.sprt is None else asdict(config.sprt) | _tested(config)
    told["players"] = {entrant.name: _describe_player(entrant, manager) for entrant in config.players}
    return told


def sgf_name(record: GameRecord) -> str:
    """The name of a game's file; that of a void one tells its attempt."""
    name = f"{record.number:05d}-{_plain(record.black)}-{_plain(record.white)}"
    return f"{name}-void{record.attempt}.sgf" if record.result == VOID else f"{name}.sgf"


def game_of(record: GameRecord) -> Game:
    """The game as far as it was played. Raises `RecordError` where its moves or rules make no sense."""
    try:
        game = Game(record.size, rules=parse_ruleset(record.rules), komi=record.komi)
        for color, point in record.moves:
            game.play(color, point)
    except (IllegalMove, BadValue) as error:
        raise RecordError(f"game {record.number} on record cannot be replayed: {error}") from None
    return game


def sgf_text(record: GameRecord) -> str:
    """The game as SGF."""
    comment = "\n".join(filter(None, (f"opening {record.opening}", record.note)))
    return sgf.dumps(game_of(record), black=record.black, white=record.white, result=record.result, comment=comment)


def _tested(config: LeagueConfig) -> Description:
    """Whose lead the test is about, and over whom."""
    player, opponent = config.entrants
    return {"player": player, "opponent": opponent}


def trial_of(description: Description, records: Iterable[GameRecord]) -> Trial | None:
    """The test of a league after these games; None for a league without one."""
    told = description.get("sprt")
    if told is None:
        return None
    settings = dict(told)
    player, opponent = settings.pop("player"), settings.pop("opponent")
    pairs = Pairs(player, opponent)
    return Trial(Sprt(**settings), player, opponent).after(points for each in records for points in pairs.add(each))


def _describe_time(control: TimeControl | None) -> Description | None:
    """In the words of `time_settings`."""
    return None if control is None else {"main": control.main, "period": control.period, "stones": control.count}


def _describe_player(entrant: Entrant, manager: NetworkCatalog | None) -> Description:
    """A network counts by its digest, wherever its file lies; one behind a URL only by its address."""
    settings = json.loads(json.dumps(dict(entrant.settings), default=str))  # as it will be read back
    network = ""
    ckpt = settings.get("ckpt")
    has_network = entrant.kind == "tessera" and (ckpt or settings.get("player", "search") in NETWORK_PLAYERS)
    if has_network and (ckpt is None or "://" not in ckpt):
        network = read_manifest(Path(ckpt) if ckpt else shipped_path(), manager).digest
        settings.pop("ckpt", None)
    return {"kind": entrant.kind, "settings": settings, "network": network}


def _difference(before: Description, now: Description) -> tuple[str, Any, Any]:
    """The first setting that differs: its name, what it was and what it is."""
    flat, known = ({**player["settings"], **player} for player in (now, before))
    for key in [*flat, *known]:
        if key != "settings" and flat.get(key) != known.get(key):
            return key, known.get(key), flat.get(key)
    return "settings", before["settings"], now["settings"]


def _checked(told: Any) -> Description:
    players, anchors = told["players"], told["anchors"]
    if not isinstance(players, dict) or not isinstance(anchors, dict) or not isinstance(told["planned"], int):
        raise ValueError("players, anchors or planned")
    for player in players.values():
        if not isinstance(player["settings"], dict):
            raise ValueError("settings of a player")
    trial_of(told, [])
    return dict(told)


def _plain(name: str) -> str:
    """A name as part of a file name: letters, digits and dashes."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name)[:40].strip("-") or "player"
