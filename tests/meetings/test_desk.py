"""The schedule desk: runs as jobs, value and bound on the way, trials, pins, who may."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from emporion.core import jobs
from emporion.core.jobs import running
from emporion.core.models import JobRecord, JournalEntry
from emporion.core.tenancy import scope
from emporion.engines import scheduling
from emporion.meetings.domain import pins, runs
from emporion.meetings.domain.market import read_market
from emporion.meetings.domain.releases import publish
from emporion.meetings.domain.schedule import compute_release
from emporion.meetings.models import (
    Meeting,
    MeetingRequest,
    Pin,
    Refusal,
    Release,
    ReleaseTold,
    ScheduleRun,
    ScheduleRunContent,
    Slot,
)
from emporion.meetings.queries import desk as desk_queries
from emporion.meetings.queries import told as queries
from emporion.registry.domain import make_organiser
from tests import factories
from tests.meetings.test_scheduling import STEPS, small_fair

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(edition, signed_in):
    return signed_in(factories.make_organiser(edition))


@pytest.fixture(autouse=True)
def _every_sign_of_life_is_written(monkeypatch):
    monkeypatch.setattr(running, "EVERY", 0.0)


def desk(edition, rest=""):
    return f"/en/{edition.slug}/organise/desk/{rest}"


def start(client: Any, edition: Any, **more: Any) -> ScheduleRun:
    form = {"seconds": "1", "seed": "5", "walking": "on", "service": "value", **more}
    answer = client.post(desk(edition), form)
    assert answer.status_code == 302, answer.content.decode()
    run = ScheduleRun.objects.order_by("-number")[0]
    if run.options["seconds"] == 1:
        # The form takes whole seconds; a small fair needs less.
        run.options["seconds"] = 0.3
        run.save()
    return run


def work(run: ScheduleRun) -> JobRecord:
    ended = jobs.perform(ScheduleRun.objects.get(pk=run.pk).job)
    assert ended is not None
    return ended


def test_draft_started_from_the_page_becomes_a_release_with_its_figures(edition, organiser):
    small_fair(edition)
    run = start(organiser, edition)
    assert organiser.get(desk(edition)).content.decode().count("hx-get") == 1
    ended = work(run)
    assert (ended.state, ended.result) == ("done", {"release": 1})
    release, run = Release.objects.get(), ScheduleRun.objects.get()
    assert (run.state, run.release, run.is_trial) == ("kept", release, False)
    same = ("value", "bound", "greedy", "meeting_count", "request_count", "steps", "digest")
    assert [getattr(run, name) for name in same] == [getattr(release, name) for name in same]
    assert Meeting.objects.filter(release=release).count() == release.meeting_count
    assert ScheduleRunContent.objects.count() == 0
    entry = JournalEntry.objects.get(action="release.compute")
    assert entry.actor == ended.owner
    live = organiser.get(desk(edition, f"{run.public_id}/live/"))
    assert (live.status_code, live["HX-Refresh"]) == (204, "true")
    assert "/organise/releases/1/" in organiser.get(desk(edition)).content.decode()


def test_value_and_bound_are_told_while_it_searches(edition, organiser, monkeypatch):
    small_fair(edition)
    # So long that no machine is too busy to search at all; it is stopped once enough is told.
    run = start(organiser, edition, seconds="600")
    seen: list[tuple[str, Any, Any]] = []
    write = running.Running._write

    def note(self: Any) -> None:
        write(self)
        row = JobRecord.objects.get(pk=self.job.pk)
        seen.append((row.step, row.said.get("weight"), row.said.get("bound")))
        if row.step == "searching":
            shown = Client()
            shown.cookies = organiser.cookies
            text = shown.get(desk(edition, f"{run.public_id}/live/")).content.decode()
            assert "of what is possible, so far" in text
            if [step for step, _weight, _bound in seen].count("searching") == 3:
                runs.stop_run(run)

    monkeypatch.setattr(running.Running, "_write", note)
    work(run)
    steps = [step for step, _weight, _bound in seen]
    assert list(dict.fromkeys(steps)) == ["reading", "greedy", "searching", "checking", "writing"]
    first = seen[steps.index("greedy")]
    assert first[1] > 0
    searched = [row for row in seen if row[0] == "searching"]
    assert all(0 < weight <= bound + 1e-6 for _step, weight, bound in searched)
    # Whoever looks never sees a better value become a worse one.
    weights = [weight for _step, weight, _bound in searched]
    assert weights == sorted(weights)


def test_stopped_run_keeps_what_is_there(edition, organiser, monkeypatch):
    small_fair(edition)
    run = start(organiser, edition, seconds="600")
    write = running.Running._write

    def ask(self: Any) -> None:
        if self.job.step == "searching":
            runs.stop_run(run)
        write(self)

    monkeypatch.setattr(running.Running, "_write", ask)
    ended = work(run)
    assert (ended.state, ended.result) == ("stopped", {"release": 1})
    release = Release.objects.get()
    assert (release.state, release.violations) == ("draft", 0)
    assert Meeting.objects.filter(release=release).count() == release.meeting_count > 0
    assert release.seconds < 60


def test_trial_is_no_release_until_it_is_kept_and_is_then_what_it_was(edition, organiser):
    small_fair(edition)
    run = start(organiser, edition, trial="1")
    work(run)
    run.refresh_from_db()
    assert (run.state, Release.objects.count(), Meeting.objects.count()) == ("computed", 0, 0)
    kept = organiser.post(desk(edition, f"{run.public_id}/keep/"))
    assert kept.status_code == 302
    again = organiser.post(desk(edition, f"{run.public_id}/keep/"), follow=True)
    assert "Run 1 is being kept" in again.content.decode()
    work(run)
    release = Release.objects.get()
    run.refresh_from_db()
    assert (run.state, run.release, release.digest) == ("kept", release, run.digest)
    rows = Meeting.objects.filter(release=release).values_list("request__public_id", "slot__number")
    assert scheduling.schedule_digest((r, f"s{n:02}") for r, n in rows) == run.digest
    assert Refusal.objects.filter(release=release).count() == release.refusal_count
    assert publish(edition, 1, "user:x").state == "published"


@pytest.mark.django_db(transaction=True)
def test_trial_kept_after_a_request_is_gone_says_so_and_leaves_nothing(edition, organiser):
    requests = small_fair(edition)
    run = start(organiser, edition, trial="1")
    work(run)
    runs.ask_to_keep(ScheduleRun.objects.get(), "user:x")
    for request in requests:
        request.delete()
    ended = jobs.perform(ScheduleRun.objects.get().job)
    assert ended is not None
    assert (ended.state, "was removed" in ended.reason) == ("failed", True)
    assert (Release.objects.count(), Meeting.objects.count()) == (0, 0)


def test_runs_stand_side_by_side_against_what_is_public(edition, organiser):
    requests = small_fair(edition)
    publish(edition, compute_release(edition, seed=1, work_limit=STEPS).number, "user:x")
    for request in requests[:10]:
        MeetingRequest.objects.filter(pk=request.pk).update(state="declined")
    work(start(organiser, edition, trial="1"))
    run = ScheduleRun.objects.get()
    against = run.figures["against"]
    kept = runs.keep_run(run)
    change = kept.figures["change"]
    assert [against[k] for k in ("kept", "moved", "added", "removed")] == [
        change[k] for k in ("kept", "moved", "added", "removed")
    ]
    told = ReleaseTold.objects.get(release=kept)
    assert (len(told.rows), kept.figures["told"]) == (against["people"], against["people"])
    assert told.rows == slow_told(Release.objects.get(number=1), kept)
    page = organiser.get(f"/en/{edition.slug}/organise/releases/{kept.number}/told/")
    assert page.status_code == 200


def test_draft_says_who_would_be_told_if_it_were_published_now(edition, organiser):
    requests = small_fair(edition)

    def draft(*declined: Any) -> Release:
        MeetingRequest.objects.filter(pk__in=[r.pk for r in declined]).update(state="declined")
        return compute_release(edition, seed=1, work_limit=STEPS)

    first = draft()
    publish(edition, first.number, "user:x")
    second, third = draft(*requests[:10]), draft(*requests[10:20])
    publish(edition, second.number, "user:x")
    assert ReleaseTold.objects.get(release=third).rows == slow_told(first, third)
    assert queries.told(second, third) == slow_told(second, third)
    shown = organiser.get(f"/en/{edition.slug}/organise/releases/{third.number}/")
    listed = organiser.get(f"/en/{edition.slug}/organise/releases/{third.number}/told/")
    told = slow_told(second, third)
    assert (shown.context["told"], len(listed.context["rows"])) == (len(told), min(50, len(told)))
    assert [row[1:] for row in listed.context["rows"]] == [tuple(row[1:]) for row in told[:50]]
    # What was public is compared with what it superseded, whatever is public now.
    assert queries.told_count(first, second, second.meeting_count) == len(slow_told(first, second))


def slow_told(before: Release, after: Release) -> list[list[int]]:
    """Whose day changes, by looking at everybody's meetings one by one."""
    old = {m.request_id: m for m in Meeting.objects.filter(release=before)}
    new = {m.request_id: m for m in Meeting.objects.filter(release=after)}
    numbers: dict[int, list[int]] = {}
    for key in {*old, *new}:
        a, b = old.get(key), new.get(key)
        kind = 1 if a is None else 2 if b is None else 0 if a.slot_id != b.slot_id else None
        if kind is None:
            continue
        for who in ((b or a).host_id, (b or a).guest_id):
            numbers.setdefault(who, [0, 0, 0])[kind] += 1
    rows = [[who, *counts] for who, counts in numbers.items()]
    return sorted(rows, key=lambda row: (-sum(row[1:]), row[0]))


