"""Lanes of the outbox: in order, and as quick however many rows wait in one."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from emporion.core import outbox
from emporion.core.models import OutboxRow
from emporion.core.outbox import carriers, handing, lanes

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys of what was handed over."""
    monkeypatch.setattr(carriers, "_carriers", {})
    taken: list[str] = []

    @outbox.carrier("test")
    def deliver(row: OutboxRow) -> None:
        taken.append(row.key)

    yield taken


def put(n: int) -> None:
    with transaction.atomic():
        outbox.put("test", {}, lane="a", key=f"k{n}")


def plan_of_a_look() -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of a small table it reads all, whatever indexes there are.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        return handing.due().explain()


def test_next_row_is_found_by_indexes_however_many_wait() -> None:
    plan = plan_of_a_look()
    assert [name in plan for name in ("outbox_first", "outbox_lane")] == [True, True], plan


def many_behind_one_that_fails(count: int) -> None:
    """A lane whose first row waits to be tried again; the others came since."""
    now = timezone.now()
    rows = [
        OutboxRow(key=f"k{n}", kind="test", lane="dead", made_at=now, next_at=now - 60 * SECOND)
        for n in range(count)
    ]
    rows[0].next_at = now + 3600 * SECOND
    OutboxRow.objects.bulk_create(rows, batch_size=5000)
    look_at_statistics()


def look_at_statistics() -> None:
    """As PostgreSQL does by itself, some time after many rows were written."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {OutboxRow._meta.db_table}")


def seconds_of_a_look() -> float:
    begun = time.monotonic()
    assert not handing.due().exists()
    return time.monotonic() - begun


def test_50_000_rows_behind_one_that_fails_are_not_read_at_each_look() -> None:
    many_behind_one_that_fails(50_000)
    # Before anything is marked, each row costs one look into an index; compared with one another, as
    # they once were, 200,000 took PostgreSQL 20 seconds.
    if connection.vendor == "postgresql":
        found = handing.due().explain(format="json")
        assert "Join" not in found, found
    while lanes.mark_behind():
        pass
    look_at_statistics()
    unmarked = OutboxRow.objects.filter(is_behind=False)
    assert [row.key for row in unmarked] == ["k0"]
    if connection.vendor == "postgresql":
        found = handing.due().explain(analyze=True, format="json")
        assert rows_read(json.loads(found)[0]["Plan"]) <= 1, found
    assert seconds_of_a_look() < 1


def rows_read(plan: dict[str, Any]) -> int:
    """Rows that the parts of a plan gave or threw away."""
    own = plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0)
    return int(own) + sum(rows_read(part) for part in plan.get("Plans", ()))


def test_lane_goes_on_in_order_through_marked_rows(handed: list[str]) -> None:
    for n in range(4):
        put(n)
    assert lanes.mark_behind() == 3
    assert (outbox.drain(), handed) == (4, ["k0", "k1", "k2", "k3"])


def test_marked_row_is_freed_where_the_one_ahead_of_it_died_or_was_taken_away(
    handed: list[str],
) -> None:
    for n in range(3):
        put(n)
    lanes.mark_behind()
    OutboxRow.objects.filter(key="k0").delete()
    assert (outbox.drain(), lanes.free_first()) == (0, 1)
    OutboxRow.objects.filter(key="k1").update(
        state="sending", attempt=len(handing.PAUSES) + 1, lease_until=timezone.now() - SECOND
    )
    assert (outbox.drain(), handed) == (1, ["k2"])


def test_row_that_is_handed_over_again_goes_before_those_behind_it(handed: list[str]) -> None:
    for n in range(2):
        put(n)
    lanes.mark_behind()
    outbox.deliver_next()
    assert outbox.replay(OutboxRow.objects.get(key="k0"))
    assert (outbox.drain(), handed) == (2, ["k0", "k0", "k1"])


def test_row_marked_while_the_one_ahead_of_it_ends_is_not_held_up(
    handed: list[str],
) -> None:
    def mark() -> None:
        try:
            lanes.mark_behind()
        finally:
            connection.close()

    beside = threading.Thread(target=mark)

    def deliver(row: OutboxRow) -> Any:
        handed.append(row.key)

        # Noted as done, and seen by nobody yet.
        def finish() -> None:
            if not beside.ident:
                beside.start()
                beside.join(0.5)

        return finish

    carriers._carriers["test"] = deliver
    for n in range(2):
        put(n)
    assert outbox.deliver_next()
    beside.join(20)
    assert (outbox.drain(), handed) == (1, ["k0", "k1"])
