"""Merkle trees as in RFC 6962: one root for many leaves, and short proofs that a leaf is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"
EMPTY = hashlib.sha256(b"").digest()


def leaf(content: bytes) -> bytes:
    """Return the leaf for `content`: no leaf can be taken for an inner node."""
    return hashlib.sha256(LEAF + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over `leaves` (32 bytes each) in their order; n hashes for n leaves."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the neighbours that prove `leaves[index]`, from the leaf upwards: log2 n hashes."""
    found, level = [], list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1])
        level, index = _above(level), index // 2
    return found


def root_by(one: bytes, index: int, size: int, neighbours: Sequence[bytes]) -> bytes:
    """Return the root that `one` at `index` of `size` leaves leads to; ValueError if none does."""
    rest = list(neighbours)
    while size > 1:
        if index ^ 1 < size:
            if not rest:
                raise ValueError("the proof is too short")
            other = rest.pop(0)
            one = _node(other, one) if index & 1 else _node(one, other)
        index, size = index // 2, (size + 1) // 2
    if rest:
        raise ValueError("the proof is too long")
    return one


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def _above(level: list[bytes]) -> list[bytes]:
    """Return the level above; the last one without a partner goes up as it is."""
    joined = [
        hashlib.sha256(NODE + left + right).digest()
        for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    return joined + level[-1:] if len(level) % 2 else joined
