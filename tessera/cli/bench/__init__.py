"""`tessera bench`, one file per command. Start reading at `rules`; what is measured lies in tessera/bench/.

`rules`, `search`: beside other implementations; `network`: by evaluator and batch; `league`, `selfplay`: whole games;
`save`: checkpoints beside torch.save.
"""

from __future__ import annotations

import click

from tessera.cli.bench import league, network, rules, save, search, selfplay


@click.group("bench")
def command() -> None:
    """Measure rules, search (both beside others: extra `bench`), networks, leagues, self-play and checkpoints.

    \b
    Examples:
      tessera bench rules --size 19 --json
      tessera bench network --network mamba --batch 1 --batch 64
      tessera bench search --json
      tessera bench selfplay --size 9 --threads 1
    """


for each in (rules, search, network, league, selfplay, save):
    command.add_command(each.command)