def test_removed_run_is_gone_and_its_release_stays(edition, organiser):
    small_fair(edition)
    run = start(organiser, edition)
    busy = organiser.post(desk(edition, f"{run.public_id}/remove/"), follow=True)
    assert "still at work" in busy.content.decode()
    work(run)
    organiser.post(desk(edition, f"{run.public_id}/remove/"))
    assert (ScheduleRun.objects.count(), Release.objects.count()) == (0, 1)


def test_computation_that_cannot_be_says_why_and_leaves_a_run_to_remove(edition, organiser):
    run = start(organiser, edition)
    ended = work(run)
    assert (ended.state, ended.reason) == ("failed", "This edition has no slots; set them first.")
    page = organiser.get(desk(edition)).content.decode()
    assert "This edition has no slots; set them first." in page
    organiser.post(desk(edition, f"{run.public_id}/remove/"))
    assert ScheduleRun.objects.count() == 0


def test_bad_options_are_named_and_nothing_begins(edition, organiser):
    for form in (
        {"seconds": "0"}, {"seconds": "99999"}, {"seconds": "x"}, {"seed": "-1"},
        {"service": "hosts"}, {"service": ""},
    ):  # fmt: skip
        answer = organiser.post(
            desk(edition), {"seconds": "5", "seed": "1", "service": "value", **form}
        )
        assert 'class="form-errors"' in answer.content.decode()
    for options in (runs.Options(seconds=0), runs.Options(seed=2**31)):
        with pytest.raises(runs.RunError):
            runs.start_run(edition, options, "user:x", trial=True)
    assert (ScheduleRun.objects.count(), JobRecord.objects.count()) == (0, 0)


