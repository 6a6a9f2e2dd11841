"""What an optimiser and a report need to know of a module's parameters."""

from __future__ import annotations

from torch import nn


def no_decay(module: nn.Module) -> frozenset[str]:
    """Names of the parameters that weight decay must leave alone.

    Those are the ones with fewer than two dimensions: biases, norm weights, and an SSM's A_log, D and dt_bias
    (decaying A_log lets the state grow without bound).
    """
    return frozenset(name for name, parameter in module.named_parameters() if parameter.ndim < 2)


def parameter_count(module: nn.Module) -> int:
    """Learned numbers in the module."""
    return sum(parameter.numel() for parameter in module.parameters())
