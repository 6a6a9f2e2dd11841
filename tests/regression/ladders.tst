# Ladders and other captures: from which side, and whether it works.
# All of our own making. Checked on 2026-11-27. 9x9 without open space: every move inside the disputed area was read out to
# the end of the game by a solver that shares no code with Tessera, and KataGo 1.17.2 (g170-b6c96, 200 visits or more, 20 or
# more after each move) agrees. With open space: the slow ladder reader of the tests, and KataGo with 600 visits.

# Black catches stones from behind. Komi 6.5.
#    A B C D E F G H J
#  9 X X X . X O . O O
#  8 X O O O X O O . O
#  7 X O . X X O . O O
#  6 O O X O X O O . O
#  5 . . O . X X O O O
#  4 X X X X . X O . O
#  3 . X . X X X O O .
#  2 X X X . X X O . O
#  1 . X . X X X O O O
loadsgf positions/ladders-10.sgf
10 reg_genmove black
#? [D9]

# Black catches stones from inside. Komi 3.5.
#    A B C D E F G H J
#  9 . X X O O X . X X
#  8 X O . O O X X . X
#  7 X X X O O X . X X
#  6 . . . O O X X . X
#  5 X X O O O X . X X
#  4 O O O O O X X . X
#  3 . O . O O X . X X
#  2 O O O . O X X X .
#  1 . O . O O X . X X
loadsgf positions/ladders-20.sgf
20 reg_genmove black
#? [C8]

# White captures on the first line. Komi 8.5.
#    A B C D E F G H J
#  9 . X . X X X O O .
#  8 X X X . X X O . O
#  7 . X . X X X O O O
#  6 X X X X . X O . O
#  5 . X O . X X O O .
#  4 . . O O X X O . O
#  3 O O O O X X O O O
#  2 . X . O X O O . O
#  1 X O . X X O . O O
loadsgf positions/ladders-30.sgf
30 reg_genmove white
#? [A2]

# Black breaks out by a capture. Komi 6.5.
#    A B C D E F G H J
#  9 O O X X O . X . X
#  8 X O X O . X X X X
#  7 X . . O O . X . X
#  6 O O O O . . X X .
#  5 X X X X X X . X X
#  4 O X X X X X X X X
#  3 O O O O O O O O O
#  2 . O . O . O . O .
#  1 O O O . O O O O O
loadsgf positions/ladders-40.sgf
40 reg_genmove black
#? [B7]

# White catches the stones between. Komi 11.5.
#    A B C D E F G H J
#  9 . X . X . X O . O
#  8 X X X X X X O O O
#  7 . X . X . X O . O
#  6 . O X X X X O O O
#  5 O O O X . X O . O
#  4 . O X X X X O O .
#  3 . O O X . X O . O
#  2 . X . X X X O O O
#  1 O O O X . X O . O
loadsgf positions/ladders-50.sgf
50 reg_genmove white
#? [C2]

# White captures to save its own. Komi 14.5.
#    A B C D E F G H J
#  9 O . O X X X . X .
#  8 O O O X X . X X X
#  7 O . O X . X . X .
#  6 O O O X X X X X X
#  5 O . O X X X . O .
#  4 . O O X O . O O X
#  3 O . O X X X O O O
#  2 O O O X O . X . .
#  1 O . O X O X X O O
loadsgf positions/ladders-60.sgf
60 reg_genmove white
#? [H2]

# White captures in the middle. Komi 8.5.
#    A B C D E F G H J
#  9 O X . X . X O O .
#  8 O . X X X X O O O
#  7 . O . O . . O O .
#  6 O O O O O O O O O
#  5 X X X O O O O O O
#  4 . X . X X X X X X
#  3 X X X . X . X . X
#  2 . X . X . X . X X
#  1 X X X X X X X X .
loadsgf positions/ladders-70.sgf
70 reg_genmove white
#? [B8]

# Black chooses the side from which the ladder works. Komi 5.5.
#    A B C D E F G H J
#  9 . . . . . . O O .
#  8 O . X X O . O . O
#  7 . X O O X . O O .
#  6 . . X O . . O . O
#  5 . . X . . . O O .
#  4 . . . . . . O . O
#  3 X X X X X X O O .
#  2 X . X . X X O . O
#  1 . X . X . X O O .
loadsgf positions/ladders-80.sgf
80 reg_genmove black
#? [E6]

# Black runs: the ladder does not work. Komi -23.5.
#    A B C D E F G H J
#  9 . . . . O . . O .
#  8 . X O O . . . O O
#  7 . O X X O . . O .
#  6 . . O X . . . O O
#  5 . . O O X . . O .
#  4 . . . . . . . O O
#  3 . . . . . . . O .
#  2 X X X X X X X O O
#  1 . X . X . X X O .
loadsgf positions/ladders-90.sgf
90 reg_genmove black
#? [E6]

# White runs: the ladder does not work. Komi 21.5.
#    A B C D E F G H J
#  9 . . . . . . . O .
#  8 . . O X X . . O O
#  7 . . X O O X . O .
#  6 . . . X O . . O O
#  5 . . . X X . . O .
#  4 . . . . . . . O O
#  3 . . . . . . . O .
#  2 X X X X X X X O O
#  1 . X . X . X X O .
loadsgf positions/ladders-100.sgf
100 reg_genmove white
#? [F6]

# White chooses the side from which the ladder works. Komi -13.5.
#    A B C D E F G H J
#  9 . . . . . . . X .
#  8 . . O O . . . X X
#  7 . O X X O . . X .
#  6 . X O X . X . X X
#  5 . . O . . . . X .
#  4 . . . . . . . X X
#  3 . . . . . . . X .
#  2 O O O O O O O X X
#  1 . O . O . O O X .
loadsgf positions/ladders-110.sgf
110 reg_genmove white
#? [E6]

# White chooses the side from which the ladder works. Komi -6.5.
#    A B C D E F G H J
#  9 . . . . . X X X .
#  8 . . O O . . X . X
#  7 . O X X O . X X .
#  6 . . O X . . X . X
#  5 . . O . . X X X .
#  4 . . . . . . X . X
#  3 O O O O O O X X .
#  2 O . O . O O X . X
#  1 . O . O . O X X .
loadsgf positions/ladders-120.sgf
120 reg_genmove white
#? [E6]

# White chooses the side from which the ladder works. Komi -7.5.
#    A B C D E F G H J
#  9 . . X . . . X X .
#  8 . . O O . . X . X
#  7 . O X X O . X X .
#  6 . X O X . . X . X
#  5 . . O . . . X X .
#  4 . . . X . . X . X
#  3 O O O O O O X X .
#  2 O . O . O O X . X
#  1 . O . O . O X X .
loadsgf positions/ladders-130.sgf
130 reg_genmove white
#? [D5]

# White chooses the side from which the ladder works. Komi -26.5.
#    A B C D E F G H J
#  9 . . X . . . O O .
#  8 . . O O . . O . O
#  7 . O X X O . O O .
#  6 . . O X . . O . O
#  5 . . O . . . O O .
#  4 . . X . . . O . O
#  3 X X X X X X O O .
#  2 X . X . X X O . O
#  1 . X . X . X O O .
loadsgf positions/ladders-140.sgf
140 reg_genmove white
#? [D5]
