"""The tree against its definition in RFC 6962, written the way it is defined there."""

from __future__ import annotations

import hashlib

import pytest

from emporion.core.sealing import merkle


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaves that are hashed already."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


LEAVES = [merkle.leaf(str(n).encode()) for n in range(70)]


@pytest.mark.parametrize("size", range(70))
def test_root_is_that_of_the_definition_and_every_leaf_proves_itself(size: int) -> None:
    leaves = LEAVES[:size]
    root = merkle.root(leaves)
    assert root == defined(leaves)
    for n, one in enumerate(leaves):
        path = merkle.path(leaves, n)
        assert merkle.root_by(one, n, size, path) == root
        assert merkle.root_by(LEAVES[-1], n, size, path) != root or one == LEAVES[-1]


def test_proof_of_another_length_is_refused() -> None:
    path = merkle.path(LEAVES, 3)
    for wrong in (path[:-1], [*path, path[0]]):
        with pytest.raises(ValueError, match="proof is too"):
            merkle.root_by(LEAVES[3], 3, len(LEAVES), wrong)


def test_leaf_of_an_inner_node_is_no_inner_node() -> None:
    assert merkle.leaf(LEAVES[0] + LEAVES[1]) != merkle.root(LEAVES[:2])
