"""A repair of the public schedule: little changes, every change is said, and nothing is forgotten."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emporion import cli
from emporion.core import jobs
from emporion.edition.domain.walking import set_walking_minutes
from emporion.engines import scheduling
from emporion.matchmaking.models import Wish
from emporion.meetings.domain import runs, schedule
from emporion.meetings.domain.computing import Computed
from emporion.meetings.domain.files import export
from emporion.meetings.domain.incidents import take_back, tell
from emporion.meetings.domain.market import ScheduleError
from emporion.meetings.domain.pins import pin
from emporion.meetings.domain.releases import publish
from emporion.meetings.domain.repairing import compute_repair
from emporion.meetings.domain.requests import answer
from emporion.meetings.domain.schedule import compute_release, keep
from emporion.meetings.interfaces.releases import commands
from emporion.meetings.models import (
    ChangeReason,
    Incident,
    Meeting,
    MeetingRequest,
    Release,
    ScheduleRun,
    Slot,
)
from emporion.meetings.queries import changes as change_queries
from emporion.meetings.queries import impossible
from tests.factories import (
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
)
from tests.meetings.test_scheduling import STEPS, small_fair

pytestmark = pytest.mark.django_db


class Fair:
    """Hosts h (pavilion A) and k (B), one table each, four slots on two days; h is booked out.

    Public: guests a, b, c, d meet h in slots 1 to 4, and b meets k in slot 3. Guest w waits for h,
    and accepts only slot 2.
    """

    def __init__(self, edition: Any) -> None:
        self.edition = edition
        self.slots = make_slots(edition, a_day=2)
        halls = make_pavilions(edition, "AB")
        self.who = {
            "h": make_participation(edition, pavilion=halls["A"], tables=1),
            "k": make_participation(edition, pavilion=halls["B"], tables=1),
            **{name: make_participation(edition, "buyer") for name in "abcd"},
            "w": make_participation(
                edition, "buyer", days=["2023-11-23"], blocked=[["2023-11-23", "09:00", "09:35"]]
            ),
        }
        self.asked: dict[str, MeetingRequest] = {}
        for pair in ("ah", "bh", "ch", "dh", "bk", "wh"):
            self.ask(pair)
        held = {"ah": 1, "bh": 2, "ch": 3, "dh": 4, "bk": 3}
        self.public = make_release(
            edition,
            [(self.asked[pair], self.slots[number - 1]) for pair, number in held.items()],
            [(self.asked["wh"], "no_table")],
            state="published",
        )

    def ask(self, pair: str, **values: Any) -> MeetingRequest:
        """Make a request of the first of a pair to the second."""
        self.asked[pair] = make_request(self.who[pair[0]], self.who[pair[1]], **values)
        return self.asked[pair]

    def tell(self, kind: str, who: str, first: int, last: int) -> Incident:
        """Tell of somebody by letter, or of a pavilion."""
        one = self.who.get(who)
        return tell(
            self.edition, kind, participation=one, letter="" if one else who,
            first=self.slots[first - 1], last=self.slots[last - 1], actor="user:x",
        )  # fmt: skip

    def compute(self, as_of: int = 0, **options: Any) -> Computed:
        """Compute a repair as of a slot's number, 0: before the fair."""
        named = self.slots[as_of - 1].name if as_of else ""
        return compute_repair(self.edition, as_of=named, work_limit=STEPS, **options)

    def repair(self, as_of: int = 0, **options: Any) -> Release:
        """Repair, and keep it as a draft."""
        return keep(self.edition, self.compute(as_of, **options))

    def held(self, release: Release) -> dict[str, int]:
        """Return the slots' numbers of the meetings of a release, by pair."""
        names = {asked.pk: pair for pair, asked in self.asked.items()}
        rows = Meeting.objects.filter(release=release).values_list("request_id", "slot__number")
        return {names[request]: number for request, number in sorted(rows)}

    def reasons(self, release: Release) -> dict[str, str]:
        """Return why the changes of a draft are as the page of its changes says it, by pair."""
        names = {asked.pk: pair for pair, asked in self.asked.items()}
        public = Release.objects.get(state="published")
        counted = change_queries.known_difference(public, release)
        found = change_queries.changes(public, release, counted)
        assert dict(Counter(one.reason for one in found)) == counted.reasons
        return {names[one.request.pk]: one.reason for one in found}


