"""Layers for towers of *images* [B, D, N, N]: what compilers and convolution libraries like best.

Start at `stem` (planes and globals to an image), then `pool`, then `heads` (an image to `Outputs`).

Nothing is permuted between the input planes and the last layer, so convolution, bias, relu and residual sum run as one
operation where a compiler fuses them; torch may keep the images channels-last in memory. A tower of tokens (see
`tessera.nn`) of the same size takes up to five times as long in OpenVINO (BENCHMARKS.md).

The *mask* [B, 1, N, N] is the plane 'on board', or None where every board of the batch fills its tensor. What mixes
points multiplies by it first, so a small board inside a larger tensor gives the outputs of the bare small board; on
full boards there is nothing to multiply. Values off the board are unspecified between layers and never read.
"""
