"""One GTP session: a game, a player that may still be loading, clocks and settings.

Commands are functions of a session and their words (`tessera.gtp.commands`); plugins' commands get the
same session. The attributes below are theirs to use.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from tessera.clock import Clock
from tessera.errors import OutputError, TesseraError
from tessera.gtp.lazily import Interrupted, Lazy
from tessera.gtp.protocol import UNKNOWN_COMMAND, GtpFailure, Request
from tessera.gtp.resign import Thought
from tessera.gtp.settings import EngineSettings
from tessera.gtp.stream import Stream
from tessera.interfaces.analysis import caveat
from tessera.interfaces.player import Forgetful, Reproducible
from tessera.rules.ruleset import DEFAULT, Ruleset

if TYPE_CHECKING:
    import threading

    from tessera.gtp.models import Model
    from tessera.interfaces.player import Choice, Player
    from tessera.rules.game import Game


Function = Callable[["Session", list[str]], str]
"""function(session, arguments) -> the response's text; raises `GtpFailure` to answer with '?'."""


class Attention(Protocol):
    """Tells a command when it must stop thinking. In an engine this is its `Inbox`."""

    def thinking(self, *, until_input: bool = False) -> AbstractContextManager[threading.Event]:
        """An event that is set when the present command should stop thinking."""
        ...


class Session:
    """The state commands work on.

    Attributes:
        settings    limits, resignation, the folder files are confined to
        clock       time control of both sides
        thoughts    what this engine thought of its positions when it moved, in order
        last        the last choice it made, for those who ask why
        quitting    True once `quit` was answered
        stream      the response in progress; `stream.line` sends a part of it at once
        models      what networks are played with
        began       time.monotonic() from which the present command's time counts
    """

    def __init__(
        self,
        settings: EngineSettings,
        *,
        player: Lazy[Player],
        attention: Attention,
        commands: Mapping[str, Function],
        plugin_commands: Lazy[Mapping[str, Function]],
        complain: Callable[[str], None],
        models: Callable[[], Sequence[Model]] = tuple,
    ) -> None:
        """`complain` shows a text on stderr; `models` says what networks are played with, and may read a file."""
        self.settings = settings
        self.attention = attention
        self.complain = complain
        self.clock = Clock()
        self.thoughts: list[Thought] = []
        self.last: Choice | None = None
        self.quitting = False
        self.stream = Stream(None, lambda data: None)
        self.began = time.monotonic()
        self._commands = commands
        self._plugin_commands = plugin_commands
        self._player = player
        self._game: Game | None = None
        self._rules = DEFAULT
        self.models = models

    # ------------------------------------------------------------ the game

    @property
    def game(self) -> Game:
        """The game; made when first needed, since the rules bring numba with them."""
        if self._game is None:
            from tessera.rules.game import Game

            self._game = Game(self.settings.size, rules=self._rules, komi=self.settings.komi)
        return self._game

    def replace_game(self, game: Game) -> None:
        """Another game, or another position as far as search and clocks are concerned."""
        self._game = game
        self._adopt(game.rules)
        self.new_game()

    def new_game(self) -> None:
        """Forget what belongs to the game before: thoughts and used time."""
        self.thoughts, self.last = [], None
        self.clock.restart()

    def took_back(self) -> None:
        """Forget thoughts about moves that are no longer on the board."""
        played = len(self.game.moves)
        self.thoughts = [thought for thought in self.thoughts if thought.number < played]

    @property
    def rules(self) -> Ruleset:
        return self._rules

    def set_rules(self, rules: Ruleset) -> None:
        """Change the rules; the position stays."""
        if self._game is not None:
            self._game.set_rules(rules)
        self._adopt(rules)

    def _adopt(self, rules: Ruleset) -> None:
        text = caveat(rules)
        if text is not None and rules != self._rules and not any(model.territory for model in self.models()):
            self.complain(text)
        self._rules = rules

    # ------------------------------------------------------------ the player

    def player(self, stop: threading.Event | None = None) -> Player:
        """The player; waits until it is loaded. Raises `GtpFailure`, or `Interrupted` once `stop` is set."""
        try:
            return self._player.get(stop=stop)
        except Interrupted:
            raise
        except TesseraError as error:
            raise GtpFailure(" ".join(str(error).split())) from error
        except Exception as error:
            # The traceback is on stderr once, from where the player was loaded.
            words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise GtpFailure(f"the player cannot be loaded: {words}") from error

    def forget_search(self) -> None:
        """Make the player forget its search tree, if it is loaded and keeps one."""
        if self._player.ready:
            player = self._player.get()
            if isinstance(player, Forgetful):
                player.forget()

    def reseed(self, seed: int) -> None:
        """Begin a game of the player whose randomness follows from `seed`; waits until it is loaded."""
        player = self.player()
        if isinstance(player, Reproducible):
            player.begin(0, seed)
        self.settings = replace(self.settings, seed=seed)

    # ------------------------------------------------------------ commands

    def command_names(self) -> list[str]:
        """Every command there is, plugins' commands included."""
        return sorted({*self._commands, *self._plugin_commands.get()})

    def knows(self, name: str) -> bool:
        return name in self._commands or name in self._plugin_commands.get()

    def execute(self, request: Request, stream: Stream, *, arrived: float) -> None:
        """Run one command and send its response; whatever it raises becomes a failure, never the end."""
        self.began = max(arrived, self.began)
        self.stream = stream
        try:
            stream.finish(self._function(request.name)(self, list(request.args)))
        except GtpFailure as failure:
            if stream.begun:
                self.complain(f"{request.name}: {failure}")
            stream.finish(str(failure), success=False)
        except (BrokenPipeError, ConnectionError, OutputError):
            raise
        except Exception as error:
            # A bug of ours or of a plugin: the controller gets one line, stderr the traceback, the game goes on.
            self.complain("".join(traceback.format_exception(error)).rstrip())
            words = " ".join(f"{type(error).__name__}: {error}".split())
            stream.finish(f"internal error: {words[:300]}", success=False)
        finally:
            self.began = time.monotonic()

    def _function(self, name: str) -> Function:
        found = self._commands.get(name) or self._plugin_commands.get().get(name)
        if found is None:
            raise GtpFailure(UNKNOWN_COMMAND)
        return found