def test_too_many_waiting_runs_are_refused(edition, organiser):
    for _ in range(runs.MOST_WAITING):
        start(organiser, edition)
    answer = organiser.post(desk(edition), {"seconds": "1", "seed": "1", "service": "value"})
    assert "Six computations wait already" in answer.content.decode()


def test_interrupted_run_shows_so_at_once(edition, organiser):
    small_fair(edition)
    run = start(organiser, edition)
    JobRecord.objects.update(state="running", process="")
    JobRecord.objects.update(process=f"{__import__('socket').gethostname()[:30]}:1:0")
    page = organiser.get(desk(edition)).content.decode()
    assert "The program that did it has ended" in page
    assert organiser.post(desk(edition, f"{run.public_id}/remove/")).status_code == 302
    assert ScheduleRun.objects.count() == 0


def test_pinned_meeting_stays_in_its_slot_and_a_pinned_request_is_granted(edition):
    small_fair(edition)
    first = compute_release(edition, seed=5, work_limit=STEPS)
    lost = [r.request for r in Refusal.objects.filter(release=first, reason="outweighed")]
    meeting = Meeting.objects.filter(release=first).order_by("pk")[0]
    pins.pin(meeting.request, meeting.slot, "user:x")
    if lost:
        pins.pin(lost[0], None, "user:x")
    for seed in (1, 2, 3):
        again = compute_release(edition, seed=seed, work_limit=STEPS)
        held = dict(Meeting.objects.filter(release=again).values_list("request_id", "slot_id"))
        assert held[meeting.request_id] == meeting.slot_id
        assert not lost or lost[0].pk in held


