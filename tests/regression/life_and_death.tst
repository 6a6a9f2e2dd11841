# Life and death: one move kills or saves a group.
# All of our own making. Checked on 2026-11-27: every move inside the disputed area was read out to the end of the game
# (area scoring, positional superko, no move left out) by a solver that shares no code with Tessera, and KataGo 1.17.2
# (g170-b6c96, 200 visits or more, 20 or more after each move) finds the listed moves winning and all others losing.
# Outside that area everything is settled, and the komi lies between the right result and the next best one.

# Straight three: Black kills. Komi 7.5.
#    A B C D E F G H J
#  9 O O O . O O O O .
#  8 O . O O O . O . O
#  7 . O . O . O O O O
#  6 O O O O O X X X X
#  5 X X X X X X X . X
#  4 X X X X X X . X X
#  3 X X X X X X X . X
#  2 X O O O O O X X X
#  1 X O . . . O X . X
loadsgf positions/life_and_death-10.sgf
10 reg_genmove black
#? [D1]

# Straight three in the corner: White lives. Komi 3.5.
#    A B C D E F G H J
#  9 O O . O X X X O .
#  8 O . O O X X X O .
#  7 O O . O X X X O .
#  6 O . O O X X X O O
#  5 O O . O X X X X X
#  4 O . O O X . X X X
#  3 O O . O X X . X .
#  2 O . O O X X X X X
#  1 O O O X X X . X .
loadsgf positions/life_and_death-20.sgf
20 reg_genmove white
#? [J8]

# Bent three: White kills. Komi 8.5.
#    A B C D E F G H J
#  9 O O O . O X . X X
#  8 . O . O O X X X .
#  7 O O O O O X . X X
#  6 X X O O O X X . X
#  5 X X X O O X . X X
#  4 X . X X O X X . X
#  3 X . . X O X . X X
#  2 X X X X O X X . X
#  1 O O O O O X . X X
loadsgf positions/life_and_death-30.sgf
30 reg_genmove white
#? [B3]

# Bent three in the corner: White lives. Komi 1.5.
#    A B C D E F G H J
#  9 . X . X X O . O O
#  8 X X X . X O O O .
#  7 . X . X X O . O O
#  6 X X X X X O O . O
#  5 X X X X X O . O O
#  4 X X X X X O O . O
#  3 O O X X X O . O O
#  2 . O O X X O O . O
#  1 . . O X X O . O O
loadsgf positions/life_and_death-40.sgf
40 reg_genmove white
#? [A1]

# Pyramid four: Black kills. Komi 8.5.
#    A B C D E F G H J
#  9 . X . X X X O O O
#  8 X X X X . X O . O
#  7 X X X X X X O O .
#  6 O O X X . X O . O
#  5 . O O X X X O O O
#  4 . . O X . X O . O
#  3 . O O X X O . O O
#  2 O O X X X O O O O
#  1 X X X X X O . O .
loadsgf positions/life_and_death-50.sgf
50 reg_genmove black
#? [A4]

# Pyramid four: Black lives. Komi 6.5.
#    A B C D E F G H J
#  9 X X X X X X X . X
#  8 X . X . X . X X X
#  7 . X . X . X . X .
#  6 X X X X X X X X X
#  5 X O O O O O O O O
#  4 O O O O O O O O O
#  3 O O X X X O O O .
#  2 O X X . X X O O O
#  1 O X . . . X O O .
loadsgf positions/life_and_death-60.sgf
60 reg_genmove black
#? [D1]

# Bulky five: Black kills. Komi 7.5.
#    A B C D E F G H J
#  9 . X . X X X O O O
#  8 X X X X . X O . O
#  7 X X X X X X O O .
#  6 O O X X . X O . O
#  5 . O O X X X O O O
#  4 . . O X . X O . O
#  3 . . O X X O . O O
#  2 O O O X X O O O O
#  1 X X X X X O . O .
loadsgf positions/life_and_death-70.sgf
70 reg_genmove black
#? [A4]