@pytest.fixture
def fair(edition: Any) -> Fair:
    return Fair(edition)


def told(release: Release, *names: str) -> tuple[Any, ...]:
    return tuple(release.figures["repair"][name] for name in names)


def test_absent_lose_their_meetings_and_the_waiting_pair_comes_in(fair: Fair) -> None:
    fair.tell("absent", "b", 2, 4)
    release = fair.repair(as_of=1)
    assert fair.held(release) == {"ah": 1, "wh": 2, "ch": 3, "dh": 4}
    assert fair.reasons(release) == {"bh": "absent", "wh": "waiting_pair", "bk": "absent"}
    assert release.figures["repair"] == {
        "lost": 2.0, "regained": 1.0, "moved": 0, "new": 1, "cancelled": 2,
        "reasons": {"absent": 2, "waiting_pair": 1}, "release": fair.public.number,
        "as_of": "s01", "notice": 1, "moves": 1,
    }  # fmt: skip
    assert (release.state, release.meeting_count, release.request_count) == ("draft", 4, 6)
    assert release.value == 4000 <= release.bound


def test_nothing_before_the_notice_is_put_in_or_moved(fair: Fair) -> None:
    fair.tell("absent", "b", 2, 4)
    # Two slots ahead: what b leaves free in slot 2 is too near for w, and lost all the same.
    release = fair.repair(as_of=1, notice=2)
    assert fair.held(release) == {"ah": 1, "ch": 3, "dh": 4}
    assert told(release, "lost", "regained", "new") == (2.0, 0.0, 0)
    assert fair.held(fair.repair(as_of=4)) == {"ah": 1, "ch": 3, "dh": 4}
    # Nor is anything held in a slot that is running, without any notice.
    assert fair.held(fair.repair(as_of=2, notice=0)) == {"ah": 1, "ch": 3, "dh": 4}
    # Before the fair there is no notice to give.
    assert fair.held(fair.repair(notice=2)) == {"ah": 1, "bk": 1, "wh": 2, "ch": 3, "dh": 4}


def test_late_are_met_when_they_are_there(fair: Fair) -> None:
    fair.tell("late", "b", 1, 3)
    release = fair.repair()
    assert fair.held(release) == {"ah": 1, "wh": 2, "ch": 3, "dh": 4, "bk": 4}
    assert fair.reasons(release) == {"bh": "absent", "wh": "waiting_pair", "bk": "later"}
    assert told(release, "lost", "regained", "moved", "cancelled") == (2.0, 2.0, 1, 1)
    # Who accepts no move is not put at another time, though the meeting is lost by it.
    assert "bk" not in fair.held(fair.repair(moves=0))


def test_no_show_is_missing_in_one_slot(fair: Fair) -> None:
    fair.tell("no_show", "b", 2, 2)
    release = fair.repair(as_of=2)
    assert fair.held(release) == {"ah": 1, "ch": 3, "dh": 4, "bk": 3}
    assert fair.reasons(release) == {"bh": "absent"}


def test_closed_pavilion_keeps_nobody_in_it(fair: Fair) -> None:
    fair.tell("closed", "A", 1, 3)
    release = fair.repair()
    held = fair.held(release)
    assert {pair: number for pair, number in held.items() if pair.endswith("h")} == {"dh": 4}
    assert held["bk"] == 3
    assert fair.reasons(release) == {"ah": "closed", "bh": "closed", "ch": "closed"}


def test_second_repair_keeps_the_first_absence(fair: Fair) -> None:
    first = fair.tell("absent", "b", 2, 4)
    draft = fair.repair(as_of=1)
    publish(fair.edition, draft.number, "user:x")
    fair.tell("absent", "w", 2, 2)
    again = fair.repair(as_of=1)
    assert fair.held(again) == {"ah": 1, "ch": 3, "dh": 4}
    assert fair.reasons(again) == {"wh": "absent"}
    # The first absence costs nothing a second time.
    assert told(again, "lost", "regained", "release") == (1.0, 0.0, draft.number)
    take_back(first)
    back = fair.held(fair.repair(as_of=1))
    assert back["bh"] == 2
    assert back["bk"] == 3


