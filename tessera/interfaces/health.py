"""What a trainer tells beside its losses: the names in `StepReport.health`, and their words on screens and pages.

A number under another name is logged, shown and drawn under that name; a line here gives it words and its place.
"""

from __future__ import annotations

import re

SHARES = {"truncated": "at the move limit", "resigned": "resigned", "unique": "different", "black_wins": "won by Black"}
"""Shares 0..1 of the newest games that ended."""
GAMES = {
    "judged_games": "how many games the numbers about games are over; without it `training.sanity` judges nothing",
    "length": "mean moves of all of them, passes included",
    "passes": "passes per game",
}
BY_SIDE = re.compile(r"(length|fair_komi)_(\d+)")
"""Mean moves, and the komi fair to both, on boards of that side."""
BY_LAYER = re.compile(r"state_norm_(\d+)")
"""`state_norm` of each layer that has a state, in the order they run."""
ACCURACIES = {
    "value_accuracy": "value",
    "policy_accuracy": "policy",
    "held_out_value_accuracy": "value, games never learned from",
    "held_out_policy_accuracy": "policy, games never learned from",
}
"""Shares 0..1 of positions whose outcome the value head calls rightly, or whose move is the policy's first choice."""
LEARNING = {
    "lr": "learning rate",
    "gradient": "norm of the latest step's gradient, before clipping",
    "target_entropy": "mean entropy of the policy targets in nats: the policy's loss cannot fall below it",
    "teacher_kl": "KL divergence in nats of the policy from the teacher's, legal moves alone: 0 where they agree",
    "state_norm": "largest norm of an SSM's state; absent for networks without one",
    "epoch": "how often all games were read, for trainers that read them",
}
SAFETY = {"skipped": "steps skipped", "lowered": "times the rate lowered", "rolled_back": "times rolled back"}
"""How often, since the start."""


def is_named(key: str) -> bool:
    """Whether the key has words here."""
    return any(key in group for group in (SHARES, GAMES, ACCURACIES, LEARNING, SAFETY)) or any(
        pattern.fullmatch(key) for pattern in (BY_SIDE, BY_LAYER)
    )
