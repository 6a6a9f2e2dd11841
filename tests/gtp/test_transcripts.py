"""Transcripts: commands on the left, whole responses on the right, one session for each table."""

from __future__ import annotations

import pytest

from tests.gtp.fakes import Desk

ADMIN = [
    ("protocol_version", "= 2"),
    ("7 protocol_version", "=7 2"),
    ("2147483647 name", "=2147483647 Tessera"),
    ("5", "?5 unknown command"),
    ("PROTOCOL_VERSION", "? unknown command"),
    ("known_command genmove", "= true"),
    ("known_command flip_table", "= false"),
    ("known_command", "= false"),
    ("flip_table", "? unknown command"),
    ("3 flip_table", "?3 unknown command"),
    ("gogui-interrupt", "= "),
    ("stop", "= "),
    ("clear_cache", "= "),
]

BOARD = [
    ("boardsize 9", "= "),
    ("boardsize", "? syntax error"),
    ("boardsize nine", "? syntax error"),
    ("boardsize 9.5", "? syntax error"),
    ("boardsize 1", "? unacceptable size"),
    ("boardsize 26", "? unacceptable size"),
    ("boardsize -9", "? unacceptable size"),
    ("boardsize 99999999999999999999", "? syntax error"),
    ("boardsize 9 13", "? unacceptable size"),
    ("rectangular_boardsize 9 9", "? unknown command"),
    ("known_command rectangular_boardsize", "= false"),
    ("boardsize 9 9", "= "),
    ("komi 6.5", "= "),
    ("komi 6,5", "? syntax error"),
    ("komi nan", "? syntax error"),
    ("komi inf", "? syntax error"),
    ("komi 6.5x", "? syntax error"),
    ("komi", "? syntax error"),
    ("komi -1e30", "= "),
    ("komi 400", "= "),
    ("get_komi", "= 400"),
    ("komi 6.5", "= "),
    ("boardsize 5", "= "),
    ("clear_board", "= "),
    ("get_komi", "= 6.5"),
    ("play b C3", "= "),
    ("play W c3", "? illegal move"),
    ("play b C4", "= "),
    ("play White D4", "= "),
    ("play b I3", "? syntax error: invalid coordinate"),
    ("play b F3", "? syntax error: invalid coordinate"),
    ("play b A0", "? syntax error: invalid coordinate"),
    ("play b D4.5", "? syntax error: invalid coordinate"),
    ("play red D4", "? syntax error: invalid color"),
    ("play b", "? syntax error"),
    ("play b D5 E5", "? syntax error"),
    ("play b resign", "? syntax error: invalid coordinate"),
    ("play b PASS", "= "),
    ("undo", "= "),
    ("gg-undo 4", "? cannot undo"),
    ("gg-undo 2", "= "),
    ("gg-undo", "= "),
    ("undo", "? cannot undo"),
    ("gg-undo 0", "= "),
]

KO = [
    ("boardsize 5", "= "),
    ("gogui-play_sequence b B1 b A2 b B3 w C1 w D2 w C3 w B2", "= "),
    ("play b C2", "= "),
    ("play w B2", "? illegal move"),
    ("play w E5", "= "),
    ("play b A5", "= "),
    ("play w B2", "= "),
    ("play b C2", "? illegal move"),
    ("play b A1", "= "),
    ("gogui-play_sequence b E4 w E4 b A4", "? illegal move"),
    ("gg-undo 13", "? cannot undo"),
    ("gg-undo 12", "= "),
    ("final_score", "= W+7.5"),
]

HANDICAP = [
    ("fixed_handicap 5", "= D4 Q16 D16 Q4 K10"),
    ("fixed_handicap 5", "? board not empty"),
    ("clear_board", "= "),
    ("fixed_handicap 1", "? invalid number of stones"),
    ("fixed_handicap 10", "? invalid number of stones"),
    ("fixed_handicap 2.5", "? syntax error"),
    ("fixed_handicap -2", "? invalid number of stones"),
    ("boardsize 9", "= "),
    ("fixed_handicap 9", "= C3 G7 C7 G3 C5 G5 E3 E7 E5"),
    ("undo", "? cannot undo"),
    ("boardsize 8", "= "),
    ("fixed_handicap 5", "? invalid number of stones"),
    ("fixed_handicap 4", "= C3 F6 C6 F3"),
    ("boardsize 6", "= "),
    ("fixed_handicap 2", "? invalid number of stones"),
    ("place_free_handicap 2", "= B2 D2"),
    ("boardsize 13", "= "),
    ("place_free_handicap 3", "= D4 K10 D10"),
    ("clear_board", "= "),
    ("place_free_handicap 1", "? invalid number of stones"),
    ("place_free_handicap", "? syntax error"),
    ("set_free_handicap", "? bad vertex list"),
    ("set_free_handicap A1", "? bad vertex list"),
    ("set_free_handicap A1 A1", "? bad vertex list"),
    ("set_free_handicap A1 pass", "? bad vertex list"),
    ("set_free_handicap A1 Z99", "? bad vertex list"),
    ("set_free_handicap a1 C4 D5", "= "),
    ("set_free_handicap A1 B2", "? board not empty"),
    ("play b A1", "? illegal move"),
]

