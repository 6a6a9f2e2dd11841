"""`tessera inspect`: what happens inside a network as a game goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.errors import BadValue

if TYPE_CHECKING:
    from tessera.players.inspection import Inside

USUAL = 10.0
"""A norm so many times the median of its game is marked."""


@click.command("inspect")
@click.argument("checkpoint", metavar="CKPT")
@click.argument("game", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--layers", is_flag=True, help="A column for each layer, not the largest norm alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(app: App, checkpoint: str, game: Path, layers: bool, as_json: bool) -> None:
    """Show the norms of hidden states and activations in CKPT at every position of GAME, an SGF file.

    A state that grows from move to move or from checkpoint to checkpoint announces a training that will diverge. A norm
    ten times the median of the game is marked with an exclamation mark. CKPT may be the word shipped.

    \b
    Examples:
      tessera inspect runs/first/checkpoints/net-00012345.pth game.sgf
      tessera inspect shipped game.sgf --layers
      tessera inspect shipped game.sgf --json
    """
    from tessera import sgf
    from tessera.checkpoints import load, shipped_path
    from tessera.players.inspection import inspect

    record = sgf.read(game)
    positions = (step.game for step in record.steps() if not step.game.is_over)
    module = load(str(shipped_path()) if checkpoint == "shipped" else checkpoint, app.manager).module
    found = list(inspect(module, app.manager.evaluators["torch"].build(module, "cpu"), positions))
    for note in record.notes:
        output.note(f"note: {note}")
    if not found:
        raise BadValue("game", str(game), "a game with a position in which somebody has a move")
    if as_json:
        output.print_json({"checkpoint": checkpoint, "game": str(game), "positions": [asdict(each) for each in found]})
        return
    columns = _columns(found, layers)
    middle = {name: median(values) for name, values in columns.items()}
    rows = [
        (each.moves, f"{each.result:+.2f}", f"{each.score:+.1f}", *(_cell(columns[n][row], middle[n]) for n in columns))
        for row, each in enumerate(found)
    ]
    output.print_table(("moves", "result", "lead", *columns), rows, title=f"{checkpoint}: {game}")


def _columns(found: list[Inside], layers: bool) -> dict[str, list[float]]:
    """Norms by column; of states only where the network has any."""
    columns: dict[str, list[float]] = {}
    for kind in ("states", "activations"):
        for each in found:
            norms: Mapping[str, float] = getattr(each, kind)
            shown = norms if layers else {f"largest of {kind}": max(norms.values())} if norms else {}
            for name, value in shown.items():
                columns.setdefault(name, []).append(value)
    return columns


def _cell(value: float, middle: float) -> str:
    return f"{value:.3g}" + ("" if value <= USUAL * middle else " !")
