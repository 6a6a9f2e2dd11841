"""The command line: a small file or a few per command, each with a click command called `command`.

Where to start reading: `main` (the table of commands), `funnel` (errors to exit codes), `output` and `board_output`
(the only modules that import rich).

    start, streams, waiting, warm      the way in, narrow streams, sleeping threads, kernels compiled beforehand
    gtp, analysis                      the engine for clients: GTP, and KataGo's JSON
    play, play_board, play_table, play_words    a person against the engine
    demo, demo_shows, demo_view, selfplay       games to watch and to keep
    playing, opponents                 what those have in common
    analyze, review, winrate_plot      a game looked through
    inspect                            a network looked into while it sees a game
    train, train_batch, train_view, supervise, report    runs
    regress                            problems with known answers
    league, sprt, calibrate, bench     packages and commands that measure strength and speed
    gpu_check                          a GPU checked and measured, stage by stage
    ckpt, doctor, engines, plugins, settings_help        what is here, and what can be set
"""
