"""The fixed point against a slow, obvious model, and where float32 would collapse."""

import numpy as np
import pytest
from scipy import sparse

from emporion.engines.matching import equilibrium


def slow_equilibrium(kernel, n, m, rounds=3000):
    """The textbook update in float64, one number at a time."""
    a, b = [1.0] * len(n), [1.0] * len(m)
    for _ in range(rounds):
        for i in range(len(n)):
            h = sum(kernel[i][j] * b[j] for j in range(len(m))) / 2
            a[i] = (n[i] + h * h) ** 0.5 - h
        for j in range(len(m)):
            h = sum(kernel[i][j] * a[i] for i in range(len(n))) / 2
            b[j] = (m[j] + h * h) ** 0.5 - h
    return np.array([[kernel[i][j] * a[i] * b[j] for j in range(len(m))] for i in range(len(n))])


@pytest.mark.parametrize("seed", range(5))
def test_solve_agrees_with_the_slow_fixed_point(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 9, 7), rng.integers(1, 30, 4)
    kernel = equilibrium.kernel_of(rng.random((7, 4)), 0.2)
    found = equilibrium.solve(kernel, n, m, tolerance=1e-9, max_iterations=5000)
    assert found.converged
    expected = slow_equilibrium(kernel.astype(float).tolist(), n.tolist(), m.tolist())
    assert np.allclose(found.meetings(kernel, slice(0, 7)), expected, rtol=1e-4, atol=1e-6)


def test_solve_keeps_both_capacities():
    rng = np.random.default_rng(1)
    n, m = rng.integers(1, 9, 300), rng.integers(20, 60, 40)
    kernel = equilibrium.kernel_of(rng.random((300, 40)), 0.05)
    found = equilibrium.solve(kernel, n, m, tolerance=1e-6)
    mu = found.meetings(kernel, slice(0, 300)).astype(float)
    assert np.allclose(mu.sum(axis=1) + found.a**2, n, rtol=1e-3)
    assert np.allclose(mu.sum(axis=0) + found.b**2, m, rtol=1e-3)


def test_solve_does_not_collapse_where_the_textbook_form_does():
    """Huge kernels: sqrt(n + h^2) - h is 0 in float32, and all meetings with it."""
    rng = np.random.default_rng(2)
    surplus = rng.random((500, 50)) * 2
    kernel = equilibrium.kernel_of(surplus, 0.05)
    half = np.float32(kernel.sum(axis=1).max() / 2)
    assert np.sqrt(np.float32(5) + half * half) - half == 0
    n, m = np.full(500, 5), np.full(50, 40)
    found = equilibrium.solve(kernel, n, m)
    mu = found.meetings(kernel, slice(0, 500))
    assert found.a.min() > 0 and found.b.min() > 0
    assert mu.sum() == pytest.approx(2000, rel=0.01)


def test_solve_gives_nothing_to_a_capacity_of_zero():
    kernel = equilibrium.kernel_of(np.ones((3, 2)), 0.5)
    found = equilibrium.solve(kernel, [0, 2, 2], [1, 0])
    mu = found.meetings(kernel, slice(0, 3))
    assert mu[0].tolist() == [0, 0]
    assert mu[:, 1].tolist() == [0, 0, 0]
    assert mu[1, 0] > 0


def test_solve_with_an_empty_side_and_with_only_zeros():
    empty = equilibrium.solve(np.zeros((0, 3), np.float32), [], [1, 2, 3])
    assert empty.b.tolist() == pytest.approx([1, 2**0.5, 3**0.5])
    forbidden = equilibrium.kernel_of(np.full((2, 2), -np.inf), 0.1)
    found = equilibrium.solve(forbidden, [4, 9], [1, 1])
    assert found.a.tolist() == [2, 3]
    assert found.meetings(forbidden, slice(0, 2)).sum() == 0


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_solve_refuses_what_is_no_kernel_and_no_capacity(bad):
    with pytest.raises(ValueError, match="kernel"):
        equilibrium.solve(np.array([[1, bad]], np.float32), [1], [1, 1])
    with pytest.raises(ValueError, match="capacities"):
        equilibrium.solve(np.ones((1, 2), np.float32), [bad], [1, 1])


def test_kernel_of_refuses_to_overflow():
    with pytest.raises(ValueError, match="raise the temperature"):
        equilibrium.kernel_of([[2.0]], 0.001)
    with pytest.raises(ValueError, match="temperature"):
        equilibrium.kernel_of([[2.0]], 0)


