"""A league's file to start from; what `tessera league init` writes."""

EXAMPLE = """\
# tessera league run league.toml
title = "First league"
size = 9
rules = "chinese-kgs"        # area scoring, positional superko; what GnuGo, KataGo and Pachi can all play
komi = 7.0
seed = 1
schedule = "round-robin"     # or gauntlet (challengers = [...]), ladder (neighbours = 2), adaptive
games = 20                   # for each pair, half with each colour
target = 0                   # stop when every interval is within this many Elo; 0 plays all games
# sprt = { elo0 = 0, elo1 = 35 }   with two players: stop when it is clear which of the two leads the first one has
concurrency = 2              # games of engines at the same time

[openings]
kind = "random"              # or "book", with folder = "openings" holding SGF files
moves = 4

[anchors]
"GnuGo level 10" = 1800

[[players]]
name = "random"
player = "random"

[[players]]
name = "shipped, policy only"
player = "policy"

[[players]]
name = "shipped, 32 visits"  # ckpt = "final.pth" plays another network
visits = 32

[[players]]
name = "GnuGo level 10"      # tessera engines list shows what else there is
engine = "gnugo"
settings = { level = 10 }
"""
