"""What a test needs of its machine: without it the test is skipped, or fails where all have to run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests import machine


@contextmanager
def needed() -> Iterator[None]:
    """Look for what the machine has inside of this; `machine.Missing` says what it lacks."""
    try:
        yield
    except machine.Missing as why:
        if machine.everything_required():
            pytest.fail(str(why))
        pytest.skip(str(why))


def durable_database(stack: ExitStack) -> str:
    """Return the address of an empty database on a PostgreSQL that survives being killed."""
    with needed():
        address = stack.enter_context(machine.cluster(durable=True))
    with psycopg.connect(f"{address.rpartition('/')[0]}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE emporion TEMPLATE template0")
    return address
