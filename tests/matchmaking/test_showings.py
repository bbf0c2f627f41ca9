"""What was shown is kept with its chances, is somebody's own, and tells what lists bring."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from emporion.core.privacy import let_go
from emporion.edition.models import Participation
from emporion.matchmaking import queries
from emporion.matchmaking.domain import showings, wishes
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.matchmaking.domain.runs import run_match
from emporion.matchmaking.domain.showings import judged, record_shown
from emporion.matchmaking.domain.told import told
from emporion.matchmaking.models import Showing
from emporion.registry.models import Consent
from tests import factories
from tests.matchmaking.test_scorecard import ask
from tests.portal.fairs import address, page, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair(edition):
    hosts = [factories.make_participation(edition, "exhibitor", offers=["ai"]) for _ in range(30)]
    for _ in range(19):
        factories.make_participation(edition, "buyer", needs=["ai"])
    guest = factories.make_participation(edition, "buyer", needs=["ai"], user=factories.make_user())
    return edition, hosts, guest


def see(guest, limit=12):
    found = queries.suggestions(guest, limit)
    return found, record_shown(guest, found)


def test_each_list_is_kept_once_with_place_and_chance_under_the_rule_that_made_it(
    fair, django_assert_num_queries
):
    edition, _hosts, guest = fair
    run = run_match(edition, seed=1)
    found, new = see(guest, 20)
    row = Showing.objects.get()
    assert new
    assert (row.participation, row.run, row.policy) == (guest, run.number, run.policy)
    assert row.entries == [
        [one.participation.pk, one.rank, one.propensity, int(one.beyond)] for one in found
    ]
    # Thirty who fit twenty places: the last two are drawn from four.
    assert [entry[2] for entry in row.entries] == [1.0] * 18 + [0.5] * 2
    with django_assert_num_queries(1):
        assert not record_shown(guest, found)
    make_first_list(guest)
    see(guest)
    assert sorted(Showing.objects.values_list("run", flat=True)) == [0, run.number]


def test_more_of_a_list_is_the_same_showing_grown(fair, django_assert_num_queries):
    edition, _hosts, guest = fair
    run_match(edition)
    found = queries.suggestions(guest, 12)
    # Five, and the two of the test around them.
    with django_assert_num_queries(7):
        assert record_shown(guest, found)
    first = Showing.objects.get()
    assert see(guest, 20)[1]
    assert not see(guest, 12)[1]
    grown = Showing.objects.get()
    assert (len(first.entries), len(grown.entries)) == (12, 20)
    assert grown.shown_at == first.shown_at


def test_what_came_of_a_list_stays_when_more_of_it_is_shown(fair):
    edition, _hosts, guest = fair
    run_match(edition)
    found, _ = see(guest)
    met, hidden = found[0].participation, found[1].participation
    before = Showing.objects.get().entries
    ask(edition, guest, met, "accepted")
    wishes.wish(guest, hidden, "veto")
    more = queries.suggestions(guest, 20, without=[met.pk])
    assert record_shown(guest, more)
    after = Showing.objects.get().entries
    assert after[:12] == before
    seen = [one.participation.pk for one in more if one.participation != hidden]
    assert [entry[0] for entry in after] == [met.pk, hidden.pk, *seen]
    (figures,) = judged(edition, told(edition))
    assert (figures["shown"], figures["asked"], figures["agreed"]) == (20, 1, 1)


def test_who_moves_up_into_a_free_place_is_kept_as_shown(fair):
    edition, _hosts, guest = fair
    run_match(edition)
    found, _ = see(guest)
    gone = found[0].participation.pk
    again = queries.suggestions(guest, 12, without=[gone])
    assert record_shown(guest, again)
    assert not record_shown(guest, again)
    assert [e[0] for e in Showing.objects.get().entries] == queries.listed(guest)[:13]


def test_pages_keep_what_they_show_and_what_was_vetoed_is_not_shown(fair, signed_in):
    edition, hosts, guest = fair
    run_match(edition)
    wishes.wish(guest, next(h for h in hosts if h.pk == queries.listed(guest)[0]), "veto")
    client = signed_in(user_of(guest))
    for _ in range(2):
        client.get(address("portal:who", edition))
    kept = Showing.objects.get()
    assert [entry[0] for entry in kept.entries] == queries.listed(guest)[1:12]


def test_who_refuses_to_be_learnt_from_is_not_recorded_nor_counted(fair):
    edition, _hosts, guest = fair
    run_match(edition)
    see(guest)
    assert judged(edition, told(edition))[0]["lists"] == 1
    person = guest.delegates.get().person
    Consent.objects.create(
        person=person, purpose="matching", version=2, is_given=False, is_current=True,
        language="en", at=timezone.now(),
    )  # fmt: skip
    assert judged(edition, told(edition)) == []
    Showing.objects.all().delete()
    assert not see(guest)[1]
    assert not Showing.objects.exists()


def test_only_what_was_asked_after_it_was_shown_came_of_the_list(fair):
    edition, hosts, guest = fair
    run = run_match(edition, explore=False)
    shown = [one.participation for one in queries.suggestions(guest, 12)]
    ask(edition, guest, shown[0], "accepted")
    see(guest)
    ask(edition, guest, shown[1], "accepted")
    ask(edition, guest, shown[2], "declined")
    ask(edition, shown[3], guest, "accepted")
    missing = next(host for host in hosts if host not in shown)
    ask(edition, guest, missing, "accepted")
    (found,) = judged(edition, told(edition))
    assert found == {
        "run": run.number, "lists": 1, "shown": 12, "tried": 0, "asked": 2, "agreed": 1,
        "as_shown": [pytest.approx(1000 / 12, abs=0.01), None, None],
        "computed": [pytest.approx(1000 / 12, abs=0.01), None, None],
    }  # fmt: skip


def test_who_was_asked_before_they_were_shown_further_down_did_not_come_of_the_list(fair):
    edition, _hosts, guest = fair
    run_match(edition, explore=False)
    further = [one.participation for one in queries.suggestions(guest, 20)][12:]
    see(guest)
    ask(edition, guest, further[0], "accepted")
    see(guest, 20)
    ask(edition, guest, further[1], "accepted")
    (found,) = judged(edition, told(edition))
    assert (found["shown"], found["asked"], found["agreed"]) == (20, 1, 1)


def test_lists_without_drawing_are_judged_by_the_chances_of_what_was_shown(fair):
    edition = fair[0]
    run_match(edition, seed=3)
    beyond = 0
    for one in Participation.objects.filter(edition=edition, role="buyer"):
        found, _ = see(one, 20)
        for each in found:
            beyond += each.beyond
            if each.beyond:
                ask(edition, one, each.participation, "accepted")
    assert beyond >= showings.offpolicy.ENOUGH
    (figures,) = judged(edition, told(edition))
    assert (figures["tried"], figures["agreed"]) == (beyond, beyond)
    # All that came of the lists came of who was drawn: without drawing it would be nothing.
    assert figures["as_shown"][0] == pytest.approx(1000 * beyond / 400)
    assert figures["as_shown"][1] < figures["as_shown"][0] < figures["as_shown"][2]
    assert figures["computed"] == [0, None, None]


def test_the_scorecard_tells_what_lists_brought(fair, signed_in):
    edition, _hosts, guest = fair
    organiser = signed_in(factories.make_organiser(edition))
    where = address("matchmaking:runs", edition)
    run_match(edition)
    assert "What lists brought" not in organiser.get(where).content.decode()
    found, _ = see(guest)
    ask(edition, guest, found[0].participation, "accepted")
    run_match(edition)
    for language in ("en", "zh-hans", "ar"):
        assert organiser.get(where.replace("/en/", f"/{language}/")).status_code == 200
    rows = page(organiser.get(where)).select("[aria-labelledby=shown] tbody tr")
    assert [[cell.text for cell in row.select("td")] for row in rows] == [
        ["1"], ["12"], ["0"], ["1"], ["1"], ["83.3"], ["–"],
    ]  # fmt: skip


def test_showings_go_a_year_after_the_fair(fair):
    edition, _hosts, guest = fair
    run_match(edition)
    see(guest)
    edition.starts = edition.ends = timezone.now().date() - dt.timedelta(days=360)
    edition.save()
    let_go()
    assert Showing.objects.count() == 1
    edition.starts = edition.ends = timezone.now().date() - dt.timedelta(days=370)
    edition.save()
    let_go()
    assert Showing.objects.count() == 0