def with_holes(seed, rows=60, columns=25, dtype=np.float64):
    """A kernel in which most pairs are forbidden, some people have no pair, and one no meetings."""
    rng = np.random.default_rng(seed)
    kernel = np.exp(rng.random((rows, columns)) / 0.2).astype(dtype)
    kernel[rng.random((rows, columns)) < 0.6] = 0
    kernel[3], kernel[:, 4] = 0, 0
    n, m = rng.integers(1, 9, rows), rng.integers(2, 40, columns)
    n[7] = m[2] = 0
    return kernel, n, m


@pytest.mark.parametrize("seed", range(4))
def test_dense_and_sparse_agree(seed):
    kernel, n, m = with_holes(seed)
    thin = sparse.csr_array(kernel)
    dense = equilibrium.solve(kernel, n, m, tolerance=1e-10, max_iterations=5000)
    found = equilibrium.solve(thin, n, m, tolerance=1e-10, max_iterations=5000)
    assert dense.converged and found.converged
    everybody = slice(0, len(n))
    mu = found.sparse_meetings(thin, everybody)
    assert mu.nnz == thin.nnz
    assert np.abs(mu.toarray() - dense.meetings(kernel, everybody)).max() < 1e-6


def test_sparse_in_single_precision_stays_close():
    kernel, n, m = with_holes(9, rows=2000, columns=150, dtype=np.float32)
    exact = equilibrium.solve(kernel.astype(float), n, m, tolerance=1e-9, max_iterations=5000)
    found = equilibrium.solve(sparse.csr_array(kernel), n, m, tolerance=1e-5, max_iterations=500)
    assert np.allclose(found.a, exact.a, rtol=1e-3) and np.allclose(found.b, exact.b, rtol=1e-3)


def test_sparse_keeps_slices_and_capacities():
    kernel, n, m = with_holes(5)
    thin = sparse.csr_array(kernel)
    found = equilibrium.solve(thin, n, m, tolerance=1e-10, max_iterations=5000)
    mu = found.sparse_meetings(thin, slice(0, 60)).toarray()
    assert np.array_equal(mu[10:20], found.sparse_meetings(thin, slice(10, 20)).toarray())
    assert np.allclose(mu.sum(axis=1) + found.a**2, n, atol=1e-6)
    assert np.allclose(mu.sum(axis=0) + found.b**2, m, atol=1e-6)
    assert thin.data.tolist() == sparse.csr_array(kernel).data.tolist()


def test_sparse_refuses_other_forms_and_bad_numbers():
    kernel, n, m = with_holes(6)
    with pytest.raises(ValueError, match="CSR"):
        equilibrium.solve(sparse.csc_array(kernel), n, m)
    with pytest.raises(ValueError, match="float32 or float64"):
        equilibrium.solve(sparse.csr_array((kernel > 0).astype(np.int8)), n, m)
    thin = sparse.csr_array(kernel)
    thin.data[0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        equilibrium.solve(thin, n, m)


def test_sparse_without_any_pair_and_with_an_empty_side():
    found = equilibrium.solve(sparse.csr_array((2, 3)), [4, 9], [1, 0, 1])
    assert found.a.tolist() == [2, 3] and found.b.tolist() == [1, 0, 1]
    empty = equilibrium.solve(sparse.csr_array((0, 3)), [], [1, 4, 9])
    assert empty.b.tolist() == [1, 2, 3]


def test_solve_agrees_with_unbalanced_transport_of_an_independent_library():
    """Without the option to stay unmatched the equilibrium is entropic optimal transport."""
    ot = pytest.importorskip("ot", reason="POT is not installed: pip install POT")
    rng = np.random.default_rng(12)
    surplus = rng.random((30, 12))
    rows, columns = np.full(30, 4.0), np.full(12, 10.0)
    # A kernel so strong that next to nobody stays unmatched.
    kernel = np.exp(surplus / 0.2 + 30)
    found = equilibrium.solve(kernel, rows, columns, tolerance=1e-12, max_iterations=20_000)
    plan = ot.sinkhorn(rows, columns, -surplus, 0.2, stopThr=1e-12, numItermax=20_000)
    mu = found.meetings(kernel, slice(0, 30))
    assert np.abs(mu - plan).max() < 1e-4
