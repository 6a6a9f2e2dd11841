"""Layers that the networks of several plugins share: what every tower needs before and after its blocks.

Start at `stem` (planes and globals to tokens), then `pool`, then `heads` (tokens to `Outputs`).
`norm` and `parameters` are small parts; `positions` makes boards up to try networks on; `images` is for towers of
images; `symmetry` turns the board; `probe` looks at hidden states; `footprint`, `timing`, `shares`, `allocator`,
`stream` and `cache` are about memory and time.

Inside a tower activations are *tokens* [B, N, N, D], contiguous with D last; seen as an image that is torch's
channels-last layout, so convolutions and matrix products share it without a copy. The plane 'on board' is the
mask [B, N, N, 1]: whatever mixes points multiplies by it first, so a small board inside a larger tensor gives
the outputs of the bare small board. Values off the board are unspecified between layers and never read.

This package imports torch; only plugins, training and the search on a GPU import this package.
"""
