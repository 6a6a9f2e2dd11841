"""What people get wrong, as a table: command lines that must end in one line on stderr and an exit code above 0.

`{name}` in a word is a file that `make_files` puts into the working folder.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from tessera.checkpoints import shipped_path

WEIRD = "\u202e\u0007žluťoučký 囲碁 🤷"
HUGE = str(10**23)
LONG = "x" * 300

SGF = "(;GM[1]FF[4]SZ[9]KM[7];B[ee];W[cc];B[gg])"
ONE_KEY = 'size = 9\ngames = 2\nplayers = ["random"]\n'

FILES: dict[str, str | bytes] = {
    "empty.sgf": "",
    "empty.pth": b"",
    "empty.toml": "",
    "binary.sgf": bytes(range(256)) * 8,
    "binary.pth": bytes(range(256)) * 8,
    "binary.toml": bytes(range(256)) * 8,
    "text.pth": "this is no checkpoint\n",
    "game.sgf": SGF,
    "taken.sgf": SGF,
    "taken.svg": "<svg/>",
    "chess.sgf": "(;GM[2]SZ[8])",
    "broken.toml": "seed = 1\nnetwork = [\nthreads = 2\n",
    "unknown.toml": "sede = 1\n",
    "wrongtype.toml": 'seed = "one"\n',
    "badseed.toml": "seed = -4\n",
    "hugeseed.toml": f"seed = {HUGE}\n",
    "nonet.toml": 'network = "gone"\n',
    "notrainer.toml": 'trainer = "gone"\n',
    "noarbiter.toml": 'arbiter = "gone"\n',
    "table.toml": "trainer_settings = 4\n",
    "league-broken.toml": "size = 9\nplayers = {{\n",
    "league-noplayers.toml": "size = 9\n",
    "league-list.toml": ONE_KEY,
    "league-seed.toml": f'seed = {HUGE}\n[players.a]\nplayer = "random"\n[players.b]\nplayer = "random"\n',
    "league-nobody.toml": '[players.a]\nplayer = "gone"\n[players.b]\nplayer = "random"\n',
    "league-file.toml": '[players.a]\nckpt = "none.pth"\n[players.b]\nplayer = "random"\n',
    "league-noext": '[players.a]\nplayer = "random"\n[players.b]\nplayer = "random"\n',
    "a-file": "a file, not a folder\n",
    "taken.toml": "# mine\n",
}


def make_files(folder: Path) -> None:
    """The files that cases name, under `folder`."""
    for name, content in FILES.items():
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "dir").mkdir()
    (folder / "dir.sgf").mkdir()
    (folder / "dir.toml").mkdir()
    (folder / "dir.pth").mkdir()
    (folder / "run").mkdir()
    (folder / "run" / "config.toml").write_text("seed = 1\n")
    (folder / "run" / "checkpoints").mkdir()
    (folder / "run" / "checkpoints" / "run-00000001.pth").write_bytes(b"")
    whole = shipped_path().read_bytes()
    (folder / "truncated.pth").write_bytes(whole[: len(whole) // 2])
    (folder / "head.pth").write_bytes(whole[:100])
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    (folder / "flipped.pth").write_bytes(bytes(flipped))
    with zipfile.ZipFile(folder / "zip.pth", "w") as archive:
        archive.writestr("hello.txt", "hello")
    shutil.copy(shipped_path(), folder / "whole.pth")


def gtp_like(*program: str) -> list[tuple[str, ...]]:
    """What `tessera-gtp` and `tessera analysis` refuse alike: the options that say who plays."""
    return [
        (*program, *words)
        for words in (
            ("--player", "nobody"),
            ("--player", ""),
            ("--player", WEIRD),
            ("--player", LONG),
            ("--evaluator", "abacus"),
            ("--device", "tpu9"),
            ("--device", "cpu:3:4"),
            ("--device", ""),
            ("--device", "meta"),
            ("--set", "leaves"),
            ("--set", "colour=red"),
            ("--set", "leaves=many"),
            ("--set", "leaves=0"),
            ("--set", "leaves=-1"),
            ("--set", f"leaves={HUGE}"),
            ("--set", "exploration=nan"),
            ("--set", "temperature=-1"),
            ("--set", "memory_mb=0"),
            ("--set", "=5"),
            ("--seed", "-4"),
            ("--seed", HUGE),
            ("--seed", "0.5"),
            ("--seed", "monday"),
            ("--threads", "0"),
            ("--threads", "-1"),
            ("--threads", HUGE),
            ("--threads", "100000"),
            ("--ckpt", "none.pth"),
            ("--ckpt", "empty.pth"),
            ("--ckpt", "binary.pth"),
            ("--ckpt", "text.pth"),
            ("--ckpt", "truncated.pth"),
            ("--ckpt", "head.pth"),
            ("--ckpt", "zip.pth"),
            ("--ckpt", "dir.pth"),
            ("--ckpt", ""),
            ("--ckpt", WEIRD),
            ("--ckpt", "nobody://bucket/net.pth"),
            ("--ckpt", "file:///nowhere/none.pth"),
            ("--ckpt", "whole.pth", "--player", "random"),
            ("--visits", "0"),
            ("--visits", "-5"),
            ("--visits", HUGE),
            ("--visits", "many"),
            ("--nonsense",),
            ("surplus",),
            ("--ckpt",),
        )
    ]


GTP = [
    *gtp_like("tessera-gtp"),
    *(
        ("tessera-gtp", *words)
        for words in (
            ("--time", "0"),
            ("--time", "nan"),
            ("--time", "inf"),
            ("--time", "-1"),
            ("--level", "0"),
            ("--level", "99"),
            ("--level", "3", "--visits", "10"),
            ("--rank", "5d"),
            ("--rank", "often"),
            ("--rank", "10k", "--elo", "3"),
            ("--elo", "nan"),
            ("--elo", "9000"),
            ("--resign", "often"),
            ("--resign", "0.7"),
            ("--resign", "nan"),
            ("--lag", "-1"),
            ("--lag", "nan"),
            ("--sgf-dir", "none"),
            ("--sgf-dir", "a-file"),
        )
    ),
]
CALIBRATE = [
    ("tessera", "calibrate", *words)
    for words in (
        ("none.pth",),
        ("text.pth",),
        ("empty.pth",),
        ("whole.pth", "--size", "1"),
        ("whole.pth", "--games", "1"),
        ("whole.pth", "--anchor-games", "-1"),
        ("whole.pth", "--out", "a-file"),
    )
]
ANALYSIS = [*gtp_like("tessera", "analysis"), ("tessera", "analysis", "--report-as", "NOBODY")]

ENGINE = [
    ("tessera", command, *rest, *words)
    for command, *rest in (("selfplay", "--games", "1", "--out", "new"), ("analyze", "game.sgf"), ("demo", "--json"))
    for words in (
        ("--player", "nobody"),
        ("--evaluator", "abacus"),
        ("--device", "tpu9"),
        ("--seed", "-4"),
        ("--seed", HUGE),
        ("--threads", "0"),
        ("--threads", "100000"),
        ("--ckpt", "none.pth"),
        ("--ckpt", "truncated.pth"),
        ("--ckpt", "binary.pth"),
        ("--ckpt", "dir.pth"),
        ("--visits", "0"),
        ("--visits", HUGE),
    )
]

COMMANDS = [
    ("tessera", *words)
    for words in (
        ("trian",),
        ("nonsense",),
        (WEIRD,),
        ("",),
        ("--nonsense",),
        ("league", "runn"),
        ("ckpt", "sohw"),
        ("engines", "nonsense"),
        ("bench", "everything"),
        ("demo", "--size", "4"),
        ("demo", "--size", HUGE),
        ("demo", "--opponent", "gunego"),
        ("demo", "--rules", "chess"),
        ("demo", "--komi", "7.3"),
        ("demo", "--komi", "nan"),
        ("demo", "--komi", "1e300"),
        ("demo", "--out", "a-file"),
        ("demo", "--out", "a-file/below"),
        ("demo", "--delay", "-1"),
        ("selfplay", "--games", "0"),
        ("selfplay", "--games", "-1"),
        ("selfplay", "--games", HUGE),
        ("selfplay", "--temperature", "0"),
        ("selfplay", "--out", "a-file"),
        ("selfplay", "--out", "/proc/nowhere"),
        ("selfplay", "--rules", WEIRD),
        ("analyze",),
        ("analyze", "none.sgf"),
        ("analyze", "empty.sgf"),
        ("analyze", "binary.sgf"),
        ("analyze", "dir.sgf"),
        ("analyze", "chess.sgf"),
        ("analyze", "whole.pth"),
        ("analyze", "game.sgf", "--out", "taken.sgf"),
        ("analyze", "game.sgf", "--out", "none/x.sgf"),
        ("analyze", "game.sgf", "--out", "dir"),
        ("analyze", "game.sgf", "--plot", "x.png"),
        ("analyze", "game.sgf", "--plot", "taken.svg"),
        ("analyze", "game.sgf", "--lines", "99"),
        ("train",),
        ("train", "--out", "a-file"),
        ("train", "--out", "a-file/below"),
        ("train", "--out", "/proc/nowhere"),
        ("train", "--out", "new", "--preset", "7x7x7"),
        ("train", "--out", "new", "--preset", "5x5", "--config", "unknown.toml"),
        ("train", "--out", "new", "--config", "none.toml"),
        ("train", "--out", "new", "--config", "dir.toml"),
        ("train", "--out", "new", "--config", "binary.toml"),
        ("train", "--out", "new", "--config", "broken.toml"),
        ("train", "--out", "new", "--config", "unknown.toml"),
        ("train", "--out", "new", "--config", "wrongtype.toml"),
        ("train", "--out", "new", "--config", "badseed.toml"),
        ("train", "--out", "new", "--config", "hugeseed.toml"),
        ("train", "--out", "new", "--config", "nonet.toml"),
        ("train", "--out", "new", "--config", "notrainer.toml"),
        ("train", "--out", "new", "--config", "noarbiter.toml"),
        ("train", "--out", "new", "--config", "table.toml"),
        ("train", "--out", "new", "--config", "whole.pth"),
        ("train", "--out", "new", "--seed", "-4"),
        ("train", "--out", "new", "--seed", HUGE),
        ("train", "--out", "new", "--threads", "0"),
        ("train", "--out", "new", "--threads", HUGE),
        ("train", "--out", "new", "--threads", "100000"),
        ("train", "--out", "new", "--device", "tpu9"),
        ("train", "--out", "new", "--device", "cuda:99"),
        ("train", "--out", "new", "--minutes", "-1"),
        ("train", "--out", "new", "--minutes", "nan"),
        ("train", "--out", "new", "--games", "-1"),
        ("train", "--out", "new", "--games", "many"),
        ("train", "--out", "new", "--batch", "0"),
        ("train", "--out", "new", "--batch", "many"),
        ("train", "--out", "new", "--batch", "²"),
        ("train", "--out", "new", "--batch", HUGE),
        ("train", "--out", "new", "--network", "gone"),
        ("train", "--out", "new", "--trainer", "gone"),
        ("train", "--out", "new", "--start-from", "none.pth"),
        ("train", "--out", "new", "--start-from", "truncated.pth"),
        ("train", "--out", "new", "--network", "mamba", "--start-from", "whole.pth"),
        ("train", "--out", "new", "--set", "nothing=1"),
        ("train", "--out", "new", "--set", "lr=fast"),
        ("train", "--out", "new", "--set", "simulations=-3"),
        ("train", "--out", "new", "--set-network", "blocks=many"),
        ("train", "--out", "new", "--set-network", "blocks=-1"),
        ("train", "--out", "new", "--set-network", f"width={HUGE}"),
        ("train", "--out", "none", "--resume"),
        ("train", "--out", "run"),
        ("train", "--out", "run", "--resume", "--seed", "1"),
        ("train", "--out", "run", "--resume"),
        ("train", "--out", "dir", "--resume"),
        ("train", "--out", "new", "--trainer", "imitation", "--set", "games=none"),
        ("train", "--out", "new", "--trainer", "distill", "--set", "teacher=none"),
        ("league", "run"),
        ("league", "run", "none.toml"),
        ("league", "run", "dir.toml"),
        ("league", "run", "empty.toml"),
        ("league", "run", "binary.toml"),
        ("league", "run", "league-broken.toml"),
        ("league", "run", "league-noplayers.toml"),
        ("league", "run", "league-list.toml"),
        ("league", "run", "league-seed.toml"),
        ("league", "run", "league-nobody.toml"),
        ("league", "run", "league-file.toml"),
        ("league", "run", "league-noext"),
        ("league", "init", "taken.toml"),
        ("league", "init", "none/new.toml"),
        ("league", "init", "dir"),
        ("league", "status", "none"),
        ("league", "status", "dir"),
        ("league", "status", "a-file"),
        ("league", "report", "none"),
        ("league", "report", "dir", "--html", "none/x.html"),
        ("league", "rate", "none"),
        ("league", "rate", "binary.sgf"),
        ("league", "export", "none", "new"),
        ("league", "export", "dir", "a-file"),
        ("ckpt", "show"),
        ("ckpt", "show", "none.pth"),
        ("ckpt", "show", "dir.pth"),
        ("ckpt", "show", "empty.pth"),
        ("ckpt", "show", "text.pth"),
        ("ckpt", "show", "zip.pth"),
        ("ckpt", "show", ""),
        ("ckpt", "verify"),
        ("ckpt", "verify", "truncated.pth"),
        ("ckpt", "verify", "flipped.pth"),
        ("ckpt", "verify", "none.pth", "whole.pth"),
        ("ckpt", "export", "whole.pth"),
        ("ckpt", "export", "none.pth", "x.safetensors"),
        ("ckpt", "export", "whole.pth", "taken.sgf"),
        ("ckpt", "export", "whole.pth", "none/x.safetensors"),
        ("ckpt", "export", "whole.pth", "dir"),
        ("engines", "probe", "nobody"),
        ("engines", "probe", WEIRD),
        ("plugins", "--nonsense"),
        ("doctor", "surplus"),
        ("bench", "rules", "--seconds", "-1"),
        ("bench", "rules", "--size", "1"),
        ("bench", "network", "--network", "gone"),
        ("bench", "network", "--set", "blocks=1"),
        ("bench", "network", "--network", "resnet", "--set", "blocks=x"),
        ("bench", "network", "--evaluator", "abacus"),
        ("bench", "network", "--device", "tpu9"),
        ("bench", "network", "--batch", "0"),
        ("bench", "network", "--threads", "100000"),
        ("bench", "league", "--batch", "3"),
        ("bench", "league", "--ckpt", "none.pth"),
        ("bench", "search", "--nonsense"),
        ("bench", "selfplay", "--threads", "0"),
        ("bench", "selfplay", "--network", "gone"),
    )
]

CASES: list[tuple[str, ...]] = [*GTP, *CALIBRATE, *ANALYSIS, *ENGINE, *COMMANDS]
