"""The organiser's scorecard: what came of requests, groups, both ends of the knob, calibration."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from emporion.matchmaking.domain.absence import why_absent
from emporion.matchmaking.domain.market import read_market
from emporion.matchmaking.domain.runs import MatchError, run_match
from emporion.matchmaking.domain.told import answers_now, told
from emporion.matchmaking.interfaces import scorecard
from emporion.matchmaking.models import MatchRun, RankedList
from emporion.meetings.models import MeetingRequest
from tests import factories
from tests.portal.fairs import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair(edition):
    hosts = [
        factories.make_participation(edition, "exhibitor", offers=[code], country=country)
        for code, country in (("xr", "FI"), ("ai", "FI"), ("logistics", "ZA"))
    ]
    guests = [
        factories.make_participation(edition, "buyer", needs=[code], country=country)
        for code, country in (("ai", "NP"), ("xr", "CN"))
    ]
    return edition, hosts, guests


def ask(edition, asker, counterpart, state="open", **more):
    low, high = sorted((asker.pk, counterpart.pk))
    return MeetingRequest.objects.create(
        edition=edition,
        asker=asker,
        counterpart=counterpart,
        low=low,
        high=high,
        state=state,
        asked_at=timezone.now(),
        answered_at=timezone.now() if state in ("accepted", "declined") else None,
        **more,
    )


def test_told_are_choices_of_people_and_no_acts_of_the_organiser(fair):
    edition, hosts, guests = fair
    ask(edition, guests[0], hosts[0], "accepted")
    ask(edition, guests[0], hosts[1], "declined")
    ask(edition, guests[1], hosts[0], "withdrawn")
    ask(edition, guests[1], hosts[1], is_mandatory=True)
    found = told(edition)
    assert [(deed.sender, deed.receiver, deed.kind) for deed in found.deeds] == [
        (guests[0].pk, hosts[0].pk, "request"),
        (hosts[0].pk, guests[0].pk, "accept"),
        (guests[0].pk, hosts[1].pk, "request"),
        (hosts[1].pk, guests[0].pk, "decline"),
    ]
    assert found.apart == [(guests[0].pk, hosts[1].pk)]
    assert found.counts == {"asked": 2, "accepted": 1, "declined": 1, "meetings": 0, "kept": 0}


def test_two_of_whom_one_declined_are_suggested_no_more_and_two_of_one_firm_never(fair):
    edition, hosts, guests = fair
    guests[1].organisation = hosts[0].organisation
    guests[1].save()
    ask(edition, guests[0], hosts[1], "declined")
    run_match(edition)
    shown = {
        row.participation_id: [entry["id"] for entry in row.entries]
        for row in RankedList.objects.all()
    }
    assert hosts[1].pk not in shown[guests[0].pk]
    assert guests[0].pk not in shown[hosts[1].pk]
    assert hosts[0].pk not in shown[guests[1].pk]
    assert guests[1].pk not in shown[hosts[0].pk]


def test_figures_of_groups_are_ratios_to_their_side(fair):
    edition, hosts, _guests = fair
    earlier = factories.make_edition(
        edition.expo, starts=edition.starts - dt.timedelta(days=365), ends=edition.starts
    )
    again = factories.make_participation(earlier, "exhibitor")
    again.organisation = hosts[0].organisation
    again.save()
    figures = run_match(edition).figures
    country = figures["groups"]["country"]["hosts"]
    assert [row[:2] for row in country] == [["FI", 2], ["ZA", 1]]
    # All want the same number of meetings: the mean of the ratios, by people, is 1.
    assert sum(row[1] * row[2] for row in country) / 3 == pytest.approx(1, abs=0.01)
    first = figures["groups"]["first_time"]["hosts"]
    assert [row[:2] for row in first] == [["first", 2], ["again", 1]]


def test_both_ends_are_worked_out_and_the_chosen_one_is_kept(fair):
    edition = fair[0]
    run = run_match(edition, equality=1.0)
    most, equal = run.figures["ends"]
    assert most["expected_matches"] >= equal["expected_matches"] - 1e-6
    assert run.figures["equality"] == 1.0
    assert run.figures["expected_matches"] == pytest.approx(equal["expected_matches"])
    assert " 1" in run.policy
    with pytest.raises(MatchError):
        run_match(edition, equality=1.5)


def test_page_shows_ends_groups_and_outcomes_of_both_runs(fair, signed_in):
    edition, hosts, guests = fair
    organiser = signed_in(factories.make_organiser(edition))
    run_match(edition)
    ask(edition, guests[0], hosts[1], "accepted")
    ask(edition, guests[1], hosts[1], "declined")
    address = f"/en/{edition.slug}/organise/matching/"
    organiser.post(address, {"seed": "0", "equality": "0.5"})
    run_match(edition, equality=0.5)
    shown = organiser.get(address).content.decode()
    for words in (
        "Both ends of the knob",
        "Accepted, of those answered",
        "Country: Hosts",
        "Finland",
        "Looks, run 2",
        "Looks, run 1",
        "Too few have answered to compare",
    ):
        assert words in shown
    assert MatchRun.objects.get(state="current").figures["answers"]["accepted"] == 1


def test_answers_that_came_after_the_run_are_counted_for_the_next(fair, signed_in, monkeypatch):
    edition, hosts, guests = fair
    organiser = signed_in(factories.make_organiser(edition))
    address = f"/en/{edition.slug}/organise/matching/"
    monkeypatch.setattr(scorecard, "ENOUGH", 2)
    ask(edition, guests[1], hosts[0], "accepted")
    run_match(edition)
    ask(edition, guests[0], hosts[1], "accepted")
    # No answer of a person teaches here: the organiser made it mandatory.
    ask(edition, guests[0], hosts[2], "accepted", is_mandatory=True)
    ask(edition, guests[1], hosts[2], "open")
    assert answers_now(edition) == 2 == told(edition).counts["accepted"]
    shown = organiser.get(address).content.decode()
    assert "When run 1 was computed too few had answered to compare. There are 2 answers" in shown
    run_match(edition)
    assert "Too few have answered to compare" in organiser.get(address).content.decode()


def test_cells_of_groups_name_their_column_where_a_phone_shows_no_head(fair, signed_in):
    edition = fair[0]
    organiser = signed_in(factories.make_organiser(edition))
    run_match(edition)
    run_match(edition)
    shown = page(organiser.get(f"/en/{edition.slug}/organise/matching/"))
    row = shown.select("[aria-labelledby=groups] .table-things tbody tr")[0]
    assert [cell["data-label"] for cell in row.select("td.num")] == [
        "How many", "Looks, run 2", "Looks, run 1", "Meetings, run 2", "Meetings, run 1",
    ]  # fmt: skip


def test_chances_and_answers_are_drawn_with_their_table(fair, signed_in):
    edition = fair[0]
    organiser = signed_in(factories.make_organiser(edition))
    run = run_match(edition)
    run.figures["calibration"][1] = {
        "decisions": 240,
        "error_before": 0.2,
        "error_after": 0.03,
        "groups": [[0.1, 0.12, 120], [0.6, 0.55, 120]],
    }
    run.save()
    for language, words in (("en", "hosts about guests: 240 answers"), ("ar", "<circle")):
        shown = organiser.get(f"/{language}/{edition.slug}/organise/matching/").content.decode()
        assert words in shown
        assert shown.count('class="reliability-full"') == 3


def test_every_showing_keeps_its_propensity_and_the_rule_that_made_it(fair):
    edition = fair[0]
    run = run_match(edition, seed=2, equality=0.25)
    rows = RankedList.objects.filter(run=run)
    assert {entry["propensity"] for row in rows for entry in row.entries} == {1.0}
    assert run.policy.startswith("facets-text-meaning/")
    assert "priced 0.25" in run.policy
    assert [set(rule) for rule in run.rules] == [{"weights", "bias"}] * 2


def test_agreed_pairs_are_suggested_no_more_and_take_their_place_in_both_calendars(fair):
    edition, hosts, guests = fair
    hosts[0].max_meetings = 3
    hosts[0].save()
    ask(edition, guests[0], hosts[0], "accepted")
    # The organiser will have it held, whoever asked.
    ask(edition, guests[1], hosts[0], is_mandatory=True)
    ask(edition, guests[1], hosts[1], "declined")
    market = read_market(edition).market
    agreed = {one.id: (one.agreed, one.free) for one in (*market.exhibitors, *market.buyers)}
    assert agreed[hosts[0].public_id] == (2, 1)
    assert [agreed[one.public_id][0] for one in (hosts[1], *guests)] == [0, 1, 1]
    # One alone is read with the same calendar.
    few = read_market(edition, [guests[0].pk, hosts[0].pk], [guests[0].pk]).market
    assert [one.free for one in few.exhibitors] == [1]
    run_match(edition)
    shown = {row.participation_id: row.entries for row in RankedList.objects.all()}
    assert hosts[0].pk not in [entry["id"] for entry in shown[guests[0].pk]]
    assert guests[0].pk not in [entry["id"] for entry in shown[hosts[0].pk]]


def test_whoever_is_full_keeps_one_place_in_the_market_and_is_not_called_free(fair):
    edition, hosts, guests = fair
    late = factories.make_participation(edition, "buyer", needs=["xr"])
    hosts[0].max_meetings = 2
    hosts[0].save()
    for guest in guests:
        ask(edition, guest, hosts[0], "accepted")
    full = host_of(edition, hosts[0])
    assert (full.agreed, full.free, full.room) == (2, 0, 1)
    run_match(edition)
    shown = {row.participation_id: row.entries for row in RankedList.objects.all()}
    # A calendar that is full today loses meetings tomorrow, and late comers find somebody.
    (entry,) = (entry for entry in shown[late.pk] if entry["id"] == hosts[0].pk)
    assert "open_calendar" not in str(entry)
    assert late.pk in [entry["id"] for entry in shown[hosts[0].pk]]
    assert why_absent(guests[0], hosts[0]).code == "agreed"


def test_once_a_schedule_is_public_its_meetings_are_what_is_settled(fair):
    edition, hosts, guests = fair
    slot = factories.make_slots(edition)[0]
    hosts[0].max_meetings = 2
    hosts[0].save()
    wanted = [ask(edition, guest, hosts[0], "accepted") for guest in guests]
    assert host_of(edition, hosts[0]).agreed == 2
    factories.make_release(edition, [(wanted[0], slot)], state="published")
    # More requests are accepted than a schedule can hold.
    assert (host_of(edition, hosts[0]).agreed, host_of(edition, hosts[0]).free) == (1, 1)
    agreed = {one.id: one.agreed for one in read_market(edition).market.buyers}
    assert [agreed[guest.public_id] for guest in guests] == [1, 0]


def host_of(edition, host):
    """Return a host as the matching sees it."""
    every = read_market(edition).market.exhibitors
    return next(one for one in every if one.id == host.public_id)
