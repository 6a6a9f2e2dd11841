"""Conformance suites: what the core expects of a plugin, as checks a plugin's author can run.

    def test_my_network() -> None:
        check_network(my_plugin.SPEC)

Each check raises `ConformanceError` (an AssertionError) that names the spec and the expectation it fails. Our own
plugins pass them too. One file for each kind; start with the one that matches your plugin: `networks`, `evaluators`,
`players`, `trainers`, `arbiters`, `stores`; `plugins` looks at a plugin as a whole. `positions`, `catalog` and `expect`
are what they share.

`tessera.testing.no_waits` is a trap for trainers that play on a GPU: it raises where the host would wait for it.
"""

from tessera.testing.arbiters import check_arbiter
from tessera.testing.evaluators import check_evaluator
from tessera.testing.expect import ConformanceError
from tessera.testing.networks import check_network
from tessera.testing.players import check_player
from tessera.testing.plugins import check_plugin
from tessera.testing.stores import check_store
from tessera.testing.trainers import check_trainer

__all__ = [
    "ConformanceError",
    "check_arbiter",
    "check_evaluator",
    "check_network",
    "check_player",
    "check_plugin",
    "check_store",
    "check_trainer",
]
