"""Ratings against published fits, and what the fit promises.

Published figures: the R package BradleyTerry2 (Turner and Firth 2012) and Agresti, Categorical Data Analysis, 2nd
edition, sections 10.6.1 (citations among journals, Stigler 1994) and 10.6.3 (American League East 1987).
"""

from __future__ import annotations

import numpy as np
import pytest

from tessera.errors import BadValue
from tessera.ratings.bradley_terry import fit
from tessera.ratings.elo import ELO_PER_NAT

JOURNALS = ("Biometrika", "Comm Statist", "JASA", "JRSS-B")
# CITATIONS[cited][citing]: being cited is a win over who cites.
CITATIONS = [[714, 730, 498, 221], [33, 425, 68, 17], [320, 813, 1072, 142], [284, 276, 325, 188]]

TEAMS = ("Baltimore", "Boston", "Cleveland", "Detroit", "Milwaukee", "New York", "Toronto")
# Home team: wins and losses at home against the others, in the order of TEAMS without itself.
BASEBALL = {
    "Baltimore": "1-6 3-4 1-5 2-5 2-4 1-6",
    "Boston": "6-0 5-2 2-5 5-1 4-2 3-3",
    "Cleveland": "2-4 4-2 3-3 2-5 4-3 3-4",
    "Detroit": "4-3 6-0 6-1 3-3 4-3 4-2",
    "Milwaukee": "6-0 6-1 4-2 4-3 4-3 4-2",
    "New York": "6-1 4-3 4-2 5-1 3-3 2-5",
    "Toronto": "6-0 4-3 4-2 4-3 2-5 2-4",
}


def baseball(**settings):
    lines = []
    for home, results in BASEBALL.items():
        for away, result in zip([team for team in TEAMS if team != home], results.split(), strict=True):
            won, lost = map(int, result.split("-"))
            lines += [
                (TEAMS.index(home), TEAMS.index(away), 1.0, won),
                (TEAMS.index(home), TEAMS.index(away), 0.0, lost),
            ]
    return fit_lines(TEAMS, lines, **settings)


def fit_lines(players, lines, **settings):
    """From (first, second, score of the first, how often)."""
    first, second, score, weight = np.array(lines, dtype=float).reshape(-1, 4).T
    return fit(players, first, second, score, weight=weight, **settings)


def nats(ratings):
    return ratings.elo / ELO_PER_NAT, np.sqrt(np.diag(ratings.covariance)) / ELO_PER_NAT


def test_citations_as_published():
    lines = [(i, j, 1.0, CITATIONS[i][j]) for i in range(4) for j in range(4) if i != j]
    ratings = fit_lines(JOURNALS, lines, prior=0, first_player=False, anchors={0: 0.0})
    theta, error = nats(ratings)
    assert theta == pytest.approx([0, -2.9490725, -0.4795698, 0.2689541], abs=5.1e-8)
    assert error == pytest.approx([0, 0.10255, 0.06059, 0.07083], abs=5.1e-6)


def test_baseball_as_published():
    theta, error = nats(baseball(prior=0, first_player=False, anchors={0: 0.0}))
    assert sorted(theta.round(2).tolist()) == [0, 0.68, 1.11, 1.25, 1.29, 1.44, 1.58]
    assert error[1:].round(1).tolist() == [0.3] * 6


def test_baseball_with_home_advantage_as_published():
    ratings = baseball(prior=0, anchors={0: 0.0})
    strengths = np.exp(nats(ratings)[0])
    shares = sorted((strengths / strengths.sum()).round(3).tolist())
    assert shares == [0.044, 0.088, 0.137, 0.157, 0.164, 0.190, 0.220]
    assert round(ratings.first_player / ELO_PER_NAT, 3) == 0.302
    low, high = ratings.first_player_interval()
    assert low > 0 and (high - low) / 2 == pytest.approx(1.959964 * ratings.first_player_error)


def test_three_engines_whose_scores_add_up():
    """18-9-3 is 75%, odds of 3; 24-6-0 is 90%, odds of 9: one ladder with steps of 400 log10(3) explains all three."""
    pairs = {(0, 1): (18, 9, 3), (1, 2): (18, 9, 3), (0, 2): (24, 6, 0)}
    lines = [(*pair, s, n) for pair, wdl in pairs.items() for s, n in zip((1, 0.5, 0), wdl, strict=True)]
    ratings = fit_lines("abc", lines, prior=0, first_player=False)
    assert ratings.elo == pytest.approx([190.8485, 0, -190.8485], abs=5e-5)
    assert [pair.residual for pair in ratings.pairs] == pytest.approx([0, 0, 0], abs=1e-6)


