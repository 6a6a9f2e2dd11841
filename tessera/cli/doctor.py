"""`tessera doctor`: does everything that Tessera needs work on this machine?

Each check is one small function that returns a `Finding`; a check that finds trouble names the cure.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click

import tessera
from tessera.checkpoints import load, shipped_path, verify
from tessera.cli import output
from tessera.cli.main import App
from tessera.engines import load_profiles
from tessera.errors import EngineError, TesseraError
from tessera.interfaces.network import features_of
from tessera.players.choice import BATCH, EvaluatorChoice, choose
from tessera.plugins import Manager
from tessera.rules.features import ON_BOARD

PACKAGES = ("torch", "numba", "numpy", "pluggy", "click", "rich", "sgfmill")
EXTRAS = {
    "numba-cuda": "cuda",
    "triton": "mamba",
    "openvino": "openvino",
    "streamlit": "dashboard",
    "apprise": "notify",
    "s3fs": "stores",
    "tensorboard": "tensorboard",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    check: str
    status: str
    """'ok', 'absent' (optional and not there) or 'trouble'."""
    detail: str
    cure: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def command(app: App, as_json: bool) -> int:
    """Check versions, devices, plugins, engines and the shipped network; time one evaluation.

    Exits with 1 when something that should work does not.

    \b
    Examples:
      tessera doctor
      tessera doctor --json
    """
    findings = list(examine(app.manager))
    if as_json:
        output.print_json([asdict(finding) for finding in findings])
    else:
        output.print_table(("check", "status", "detail"), [(each.check, each.status, each.detail) for each in findings])
        for each in findings:
            if each.cure:
                output.print_text(f"\n[bold]{each.check}[/bold]: {output.escape(each.cure)}")
    return int(any(finding.status == "trouble" for finding in findings))


def examine(manager: Manager) -> Iterator[Finding]:
    """All findings in order. A check that raises an unforeseen error is trouble, not the end of the report."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _versions,
        _extras,
        _devices,
        lambda: _kernels(manager),
        lambda: _plugins(manager),
        lambda: _forms(manager),
        _engines,
        lambda: _network(manager),
    )
    for check in checks:
        try:
            yield from check()
        except Exception as error:
            yield Finding("unforeseen", "trouble", f"{type(error).__name__}: {error}", "please report this")


def _versions() -> Iterator[Finding]:
    yield Finding("tessera", "ok", tessera.__version__)
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in PACKAGES:
        version = _installed(package)
        cure = "" if version else f"reinstall tessera-go, or pip install {package}"
        yield Finding(package, "ok" if version else "trouble", version or "not installed", cure)


def _extras() -> Iterator[Finding]:
    for package, extra in EXTRAS.items():
        version = _installed(package)
        cure = f"optional: pip install 'tessera-go[{extra}]'"
        yield Finding(package, "ok" if version else "absent", version or cure)


def _installed(package: str) -> str:
    """The version of an installed distribution, '' without it."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _devices() -> Iterator[Finding]:
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("cpu", "ok", f"{cores} cores, torch uses {torch.get_num_threads()} threads")
    if not torch.cuda.is_available():
        yield Finding("cuda", "absent", "no CUDA device that torch can use; everything runs on the CPU")
        return
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        yield Finding(f"cuda:{index}", "ok", f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB")


def _kernels(manager: Manager) -> Iterator[Finding]:
    """Compiled here where they are not in the cache, so that the first move does not wait for it."""
    from tessera.players.warm import warm_up
    from tessera.rules.jit import cache_folder

    start = time.perf_counter()
    warm_up(manager)
    seconds, folder = time.perf_counter() - start, cache_folder()
    if folder:
        yield Finding("kernels", "ok", f"ready after {seconds:.1f} s, in {folder}")
    else:
        cure = "name a folder that can be written: NUMBA_CACHE_DIR"
        yield Finding("kernels", "trouble", f"compiled in {seconds:.0f} s, and again by every program", cure)


def _plugins(manager: Manager) -> Iterator[Finding]:
    for report in manager.reports():
        status = {"loaded": "ok", "failed": "trouble", "blocked": "absent"}[report.status]
        detail = report.error or f"{report.status}, {report.distribution}"
        yield Finding(f"plugin {report.name}", status, detail, report.cure)


def _forms(manager: Manager) -> Iterator[Finding]:
    """Networks that can be computed in several ways: which one is taken here, and why no better one."""
    from tessera.players.load import pick_device

    device = pick_device("auto")
    for name, spec in manager.networks.items():
        forms = spec.forms(spec.settings(), device)
        if not forms:
            continue
        taken = next(form for form in forms if not form.why_not)
        refused = [f"{form.name}: {form.why_not}" for form in forms if form.why_not]
        yield Finding(f"network {name}", "ok", "; ".join([f"computed by {taken.name} on {device}", *refused]))


def _engines() -> Iterator[Finding]:
    """Optional opponents: absent is fine, another program of the same name is worth knowing."""
    for name, profile in load_profiles().items():
        found = profile.find()
        if found is None:
            yield Finding(f"engine {name}", "absent", f"optional opponent: {profile.cure}")
            continue
        try:
            yield Finding(f"engine {name}", "ok", f"{found}, {profile.title} {profile.probe()}")
        except EngineError as error:
            yield Finding(f"engine {name}", "absent", str(error))


def _network(manager: Manager) -> Iterator[Finding]:
    try:
        path = shipped_path()
        manifest = verify(path)
        loaded = load(path, manager)
    except TesseraError as error:
        cure = "reinstall tessera-go, or name a network of your own with --ckpt"
        yield Finding("shipped network", "trouble", str(error), cure)
        return
    yield Finding("shipped network", "ok", f"{manifest.network} {manifest.short}, {manifest.meta.games:,} games, whole")
    for size in (9, 19):
        choice = choose(manager, loaded.module, digest=manifest.digest, device="cpu", size=size)
        evaluator = manager.evaluators[choice.evaluator].build(loaded.module, "cpu")
        yield Finding(
            f"evaluation {size}x{size}",
            "ok",
            f"{1000 * _seconds(evaluator, size):.1f} ms, one position, cpu; {_told(choice)}",
        )


def _told(choice: EvaluatorChoice) -> str:
    """What `--evaluator auto` takes here, and why."""
    if not choice.trials:
        return f"--evaluator auto takes {choice.evaluator}: no other offers itself"
    figures = [
        f"{trial.evaluator}: {trial.refused}" if trial.refused else f"{trial.evaluator} {trial.milliseconds:.2f} ms"
        for trial in choice.trials
    ]
    return f"--evaluator auto takes {choice.evaluator} (a batch of {BATCH}: {', '.join(figures)})"


def _seconds(evaluator: object, size: int, *, repeats: int = 5) -> float:
    """The median time of one evaluation of an empty board, after one to warm up."""
    import torch

    from tessera.interfaces.network import Evaluator

    assert isinstance(evaluator, Evaluator)
    features = features_of(evaluator)
    planes, globals_ = torch.zeros(1, features.plane_count, size, size), torch.zeros(1, features.global_count)
    planes[:, ON_BOARD] = 1
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        evaluator.evaluate(planes, globals_)
        times.append(time.perf_counter() - start)
    return sorted(times[1:])[repeats // 2]
