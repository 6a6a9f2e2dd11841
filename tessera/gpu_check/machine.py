"""The machine, as one JSON document: `python -m tessera.gpu_check.machine --device cuda`."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import re
import sys
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "triton", "numpy", "numba", "numba-cuda", "mamba-ssm", "sgfmill", "pytest")


def machine(device: str) -> dict[str, Any]:
    import torch

    found: dict[str, Any] = {"python": platform.python_version(), "system": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    if torch.device(device).type != "cuda":
        return found | {"name": platform.processor() or platform.machine(), "memory": None, "libnvvm": libnvvm()}
    free, total = torch.cuda.mem_get_info(device)
    properties = torch.cuda.get_device_properties(device)
    return found | {
        "name": properties.name,
        "capability": f"sm_{properties.major}{properties.minor}",
        "multiprocessors": properties.multi_processor_count,
        "memory": f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free",
        "cuda": torch.version.cuda,
        "libnvvm": libnvvm(),
    }


def libnvvm() -> list[str]:
    """Files that this process has mapped of NVIDIA's compiler, once numba has looked for it."""
    try:
        from numba.cuda.cudadrv.nvvm import NVVM

        NVVM()
    except Exception as error:  # a foreign library's search for files; what it says is the finding
        return [f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"]
    maps = Path("/proc/self/maps")
    return sorted(set(re.findall(r"/\S*nvvm\S*", maps.read_text() if maps.exists() else "")))


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--device", default="cuda")
    sys.stdout.write(json.dumps(machine(words.parse_args().device)) + "\n")