RULES = [
    ("kata-set-rules tromp-taylor", "= "),
    (
        "kata-get-rules",
        (
            '= {"friendlyPassOk":true,"hasButton":false,"ko":"POSITIONAL","scoring":"AREA","suicide":true,'
            '"tax":"NONE","whiteHandicapBonus":"0"}'
        ),
    ),
    ("kata-set-rule ko SIMPLE", "= "),
    ("kata-set-rule suicide false", "= "),
    (
        "kata-get-rules",
        (
            '= {"friendlyPassOk":true,"hasButton":false,"ko":"SIMPLE","scoring":"AREA","suicide":false,"tax":"NONE",'
            '"whiteHandicapBonus":"0"}'
        ),
    ),
    ("kgs-rules new_zealand", "= "),
    ("kgs-rules martian", "? syntax error: chinese, japanese, aga, new_zealand"),
    ("kata-set-rules", "? syntax error"),
    ('kata-set-rules {"ko": "SIMPLE", "scoring": "TERRITORY", "tax": "SEKI"}', "= "),
    ("kata-set-rule scoring AREA", "= "),
    ("kata-set-rule scoring TERRITORY", "= "),
    ("kata-set-rule suicide true", "= "),
    ("kata-list_time_settings", "= none absolute canadian byoyomi fischer fischer-capped"),
    ("time_settings 300 30 5", "= "),
    ("time_settings 0 1 0", "= "),
    ("time_settings 300 30", "? syntax error"),
    ("time_settings 300 30 x", "? syntax error"),
    ("time_left b 25 3", "= "),
    ("time_left b 25.5 0", "= "),
    ("time_left x 25 3", "? syntax error: invalid color"),
    ("kgs-time_settings byoyomi 600 30 5", "= "),
    ("kgs-time_settings none", "= "),
    ("kgs-time_settings hourglass 3", "? syntax error: none, absolute, byoyomi, canadian"),
    ("kata-time_settings fischer 60 2.5", "= "),
    ("kata-time_settings fischer-capped 60 2.5 100 -1", "= "),
    ("kata-time_settings absolute -1", "? syntax error"),
    ("kata-get-param playoutDoublingAdvantage", "= 0"),
    ("kata-set-param maxVisits 50", "= "),
    ("kata-get-param maxVisits", "= 50"),
    ("kata-set-param maxVisits -1", "? syntax error"),
    ("kata-set-param analysisWideRootNoise 0.04", "= "),
    ("kata-get-param analysisWideRootNoise", "= 0.04"),
    ("kata-set-param analysisWideRootNoise 6", "? analysisWideRootNoise: got 6.0, allowed: 0 to 5"),
    ('kata-set-params {"maxVisits": 60, "lagBuffer": "1.5"}', "= "),
    ("kata-get-param maxVisits", "= 60"),
    ('kata-set-params {"maxVisits": 70, "lagBuffer": 100}', "? lag: got 100.0, allowed: 0 to 60 seconds"),
    ("kata-set-params [1]", "? syntax error: a JSON object of parameters"),
    (
        "kata-get-params",
        (
            '= {"maxVisits": 60, "maxTime": 0, "analysisWideRootNoise": 0.04, "lagBuffer": 1.5, '
            '"allowResignation": true, "resignThreshold": 0.05, "playoutDoublingAdvantage": 0}'
        ),
    ),
    ("kata-get-models", "= []"),
    ("kata-set-param maxTime 1e9", "? seconds: got 1000000000.0, allowed: more than 0, up to 86400"),
    ("kata-set-param allowResignation false", "= "),
    ("kata-get-param resignThreshold", "= 0"),
    ("kata-set-param allowResignation true", "= "),
    ("kata-get-param resignThreshold", "= 0.05"),
]

SETUP = [
    ("boardsize 5", "= "),
    ("gogui-setup b A1 w B1 b C3", "= "),
    ("gogui-setup_player w", "= "),
    (
        "showboard",
        (
            "= \n   A B C D E\n 5 . . . . .  5\n 4 . . . . .  4\n 3 . . X . .  3\n 2 . . . . .  2\n 1 X O . . .  1\n"
            "   A B C D E\nwhite to play, move 1, komi 7.5\nprisoners: black has taken 0, white 0"
        ),
    ),
    ("gogui-setup b A1 w B1 w A2", "? set-up position: got '3 stones', allowed: every chain has a liberty"),
    ("gogui-setup b A1 w A1", "? bad vertex list"),
    ("gogui-setup b pass", "? bad vertex list"),
    ("gogui-setup b", "? syntax error"),
    ("set_position", "= "),
    ("undo", "? cannot undo"),
]

