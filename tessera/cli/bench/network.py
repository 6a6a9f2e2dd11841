"""`tessera bench network`: networks by evaluator and batch size."""

from __future__ import annotations

import click

from tessera.cli import output
from tessera.cli.main import App
from tessera.interfaces.network import NetworkForm
from tessera.rules.coords import MAX_SIZE
from tessera.settings import from_words


@click.command("network")
@click.option("--network", "name", metavar="NAME", help="Kind of network, random weights; the shipped one without it.")
@click.option("--ckpt", metavar="URL", help="The network of a checkpoint, or of another program's file.")
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A setting of --network.")
@click.option("--evaluator", "evaluators", multiple=True, default=["torch"], show_default=True, help="May be repeated.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--size", type=click.IntRange(2, MAX_SIZE), default=9, show_default=True, help="Board side.")
@click.option(
    "--batch", "batches", type=click.IntRange(1, 65536), multiple=True, default=[1, 8, 64], show_default=True,
    help="Positions at once; may be repeated.",
)  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 256), help="CPU threads; all without it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(
    app: App,
    name: str | None,
    ckpt: str | None,
    assignments: tuple[str, ...],
    evaluators: tuple[str, ...],
    device: str,
    size: int,
    batches: tuple[int, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """How fast a network evaluates positions, by evaluator and batch size; of --network, by each of its forms too.

    \b
    Examples:
      tessera bench network --size 19
      tessera bench network --ckpt kata.bin.gz --evaluator torch --evaluator openvino
      tessera bench network --network mamba
      tessera bench network --network mamba --set scan=none --threads 1
      tessera bench network --evaluator torch --evaluator openvino --json
    """
    import torch

    from tessera.bench.network import TURNS, measure
    from tessera.checkpoints import load, shipped_path
    from tessera.players.load import pick_device

    if threads is not None:
        torch.set_num_threads(threads)
    target = pick_device(device)
    forms: tuple[NetworkForm, ...] = ()
    if name is None:
        if assignments:
            raise click.UsageError("--set needs --network")
        module = load(ckpt or str(shipped_path()), app.manager).module
    elif ckpt is not None:
        raise click.UsageError("--ckpt and --network name two networks")
    else:
        spec = app.manager.networks[name]
        settings = from_words(spec.settings, assignments, owner=f"network {name}")
        module, forms = spec.build(settings), spec.forms(settings, target)
    usable = [form for form in forms if not form.why_not]
    with output.progress(
        TURNS * len(batches) * len(evaluators) * max(1, len(usable)), f"network on {size}x{size}"
    ) as advance:
        lines = measure(
            module,
            app.manager,
            evaluators=evaluators,
            device=target,
            side=size,
            batches=batches,
            forms=usable,
            progress=advance,
        )
    refused = {form.name: form.why_not for form in forms if form.why_not}
    if as_json:
        document = {"network": name or "shipped", "size": size, "lines": [line.as_dict() for line in lines]}
        output.print_json(document | {"forms_left_out": refused})
        return
    output.print_table(
        ("evaluator", *(["form"] if usable else []), "batch", "ms", "positions/s", f"ratio to {evaluators[0]}"),
        [
            (
                line.evaluator,
                *([line.form] if usable else []),
                str(line.batch),
                f"{line.milliseconds:.2f}",
                f"{line.positions_per_second:,.0f}",
                f"{line.ratio:.2f}",
            )
            for line in lines
        ],
        title=f"{name or ckpt or 'shipped network'} on {size}x{size}, median of {TURNS} turns",
    )
    for form, why in refused.items():
        output.print_text(f"Left out, {form}: {output.escape(why)}")
