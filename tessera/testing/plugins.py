"""What a plugin as a whole has to do."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

from tessera.plugins import Manager, build_manager
from tessera.testing.expect import Expect

HEAVY = ("torch", "numba", "rich")
MAX_SECONDS = 0.5


def check_plugin(plugin: ModuleType) -> Manager:
    """It registers beside the built-in plugin without conflict, and importing it is quick and loads nothing heavy.

    Returns the manager, whose registries hold what the plugin offers.
    """
    expect = Expect(f"plugin {plugin.__name__!r}")
    code = (
        f"import sys, time; start = time.perf_counter(); import {plugin.__name__};"
        f"print(time.perf_counter() - start, *[name for name in {HEAVY} if name in sys.modules])"
    )
    environment = {"PYTHONPATH": ":".join(entry for entry in sys.path if entry), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    expect(done.returncode == 0, f"it can be imported on its own: {done.stderr[-300:]}")
    seconds, *heavy = done.stdout.split()
    expect(not heavy, f"importing it does not import {', '.join(heavy)}: import them inside the functions")
    expect(float(seconds) < MAX_SECONDS, f"importing it takes less than {MAX_SECONDS} s, not {seconds}")
    manager = build_manager(load_entry_points=False)
    manager.register(plugin, plugin.__name__)
    return manager
