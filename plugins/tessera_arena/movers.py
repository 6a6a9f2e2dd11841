"""How a player of ours chooses moves in some slots of a batch at once: (games, slots [k]) -> actions [k]."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tessera.interfaces.arbiter import ArbiterContext
from tessera.interfaces.network import AUTO, Evaluator
from tessera.players.load import open_evaluator
from tessera.rules.batch import Batch
from tessera.search.batch import BatchSearch

Mover = Callable[[Batch, Tensor], Tensor]
"""`legal()` and `features()` are done; actions are int64."""
DEFAULT_VISITS = 400


def make_mover(context: ArbiterContext, name: str, *, games: int) -> Mover:
    """The mover of an entrant that `accepts` has let through. Raises what loading its checkpoint raises."""
    settings = context.entrants[name].settings
    seed = context.seed + sorted(context.entrants).index(name)
    kind = settings.get("player", "search")
    if kind == "random":
        return random_mover(seed)
    evaluator = open_evaluator(
        context.manager,
        checkpoint=settings.get("ckpt"),
        evaluator=settings.get("evaluator", AUTO),
        device=settings.get("device", "auto"),
        size=context.size,
    )
    if kind == "policy":
        temperature = float(settings.get("set", {}).get("temperature", 0.0))
        return policy_mover(evaluator, temperature=temperature, seed=seed)
    return search_mover(evaluator, size=context.size, games=games, visits=int(settings.get("visits", DEFAULT_VISITS)))


def random_mover(seed: int) -> Mover:
    """Any legal point but its own one-point eyes; pass when there is none."""
    generator = torch.Generator().manual_seed(seed)
    return lambda games, slots: draw(sensible(games)[slots], generator)


def policy_mover(evaluator: Evaluator, *, temperature: float = 0.0, seed: int = 0) -> Mover:
    """The network's favourite legal move, no search; with a temperature drawn as `players.policy` draws."""
    generator = torch.Generator().manual_seed(seed)

    def move(games: Batch, slots: Tensor) -> Tensor:
        seen = (array[slots].to(evaluator.device) for array in (games.planes, games.globals_))
        logits = evaluator.evaluate(*seen).policy.float().cpu()
        logits = logits.masked_fill(~games.mask[slots], -torch.inf)
        favourite = logits.argmax(dim=1)
        if temperature <= 0.0:
            return favourite
        passing = favourite == games.planes.shape[-1] ** 2
        weights = (logits / temperature).softmax(dim=1) * sensible(games)[slots]
        # Where rounding leaves no weight at all the favourite is the only move worth drawing.
        passing |= weights.sum(dim=1) <= 0
        weights[passing] = torch.nn.functional.one_hot(favourite[passing], weights.shape[1]).to(weights)
        return draw(weights, generator)

    return move


def search_mover(evaluator: Evaluator, *, size: int, games: int, visits: int) -> Mover:
    """PUCT from a new tree: the action with most visits, the better one of equals."""
    search = BatchSearch(evaluator, size=size, games=games, nodes=visits + 2)

    def move(games: Batch, slots: Tensor) -> Tensor:
        search.plant(games.state[slots], games.seen[slots])
        for _ in range(visits):
            search.step()
        counts = search.tree.edge_visits[:, 0]
        value = search.tree.edge_value[:, 0] / counts.clamp(min=1)
        return (counts + (value + 1) / 4).masked_fill(search.tree.prior[:, 0] <= 0, -1).argmax(dim=1)

    return move


def sensible(games: Batch) -> Tensor:
    """[B, A] bool: legal points that are not the mover's own one-point eyes, and pass only where there is none."""
    own, board = games.planes[:, 1:2], games.planes[:, 0:1]
    cross = own.new_tensor([[0, 1, 0], [1, 0, 1], [0, 1, 0]])[None, None]
    eye = torch.conv2d(own, cross, padding=1) == torch.conv2d(board, cross, padding=1)
    wanted = games.mask.clone()
    wanted[:, :-1] &= ~eye.flatten(1)
    wanted[:, -1] = ~wanted[:, :-1].any(dim=1)
    return wanted


def draw(weights: Tensor, generator: torch.Generator) -> Tensor:
    """An action for each game in proportion to its weight [B, A]."""
    return torch.multinomial(weights.float(), 1, generator=generator)[:, 0]
