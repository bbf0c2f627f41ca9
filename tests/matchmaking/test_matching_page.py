"""The organiser's matching page: a run as a job, its figures, who gets none, and who may not look."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from emporion.core import jobs
from emporion.core.models import JobRecord, JournalEntry
from emporion.matchmaking.domain import starting, wishes
from emporion.matchmaking.domain.coverage import Coverage, below_floor
from emporion.matchmaking.domain.runs import MatchError, run_match
from emporion.matchmaking.models import MatchRun
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair(edition):
    hosts = [
        factories.make_participation(edition, "exhibitor", offers=[code])
        for code in ("xr", "ai", "logistics")
    ]
    guests = [factories.make_participation(edition, "buyer", needs=[c]) for c in ("ai", "xr")]
    return edition, hosts, guests


@pytest.fixture
def organiser(fair, signed_in):
    return signed_in(factories.make_organiser(fair[0]))


def page(edition, rest=""):
    return f"/en/{edition.slug}/organise/matching/{rest}"


def test_run_started_from_the_page_is_done_by_a_worker_as_its_owner(fair, organiser):
    edition = fair[0]
    assert organiser.get(page(edition)).status_code == 200
    assert organiser.post(page(edition), {"seed": "3"}).status_code == 302
    job = JobRecord.objects.get()
    assert (job.kind, job.subject, job.state) == ("match.run", edition.slug, "waiting")
    shown = organiser.get(page(edition)).content.decode()
    assert 'hx-get="/en/' in shown
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in shown
    ended = jobs.perform(job.public_id)
    assert ended is not None
    assert (ended.state, ended.result) == ("done", {"run": 1})
    run = MatchRun.objects.get()
    assert (run.seed, run.state) == (3, "current")
    entry = JournalEntry.objects.get(action="match.run")
    assert entry.actor == job.owner != "system"
    live = organiser.get(page(edition, "live/"))
    assert (live.status_code, live["HX-Refresh"]) == (204, "true")


def test_second_start_is_told_that_one_is_under_way(fair, organiser):
    edition = fair[0]
    organiser.post(page(edition), {"seed": "0"})
    again = organiser.post(page(edition), {"seed": "0"})
    assert "A matching of this edition is under way" in again.content.decode()
    assert JobRecord.objects.count() == 1


def test_stopping_changes_nothing_that_is_shown(fair, organiser):
    edition = fair[0]
    run = run_match(edition)
    organiser.post(page(edition), {"seed": "0"})
    organiser.post(page(edition, "stop/"))
    assert [j.state for j in JobRecord.objects.all()] == ["stopped"]
    assert [r.pk for r in MatchRun.objects.all()] == [run.pk]
    running = starting.start_match(edition, "user:x")
    jobs.ask_to_stop(running)
    assert jobs.perform(running.public_id) is None


def test_bad_seed_is_named_beside_its_field(fair, organiser):
    answer = organiser.post(page(fair[0]), {"seed": "-1"}).content.decode()
    assert 'class="form-errors"' in answer
    assert JobRecord.objects.count() == 0
    with pytest.raises(MatchError):
        starting.start_match(fair[0], "user:x", seed=-1)


def test_both_runs_stand_side_by_side_and_who_gets_none_is_named(fair, organiser):
    edition, _hosts, _guests = fair
    lonely = factories.make_participation(edition, "exhibitor", offers=[])
    run_match(edition)
    run_match(edition, seed=1)
    run = MatchRun.objects.get(state="current")
    shown = organiser.get(page(edition)).content.decode()
    assert "Run 1" in shown
    assert "Run 2" in shown
    unseen = organiser.get(page(edition, "without/?which=unseen")).content.decode()
    assert (lonely.display_name["en"] in unseen) == (lonely.pk in run.figures["unseen_first"])
    empty = organiser.get(page(edition, "without/")).content.decode()
    assert (lonely.display_name["en"] in empty) == (lonely.pk in run.figures["without_first"])


def test_hosts_on_too_few_lists_are_named_with_how_many_are_missing(fair, organiser):
    edition, hosts, guests = fair
    run = run_match(edition)
    nobody = html.unescape(organiser.get(page(edition, "without/?which=short")).content.decode())
    assert "Every host is on enough guests' lists." in nobody
    for guest in guests:
        wishes.wish(guest, hosts[0], "veto")
    run = run_match(edition)
    told = [run.figures[name] for name in ("short", "missing", "fewest_missing", "short_first")]
    assert told == [1, 1, 1, [[hosts[0].pk, 1]]]
    shown = organiser.get(page(edition, "without/?which=short")).content.decode()
    assert hosts[0].display_name["en"] in shown
    assert hosts[1].display_name["en"] not in shown
    assert "No lists of this length leave fewer missing" in shown
    run.figures["fewest_missing"] = 0
    run.save(update_fields=["figures"])
    shown = organiser.get(page(edition, "without/?which=short")).content.decode()
    assert "would leave 0 missing" in shown
    run.figures["fewest_missing"] = None
    run.save(update_fields=["figures"])
    shown = organiser.get(page(edition, "without/?which=short")).content.decode()
    assert "was not found out" in shown
    del run.figures["short"], run.figures["short_first"]
    run.save(update_fields=["figures"])
    shown = organiser.get(page(edition, "without/?which=short")).content.decode()
    assert "before this was counted" in shown


@pytest.mark.parametrize("which", ["without", "unseen", "short"])
def test_nobody_is_said_only_where_the_run_counted_nobody(fair, organiser, which):
    edition, hosts, _guests = fair
    run = run_match(edition)
    counts = {"without": [0, 1], "unseen_exhibitors": 1, "short": 1, "missing": 1}
    first = {"without_first": [-1], "unseen_first": [-1], "short_first": [[-1, 1]]}
    run.figures |= counts | first
    run.save(update_fields=["figures"])
    shown = organiser.get(page(edition, f"without/?which={which}")).content.decode()
    assert "have left the fair since" in shown
    assert ">Nobody<" not in shown
    type(hosts[0]).objects.filter(pk=hosts[0].pk).update(country="")
    key = hosts[0].pk
    run.figures |= {"without_first": [key], "unseen_first": [key], "short_first": [[key, 1]]}
    run.save(update_fields=["figures"])
    shown = organiser.get(page(edition, f"without/?which={which}")).content.decode()
    assert hosts[0].display_name["en"] in shown
    assert " · <bdi" not in shown
    del run.figures[f"{which}_first"]
    run.save(update_fields=["figures"])
    shown = organiser.get(page(edition, f"without/?which={which}")).content.decode()
    assert "before this was counted" in shown


def test_those_who_miss_most_come_first_below_the_floor():
    assert below_floor({"a": 1, "b": 3, "c": 1}, 4, {"a": 9, "b": 7, "c": 2}) == {
        "short": 3,
        "missing": 5,
        "fewest_missing": 4,
        "short_first": [[7, 3], [2, 1], [9, 1]],
    }


def test_runs_that_learnt_from_different_answers_are_not_to_be_compared(fair, organiser):
    edition, _hosts, _guests = fair
    run_match(edition)
    run = run_match(edition)
    note = "The two runs learnt from different answers"
    assert note not in organiser.get(page(edition)).content.decode()
    for side in run.figures["calibration"]:
        side["decisions"] = 400
    run.save(update_fields=["figures"])
    assert note in organiser.get(page(edition)).content.decode()


def test_coverage_counts_as_a_slow_model_does():
    counted = Coverage()
    for owner, names in ((1, [10, 11]), (2, [10]), (3, [])):
        counted.add(owner, names, of_guest=True)
    for owner, names in ((10, [1]), (11, []), (12, [])):
        counted.add(owner, names, of_guest=False)
    assert counted.figures() == {
        "without": [1, 2],
        "without_first": [3, 11, 12],
        "entries": [3, 1],
        "unseen_first": [12],
        "exposure": [[0, 1], [5, 2]],
    }


@pytest.mark.parametrize("rest", ["", "live/", "without/"])
def test_nobody_but_the_organiser_gets_in(fair, signed_in, rest):
    edition, _hosts, guests = fair
    assert Client().get(page(edition, rest)).status_code == 302
    buyer = signed_in(factories.make_user())
    assert buyer.get(page(edition, rest)).status_code == 403
    elsewhere = signed_in(factories.make_organiser(factories.make_edition()))
    assert elsewhere.get(page(edition, rest)).status_code == 403
    assert buyer.post(page(edition, "stop/")).status_code == 403


def test_page_asks_the_database_as_often_for_many_as_for_few(
    fair, organiser, django_assert_max_num_queries
):
    edition = fair[0]
    run_match(edition)
    with django_assert_max_num_queries(9):
        organiser.get(page(edition))
    for _ in range(4):
        factories.make_participation(edition, "exhibitor", offers=["ai"])
    run_match(edition)
    with django_assert_max_num_queries(9):
        organiser.get(page(edition))
