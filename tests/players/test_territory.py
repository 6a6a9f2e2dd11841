"""Territory scoring with a network that knows area scoring: what counting decides is exact."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tessera.interfaces.analysis import caveat
from tessera.interfaces.network import Outputs
from tessera.interfaces.player import Limits
from tessera.players.policy import PolicyPlayer
from tessera.players.territory import AsArea
from tessera.rules.coords import BLACK, WHITE, parse_vertex
from tessera.rules.game import Game
from tessera.rules.ruleset import PRESETS
from tessera.rules.scoring import score
from tests.search.worlds import Constant


class AreaCounter(Constant):
    """A network that knows area scoring alone and counts perfectly where no stone is dead."""

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        outputs = super().evaluate(planes, globals_)
        assert not globals_[:, 9].any() and not globals_[:, 11].any(), "it was never shown territory scoring"
        for row in range(len(planes)):
            game = Game(planes.shape[2], komi=0.0)
            own, other = (planes[row, plane].flatten().numpy() for plane in (1, 2))
            stones = {p: BLACK if own[p] else WHITE for p in np.flatnonzero(own + other)}
            game.set_up(stones)
            outputs.score[row] = score(game).margin + 15.0 * globals_[row, 0]
            outputs.value[row, 0] = outputs.score[row]
            outputs.value[row, 2] = -outputs.score[row]
        return outputs


def settled(rules: str) -> Game:
    """5x5, every point owned: Black has columns A to C, White D and E."""
    game = Game(5, rules=PRESETS[rules], komi=0.5)
    for row in range(1, 6):
        game.play(BLACK, parse_vertex(f"C{row}", 5))
        game.play(WHITE, parse_vertex(f"D{row}", 5))
    return game


def lead(game: Game) -> float:
    """Black's, by one evaluation."""
    analysis = PolicyPlayer(AsArea(AreaCounter())).analyze(game, game.to_play, Limits())
    assert (analysis.winrate > 0.5) == (analysis.score > 0), "win rate and score contradict each other"
    return analysis.score if analysis.color == BLACK else -analysis.score


@pytest.mark.parametrize("fills", range(4))
@pytest.mark.parametrize("color", [BLACK, WHITE])
def test_filling_own_territory_costs_a_point_each(fills: int, color: int) -> None:
    game = settled("japanese")
    game.play(BLACK, game.points)
    area = settled("chinese")
    area.play(BLACK, area.points)
    before = lead(area)
    own = [parse_vertex(v, 5) for v in (("A1", "A2", "A3") if color == BLACK else ("E1", "E2", "E3"))]
    for point in own[:fills]:
        for each in (game, area):
            each.play(color, point)
            each.play(3 - color, each.points)
    assert lead(game) == pytest.approx(score(game).margin), "what counting says"
    assert lead(area) == pytest.approx(before), "under area scoring it costs nothing"


def test_prisoners_and_handicap_count() -> None:
    game = Game(5, rules=PRESETS["japanese"], komi=0.0)
    game.set_up({parse_vertex(v, 5): BLACK for v in ("B1", "A2", "C3")}, to_play=WHITE)
    game.play(WHITE, parse_vertex("E5", 5))
    game.play(BLACK, parse_vertex("D5", 5))
    game.play(WHITE, game.points)
    game.play(BLACK, parse_vertex("E4", 5))
    game.play(WHITE, game.points)
    assert game.captured_by(BLACK) == 1
    assert lead(game) == pytest.approx(score(game).margin)


def test_before_the_last_neutral_point_half_a_point_is_open() -> None:
    game = settled("japanese")
    assert lead(game) == pytest.approx(score(game).margin - 0.5), "Black to play might have played one stone more"


def test_only_territory_rules_are_warned_about() -> None:
    assert caveat(PRESETS["chinese"]) is None
    assert "japanese" in str(caveat(PRESETS["japanese"]))
