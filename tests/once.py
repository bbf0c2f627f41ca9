"""Rows that many tests begin with, made once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import transaction

T = TypeVar("T")


@contextmanager
def made_once(blocker: Any, make: Callable[[], T]) -> Iterator[T]:
    """Make rows in a transaction around the tests of a module or folder, undone behind the last.

    `blocker` is pytest-django's. Each test still asks for `db` and has a savepoint of its own, so
    that it leaves the rows as it found them; what `make` returns it has to copy before it changes
    it. Not beside tests that commit (`transaction=True`): they close the connection.
    """
    around = transaction.atomic()
    with blocker.unblock():
        around.__enter__()
    try:
        with blocker.unblock():
            made = make()
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
