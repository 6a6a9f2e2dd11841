# Seki: to make one, to prevent one, to leave one alone.
# All of our own making. Checked on 2026-11-27: every move inside the disputed area was read out to the end of the game
# (area scoring, positional superko, no move left out) by a solver that shares no code with Tessera, and KataGo 1.17.2
# (g170-b6c96, 200 visits or more, 20 or more after each move) finds the listed moves winning and all others losing.
# Outside that area everything is settled, and the komi lies between the right result and the next best one.
# Where a pass is the answer, filling one of two own eyes was left to KataGo: it gives the whole side away.

# White cannot live, but makes a seki. Komi 12.5.
#    A B C D E F G H J
#  9 O O O . O O O O O
#  8 . O . O . O . O .
#  7 O O O O O O O O O
#  6 X X X X X X X X X
#  5 X X X X X X X X .
#  4 X O O O O O X X X
#  3 X O X . . O X X .
#  2 O O X X X O X X X
#  1 O . X O . O X X .
loadsgf positions/seki-10.sgf
10 reg_genmove white
#? [E1]

# White mends the hole, and it is a seki. Komi 13.5.
#    A B C D E F G H J
#  9 O . O X X X X O O
#  8 O O O X X O O O .
#  7 O . O X X O . X X
#  6 . O O X X O X . X
#  5 O . O X X O . X .
#  4 O O O X X . O O O
#  3 O . O X X X X X X
#  2 O O O X X X X X X
#  1 O . O X . X . X .
loadsgf positions/seki-20.sgf
20 reg_genmove white
#? [G5]

# A throw-in makes a seki: White plays. Komi 12.5.
#    A B C D E F G H J
#  9 O O O . O O O O O
#  8 . O . O . O . O .
#  7 O O O O O O O O O
#  6 X X X X X X X X X
#  5 X X X X X X X X .
#  4 X O O O O O X X X
#  3 X O X . . O X X .
#  2 O O X . X O X X X
#  1 O . X X . O X X .
loadsgf positions/seki-30.sgf
30 reg_genmove white
#? [D3]

# Another throw-in for a seki: White plays. Komi 12.5.
#    A B C D E F G H J
#  9 O O O O O . O O O
#  8 . O . O . O . O .
#  7 O O O O O O O O O
#  6 X X X X X X X X X
#  5 . X X X X X X X X
#  4 X X X O O O O O X
#  3 . X X O . X X O X
#  2 X X X O . . X O O
#  1 . X X O . X X . O
loadsgf positions/seki-40.sgf
40 reg_genmove white
#? [E2]

# White connects first: a seki. Komi 11.5.
#    A B C D E F G H J
#  9 O . X X . O X X .
#  8 O O X . O O X X X
#  7 O O X X . O X X .
#  6 X . O O O O X X X
#  5 X X X X X X X X .
#  4 X X X X X X X X X
#  3 O O O O O O O O O
#  2 . O . O . O . O .
#  1 O O O . O O O O O
loadsgf positions/seki-50.sgf
50 reg_genmove white
#? [B6]

# No seki: Black captures. Komi 13.5.
#    A B C D E F G H J
#  9 O . O X . X . X .
#  8 O O O X X X X X X
#  7 O . O X X X X X X
#  6 O O O X X O O O O
#  5 O . O X X O . X .
#  4 . O O X X O . . X
#  3 O . O X X O X X X
#  2 O O O X X O O O .
#  1 O . O X X X X O O
loadsgf positions/seki-60.sgf
60 reg_genmove black
#? [G4]

# No seki: Black cuts off from outside. Komi 12.5.
#    A B C D E F G H J
#  9 . X X O . X X . O
#  8 X X X O O . . O O
#  7 . X X O . X X O X
#  6 X X X O . O O O X
#  5 . X X X X X X X X
#  4 X X X X X X X X X
#  3 O O O O O O O O O
#  2 . O . O . O . O .
#  1 O O O O O . O O O
loadsgf positions/seki-70.sgf
70 reg_genmove black
#? [E6]

# No seki: Black cuts from inside. Komi 13.5.
#    A B C D E F G H J
#  9 O O X X X X O . O
#  8 . O . O X X O O O
#  7 X X X O X X O . O
#  6 X . X O X X O O .
#  5 . O . O X X O . O
#  4 O O O O X X O O O
#  3 X X X X X X O . O
#  2 X X X X X X O O O
#  1 . X . X . X O . O
loadsgf positions/seki-80.sgf
80 reg_genmove black
#? [C8]

