"""Audit this meeting: what the page says is true by the schedule itself."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from emporion.edition.models import Participation
from emporion.meetings.domain.schedule import compute_release
from emporion.meetings.models import Meeting, MeetingRequest, Refusal
from emporion.meetings.queries import audit as queries
from tests import factories
from tests.meetings.test_scheduling import STEPS, small_fair

pytestmark = pytest.mark.django_db


@pytest.fixture
def computed(edition):
    requests = small_fair(edition, guests=30)
    hosts = [r.counterpart for r in requests if r.counterpart.hosts]
    Participation.objects.filter(pk=hosts[0].pk).update(max_meetings=4)
    away = next(r.asker for r in requests if not r.asker.hosts)
    away.delegates.update(days=[])
    return edition, compute_release(edition, seed=5, work_limit=STEPS)


def audits(edition, release, rows):
    for row in rows:
        wanted = queries.request(edition, row.request.public_id)
        yield row, queries.audit(edition, wanted, release)


def test_every_refusal_has_the_obstacles_that_its_reason_claims(computed):
    edition, release = computed
    refusals = list(Refusal.objects.filter(release=release).select_related("request"))
    assert refusals
    seen = set()
    for row, found in audits(edition, release, refusals):
        free = [stand for stand in found.stands if not stand.obstacle]
        away = found.counts.get("away_guest", 0) + found.counts.get("away_host", 0)
        limit = any(
            who.max_meetings is not None and count >= who.max_meetings
            for who, count in (
                (found.guest, found.guest_meetings),
                (found.host, found.host_meetings),
            )
        )
        seen.add(row.reason)
        if row.reason == "no_common_slot":
            assert away == len(found.stands)
        elif row.reason == "quota":
            assert limit or found.counts.get("day_full", 0) > 0
        else:
            # Nothing could be put in without taking something out.
            assert limit or free == []
    assert len(seen) > 1


def test_every_meeting_stands_in_its_own_slot_and_names_who_shares_the_host(computed):
    edition, release = computed
    meetings = list(Meeting.objects.filter(release=release).select_related("request")[:25])
    for row, found in audits(edition, release, meetings):
        own = [stand for stand in found.stands if stand.is_own]
        assert [stand.slot.pk for stand in own] == [row.slot_id]
        assert [m.pk for m in own[0].of_guest] == [row.pk]
        expected = set(
            Meeting.objects.filter(release=release, slot=row.slot, host=row.host).values_list(
                "pk", flat=True
            )
        )
        assert {m.pk for m in own[0].of_host} == expected


def test_page_says_why_and_how_to_compute_it_again(computed, signed_in):
    edition, release = computed
    organiser = signed_in(factories.make_organiser(edition))
    refused = Refusal.objects.filter(release=release, reason="quota").order_by("pk")
    refusal = refused.select_related("request")[0]
    address = f"/en/{edition.slug}/organise/audit/{refusal.request.public_id}/"
    page = organiser.get(address).content.decode()
    assert "Limit of one of the two reached" in page
    assert release.digest in page
    assert f"--seed {release.seed} --work-limit {release.steps}" in page
    listed = organiser.get(f"/en/{edition.slug}/organise/releases/1/refusals/").content.decode()
    assert f"{address}?release=1" in listed


def test_request_that_no_release_knows_has_a_page_of_its_own(edition, signed_in):
    request = small_fair(edition)[0]
    organiser = signed_in(factories.make_organiser(edition))
    address = f"/en/{edition.slug}/organise/audit/{request.public_id}/"
    assert "In no release yet" in organiser.get(address).content.decode()
    release = factories.make_release(edition)
    known = organiser.get(f"{address}?release={release.number}").content.decode()
    assert "does not know the request" in known
    assert organiser.get(f"{address}?release=99").status_code == 404
    assert organiser.get(f"/en/{edition.slug}/organise/audit/2222222222/").status_code == 404


def test_page_asks_the_database_as_often_for_many_as_for_few(computed, signed_in):
    edition, release = computed
    organiser = signed_in(factories.make_organiser(edition))
    counts = set()
    for number in (0, 5, 20):
        request = MeetingRequest.objects.order_by("pk")[number]
        with CaptureQueriesContext(connection) as captured:
            organiser.get(f"/en/{edition.slug}/organise/audit/{request.public_id}/")
        counts.add(len(captured))
    assert len(counts) == 1
    assert counts.pop() <= 20


def test_other_editions_requests_are_not_shown(computed, signed_in):
    edition, _release = computed
    other = factories.make_edition(edition.expo)
    organiser = signed_in(factories.make_organiser(edition))
    request = MeetingRequest.objects.all()[0]
    page = organiser.get(f"/en/{other.slug}/organise/audit/{request.public_id}/")
    assert page.status_code == 404


def test_requests_of_one_participant_stand_with_what_became_of_them(computed, signed_in):
    edition, release = computed
    organiser = signed_in(factories.make_organiser(edition))
    meeting = Meeting.objects.filter(release=release).select_related("guest")[0]
    own = MeetingRequest.objects.filter(asker=meeting.guest) | MeetingRequest.objects.filter(
        counterpart=meeting.guest
    )
    rows = queries.requests_of(edition, meeting.guest, release, 0, 50)
    expected = {
        r.pk: (
            Meeting.objects.filter(release=release, request=r).first(),
            next(iter(Refusal.objects.filter(release=release, request=r)), None),
        )
        for r in own
    }
    assert {r.pk: (held, reason) for r, held, reason in rows} == {
        key: (held, refused.reason if refused else "") for key, (held, refused) in expected.items()
    }
    address = f"/en/{edition.slug}/organise/audit/of/{meeting.guest.public_id}/"
    counts = set()
    for who in (meeting.guest, meeting.host):
        with CaptureQueriesContext(connection) as captured:
            page = organiser.get(f"/en/{edition.slug}/organise/audit/of/{who.public_id}/")
        counts.add(len(captured))
        assert page.status_code == 200
    assert len(counts) == 1
    assert (
        f"/organise/audit/{meeting.request.public_id}/" in organiser.get(address).content.decode()
    )
    last = organiser.get(f"{address}?page=99").content.decode()
    assert f"/organise/audit/{meeting.request.public_id}/" in last
    assert signed_in(factories.make_user()).get(address).status_code == 403
