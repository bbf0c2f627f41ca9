"""Types of the commands' options, for `argparse`: what is no limit at all is refused."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError

MOST_SEED = 2**32 - 1


def weight(text: str) -> float:
    """A weight, greater than 0."""
    value = float(text)
    if not 0 < value < math.inf:
        raise ArgumentTypeError("must be a number greater than 0")
    return value


def seconds(text: str) -> float:
    """A number of seconds, greater than 0."""
    value = float(text)
    if not 0 < value < 1e7:
        raise ArgumentTypeError("must be a number of seconds greater than 0")
    return value


def share(text: str) -> float:
    """A share from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise ArgumentTypeError("must be a share from 0 to 1")
    return value


def steps(text: str) -> int:
    """A whole number, 0 or more."""
    value = int(text)
    if value < 0:
        raise ArgumentTypeError("must not be negative")
    return value


def seed(text: str) -> int:
    """A whole number from 0 to `MOST_SEED`."""
    value = int(text)
    if not 0 <= value <= MOST_SEED:
        raise ArgumentTypeError(f"must be a whole number from 0 to {MOST_SEED}")
    return value