def test_two_players_have_the_textbook_error():
    """Log odds of n games have variance 1 / (n p (1 - p))."""
    ratings = fit_lines("ab", [(0, 1, 1, 30), (0, 1, 0, 10)], prior=0, first_player=False, anchors={1: 1800.0})
    assert ratings.elo == pytest.approx([1990.8485, 1800], abs=5e-5)
    error = ELO_PER_NAT / np.sqrt(40 * 0.75 * 0.25)
    assert ratings.error(0) == pytest.approx(error)
    assert ratings.interval(0, level=0.6827) == pytest.approx((1990.8485 - error, 1990.8485 + error), abs=0.01)
    assert ratings.difference(0, 1) == pytest.approx((190.8485, error), abs=5e-5)
    assert ratings.log_likelihood == pytest.approx(30 * np.log(0.75) + 10 * np.log(0.25))
    assert ratings.pairs[0].residual == 0.0, "a single pair is what the fit follows"


def test_black_won_every_game_of_equals():
    """Colours swapped: nobody is stronger, and moving first is worth 400 log10(3)."""
    ratings = fit_lines("ab", [(0, 1, 1, 15), (0, 1, 0, 5), (1, 0, 1, 15), (1, 0, 0, 5)], prior=0)
    assert ratings.elo == pytest.approx([0, 0], abs=1e-9)
    assert ratings.first_player == pytest.approx(190.8485, abs=5e-5)


def test_one_anchor_is_a_shift_of_the_unanchored_fit():
    free, shifted = baseball(), baseball(anchors={3: 1800.0})
    assert free.elo.mean() == pytest.approx(0, abs=1e-9)
    assert shifted.elo - 1800 == pytest.approx(free.elo - free.elo[3], abs=1e-6)
    assert shifted.error(3) == 0.0 and shifted.interval(3) == (1800.0, 1800.0)
    for i in range(7):
        assert shifted.difference(i, 5) == pytest.approx(free.difference(i, 5), abs=1e-6)
        assert shifted.error(i) == pytest.approx(free.difference(i, 3)[1], abs=1e-6)


def test_several_anchors_are_held():
    ratings = baseball(anchors={0: 1000.0, 4: 2000.0})
    assert (ratings.elo[0], ratings.elo[4]) == (1000.0, 2000.0)
    assert 1000 < ratings.elo[6] < 2000 and ratings.error(6) > 0
    assert ratings.superiority()[4, 0] == 1.0


def test_a_prior_gives_the_unbeaten_the_winless_and_the_absent_a_rating():
    lines = [(0, 1, 1, 20), (1, 2, 1, 5), (2, 1, 1, 5)]
    ratings = fit_lines(["unbeaten", "middle", "third", "absent"], lines, first_player=False)
    assert np.isfinite(ratings.elo).all() and ratings.elo[0] == max(ratings.elo)
    assert ratings.superiority()[0, 1] > 0.95
    assert ratings.error(3) > ratings.error(0) > ratings.error(1)
    heavy = fit_lines(["unbeaten", "middle", "third", "absent"], lines, first_player=False, prior=4)
    assert heavy.difference(0, 1)[0] < ratings.difference(0, 1)[0]


def test_a_prior_moves_no_group():
    """The virtual opponent goes where the players are: at 2000 everybody looks as at 0."""
    low, high = baseball(prior=2, anchors={2: 0.0, 3: 100.0}), baseball(prior=2, anchors={2: 2000.0, 3: 2100.0})
    assert high.elo - low.elo == pytest.approx(np.full(7, 2000.0), abs=1e-6)


def test_superiority_is_the_share_of_a_normal_distribution():
    ratings = baseball()
    above = ratings.superiority()
    assert above + above.T == pytest.approx(np.ones((7, 7)))
    lead, error = ratings.difference(4, 0)
    samples = np.random.default_rng(0).normal(lead, error, 100_000)
    assert above[4, 0] == pytest.approx((samples > 0).mean(), abs=0.003)


def test_a_player_who_beats_only_the_strongest_is_a_surprise():
    def games(i, j, won):
        return [(i, j, 1, won), (i, j, 0, 50 - won), (j, i, 0, won), (j, i, 1, 50 - won)]

    fair = [*games(0, 1, 38), *games(1, 2, 38), *games(0, 2, 45)]
    assert fit_lines("abcd", [*fair, *games(2, 3, 25), *games(0, 3, 45), *games(1, 3, 38)]).surprises() == ()
    odd = fit_lines("abcd", [*fair, *games(2, 3, 25), *games(0, 3, 15), *games(1, 3, 38)])
    worst = odd.surprises()[0]
    assert (worst.first, worst.second) == (0, 3) and worst.distance < -4 and worst.residual < -5
    assert worst.score == 30 and worst.games == 100


