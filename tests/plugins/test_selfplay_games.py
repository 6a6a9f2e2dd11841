"""Games in flight: what is recorded of them, how they begin, how they end and wait. Movers without knowledge."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from tessera.builtin.torch_evaluator import TorchEvaluator
from tessera.builtin.uniform import build_uniform
from tessera.rules.batch import Batch
from tessera.rules.layout import LEGAL_BITS, bits_at, meta_at
from tessera.settings import NoSettings
from tessera.training.targets import DRAW, LOSS, WIN, Positions
from tessera_selfplay.choice import Choice
from tessera_selfplay.game_start import FAIR_KOMI, FAIR_MEMORY, GameStart
from tessera_selfplay.game_stats import KEPT, GameFacts, GameStats
from tessera_selfplay.games import LONGEST, RECORDS, SelfPlayGames
from tessera_selfplay.sampling import Sampler
from tessera_selfplay.settings import GameSettings
from tests.training.test_exact import same

MINE, THEIRS, LAST_MOVE = 1, 2, 7
"""Input planes: stones of the side to play and of its opponent, and the move before."""


class Passer:
    """Passes, and says of every position what only that position has: how many were asked for before."""

    def __init__(self) -> None:
        self.asked = torch.zeros((), dtype=torch.int64)

    def choose(self, batch: Batch) -> Choice:
        games, actions = batch.mask.shape
        self.asked += 1
        return Choice(
            action=torch.full((games,), actions - 1),
            policy=torch.eye(actions)[actions - 1].expand(games, actions),
            predicted_value=torch.full((games,), float(self.asked) / 100),
            policy_surprise=torch.ones(games),
            train_on=torch.ones(games, dtype=torch.bool),
        )

    def state_dict(self) -> dict[str, Tensor]:
        return {"asked": self.asked}


class Stayer(Passer):
    """Plays the legal point that comes first from where it looks, which moves on; passes when there is none."""

    def choose(self, batch: Batch) -> Choice:
        choice = super().choose(batch)
        points = batch.mask.shape[1] - 1
        far = (torch.arange(points) - 5 * self.asked) % points
        point = torch.where(batch.mask[:, :-1], far, points).argmin(1)
        return choice._replace(action=torch.where(batch.mask[:, :-1].any(1), point, points))


def table(size: int, mover: Any = None, *, games: int = 8, seed: int = 1, **settings: Any) -> SelfPlayGames:
    """The default mover draws any legal move, all alike."""
    dice = torch.Generator().manual_seed(seed)
    mover = mover or Sampler(TorchEvaluator(build_uniform(NoSettings()), "cpu"), generator=dice)
    return SelfPlayGames(mover, size=size, games=games, settings=GameSettings(**settings), generator=dice)


def played(size: int, plies: int, *, plies_between: int = 1, **settings: Any) -> list[tuple[Positions, GameFacts]]:
    """What was taken, every so many plies."""
    subject = table(size, **settings)
    found = []
    for ply in range(plies):
        subject.advance()
        if (ply + 1) % plies_between == 0:
            found.append(subject.take_finished())
    return [finished for finished in found if finished is not None]


def games_of(positions: Positions) -> list[Positions]:
    """One after the other: a game ends with the position that nobody answered."""
    ends = (positions.opponent_policy.float().sum(1) == 0).nonzero()[:, 0].tolist()
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [Positions(*(field[a : b + 1] for field in positions)) for a, b in zip(starts, ends, strict=True)]


def every_game(finished: list[tuple[Positions, GameFacts]]) -> list[Positions]:
    return [game for positions, _ in finished for game in games_of(positions)]


def test_every_position_agrees_with_itself() -> None:
    """Under area scoring, what the side to play owns less what it does not, and its komi, is its score."""
    games = every_game(played(4, 60))
    assert len(games) > 8
    for positions in games:
        komi = positions.globals_[:, 0] * 15
        owned = positions.ownership.float().sum(1) + komi
        assert torch.allclose(owned, positions.score, atol=1e-4)
        expected = torch.where(positions.score > 0, WIN, torch.where(positions.score < 0, LOSS, DRAW))
        assert torch.equal(positions.value.long(), expected)
        assert torch.equal(positions.score[1:], -positions.score[:-1]), "sides take turns"
        assert torch.allclose(positions.policy.float().sum(1), torch.ones(len(komi)), atol=0.01)


def test_what_is_recorded_was_played() -> None:
    """The move of a position was legal there, and is the last move of the next one."""
    moves = 0
    for positions in every_game(played(4, 60)):
        action = positions.action.long()
        assert (positions.policy.gather(1, action[:, None]) > 0).all()
        stones = positions.planes[:, MINE] + positions.planes[:, THEIRS]
        assert (positions.policy[:, :-1] * stones).max() == 0
        last = positions.planes[1:, LAST_MOVE]
        on_board = action[:-1] < 16
        assert torch.equal(last.argmax(1)[on_board], action[:-1][on_board])
        assert (last.sum(1) == on_board).all()
        assert (last <= positions.planes[1:, THEIRS]).all(), "it was the opponent's"
        moves += int(on_board.sum())
    assert moves > 100


def test_a_game_without_a_random_opening_is_recorded_from_the_empty_board() -> None:
    for positions, facts in played(4, 60, opening=0.0):
        games = games_of(positions)
        assert [len(game.value) for game in games] == facts.length.tolist()
        assert all(game.planes[0, [MINE, THEIRS]].sum() == 0 for game in games)


def test_random_openings_are_played_and_not_learned() -> None:
    finished = played(5, 90, opening=1.0)
    assert finished
    for positions, facts in finished:
        games = games_of(positions)
        unrecorded = facts.length - torch.tensor([len(game.value) for game in games])
        assert (unrecorded >= 1).all() and (unrecorded <= 5).all()
        stones = torch.stack([game.planes[0, [MINE, THEIRS]].sum() for game in games])
        assert (stones >= 1).all() and (stones <= unrecorded).all(), "captures aside a stone for each move"


def test_a_random_opening_plays_points_as_long_as_there_are_any() -> None:
    subject = table(3, games=4)
    subject._batch.legal()
    drawn = torch.stack([subject._random_moves() for _ in range(300)])
    assert drawn.unique().tolist() == list(range(9))
    subject._batch.mask.fill_(False)
    subject._batch.mask[:, 9] = True
    subject._batch.mask[0, 4] = True
    assert subject._random_moves().tolist() == [4, 9, 9, 9]


def test_komi_and_rules_vary() -> None:
    games = every_game(played(4, 120, other_rules=0.5))
    komis = {round(abs(float(game.globals_[0, 0])) * 30) for game in games}
    rules = {tuple(game.globals_[0, 6:10].tolist()) for game in games}
    assert len(komis) > 5 and len(rules) >= 3
    assert all(row[3] == 0 for row in rules), "dead stones are never named in self-play: no territory scoring"


def test_nothing_varies_when_it_is_switched_off() -> None:
    dice = torch.Generator().manual_seed(1)
    settings = GameSettings(opening=0.0, komi_spread=0.0, other_rules=0.0)
    usual = GameStart(settings, size=5, games=100, generator=dice)
    assert usual.openings().tolist() == [0] * 100
    assert usual.rules()[:, 3].tolist() == [2 * FAIR_KOMI] * 100
    assert len(usual.rules().unique(dim=0)) == 1


def test_starts_are_as_wide_as_asked() -> None:
    dice = torch.Generator().manual_seed(1)
    settings = GameSettings(opening=0.5, komi_spread=0.4, other_rules=0.25)
    some = GameStart(settings, size=9, games=4000, generator=dice)
    openings, rules = some.openings(), some.rules()
    assert 0.45 < float((openings > 0).float().mean()) < 0.55
    assert (int(openings.max()), int(openings[openings > 0].min())) == (9, 1)
    komi = rules[:, 3].double() / 2
    # A tenth three times as wide: the variance is 0.9 + 0.1 * 9 = 1.8 times that of the rest.
    assert float(komi.std()) == pytest.approx(1.8**0.5 * 0.4 * 9, rel=0.08)
    assert float(komi.mean()) == pytest.approx(FAIR_KOMI, abs=0.3)
    assert 0.25 * 0.5 - 0.04 < float((rules[:, 1] == 1).float().mean()) < 0.25 * 0.5 + 0.04


def test_komi_follows_the_ends_of_games() -> None:
    dice = torch.Generator()
    at_once, in_turn = (GameStart(GameSettings(), size=5, games=1, generator=dice) for _ in range(2))
    ends = torch.tensor([25.0, 3.0, -4.0])
    at_once.update_fair_komi(ends)
    for end in ends:
        in_turn.update_fair_komi(end[None])
    assert float(at_once.fair) == pytest.approx(float(in_turn.fair))
    assert float(at_once.fair) == pytest.approx(FAIR_KOMI + (18 - 4 - 11) * (1 - FAIR_MEMORY), abs=0.02)
    at_once.update_fair_komi(torch.full((1000,), 25.0))
    assert float(at_once.fair) == pytest.approx(25.0, abs=0.01)


def test_a_game_that_ends_waits_and_is_taken_once() -> None:
    subject = table(4, Passer(), games=3, opening=0.0)
    subject.advance()
    assert subject.take_finished() is None
    for _ in range(5):
        subject.advance()
    finished = subject.take_finished()
    assert finished is not None and subject.take_finished() is None
    positions, facts = finished
    assert facts.length.tolist() == facts.passes.tolist() == [2, 2, 2]
    assert not facts.truncated.any()
    assert positions.action.tolist() == [16] * 6
    assert positions.predicted_value.tolist() == pytest.approx([0.01, 0.02] * 3), (
        "the rows of its own moves, no later ones"
    )
    assert subject.played() == 6
    subject.advance()
    subject.advance()
    assert subject.played() == 12 and subject.take_finished() is not None


def test_waiting_games_leave_the_others_alone() -> None:
    """The same games, whether they are taken after every ply or seldom."""
    often, seldom = (played(4, 150, plies_between=n, games=1, seed=3) for n in (1, 150))
    (_, first), (_, same) = often[0], seldom[0]
    assert len(often) > len(seldom) == 1
    assert torch.equal(first.fingerprint, same.fingerprint) and torch.equal(first.length, same.length)


@pytest.mark.parametrize("waits", [0, 1, 2, 7])
def test_a_game_at_the_limit_is_counted_as_it_stands(waits: int) -> None:
    subject = table(4, Stayer(), games=4, opening=0.0)
    limit = LONGEST * 16
    assert subject.limit == limit
    for _ in range(limit):
        subject.advance()
    stones, passes = subject._batch.state[:, :16].clone(), subject._passes.tolist()
    for _ in range(waits):
        subject.advance()
        assert torch.equal(subject._batch.state[:, :16], stones), "a board does not change while its game waits"
    finished = subject.take_finished()
    assert finished is not None
    positions, facts = finished
    assert facts.truncated.all(), "passes made while waiting are no end of the game"
    assert facts.length.tolist() == [limit] * 4 and facts.passes.tolist() == passes
    assert len(positions.value) == 4 * limit and subject.played() == 4 * limit
    for game, won, board in zip(games_of(positions), facts.black_won.tolist(), stones, strict=True):
        assert won == bool(game.score[0] > 0)
        owner = torch.where(board == 1, 1, -1)[board > 0]
        assert torch.equal(game.ownership[0].long()[board > 0], owner), "Black plays first"


def test_the_games_that_begin_are_new_ones() -> None:
    subject = table(4, Passer(), games=3, opening=0.0)
    for _ in range(2):
        subject.advance()
    subject.take_finished()
    assert (subject._batch.state[:, :16] == 0).all()
    assert not subject._done.any() and int(subject._moves.sum()) == 0


def test_it_goes_on_exactly_even_while_games_wait() -> None:
    first, second = table(3, Stayer(), games=4), table(3, Stayer(), games=4, seed=9)
    for _ in range(20):
        first.advance()
    assert first._done.any() and first._truncated.any()
    second.load_state_dict(first.state_dict())
    # The random numbers are the trainer's to save.
    second._generator.set_state(first._generator.get_state())
    for _ in range(30):
        pair = [(each.take_finished(), each.advance())[0] for each in (first, second)]
        assert (pair[0] is None) == (pair[1] is None)
        for left, right in zip(*(finished or () for finished in pair), strict=True):
            assert all(torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("plies", [0, 1, 7, 17, 20, 41])
def test_games_come_back_from_their_moves(plies: int) -> None:
    """Boards, superko sets and records are replayed to the last bit, in games of all ages, begun, waiting and over."""
    first, second = table(4, games=6, opening=0.5), table(4, games=6, seed=9)
    for ply in range(plies):
        first.advance()
        if ply % 5 == 0:
            first.take_finished()
    for _ in range(3):
        second.advance()
    state = first.state_dict()
    assert second.load_state_dict(state)
    for each in (first, second):
        # Where legal moves were noted last is found anew before they are used; in games that are over none were left.
        each._batch.state[each._done, bits_at(4, LEGAL_BITS) : meta_at(4)] = 0
    assert torch.equal(first._batch.state, second._batch.state) and torch.equal(first._batch.seen, second._batch.seen)
    for name in RECORDS:
        for game, rows in enumerate(first._recorded.tolist()):
            left, right = (each._records[name][game, :rows] for each in (first, second))
            assert torch.equal(left, right), name
    assert same(state, second.state_dict())


def test_a_game_is_saved_in_few_bytes() -> None:
    subject = table(9, games=16, opening=0.0)
    for _ in range(81):
        subject.advance()
    rows = int(subject._recorded.sum())
    saved = sum(tensor.nbytes for tensor in tensors_of(subject.state_dict()))
    assert rows > 1000 and saved < 16 * 200 + rows * (2 * 82 + 11 + 13), "dense policies and a few numbers a move"


def test_games_that_an_earlier_version_saved_begin_anew() -> None:
    subject, state = table(4, games=3), table(4, games=3).state_dict()
    state["fair"].fill_(3.5)
    del state["history"]
    for _ in range(9):
        subject.advance()
    assert not subject.load_state_dict(state)
    assert float(subject.starts.fair) == 3.5
    assert int(subject._moves.sum()) == 0 and not subject._batch.state[:, :16].any()


def tensors_of(tree: Any) -> list[Tensor]:
    if isinstance(tree, Tensor):
        return [tree]
    return [tensor for each in tree.values() for tensor in tensors_of(each)] if isinstance(tree, dict) else []


def facts(length: list[int], fingerprint: list[int]) -> GameFacts:
    games = len(length)
    flags = torch.arange(games) == 0
    return GameFacts(torch.tensor(length), torch.full((games,), 3), flags, ~flags, torch.tensor(fingerprint))


def test_the_stats_tell_means_over_the_newest_games() -> None:
    stats = GameStats()
    assert stats.health() == {}
    stats.add(5, facts([10, 20, 30], [1, 2, 2]))
    stats.add(9, facts([80], [3]))
    health = stats.health()
    assert (health["length_5"], health["length_9"], health["length"]) == (20, 80, 35)
    assert (health["truncated"], health["black_wins"], health["passes"]) == (0.5, 0.5, 3)
    assert (health["unique"], health["judged_games"]) == (0.75, 4)


def test_the_stats_forget_the_oldest() -> None:
    stats, copy = GameStats(), GameStats()
    stats.add(5, facts([1] * KEPT, [7] * KEPT))
    stats.add(5, facts([2] * (KEPT // 2), [8] * (KEPT // 2)))
    assert stats.health()["length"] == 1.5 and stats.games == KEPT + KEPT // 2
    copy.load_state_dict(stats.state_dict())
    for each in (stats, copy):
        each.add(5, facts([4] * 2 * KEPT, list(range(2 * KEPT))))
    assert stats.health() == copy.health()
    assert (stats.health()["length"], stats.health()["unique"]) == (4, 1)
