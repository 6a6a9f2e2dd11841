"""The command line: one small file per command, each with a click command called `command`.

Where to start reading: `main.py` (the table of commands and the error funnel), `output.py` (the only
place that imports rich).
"""