# Bulky five in the corner: White lives. Komi 4.5.
#    A B C D E F G H J
#  9 X . X X O O . . .
#  8 X X X X X O . . O
#  7 X . X X X O O O O
#  6 X X . X X X X X X
#  5 X . X X X X X X X
#  4 X X X X O O O O O
#  3 O O O O . O . O .
#  2 O . O . O O O . O
#  1 . O O O O . O O O
loadsgf positions/life_and_death-80.sgf
80 reg_genmove white
#? [G9|H8|H9]

# Crossed five: White kills. Komi 7.5.
#    A B C D E F G H J
#  9 O O O O O X . X X
#  8 X X X O O X X . X
#  7 X . X X O X . X X
#  6 . . . X O X X . X
#  5 X . X X O X . X X
#  4 X X X O O X X . X
#  3 O O O O O X . X X
#  2 . O . O O X X . X
#  1 O O O . O O X X X
loadsgf positions/life_and_death-90.sgf
90 reg_genmove white
#? [B6]

# Crossed five: White lives. Komi 5.5.
#    A B C D E F G H J
#  9 . O O X X X . X .
#  8 O . O X . X X X X
#  7 O O O X X X X X X
#  6 O . O X X X O O O
#  5 . O O X X O O . O
#  4 O . O X X O . . .
#  3 O O O X X O O . O
#  2 O . O O X X O O O
#  1 O O . O X X X X X
loadsgf positions/life_and_death-100.sgf
100 reg_genmove white
#? [H4]

# Rabbity six: Black kills. Komi 11.5.
#    A B C D E F G H J
#  9 O . O X X X X X X
#  8 O O O X X X O O O
#  7 O . O X X O O . .
#  6 . O O X X O . . .
#  5 O . O X X O O . O
#  4 O O O X X X O O O
#  3 O . O X X X X X X
#  2 . O O X . X X X X
#  1 O O X X X X . X .
loadsgf positions/life_and_death-110.sgf
110 reg_genmove black
#? [H6]

# Rabbity six: Black lives. Komi 5.5.
#    A B C D E F G H J
#  9 O X . . X X O O .
#  8 O X . . . X O O O
#  7 O X X . X X O O .
#  6 O O X X X O O O O
#  5 O O O O O O O O .
#  4 X X X X X X X O O
#  3 . X . X . X . X X
#  2 X . X . X X X . X
#  1 X X X X X . X X X
loadsgf positions/life_and_death-120.sgf
120 reg_genmove black
#? [C8|D8|D9]

# Five on the second line in the corner: Black kills. Komi 6.5.
#    A B C D E F G H J
#  9 . O O O O O O O O
#  8 O . O . O . O . O
#  7 O O O O . O . O .
#  6 X X X O O O O O O
#  5 X . X X X X X X X
#  4 X X . X X X X X X
#  3 X . X X X X X X X
#  2 X X X X O O O O O
#  1 X . X X . . . . .
loadsgf positions/life_and_death-130.sgf
130 reg_genmove black
#? [E1|H1]

# Five on the second line in the corner: Black lives. Komi 6.5.
#    A B C D E F G H J
#  9 . X X X X X X X X
#  8 X X . X . X . X .
#  7 X . X . X . X X X
#  6 X X X X X X . X .
#  5 O O O O O O X X X
#  4 O O . O O O O O O
#  3 O . O O O O O O O
#  2 O O O O X X X X X
#  1 O . O O . . . . .
loadsgf positions/life_and_death-140.sgf
140 reg_genmove black
#? [E1|H1]

