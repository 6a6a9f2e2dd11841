"""The trainer `policy-gradient`: its promises, a bounded loss, and a bandit whose answer is known."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.errors import BadValue
from tessera.interfaces.network import F, G, Outputs
from tessera.plugins import build_manager
from tessera.rules.coords import BLACK, WHITE, opponent
from tessera.settings import from_table
from tessera.testing import check_trainer
from tessera.training.targets import DRAW, LOSS, WIN, Positions, Recorded, finished_games
from tessera_resnet.settings import ResNetSettings
from tessera_selfplay import build_policy_gradient
from tessera_selfplay.games import SelfPlayGames
from tessera_selfplay.losses import WORST, advantage, policy_gradient
from tessera_selfplay.sampling import Sampler
from tessera_selfplay.settings import GameSettings, PolicyGradientSettings

SHAPE: dict[str, Any] = {"blocks": 1, "width": 16, "pool_every": 1}
TINY: dict[str, Any] = {"batch": 32, "warm_up": 32, "window": 2000, "moves_per_iteration": 8}
RATIO = 0.2
MOVE = 3
"""The move the bandits are about, of the five on a 2x2 board."""


def taught(n: int, *, value: int, predicted_value: float = 0.0, before: float = 0.25, legal: int = 5) -> Positions:
    """n positions where `MOVE` was played with probability `before` and led to `value`, `legal` moves being legal."""
    policy = torch.zeros(n, 5)
    policy[:, :legal] = (1.0 - before) / (legal - 1)
    policy[:, MOVE] = before
    return Positions(
        planes=torch.ones(n, F, 4, dtype=torch.uint8),
        globals_=torch.zeros(n, G),
        policy=policy.half(),
        value=torch.full((n,), value, dtype=torch.int8),
        score=torch.full((n,), 2.0 if value == WIN else -2.0),
        ownership=torch.zeros(n, 4, dtype=torch.int8),
        opponent_policy=torch.zeros(n, 5).half(),
        action=torch.full((n,), MOVE, dtype=torch.int16),
        predicted_value=torch.full((n,), predicted_value),
    )


def says(logits: Tensor) -> Outputs:
    n = len(logits)
    return Outputs(logits, torch.zeros(n, 3), torch.zeros(n), torch.zeros(n, 4), torch.zeros(n, 5))


def probably(chance: float) -> Outputs:
    """One position whose policy gives `MOVE` this probability, and the other four moves the rest."""
    policy = torch.full((1, 5), (1.0 - chance) / 4)
    policy[0, MOVE] = chance
    return says(policy.clamp(min=1e-30).log())


def loss(outputs: Outputs, targets: Positions) -> float:
    return float(policy_gradient(outputs, targets, clip_ratio=RATIO)[0])


def test_it_keeps_the_promises_of_a_trainer() -> None:
    manager = build_manager()
    check_trainer(
        manager.trainers["policy-gradient"],
        manager.networks["resnet"],
        network_settings=SHAPE,
        settings={**TINY, "sizes": {4: 6, 3: 4}},
        steps=3,
    )


def test_it_says_how_it_is() -> None:
    torch.manual_seed(0)
    module = build_manager().networks["resnet"].build(ResNetSettings(**SHAPE))
    settings = from_table(PolicyGradientSettings, {**TINY, "sizes": {3: 16}}, owner="policy-gradient")
    learner = build_policy_gradient(module, "cpu", 0, settings)
    report = learner.step()
    while not report.losses:
        report = learner.step()
    assert set(report.losses) == {"policy", "value", "score", "ownership", "opponent_policy", "entropy", "total"}
    assert {"gradient", "target_entropy", "value_accuracy", "unique", "length", "passes"} <= set(report.health)
    assert 0 < report.losses["entropy"] < 2.31, "ten moves"


@pytest.mark.parametrize(
    ("name", "value"), [("clip_ratio", 0.0), ("entropy_weight", -0.1), ("batch", 0), ("value_loss", -1.0), ("lr", 0.0)]
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    with pytest.raises(BadValue, match=name):
        from_table(PolicyGradientSettings, {name: value}, owner="policy-gradient")


def by_autograd(logits: Tensor, targets: Positions) -> tuple[Tensor, Tensor]:
    """The loss and the entropy as they are written down, slopes left to torch."""
    legal = targets.policy > 0
    log_policy = torch.where(legal, logits, -1e4).log_softmax(1)
    action = targets.action.long()[:, None]
    before = targets.policy.float().gather(1, action)[:, 0].log()
    change = (log_policy.gather(1, action)[:, 0] - before).exp()
    gain = advantage(targets)
    likely = torch.minimum(change * gain, change.clamp(1.0 - RATIO, 1.0 + RATIO) * gain)
    bounded = torch.where(gain < 0, torch.maximum(likely, WORST * gain), likely)
    return -bounded.mean(), -(log_policy.exp() * log_policy).sum(1).mean()


def test_the_slopes_by_hand_are_those_of_autograd() -> None:
    random = torch.Generator().manual_seed(1)
    n = 400
    played = torch.randn(n, 5, generator=random).mul(2).softmax(1)
    played[:, 4] = torch.where(torch.rand(n, generator=random) < 0.5, played[:, 4], 0.0)
    targets = taught(n, value=WIN)._replace(
        policy=played.half(),
        value=torch.randint(3, (n,), generator=random),
        action=torch.randint(4, (n,), generator=random),
        predicted_value=torch.rand(n, generator=random) * 2 - 1,
    )
    start = played.clamp(min=1e-3).log() + torch.randn(n, 5, generator=random)
    found = []
    for how in (by_autograd, lambda logits, targets: policy_gradient(says(logits), targets, clip_ratio=RATIO)):
        logits = start.clone().requires_grad_()
        loss, spread = how(logits, targets)
        (loss - 0.03 * spread).backward()
        assert logits.grad is not None
        found.append((loss.detach(), spread.detach(), logits.grad))
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-7)
    flat = (found[0][2][:, :4].abs().sum(1) < 1e-4).sum()
    assert 0 < flat < n, "some are beyond a bound, some are not"


def test_the_advantage_is_half_the_surprise() -> None:
    for value, expected, gain in ((WIN, 0.0, 0.5), (LOSS, 0.0, -0.5), (DRAW, 0.5, -0.25), (WIN, 1.0, 0.0)):
        assert advantage(taught(1, value=value, predicted_value=expected)).tolist() == [gain]


def test_the_advantage_is_bounded() -> None:
    """Whatever a network claims to have expected."""
    for expected in (-1e6, -1.0, 0.0, 1.0, 1e6):
        for value in (WIN, DRAW, LOSS):
            assert abs(float(advantage(taught(1, value=value, predicted_value=expected)))) <= 1.0


@pytest.mark.parametrize("chance", [0.0, 1e-12, 1e-3, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("before", [1e-7, 0.25, 1.0])
@pytest.mark.parametrize("value", [WIN, LOSS])
def test_the_loss_is_bounded_on_both_sides(chance: float, before: float, value: int) -> None:
    """A cross-entropy times a negative advantage falls without end as the move becomes impossible; this does not."""
    found = loss(probably(chance), taught(1, value=value, predicted_value=-1.0 if value == WIN else 1.0, before=before))
    assert -(1.0 + RATIO) - 1e-6 <= found <= WORST + 1e-6


def test_a_bad_move_that_is_gone_teaches_no_more() -> None:
    """The loss of a bad move has a floor, reached when its probability fell by the ratio, and is flat there."""
    bad = taught(1, value=LOSS, predicted_value=1.0, before=0.25)
    floor = 1.0 - RATIO
    for chance in (0.25 * floor, 0.1, 1e-6, 0.0):
        assert loss(probably(chance), bad) == pytest.approx(floor, rel=1e-3)
    logits = probably(0.1).policy.requires_grad_()
    policy_gradient(says(logits), bad, clip_ratio=RATIO)[0].backward()
    assert logits.grad is not None and not logits.grad.any()


def test_a_bad_move_that_became_certain_counts_so_much_and_no_more() -> None:
    for before, times in ((0.5, 2.0), (0.25, WORST), (1e-3, WORST)):
        certain = loss(probably(1.0), taught(1, value=LOSS, predicted_value=1.0, before=before))
        assert certain == pytest.approx(times, rel=1e-3)


def test_a_good_move_gains_by_the_ratio_at_most() -> None:
    good = taught(1, value=WIN, predicted_value=-1.0, before=0.25)
    assert loss(probably(0.25), good) == pytest.approx(-1.0, rel=1e-3)
    for chance in (0.31, 0.9, 1.0):
        assert loss(probably(chance), good) == pytest.approx(-1.0 - RATIO, rel=1e-3)


def follow(value: int, *, rounds: int = 30, legal: int = 5) -> list[Tensor]:
    """The policy over rounds of play and learning, where `MOVE` leads to `value` whenever it is played."""
    logits = torch.zeros(1, 5, requires_grad=True)
    optimizer = torch.optim.SGD([logits], lr=2.0)
    policies = []
    for _ in range(rounds):
        allowed = logits.detach().clone()
        allowed[:, legal:] = -torch.inf
        policies.append(allowed.softmax(1)[0])
        played = taught(1, value=value, legal=legal)._replace(policy=policies[-1][None].half())
        for _ in range(4):
            optimizer.zero_grad()
            policy_gradient(says(logits), played, clip_ratio=RATIO)[0].backward()
            optimizer.step()
    return [*policies, logits.detach()[0]]


def test_a_move_that_always_wins_is_played_more_and_more() -> None:
    *policies, _ = follow(WIN)
    chances = [float(policy[MOVE]) for policy in policies]
    assert chances == sorted(chances) and chances[0] == pytest.approx(0.2) and chances[-1] > 0.9


def test_a_move_that_always_loses_is_played_less_and_less() -> None:
    *policies, _ = follow(LOSS)
    chances = [float(policy[MOVE]) for policy in policies]
    assert chances == sorted(chances, reverse=True) and chances[-1] < 0.02
    others = policies[-1][torch.arange(5) != MOVE]
    assert torch.allclose(others, others.mean().expand(4)), "what it loses goes to all others alike"


def test_a_draw_that_was_expected_changes_nothing() -> None:
    *policies, _ = follow(DRAW)
    assert torch.equal(policies[0], policies[-1])


@pytest.mark.parametrize("value", [WIN, LOSS])
def test_illegal_moves_get_nothing(value: int) -> None:
    *policies, logits = follow(value, legal=4)
    assert all(float(policy[4]) == 0 for policy in policies)
    assert float(logits[4]) == 0 and float(logits[MOVE]) != 0, "the illegal move's logit was never touched"


def test_entropy_is_over_legal_moves() -> None:
    spread = policy_gradient(says(torch.zeros(1, 5)), taught(1, value=WIN, legal=4), clip_ratio=RATIO)[1]
    assert float(spread) == pytest.approx(torch.tensor(4.0).log())
    logits = torch.randn(1, 5, generator=torch.Generator().manual_seed(1)).requires_grad_()
    policy_gradient(says(logits), taught(1, value=WIN, legal=4), clip_ratio=RATIO)[1].backward()
    assert logits.grad is not None and torch.isfinite(logits.grad).all() and float(logits.grad[0, 4]) == 0


def test_swapped_colours_are_the_same_lesson() -> None:
    """A game and its twin, White first and the result turned round: targets and loss to the bit."""
    colors = torch.tensor([[BLACK, WHITE, BLACK, WHITE]], dtype=torch.int8)
    owner = torch.tensor([[BLACK, BLACK, WHITE, 0]], dtype=torch.int8)
    dice = torch.Generator().manual_seed(3)
    policy = torch.rand(1, 4, 5, generator=dice).softmax(2).half()
    game = Recorded(
        length=torch.tensor([4]),
        planes=torch.zeros(1, 4, F, 4, dtype=torch.uint8),
        globals_=torch.zeros(1, 4, G),
        policy=policy,
        color=colors,
        action=torch.tensor([[0, 3, 4, 1]], dtype=torch.int16),
        predicted_value=torch.rand(1, 4, generator=dice) - 0.5,
        copies=torch.ones(1, 4, dtype=torch.int64),
    )
    swapped = torch.tensor([0, opponent(BLACK), opponent(WHITE)], dtype=torch.int8)
    twin = game._replace(color=swapped[colors.long()])
    first = finished_games(game, margin=torch.tensor([3.5]), owner=owner)
    second = finished_games(twin, margin=torch.tensor([-3.5]), owner=swapped[owner.long()])
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    outputs = says(torch.randn(4, 5, generator=dice))
    assert loss(outputs, first) == loss(outputs, second) != 0.0


def test_the_winner_learns_to_repeat_and_the_loser_to_avoid() -> None:
    """Positions of one game pull apart by side: the sign that a mix-up of views turns round."""
    wins, loses = taught(1, value=WIN), taught(1, value=LOSS)
    for targets, sign in ((wins, -1.0), (loses, 1.0)):
        logits = torch.zeros(1, 5, requires_grad=True)
        policy_gradient(says(logits), targets._replace(policy=torch.full((1, 5), 0.2)), clip_ratio=RATIO)[0].backward()
        assert logits.grad is not None and float(logits.grad[0, MOVE].sign()) == sign


class Fond(torch.nn.Module):
    """A policy of fixed logits per action, whatever the position; sure to win by so much."""

    def __init__(self, logits: list[float]) -> None:
        super().__init__()
        self.logits = torch.nn.Parameter(torch.tensor(logits))

    def forward(self, planes: Tensor, globals_: Tensor) -> Outputs:
        n = len(planes)
        value = torch.tensor([0.6, 0.1, 0.3]).log().expand(n, 3)
        points = self.logits.shape[0] - 1
        return Outputs(
            self.logits.expand(n, -1), value, torch.zeros(n), torch.zeros(n, points), torch.zeros(n, points + 1)
        )


def test_moves_are_drawn_by_their_probability_and_are_legal() -> None:
    """Over many games, first moves are as frequent as the network says; occupied points never come up."""
    dice = torch.Generator().manual_seed(1)
    logits = [0.0, 1.0, -1.0, 0.0, 2.0]
    mover = Sampler(TorchEvaluator(Fond(logits), "cpu"), generator=dice)
    table = SelfPlayGames(mover, size=2, games=4000, settings=GameSettings(opening=0.0), generator=dice)
    table.advance()
    first = table._records["action"][:, 0].long().bincount(minlength=5) / 4000
    assert torch.allclose(first, torch.tensor(logits).softmax(0), atol=0.03)
    assert torch.allclose(table._records["predicted_value"][:, 0], torch.tensor(0.3), atol=1e-6)
    for _ in range(5):
        table.advance()
    finished = table.take_finished()
    assert finished is not None
    positions, _ = finished
    assert (positions.policy.gather(1, positions.action.long()[:, None]) > 0).all()


def test_a_pass_ends_no_game_for_nothing() -> None:
    """Two passes on an empty board are counted as it stands: White has its komi, and Black has lost."""
    dice = torch.Generator().manual_seed(1)
    mover = Sampler(TorchEvaluator(Fond([0.0] * 9 + [50.0]), "cpu"), generator=dice)
    settings = GameSettings(opening=0.0, komi_spread=0.0)
    table = SelfPlayGames(mover, size=3, games=2, settings=settings, generator=dice)
    table.advance()
    table.advance()
    finished = table.take_finished()
    assert finished is not None
    positions, facts = finished
    assert positions.value.tolist() == [LOSS, WIN] * 2 and positions.score.tolist() == [-7.0, 7.0] * 2
    assert facts.passes.tolist() == [2, 2] and not facts.black_won.any()
    assert float(advantage(positions)[0]) == pytest.approx(-0.65) and float(advantage(positions)[1]) == pytest.approx(
        0.35
    )
