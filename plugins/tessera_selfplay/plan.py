"""The bytes that self-play will take, from shapes alone, before anything is allocated."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from tessera.interfaces.network import features_of
from tessera.interfaces.trainer import MemoryPlan
from tessera.nn.footprint import activation_bytes, learning_bytes, weight_bytes
from tessera.rules.features import FeatureSet
from tessera.rules.layout import row_length, seen_length
from tessera.search.tree import MAX_DEPTH, tree_bytes
from tessera.training.replay import packed_bytes, position_bytes
from tessera.training.replays import capacities
from tessera_selfplay.games import LONGEST
from tessera_selfplay.settings import DistillSettings, GameSettings, GumbelSettings, PolicyGradientSettings
from tessera_selfplay.teacher import teacher_bytes

AnySettings = GumbelSettings | PolicyGradientSettings | DistillSettings
SAVED_WEIGHTS = 5
"""Copies of the weights in a checkpoint: what plays, and what the learner goes on with."""


def plan_gumbel(module: nn.Module, games: int | None, settings: GumbelSettings) -> MemoryPlan:
    """What `games` games in flight need with these settings, None: as many as they say; sizes keep their shares."""
    scaled = replace(settings, games=_scaled(settings.games, games))
    nodes = max(settings.simulations, settings.fast_simulations) + 2
    features = features_of(module)
    trees = sum(
        tree_bytes(count, nodes, side) + count * _workspace_bytes(side, features)
        for side, count in scaled.games.sizes.items()
    )
    return MemoryPlan(scaled, {"trees": trees, **_common(module, scaled)}, _saved_bytes(module, scaled))


def plan_policy_gradient(module: nn.Module, games: int | None, settings: PolicyGradientSettings) -> MemoryPlan:
    """The same for a trainer without trees."""
    scaled = replace(settings, games=_scaled(settings.games, games))
    return MemoryPlan(scaled, _common(module, scaled), _saved_bytes(module, scaled))


def plan_distill(module: nn.Module, games: int | None, settings: DistillSettings) -> MemoryPlan:
    """The same with the weights of the teacher; what its evaluator takes beside them is not in it."""
    scaled = replace(settings, games=_scaled(settings.games, games))
    parts = {"teacher": teacher_bytes(settings.teacher), **_common(module, scaled)}
    return MemoryPlan(scaled, parts, _saved_bytes(module, scaled))


def _scaled(settings: GameSettings, games: int | None) -> GameSettings:
    """With about `games` games in flight altogether, each side with the share it has."""
    if games is None:
        return settings
    total = sum(settings.sizes.values())
    sizes = {side: max(1, round(games * count / total)) for side, count in settings.sizes.items()}
    return replace(settings, sizes=sizes)


def _common(module: nn.Module, settings: AnySettings) -> dict[str, int]:
    games, features = settings.games.sizes, features_of(module)
    kept = capacities(games, settings.replay)
    return {
        "games": sum(count * _game_bytes(side, features) for side, count in games.items()),
        "replay": sum(count * position_bytes(side, features) for side, count in kept.items()),
        **learning_bytes(module),
        "evaluating a batch": max(
            activation_bytes(module, batch=count, side=side, kept=False) for side, count in games.items()
        ),
        "learning from a batch": activation_bytes(module, batch=settings.replay.batch, side=max(games), kept=True),
    }


def _saved_bytes(module: nn.Module, settings: AnySettings) -> int:
    """A checkpoint's bytes when the replay is full and games are as long as boards have points."""
    games, features, kept = settings.games.sizes, features_of(module), capacities(settings.games.sizes, settings.replay)
    positions = sum((games[side] * side**2 + kept[side]) * packed_bytes(side, features) for side in games)
    return positions + SAVED_WEIGHTS * weight_bytes(module)


def _game_bytes(side: int, features: FeatureSet) -> int:
    """A game's state, its network input, and the records of its moves."""
    points = side * side
    F, G = features.plane_count, features.global_count
    state = (
        4 * row_length(side) + 8 * seen_length(side) + 4 * F * points + 4 * G + 2 * points + _scratch(side, features)
    )
    # planes, globals, policy; then color, action, predicted_value, policy_surprise, train_on
    row = F * points + 4 * G + 2 * (points + 1) + 1 + 2 + 4 + 4 + 1
    return state + (LONGEST * points + 1) * row


def _workspace_bytes(side: int, features: FeatureSet) -> int:
    points = side * side
    inputs = 4 * features.plane_count * points + 4 * features.global_count
    return inputs + 8 * MAX_DEPTH + points + _scratch(side, features) + 4 * (points + 1)


def _scratch(side: int, features: FeatureSet) -> int:
    return 4 * max(side * side, features.scratch(side))
