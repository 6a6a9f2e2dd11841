"""A GTP engine that plays a few harmless moves, and misbehaves as its first argument says.

    python fake.py MODE [after=N] [moves=N] [seconds=S] [dead=COLOR] [cleanup=VERTEX,...] [pids=FILE]

Black plays in the left half of the board, White in the right half, `moves` moves each, then they pass. The
mischief starts with the engine's own move number `after` (0 is the first). `pids` is a file every process of it
adds its number to. Needs nothing but Python, and starts in hundredths of a second.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
COMMANDS = "name version protocol_version list_commands boardsize clear_board komi play genmove quit"
ALWAYS = 3600.0


class Fake:
    def __init__(self, mode: str, options: dict[str, str]) -> None:
        self.mode = mode
        self.after = int(options.get("after", 1))
        self.moves = int(options.get("moves", 4))
        self.seconds = float(options.get("seconds", 1.0))
        self.dead = options.get("dead")
        self.cleanup = [vertex for vertex in options.get("cleanup", "").split(",") if vertex]
        self.commands = COMMANDS.split() + options.get("knows", "").split(",")
        if self.dead is not None:
            self.commands.append("final_status_list")
        if self.cleanup:
            self.commands.append("kgs-genmove_cleanup")
        self.size = 19
        self.clear()

    def clear(self) -> None:
        self.stones: dict[str, str] = {}
        self.last = ""
        self.made = 0

    # ------------------------------------------------------------ commands

    def answer(self, number: str, name: str, args: list[str]) -> str | None:
        """The text of the response; None when there is to be none."""
        if name == "boardsize":
            self.size = int(args[0])
            self.clear()
        elif name == "clear_board":
            self.clear()
        elif name == "list_commands":
            return "\n".join(word for word in self.commands if word)
        elif name == "play":
            if self.mode == "refuse-play" and self.made >= self.after:
                print(f"?{number} illegal move\n", flush=True)
                return None
            self.put(args[0].lower()[0], args[1].upper())
        elif name == "genmove":
            return self.genmove(number, args[0].lower()[0])
        elif name == "kgs-genmove_cleanup":
            vertex = self.cleanup.pop(0) if self.cleanup else "pass"
            self.put(args[0].lower()[0], vertex.upper())
            return vertex
        elif name == "final_status_list":
            return " ".join(sorted(v for v, color in self.stones.items() if color == self.dead))
        elif name == "name":
            return f"Fake {self.mode}"
        return ""

    def put(self, color: str, vertex: str) -> None:
        if vertex != "PASS":
            self.stones[vertex] = color
            self.last = vertex

    def genmove(self, number: str, color: str) -> str | None:
        self.made += 1
        self.color = color
        if self.made > self.after and hasattr(self, "do_" + self.mode.replace("-", "_")):
            return getattr(self, "do_" + self.mode.replace("-", "_"))(number)
        vertex = self.choose(color)
        self.put(color, vertex)
        return vertex

    def choose(self, color: str) -> str:
        if self.made > self.moves:
            return "PASS"
        half = self.size // 2
        columns = range(half) if color == "b" else range(self.size - half, self.size)
        own = (f"{LETTERS[column]}{row + 1}" for row in range(self.size) for column in columns)
        return next((vertex for vertex in own if vertex not in self.stones), "PASS")

    # ------------------------------------------------------------ mischief in genmove

    def do_hang(self, number: str) -> None:
        time.sleep(ALWAYS)

    def do_crash(self, number: str) -> None:
        print("a bug was stepped on", file=sys.stderr, flush=True)
        os._exit(3)

    def do_flood_stdout(self, number: str) -> None:
        while True:
            sys.stdout.write("x" * 65536)
            sys.stdout.flush()

    def do_flood_stderr(self, number: str) -> str:
        for _ in range(64):
            sys.stderr.write("noise noise noise\n" * 4096)
        vertex = self.choose(self.color)
        self.put(self.color, vertex)
        return vertex

    def do_illegal(self, number: str) -> str:
        return self.last

    def do_wrong_id(self, number: str) -> None:
        print(f"={int(number) + 7} PASS\n", flush=True)

    def do_garbage(self, number: str) -> str:
        return "banana"

    def do_off_board(self, number: str) -> str:
        return "T19"

    def do_refuse_genmove(self, number: str) -> None:
        print(f"?{number} no idea\n", flush=True)

    def do_resign(self, number: str) -> str:
        return "resign"

    def do_slow(self, number: str) -> str:
        time.sleep(self.seconds)
        return "PASS"


def main() -> None:
    mode, *rest = sys.argv[1:]
    options = dict(word.split("=", 1) for word in rest)
    note_pid(options, os.getpid())
    if mode == "hang-start":
        time.sleep(ALWAYS)
    if mode == "crash-start":
        sys.exit("no network")
    if mode in ("stubborn", "family"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if mode == "family":
        # A child in a process group of its own, deaf to SIGTERM as its parent is.
        child = subprocess.Popen(["sleep", str(ALWAYS)], process_group=0, stdin=subprocess.DEVNULL)
        note_pid(options, child.pid)
    fake = Fake(mode, options)
    for line in sys.stdin:
        number, name, *args = line.split()
        if name == "quit" and mode in ("stubborn", "family"):
            continue
        text = fake.answer(number, name, args)
        if text is not None:
            print(f"={number} {text}\n", flush=True)
        if name == "quit":
            return
    if mode in ("stubborn", "family"):
        time.sleep(ALWAYS)


def note_pid(options: dict[str, str], pid: int) -> None:
    if "pids" in options:
        with open(options["pids"], "a") as file:  # noqa: PTH123  pathlib would double the start-up time
            file.write(f"{pid}\n")


main()
