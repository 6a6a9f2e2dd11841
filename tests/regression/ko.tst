# Ko: to take it, and what to do while it may not be retaken.
# All of our own making. Checked on 2026-11-27: every move inside the disputed area was read out to the end of the game
# (area scoring, positional superko, no move left out) by a solver that shares no code with Tessera, and KataGo 1.17.2
# (g170-b6c96, 200 visits or more, 20 or more after each move) finds the listed moves winning and all others losing.
# Outside that area everything is settled, and the komi lies between the right result and the next best one.
# The last problem needs positional superko, which the file asks for; KataGo sees the pass as winning there, too.

# White takes the ko. Komi 8.5.
#    A B C D E F G H J
#  9 O O O O O O . O O
#  8 O . O . O . O . O
#  7 . O . O O O O O O
#  6 O O O O X X X X X
#  5 X X X X . X X . X
#  4 X X X X X X . X X
#  3 X O O O O O X . X
#  2 . X . . . X X X X
#  1 X O O X O O X . X
loadsgf positions/ko-10.sgf
10 reg_genmove white
#? [A2]

# Black takes the ko. Komi 10.5.
#    A B C D E F G H J
#  9 . X . X X X O . O
#  8 X X X . X X O O O
#  7 . X . X . X O . O
#  6 X X X X X X O O O
#  5 X O . . . X O . O
#  4 X O O O X X O O .
#  3 O . O . O X O . O
#  2 X O O O O X O O O
#  1 X . O X X X O . O
loadsgf positions/ko-20.sgf
20 reg_genmove black
#? [B3]

# White takes the ko. Komi 4.5.
#    A B C D E F G H J
#  9 O O . O X O O O X
#  8 O . O O X O . X .
#  7 O O . O X O O O X
#  6 . O O O X X O O X
#  5 O O . O X X . X X
#  4 O . O X X X X X X
#  3 O O O X . X . X .
#  2 O . O X X . X X X
#  1 . O O X X X . X .
loadsgf positions/ko-30.sgf
30 reg_genmove white
#? [J8]

# Black takes the ko. Komi 5.5.
#    A B C D E F G H J
#  9 . X . X O X . X .
#  8 O X O O . O O X X
#  7 O O O X O . X X .
#  6 X X X X X X X X X
#  5 X X X . X . X . X
#  4 O O O X X X X X X
#  3 . O . O O O O O O
#  2 O O O . O . O . O
#  1 . O O O O O . O O
loadsgf positions/ko-40.sgf
40 reg_genmove black
#? [E8]

# White takes the ko. Komi 4.5.
#    A B C D E F G H J
#  9 . O O X O X . X X
#  8 X O X X O X X . X
#  7 O X . X O X . X X
#  6 O O X X O X X . X
#  5 . X O . O X . X X
#  4 X O O X O X X . X
#  3 O O O O O X . X X
#  2 . O . O O X X X .
#  1 O O O . O X . X X
loadsgf positions/ko-50.sgf
50 reg_genmove white
#? [C7]

# Black takes the ko. Komi 3.5.
#    A B C D E F G H J
#  9 . O . X X O . O O
#  8 O X O O X O O . O
#  7 X . . X X O . O O
#  6 O O O . X O O O .
#  5 X . O O X O . O O
#  4 X X X X X X O . O
#  3 . X . X . X O O O
#  2 X X X . X X O . O
#  1 . X . X X X O O .
loadsgf positions/ko-60.sgf
60 reg_genmove black
#? [A9]

# White may not retake the ko, and plays elsewhere first. Komi 13.5.
#    A B C D E F G H J
#  9 O O O . O O O O O
#  8 . O . O . O . O .
#  7 O O O O O O O O O
#  6 X X X X X X X X X
#  5 X . O O X X . X X
#  4 X O O O X X X . X
#  3 O . O O . X . X .
#  2 X O X . O X X X X
#  1 . X . . O X . X .
loadsgf positions/ko-70.sgf
70 reg_genmove white
#? [B3]

# Black may not retake the ko, and plays elsewhere first. Komi 5.5.
#    A B C D E F G H J
#  9 O . O X X O . O O
#  8 X O O X X O O . O
#  7 . O X X X O . O O
#  6 X X O X X O O . O
#  5 . . O X X O . O O
#  4 O O . X X O O O .
#  3 X X X . X O . O O
#  2 . X . X X X O . O
#  1 X X X X . X O O O
loadsgf positions/ko-80.sgf
80 reg_genmove black
#? [A7]

