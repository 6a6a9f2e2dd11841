"""The command line: one small file per command, each with a click command called `command`.

Where to start reading: `main.py` (the table of commands), `funnel.py` (errors to exit codes), `output.py`
and `board_output.py` (the only modules that import rich).
"""
