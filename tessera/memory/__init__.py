"""Memory, accounted: what the process and its devices hold, by part, and what stayed that should have gone.

Start reading at `sanitizer` (a block that has to leave nothing behind); `live` is what it compares, `holders` how it
names who keeps a tensor. `held` adds up the tensors that a part of a program holds. `process` is main memory as the
system counts it, `device` a GPU's as torch and its driver count it.
"""
