"""Speed, measured side by side with a peer in one run. Correctness is for the tests.

Start reading at `rules`; `search` (its peer is `mctx_peer`), `network`, `selfplay`, `league` and `save` are the other
commands of `tessera bench`, `features` is `tessera bench rules --features`. `flops` says what a device could do,
`meter` what a network was asked.
"""
