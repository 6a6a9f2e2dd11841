"""Names that files of older releases use, and what the same is called now. Settings say their own: `settings.Was`.

A rule is the path of a key, `*` standing for any name; the steps above the last one are the new names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOG = {"health/rate": "lr", "losses/reply": "opponent_policy"}
"""In the lines of training.jsonl."""
RUN = {
    "verdict": "evaluation",
    "judged": "recent_evaluations",
    "judged_at": "evaluated_at",
    "judged_step": "evaluated_step",
    "truth": "sanity",
    "report/health/rate": "lr",
    "report/losses/reply": "opponent_policy",
}
"""In the state of a run, as its checkpoints keep it."""
LEARNER = {"average": "ema"}
REPLAYS = {
    "rings/*/reply": "opponent_policy",
    "rings/*/reply_sparse": "opponent_policy_sparse",
    "rings/*/expected": "predicted_value",
}
SELFPLAY = {
    "dice": "game_rng",
    "lots": "sample_rng",
    "ledger": "game_stats",
    "tables": "games",
    "games/*/record_expected": "record_predicted_value",
    "games/*/record_surprise": "record_policy_surprise",
    "games/*/record_learned": "record_train_on",
}
"""In the state of the trainers `gumbel` and `policy-gradient`."""
IMITATION = {"lots": "sample_rng"}


def renamed(table: Mapping[str, Any], rules: Mapping[str, str], at: str = "") -> dict[str, Any]:
    """The table with the names of now, tables inside included; `at` is the path of this one, ending in '/'."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = rules.get(f"{at}{key}", key)
        for step in (name, "*"):
            below = f"{at}{step}/"
            if isinstance(value, Mapping) and any(rule.startswith(below) for rule in rules):
                value = renamed(value, rules, below)
        found[name] = value
    return found
