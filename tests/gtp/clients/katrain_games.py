"""Games in KaTrain's own classes without its window: run by test_katrain.py in KaTrain's environment.

    python katrain_games.py ENGINE_COMMAND

Plays 9x9 games between KaTrain's strategies and one on 19x19, analyses every position of them and uses what its
window offers (a region, more visits, other moves, a sweep). Prints one JSON object: what happened, and every
error KaTrain logged.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise
from typing import Any

from katrain.core.ai import STRATEGY_REGISTRY, generate_ai_move
from katrain.core.base_katrain import KaTrainBase
from katrain.core.constants import OUTPUT_ERROR, OUTPUT_KATAGO_STDERR
from katrain.core.engine import KataGoEngine
from katrain.core.game import Game

sys.stderr = sys.__stderr__  # Kivy keeps it for its own log
NEED_A_HUMAN_MODEL = ("ai:human", "ai:pro")
PATIENCE = 120.0
"""Seconds until one answer that does not come fails the run."""


class Window:
    """What KaTrain's classes tell its window: status lines, the move tree. Takes everything."""

    def __getattr__(self, name: str) -> Window:
        return self

    def __call__(self, *args: object, **kwargs: object) -> None:
        return None


class KaTrain(KaTrainBase):
    def __init__(self, command: str) -> None:
        self.errors: list[str] = []
        self.stderr: list[str] = []
        super().__init__(force_package_config=True, debug_level=0)
        self.controls = Window()
        self.pondering = False
        self._config["engine"] |= {"backend": "custom", "altcommand": command}
        self._config["engine"] |= {"max_visits": 8, "fast_visits": 4, "max_time": 60.0}

    def log(self, message: object, level: float = 0) -> None:
        if level == OUTPUT_ERROR:
            self.errors.append(str(message)[:500])
        elif level == OUTPUT_KATAGO_STDERR:
            self.stderr.append(str(message)[:500])

    def __call__(self, message: str, *args: object, **kwargs: object) -> None:
        self.errors.append(f"{message} {args}"[:500])

    def update_state(self, **kwargs: object) -> None:
        return None


def new_game(katrain: KaTrain, engine: Any, size: int) -> Any:
    katrain._config["game"] |= {"size": str(size), "komi": 6.5, "rules": "japanese", "handicap": 0}
    engine.on_new_game()
    katrain.game = Game(katrain, engine)
    return katrain.game


def play(game: Any, black: str, white: str, most: int) -> int:
    """Moves until two passes, or `most`."""
    settings = game.katrain.config("ai")
    for number in range(most):
        if game.end_result:
            return number
        strategy = (black, white)[number % 2]
        move, node = generate_ai_move(game, strategy, settings.get(strategy, {}))
        assert node is not None, f"{strategy} made no move of {move}"
    return most


def wait_for(engine: Any) -> None:
    begun, left = time.monotonic(), None
    while not engine.is_idle():
        if engine.queries_remaining() != left:
            begun, left = time.monotonic(), engine.queries_remaining()
        assert time.monotonic() - begun < PATIENCE, f"{left} queries are not answered"
        time.sleep(0.02)


def check(game: Any) -> int:
    """Every position of the main line has its analysis; how many there are."""
    nodes = game.current_node.nodes_from_root
    points = game.board_size[0] * game.board_size[1]
    for node in nodes:
        assert node.analysis_complete, f"move {node.depth} has no analysis"
        root = node.analysis["root"]
        assert 0 <= root["winrate"] <= 1
        assert root["visits"] >= 1
        assert len(node.ownership) == points
        assert len(node.policy) == points + 1
        for candidate in node.candidate_moves:
            assert len(candidate["pv"]) >= 1
    return len(nodes)


def use_the_window(game: Any, engine: Any) -> None:
    """What the analysis menu does, in the middle of a game."""
    node = game.root
    while node.children and node.depth < 20:
        node = node.children[0]
    game.set_current_node(node)
    for mode in ("extra", "alternative", "equalize", "sweep"):
        game.analyze_extra(mode)
        wait_for(engine)
    game.set_region_of_interest((1, 4, 1, 4))
    game.analyze_extra("extra")
    wait_for(engine)
    game.region_of_interest = None
    node.analyze(engine, ponder=True)
    time.sleep(1.0)
    engine.stop_pondering()
    wait_for(engine)
    engine.on_new_game()


def main(command: str) -> None:
    katrain = KaTrain(command)
    engine = KataGoEngine(katrain, katrain.config("engine"))
    # Strategies without settings are none that KaTrain offers.
    offered = [name for name in STRATEGY_REGISTRY if name in katrain.config("ai")]
    strategies = [name for name in offered if name not in NEED_A_HUMAN_MODEL]
    played = {}
    for black, white in pairwise([*strategies, strategies[0]]):
        game = new_game(katrain, engine, 9)
        moves = play(game, black, white, 120)
        wait_for(engine)
        played[f"{black} {white}"] = [moves, check(game), str(game.end_result)]
        print(black, white, moves, katrain.errors, file=sys.stderr)
    use_the_window(new_and_played(katrain, engine, strategies), engine)
    game = new_game(katrain, engine, 19)
    moves = play(game, "ai:policy", "ai:default", 450)
    wait_for(engine)
    played["19x19"] = [moves, check(game), str(game.end_result)]
    process = engine.katago_process
    engine.shutdown(finish=True)
    code = process.wait(timeout=30)
    print(json.dumps({"played": played, "errors": katrain.errors, "stderr": katrain.stderr, "code": code}))


def new_and_played(katrain: KaTrain, engine: Any, strategies: list[str]) -> Any:
    game = new_game(katrain, engine, 9)
    play(game, strategies[0], strategies[0], 24)
    wait_for(engine)
    return game


if __name__ == "__main__":
    main(sys.argv[1])
