"""Many games of one board size at once, in memory the caller owns.

    arrays = allocate(512, 9, lambda shape, dtype: torch.zeros(shape, dtype=getattr(torch, dtype), device="cuda"))
    games = Batch(9, arrays, device="cuda", stream=lambda: torch.cuda.current_stream().cuda_stream)
    games.settings[:, 3] = 14                      # komi 7 everywhere; see `settings_row`
    games.which[:] = True
    games.reset()
    while ...:
        games.legal()                              # -> games.mask
        games.features()                           # -> games.planes, games.globals_
        games.actions.copy_(...)                   # or games.pick(): uniformly random legal moves
        games.step()
        games.find_over()                          # -> games.over

Every method reads and writes the arrays named in its docstring, allocates nothing and returns nothing.
On a GPU nothing waits for the device, and a CUDA graph can capture the calls.
A game that is over (two passes, or `move_limit` moves) stays as it is until it is reset; only passing is
legal in it. Games never influence each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tessera.errors import BadValue
from tessera.rules.coords import check_size
from tessera.rules.features import BASIC, FeatureSet
from tessera.rules.layout import row_length, seen_length, seen_limit
from tessera.rules.ruleset import KO_CODES, Ruleset

if TYPE_CHECKING:
    from tessera.rules.game import Game


class Spec(NamedTuple):
    """One array of a batch."""

    shape: tuple[int, ...]
    dtype: str
    """A name that numpy and torch share."""
    meaning: str


def specs(games: int, size: int, features: FeatureSet = BASIC) -> dict[str, Spec]:
    """What a batch of B games needs; all arrays contiguous."""
    check_size(size)
    if games < 1:
        raise BadValue("games", games, "1 or more")
    B, N, P = games, size, size * size
    return {
        "state": Spec((B, row_length(N)), "int32", "the games, see layout.py"),
        "seen": Spec((B, seen_length(N)), "int64", "superko keys; longer sets (powers of two) allow longer games"),
        "settings": Spec((B, 4), "int32", "ko rule, suicide, territory, komi in half points; read by reset"),
        "which": Spec((B,), "bool", "the games that reset() resets"),
        "mask": Spec((B, P + 1), "bool", "legal actions of the side to play, pass last"),
        "actions": Spec((B,), "int64", "0..P-1, or P to pass; int32 will do too"),
        "rng": Spec((B,), "int64", "one xorshift64 state per game, never 0, see `seeds`"),
        "over": Spec((B,), "bool", "the games that are over"),
        "planes": Spec((B, features.plane_count, N, N), "float32", "network input, see features/"),
        "globals_": Spec((B, features.global_count), "float32", "network input"),
        "score2": Spec((B,), "int32", "Black's margin in half points, komi included, all stones alive"),
        "owner": Spec((B, P), "int8", "EMPTY, BLACK or WHITE: whose point it is"),
        "scratch": Spec((B, max(P, features.scratch(N))), "int32", "working memory of features and score"),
    }


def allocate(
    games: int, size: int, make: Callable[[tuple[int, ...], str], Any], features: FeatureSet = BASIC
) -> dict[str, Any]:
    """All arrays of a batch by `make(shape, dtype)`, which must zero them."""
    return {name: make(spec.shape, spec.dtype) for name, spec in specs(games, size, features).items()}


def seeds(games: int, seed: int) -> NDArray[np.int64]:
    """Starting values for `rng`, the same everywhere for the same seed."""
    return np.random.Generator(np.random.PCG64(seed)).integers(1, 2**63, games, dtype=np.int64)


def settings_row(rules: Ruleset, komi: float | None = None) -> tuple[int, int, int, int]:
    """A row of `settings`. Komi (the rules' usual one by default) is rounded to half points."""
    doubled = round(2 * (rules.komi if komi is None else komi))
    return KO_CODES[rules.ko], int(rules.suicide), int(rules.scoring == "territory"), doubled


class Backend(Protocol):
    """The same calls for one kind of memory: `cpu.CpuBackend`, `cuda.CudaBackend`."""

    def adopt(self, array: Any) -> Any:
        """The caller's array as this backend sees it, sharing memory; [B, rest] beyond two axes.

        Raises `BadValue` for memory of another kind or with gaps.
        """
        ...

    def reset(self, state: Any, seen: Any, which: Any, settings: Any) -> None: ...
    def legal(self, state: Any, seen: Any, mask: Any) -> None: ...
    def step(self, state: Any, seen: Any, actions: Any) -> None: ...
    def pick(self, state: Any, rng: Any, actions: Any) -> None: ...
    def alone(self, state: Any) -> tuple[Any, Any]:
        """[B, S] games as trees of one node: state [B, 1, S] and nodes [B, 1], for `features`."""
        ...

    def features(self, name: str, state: Any, nodes: Any, planes: Any, globals_: Any, scratch: Any) -> None:
        """Write what a set shows of nodes [B, K] (-1 none) of state [B, M, S] into rows B * K of planes and globals.

        The legal moves of these nodes were computed last.
        """
        ...

    def over(self, state: Any, seen: Any, over: Any) -> None: ...
    def score(self, state: Any, score2: Any, owner: Any, scratch: Any) -> None: ...


def backend_for(device: str, size: int, *, stream: Callable[[], int] | None = None) -> Backend:
    """The backend of a torch device name. `stream` gives the CUDA stream to launch on (the default one without)."""
    kind = device.partition(":")[0]
    if kind == "cpu":
        from tessera.rules.cpu import CpuBackend

        return CpuBackend(size)
    if kind == "cuda":
        from tessera.rules.cuda import CudaBackend

        return CudaBackend(size, device=device, stream=stream)
    raise BadValue("device", device, "cpu or cuda")


class Batch:
    """B games and the calls on them. Attributes `state`, `mask`, ... are the caller's own arrays.

    Arrays that are never used (`planes` without `features()`, say) may be left out.
    """

    state: Any
    seen: Any
    settings: Any
    which: Any
    mask: Any
    actions: Any
    rng: Any
    over: Any
    planes: Any
    globals_: Any
    score2: Any
    owner: Any
    scratch: Any

    def __init__(
        self,
        size: int,
        arrays: Mapping[str, Any],
        *,
        features: FeatureSet = BASIC,
        device: str = "cpu",
        stream: Callable[[], int] | None = None,
    ) -> None:
        self.size = check_size(size)
        self.games = len(arrays["state"])
        self._backend = backend_for(device, size, stream=stream)
        self._views: dict[str, Any] = {}
        expected = specs(self.games, size, features)
        for name, array in arrays.items():
            if name not in expected:
                raise BadValue("array", name, ", ".join(expected))
            _check(name, array, expected[name])
            setattr(self, name, array)
            self._views[name] = self._backend.adopt(array)
        self._features = features.name
        self._alone = self._backend.alone(self._views["state"])

    def _call(self, method: Callable[..., None], *names: str) -> None:
        method(*[self._views[name] for name in names])

    def reset(self) -> None:
        """Start the games in `which` anew: empty board, Black to play, rules and komi from `settings`."""
        self._call(self._backend.reset, "state", "seen", "which", "settings")

    def legal(self) -> None:
        """Find the legal moves of the side to play -> `mask`. Needed before `pick` and `features`."""
        self._call(self._backend.legal, "state", "seen", "mask")

    def step(self) -> None:
        """Play `actions`; finished games stay as they are.

        An action off the board or on a stone is refused: `BadValue` on the CPU, the counter
        `layout.REFUSED` of the game on a GPU. Legality beyond that (`mask`) is the caller's business.
        """
        self._call(self._backend.step, "state", "seen", "actions")

    def pick(self) -> None:
        """Choose uniformly among legal points and pass -> `actions`; `rng` moves on."""
        self._call(self._backend.pick, "state", "rng", "actions")

    def features(self) -> None:
        """The network's view of each game -> `planes`, `globals_`; uses `scratch`."""
        views = (self._views[name] for name in ("planes", "globals_", "scratch"))
        self._backend.features(self._features, *self._alone, *views)

    def find_over(self) -> None:
        """Which games are over -> `over`."""
        self._call(self._backend.over, "state", "seen", "over")

    def score(self) -> None:
        """Count every board as it stands, all stones alive -> `score2`, `owner`; uses `scratch`."""
        self._call(self._backend.score, "state", "score2", "owner", "scratch")

    def load(self, index: int, game: Game) -> None:
        """Copy a `Game` of the same size into a row, its history included (host memory only).

        Raises `BadValue` when the game is too long for this batch's superko sets.
        """
        state, seen = self._views["state"], self._views["seen"]
        if game.size != self.size:
            raise BadValue("game", f"{game.size}x{game.size}", f"{self.size}x{self.size}")
        limit = seen_limit(seen.shape[1])
        if len(game.moves) >= limit:
            raise BadValue("game", f"{len(game.moves)} moves", f"fewer than {limit}", "make `seen` longer")
        state[index] = game.state
        game.fill_seen(seen[index])


def _check(name: str, array: Any, spec: Spec) -> None:
    shape, dtype = tuple(array.shape), str(array.dtype).removeprefix("torch.")
    kinds = {"bool": ("bool", "uint8"), "int64": ("int64", "int32")} if name != "rng" else {}
    if name == "seen":
        good = shape[0] == spec.shape[0] and shape[1] & (shape[1] - 1) == 0 and shape[1] >= 32 and dtype == "int64"
    else:
        good = shape == spec.shape and dtype in kinds.get(spec.dtype, (spec.dtype,))
    if not good:
        raise BadValue(name, f"{dtype}{list(shape)}", f"{spec.dtype}{list(spec.shape)}")
