"""The peer of `tessera bench search`: mctx's Gumbel MuZero policy on pgx's go_9x9 with a constant network.

Needs jax, mctx and pgx (the extra `bench`). mctx compiles the whole search; the first call is the compilation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tessera.errors import MissingExtra


def build_peer(games: int, simulations: int, considered: int) -> Callable[[], float]:
    """A function that searches `games` opening positions once and returns the seconds it took."""
    try:
        import jax
        import jax.numpy as jnp
        import mctx
        import pgx
    except ImportError as missing:
        raise MissingExtra("the mctx comparison", missing.name or "mctx", "bench") from None

    env = pgx.make("go_9x9")
    init, step = jax.vmap(env.init), jax.vmap(env.step)

    def logits_of(state: Any) -> Any:
        return jnp.where(state.legal_action_mask, 0.0, jnp.finfo(jnp.float32).min)

    def recurrent(params: Any, key: Any, action: Any, state: Any) -> tuple[Any, Any]:
        mover = state.current_player
        state = step(state, action)
        reward = state.rewards[jnp.arange(games), mover]
        output = mctx.RecurrentFnOutput(
            reward=reward,
            discount=jnp.where(state.terminated, 0.0, -1.0),
            prior_logits=logits_of(state),
            value=jnp.zeros(games),
        )
        return output, state

    @jax.jit
    def search(key: Any) -> Any:
        state = init(jax.random.split(key, games))
        root = mctx.RootFnOutput(prior_logits=logits_of(state), value=jnp.zeros(games), embedding=state)
        return mctx.gumbel_muzero_policy(
            (),
            key,
            root,
            recurrent,
            num_simulations=simulations,
            invalid_actions=~state.legal_action_mask,
            max_num_considered_actions=considered,
        ).action

    keys = iter(range(1_000_000))

    def run() -> float:
        key = jax.random.key(next(keys))
        start = time.perf_counter()
        search(key).block_until_ready()
        return time.perf_counter() - start

    run()
    return run
