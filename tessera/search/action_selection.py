"""Which edge of a node to follow: PUCT for play, Gumbel's deterministic rule for few simulations.

Scalar kernels over one tree: `tree` is the batched `Tree`, `b` its game, `node` the place in it.
PUCT as in AlphaZero with KataGo's first-play reduction; the Gumbel rules are equations 5, 7 and 8 of
"Policy improvement by planning with Gumbel" (Danihelka et al., ICLR 2022).
"""

from __future__ import annotations

import math

import numpy as np

from tessera.rules.jit import kernel

GROWTH_BASE = 500.0
"""Visits after which PUCT's constant has grown by log 2 of `exploration_growth`."""
USUAL_SPREAD, SPREAD_VISITS = 0.4, 2.0
"""Standard deviation of utilities where nothing is known yet, and for how many visits that word counts."""


@kernel
def select_action(tree, b, node, noise, considered_visits, settings):
    """The action that the simulation takes at a node; noise[B, A] is the root's."""
    if not settings.gumbel_root:
        return puct_action(tree, b, node, noise[b], settings)
    if node == 0:
        return gumbel_root_action(tree, b, noise, considered_visits, settings)
    return improved_action(tree, b, node, settings)


@kernel
def puct_action(tree, b, node, bonus, settings):
    """The edge that maximises Q + c * prior * sqrt(visits) / (1 + edge visits); bonus [A] is added to the root's Q."""
    prior, visits = tree.prior[b, node], tree.children_visits[b, node]
    actions = prior.shape[0]
    total = 0
    explored = 0.0
    for a in range(actions):
        if visits[a] > 0:
            total += visits[a]
            explored += prior[a]
    # A root that is looked at more widely has priors that sum to more than 1.
    explored = min(1.0, explored)
    unvisited = first_play_value(tree, b, node, explored, settings)
    scale = exploration(tree, b, node, settings) * math.sqrt(total + 1.0)
    best, best_score = actions - 1, -1e30
    for a in range(actions):
        p = prior[a]
        if p > 0.0:
            n = visits[a]
            q = edge_value(tree, b, node, a, unvisited, settings) if n > 0 else unvisited
            score = q + scale * p / (1.0 + n)
            if node == 0:
                score += bonus[a]
            if score > best_score:
                best, best_score = a, score
    return best


@kernel
def edge_value(tree, b, node, action, unvisited, settings):
    """The mean utility of an edge that was taken, leaves in flight included.

    They count as lost (`virtual_loss` 1), as what is known of the edge (0: "WU-UCT", Liu et al. 2020), or between.
    """
    n, child = tree.children_visits[b, node, action], np.int64(tree.child[b, node, action])
    known = tree.visits[b, child] if child >= 0 else 0
    mean = tree.children_values[b, node, action] / known if known > 0 else unvisited
    return mean - (n - known) * settings.virtual_loss * (mean + 1.0) / n


@kernel
def first_play_value(tree, b, node, explored, settings):
    """What an unvisited move is taken to be worth at a node where moves with `explored` of the policy were visited."""
    here = tree.utility[b, node] / max(1, tree.visits[b, node])
    if settings.first_play_power > 0.0:
        share = explored**settings.first_play_power
        here = share * here + (1.0 - share) * tree.raw_values[b, node, 0]
    return here - settings.first_play_reduction * math.sqrt(explored)


@kernel
def exploration(tree, b, node, settings):
    """PUCT's constant at a node: larger where it was visited often, and where the values below it differ."""
    n = max(1, tree.visits[b, node])
    c = settings.exploration
    if settings.exploration_growth > 0.0:
        c += settings.exploration_growth * math.log((n + GROWTH_BASE) / GROWTH_BASE)
    if settings.spread_scale > 0.0:
        mean = tree.utility[b, node] / n
        squares = max(0.0, tree.square[b, node] - n * mean * mean)
        variance = (SPREAD_VISITS * USUAL_SPREAD * USUAL_SPREAD + squares) / (SPREAD_VISITS + n - 1.0)
        c *= 1.0 + settings.spread_scale * (math.sqrt(variance) / USUAL_SPREAD - 1.0)
    return c


@kernel
def mixed_value(tree, b, node):
    """The value completed Qs give to unvisited actions: the raw value mixed with the visited actions' mean."""
    prior, visits, value = tree.prior[b, node], tree.children_visits[b, node], tree.children_values[b, node]
    total, weight, mean = 0, 0.0, 0.0
    for a in range(prior.shape[0]):
        n = visits[a]
        if n > 0 and prior[a] > 0.0:
            total += n
            weight += prior[a]
            mean += prior[a] * value[a] / n
    raw = tree.raw_values[b, node, 0]
    if total == 0:
        return raw
    return (raw + total * mean / weight) / (1.0 + total)


@kernel
def most_visits(visits):
    most = 0
    for a in range(visits.shape[0]):
        most = max(most, visits[a])
    return most


@kernel
def sigma_scale(most, settings):
    """What sigma multiplies a Q with, at a node whose most visited action has `most` visits."""
    return (settings.c_visit + most) * settings.c_scale