def test_ordinary_draft_plans_nothing_for_the_absent(fair: Fair) -> None:
    away = fair.tell("absent", "b", 1, 4)
    release = compute_release(fair.edition, work_limit=STEPS)
    assert not {"bh", "bk"} & set(fair.held(release))
    take_back(away)
    assert "bk" in fair.held(compute_release(fair.edition, work_limit=STEPS))


def test_mandatory_meeting_of_the_absent_hinders_no_schedule(fair: Fair) -> None:
    MeetingRequest.objects.filter(pk=fair.asked["bk"].pk).update(is_mandatory=True)
    pin(fair.asked["bh"], fair.slots[1], "user:x")
    fair.tell("absent", "b", 1, 4)
    draft = fair.repair()
    assert not {"bh", "bk"} & set(fair.held(draft))
    # Nor the second repair, in which it is not announced any more.
    publish(fair.edition, draft.number, "user:x")
    assert not {"bh", "bk"} & set(fair.held(fair.repair()))
    assert not {"bh", "bk"} & set(fair.held(compute_release(fair.edition, work_limit=STEPS)))


def test_pins_for_which_an_absence_leaves_one_time_hinder_no_schedule(fair: Fair) -> None:
    """Two meetings of the host are pinned to any time, and three of the four hours are gone."""
    for pair in ("ah", "dh"):
        pin(fair.asked[pair], None, "user:x")
    fair.tell("absent", "h", 1, 3)
    first = fair.repair()
    publish(fair.edition, first.number, "user:x")
    for release in (first, fair.repair(), compute_release(fair.edition, work_limit=STEPS)):
        held = fair.held(release)
        assert [held.get(pair) for pair in ("ah", "dh")].count(4) == 1
        assert sum(pair in held for pair in ("ah", "bh", "ch", "dh")) == 1


def test_pinned_meeting_stays_and_a_later_pin_is_kept(fair: Fair) -> None:
    pin(fair.asked["ch"], fair.slots[2], "user:x")
    pin(fair.asked["bk"], fair.slots[3], "user:x")
    fair.tell("absent", "a", 1, 1)
    release = fair.repair()
    held = fair.held(release)
    assert (held["ch"], held["bk"]) == (3, 4)
    assert fair.reasons(release)["bk"] == "pinned"


def test_what_gives_way_to_a_pin_is_told_so(fair: Fair) -> None:
    """The host has one table, and another meeting of it stands at the time of the pin."""
    pin(fair.asked["wh"], fair.slots[1], "user:x")
    fair.tell("absent", "a", 1, 1)
    release = fair.repair(moves=0)
    held = fair.held(release)
    assert (held["wh"], "bh" in held) == (2, False)
    assert fair.reasons(release)["bh"] == "gave_way"


def test_pins_that_contradict_are_told(fair: Fair) -> None:
    for pair in ("bh", "bk"):
        pin(fair.asked[pair], fair.slots[3], "user:x")
    fair.tell("absent", "a", 1, 1)
    with pytest.raises(ScheduleError, match="contradict") as raised:
        fair.compute()
    why = raised.value.why
    told = str(impossible.told(why, impossible.known([why])))
    assert [one["kind"] for one in why["conflicts"][0]] == ["locked", "locked", "calendar"]
    assert told.count("are pinned to") == 2


def test_request_that_was_withdrawn_frees_its_place(fair: Fair) -> None:
    answer(fair.asked["bh"], fair.who["h"], accept=False)
    fair.tell("absent", "d", 4, 4)
    release = fair.repair(moves=0)
    held = fair.held(release)
    assert (held["wh"], "bh" in held) == (2, False)
    assert fair.reasons(release) == {
        "bh": "declined", "wh": "waiting_pair", "dh": "absent",
    }  # fmt: skip
    assert told(release, "lost", "cancelled") == (1.0, 2)


def test_meeting_that_was_held_stays_though_its_request_is_off_since(
    fair: Fair, tmp_path: Path
) -> None:
    for pair in ("ah", "bh", "ch"):
        answer(fair.asked[pair], fair.who["h"], accept=False)
    fair.tell("no_show", "b", 2, 2)
    fair.tell("absent", "d", 3, 4)
    release = fair.repair(as_of=2)
    # What did not take place is not held later.
    assert fair.held(release) == {"ah": 1, "bk": 3}
    assert fair.reasons(release) == {"bh": "absent", "ch": "declined", "dh": "absent"}
    exported(release, tmp_path)


