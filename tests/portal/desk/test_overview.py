"""The organiser's first page: what waits first, and nothing that is not there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emporion.core import jobs
from emporion.meetings.domain import runs
from emporion.meetings.models import Release
from emporion.registry import domain as registry
from tests.factories import (
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Any:
    return signed_in(make_organiser(edition))


def texts(found: Any, selector: str) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in found.select(selector)]


def fair(edition: Any, count: int = 1) -> list[Any]:
    """Requests in three states, `count` of each, and a public release with one meeting."""
    made = []
    for _n in range(count):
        for state in ("open", "accepted", "declined"):
            made.append(make_request(make_participation(edition, "buyer"), _host(edition), state))
    slot = make_slots(edition, 1)[0]
    make_release(
        edition,
        [(made[1], slot)],
        [(made[0], "walking")],
        state="published",
        figures={"unserved": 2, "refusals": {"walking": 1}},
    )
    edition.published_release = Release.objects.get(edition=edition).number
    edition.save()
    return made


def _host(edition: Any) -> Any:
    return make_participation(edition, "exhibitor")


def test_page_is_for_organisers(edition: Any, client: Any, signed_in: Any) -> None:
    for name in ("portal:overview", "portal:unanswered"):
        assert client.get(address(name, edition)).status_code == 302
        assert signed_in(make_user()).get(address(name, edition)).status_code == 403


def test_new_edition_leads_to_the_first_open_step(edition: Any, organiser: Any) -> None:
    found = page(organiser.get(address("portal:overview", edition)))
    assert texts(found, ".lead") == ["No schedule is public yet."]
    assert [row["id"] for row in found.select(".queues tbody tr")] == ["queue-setup"]
    assert found.select_one(".page-head-end a")["href"] == address(
        "portal:setup_pavilions", edition
    )


def test_what_waits_is_counted_with_its_page(edition: Any, organiser: Any) -> None:
    make_pavilions(edition, "A")
    fair(edition)
    draft = make_release(edition, state="draft")
    found = page(organiser.get(address("portal:overview", edition)))
    rows = {
        row["id"]: (row.a.get_text(), row.a["href"])
        for row in found.select(".queues tbody tr")
        if row["id"] != "queue-setup"
    }
    assert rows == {
        "queue-draft": ("1", address("meetings:release", edition, draft.number)),
        "queue-unanswered": ("1", address("portal:unanswered", edition)),
        "queue-unserved": ("2", address("meetings:unserved", edition, 1)),
    }
    assert texts(found, ".lead") == [f"Release 1 is public. Release {draft.number} waits for you."]
    act = found.select_one(".page-head-end a")
    assert act["href"] == address("meetings:release", edition, draft.number)


def test_requests_are_told_along_their_way(edition: Any, organiser: Any) -> None:
    fair(edition)
    found = page(organiser.get(address("portal:overview", edition)))
    assert texts(found, "[aria-labelledby=requests] .bars-row") == [
        "Asked 3",
        "Answered 66.7 % 2",
        "Both say yes 33.3 % 1",
        "In the public schedule, answered or not 33.3 % 1",
    ]
    assert "1 found no place" in texts(found, "[aria-labelledby=requests] .small")[0]


def test_jobs_and_changes_stand_with_their_state(edition: Any, organiser: Any) -> None:
    job = jobs.enqueue(
        runs.COMPUTE, {}, tenant=edition.expo.public_id, owner="user:x", subject="model"
    )
    job.state, job.ended_at = jobs.JobRecord.State.FAILED, timezone.now()
    job.reason = "There are no slots."
    job.save()
    found = page(organiser.get(address("portal:overview", edition)))
    assert texts(found, ".job-name") == ["Computing a schedule"]
    assert texts(found, ".job-line") == ["There are no slots. See"]


def test_statements_do_not_grow(edition: Any, organiser: Any) -> None:
    counts = []
    for count in (1, 3):
        fair(edition, count) if count == 1 else [
            make_request(make_participation(edition, "buyer"), _host(edition)) for _n in range(5)
        ]
        organiser.get(address("portal:overview", edition))
        with CaptureQueriesContext(connection) as captured:
            organiser.get(address("portal:overview", edition))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 40


def test_those_who_owe_most_answers_stand_first(edition: Any, organiser: Any) -> None:
    busy, calm = _host(edition), _host(edition)
    for host, count in ((calm, 1), (busy, 2)):
        for _n in range(count):
            make_request(make_participation(edition, "buyer"), host)
    make_request(make_participation(edition, "buyer"), calm, "accepted")
    found = page(organiser.get(address("portal:unanswered", edition)))
    assert texts(found, ".lead") == ["2 participants owe answers."]
    assert [row.select_one(".num").get_text() for row in found.select("tbody tr")] == ["2", "1"]
    assert [row.a["href"] for row in found.select("tbody tr")] == [
        address("meetings:audit_of", edition, host.public_id) for host in (busy, calm)
    ]


def test_answers_that_nobody_owes_have_a_page_too(edition: Any, organiser: Any) -> None:
    found = page(organiser.get(address("portal:unanswered", edition) + "?page=7"))
    assert texts(found, "main .row-name, .nothing p, .nothing h2")[:1] != []
    assert "Every request has its answer" in found.select_one("main").get_text()


@pytest.mark.parametrize(("role", "told"), [("reviewer", True), ("analyst", False)])
@pytest.mark.parametrize("state", ["failed", "waiting"])
def test_why_a_list_was_not_taken_in_is_told_to_whose_role_takes_lists_in(
    edition: Any, signed_in: Any, role: str, told: bool, state: str
) -> None:
    user = make_user()
    registry.make_organiser(edition.expo, user, role)
    jobs.JobRecord.objects.create(
        kind="list.take", tenant=edition.expo.public_id, owner="user:x", state=state,
        cause="OSError", asked_at=timezone.now(), reason="Row 3: Zyxquark is no country",
    )  # fmt: skip
    found = page(signed_in(user).get(address("portal:overview", edition)))
    assert texts(found, ".job-name") == ["Taking in a list"]
    assert ("Zyxquark" in found.get_text()) == told