# White may not retake the ko, and plays elsewhere first. Komi 10.5.
#    A B C D E F G H J
#  9 O X X O X X O . O
#  8 . X O O X X O O O
#  7 O O O O X X O . O
#  6 X X O X X X O O .
#  5 . O X . X X O . O
#  4 . O O X X X O O O
#  3 X X X X . X O . O
#  2 . X . X X X O O .
#  1 X X X . X X X O O
loadsgf positions/ko-90.sgf
90 reg_genmove white
#? [A5|A8]

# White may not retake the ko, and plays elsewhere first. Komi 7.5.
#    A B C D E F G H J
#  9 X X X X X X X X .
#  8 . X . X . X . X X
#  7 X X X . X . X . X
#  6 . X . X X X X X X
#  5 X X X O O O O O O
#  4 O O O O O O O O O
#  3 O . X . X O . O .
#  2 X O X X . O X O O
#  1 . X . X O O X O .
loadsgf positions/ko-100.sgf
100 reg_genmove white
#? [B3]

# White may not retake the ko, and plays elsewhere first. Komi 3.5.
#    A B C D E F G H J
#  9 X X X X X X X . X
#  8 X . X . X . X X X
#  7 . X . X . X . X .
#  6 X X X X X X X X X
#  5 X O O O O O O O O
#  4 O O O O O O O O O
#  3 O X . X O O X O .
#  2 X O O X . . . O O
#  1 . X X . O O . O .
loadsgf positions/ko-110.sgf
110 reg_genmove white
#? [C3]

# White may not retake the ko, and plays elsewhere first. Komi 6.5.
#    A B C D E F G H J
#  9 O O O O O X X X .
#  8 . O . O O X . X X
#  7 O O O . O X X . X
#  6 . X X O O X . X X
#  5 O O X O O X X . X
#  4 X X O O O X . X X
#  3 O . O O X . X . X
#  2 X O X O X X X X X
#  1 . X . O X . X . X
loadsgf positions/ko-120.sgf
120 reg_genmove white
#? [B3|C1]

# Black may not retake the ko, and plays elsewhere first. Komi 7.5.
#    A B C D E F G H J
#  9 . O X X X X . X .
#  8 O O X . X . X X X
#  7 . O X X . X . X .
#  6 O O X X X X X X X
#  5 . O X X O O X O X
#  4 O O X X . X O . O
#  3 . O X X O X O O .
#  2 O O X X O X . O X
#  1 . O O X O O O . O
loadsgf positions/ko-130.sgf
130 reg_genmove black
#? [E4|H1]

# White may not retake the ko, and plays elsewhere first. Komi 2.5.
#    A B C D E F G H J
#  9 X X . X O . O O O
#  8 . X X X O O . O .
#  7 X X . X O O O O O
#  6 X . X X O X X X X
#  5 X X . X O O O . X
#  4 X . X X O O X X .
#  3 X X . X O . . O X
#  2 X . X X O O O X O
#  1 X X . X O O O X .
loadsgf positions/ko-140.sgf
140 reg_genmove white
#? [G3|J1]

# White may not retake the ko, and plays elsewhere first. Komi 6.5.
#    A B C D E F G H J
#  9 X . X O O . O . O
#  8 O X . O X . O O O
#  7 . X X X X X O . O
#  6 O O O O O O . O O
#  5 X O O O O O O O O
#  4 X X X X X X X X X
#  3 . X . X . X . X .
#  2 X . X . X . X X X
#  1 X X X X X X X . X
loadsgf positions/ko-150.sgf
150 reg_genmove white
#? [A7|F9]

# White may not retake one for two, which superko forbids, and needs another move. A pass loses if Black passes too. Komi 10.5.
#    A B C D E F G H J
#  9 X X X X X X X X X
#  8 X . X X X X . X X
#  7 X X X X X X X X X
#  6 O O O O O O O O O
#  5 X X X O O O O . O
#  4 X X X O O . O O O
#  3 . X X O O O O O O
#  2 X X O O X X X X .
#  1 . . X O X . X . X
loadsgf positions/ko-160.sgf
160 reg_genmove white
#? [A1|J2|pass]