# An eye that is not yet one: Black kills. Komi 9.5.
#    A B C D E F G H J
#  9 X X X X X X O O O
#  8 . X . X . X O . O
#  7 X X X . X X O O .
#  6 X X X X X X O . O
#  5 O . X X . X O O O
#  4 . O X X X O O . O
#  3 O O X X X O . O O
#  2 . O X X X O O . O
#  1 O O X X X O . O O
loadsgf positions/life_and_death-150.sgf
150 reg_genmove black
#? [B5]

# An eye that is not yet one: Black lives. Komi 3.5.
#    A B C D E F G H J
#  9 X X . X O O O O O
#  8 . X X X O O . O .
#  7 X X . X O . O O O
#  6 X . X X O O O O O
#  5 X X . X O O O . X
#  4 X . X X O O O X .
#  3 X X . X O O O X X
#  2 X . X X O O O X .
#  1 X X . X X O O X X
loadsgf positions/life_and_death-160.sgf
160 reg_genmove black
#? [H5]

# Six in the corner, no liberty outside: Black lives. Komi 3.5.
#    A B C D E F G H J
#  9 . . X O O X . X X
#  8 . . X O O X X . X
#  7 . . X O O X . X X
#  6 X X X O O X X . X
#  5 O O O O O X . X X
#  4 O O O O O X X . X
#  3 . O . O O X . X X
#  2 O O O . O X X X .
#  1 . O . O O X . X X
loadsgf positions/life_and_death-170.sgf
170 reg_genmove black
#? [A8|B8]

# Six in the corner, one liberty outside: White kills. Komi 3.5.
#    A B C D E F G H J
#  9 O O O . O X . X X
#  8 . O . O O X X X .
#  7 O O O O O X . X X
#  6 O O O O O X X . X
#  5 . O O O O X . X X
#  4 X X X O O X X . X
#  3 . . X O O X . X X
#  2 . . X O O X X . X
#  1 . . X O O X . X X
loadsgf positions/life_and_death-180.sgf
180 reg_genmove white
#? [A2]

# Two ways to an eye: Black lives. Komi 3.5.
#    A B C D E F G H J
#  9 X X . X O O O X X
#  8 X . X X O O O X .
#  7 X X . X O O X X .
#  6 X . X X O O X . .
#  5 X X . X O O X X O
#  4 X . X X O O O O O
#  3 X X . X O O O O O
#  2 . X X X O O . O .
#  1 X X . X O . O O O
loadsgf positions/life_and_death-190.sgf
190 reg_genmove black
#? [J6]

# A long first line: Black kills. Komi 4.5.
#    A B C D E F G H J
#  9 . O O X X X . X .
#  8 O . O X . X X X X
#  7 O O O X X X X X X
#  6 O . O X . X X O O
#  5 O O . O X X O O .
#  4 . O O O X X O . .
#  3 O O . O X X O O .
#  2 O . O O X X X O O
#  1 O O . O X X X X .
loadsgf positions/life_and_death-200.sgf
200 reg_genmove black
#? [J4]

# A stone inside and a way out: Black kills. Komi 9.5.
#    A B C D E F G H J
#  9 . X . X X X O . O
#  8 X X X X . X O O O
#  7 X X X X X X O . O
#  6 O O X X X X O O O
#  5 . O O X X X O . O
#  4 X . O X X X O O .
#  3 . . O X X X O . O
#  2 O O O X X X O O O
#  1 X . X X X O O . O
loadsgf positions/life_and_death-210.sgf
210 reg_genmove black
#? [B1]

# Four and one: White kills. Komi 3.5.
#    A B C D E F G H J
#  9 X X O O O X . X X
#  8 . X O O O X X . X
#  7 . X X O O X . X X
#  6 . . X O O X X . X
#  5 . X X O O X . X X
#  4 O O O O O X X . X
#  3 O O O O O X . X X
#  2 . O . O O X X X .
#  1 O O O . O X . X X
loadsgf positions/life_and_death-220.sgf
220 reg_genmove white
#? [A6]

