"""From an edition to a release: right by other code, repeatable from its files, whole or absent."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from emporion import cli
from emporion.core.models import JournalEntry
from emporion.engines import scheduling
from emporion.matchmaking.models import Wish
from emporion.meetings.domain import computing, schedule
from emporion.meetings.domain.files import export
from emporion.meetings.domain.market import ScheduleError, read_market
from emporion.meetings.domain.requests import answer
from emporion.meetings.domain.schedule import compute_release, remove_unfinished
from emporion.meetings.interfaces import commands, releases
from emporion.meetings.models import Meeting, MeetingRequest, Refusal, Release, ReleaseInstance
from emporion.meetings.queries.agenda import agenda
from emporion.meetings.queries.words import METHODS
from tests.factories import (
    make_edition,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
)

STEPS = 200


def small_fair(edition: Any, guests: int = 24, seed: int = 3) -> list[Any]:
    """Six hosts in three pavilions, guests with calendars of their own, more requests than tables."""
    draw = random.Random(seed)
    make_slots(edition, a_day=4)
    halls = list(make_pavilions(edition, "ABC", minutes=25).values())
    hosts = [
        make_participation(edition, pavilion=halls[n % 3], tables=1 + n % 2, stand=f"{n:03}")
        for n in range(6)
    ]
    requests = []
    for number in range(guests):
        guest = make_participation(
            edition,
            "buyer",
            max_meetings=3,
            max_meetings_per_day=2,
            days=["2023-11-23"] if number % 5 == 0 else None,
            blocked=[["2023-11-24", "09:00", "10:00"]] if number % 4 == 0 else [],
        )
        for host in draw.sample(hosts, 4):
            pair = (guest, host) if draw.random() < 0.8 else (host, guest)
            requests.append(
                make_request(
                    *pair,
                    draw.choice(["open", "open", "accepted"]),
                    weight=draw.randrange(500, 3000),
                )
            )
    return requests


def test_market_holds_what_the_edition_says(edition):
    slots = make_slots(edition, a_day=2, gap=10)
    halls = make_pavilions(edition, "AB", minutes=7)
    host = make_participation(edition, pavilion=halls["B"], tables=3, max_meetings=5)
    bare = make_participation(edition, "co_exhibitor")
    guest = make_participation(
        edition,
        "buyer",
        tables=9,
        max_meetings_per_day=1,
        days=["2023-11-24"],
        blocked=[["2023-11-24", "09:30", "09:41"]],
    )
    accepted = make_request(host, guest, "accepted", weight=1001)
    opened = make_request(guest, bare, weight=700, is_mandatory=True)
    make_request(host, bare, "declined")
    Wish.objects.create(
        participation=bare, counterpart=guest, kind="veto", made_at="2023-01-01T00:00Z"
    )
    Wish.objects.create(
        participation=guest, counterpart=bare, kind="veto", made_at="2023-01-01T00:00Z"
    )
    Wish.objects.create(
        participation=guest, counterpart=host, kind="save", made_at="2023-01-01T00:00Z"
    )
    market = read_market(edition)
    it = market.instance
    index = {public_id: n for n, public_id in enumerate(it.participant_ids)}
    assert it.participant_ids == sorted([host.public_id, bare.public_id, guest.public_id])
    assert it.slot_ids == ["s01", "s02", "s03", "s04"]
    assert it.slot_day.tolist() == [0, 0, 1, 1]
    assert it.gap_minutes.tolist() == [10, 0, 10]
    assert it.request_ids == sorted([accepted.public_id, opened.public_id])
    row = {r: n for n, r in enumerate(it.request_ids)}
    assert it.weight[row[accepted.public_id]] == 1.501
    assert it.weight[row[opened.public_id]] == 0.7
    assert it.mandatory[row[opened.public_id]] and not it.mandatory[row[accepted.public_id]]
    assert it.capacity[index[host.public_id]].tolist() == [3, 3, 3, 3]
    # One person, away on the first day; on the second busy from the end of a slot into the next.
    assert it.capacity[index[guest.public_id]].tolist() == [0, 0, 1, 0]
    assert it.max_meetings[index[host.public_id]] == 5
    assert it.max_per_day[index[guest.public_id]] == 1
    assert it.place_ids == ["-", "B"]
    assert it.place[index[guest.public_id]] == -1
    assert it.walk_minutes.tolist() == [[0, 0], [0, 0]]
    assert {tuple(sorted(pair)) for pair in it.exclusions.tolist()} == {
        tuple(sorted((index[bare.public_id], index[guest.public_id])))
    }
    assert market.slot_keys.tolist() == [slot.pk for slot in slots]
    r = row[accepted.public_id]
    assert (market.participants[market.host[r]], market.participants[market.guest[r]]) == (
        host.pk,
        guest.pk,
    )
    assert market.asker[r] == market.host[r]


def test_a_participation_is_there_when_one_of_its_delegates_is(edition):
    from emporion.edition.models import Delegate
    from emporion.registry.models import Person

    make_slots(edition, a_day=1)
    host, guest = (
        make_participation(edition),
        make_participation(edition, "buyer", days=["2023-11-23"]),
    )
    second = Person.objects.create(expo=edition.expo, name="Second", sort_key="second")
    Delegate.objects.create(participation=guest, person=second, days=["2023-11-24"])
    make_request(guest, host)
    market = read_market(edition)
    row = market.instance.participant_ids.index(guest.public_id)
    assert market.instance.capacity[row].tolist() == [1, 1]
    guest.delegates.all().delete()
    assert read_market(edition).instance.capacity[row].tolist() == [1, 1]


def test_calendars_of_many_stretches_are_read_as_the_rules_read_each_alone(edition):
    from emporion.edition import queries as edition_queries
    from emporion.meetings import rules

    slots = make_slots(edition, a_day=4)
    draw = random.Random(7)
    clocks = ["08:30", "09:20", "10:00", "10:35", "11:15", "14:00"]
    host = make_participation(edition)
    for _each in range(25):
        days = draw.choice([None, [], ["2023-11-23"], ["2023-11-24"], ["2023-11-23", "2023-11-24"]])
        blocked = [
            [draw.choice(["2023-11-23", "2023-11-24"]), *sorted(draw.sample(clocks, 2))]
            for _stretch in range(draw.randrange(4))
        ]
        make_request(make_participation(edition, "buyer", days=days, blocked=blocked), host)
    it = read_market(edition).instance
    row = {limit.pk: n for n, limit in enumerate(edition_queries.limits(edition))}
    alone = {
        participation: [int(rules.is_there(slot, days, blocked)) for slot in slots]
        for participation, days, blocked in edition_queries.calendars(edition)
        if participation != host.pk
    }
    assert {p: it.capacity[row[p]].tolist() for p in alone} == alone
    assert len({tuple(mask) for mask in alone.values()}) > 5


def test_market_takes_a_number_of_statements_that_rows_do_not_change(edition):
    counts = []
    for guests in (2, 9):
        other = make_edition(edition.expo)
        small_fair(other, guests)
        with CaptureQueriesContext(connection) as captured:
            read_market(other)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8


def test_minutes_that_are_missing_are_named(edition):
    make_slots(edition)
    halls = make_pavilions(edition, "ABC", minutes=5)
    hosts = [make_participation(edition, pavilion=halls[x]) for x in "AC"]
    make_request(make_participation(edition, "buyer"), hosts[0])
    halls["A"].ways_out.get(target=halls["C"]).delete()
    # Nobody hosts in B: its minutes do not matter.
    halls["B"].ways_out.all().delete()
    with pytest.raises(ScheduleError, match=r"missing: A to C\. Enter them"):
        compute_release(edition, work_limit=STEPS)
    assert compute_release(edition, work_limit=STEPS, walking=False).figures["walking"] is False


def test_no_slots_and_no_requests_are_said(edition):
    with pytest.raises(ScheduleError, match="no slots"):
        compute_release(edition)
    make_slots(edition)
    make_request(make_participation(edition), make_participation(edition, "buyer"), "declined")
    with pytest.raises(ScheduleError, match="no open or accepted request"):
        compute_release(edition)
    assert Release.objects.count() == 0


def test_requests_that_contradict_each_other_are_named(edition):
    make_slots(edition, a_day=1)
    guest = make_participation(edition, "buyer", days=["2023-11-23"])
    for _ in range(2):
        make_request(guest, make_participation(edition), is_mandatory=True)
    with pytest.raises(ScheduleError, match="contradict each other"):
        compute_release(edition, work_limit=STEPS)
    assert Release.objects.count() == 0


@pytest.mark.parametrize("walking", [True, False])
def test_release_agrees_with_the_independent_checker(edition, tmp_path, walking):
    requests = small_fair(edition)
    release = compute_release(edition, seed=5, work_limit=STEPS, walking=walking)
    instance, solution = tmp_path / "i.json", tmp_path / "s.json"
    assert (
        commands.export(
            [
                "--edition",
                edition.slug,
                "--release",
                "1",
                "--instance",
                str(instance),
                "--solution",
                str(solution),
            ]
        )
        == 0
    )
    report = scheduling.check_files(instance, solution)
    assert report.violations == []
    assert report.meetings == release.meeting_count == Meeting.objects.count()
    assert round(report.weight * 1000) == release.value
    assert Refusal.objects.count() == len(requests) - release.meeting_count
    assert 0 < release.greedy <= release.value <= release.bound
    assert report.bound is not None and round(report.bound * 1000) == release.bound
    assert (release.state, release.violations, release.number) == ("draft", 0, 1)
    assert report.breaks == release.figures["all_breaks"]
    assert release.figures["bound_method"] in METHODS
    given = json.loads(instance.read_text())
    assert ("walking" in given) is walking
    assert hashlib.sha256(instance.read_bytes()).hexdigest() == release.instance_digest
    assert JournalEntry.objects.get(action="release.compute").object_ids == [f"{edition.slug}/1"]


def test_the_files_and_the_command_repeat_the_release(edition, tmp_path, capsys):
    """What the release page tells an auditor to do, done."""
    small_fair(edition)
    release = compute_release(edition, seed=5, time_limit=0.5)
    instance, solution, again = (tmp_path / name for name in ("i.json", "s.json", "again.json"))
    commands.export(
        [
            "--edition",
            edition.slug,
            "--release",
            "1",
            "--instance",
            str(instance),
            "--solution",
            str(solution),
        ]
    )
    assert cli.main(["schedule", "--check", str(instance), str(solution)]) == 0
    # The command of the page, with what the clock has cut of the proof.
    files = {"instance.json": str(instance), "again.json": str(again)}
    words = [files.get(word, word) for word in releases.commands(edition, release)[2].split()]
    assert cli.main(words[words.index("schedule") :]) == 0
    capsys.readouterr()
    meetings = json.loads(again.read_text())["meetings"]
    lines = sorted(f"{m['request']} {m['slot']}\n" for m in meetings)
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == release.digest
    kept = json.loads(solution.read_text())["meetings"]
    assert {(m["request"], m["slot"]) for m in kept} == {
        (m["request"], m["slot"]) for m in meetings
    }


def test_files_of_a_release_prove_a_bound_by_prices_of_slots(edition, tmp_path):
    """Which prove more than prices of the whole event do."""
    small_fair(edition)
    fair = scheduling.generate(exhibitors=10, buyers=100, requests=500, seed=2)
    solved = scheduling.solve(fair, seed=1, work_limit=8000)
    asked = scheduling.solution_to_json(fair, solved)["bound"]
    assert "x-slot-prices" in asked
    release = compute_release(edition, work_limit=STEPS)
    release.certificate = computing.certificate_of(fair, solved)
    release.bound = round(1000 * asked["weight"])
    release.figures["bound_method"] = asked["method"]
    release.save()
    files = tmp_path / "i.json", tmp_path / "s.json"
    export(release, *files)
    assert json.loads(files[1].read_text())["bound"] == asked


def test_the_same_fair_gives_the_same_release(edition):
    small_fair(edition)
    one = compute_release(edition, seed=5, work_limit=STEPS)
    two = compute_release(edition, seed=5, work_limit=STEPS)
    assert (one.digest, one.instance_digest) == (two.digest, two.instance_digest)
    content = [bytes(kept.content) for kept in ReleaseInstance.objects.order_by("release_id")]
    assert content[0] == content[1]
    assert hashlib.sha256(gzip.decompress(content[0])).hexdigest() == one.instance_digest


def test_tables_are_numbered_from_one_in_every_slot_of_a_host(edition):
    small_fair(edition, guests=40)
    compute_release(edition, work_limit=STEPS)
    cells: dict[tuple[int, int], list[int]] = {}
    for meeting in Meeting.objects.select_related("host"):
        cells.setdefault((meeting.host_id, meeting.slot_id), []).append(meeting.table)
        assert meeting.table <= meeting.host.tables
    assert all(sorted(tables) == list(range(1, len(tables) + 1)) for tables in cells.values())
    assert max(map(len, cells.values())) == 2


def test_a_veto_keeps_two_apart_and_is_told_as_excluded(edition):
    requests = small_fair(edition)
    vetoed = requests[0]
    Wish.objects.create(
        participation=vetoed.counterpart,
        counterpart=vetoed.asker,
        kind="veto",
        made_at="2023-01-01T00:00Z",
    )
    compute_release(edition, work_limit=STEPS)
    assert Refusal.objects.get(request=vetoed).reason == "excluded"


def test_figures_agree_with_the_rows(edition):
    small_fair(edition)
    release = compute_release(edition, work_limit=STEPS)
    figures = release.figures
    assert figures["refusals"] == dict(
        Counter(Refusal.objects.values_list("reason", flat=True)).most_common()
    )
    meets = Counter(Meeting.objects.values_list("guest_id", flat=True))
    assert figures["guests"] == len(meets)
    assert {n: g for n, g in figures["histogram"] if n and g} == Counter(meets.values())
    everyone = set(meets) | set(Meeting.objects.values_list("host_id", flat=True))
    askers = set(edition.requests.values_list("asker_id", flat=True))
    assert figures["unserved"] == len(askers - everyone)
    assert set(figures["unserved_first"]) == askers - everyone
    day = figures["load"][0]
    assert (day["date"], day["hours"]) == ("2023-11-23", [9, 10, 11])
    for letter, percents in day["rows"]:
        for hour, percent in zip(day["hours"], percents, strict=True):
            slots = [
                s
                for s in edition.slots.all()
                if s.date.isoformat() == day["date"] and s.starts.hour == hour
            ]
            used = Meeting.objects.filter(host__pavilion__letter=letter, slot__in=slots).count()
            tables = 3 * len(slots)
            assert percent == round(100 * used / tables)
    assert figures["change"] is None


def test_a_later_release_is_compared_with_the_public_one(edition):
    requests = small_fair(edition)
    make_release(edition, [(requests[0], edition.slots.first())], state="published")
    change = compute_release(edition, work_limit=STEPS).figures["change"]
    assert change["earlier"] == 1
    assert change["kept"] + change["moved"] + change["removed"] == 1
    assert (
        change["kept"] + change["moved"] + change["added"]
        == Meeting.objects.filter(release__number=2).count()
    )


class Killed(BaseException):
    """As sudden as a kill: no handler of errors sees it."""


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(schedule.bulk, "CHUNK", 7)
    monkeypatch.setattr(
        schedule.bulk,
        "chunks",
        lambda rows, size=7: [rows[i : i + 7] for i in range(0, len(rows), 7)],
    )


def failing_after(chunks: int, error: type[BaseException], monkeypatch: Any) -> None:
    load, left = schedule.bulk.load_rows, [chunks]

    def fail(*words: Any) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise error
        return load(*words)

    monkeypatch.setattr(schedule.bulk, "load_rows", fail)


def test_a_computation_killed_while_writing_leaves_nothing_that_anybody_sees(
    edition, monkeypatch, small_chunks
):
    small_fair(edition)
    make_release(edition, state="published")
    with monkeypatch.context() as patch:
        failing_after(3, Killed, patch)
        with pytest.raises(Killed):
            compute_release(edition, work_limit=STEPS)
    left = Release.objects.get(state="writing")
    assert Meeting.objects.filter(release=left).count() == 21
    assert edition.published_release == 1
    # This process lives, so another run takes it for being written …
    assert remove_unfinished(edition) == 0
    # … until it does not live any more, even if another one has its number by now.
    left.figures["process"] = left.figures["process"].rpartition(":")[0] + ":1"
    left.save()
    done = compute_release(edition, work_limit=STEPS)
    assert [r.state for r in Release.objects.order_by("number")] == ["published", "draft"]
    assert done.number == 2
    assert Meeting.objects.filter(release=done).count() == done.meeting_count


def test_a_failing_computation_cleans_up_behind_itself(edition, monkeypatch, small_chunks):
    small_fair(edition)
    failing_after(3, OSError, monkeypatch)
    with pytest.raises(OSError):
        compute_release(edition, work_limit=STEPS)
    assert (Release.objects.count(), Meeting.objects.count(), Refusal.objects.count()) == (0, 0, 0)


def while_solving(monkeypatch: Any, act: Any) -> None:
    solve = scheduling.solve

    def late(*words: Any, **more: Any) -> Any:
        act()
        return solve(*words, **more)

    monkeypatch.setattr(schedule.scheduling, "solve", late)


def test_what_is_answered_while_the_solver_works_came_after_the_release(edition, monkeypatch):
    request = next(r for r in small_fair(edition) if r.state == "open")
    while_solving(monkeypatch, lambda: answer(request, request.counterpart, accept=True))
    release = compute_release(edition, work_limit=STEPS)
    assert release.computed_at < MeetingRequest.objects.get(pk=request.pk).answered_at
    assert Release.objects.get().computed_at == release.computed_at


@pytest.mark.django_db(transaction=True)
def test_what_is_removed_while_the_solver_works_is_named_and_nothing_is_kept(edition, monkeypatch):
    requests = small_fair(edition)
    while_solving(monkeypatch, requests[0].delete)
    with pytest.raises(ScheduleError, match="was removed during the computation; compute again"):
        compute_release(edition, work_limit=STEPS)
    assert (Release.objects.count(), Meeting.objects.count(), Refusal.objects.count()) == (0, 0, 0)


def test_agenda_shows_the_published_release_only_with_one_statement(
    edition, django_assert_num_queries
):
    requests = small_fair(edition)
    first, other = edition.slots.all()[:2]
    request = requests[0]
    make_release(edition, [(request, first)], state="published")
    make_release(edition, [(request, other)])
    for me in (request.asker, request.counterpart):
        with django_assert_num_queries(1):
            [found] = agenda(me)
            assert found.host.pavilion.letter in "ABC"
        assert (found.slot, found.request, found.hosting) == (first, request.public_id, me.hosts)
        assert found.counterpart.pk != me.pk
        assert f"{found.starts:%H:%M}-{found.ends:%H:%M}" == "09:00-09:30"
    assert agenda(request.asker, date=other.date) == agenda(request.asker)
    assert agenda(request.asker, date=edition.ends) == []


def test_schedule_command_computes_and_publishes(edition, capsys):
    small_fair(edition)
    assert commands.schedule(["--edition", edition.slug, "--work-limit", "500", "--publish"]) == 0
    said = capsys.readouterr().out
    assert "Release 1:" in said and "0 violations" in said and "Release 1 is public." in said
    assert commands.schedule(["--edition", edition.slug, "--work-limit", "500"]) == 0
    assert commands.publish(["--edition", edition.slug]) == 0
    assert [r.state for r in Release.objects.all()] == ["superseded", "published"]


def test_commands_say_what_cannot_be_done(edition, capsys, tmp_path):
    files = ["--instance", str(tmp_path / "i"), "--solution", str(tmp_path / "s")]
    slug = ["--edition", edition.slug]
    for command, words, why in [
        (commands.schedule, ["--edition", "nowhere"], "There is no edition 'nowhere'"),
        (commands.schedule, slug, "has no slots"),
        (commands.publish, slug, "has no draft"),
        (commands.publish, [*slug, "--release", "7"], "no release 7"),
        (commands.export, [*slug, *files], "no published release"),
        (commands.export, [*slug, *files, "--release", "7"], "has no release 7"),
    ]:
        assert command(words) == 1
        assert why in capsys.readouterr().err
    make_release(edition, state="published")
    assert commands.export([*slug, *files]) == 1
    assert "was not kept" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "option",
    ["--seed=-1", "--seed=4294967296", "--time-limit=nan", "--time-limit=inf", "--time-limit=0",
     "--work-limit=-5"],
)  # fmt: skip
def test_schedule_command_refuses_limits_that_are_none(option, capsys):
    with pytest.raises(SystemExit) as ended:
        commands.schedule(["--edition", "any", option])
    assert ended.value.code == 2
    assert f"argument {option.split('=')[0]}: " in capsys.readouterr().err


def test_export_that_cannot_be_whole_leaves_nothing(edition, capsys, tmp_path):
    small_fair(edition)
    compute_release(edition, work_limit=STEPS)
    words = ["--edition", edition.slug, "--release", "1", "--solution", str(tmp_path / "s.json")]
    assert commands.export([*words, "--instance", str(tmp_path / "no" / "i.json")]) == 1
    assert "Cannot write" in capsys.readouterr().err
    Release.objects.update(instance_digest="0" * 64)
    assert commands.export([*words, "--instance", str(tmp_path / "i.json")]) == 1
    assert "expected 0000" in capsys.readouterr().err
    assert list(Path(tmp_path).iterdir()) == []