# No seki: Black takes the vital point. Komi 13.5.
#    A B C D E F G H J
#  9 O O X X X X O . O
#  8 . O O O X X O O O
#  7 X X X O X X O . O
#  6 X . X O X X O O .
#  5 . . . O X X O . O
#  4 O O O O X X O O O
#  3 X X X X X X O . O
#  2 X X X X X X O O O
#  1 . X . X . X O . O
loadsgf positions/seki-90.sgf
90 reg_genmove black
#? [B5]

# No seki in the corner: Black captures. Komi 4.5.
#    A B C D E F G H J
#  9 X X X . X X O O O
#  8 . X . X X X O . O
#  7 X X X X X O . O O
#  6 X X X X X O O O .
#  5 O O O X X O . O O
#  4 . . O X X O O . O
#  3 X . O X X O . O O
#  2 X . O X X O O . O
#  1 . X O X X O . O O
loadsgf positions/seki-100.sgf
100 reg_genmove black
#? [B2]

# A throw-in saves the corner: White plays. Komi 4.5.
#    A B C D E F G H J
#  9 . X O X X O . O O
#  8 X . O X X O O . O
#  7 X . O X X O . O O
#  6 . . O X X O O . O
#  5 O O O X X O . O O
#  4 X X X X X O O . O
#  3 X X X X X X O O O
#  2 . X . X . X O . O
#  1 X X X . X X O O .
loadsgf positions/seki-110.sgf
110 reg_genmove white
#? [B8]

# Three liberties: White saves its stones. Komi 14.5.
#    A B C D E F G H J
#  9 . X X O X X O . O
#  8 X . . O X X O O O
#  7 O . O . X X O . O
#  6 . O O X X X O O .
#  5 X X X X X X O . O
#  4 X X X X X X O O O
#  3 X X X X X X O . O
#  2 . X . X . X O O O
#  1 X X X . X X O . O
loadsgf positions/seki-120.sgf
120 reg_genmove white
#? [B8]

# A seki is left alone by White: only a pass is right. Komi 10.5.
#    A B C D E F G H J
#  9 X X O O O O X . X
#  8 O X X X O O X X X
#  7 O O O X O O X X X
#  6 X O . X O O X X .
#  5 X O . X O O X X X
#  4 X X X X O O X X X
#  3 O O O O O O X X X
#  2 O O O O O O X X X
#  1 . O O O . O X X X
loadsgf positions/seki-130.sgf
130 reg_genmove white
#? [pass]

# A seki is left alone by White: only a pass is right. Komi 12.5.
#    A B C D E F G H J
#  9 O O O X . X X X .
#  8 O O O X X X X X X
#  7 O O O X X X X X X
#  6 O O O X X O O O O
#  5 O O O X X O . X O
#  4 . O O X X O . X O
#  3 O O O X X O X X X
#  2 O O O X X O O O X
#  1 O . O X X X X O O
loadsgf positions/seki-140.sgf
140 reg_genmove white
#? [pass]

# A seki with an eye: White does not fill it. Komi 10.5.
#    A B C D E F G H J
#  9 X X O O O O X . X
#  8 . X X X O O X X X
#  7 O O O X O O X X X
#  6 O . X X O O X X .
#  5 . O . X O O X X X
#  4 X X X X O O X X X
#  3 O O O O O O X X X
#  2 O O O O O O X X X
#  1 . O O O . O X X X
loadsgf positions/seki-150.sgf
150 reg_genmove white
#? [A5|B6|pass]

# Eye against eye: White keeps its eye. Komi 18.5.
#    A B C D E F G H J
#  9 X X X X O O . O .
#  8 . X X X O O O O O
#  7 X X X X O O O O O
#  6 X X X X O O O X X
#  5 X X X X O O O X .
#  4 X X X X O O X X X
#  3 X X X X O O X . .
#  2 X X X X O O X O O
#  1 X X . X O O X O .
loadsgf positions/seki-160.sgf
160 reg_genmove white
#? [H3|J3|pass]

# Eye against eye: Black keeps its eye. Komi 1.5.
#    A B C D E F G H J
#  9 . O X O O X . X X
#  8 O O X O O X X X X
#  7 . . X O O X X X X
#  6 X X X O O X X X X
#  5 . X O O O X X X X
#  4 X X O O O X X X X
#  3 O O O O O X X X X
#  2 O O O O O X X X .
#  1 . O . O O X X X X
loadsgf positions/seki-170.sgf
170 reg_genmove black
#? [A7|B7|pass]