def test_one_upset_in_a_circle_is_none():
    """All three residuals say the same, five sigmas; at 0.2% a game one upset in 20 games is 3%."""
    lines = [(0, 1, 1, 380), (0, 1, 0, 20), (1, 2, 1, 390), (1, 2, 0, 10), (0, 2, 1, 19), (0, 2, 0, 1)]
    ratings = fit_lines("abc", lines, first_player=False)
    assert [round(pair.residual) for pair in ratings.pairs] == [5, -5, 6]
    assert ratings.surprises() == ()


def test_residuals_have_the_deviation_they_claim():
    """Over 400 leagues of one truth the standardised residuals scatter by 1, though the fit follows the games."""
    rng, truth = np.random.default_rng(4), np.array([0.0, 100, 250, -80])
    i, j = np.array([(i, j) for i in range(4) for j in range(4) if i != j]).T
    residuals = []
    for _ in range(400):
        won = rng.binomial(25, 1 / (1 + 10 ** ((truth[j] - truth[i] - 40) / 400)))
        score, weight = np.repeat([1.0, 0.0], len(i)), np.concatenate([won, 25 - won])
        ratings = fit("abcd", np.tile(i, 2), np.tile(j, 2), score, weight=weight, prior=0)
        residuals += [pair.residual for pair in ratings.pairs]
    assert np.std(residuals) == pytest.approx(1.0, abs=0.05)
    assert np.mean(residuals) == pytest.approx(0.0, abs=0.06)


@pytest.mark.parametrize(
    ("lines", "first_player", "named"),
    [
        ([(0, 1, 1, 3), (0, 1, 0, 3)], False, "Carol | Ann, Bob"),
        ([(0, 1, 0.5, 3), (0, 2, 1, 3)], False, "Carol | Ann, Bob"),
        ([(0, 1, 1, 3), (1, 2, 1, 3)], False, "Ann | Bob | Carol"),
        ([(0, 1, 1, 3), (1, 2, 1, 3), (2, 0, 1, 3)], True, "advantage"),
        ([(0, 1, 0.5, 4), (1, 2, 0.5, 4)], True, "advantage"),
    ],
)
def test_without_a_prior_a_missing_maximum_is_an_error(lines, first_player, named):
    with pytest.raises(BadValue) as error:
        fit_lines(["Ann", "Bob", "Carol"], lines, prior=0, first_player=first_player)
    assert named in str(error.value) and "prior" in str(error.value)
    assert np.isfinite(fit_lines(["Ann", "Bob", "Carol"], lines, first_player=first_player).elo).all()


def test_anchors_tie_players_together_without_games():
    lines = [(0, 2, 0.5, 4), (1, 3, 0.5, 4), (0, 2, 1, 1)]
    with pytest.raises(BadValue, match="tied together"):
        fit_lines("abcd", lines, prior=0, first_player=False)
    ratings = fit_lines("abcd", lines, prior=0, first_player=False, anchors={0: 1000.0, 1: 1500.0})
    assert ratings.elo[3] == pytest.approx(1500) and ratings.elo[2] < 1000


@pytest.mark.parametrize("spread", [0.0, 3000.0, 8000.0])
def test_anchors_far_apart_still_converge(spread):
    ratings = fit_lines("abc", [(0, 1, 1, 5), (0, 1, 0, 5), (1, 2, 1, 5), (1, 2, 0, 5)], anchors={0: 0.0, 2: spread})
    assert ratings.elo[1] == pytest.approx(spread / 2, abs=spread * 0.05 + 1)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"first": [0], "second": [0], "score": [1]}, "games"),
        ({"first": [0], "second": [2], "score": [1]}, "games"),
        ({"first": [-1], "second": [1], "score": [1]}, "games"),
        ({"first": [0, 1], "second": [1], "score": [1]}, "games"),
        ({"score": [1.5]}, "score"),
        ({"score": [float("nan")]}, "score"),
        ({"weight": [-1]}, "weight"),
        ({"prior": -1}, "prior"),
        ({"prior": 1e-9}, "prior"),
        ({"anchors": {5: 0.0}}, "anchor"),
        ({"anchors": {0: float("inf")}}, "anchor"),
        ({"anchors": {0: 0.0, 1: 9000.0}}, "anchors"),
    ],
)
def test_arguments_are_checked(settings, name):
    with pytest.raises(BadValue, match=name):
        fit("ab", **{"first": [0], "second": [1], "score": [1], **settings})


def test_level_is_checked():
    with pytest.raises(BadValue, match="level"):
        fit("ab", [0], [1], [1]).interval(0, level=1.0)


def test_no_players_and_no_games():
    assert fit((), [], [], []).elo.shape == (0,)
    assert fit("ab", [], [], []).elo.tolist() == [0.0, 0.0]