def test_what_has_begun_stands_whatever_was_said_since(fair: Fair) -> None:
    b, h = fair.who["b"], fair.who["h"]
    b.delegates.update(blocked=[["2023-11-23", "09:30", "10:30"]])
    type(b).objects.filter(pk=b.pk).update(max_meetings=1, max_meetings_per_day=1)
    Wish.objects.create(participation=b, counterpart=h, kind="veto", made_at="2023-11-23T12:00:00Z")
    fair.tell("absent", "d", 4, 4)
    held = fair.held(fair.repair(as_of=2))
    assert held["bh"] == 2
    # One is all that b wants, and it has been.
    assert "bk" not in held


def test_what_has_begun_stands_though_a_hall_is_another_since(fair: Fair, tmp_path: Path) -> None:
    Meeting.objects.filter(request=fair.asked["bk"]).update(slot=fair.slots[0])
    set_walking_minutes(fair.edition, {("A", "B"): 30, ("B", "A"): 30})
    fair.tell("absent", "d", 3, 4)
    release = fair.repair(as_of=2)
    assert fair.held(release) == {"ah": 1, "bk": 1, "bh": 2, "ch": 3}
    exported(release, tmp_path)
    # Before they have begun, one of the two has to give way.
    early = fair.held(fair.repair())
    assert (early.get("bk"), early.get("bh")) != (1, 2)


def test_hall_that_is_another_since_gives_nobody_more_minutes_to_walk(
    edition: Any, tmp_path: Path
) -> None:
    slots = make_slots(edition, a_day=4, minutes=10, gap=0)
    halls = make_pavilions(edition, "AB", minutes=15)
    hosts = {
        name: make_participation(edition, pavilion=halls[letter], tables=1)
        for name, letter in (("p", "A"), ("q", "A"), ("r", "B"), ("s", "A"))
    }
    third = {"days": ["2023-11-23"], "blocked": [["2023-11-23", "09:30", "10:00"]]}
    guests = {name: make_participation(edition, "buyer", **third) for name in "abcd"}
    held = {"ap": 1, "aq": 2, "bs": 1, "cr": 3}
    pairs = {name: make_request(guests[name[0]], hosts[name[1]]) for name in [*held, "br", "dr"]}
    MeetingRequest.objects.filter(pk=pairs["br"].pk).update(weight=4000)
    make_release(
        edition, [(pairs[name], slots[n - 1]) for name, n in held.items()], state="published"
    )
    # Where a was in slot 2 is fifteen minutes from where it was in slot 1, as the table says now.
    type(hosts["q"]).objects.filter(pk=hosts["q"].pk).update(pavilion=halls["B"])
    tell(
        edition, "absent", participation=guests["c"], first=slots[2], last=slots[3], actor="user:x"
    )
    release = keep(edition, compute_repair(edition, as_of="s02", work_limit=STEPS))
    rows = Meeting.objects.filter(release=release).values_list("request_id", "slot__number")
    # b has ten minutes to r, as before; d has been nowhere.
    assert dict(rows) == {
        pairs[name].pk: n for name, n in (("ap", 1), ("aq", 2), ("bs", 1), ("dr", 3))
    }
    exported(release, tmp_path)
    pin(pairs["br"], slots[2], "user:x")
    with pytest.raises(ScheduleError) as refused:
        compute_repair(edition, as_of="s02", work_limit=STEPS)
    why = refused.value.why
    assert str(impossible.told(why, impossible.known([why]))).endswith(
        "(unpin it); everybody has the minutes to walk (compute without walking)."
    )


def test_request_made_since_takes_a_free_place(fair: Fair) -> None:
    fair.ask("ak", weight=400)
    fair.tell("absent", "b", 2, 4)
    release = fair.repair(as_of=1)
    assert fair.held(release)["ak"] in (2, 3, 4)
    assert fair.reasons(release)["ak"] == "waiting_pair"


