"""Times that are written, and the database's clock that they are compared with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Value
from django.utils import timezone

from emporion.core import jobs
from emporion.core.clock import Now
from emporion.core.jobs import lease
from emporion.core.models import JobRecord


@pytest.mark.django_db
@pytest.mark.parametrize("written", [timezone.now, lambda: Now() + Value(dt.timedelta(0))])
def test_what_is_due_when_it_is_written_is_due_at_once(written: Any) -> None:
    job = jobs.enqueue("test.due", {}, tenant="", owner="visitor")
    # A write and a look take less than a millisecond, as a rule: some of these fall into one.
    for _ in range(100):
        JobRecord.objects.filter(pk=job.pk).update(next_at=written())
        assert lease.due().exists()