# Stones to capture in the corner: Black lives. Komi 2.5.
#    A B C D E F G H J
#  9 X X . X O . O O O
#  8 . X X X O O . O .
#  7 X X . X O O O O O
#  6 X . X X O O O O O
#  5 X X . X O O O O .
#  4 X . X X O O X X .
#  3 X X . X O O X . X
#  2 X . X X O O O X .
#  1 X X . X O O X . O
loadsgf positions/life_and_death-230.sgf
230 reg_genmove black
#? [H1]

# A stone inside the corner: White kills. Komi 3.5.
#    A B C D E F G H J
#  9 X X X X X X X . X
#  8 X . X . X . X X X
#  7 . X . X . X . X .
#  6 X X X X X X X X X
#  5 O O O O O O O O O
#  4 O O O O O O . O O
#  3 X X X X O O O . O
#  2 X . O X O O O O O
#  1 . . . X . O O . O
loadsgf positions/life_and_death-240.sgf
240 reg_genmove white
#? [B1]

# The L group in the corner: White lives. Komi 17.5.
#    A B C D E F G H J
#  9 . . . O X X . X .
#  8 . . O O X X X X X
#  7 . O X X X X . X .
#  6 . O X X X X X . X
#  5 X X X X X X . X X
#  4 X X X X X X X X X
#  3 O O O O O O O O O
#  2 . O . O . O . O .
#  1 O O O . O O O O O
loadsgf positions/life_and_death-250.sgf
250 reg_genmove white
#? [B9]

# A bridge on the first line: White kills. Komi 1.5.
#    A B C D E F G H J
#  9 . O O X . O . . O
#  8 O O O X X . . O O
#  7 . O O O X X X X X
#  6 O O O O O O O O O
#  5 O O O O O O O O O
#  4 X X X X X X X X X
#  3 . X . X . X . X .
#  2 X X X . X . X . X
#  1 X . X X X X X X X
loadsgf positions/life_and_death-260.sgf
260 reg_genmove white
#? [G8]

# A bent space: White lives. Komi 3.5.
#    A B C D E F G H J
#  9 O O . O X X X X X
#  8 O . O O X O O . .
#  7 O O . O X O . . O
#  6 O . O O X O O . O
#  5 O O O X X X O O O
#  4 O . O X X X X O O
#  3 . O O X . X X X X
#  2 O . O X X X . X .
#  1 O O O X X . X X X
loadsgf positions/life_and_death-270.sgf
270 reg_genmove white
#? [H7]

# One cut, two ataris: Black lives. Komi 4.5.
#    A B C D E F G H J
#  9 . O O O . X X . X
#  8 O O O O X . . X X
#  7 . O O O X . X O .
#  6 O O O O O O O O O
#  5 O O O O O O O O O
#  4 X X X X X X X X X
#  3 . X . X . X . X .
#  2 X X X . X . X . X
#  1 X . X X X X X X X
loadsgf positions/life_and_death-280.sgf
280 reg_genmove black
#? [F7]

# A hole on the first line: White kills. Komi 2.5.
#    A B C D E F G H J
#  9 X . X X X X X X X
#  8 X X X . X . X . X
#  7 . X . X . X . X .
#  6 X X X X X X X X X
#  5 O O O O O O O O O
#  4 . O O O O O O O O
#  3 O . O O O O X X X
#  2 O O O O X X X . .
#  1 O . O O . . X O .
loadsgf positions/life_and_death-290.sgf
290 reg_genmove white
#? [E1]

# Two stones inside the corner: Black lives. Komi 2.5.
#    A B C D E F G H J
#  9 X X X X X X X X X
#  8 X . X . X . X . X
#  7 X X . X . X . X .
#  6 O X X X X X X X X
#  5 O O O O O O O O O
#  4 . O O O O O O O O
#  3 O . O O O O X X X
#  2 O O O O X X . . X
#  1 O . O O X . . O .
loadsgf positions/life_and_death-300.sgf
300 reg_genmove black
#? [G1]
