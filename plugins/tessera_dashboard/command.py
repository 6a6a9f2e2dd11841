"""The command: everything is checked here, then Streamlit takes its place and runs app.py."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import socket
import sys
from pathlib import Path

import click

from tessera.errors import BadValue, MissingExtra

LOOPBACK = "127.0.0.1"
FLAGS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": "true",
    "theme.light.primaryColor": "#2f6fc8",
    "theme.dark.primaryColor": "#5b9bea",
}
"""No browser is opened, no source is watched, nothing is reported to anyone."""


@click.command("dashboard")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--league", "leagues", multiple=True, type=click.Path(path_type=Path, file_okay=False), help="A league's folder."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Where it listens.")
@click.option(
    "--host", default=LOOPBACK, show_default=True, help="Address to listen on; others than this machine's own"
)
@click.option(
    "--refresh",
    type=click.FloatRange(1, 3600),
    default=5,
    show_default=True,
    help="Seconds between two looks at the runs.",
)
def command(runs: tuple[Path, ...], leagues: tuple[Path, ...], port: int, host: str, refresh: float) -> None:
    """Show training runs in the browser, and play against their checkpoints.

    Each of RUNS is the folder of a run, finished or in progress, or a folder of such folders. The pages read these
    folders and those of the leagues, nothing else, and write nothing.

    \b
    Examples:
      tessera dashboard runs/small
      tessera dashboard runs --league league
      tessera dashboard runs --port 8600
    """
    from tessera_dashboard.site import Site

    site = Site(runs, leagues, refresh)
    site.check()
    if importlib.util.find_spec("streamlit") is None:
        raise MissingExtra("tessera dashboard", "streamlit", "dashboard")
    _check_free(host, port)
    if not _is_loopback(host):
        click.echo(f"Listening on {host}: whoever reaches this machine sees the runs and can let it play.", err=True)
    click.echo(f"http://{host}:{port} shows the runs; Ctrl-C ends it.", err=True)
    flags = {**FLAGS, "server.address": host, "server.port": str(port)}
    words = [f"--{name}={value}" for name, value in flags.items()]
    app = Path(__file__).with_name("app.py")
    arguments = [sys.executable, "-m", "streamlit", "run", str(app), *words, "--", site.to_json()]
    # In place of this process, so that a signal reaches the server itself.
    os.execve(sys.executable, arguments, {"OMP_WAIT_POLICY": "PASSIVE", **os.environ})


def _check_free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        cure = error.strerror or str(error)
        raise BadValue("--host, --port", f"{host}:{port}", "an address of this machine and a free port", cure) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
