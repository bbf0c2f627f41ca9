"""Work whose effect can be counted, for workers that are killed."""

from __future__ import annotations

import time

from django.db import transaction
from django_tasks import task

from emporion.core import jobs, journal

MARK = "test.mark"


@task()
def leave_mark(number: int) -> int:
    """Leave one row in the journal, in the transaction that ends the work; dies well at any time."""
    time.sleep(0.1)
    with transaction.atomic():
        journal.record(MARK, "mark", str(number))
        time.sleep(0.05)
        jobs.done_with({"value": number})
        time.sleep(0.05)
    time.sleep(0.1)
    return number
