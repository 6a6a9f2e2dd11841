"""The forms of a network's scan that a machine can run, for `tessera doctor`, `bench network` and `gpu-check`."""

from __future__ import annotations

from functools import partial

from tessera.interfaces.network import NetworkForm
from tessera.rules.coords import MAX_SIZE
from tessera_mamba import fused
from tessera_mamba.scan import using
from tessera_mamba.settings import MambaSettings


def forms(settings: MambaSettings, device: str) -> tuple[NetworkForm, ...]:
    """Of the scan in both directions; none for the settings that have no such scan."""
    if settings.scan not in ("axial", "raster"):
        return ()
    triton = NetworkForm("triton", _why_not_triton(settings, device), partial(using, "triton"))
    dual, chunked = (NetworkForm(name, "", partial(using, name)) for name in ("dual", "chunked"))
    return (triton, dual, chunked) if settings.scan == "axial" else (triton, chunked, dual)


def _why_not_triton(settings: MambaSettings, device: str) -> str:
    if settings.scan == "raster":
        return f"its lines have at most {fused.LONGEST} points, and raster's are whole boards"
    if not fused.fits(MAX_SIZE, settings.head_dim, settings.state):
        return f"head_dim and state are at most {fused.WIDEST}, got {settings.head_dim} and {settings.state}"
    return fused.why_not() or ("" if device.startswith("cuda") else "it runs on CUDA devices only")