def test_participant_who_was_removed_is_gone_from_the_repair(fair: Fair) -> None:
    fair.tell("absent", "b", 2, 4)
    fair.who["d"].delete()
    assert fair.held(fair.repair(as_of=1)) == {"ah": 1, "wh": 2, "ch": 3}


def test_repair_without_a_reason_is_refused(fair: Fair, edition: Any) -> None:
    def refused(**options: Any) -> str:
        with pytest.raises(runs.RunError) as error:
            runs.start_run(edition, runs.Options(repair=True, **options), "user:x", trial=False)
        return str(error.value)

    assert refused().startswith("Nothing has happened yet.")
    fair.tell("absent", "b", 2, 4)
    assert refused(as_of="s09") == "There is no slot named s09."
    assert refused(notice=-1) == refused(moves=101)
    Release.objects.all().delete()
    assert refused().startswith("No schedule is public yet.")
    with pytest.raises(ScheduleError, match="No schedule is public yet"):
        fair.compute()
    assert ScheduleRun.objects.count() == 0


def test_who_stays_keeps_the_table(edition: Any) -> None:
    slots = make_slots(edition, a_day=1)
    host = make_participation(edition, tables=3)
    guests = [make_participation(edition, "buyer") for _ in range(4)]
    asked = [make_request(guest, host) for guest in guests]
    public = make_release(edition, [(one, slots[0]) for one in asked[:1]], state="published")
    for table, one in ((2, asked[1]), (3, asked[2])):
        Meeting.objects.create(
            release=public, request=one, slot=slots[0], host=host, guest=one.asker, table=table
        )
    tell(edition, "absent", participation=guests[1], first=slots[0], last=slots[1], actor="user:x")
    release = keep(edition, compute_repair(edition, work_limit=STEPS, moves=0))
    first = Meeting.objects.filter(release=release, slot=slots[0])
    tables = dict(first.values_list("request", "table"))
    assert (tables[asked[0].pk], tables[asked[2].pk]) == (1, 3)
    assert tables.get(asked[3].pk, 2) == 2


@pytest.fixture
def big(edition: Any) -> Iterator[Any]:
    """A fair of six hosts and 24 guests whose schedule is public, and three things have happened."""
    small_fair(edition)
    publish(edition, compute_release(edition, work_limit=STEPS).number, "user:x")
    slots = list(Slot.objects.filter(edition=edition))
    public = Release.objects.get()
    busy = Counter(Meeting.objects.filter(release=public).values_list("guest", flat=True))
    people = {one.pk: one for one in edition.participations.all()}
    missing = [people[key] for key, _count in busy.most_common(4)]
    for kind, who, first, last in (
        ("absent", missing[0], 2, 7), ("late", missing[1], 0, 4), ("no_show", missing[2], 1, 1),
    ):  # fmt: skip
        tell(edition, kind, participation=who, first=slots[first], last=slots[last], actor="user:x")
    tell(edition, "closed", letter="B", first=slots[5], last=slots[6], actor="user:x")
    yield edition


def away(edition: Any, slots: list[Slot]) -> set[tuple[int, int]]:
    """Who cannot meet when, as (participation, slot) of everybody, said slowly."""
    found = set()
    for one in Incident.objects.filter(edition=edition):
        hit = (
            edition.participations.filter(role="exhibitor", pavilion__letter=one.letter)
            if one.letter
            else [one.participation]
        )
        for who in hit:
            found |= {
                (who.pk, slot.pk)
                for slot in slots
                if one.first.number <= slot.number <= one.last.number
            }
    return found


