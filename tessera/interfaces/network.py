"""Networks, their files, and evaluators: from a batch of positions to probabilities.

A *network* is a torch module a plugin builds from settings; an *evaluator* is whatever turns input
planes into outputs (the torch module in eval mode, an OpenVINO export, a constant for tests).

A module or an evaluator that reads another feature set than `basic-1` names it in an attribute `feature_set`; what its
F planes and G globals are then, `tessera.rules.features` says.

Every input and every output is from the view of the side to play. Swapping the colours of a position
together with the side to play and the sign of the komi leaves inputs, and so outputs, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from tessera.rules.features import BASIC, FeatureSet, feature_set

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray


F, G = BASIC.plane_count, BASIC.global_count
"""Planes and globals of `basic-1`, what a network reads that names no set."""

AUTO = "auto"
"""In place of an evaluator's name: the quickest one on this machine that agrees with torch."""


def features_of(reader: object) -> FeatureSet:
    """What a network's module or an evaluator reads: the set its `feature_set` names, basic-1 where it has none.

    Raises `BadValue` for an unknown name.
    """
    return feature_set(getattr(reader, "feature_set", BASIC.name))


class Outputs(NamedTuple):
    """What a network says of B positions, all from the side to play's view."""

    policy: torch.Tensor
    """[B, A] logits over points and pass (last); illegal moves are not masked here."""
    value: torch.Tensor
    """[B, 3] logits for win, draw, loss."""
    score: torch.Tensor
    """[B] expected final score in points, komi included; positive is good for the side to play."""
    ownership: torch.Tensor
    """[B, P] in -1..1: who will own the point at the end; +1 the side to play."""
    opponent_policy: torch.Tensor
    """[B, A] logits of the opponent's next move; a training aid."""


@runtime_checkable
class Evaluator(Protocol):
    """A batch of positions in, a batch of outputs out, on one device."""

    @property
    def device(self) -> str:
        """torch's name of the device inputs must lie on and outputs will lie on."""
        ...

    def evaluate(self, planes: torch.Tensor, globals_: torch.Tensor) -> Outputs:
        """planes [B, F, N, N] float32, globals_ [B, G] float32 -> Outputs, without gradients.

        Outputs may be overwritten by the next call. Positions in a batch do not influence each other.
        """
        ...


@runtime_checkable
class Refreshing(Protocol):
    """An evaluator that follows a network that learns."""

    def refresh(self, module: torch.nn.Module) -> None:
        """Answer with the weights of `module` from now on: a copy of the one this was built from, learned further."""
        ...


@dataclass(frozen=True)
class NetworkForm:
    """One of several ways to compute the same network, as a plugin chooses by itself."""

    name: str
    why_not: str
    """Why it cannot be used; '' where it can."""
    using: Callable[[], AbstractContextManager[None]]
    """Within it this form is taken and not the plugin's choice: for measuring, in one thread."""


def one_form(settings: Any, device: str) -> tuple[NetworkForm, ...]:
    """The forms of a network that has but one: none to choose from."""
    return ()


@dataclass(frozen=True)
class NetworkSpec:
    """A policy network a plugin offers under a name that checkpoints refer to."""

    name: str
    """The name in checkpoints and on the command line, e.g. 'mamba'."""
    summary: str
    """One line for `tessera plugins`."""
    settings: type[Any]
    """The frozen dataclass of its settings, see `tessera.settings`; plain str, int, float and bool."""
    build: Callable[[Any], torch.nn.Module]
    """build(settings) -> module; module(planes, globals_) -> Outputs, for any board size."""
    forms: Callable[[Any, str], tuple[NetworkForm, ...]] = one_form
    """forms(settings, device) -> its equal forms, best first: the plugin takes the first that can be used."""


@dataclass(frozen=True)
class ForeignNetwork:
    """A network as it was read from another program's file."""

    network: str
    """The name in the registry of networks that builds it."""
    settings: Mapping[str, str | int | float | bool]
    tensors: Mapping[str, NDArray[np.float32]]
    """Its state_dict; contiguous."""
    features: str
    """The feature set it reads."""
    note: str = ""
    """What the file calls it."""


@dataclass(frozen=True)
class FormatSpec:
    """A file format of another program, readable wherever a checkpoint can be named."""

    name: str
    summary: str
    magic: bytes
    """What its files begin with."""
    read: Callable[[Path], ForeignNetwork]
    """The network in a file, which may come from anyone; raises `CheckpointError`. Imports no torch."""


@dataclass(frozen=True)
class EvaluatorSpec:
    """A way to run a network: eager torch, OpenVINO, ..."""

    name: str
    summary: str
    build: Callable[[torch.nn.Module, str], Evaluator]
    """build(module, device) -> evaluator; raises `MissingExtra` when its package is absent."""
    devices: tuple[str, ...] = field(default=("cpu", "cuda"))
    """Device types it can run on."""
    automatic: bool = False
    """Whether `auto` may choose it, where it is quicker than torch and agrees with it."""