THINKING = [
    ("boardsize 5", "= "),
    ("genmove b", "= A5"),
    ("genmove b", "= B5"),
    ("genmove", "? syntax error"),
    ("genmove green", "? syntax error: invalid color"),
    ("reg_genmove w", "= C5"),
    ("reg_genmove w", "= C5"),
    ("kgs-genmove_cleanup w", "= C5"),
    (
        "lz-genmove_analyze b",
        (
            "= \ninfo move D5 visits 10 winrate 5000 prior 435 lcb 4000 order 0 pv D5 pass "
            "info move E5 visits 7 winrate 5000 prior 435 lcb 4000 order 1 pv E5 pass "
            "info move A4 visits 4 winrate 5000 prior 435 lcb 4000 order 2 pv A4 pass "
            "info move B4 visits 1 winrate 5000 prior 435 lcb 4000 order 3 pv B4 pass\nplay D5"
        ),
    ),
    (
        "kata-genmove_analyze w 5 maxmoves 1 rootInfo true ownership true",
        "= \n"
        "info move E5 visits 10 edgeVisits 10 utility 0.000000 winrate 0.500000 scoreMean 0.0000 scoreStdev 6.0000 "
        "scoreLead 0.0000 scoreSelfplay 0.0000 prior 0.045455 lcb 0.400000 utilityLcb -0.200000 weight 10.0 order 0 "
        "pv E5 pass rootInfo visits 10 utility 0.000000 winrate 0.500000 scoreMean 0.0000 scoreStdev 7.0000 "
        "scoreLead 0.0000 scoreSelfplay 0.0000 weight 10.0 ownership" + " 0.0000" * 25 + "\nplay E5",
    ),
    ("kata-search b", "= A4"),
    ("kata-search_cancellable b", "= A4"),
    ("kata-search", "? syntax error"),
    ("kata-search green", "? syntax error: invalid color"),
    (
        "kata-search_analyze b maxmoves 1 pvVisits true pvEdgeVisits true noResultValue true",
        (
            "= \ninfo move A4 visits 10 edgeVisits 10 utility 0.000000 winrate 0.500000 scoreMean 0.0000 "
            "scoreStdev 6.0000 scoreLead 0.0000 scoreSelfplay 0.0000 prior 0.047619 lcb 0.400000 utilityLcb -0.200000 "
            "weight 10.0 order 0 noResultValue 0.000000 pv A4 pass pvVisits 10 1 pvEdgeVisits 10 1\nplay A4"
        ),
    ),
    ("kata-analyze b nonsense", "? syntax error"),
    ("kata-analyze b nonsense 3", "? syntax error: nonsense"),
    ("kata-analyze b allow b A5 1", "? no move is left to consider"),
    ("gomill-explain_last_move", "= win rate 0.500, score +0.0, 10 visits in 0.00 s, main line E5 pass"),
    ("tessera-value", "= B 50.0% W 50.0%"),
    ("tessera-score", "= B+0.0"),
    ("tessera-line", "= A4 pass"),
    ("kata-raw-nn 5", "? syntax error: only symmetry 0 is evaluated"),
    ("final_status_list undead", "? syntax error"),
]


@pytest.mark.parametrize(
    "transcript",
    [ADMIN, BOARD, KO, HANDICAP, RULES, SETUP, THINKING],
    ids=["admin", "board", "ko", "handicap", "rules", "setup", "thinking"],
)
def test_transcript(transcript: list[tuple[str, str]]) -> None:
    desk = Desk()
    for command, expected in transcript:
        assert desk.say(command) == expected, command
    assert [text for text in desk.complaints if "learned area scoring" not in text] == []


def test_list_commands_is_sorted_and_complete() -> None:
    desk = Desk(plugins={"my-command": lambda session, args: "mine " + " ".join(args)})
    names = desk.say("list_commands").removeprefix("= ").split("\n")
    assert names == sorted(names)
    required = {
        (
            "protocol_version name version known_command list_commands quit boardsize clear_board komi play genmove "
            "undo time_settings time_left final_score final_status_list fixed_handicap place_free_handicap "
            "set_free_handicap loadsgf reg_genmove showboard lz-analyze kata-analyze kata-genmove_analyze "
            "gogui-interrupt my-command"
        )
    }
    assert set(" ".join(required).split()) <= set(names)
    assert "analyze" not in names  # Sabaki would read its floats as 0..10000
    assert all(desk.say(f"known_command {name}") == "= true" for name in names)
    assert desk.say("my-command a B") == "= mine a B"