def test_pins_that_cannot_hold_together_are_refused_by_name(edition, organiser):
    small_fair(edition)
    guest = next(r.asker for r in MeetingRequest.objects.all() if not r.asker.hosts)
    two = list(MeetingRequest.objects.filter(asker=guest)[:2])
    assert len(two) == 2
    slot = Slot.objects.filter(edition=edition, date=edition.starts)[2]
    for request in two:
        pins.pin(request, slot, "user:x")
    ended = work(start(organiser, edition))
    assert ended.state == "failed"
    assert "contradict each other" in ended.reason


def test_pin_of_a_declined_request_asks_for_nothing(edition):
    requests = small_fair(edition)
    pins.pin(requests[0], None, "user:x")
    MeetingRequest.objects.filter(pk=requests[0].pk).update(state="declined")
    assert not read_market(edition).instance.mandatory.any()
    with pytest.raises(pins.PinError):
        pins.pin(MeetingRequest.objects.get(pk=requests[0].pk), None, "user:x")


def test_pinning_from_the_page_and_back(edition, organiser):
    request = small_fair(edition)[0]
    address = f"/en/{edition.slug}/organise/audit/{request.public_id}/"
    slot = Slot.objects.filter(edition=edition)[1]
    organiser.post(f"{address}pin/", {"slot": str(slot.number)})
    pin = Pin.objects.get()
    assert (pin.request_id, pin.slot_id) == (request.pk, slot.pk)
    assert "Pinned to" in organiser.get(address).content.decode()
    assert request.asker.display_name["en"] in organiser.get(desk(edition)).content.decode()
    assert organiser.post(f"{address}pin/", {"slot": "9999"}).status_code == 404
    assert organiser.post(f"{address}pin/", {"slot": "1' OR"}).status_code == 404
    back = organiser.post(f"{address}unpin/", {"back": "desk"})
    assert back["Location"] == desk(edition)
    assert Pin.objects.count() == 0
    assert [
        e.action for e in JournalEntry.objects.filter(object_kind="request").order_by("pk")
    ] == [
        "request.pin",
        "request.unpin",
    ]


def test_nobody_but_the_organiser_gets_in(edition, signed_in):
    request = small_fair(edition)[0]
    run = runs.start_run(edition, runs.Options(seconds=1), "user:x", trial=True)
    addresses = [
        desk(edition),
        desk(edition, f"{run.public_id}/live/"),
        f"/en/{edition.slug}/organise/audit/{request.public_id}/",
    ]
    posts = [desk(edition, f"{run.public_id}/{act}/") for act in ("stop", "keep", "remove")]
    posts += [f"{addresses[2]}pin/", f"{addresses[2]}unpin/", desk(edition)]
    elsewhere = signed_in(factories.make_organiser(factories.make_edition()))
    for client, status in (
        (Client(), 302),
        (elsewhere, 403),
        (signed_in(factories.make_user()), 403),
    ):
        assert {client.get(a).status_code for a in addresses} == {status}
        assert {client.post(a).status_code for a in posts} == {status}
    assert ScheduleRun.objects.get().pk == run.pk


def test_acts_are_posts_only(edition, organiser):
    run = runs.start_run(edition, runs.Options(seconds=1), "user:x", trial=True)
    for act in ("stop", "keep", "remove"):
        assert organiser.get(desk(edition, f"{run.public_id}/{act}/")).status_code == 405


