"""The fused scan's kernels compiled for GPUs that are not there. Needs triton (which brings ptxas) and no GPU.

pip install triton && python -m tests.plugins.fused_ahead    # a table: registers and stack by architecture
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import torch
import triton
import triton.backends.nvidia
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from tessera_mamba import fused_kernels
from tessera_mamba.fused import shape

ARCHITECTURES = {"sm_80": 80, "sm_90": 90, "sm_120": 120}
"""Of the A100, of the H100 and H200, and of the GeForce RTX 50."""
TYPES = {"bfloat16": "bf16", "float32": "fp32"}
EXACT = ("A", "dt", "dA", "ddt")
"""Float32 whatever the type of x."""
TENSORS = (*EXACT, "x", "B", "C", "y", "dy", "dx", "dB", "dC")


class Resources(NamedTuple):
    registers: int
    """Of a thread."""
    stack: int
    """Bytes of a thread in memory: registers that ran out."""
    shared: int
    """Bytes of a program."""


def constants(kind: str, length: int, width: int, state: int) -> dict[str, int]:
    """Of a launch: 6 heads, as the default network has."""
    dtype = getattr(torch, kind)
    return shape(
        torch.empty(1, length, 6, width, dtype=dtype, device="meta"),
        torch.empty(1, length, state, dtype=dtype, device="meta"),
    )


def build(kernel: Any, architecture: str, kind: str, **given: int) -> Resources:
    """Compile one kernel for strides that divide by 16, and ask NVIDIA's own tool what it takes."""
    warps = given.pop("num_warps")
    signature, attributes = {}, {}
    for place, name in enumerate(kernel.arg_names):
        exact = "fp32" if name in EXACT else TYPES[kind]
        signature[name] = "constexpr" if name in given else f"*{exact}" if name in TENSORS else "i32"
        if name not in given and name not in ("length", "dt_line", "dt_point"):
            attributes[(place,)] = [["tt.divisibility", 16]]
    values = {(kernel.arg_names.index(name),): value for name, value in given.items()}
    source = ASTSource(kernel, signature, constexprs=values, attrs=attributes)
    compiled = triton.compile(
        source, target=GPUTarget("cuda", ARCHITECTURES[architecture], 32), options={"num_warps": warps}
    )
    tool = Path(triton.backends.nvidia.__file__).parent / "bin" / "cuobjdump"
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(compiled.asm["cubin"])
        file.flush()
        told = subprocess.run([tool, "-res-usage", file.name], capture_output=True, text=True, check=True).stdout
    found = re.search(r"REG:(\d+) STACK:(\d+)", told)
    assert found is not None and f".target {architecture}" in compiled.asm["ptx"], told
    return Resources(int(found[1]), int(found[2]), compiled.metadata.shared)


def main() -> None:
    print("| kernel | line | head, states | " + " | ".join(ARCHITECTURES) + " |")
    print("|---" * (len(ARCHITECTURES) + 3) + "|")
    for kernel in (fused_kernels.forward, fused_kernels.backward):
        for kind in TYPES:
            for length in (9, 19):
                for width in (32, 64):
                    cells = [
                        build(kernel, each, kind, **constants(kind, length, width, width)) for each in ARCHITECTURES
                    ]
                    told = " | ".join(f"{r}, {stack} B, {shared / 1024:.0f} KiB" for r, stack, shared in cells)
                    print(f"| `{kernel.__name__}` {kind} | {length} | {width} | {told} |", flush=True)


if __name__ == "__main__":
    main()
