"""`tessera ckpt`: what a checkpoint says, whether it is whole, and its weights from and to files of other programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path

import click

from tessera.checkpoints import Manifest, load, read_manifest, save
from tessera.checkpoints.foreign import read_foreign
from tessera.checkpoints.store import local_path, scheme_of
from tessera.cli import output
from tessera.cli.main import App
from tessera.errors import BadValue, MissingExtra
from tessera.ranks.scale import rank_of_elo
from tessera.ranks.table import RankTable

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("ckpt")
def command() -> None:
    """Show, verify, import and export checkpoints.

    \b
    Examples:
      tessera ckpt show final.pth            what it is: network, games, Elo, digest
      tessera ckpt verify final.pth          read all of it and check every digest
      tessera ckpt import kata.bin.gz        another program's network as a checkpoint
      tessera ckpt export final.pth final.safetensors
    """


@command.command()
@click.argument("url")
@JSON_OPTION
@click.pass_obj
def show(app: App, url: str, as_json: bool) -> None:
    """Print what the manifest of URL records, without reading the weights.

    \b
    Examples:
      tessera ckpt show final.pth
      tessera ckpt show runs/first/checkpoints/net-00012345.pth --json
    """
    manifest = read_manifest(_local(app, url), app.manager)
    if as_json:
        output.print_json(asdict(manifest))
    else:
        output.print_pairs(describe(manifest))


@command.command("verify")
@click.argument("urls", nargs=-1, required=True)
@JSON_OPTION
@click.pass_obj
def verify_command(app: App, urls: tuple[str, ...], as_json: bool) -> None:
    """Read URLS whole, check every digest, and rebuild each network. Stops at the first bad one.

    \b
    Examples:
      tessera ckpt verify final.pth
      tessera ckpt verify runs/first/checkpoints/*.pth
    """
    results = []
    for url in urls:
        manifest = load(url, app.manager).manifest
        results.append({"url": url, "ok": True, "digest": manifest.digest, "network": manifest.network})
        if not as_json:
            output.print_text(f"{output.escape(url)}: whole; network {manifest.network}, digest {manifest.short}")
    if as_json:
        output.print_json(results)


@command.command("import")
@click.argument("url")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--force", is_flag=True, help="Replace TARGET when it exists.")
@click.pass_obj
def import_command(app: App, url: str, target: Path | None, force: bool) -> None:
    """Write another program's network at URL as a checkpoint, sealed by digests: TARGET, else beside it as .pth.

    Both are the same player: `show` tells the same digest of both.

    \b
    Examples:
      tessera ckpt import kata.bin.gz
      tessera ckpt import kata.bin.gz networks/kata.pth
    """
    path = _local(app, url)
    if target is None:
        target = path.with_name(path.name.split(".", 1)[0] + ".pth")
    if target.exists() and not force:
        raise BadValue("target", str(target), "a new file", "--force replaces it")
    if read_foreign(path, app.manager.formats) is None:
        known = ", ".join(spec.summary for spec in app.manager.formats.values()) or "none: no plugin reads any"
        raise BadValue("file", url, known)
    loaded = load(url, app.manager)
    found = loaded.manifest
    manifest = save(target, loaded.module, network=found.network, settings=found.settings, meta=found.meta)
    output.print_text(f"{output.escape(str(target))}: network {manifest.network}, digest {manifest.short}")


@command.command()
@click.argument("url")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace TARGET when it exists.")
@click.pass_obj
def export(app: App, url: str, target: Path, force: bool) -> None:
    """Write the network's tensors of URL to TARGET, a .safetensors file, with the manifest as metadata.

    \b
    Examples:
      tessera ckpt export final.pth final.safetensors
    """
    from tessera.checkpoints.export import to_safetensors

    if target.exists() and not force:
        raise BadValue("target", str(target), "a new file", "--force replaces it")
    try:
        manifest = to_safetensors(url, target, app.manager)
    except ModuleNotFoundError as error:
        if error.name != "safetensors":
            raise
        raise MissingExtra("tessera ckpt export", "safetensors", "export") from None
    output.print_text(f"{output.escape(str(target))}: {len(manifest.tensors)} tensors of {manifest.short}")


def describe(manifest: Manifest) -> dict[str, object]:
    """The manifest in the words of a screen."""
    meta = manifest.meta
    elements = sum(math.prod(info.shape) for name, info in manifest.tensors.items() if name.startswith("model/"))
    elo = meta.elo
    return {
        "network": manifest.network,
        "settings": ", ".join(f"{name}={value}" for name, value in manifest.settings.items()) or "none",
        "digest": manifest.digest,
        "parent": meta.parent or "none",
        "tensors": f"{len(manifest.tensors)}, {elements:,} elements in the model",
        "trainer state": "yes" if any(name.startswith("trainer/") for name in manifest.tensors) else "no",
        "rules": meta.rules,
        "board sizes": ", ".join(f"{size}x{size}" for size in meta.sizes) or "unknown",
        "games": f"{meta.games:,}",
        "moves": f"{meta.moves:,}",
        "step": f"{meta.step:,}",
        "Elo": f"{elo.value:.0f} [{elo.low:.0f}, {elo.high:.0f}] ({elo.anchor})" if elo else "not measured",
        "ranks": _ranks(meta.ranks) if meta.ranks else "not measured; tessera calibrate",
        "note": meta.note,
        "written": f"{manifest.created} by {manifest.writer}",
        "revision": manifest.revision or "unknown",
        "format": f"schema {manifest.schema}, features {manifest.features}",
    }


def _ranks(table: RankTable) -> str:
    """'9x9 21k to 4k, 13x13 26k to 6k'."""
    ends = ((each.size, rank_of_elo(each.weakest), rank_of_elo(each.strongest)) for each in table.ladders)
    return ", ".join(f"{size}x{size} {low} to {high}" for size, low, high in ends)


def _local(app: App, url: str) -> Path:
    """A local path of any URL. Plain paths need no plugin."""
    scheme = scheme_of(url)
    return local_path(url) if scheme == "file" else app.manager.stores[scheme].build().get(url)
