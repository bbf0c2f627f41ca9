"""What a call changed: rows that were written, but for what every call may note of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

# Sessions, tries and the count of calls say nothing of a fair.
OF_THE_CALL = {"django_session", "accounts_signintries"}
_COUNT = re.compile(r'\s*UPDATE "accounts_accesstoken" SET "(minute|calls|last_used_at)"')
_WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "?(\w+)"?', re.I)


class Written(list[str]):
    """The tables of whose rows some were written."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note a statement that wrote something."""
        done = execute(sql, params, many, context)
        found = _WRITE.match(sql)
        # What returns the rows that it wrote counts them only when they are fetched.
        wrote = "RETURNING" in sql or context["cursor"].rowcount != 0
        if found and wrote and found[1] not in OF_THE_CALL and not _COUNT.match(sql):
            self.append(found[1])
        return done


@contextmanager
def undone() -> Iterator[Written]:
    """Note what is written, and undo all of it."""
    written = Written()
    with transaction.atomic(), connection.execute_wrapper(written):
        yield written
        transaction.set_rollback(True)
