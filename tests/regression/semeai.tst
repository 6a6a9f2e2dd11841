# Semeai: two groups without two eyes, and one of them falls.
# All of our own making. Checked on 2026-11-27: every move inside the disputed area was read out to the end of the game
# (area scoring, positional superko, no move left out) by a solver that shares no code with Tessera, and KataGo 1.17.2
# (g170-b6c96, 200 visits or more, 20 or more after each move) finds the listed moves winning and all others losing.
# Outside that area everything is settled, and the komi lies between the right result and the next best one.

# Two liberties against two: Black fills. Komi 14.5.
#    A B C D E F G H J
#  9 . X O . X X . X .
#  8 . X O . X X X X X
#  7 X X O O X X . X .
#  6 O O O X X X X . X
#  5 X X X X X X . X X
#  4 X X X X X X X X X
#  3 O O O O O O O O O
#  2 . O . O . O . O .
#  1 O O O . O O O O O
loadsgf positions/semeai-10.sgf
10 reg_genmove black
#? [A8|D8|D9]

# An eye decides: Black takes it. Komi 6.5.
#    A B C D E F G H J
#  9 X . X X X X X X X
#  8 X X X . X . X . X
#  7 . X . X . X . X .
#  6 X X X X X X X X X
#  5 O O O O O O O O O
#  4 O O O O O O O O O
#  3 . O O O X X X X X
#  2 O O O O X . . O O
#  1 . O O . X . O . .
loadsgf positions/semeai-20.sgf
20 reg_genmove black
#? [G2]

# A big eye: Black adds to its liberties. Komi 11.5.
#    A B C D E F G H J
#  9 . X X . O X . . .
#  8 X X X . O X . X X
#  7 . X X . O X X O O
#  6 X X X . O O O O X
#  5 . X X X X X X X X
#  4 X X X X X X X X X
#  3 X X O O O O O O O
#  2 O O . O . O . O .
#  1 . O O O O . O O O
loadsgf positions/semeai-30.sgf
30 reg_genmove black
#? [G9|H9]

# A big eye: White fills it from the vital point. Komi 7.5.
#    A B C D E F G H J
#  9 O . O X X X O X .
#  8 O O O X X O O X .
#  7 O . O X X O X . .
#  6 . O O X X O X X X
#  5 O . O X X O O O O
#  4 O O O X X . . . .
#  3 O . O X X X X X X
#  2 O O O X X X X X X
#  1 O . O X . X . X .
loadsgf positions/semeai-40.sgf
40 reg_genmove white
#? [J7|J8]

# Cut off from behind: Black wins the race. Komi 13.5.
#    A B C D E F G H J
#  9 O O O O O . O O O
#  8 . O . O . O . O .
#  7 O O O O O O O O O
#  6 X X X X X X X X X
#  5 . X X X X X X X X
#  4 X X X X X X X O O
#  3 . X X O O . O O X
#  2 X X X O . O X X .
#  1 . X X O . O . X .
loadsgf positions/semeai-50.sgf
50 reg_genmove black
#? [F3]

# White wins the race from inside. Komi 11.5.
#    A B C D E F G H J
#  9 O . O X X O X . .
#  8 O O O X X O X . X
#  7 O . O X X O . X X
#  6 . O O X X O O O O
#  5 O . O X X X . . .
#  4 O O O X X X X O .
#  3 O . O X X X X X X
#  2 O O O X X X X X X
#  1 O . O X . X . X .
loadsgf positions/semeai-60.sgf
60 reg_genmove white
#? [H9]

# Black makes the eye of the race. Komi 3.5.
#    A B C D E F G H J
#  9 X X X O O O . O .
#  8 X . X X O O O O O
#  7 X X . X O O O O O
#  6 X . X X O O O O .
#  5 X X . X O O X X X
#  4 X . X X O O . . .
#  3 X X . X O O X . .
#  2 X . X X O O X O .
#  1 X X . X O O X O .
loadsgf positions/semeai-70.sgf
70 reg_genmove black
#? [H3]

# White connects before the race. Komi 6.5.
#    A B C D E F G H J
#  9 . X X O . O . X .
#  8 X X X O . O X X .
#  7 . X X O O . O O X
#  6 X X X X O X X O O
#  5 . X X X X X X X X
#  4 X X X X X X X X X
#  3 O O O O O O O O O
#  2 . O . O . O . O .
#  1 O O O O O . O O O
loadsgf positions/semeai-80.sgf
80 reg_genmove white
#? [F7]

# Black joins, and wins the race. Komi 10.5.
#    A B C D E F G H J
#  9 . X . X X X O . O
#  8 X X X X . X O O O
#  7 X X X X X X O . O
#  6 . O X X X X O O O
#  5 O O O X X X O . O
#  4 . O . X X X O O .
#  3 . . O X X X O . O
#  2 O X O X X X O O O
#  1 . X O X X O O . O
loadsgf positions/semeai-90.sgf
90 reg_genmove black
#? [B3]

# White mends before it fills. Komi 10.5.
#    A B C D E F G H J
#  9 . X . X . X O . O
#  8 X X X X X X O O O
#  7 X X X X X X O . O
#  6 . O X X X X O O O
#  5 . . . O X X O . O
#  4 O O O O X X O O .
#  3 X X X . X X O . O
#  2 X . X O X X O O O
#  1 X . X O X X O . O
loadsgf positions/semeai-100.sgf
100 reg_genmove white
#? [D3]

# Black cuts, and wins the race. Komi 7.5.
#    A B C D E F G H J
#  9 O . O X . X . X .
#  8 O O O X X X X X X
#  7 O . O X X X X X X
#  6 O O O X X X O O O
#  5 O . O X X X O . .
#  4 . O O X X . . O O
#  3 O . O X X X O X .
#  2 O O O X X O O X X
#  1 O . O X X O X . .
loadsgf positions/semeai-110.sgf
110 reg_genmove black
#? [G4]

# Black makes the eye of the race. Komi 7.5.
#    A B C D E F G H J
#  9 . X O X X X O . O
#  8 X X O O X X O O O
#  7 O . X O X X O . O
#  6 X X X O X X O O .
#  5 O O O O X X O . O
#  4 . . . . X X O O O
#  3 X X X X X X O . O
#  2 X X X X X X O O O
#  1 . X . X . X O . O
loadsgf positions/semeai-120.sgf
120 reg_genmove black
#? [B7]

# The cut from below: Black wins the race. Komi 13.5.
#    A B C D E F G H J
#  9 . . X . X X O . O
#  8 . X O O X X O O O
#  7 X X O X X X O . O
#  6 O O O X X X O O .
#  5 . . . X X X O . O
#  4 X X X X X X O O O
#  3 X X X X X X O . O
#  2 X X X X X X O O O
#  1 . X . X . X O . O
loadsgf positions/semeai-130.sgf
130 reg_genmove black
#? [D9]

# One liberty too few: Black wins the race. Komi 16.5.
#    A B C D E F G H J
#  9 O . O X . X . X .
#  8 O O O X X X X X X
#  7 O . O X X X X X X
#  6 O O O X X X X O O
#  5 O . O X X X O . .
#  4 . O O X X X . O O
#  3 O . O X X X O X .
#  2 O O O X X O O X X
#  1 O . O X X O X . .
loadsgf positions/semeai-140.sgf
140 reg_genmove black
#? [G4]
