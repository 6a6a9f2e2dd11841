"""What a league leaves on disk:

league.json      who plays, and under which rules, so that games of different things never share a rating
games.jsonl      one line for each game, voids included (records.py)
sgf/             every game, voids too
logs/            what engines wrote to stderr
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tessera import sgf
from tessera.checkpoints import read_manifest, shipped_path
from tessera.errors import BadValue
from tessera.interfaces.arbiter import VOID, Entrant, GameRecord
from tessera.league.config import LeagueConfig
from tessera.league.records import RecordError
from tessera.rules.game import Game
from tessera.rules.ruleset import parse_ruleset

SHARED = ("size", "rules", "komi", "seed", "openings", "time")
"""What all games of a league must agree on."""
NETWORK_PLAYERS = ("search", "policy")


class LeagueFolder:
    """The files of one league."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.games, self.sgf, self.logs = path / "games.jsonl", path / "sgf", path / "logs"
        self._description = path / "league.json"

    def open(self, config: LeagueConfig) -> None:
        """Make the folder, or check that the league in it is this one; new players are welcome.

        Raises `BadValue` where games on record were played under other conditions, or by a player that has
        changed since.
        """
        try:
            for folder in (self.sgf, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadValue("--out", str(self.path), f"a folder that can be written ({error.strerror})") from None
        new = describe(config)
        old = self.description()
        if old is not None:
            self._compare(old, new)
            new["players"] = {**old["players"], **new["players"]}
        _write_whole(self._description, json.dumps(new, indent=2) + "\n")

    def description(self) -> dict[str, Any] | None:
        """What league.json says; None without one."""
        try:
            text = self._description.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RecordError(f"{self._description}: cannot be read: {error.strerror}") from None
        try:
            told = json.loads(text)
            if not isinstance(told["players"], dict) or not isinstance(told["anchors"], dict):
                raise ValueError("players or anchors are no tables")
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(f"{self._description}: not what a league wrote ({error})") from None
        return dict(told)

    def _compare(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        cure = "take another --out for another league"
        for key in SHARED:
            if old.get(key) != new[key]:
                raise BadValue(f"{key} of the league in {self.path}", new[key], f"{old.get(key)!r} as before", cure)
        for name, player in new["players"].items():
            before = old["players"].get(name, player)
            if before != player:
                changed = next((k for k in player if player[k] != before.get(k)), "settings")
                raise BadValue(
                    f"player {name!r}: {changed}", player[changed], f"{before.get(changed)!r} as before",
                    "give the changed player a new name",
                )  # fmt: skip

    def save_sgf(self, record: GameRecord) -> Path:
        """Write a game; a void one tells its attempt in the file's name."""
        name = f"{record.number:05d}-{_plain(record.black)}-{_plain(record.white)}"
        if record.result == VOID:
            name += f"-void{record.attempt}"
        path = self.sgf / f"{name}.sgf"
        sgf.save(path, sgf_text(record))
        return path


def describe(config: LeagueConfig) -> dict[str, Any]:
    """The league as plain values: what its games depend on, checkpoints by their digest."""
    told = json.loads(json.dumps({key: _plain_value(getattr(config, key)) for key in SHARED}))
    told["title"] = config.title
    told["anchors"] = dict(config.anchors)
    told["players"] = {entrant.name: _describe_player(entrant) for entrant in config.players}
    return dict(told)


def game_of(record: GameRecord) -> Game:
    """The finished game; raises `IllegalMove` where a record holds none."""
    game = Game(record.size, rules=parse_ruleset(record.rules), komi=record.komi)
    for color, point in record.moves:
        game.play(color, point)
    return game


def sgf_text(record: GameRecord) -> str:
    """The game as SGF."""
    comment = "\n".join(filter(None, (f"opening {record.opening}", record.note)))
    return sgf.dumps(game_of(record), black=record.black, white=record.white, result=record.result, comment=comment)


def _describe_player(entrant: Entrant) -> dict[str, Any]:
    told = {"kind": entrant.kind, "settings": _plain_value(dict(entrant.settings)), "network": ""}
    if entrant.kind == "tessera" and entrant.settings.get("player", "search") in NETWORK_PLAYERS:
        ckpt = entrant.settings.get("ckpt")
        if ckpt is None or "://" not in ckpt:
            told["network"] = read_manifest(Path(ckpt) if ckpt else shipped_path()).digest
    return told


def _plain_value(value: Any) -> Any:
    return json.loads(json.dumps(asdict(value) if hasattr(value, "__dataclass_fields__") else value))


def _plain(name: str) -> str:
    """A name as part of a file name: letters, digits and dashes."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name)[:40].strip("-") or "player"


def _write_whole(path: Path, text: str) -> None:
    """Write beside, then put in place: a kill leaves the old file or the new one."""
    beside = path.with_name(path.name + ".tmp")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise RecordError(f"{path}: not written: {error.strerror}") from None
