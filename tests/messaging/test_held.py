"""What is held since a restore: listed, and dropped one by one before the rest is let go on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from emporion.core import holding, outbox
from emporion.core.jobs import JobRecord, lease
from emporion.core.models import JournalEntry, OutboxRow
from emporion.core.outbox import handing
from emporion.messaging.interfaces.commands import show_outbox

pytestmark = pytest.mark.django_db
THEN = dt.datetime(2023, 11, 23, 9, 5, tzinfo=dt.UTC)
LISTED = """\
m1  2023-11-23 09:05 UTC  message  release  person:aino
m2  2023-11-23 09:05 UTC  message  request  person:aino
w1  2023-11-23 09:05 UTC  webhook  request.asked  endpoint:crm
"""


@pytest.fixture
def job() -> JobRecord:
    """Two messages, a call and a job that are held; the job is returned."""
    for key, payload, lane in (
        ("m1", {"person": "aino", "template": "release"}, "person:aino"),
        ("m2", {"person": "aino", "template": "request"}, "person:aino"),
        ("w1", {"endpoint": "crm", "body": {"type": "request.asked"}}, "endpoint:crm"),
    ):
        OutboxRow.objects.create(
            key=key, kind="message" if key[0] == "m" else "webhook", lane=lane, payload=payload,
            state="waiting", made_at=THEN, next_at=THEN, tenant="t1",
        )  # fmt: skip
    made = JobRecord.objects.create(
        kind="release.tell", owner="o", tenant="t1", subject="fair/7", asked_at=THEN
    )
    assert bool(holding.hold_here())
    return made


def due() -> tuple[list[str], list[str]]:
    return sorted(row.key for row in handing.due()), [one.public_id for one in lease.due()]


def test_what_is_held_is_listed_with_kind_moment_and_whom_it_is_for(
    job: JobRecord, capsys: Any
) -> None:
    assert show_outbox(["--held"]) == 0
    of_job = f"{job.public_id}  2023-11-23 09:05 UTC  release.tell    fair/7\n"
    assert capsys.readouterr().out == LISTED + of_job


def test_what_is_dropped_does_not_leave_when_the_rest_is_let_go_on(
    job: JobRecord, capsys: Any
) -> None:
    assert show_outbox(["--drop", "m1", "--drop", job.public_id]) == 0
    assert capsys.readouterr().out == "Dropped: 1 of the outbox and 1 jobs.\n"
    assert show_outbox(["--release"]) == 0
    assert capsys.readouterr().out == "Let go on: 2 of the outbox and 0 jobs.\n"
    assert due() == (["m2", "w1"], [])
    # What told of it is done again under its key, and tells nobody for that.
    with transaction.atomic():
        outbox.put("message", {}, lane="person:aino", key="m1")
    assert due() == (["m2", "w1"], [])
    job.refresh_from_db()
    assert job.state == "stopped"
    told = JournalEntry.objects.filter(action="held.drop").order_by("pk")
    assert [
        (one.actor, one.tenant, one.object_kind, one.object_ids, one.fields) for one in told
    ] == [
        ("command:outbox", "t1", "held", ["m1"], ["message", "person:aino"]),
        ("command:outbox", "t1", "job", [job.public_id], ["release.tell"]),
    ]
    # A mistake is mended by the key.
    assert show_outbox(["--replay", "m1"]) == 0
    assert due() == (["m1", "w1"], [])


def test_key_that_is_not_held_is_told_and_nothing_is_dropped(job: JobRecord, capsys: Any) -> None:
    OutboxRow.objects.filter(key="m2").update(state="done")
    for unknown in ("m2", "no-such-key"):
        assert show_outbox(["--drop", "m1", "--drop", unknown]) == 1
        said = f"{unknown} is not held; nothing was dropped. See --held.\n"
        assert capsys.readouterr() == ("", said)
    assert holding.held() == holding.Held(2, 1)
    assert not JournalEntry.objects.filter(action="held.drop").exists()


@pytest.mark.parametrize("words", [["--held", "--release"], ["--drop", "m1", "--release"]])
def test_one_thing_is_done_at_once(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        show_outbox(words)
