"""Who chooses a move: at random, by a network alone, by a search. Each plays one game or many.

Where to start reading: search.py (`SearchPlayer.choose`), then passing.py (when we pass) and stopping.py (when a
thought ends).

    random, policy, search      the players
    load, choice, warm          from names to a ready player; which evaluator is quickest; kernels compiled beforehand
    reading, opinion, territory what a tree or a network says of a position, also under territory scoring
    inspection                  what happens inside a network as a game goes on
    banning, widening, variety  moves the caller rules out; a wider root for analysis; first moves drawn at random
    settings                    every number they can be tuned by
"""
