"""What waits in a backup is held, also in tables of an older version."""

from __future__ import annotations

import pytest
from django.utils import timezone

from emporion.core import holding
from emporion.core.models import JobRecord, OutboxRow

pytestmark = pytest.mark.django_db
JOBS, OUTBOX = (
    {field.column for field in model._meta.concrete_fields} for model in (JobRecord, OutboxRow)
)


@pytest.fixture
def waiting() -> None:
    """A job and a row of the outbox that would leave at once."""
    now = timezone.now()
    JobRecord.objects.create(kind="k", owner="o", state="waiting", asked_at=now, process="p")
    OutboxRow.objects.create(
        key="k", kind="k", lane="l", state="waiting", made_at=now, next_at=now, process="p"
    )


def test_rows_of_a_version_without_the_process_are_held(waiting: None) -> None:
    without = {"core_jobrecord": JOBS - {"process"}, "core_outboxrow": OUTBOX - {"process"}}
    holding.hold(without)
    assert holding.held() == holding.Held(outbox=1, jobs=1)
    # What is not there is not written.
    assert [*JobRecord.objects.values_list("process")] == [("p",)]
    assert [*OutboxRow.objects.values_list("process")] == [("p",)]


def test_rows_of_a_version_that_puts_nothing_off_are_refused(waiting: None) -> None:
    with pytest.raises(holding.NotHeld, match="core_jobrecord"):
        holding.hold({"core_jobrecord": JOBS - {"next_at"}, "core_outboxrow": OUTBOX})
    assert not holding.held()
