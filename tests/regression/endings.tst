# The end of a game: the last points, and when to pass.
# All of our own making. Checked on 2026-11-27: every move on the border was read out to the end of the game (area scoring,
# positional superko, no move left out) by a solver that shares no code with Tessera, and KataGo 1.17.2 (g170-b6c96, 1500
# visits, 300 after each move, where fewer left a doubt) likes the listed move best by at least 30 points of winrate.
# The komi lies between the right result and the next best one; half a point or one and a half decide.
# Where a pass is the answer, filling one of two own eyes was left to KataGo: it gives the whole side away.

# Black gains the most that is left. Komi 12.5.
#    A B C D E F G H J
#  9 X . X X X . O O O
#  8 X X X X . O O O .
#  7 X X X X X . O O O
#  6 X . X X X X O O O
#  5 X X X X X X O . O
#  4 X X X X X O O O O
#  3 X . X X . . O O O
#  2 X X X X O . O O .
#  1 X X X X . O O O O
loadsgf positions/endings-10.sgf
10 reg_genmove black
#? [E3]

# White gains the most that is left. Komi 16.5.
#    A B C D E F G H J
#  9 O O O X X X X X X
#  8 . O O X X X X . X
#  7 O O O . . X X X X
#  6 O O O X . X X X X
#  5 O O O . X X X X .
#  4 O . O . X X X X X
#  3 O O O O X X X X .
#  2 O O O O X X X X X
#  1 . O O . . X X X .
loadsgf positions/endings-20.sgf
20 reg_genmove white
#? [D7]

# Black gains the most that is left. Komi 2.5.
#    A B C D E F G H J
#  9 X X X X O O O O O
#  8 . X X X . O O O .
#  7 X X X X . X O O O
#  6 X X X . O O O O O
#  5 X . X X . O O O O
#  4 X X X X . O O . O
#  3 X X X X X O O O O
#  2 . X X X X . O O O
#  1 X X X X . O O O .
loadsgf positions/endings-30.sgf
30 reg_genmove black
#? [E7]

# White gains the most that is left. Komi 16.5.
#    A B C D E F G H J
#  9 X X X X . . O O .
#  8 X . X X X X O O O
#  7 X X X X X O O . O
#  6 X X X X . O O O O
#  5 . X X X X . O O .
#  4 X X X X X X O O O
#  3 . X X X X X O O O
#  2 X X X X X . O . O
#  1 . X X X . . O O O
loadsgf positions/endings-40.sgf
40 reg_genmove white
#? [F9]

# Black gains the most that is left. Komi 4.5.
#    A B C D E F G H J
#  9 X X X X . X . X .
#  8 X . X X X X X X X
#  7 X X X X X X X X X
#  6 X X X X O . . . X
#  5 X X X . X O O . .
#  4 X X X O O O O O O
#  3 O O O O O O O O O
#  2 O O . O O O O . O
#  1 . O O O . O O O O
loadsgf positions/endings-50.sgf
50 reg_genmove black
#? [F6]

# Black gains the most that is left. Komi 12.5.
#    A B C D E F G H J
#  9 X X X X . X X X .
#  8 X . X X X X . X X
#  7 X X X X X X X X X
#  6 X X X X X X X . .
#  5 X X X X X . . O .
#  4 X X X X . O . O O
#  3 O O O O O O O O O
#  2 O O O O . O O O O
#  1 O . O O O O O . O
loadsgf positions/endings-60.sgf
60 reg_genmove black
#? [G5]

# White gains the most that is left. Komi 12.5.
#    A B C D E F G H J
#  9 O O O O O X X . X
#  8 . O O O . . X X X
#  7 O O O . X X X X X
#  6 O O O . X X X . X
#  5 O . O X X X X X X
#  4 O O O X X X X X X
#  3 O O O . X X X . X
#  2 . O O O X X X X X
#  1 O O O . . X X X X
loadsgf positions/endings-70.sgf
70 reg_genmove white
#? [E8]

# White gains the most that is left. Komi 12.5.
#    A B C D E F G H J
#  9 O . O O . X X X X
#  8 O O O . X X X X .
#  7 O O O O O X X X X
#  6 O . O O . X X X X
#  5 O O O . X X X . X
#  4 O O O X X X X X X
#  3 O . O X X X X X X
#  2 O O O . . X X X .
#  1 O O O . X X X X X
loadsgf positions/endings-80.sgf
80 reg_genmove white
#? [D2]

# Nothing is left but own eyes: White passes. Komi 49.5.
#    A B C D E F G H J
#  9 O O O O X X X X X
#  8 O O O O X X X X X
#  7 . O O O X X X . X
#  6 O O O O X X X X X
#  5 O O O O X X X X X
#  4 O O O X X X X X X
#  3 O O O X X X X X X
#  2 . O O X X X X X .
#  1 O O O X X X X X X
loadsgf positions/endings-90.sgf
90 reg_genmove white
#? [pass]

# Nothing is left but own eyes: White passes. Komi 32.5.
#    A B C D E F G H J
#  9 X X X O O O O O O
#  8 . X X O O O O O .
#  7 X X X O O O O O O
#  6 X X X O O O O O O
#  5 X X X X O O O O O
#  4 X X X X O O O O O
#  3 . X X X O O O . O
#  2 X X X X O O O O O
#  1 X X X X O O O O O
loadsgf positions/endings-100.sgf
100 reg_genmove white
#? [pass]