@pytest.mark.parametrize("moves", [0, 1, 2])
@pytest.mark.parametrize("as_of", ["", "s01", "s04"])
def test_repair_keeps_its_promises_and_its_figures_are_true(
    big: Any, tmp_path: Path, as_of: str, moves: int
) -> None:
    public = Release.objects.get()
    slots = list(Slot.objects.filter(edition=big))
    computed = compute_repair(big, as_of=as_of, moves=moves, work_limit=STEPS)
    release = keep(big, computed)
    before, after = (
        {one.request_id: one for one in Meeting.objects.filter(release=of).select_related("slot")}
        for of in (public, release)
    )
    gone = away(big, slots)
    assert not [
        m for m in after.values() if {(m.host_id, m.slot_id), (m.guest_id, m.slot_id)} & gone
    ]
    # What has begun is as it was but for what cannot be; with a notice of one the next may change.
    border = int(as_of[1:]) if as_of else 0
    lost = {
        key for key, m in before.items() if {(m.host_id, m.slot_id), (m.guest_id, m.slot_id)} & gone
    }
    early = {key: m.slot_id for key, m in before.items() if m.slot.number <= border}
    assert {key: m.slot_id for key, m in after.items() if m.slot.number <= border} == {
        key: at for key, at in early.items() if key not in lost
    }
    moved = {key for key in before.keys() & after.keys() if before[key].slot != after[key].slot}
    changed = Counter(before[key].guest_id for key in moved)
    changed += Counter(before[key].guest_id for key in before.keys() - after.keys() - lost)
    assert max(changed.values(), default=0) <= moves
    stays = before.keys() & after.keys() - moved
    assert {key: before[key].table for key in stays} == {key: after[key].table for key in stays}
    # The figures, counted again.
    market = scheduling.instance_from_json(exported(release, tmp_path))
    weight = dict(zip(market.request_ids, market.weight.tolist(), strict=True))
    worth = {
        asked.pk: weight[asked.public_id] for asked in MeetingRequest.objects.filter(edition=big)
    }
    said = release.figures["repair"]
    assert said["lost"] == pytest.approx(sum(worth[key] for key in lost))
    assert said["regained"] == pytest.approx(
        sum(worth[key] for key in after)
        - sum(worth[key] for key in before)
        + sum(worth[key] for key in lost)
    )
    new = after.keys() - before.keys()
    cancelled = before.keys() - after.keys()
    assert [said[name] for name in ("moved", "new", "cancelled")] == [
        len(moved), len(new), len(cancelled),
    ]  # fmt: skip
    why = dict(ChangeReason.objects.filter(release=release).values_list("request", "reason"))
    assert why.keys() == moved | new | cancelled
    assert said["reasons"] == dict(Counter(why.values()))
    assert {key for key, reason in why.items() if reason in ("absent", "closed", "later")} == lost
    assert release.value <= release.bound


def exported(release: Release, folder: Path) -> Any:
    """Write a release's files, let the checker of the engine judge them, return the instance."""
    files = (folder / "instance.json", folder / "solution.json")
    export(release, *files)
    report = scheduling.check_files(*files)
    assert report.violations == []
    assert report.bound is not None
    assert round(report.bound * 1000) == release.bound
    return json.loads(files[0].read_text("utf-8"))


def test_repair_of_the_same_steps_is_the_same(big: Any) -> None:
    one, two = (compute_repair(big, as_of="s01", work_limit=STEPS) for _ in range(2))
    assert (one.digest, one.changed) == (two.digest, two.changed)
    assert one.meetings.tolist() == two.meetings.tolist()


def begun(edition: Any, *, trial: bool = False) -> ScheduleRun:
    options = runs.Options(seconds=0.3, repair=True, as_of="s01", moves=2)
    return runs.start_run(edition, options, "user:x", trial=trial)


def test_run_that_is_a_repair_becomes_a_draft(big: Any) -> None:
    ended = jobs.perform(begun(big).job)
    assert ended is not None
    assert (ended.state, ended.result) == ("done", {"release": 2})
    run, draft = ScheduleRun.objects.get(), Release.objects.get(number=2)
    assert (run.state, run.release, draft.state) == ("kept", draft, "draft")
    assert run.figures["repair"] == draft.figures["repair"]
    assert [run.figures["repair"][name] for name in ("release", "as_of", "notice", "moves")] == [
        1, "s01", 1, 2,
    ]  # fmt: skip


def test_trial_of_a_repair_keeps_its_reasons_until_it_is_kept(big: Any) -> None:
    jobs.perform(begun(big, trial=True).job)
    run = ScheduleRun.objects.get()
    assert (run.state, Release.objects.count()) == ("computed", 1)
    runs.ask_to_keep(run, "user:x")
    run.refresh_from_db()
    jobs.perform(run.job)
    why = Counter(ChangeReason.objects.filter(release__number=2).values_list("reason", flat=True))
    assert dict(why) == run.figures["repair"]["reasons"]


