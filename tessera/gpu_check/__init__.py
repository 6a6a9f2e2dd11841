"""The first minutes on a GPU, as a list of stages that are run one by one: `tessera gpu-check`.

Start reading at `stages`: what is checked, how, and in which order. `run` gives each a process and a deadline, and
writes a line for each at once; `table` makes a table of the lines; `machine`, `parity`, `forms` and `trains` are what
the stages call beside `tessera bench`.
"""
