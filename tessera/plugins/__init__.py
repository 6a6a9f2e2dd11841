"""Finding plugins and asking each of them what it offers.

    manager = build_manager()
    network = manager.networks["resnet"]
    network.build(network.settings(blocks=4))

Plugins are installed distributions with entry points in the group `tessera`, loaded one by one: a plugin
that cannot be imported, breaks a hook's signature or takes a name that is taken is unregistered whole,
kept as a `PluginReport` with its cure for `tessera plugins`, and never fatal. There is no global manager;
whoever needs one builds it (about 10 ms). TESSERA_DISABLE_PLUGINS=name,name leaves plugins out.

Where to start reading: `loading.build_manager`, then `manager.Manager`. `checks` words what is
wrong with a plugin; `manual` and `settings_manual` write docs/hooks.md and the tables of docs/training.md.
"""

from tessera.plugins.loading import DISABLE_VARIABLE, GROUP, build_manager
from tessera.plugins.manager import KINDS, Manager, PluginReport, Registry

__all__ = ["DISABLE_VARIABLE", "GROUP", "KINDS", "Manager", "PluginReport", "Registry", "build_manager"]