def test_desk_asks_the_database_as_often_for_many_runs_and_pins_as_for_few(edition, organiser):
    requests = small_fair(edition)
    counts = []
    for number in (1, 4):
        # One of each guest: nothing that is pinned contradicts the rest.
        for request in requests[: number * 8 : 4]:
            pins.pin(request, None, "user:x")
        while ScheduleRun.objects.count() < number:
            work(start(organiser, edition, trial="1"))
        with CaptureQueriesContext(connection) as captured:
            assert organiser.get(desk(edition)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_pins_of_another_expo_are_not_shown(edition, organiser):
    other = factories.make_edition()
    with scope(expo=other.expo):
        foreign = small_fair(other)[0]
        pins.pin(foreign, None, "user:x")
    own = small_fair(edition)[0]
    pins.pin(own, None, "user:x")
    assert [pin.request_id for pin in desk_queries.pins(edition)] == [own.pk]
    page = organiser.get(desk(edition)).content.decode()
    assert page.count("/unpin/") == 1
    assert foreign.public_id not in page


@pytest.mark.parametrize(
    ("role", "named", "forms"),
    [
        ("owner", True, 1),
        ("reviewer", True, 0),
        ("programme_editor", True, 1),
        ("gate_chief", False, 0),
        ("analyst", False, 0),
        ("support", False, 0),
    ],
)
def test_pins_are_named_to_those_who_may_know_who_meets_whom(
    edition, signed_in, role, named, forms
):
    """Others read how many there are; who may not work on schedules sees no form for it."""
    first = factories.make_participation(edition, "buyer", "Himal")
    second = factories.make_participation(edition, "exhibitor", "Aava")
    request = factories.make_request(first, second, "accepted")
    pins.pin(request, None, "user:x")
    user = factories.make_user()
    make_organiser(edition.expo, user, role)
    client = signed_in(user)
    shown = BeautifulSoup(client.get(desk(edition)).content, "html.parser")
    section = shown.select_one("section[aria-labelledby=pins]")
    assert section.select_one(".section-count").get_text(strip=True) == "1"
    assert ["Himal" in section.get_text(), "Aava" in section.get_text()] == [named, named]
    assert len(section.select("form")) == forms
    if named:
        audit = client.get(f"/en/{edition.slug}/organise/audit/{request.public_id}/")
        section = BeautifulSoup(audit.content, "html.parser").select_one(
            "section[aria-labelledby=pin]"
        )
        assert len(section.select("form")) == forms


def few_guests_left(edition: Any) -> list[Any]:
    """One host with one hour that a guest of many points wants, and one of few; and a stand beside."""
    for slot in factories.make_slots(edition, a_day=1)[1:]:
        slot.delete()
    booth, stand = (factories.make_participation(edition) for _ in range(2))
    anna, bo = (factories.make_participation(edition, "buyer") for _ in range(2))
    asked = [(anna, booth, 9000), (bo, booth, 2000), (anna, stand, 4000)]
    return [factories.make_request(a, b, weight=weight) for a, b, weight in asked]


def test_price_of_serving_everybody_is_told_before_it_is_chosen(organiser, edition):
    rows = few_guests_left(edition)
    page = BeautifulSoup(organiser.get(desk(edition)).content, "html.parser")
    assert [one["value"] for one in page.select("select[name=service] option")] == [
        "value", "everybody", "quarter", "half",
    ]  # fmt: skip
    assert page.find("caption", string=lambda text: text and "costs" in text) is None
    run = start(organiser, edition, trial="1")
    work(run)
    run.refresh_from_db()
    assert (run.value, run.options["service"]) == (9000, "value")
    # Who is served by 4 + 2 points instead of 9 costs a third.
    assert run.figures["service_prices"][0] == {
        "service": "everybody", "people": 2, "without": 1, "left": 0, "price": 0.333333,
    }  # fmt: skip
    page = BeautifulSoup(organiser.get(desk(edition)).content, "html.parser")
    told = page.find("caption", string=lambda text: text and "costs" in text).find_parent("table")
    assert told.select("tbody tr")[0].get_text(" ", strip=True) == (
        "Every guest who asks, with one meeting 1 of 2 33.33\xa0%"
    )
    run = start(organiser, edition, service="everybody")
    work(run)
    run.refresh_from_db()
    held = Meeting.objects.filter(release=run.release).values_list("request", flat=True)
    assert (run.value, set(held)) == (6000, {rows[1].pk, rows[2].pk})
    release = organiser.get(f"/en/{edition.slug}/organise/releases/{run.release.number}/")
    text = BeautifulSoup(release.content, "html.parser").get_text(" ", strip=True)
    assert "Who comes first Every guest who asks, with one meeting" in text
    assert f"--seed 5 --work-limit {run.steps} --serve 1" in text
