"""What a save lives through: faults that are really provoked, one kind a file, counted by one judge.

`python -m tests.checkpoints.faults` provokes all of them many times and prints the table of BENCHMARKS.md;
tests/checkpoints/test_faults.py does a few of each in seconds. Each file has a function that takes a scratch folder
and a number of trials and returns a `Tally`; what the machine or the user cannot do is `NotHere`.
"""
