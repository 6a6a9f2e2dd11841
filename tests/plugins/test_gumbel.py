"""The trainer `gumbel`: its promises, what it learns from, how often, and that losses fall."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.builtin.uniform import build_uniform
from tessera.errors import BadValue
from tessera.interfaces.network import Outputs
from tessera.plugins import build_manager
from tessera.settings import NoSettings, from_table
from tessera.testing import check_trainer
from tessera.training.losses import entropy, head_losses
from tessera.training.targets import LOSS, WIN, Positions
from tessera_selfplay import build_gumbel
from tessera_selfplay.game_stats import GameFacts
from tessera_selfplay.games import SelfPlayGames
from tessera_selfplay.searching import Searcher
from tessera_selfplay.settings import GumbelSettings
from tessera_selfplay.weighting import copies

SHAPE: dict[str, Any] = {"blocks": 1, "width": 16, "pool_every": 1}
TINY: dict[str, Any] = {
    "simulations": 4,
    "max_num_considered_actions": 2,
    "batch": 16,
    "warm_up": 32,
    "window": 2000,
    "moves_per_iteration": 8,
}


def trainer(sizes: dict[int, int], **settings: Any) -> Any:
    torch.manual_seed(0)
    network = build_manager().networks["resnet"]
    given = from_table(GumbelSettings, {**TINY, "sizes": sizes, **settings}, owner="gumbel")
    return build_gumbel(network.build(network.settings(**SHAPE)), "cpu", 0, given)


def finished(size: int, plies: int, *, games: int = 8, **given: Any) -> list[tuple[Positions, GameFacts]]:
    """Finished games between searches with a network that knows nothing."""
    usual = {"simulations": 4, "max_num_considered_actions": 2, "opening": 0.0}
    settings = from_table(GumbelSettings, {**usual, **given}, owner="gumbel")
    dice = torch.Generator().manual_seed(1)
    evaluator = TorchEvaluator(build_uniform(NoSettings()), "cpu")
    mover = Searcher(evaluator, size=size, games=games, settings=settings, seed=5)
    table = SelfPlayGames(
        mover,
        size=size,
        games=games,
        settings=settings.games,
        generator=dice,
        policy_surprise_weight=settings.policy_surprise_weight,
    )
    found = [(table.advance(), table.take_finished())[1] for _ in range(plies)]
    return [finished for finished in found if finished is not None]


def test_it_keeps_the_promises_of_a_trainer() -> None:
    manager = build_manager()
    check_trainer(
        manager.trainers["gumbel"],
        manager.networks["resnet"],
        network_settings=SHAPE,
        settings={**TINY, "sizes": {4: 6, 3: 4}},
        steps=3,
    )


def test_it_resumes_exactly_with_every_technique_switched_on() -> None:
    manager = build_manager()
    check_trainer(
        manager.trainers["gumbel"],
        manager.networks["resnet"],
        network_settings=SHAPE,
        settings={
            **TINY,
            "sizes": {4: 6, 3: 4},
            "moves_per_iteration": 5,
            "full_share": 0.5,
            "fast_simulations": 2,
            "policy_surprise_weight": 0.5,
        },
        steps=6,
    )


def test_each_position_is_learned_from_as_often_as_asked() -> None:
    learner = trainer({3: 16}, replay_ratio=3.0, warm_up=1)
    report = learner.step()
    for _ in range(12):
        report = learner.step()
    positions = learner._replays.added
    assert positions > 200
    assert abs(report.steps * TINY["batch"] - 3.0 * positions) <= 3.0 * TINY["batch"]


def test_moves_and_lengths_are_those_of_the_games() -> None:
    """Games that wait to be taken make no moves, whatever the counters."""
    learner = trainer({3: 8, 4: 4}, moves_per_iteration=6)
    for _ in range(12):
        report = learner.step()
    in_flight = sum(int(table._moves.sum()) for table in learner._games.values())
    finished = sum(learner._stats._rows[: report.games, 1].tolist())
    assert report.moves == in_flight + finished < 12 * 6 * 12
    assert report.health["length"] == pytest.approx(finished / report.games)


def test_policies_come_from_the_search_and_are_legal() -> None:
    for positions, _ in finished(4, 60):
        stones = positions.planes[:, 1] + positions.planes[:, 2]
        assert (positions.policy[:, :-1] * stones).max() == 0
        assert torch.allclose(positions.policy.float().sum(1), torch.ones(len(stones)), atol=0.01)
        assert (positions.policy.gather(1, positions.action.long()[:, None]) > 0).all()
        assert positions.predicted_value.abs().max() <= 1


def test_a_share_of_the_moves_is_searched_in_full_and_learned_from() -> None:
    found = finished(4, 400, full_share=0.25, fast_simulations=1)
    played = sum(int(facts.length.sum()) for _, facts in found)
    learned = sum(len(positions.value) for positions, _ in found)
    assert played > 1500
    assert learned / played == pytest.approx(0.25, abs=0.06)


def test_both_colours_of_a_game_are_learned_from() -> None:
    """Long and short searches do not fall into step with the sides."""
    found = finished(5, 1500, games=1, full_share=0.25, fast_simulations=1, komi_spread=0.0)
    # Komi, from the view of the side to play, is positive for White alone.
    of_white = [(positions.globals_[:, 0] > 0).float().mean() for positions, _ in found if len(positions.value) >= 4]
    assert len(of_white) > 15
    assert sum(0 < share < 1 for share in of_white) > 0.6 * len(of_white)
    assert 0.35 < sum(of_white) / len(of_white) < 0.65


def test_without_it_every_move_is_learned_from() -> None:
    for positions, facts in finished(4, 60):
        assert len(positions.value) == int(facts.length.sum())


def random_game(rows: int, moves: int) -> tuple[Tensor, Tensor, torch.Generator]:
    """Surprises, of which some are zero, and which positions may be learned from."""
    dice = torch.Generator().manual_seed(4)
    surprise = torch.rand(rows, moves, generator=dice) ** 3
    learned = torch.rand(rows, moves, generator=dice) < 0.7
    return surprise * (surprise > 0.01), learned, dice


def test_surprise_leaves_the_amount_of_learning_as_it_is() -> None:
    surprise, learned, dice = random_game(200, 40)
    again = copies(surprise, learned, share=0.5, generator=dice)
    assert (again[~learned] == 0).all() and (again >= 0).all()
    assert ((again.sum(1) - learned.sum(1)).abs() <= 1).all(), "in every game, to a rounding"
    assert float(again[learned].double().mean()) == pytest.approx(1.0, abs=0.02)


def test_surprise_draws_in_proportion() -> None:
    """Half evenly, half by surprise: on average exactly that, at every position."""
    surprise = torch.tensor([[0.0, 1.0, 3.0, 0.0, 4.0]]).expand(20_000, 5)
    learned = torch.tensor([[True, True, True, True, False]]).expand(20_000, 5)
    again = copies(surprise, learned, share=0.5, generator=torch.Generator().manual_seed(2))
    assert again.double().mean(0).tolist() == pytest.approx([0.5, 1.0, 2.0, 0.5, 0.0], abs=0.02)
    assert int((again - again.double().mean(0)).abs().max()) == 0, "fractions become one more or one less, no further"


def test_nothing_surprising_is_learned_from_evenly() -> None:
    learned = torch.tensor([[True, False, True]])
    for share in (0.0, 0.5, 1.0):
        again = copies(torch.zeros(1, 3), learned, share=share, generator=torch.Generator().manual_seed(2))
        assert again.tolist() == [[1, 0, 1]]


def test_surprise_reaches_the_positions_of_the_games() -> None:
    """As many as without, but not each once."""
    found = finished(4, 200, policy_surprise_weight=1.0)
    played = sum(int(facts.length.sum()) for _, facts in found)
    kept = torch.cat([positions.planes.flatten(1) for positions, _ in found])
    assert len(kept) == pytest.approx(played, rel=0.02)
    assert len(kept.unique(dim=0)) < 0.9 * len(
        torch.cat([p.planes.flatten(1) for p, _ in finished(4, 200)]).unique(dim=0)
    )


def test_losses_of_known_outputs() -> None:
    """A network that knows everything has the targets' entropy as loss; one that knows nothing ln of the choices."""
    policy = torch.tensor([[0.5, 0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0]])
    targets = Positions(
        planes=torch.ones(2, 12, 4, dtype=torch.uint8),
        globals_=torch.zeros(2, 12),
        policy=policy.half(),
        value=torch.tensor([WIN, LOSS], dtype=torch.int8),
        score=torch.tensor([2.0, -4.0]),
        ownership=torch.tensor([[1, 1, 0, -1], [-1, -1, -1, -1]], dtype=torch.int8),
        opponent_policy=torch.stack((policy[1], torch.zeros(5))).half(),
        action=torch.tensor([0, 2], dtype=torch.int16),
        predicted_value=torch.zeros(2),
    )
    knows = Outputs(
        policy=policy.clamp(min=1e-9).log(),
        value=torch.tensor([[50.0, 0.0, 0.0], [0.0, 0.0, 50.0]]),
        score=targets.score,
        ownership=targets.ownership.float(),
        opponent_policy=torch.stack((policy[1], policy[0])).clamp(min=1e-9).log(),
    )
    best = {name: float(value) for name, value in head_losses(knows, targets).items()}
    assert best["policy"] == pytest.approx(float(entropy(policy)), abs=1e-3) == pytest.approx(0.3466, abs=1e-3)
    assert max(value for name, value in best.items() if name != "policy") < 1e-3
    nothing = Outputs(torch.zeros(2, 5), torch.zeros(2, 3), torch.zeros(2), torch.zeros(2, 4), torch.zeros(2, 5))
    worst = {name: float(value) for name, value in head_losses(nothing, targets).items()}
    assert worst["policy"] == pytest.approx(1.6094, abs=1e-3) == worst["opponent_policy"]
    assert worst["value"] == pytest.approx(1.0986, abs=1e-3)
    assert worst["score"] == pytest.approx((0.5 + 1.5) / 2)  # Huber of 1 and of 2 board sides
    assert worst["ownership"] == pytest.approx(7 / 8)


