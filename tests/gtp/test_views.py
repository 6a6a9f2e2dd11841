"""What GoGui draws: the shapes its manual demands of each type."""

from __future__ import annotations

import re

from tests.gtp.fakes import Desk, FakePlayer


def desk() -> Desk:
    made = Desk(FakePlayer(winrates=[0.7] * 99, score=3.0, ownership=lambda game: [0.5] * 24 + [-1.0]))
    made.say("boardsize 5", "play b C3")
    return made


def test_a_board_of_numbers_is_from_blacks_view() -> None:
    rows = desk().say("tessera-ownership").removeprefix("= \n").split("\n")
    assert rows == ["0.500 0.500 0.500 0.500 0.500"] * 4 + ["0.500 0.500 0.500 0.500 -1.000"]


def test_policy_is_gogui_graphics() -> None:
    lines = desk().say("tessera-policy").removeprefix("= ").split("\n")
    assert all(re.fullmatch(r"COLOR #[0-9a-f]{6} [A-E][1-5]", line) for line in lines[:-2])
    assert len(lines) == 24 + 2
    assert re.fullmatch(r"LABEL( [A-E][1-5] \d+)+", lines[-2])
    assert lines[-1] == "TEXT pass 4.0%"


def test_a_board_of_colours() -> None:
    rows = [row.split() for row in desk().say("tessera-moves").removeprefix("= \n").split("\n")]
    assert [len(row) for row in rows] == [5] * 5
    assert rows[0] == ["green"] * 4 + ['""']


def test_value_and_score_name_the_side() -> None:
    assert desk().say("tessera-value") == "= B 30.0% W 70.0%"
    assert desk().say("tessera-score") == "= W+3.0"


def test_the_bare_network_in_katagos_form() -> None:
    made = desk()
    words = made.say("kata-raw-nn all").removeprefix("= ").split()
    assert made.player.asked[-1][3].deterministic  # without what a search before has found
    values = {word: words[n + 1] for n, word in enumerate(words) if re.match("[a-z]", word)}
    assert (values["symmetry"], values["whiteWin"], values["whiteLead"]) == ("0", "0.700000", "3.000")
    policy = words[words.index("policy") + 1 : words.index("policyPass")]
    assert len(policy) == 25
    assert policy[12] == "NAN"
    assert words[words.index("whiteOwnership") + 1 :] == ["-0.500000"] * 24 + ["1.000000"]


def test_cgos_gets_json_and_a_move() -> None:
    import json

    head, line, move = desk().say("cgos-genmove_analyze w").split("\n")
    said = json.loads(line)
    assert (head, move) == ("= ", "play A5")
    assert (said["winrate"], said["visits"], len(said["ownership"])) == (0.7, 10, 25)
    assert said["moves"][0] == {"move": "A5", "winrate": 0.7, "score": 3.0, "prior": 0.04, "visits": 10, "pv": "pass"}
    assert said["ownership"][0] == "Q"  # -0.5 from White's view
    assert said["ownership"][24] == "+"