@kernel
def completed_q(visits, values, action, mixed, scale):
    """sigma(completed Q) of an action of a node with visits[A] and value sums[A]; `mixed` is the unvisited ones' Q."""
    n = visits[action]
    return scale * (values[action] / n if n > 0 else mixed)


@kernel
def improved_action(tree, b, node, settings):
    """Below a Gumbel root: the edge whose visits lag most behind the improved policy.

    The improved policy is softmax(log prior + sigma(completed Q)); unvisited actions share one completed
    Q, so only the unvisited action with the highest prior can win among them.
    """
    prior, visits, values = tree.prior[b, node], tree.children_visits[b, node], tree.children_values[b, node]
    actions = prior.shape[0]
    # `mixed_value` and `most_visits` in one pass: visited actions are few, unvisited ones share one factor.
    total, most, weight, mean, top_q = 0, 0, 0.0, 0.0, -1e30
    fresh, fresh_prior = -1, 0.0
    for a in range(actions):
        p, n = prior[a], visits[a]
        if n > 0:
            if p > 0.0:
                q = values[a] / n
                total += n
                most = max(most, n)
                weight += p
                mean += p * q
                top_q = max(top_q, q)
        elif p > fresh_prior:
            fresh, fresh_prior = a, p
    if total == 0:
        return fresh if fresh >= 0 else actions - 1
    mixed = (tree.raw_values[b, node, 0] + total * mean / weight) / (1.0 + total)
    scale = sigma_scale(most, settings)
    # Subtracting the largest sigma keeps every exponential in 0..1.
    top = scale * max(top_q, mixed)
    unvisited_factor = math.exp(scale * mixed - top)
    # Rounding may leave the unvisited share a hair below 0 when everything was visited.
    mass = max(0.0, 1.0 - weight) * unvisited_factor
    for a in range(actions):
        if visits[a] > 0 and prior[a] > 0.0:
            mass += prior[a] * math.exp(completed_q(visits, values, a, mixed, scale) - top)
    best, best_score = fresh, -1e30
    if fresh >= 0:
        best_score = fresh_prior * unvisited_factor / mass
    for a in range(actions):
        n = visits[a]
        if n > 0 and prior[a] > 0.0:
            improved = prior[a] * math.exp(completed_q(visits, values, a, mixed, scale) - top) / mass
            score = improved - n / (1.0 + total)
            if score > best_score:
                best, best_score = a, score
    return best if best >= 0 else actions - 1


@kernel
def gumbel_root_action(tree, b, gumbel, considered_visits, settings):
    """At a Gumbel root: the best action among those visited exactly `considered_visits` times.

    The best has the largest noise + log prior + sigma(completed Q). Falls back to the best action of any visit count
    when none has that many (fewer legal moves than planned).
    """
    prior, visits, values = tree.prior[b, 0], tree.children_visits[b, 0], tree.children_values[b, 0]
    actions = prior.shape[0]
    mixed = mixed_value(tree, b, 0)
    scale = sigma_scale(most_visits(visits), settings)
    best, best_score, best_fits = actions - 1, -1e30, False
    for a in range(actions):
        if prior[a] > 0.0:
            fits = visits[a] == considered_visits
            if best_fits and not fits:
                continue
            score = gumbel[b, a] + math.log(prior[a]) + completed_q(visits, values, a, mixed, scale)
            if (fits and not best_fits) or score > best_score:
                best, best_score, best_fits = a, score, fits
    return best


@kernel
def gumbel_choice(tree, b, gumbel, settings):
    """The action a Gumbel search plays: the best score among the most visited actions."""
    return gumbel_root_action(tree, b, gumbel, most_visits(tree.children_visits[b, 0]), settings)


@kernel
def improved_policy(tree, b, settings, out):
    """Fill out[A] with softmax(log prior + sigma(completed Q)) of the root: the target a policy learns from."""
    prior, visits, values = tree.prior[b, 0], tree.children_visits[b, 0], tree.children_values[b, 0]
    mixed = mixed_value(tree, b, 0)
    scale = sigma_scale(most_visits(visits), settings)
    top = -1e30
    for a in range(prior.shape[0]):
        if prior[a] > 0.0:
            top = max(top, math.log(prior[a]) + completed_q(visits, values, a, mixed, scale))
    mass = 0.0
    for a in range(prior.shape[0]):
        weight = 0.0
        if prior[a] > 0.0:
            weight = math.exp(math.log(prior[a]) + completed_q(visits, values, a, mixed, scale) - top)
        out[a] = weight
        mass += weight
    for a in range(prior.shape[0]):
        out[a] /= mass


@kernel
def next_random(random, b):
    """A number in 0..1 (never 0) from game b's own stream: Marsaglia's xorshift64."""
    x = np.int64(random[b])
    x ^= x << np.int64(13)
    x ^= (x >> np.int64(7)) & np.int64(0x01FFFFFFFFFFFFFF)
    x ^= x << np.int64(17)
    random[b] = x
    return (((x >> np.int64(11)) & np.int64(0x1FFFFFFFFFFFFF)) + 0.5) / 9007199254740992.0


@kernel
def draw_gumbel(random, gumbel, b, scale):
    """Fill gumbel[b] with scaled standard Gumbel noise."""
    for a in range(gumbel.shape[1]):
        gumbel[b, a] = -scale * math.log(-math.log(next_random(random, b)))
