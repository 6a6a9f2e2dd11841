"""What a person may type in `tessera play`, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.errors import BadValue

WORDS = {
    "pass": "no move; two passes in a row end the game",
    "undo": "take back your last move and the answer",
    "hint": "what the engine would play in your place",
    "score": "who is ahead, and who owns what",
    "board": "draw the board again",
    "resign": "give up",
    "save": "save FILE writes the game so far as SGF",
    "help": "this list",
    "quit": "leave; the game is saved",
}
OTHER_NAMES = {"?": "help", "exit": "quit", "q": "quit", "u": "undo", "takeback": "undo", "estimate": "score"}


@dataclass(frozen=True)
class Said:
    """One line, understood."""

    word: str
    """One of `WORDS`, 'move', or '' for an empty line."""
    argument: str = ""


def understand(line: str) -> Said:
    """A line of input; raises `BadValue` for what is none of `WORDS` and has not the form of a move."""
    first, *rest = line.split() or [""]
    word = OTHER_NAMES.get(first.lower(), first.lower())
    argument = line.strip()[len(first) :].strip()
    if word in WORDS:
        if rest and word != "save":
            raise BadValue(word, argument, "nothing after it")
        return Said(word, argument)
    if not word:
        return Said("")
    if rest or not (word[0].isalpha() and word[1:].isdecimal()):
        raise BadValue("input", line.strip(), "a move such as D4, or a word that help lists")
    return Said("move", first)


def help_lines(size: int) -> list[str]:
    """The list for `help`."""
    move = "a move: letter and number, as at the edge of the board"
    return [f"  {name:7} {text}" for name, text in {"D4" if size > 3 else "A1": move, **WORDS}.items()]
