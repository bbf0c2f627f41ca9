"""Clearing a market with transferable utility and capacities.

A pair (i, j) with surplus phi has kernel K = exp(phi / (2 beta)).  The Choo-Siow equilibrium is
mu_ij = K_ij a_i b_j with, for capacities n_i and m_j,

    a_i^2 + a_i sum_j K_ij b_j = n_i        b_j^2 + b_j sum_i K_ij a_i = m_j

solved by iterative proportional fitting (Choo and Siow, JPE 2006; Galichon and Salanie,
REStud 2022; Tomita, Togashi, Hashizume and Ohsaka, RecSys 2023).  mu_ij is how many meetings of i
and j the cleared market holds: who is wanted by many has a low b_j and appears less often, who is
overlooked appears more often.

A kernel is dense (numpy) or sparse (CSR of scipy, a pair without an entry is forbidden); float32
or float64.  Both forms solve the same equations and give the same duals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Rows of the kernel taken at once: few enough that the second product finds them in the cache.
# Fixed, so that sums are always taken in the same order.
BLOCK = 256
# Beyond this exponent the kernel leaves float32.
MAX_EXPONENT = 80.0


@dataclass(frozen=True)
class Equilibrium:
    """The two dual vectors and how they were reached.

    `a` float64[N] and `b` float64[M] are square roots of the meetings left unfilled; `gap` is the
    largest relative change in the last iteration.
    """

    a: Doubles
    b: Doubles
    iterations: int
    gap: float
    converged: bool

    def meetings(
        self, kernel: npt.NDArray[np.floating[Any]], rows: slice
    ) -> npt.NDArray[np.floating[Any]]:
        """Return mu[rows, M] for a slice of rows of a dense kernel, in its precision."""
        part = kernel[rows] * self.b.astype(kernel.dtype)
        part *= self.a[rows, None].astype(kernel.dtype)
        return np.asarray(part)

    def sparse_meetings(self, kernel: sparse.csr_array, rows: slice) -> sparse.csr_array:
        """Return mu of a slice of rows of a sparse kernel, with the same entries."""
        part = kernel[rows].copy()
        part.data *= self.b.astype(part.dtype)[part.indices]
        part.data *= np.repeat(self.a[rows].astype(part.dtype), np.diff(part.indptr))
        return part


def kernel_of(surplus: npt.ArrayLike, temperature: float) -> Floats:
    """Return K = exp(surplus / (2 temperature)) as float32; -inf means a forbidden pair.

    Raises ValueError where the exponent would leave float32: raise the temperature then.
    """
    if not temperature > 0:
        raise ValueError(f"the temperature must be above 0, not {temperature}")
    exponent = np.asarray(surplus, dtype=np.float32) / np.float32(2 * temperature)
    if exponent.size and not float(exponent.max()) <= MAX_EXPONENT:
        raise ValueError(
            f"surplus / (2 temperature) reaches {float(exponent.max()):.3g}, beyond"
            f" {MAX_EXPONENT:g}: raise the temperature"
        )
    np.exp(exponent, out=exponent)
    return exponent


def solve(
    kernel: Floats | sparse.csr_array,
    row_capacity: npt.ArrayLike,
    column_capacity: npt.ArrayLike,
    *,
    tolerance: float = 1e-3,
    max_iterations: int = 200,
) -> Equilibrium:
    """Return the equilibrium of a kernel [N, M] >= 0, dense or CSR, under both capacities.

    The textbook update sqrt(n + h^2) - h loses all digits in float32 once h is large; the same
    number as n / (sqrt(n + h^2) + h) does not.  Sums run in the kernel's precision, the duals in
    float64.  A capacity of 0 gives a dual of 0: no meetings.  O(pairs) per iteration, about ten
    iterations; no copy of the kernel.  Raises ValueError for negative or non-finite input.
    """
    n = capacities(row_capacity, kernel.shape[0], "row")
    m = capacities(column_capacity, kernel.shape[1], "column")
    sweep: Callable[..., tuple[Doubles, Doubles]] = _sweep_dense
    values: npt.NDArray[np.floating] = kernel
    if sparse.issparse(kernel):
        thin: sparse.csr_array = kernel
        if thin.format != "csr":
            raise ValueError(f"a sparse kernel must be CSR, not {thin.format}")
        sweep, values = _sweep_sparse, thin.data
    if values.dtype not in (np.float32, np.float64):
        raise ValueError(f"a kernel must be float32 or float64, not {values.dtype}")
    if values.size and not (float(values.min()) >= 0 and np.isfinite(values.max())):
        raise ValueError("a kernel must be finite and not negative")
    a, b = np.sqrt(n), np.sqrt(m)
    gap, iteration = 0.0, 0
    for iteration in range(1, max_iterations + 1):  # noqa: B007
        a_new, towards_columns = sweep(kernel, n, b)
        b_new = _dual(m, towards_columns)
        gap = max(_change(a, a_new), _change(b, b_new))
        a, b = a_new, b_new
        if gap <= tolerance:
            break
    return Equilibrium(a, b, iteration, gap, gap <= tolerance)


def _sweep_dense(kernel: Floats, n: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """Return the new a, and K^T a; each block of rows is read once for both."""
    a = np.empty_like(n)
    towards_columns = np.zeros(b.shape[0])
    b_single = b.astype(kernel.dtype)
    for start in range(0, n.shape[0], BLOCK):
        rows = slice(start, start + BLOCK)
        a[rows] = _dual(n[rows], kernel[rows] @ b_single)
        towards_columns += a[rows].astype(kernel.dtype) @ kernel[rows]
    return a, towards_columns


def _sweep_sparse(kernel: sparse.csr_array, n: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """The same for CSR; its transpose is a view."""
    a = _dual(n, kernel @ b.astype(kernel.dtype))
    return a, np.asarray(kernel.T @ a.astype(kernel.dtype), dtype=np.float64)


def _dual(capacity: Doubles, received: npt.NDArray[np.floating]) -> Doubles:
    half = np.asarray(received, dtype=np.float64) / 2
    below = np.sqrt(capacity + half * half) + half
    return np.divide(capacity, below, out=np.zeros_like(capacity), where=below > 0)


def _change(before: Doubles, after: Doubles) -> float:
    if not before.size:
        return 0.0
    return float(np.max(np.abs(after - before) / np.maximum(before, 1e-30), initial=0.0))


def capacities(given: npt.ArrayLike, length: int, side: str) -> Doubles:
    """Return capacities as float64[length]; ValueError for another shape or what is no capacity."""
    capacity = np.asarray(given, dtype=np.float64)
    if capacity.shape != (length,):
        raise ValueError(f"{side} capacities have shape {capacity.shape}, expected ({length},)")
    if length and not (np.isfinite(capacity).all() and float(capacity.min()) >= 0):
        raise ValueError(f"{side} capacities must be finite and not negative")
    return capacity
