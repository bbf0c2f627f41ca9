"""A schedule that cannot be: told with names, hours and what would mend it, to those who may know."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override

from emporion.core import jobs
from emporion.core.jobs import JobRecord
from emporion.edition.models import Participation
from emporion.matchmaking.models import Wish
from emporion.meetings.domain import computing, incidents, pins, runs
from emporion.meetings.domain.market import ScheduleError
from emporion.meetings.domain.repairing import compute_repair
from emporion.meetings.domain.schedule import compute_release
from emporion.meetings.interfaces import commands
from emporion.meetings.models import MeetingRequest
from emporion.meetings.queries import impossible
from emporion.registry.domain import make_organiser
from tests import factories
from tests.meetings.test_repairs import Fair

pytestmark = pytest.mark.django_db
NAMES = {"Himal": "喜马", "Aava": "阿瓦", "Borealis": "北极"}


def _asked(edition: Any, **guest: Any) -> tuple[Participation, list[MeetingRequest]]:
    """One guest who asks two hosts, on two days of one hour each; names in two languages."""
    factories.make_slots(edition, a_day=1)
    himal = _named(edition, "Himal", "buyer", **guest)
    hosts = [_named(edition, name, "exhibitor") for name in ("Aava", "Borealis")]
    return himal, [
        factories.make_request(himal, host, public_id=f"asked{number}")
        for number, host in enumerate(hosts)
    ]


def _named(edition: Any, name: str, role: str, **more: Any) -> Participation:
    return factories.make_participation(
        edition, role, name, display_name={"en": name, "zh-hans": NAMES[name]}, **more
    )


def at_one_time(edition: Any) -> None:
    """Two pins at one time of one guest."""
    _himal, requests = _asked(edition)
    for request in requests:
        pins.pin(request, edition.slots.get(number=1), "user:x")


def outside_of_the_calendar(edition: Any) -> None:
    """A pin on a day on which the guest is not there."""
    _himal, requests = _asked(edition, days=["2023-11-24"])
    pins.pin(requests[0], edition.slots.get(number=1), "user:x")


def above_the_greatest_number(edition: Any) -> None:
    """Two pins of a guest who takes one meeting."""
    _himal, requests = _asked(edition, max_meetings=1)
    for request in requests:
        pins.pin(request, None, "user:x")


def of_two_who_are_not_to_meet(edition: Any) -> None:
    """A pinned pair, one of whom said: not for me."""
    himal, requests = _asked(edition)
    pins.pin(requests[0], None, "user:x")
    Wish.objects.create(
        participation=requests[0].counterpart, counterpart=himal, kind="veto",
        made_at="2023-01-01T00:00Z",
    )  # fmt: skip


def in_the_one_hour_that_is_pinned(edition: Any) -> None:
    """A pin to any time of a guest whose only hour another pin has."""
    _himal, requests = _asked(edition, days=["2023-11-24"])
    pins.pin(requests[0], edition.slots.get(number=2), "user:x")
    pins.pin(requests[1], None, "user:x")


def in_the_one_hour_that_an_absence_leaves(edition: Any) -> None:
    """A pin to any time with somebody who is away but for one hour, which another pin has."""
    _himal, requests = _asked(edition)
    *others, last = edition.slots.order_by("number")
    pins.pin(requests[0], last, "user:x")
    pins.pin(requests[1], None, "user:x")
    incidents.tell(
        edition, "absent", participation=requests[1].counterpart, first=others[0], last=others[-1],
        actor="user:x",
    )  # fmt: skip


CASES: dict[str, tuple[Any, str]] = {
    "one time": (
        at_one_time,
        "These cannot hold together: "
        "Himal and Aava are pinned to Thu 23 Nov, 09:00 (unpin it); "
        "Himal and Borealis are pinned to Thu 23 Nov, 09:00 (unpin it); "
        "Himal can hold 1 meeting at a time.",
    ),
    "calendar": (
        outside_of_the_calendar,
        "These cannot hold together: "
        "Himal and Aava are pinned to Thu 23 Nov, 09:00 (unpin it); "
        "Himal is not there or not free: Thu 23 Nov, 09:00 (open the calendar).",
    ),
    "greatest number": (
        above_the_greatest_number,
        "These cannot hold together: "
        "Himal and Aava are pinned, at any time (unpin it); "
        "Himal and Borealis are pinned, at any time (unpin it); "
        "Himal takes at most 1 meeting (change this limit).",
    ),
    "one hour": (
        in_the_one_hour_that_is_pinned,
        "These cannot hold together: "
        "the hours of Himal (open the calendar); "
        "Himal and Aava are pinned to Fri 24 Nov, 09:00 (unpin it); "
        "Himal and Borealis are pinned, at any time (unpin it).",
    ),
    "veto": (
        of_two_who_are_not_to_meet,
        "These cannot hold together: "
        "Himal and Aava are pinned, at any time (unpin it); "
        "Aava and Himal are not to meet, as one of them said.",
    ),
}
HEAD = "Pins, limits and calendars contradict each other."
every_case = pytest.mark.parametrize("name", CASES)


HEADS = {
    "en": HEAD,
    "zh-hans": "固定的洽谈、上限与日历互相矛盾。",
    "ar": "اللقاءات المثبتة والحدود والتقاويم يناقض بعضها بعضًا.",
}


def failed(edition: Any) -> JobRecord:
    """A computation that ended without a schedule."""
    run = runs.start_run(edition, runs.Options(), "user:x", trial=False)
    ended = jobs.perform(run.job)
    assert ended is not None
    assert ended.state == "failed"
    return ended


@every_case
def test_contradiction_is_told_at_the_command_with_names(edition, capsys, name):
    CASES[name][0](edition)
    assert commands.schedule(["--edition", edition.slug]) == 1
    assert capsys.readouterr().err.strip().splitlines()[-1] == f"{HEAD} {CASES[name][1]}"


@every_case
@pytest.mark.parametrize("language", HEADS)
@pytest.mark.parametrize(
    ("role", "knows"), [("owner", True), ("programme_editor", True), ("analyst", False)]
)
def test_contradiction_is_told_on_the_desk_in_the_reader_s_language(
    edition, signed_in, name, language, role, knows
):
    CASES[name][0](edition)
    failed(edition)
    user = factories.make_user(language=language)
    make_organiser(edition.expo, user, role)
    page = signed_in(user).get(f"/{language}/{edition.slug}/organise/desk/")
    shown = BeautifulSoup(page.content, "html.parser").select_one("section[aria-labelledby=runs]")
    text = shown.get_text(" ", strip=True)
    assert HEADS[language] in text
    names = ["喜马", "阿瓦"] if language == "zh-hans" else ["Himal", "Aava"]
    assert [who in text for who in names] == [knows, knows]
    pinned = MeetingRequest.objects.exclude(pin=None).count()
    assert len(shown.select("a[href*='/audit/']")) == (pinned if knows else 0)


def test_absence_that_was_told_is_named_as_what_can_be_taken_back(edition, capsys):
    """Of equal sets the one that is named depends on the ids, and so does the order of its lines."""
    in_the_one_hour_that_an_absence_leaves(edition)
    assert commands.schedule(["--edition", edition.slug]) == 1
    said = capsys.readouterr().err
    lines = "the hours of Borealis (take back what was told of them, or open the calendar)"
    assert (said.count(lines), said.count("the hours of Himal (open the calendar)")) == (1, 1)


def test_contradiction_of_a_participant_who_is_gone_is_told_without_the_name(edition):
    above_the_greatest_number(edition)
    with pytest.raises(ScheduleError) as raised:
        compute_release(edition)
    why = raised.value.why
    MeetingRequest.objects.get(public_id="asked1").counterpart.delete()
    with override("zh-hans"):
        told = str(impossible.told(why, impossible.known([why])))
    assert told == (
        "固定的洽谈、上限与日历互相矛盾。 以下各项不能同时成立："
        "喜马 与 阿瓦 已固定，时间不限 (取消固定)；"
        "已不在的参加者 与 已不在的参加者 的洽谈必须举行；"
        "喜马 最多接受 1 场洽谈 (更改这个上限)。"
    )


def test_what_could_not_be_placed_in_the_time_is_told_with_names(edition, monkeypatch):
    """A search that ends before all that must be held has a place keeps nothing."""
    at_one_time(edition)
    solve = computing.scheduling.solve

    def interrupted(instance: Any, **options: Any) -> Any:
        solution = solve(instance, **options)
        solution.status = "unknown"
        return solution

    monkeypatch.setattr(computing.scheduling, "solve", interrupted)
    with pytest.raises(ScheduleError) as raised:
        compute_release(edition)
    why = raised.value.why
    assert why["code"] == "unplaced"
    assert str(raised.value) == (
        "In the time given no schedule was found that grants all that must be held. "
        "Compute longer, or unpin some."
    )
    told = str(impossible.told(why, impossible.known([why])))
    assert "Without a place: Himal and Aava are pinned to Thu 23 Nov, 09:00 (unpin it)" in told


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This edition has no slots; set them first."),
        ("zh-hans", "本届没有时段；请先设置。"),
        ("ar", "ليس في هذه الدورة فترات؛ حدّدها أولًا."),
    ],
)
def test_other_reasons_are_told_to_everybody_in_their_language(edition, signed_in, language, said):
    failed(edition)
    user = factories.make_user(language=language)
    make_organiser(edition.expo, user, "analyst")
    page = signed_in(user).get(f"/{language}/{edition.slug}/organise/desk/").content.decode()
    assert said in page


def test_pinned_pair_whose_hours_have_passed_is_told_so(edition):
    """Taking back what was told of hours that have passed as well is no way out."""
    fair = Fair(edition)
    pins.pin(fair.asked["wh"], None, "user:x")
    fair.tell("absent", "w", 1, 1)
    with pytest.raises(ScheduleError) as raised:
        compute_repair(edition, as_of="s02", notice=1, moves=1, work_limit=100)
    why = raised.value.why
    w, h = (str(Participation.objects.get(pk=fair.who[one].pk).display_name) for one in "wh")
    assert str(impossible.told(why, impossible.known([why]))) == (
        f"{HEAD} These cannot hold together: "
        f"{w} and {h} are pinned, at any time (unpin it); "
        f"the hours of {w} (open the calendar); "
        "nothing before Fri 24 Nov, 09:00 can be changed any more."
    )


def test_absence_that_leaves_no_hour_that_still_counts_can_be_taken_back(edition):
    fair = Fair(edition)
    pins.pin(fair.asked["wh"], None, "user:x")
    fair.who["w"].days = ["2023-11-23", "2023-11-24"]
    fair.who["w"].save()
    fair.tell("absent", "w", 3, 4)
    with pytest.raises(ScheduleError) as raised:
        compute_repair(edition, as_of="s02", notice=1, moves=1, work_limit=100)
    why = raised.value.why
    assert "(take back what was told of them, or open the calendar)" in str(
        impossible.told(why, impossible.known([why]))
    )