def test_run_killed_between_computing_and_keeping_goes_on(
    big: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(big)

    class Killed(BaseException):
        """The worker is gone."""

    def die(*args: Any, **more: Any) -> None:
        raise Killed

    nothing = {"on_progress": lambda said: True, "on_phase": lambda said: None}
    with monkeypatch.context() as patch:
        patch.setattr(runs, "keep", die)
        with pytest.raises(Killed):
            runs.compute_run(run, **nothing)
    again = ScheduleRun.objects.get()
    assert again.state == "computed"
    monkeypatch.setattr(runs, "compute_repair", die)
    release = runs.compute_run(again, **nothing)
    assert release is not None
    why = Counter(ChangeReason.objects.filter(release=release).values_list("reason", flat=True))
    assert dict(why) == release.figures["repair"]["reasons"]


def test_unfinished_repair_is_removed_with_its_reasons(
    big: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = compute_repair(big, work_limit=STEPS)

    def fail(*args: Any) -> None:
        raise ScheduleError("replaced")

    monkeypatch.setattr(schedule, "_finish", fail)
    with pytest.raises(ScheduleError, match="removed this one"):
        keep(big, computed)
    assert (Release.objects.count(), ChangeReason.objects.count()) == (1, 0)


def test_command_repairs_what_is_public(fair: Fair, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["schedule", "--edition", fair.edition.slug, "--repair", "--work-limit", str(STEPS)]
    assert cli.main(given) == 1
    assert "Nothing has happened yet." in capsys.readouterr().err
    fair.tell("absent", "b", 2, 4)
    assert cli.main([*given, "--as-of", "s09"]) == 1
    assert "There is no slot named s09." in capsys.readouterr().err
    assert cli.main([*given, "--as-of", "s01", "--notice", "2", "--moves", "3"]) == 0
    said = capsys.readouterr().out
    assert "A repair of release 1: weight lost 2, regained 0; 0 moved, 0 new, 2 cancelled." in said
    release = Release.objects.get(number=2)
    assert told(release, "as_of", "notice", "moves") == ("s01", 2, 3)


def test_repair_that_is_stopped_keeps_what_is_there(big: Any) -> None:
    computed = compute_repair(big, time_limit=600, on_progress=lambda said: False)
    assert 0 < computed.value <= computed.bound
    assert computed.steps <= 1000


def test_pin_to_any_time_is_granted_in_a_repair(fair: Fair) -> None:
    pin(fair.asked["wh"], None, "user:x")
    fair.tell("absent", "c", 3, 3)
    release = fair.repair()
    assert fair.held(release)["wh"] == 2
    # A repair is not told to be repeated by its seed: what it came of is in no file.
    assert [words.split()[1:3] for words in commands(fair.edition, release)] == [
        ["schedule-export", "--edition"], ["schedule", "--check"],
    ]  # fmt: skip


def test_table_that_a_host_gave_up_is_kept_of_what_has_begun_alone(edition: Any) -> None:
    slots = make_slots(edition, a_day=2)
    host = make_participation(edition, tables=1)
    asked = [make_request(make_participation(edition, "buyer"), host) for _ in range(3)]
    public = make_release(edition, state="published")
    for one, slot in zip(asked, slots, strict=False):
        Meeting.objects.create(
            release=public, request=one, slot=slot, host=host, guest=one.asker, table=2
        )
    tell(edition, "absent", participation=asked[2].asker, first=slots[2], last=slots[2], actor="x")
    release = keep(edition, compute_repair(edition, as_of="s01", work_limit=STEPS))
    tables = Meeting.objects.filter(release=release).order_by("slot__number")
    assert list(tables.values_list("table", flat=True))[:2] == [2, 1]


def test_meeting_that_has_begun_stays_though_it_is_pinned_elsewhere(fair: Fair) -> None:
    pin(fair.asked["ah"], fair.slots[3], "user:x")
    fair.tell("absent", "d", 4, 4)
    held = fair.held(fair.repair(as_of=2))
    assert (held["ah"], held["bh"]) == (1, 2)


def test_pin_that_finds_no_place_without_moves_is_told(fair: Fair) -> None:
    pin(fair.asked["wh"], None, "user:x")
    fair.tell("absent", "c", 3, 3)
    with pytest.raises(ScheduleError, match="let guests be moved more often"):
        fair.compute(moves=0)
