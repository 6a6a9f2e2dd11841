"""Who keeps a tensor, or anything else, alive: the next hook, function, global or attribute with a name."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from types import CellType, FrameType, FunctionType, ModuleType

from torch import Tensor

from tessera.memory.live import Hook, place

DEPTH = 5
"""Objects between a thing and who is named for it."""
SHOWN = 3
"""Kinds of tensors, and holders, that are named."""


def shapes(tensors: Iterable[Tensor]) -> str:
    """'12 of float32[8, 4]', the most frequent first."""
    kinds = Counter(f"{str(t.dtype).removeprefix('torch.')}{list(t.shape)} on {t.device}" for t in tensors)
    named = [f"{count} of {kind}" for kind, count in kinds.most_common(SHOWN)]
    return ", ".join([*named, f"{len(kinds) - SHOWN} other shapes"] if len(kinds) > SHOWN else named)


def holders(things: Sequence[object], hooks: Iterable[Hook]) -> list[str]:
    """Who holds them, in words: hooks first, else whatever has a name and is nearest.

    Every level costs a walk over all objects of the process.
    """
    hooks = list(hooks)
    level: list[object] = list(things)
    ours: set[int] = {id(things), id(level)}
    seen = {id(thing) for thing in things}
    named: list[str] = []
    for _ in range(DEPTH):
        found = gc.get_referrers(*level)
        ours.add(id(found))
        above = [thing for thing in found if id(thing) not in ours | seen and not isinstance(thing, FrameType)]
        if filling := [f"the {hook} keeps them" for hook in hooks if any(id(thing) in hook.fills for thing in above)]:
            return list(dict.fromkeys(filling))[:SHOWN]
        named = named or list(dict.fromkeys(name for thing in above if (name := _name(thing, level))))[:SHOWN]
        seen |= {id(thing) for thing in above}
        # Beyond a module or a class lies all of the program.
        level = [thing for thing in above if not isinstance(thing, ModuleType | type) and not _is_globals(thing)]
        ours.add(id(level))
        ours.add(id(above))
        if not level:
            break
    return named


def _name(thing: object, below: Sequence[object]) -> str:
    """What `thing`, which refers to one of `below`, is called; '' for one without a name."""
    ids = {id(each) for each in below}
    if isinstance(thing, FunctionType):
        return f"{place(thing)} keeps them"
    if isinstance(thing, dict) and _is_globals(thing):
        keys = [str(key) for key, value in thing.items() if id(value) in ids]
        return f"the global {', '.join(keys)} of {thing.get('__name__')} keeps them" if keys else ""
    if isinstance(thing, list | tuple | dict | set | frozenset | CellType):
        return ""
    attributes = getattr(thing, "__dict__", {})
    if id(attributes) in ids:
        return f"a {type(thing).__qualname__} keeps them"
    keys = [key for key, value in attributes.items() if id(value) in ids]
    return f"attribute {', '.join(keys)} of a {type(thing).__qualname__} keeps them" if keys else ""


def _is_globals(thing: object) -> bool:
    module = sys.modules.get(str(thing.get("__name__"))) if isinstance(thing, dict) else None
    return module is not None and module.__dict__ is thing