def test_weights_that_are_not_finite_are_not_followed_and_told() -> None:
    learner = trainer({3: 16}, warm_up=1, replay_ratio=1.0)
    learner.step()
    with torch.no_grad():
        next(iter(learner._learner._module.parameters())).fill_(float("nan"))
    report = learner.step()
    while not report.health["skipped"]:
        report = learner.step()
    assert report.health["rolled_back"], "the weights cannot get better by themselves"
    assert all(torch.isfinite(p).all() for p in learner.network().parameters())
    assert any("loss nan" in line for line in report.warnings)
    assert all(0.0 < value < 100.0 for value in report.losses.values()), "what is not finite is left out"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sizes", ""),
        ("sizes", {}),
        ("sizes", "9"),
        ("sizes", {9: 0}),
        ("sizes", {1: 4}),
        ("sizes", {26: 4}),
        ("sizes", "9:0"),
        ("sizes", "9:4 9:5"),
        ("simulations", 0),
        ("fast_simulations", 0),
        ("max_num_considered_actions", 0),
        ("full_share", 0.0),
        ("full_share", 1.1),
        ("policy_surprise_weight", 1.5),
        ("policy_surprise_weight", -0.1),
        ("c_scale", 0.0),
        ("score_weight", 2.0),
        ("opponent_policy_loss", -1.0),
        ("opening", 1.5),
        ("komi_spread", -0.1),
        ("replay_ratio", 0.0),
        ("batch", 0),
        ("ema_decay", 1.5),
        ("lr", 0.0),
        ("lr", float("nan")),
        ("grad_clip", 0.0),
        ("explosion", 0.0),
        ("state_limit", -1.0),
        ("weight_decay", -1.0),
        ("precision", "f16"),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    with pytest.raises(BadValue, match=name):
        from_table(GumbelSettings, {name: value}, owner="gumbel")


def test_losses_fall_within_seconds() -> None:
    learner = trainer({3: 16}, batch=32, moves_per_iteration=8, lr=1e-2, ema_decay=0.9)
    rows = [learner.step().losses for _ in range(15)]
    learned = [row for row in rows if row]
    first, last = ({name: row[name] for name in ("value", "ownership")} for row in (learned[0], learned[-1]))
    assert all(last[name] < 0.9 * first[name] for name in first), (first, last)
