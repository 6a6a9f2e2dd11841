"""The forms of the scan against the recurrence word for word. Tolerance: 1e-4 of the largest value, float32."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tessera_mamba import scan
from tessera_mamba.kernel import Form

TOLERANCE = 1e-4
LENGTHS = (1, 2, 5, 9, 19, 63, 64, 65, 130)
Line = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


def line(length: int, *, batch: tuple[int, ...] = (2,), heads: int = 3, width: int = 4, state: int = 5) -> Line:
    """x, dt, A, B, C in the range a network starts with; every fifth point off the board."""
    random = torch.Generator().manual_seed(length)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*batch, length, *shape, generator=random)

    dt = torch.rand(*batch, length, heads, generator=random) * 0.2
    dt[..., ::5, :] = 0
    A = -torch.linspace(1.0, 16.0, heads)
    return normal(heads, width), dt, A, normal(state), normal(state)


def assert_close(got: Tensor, expected: Tensor, tolerance: float = TOLERANCE) -> None:
    scale = float(expected.abs().max())
    torch.testing.assert_close(got, expected, rtol=0, atol=tolerance * max(scale, 1e-6))


def sequential_both(x: Tensor, dt: Tensor, A: Tensor, B: Tensor, C: Tensor) -> Tensor:
    return scan.reversible(scan.sequential, x, dt, A, B, C)


@pytest.mark.parametrize("length", LENGTHS)
def test_dual_is_both_directions(length: int) -> None:
    inputs = line(length)
    assert_close(scan.dual_both(*inputs), sequential_both(*inputs))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_chunked_is_the_recurrence(length: int, chunk: int) -> None:
    inputs = line(length)
    assert_close(scan.chunked(*inputs, chunk=chunk), scan.sequential(*inputs))


@pytest.mark.parametrize("length", [9, scan.LONGEST_DUAL + 1])
def test_chosen_form_is_both_directions(length: int) -> None:
    inputs = line(length)
    assert_close(scan.scan_both(*inputs), sequential_both(*inputs))


@pytest.mark.parametrize("length", [9, 70])
@pytest.mark.parametrize(
    ("form", "reference"),
    [(scan.dual_both, sequential_both), (scan.chunked, scan.sequential)],
    ids=["dual", "chunked"],
)
def test_gradients_agree(form: Form, reference: Form, length: int) -> None:
    inputs = line(length)
    weights = torch.randn(form(*inputs).shape, generator=torch.Generator().manual_seed(1))
    gradients = []
    for function in (form, reference):
        leaves = [tensor.clone().requires_grad_() for tensor in inputs]
        (function(*leaves) * weights).sum().backward()
        gradients.append([leaf.grad for leaf in leaves])
    # dt = 0 is a corner of the dual form (equal exponents); a network multiplies that gradient by its mask.
    on_board = inputs[1] > 0
    for name, got, expected in zip(("x", "dt", "A", "B", "C"), *gradients, strict=True):
        if name == "dt":
            got, expected = got * on_board, expected * on_board
        assert_close(got, expected)


@pytest.mark.parametrize("form", [scan.dual_both, scan.chunked, scan.sequential])
def test_points_without_step_are_invisible(form: Form) -> None:
    x, dt, A, B, C = line(20)
    seen = dt[0, :, 0] > 0
    expected = form(x[:, seen], dt[:, seen], A, B[:, seen], C[:, seen])
    assert_close(form(x, dt, A, B, C)[:, seen], expected)


def test_forward_forms_look_back_only() -> None:
    x, dt, A, B, C = line(80)
    before = scan.chunked(x, dt, A, B, C)
    x = x.clone()
    x[:, 71] += 1
    after = scan.chunked(x, dt, A, B, C)
    assert torch.equal(before[:, :71], after[:, :71])
    assert not torch.equal(before[:, 71:], after[:, 71:])


@pytest.mark.parametrize("form", [scan.dual_both, scan.chunked])
def test_total_decay_gives_numbers(form: Form) -> None:
    """exp of a large positive number never happens, not even under a mask."""
    x, _, _, B, C = line(70)
    dt = torch.ones(2, 70, 3)
    A = torch.full((3,), -1e4, requires_grad=True)
    y = form(x, dt, A, B, C)
    y.sum().backward()
    own = (B * C).sum(-1)[..., None, None] * x
    assert_close(y.detach(), 2 * own if form is scan.dual_both else own)
    assert A.grad is not None and torch.isfinite(A.grad).all()


@pytest.mark.parametrize("form", [scan.dual_both, scan.chunked])
def test_decay_stays_float32_in_bf16(form: Form) -> None:
    """A decay computed in bf16 is off by a fifth on a 19x19 board; products in bf16 alone by about 1%."""
    x, dt, A, B, C = line(361, batch=(1,), heads=2, width=8, state=8)
    low = form(x.bfloat16(), dt, A, B.bfloat16(), C.bfloat16())
    assert low.dtype == torch.bfloat16
    exact = form(x, dt, A, B, C)
    assert float((low.float() - exact).norm() / exact.norm()) < 0.015


def test_final_state_is_what_the_recurrence_holds() -> None:
    x, dt, A, B, C = line(30)
    state = scan.final_state(x, dt, A, B)
    # Reading the last point's state through C must give the last y.
    last = torch.einsum("bs,bhsp->bhp", C[:, -1], state)
    assert_close(last, scan.sequential(x, dt, A, B, C)[:, -1])
