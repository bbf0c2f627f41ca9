"""The organiser's pages: who may open them, what they say, and how many statements they take."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from emporion.core.tenancy import scope
from emporion.edition.queries import walking_minutes
from emporion.meetings.models import MeetingRequest, Release
from emporion.meetings.queries.releases import refusal_rows
from emporion.meetings.queries.requests import request_states
from tests.factories import (
    make_edition,
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
    make_user,
)

FIGURES = {
    "load": [
        {"date": "2023-11-23", "hours": [9, 10], "rows": [["A", [96, None]], ["B", [0, 40]]]},
        {"date": "2023-11-24", "hours": [9], "rows": [["A", [50]], ["B", [50]]]},
    ],
    "histogram": [[1, 3], [2, 1]],
    "guests": 4,
    "unserved": 2,
    "refusals": {"outweighed": 5, "walking": 2},
    "all_breaks": 3,
    "waits": {"longest": 85, "median": 20},
    "walking": True,
    "status": "feasible",
    "bound_method": "prices",
}


def address(name: str, edition: Any, *words: Any) -> str:
    # A page in another language may have been the last one that this thread made.
    with override("en"):
        return reverse(f"meetings:{name}", args=[edition.slug, *words])


def soup(response: Any) -> BeautifulSoup:
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


def grown(edition: Any, pairs: int) -> tuple[Release, Release]:
    """Two releases, the second a draft in which all meetings move and some come and go."""
    slots = (
        make_slots(edition, a_day=4) if not edition.slots.exists() else list(edition.slots.all())
    )
    pavilion = edition.pavilions.first() or make_pavilions(edition, "A")["A"]
    requests = []
    for number in range(pairs):
        host = make_participation(edition, stand=f"{number:03}", pavilion=pavilion)
        requests.append(make_request(make_participation(edition, "buyer"), host))
    half = pairs // 2
    Release.objects.filter(state="published").update(state="superseded")
    first = make_release(
        edition,
        [(r, slots[0]) for r in requests[: half + 1]],
        [(r, "quota") for r in requests[half + 1 :]],
        state="published",
        value=99_740,
        bound=100_000,
        figures=FIGURES,
    )
    second = make_release(
        edition,
        [(r, slots[5]) for r in requests[1:]],
        [(requests[0], "walking")],
        value=99_810,
        bound=100_000,
        greedy=97_000,
        figures=FIGURES,
        digest="7f3a" * 16,
        seed=20231124,
        steps=1234,
    )
    return first, second


@pytest.mark.parametrize("name", ["releases", "release", "diff", "refusals", "unserved", "walking"])
def test_pages_are_for_organisers(edition, signed_in, name):
    grown(edition, 2)
    words = [2] if name in {"release", "diff", "refusals", "unserved"} else []
    where = address(name, edition, *words)
    anonymous = Client().get(where)
    assert (anonymous.status_code, anonymous["Location"].split("?")[0]) == (302, "/en/signin/")
    user = make_user()
    make_participation(edition, user=user)
    assert signed_in(user).get(where).status_code == 403
    stranger = make_organiser(make_edition())
    assert signed_in(stranger).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 200


def test_publish_is_for_organisers_and_by_post(edition, signed_in, organiser):
    make_release(edition)
    where = address("publish", edition, 1)
    assert Client().post(where).status_code == 302
    assert signed_in(make_user()).post(where).status_code == 403
    assert organiser.get(where).status_code == 405
    assert Release.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("value", "bound", "words"),
    [
        (13_500, 13_500, "13.5 of at most 13.5 points"),
        (9_998_999, 9_999_999, "9,998.999 of at most 9,999.999 points"),
        (9_999_999, 10_000_000, "9,999 of at most 10,000 points"),
        (0, 1_000, "0 of at most 1 points"),
    ],
)
def test_small_totals_show_their_fractions(edition, organiser, value, bound, words):
    make_release(edition, value=value, bound=bound, figures=FIGURES)
    page = soup(organiser.get(address("release", edition, 1)))
    assert words in " ".join(page.get_text(" ").split())


def test_the_method_of_the_bound_is_said_in_words(edition, organiser):
    method = "Lagrangian prices from the slot-free flow"
    make_release(edition, figures={**FIGURES, "bound_method": method}, seed=7, steps=1234567)
    text = soup(organiser.get(address("release", edition, 1))).select_one(".facts").get_text(" ")
    assert "prices on each participant's time" in text and "Lagrangian" not in text
    assert "--seed 7 --work-limit 1234567" in text
    assert "--proof-stages" not in text


def test_a_run_whose_proof_was_cut_is_computed_again_with_its_stages(edition, organiser):
    make_release(edition, figures={**FIGURES, "proof_stages": 1}, seed=7, steps=800)
    page = soup(organiser.get(address("release", edition, 1)))
    assert "--work-limit 800 --proof-stages 1" in page.select_one(".facts").get_text(" ")
    assert page.select(".commands code")[2].get_text() == (
        "emporion schedule instance.json -o again.json --seed 7 --work-limit 800 --proof-stages 1"
    )


@pytest.mark.parametrize("name", ["release", "diff", "refusals", "unserved"])
def test_a_release_of_another_edition_is_not_found(edition, organiser, name):
    make_release(make_edition(edition.expo))
    make_release(edition, state="writing")
    for number in (1, 2, 99):
        assert organiser.get(address(name, edition, number)).status_code == 404


def test_release_page_says_what_it_is_worth_and_what_it_changes(edition, organiser):
    grown(edition, 4)
    page = soup(organiser.get(address("release", edition, 2)))
    text = " ".join(page.get_text(" ").split())
    assert page.select_one(".figure-big .figure-value").get_text(strip=True).startswith("99.81")
    assert "99.81 of at most 100 points" in text
    bars = page.select_one("[aria-labelledby=change]").get_text(" ", strip=True)
    assert "rearranged to make room" in bars
    assert [
        row.get_text(" ", strip=True)
        for row in page.select(
            "#change ~ * .figure-value, section[aria-labelledby=change] .figure-value"
        )
    ] == ["0", "2", "1", "1"]
    values = [
        v.get_text(strip=True) for v in page.select("section[aria-labelledby=refused] .bars-value")
    ]
    assert values == ["1"]
    assert [c.get_text(" ", strip=True) for c in page.select("section[aria-labelledby=load] th")][
        :3
    ] == ["Thu 23 Nov", "9 h", "10 h"]
    commands = [c.get_text() for c in page.select(".commands code")]
    assert commands == [
        f"emporion schedule-export --edition {edition.slug} --release 2 "
        "--instance instance.json --solution solution.json",
        "emporion schedule --check instance.json solution.json",
        "emporion schedule instance.json -o again.json --seed 20231124 --work-limit 1234",
    ]
    assert "7f3a" * 16 in text
    form = page.select_one(f'form[action="{address("publish", edition, 2)}"]')
    assert form.select_one("[name=seen]")["value"] == "1"


def test_release_page_shows_the_day_that_is_asked_for(edition, organiser):
    grown(edition, 2)
    page = soup(organiser.get(address("release", edition, 2) + "?day=2023-11-24"))
    assert page.select_one("section[aria-labelledby=load] thead th").get_text() == "Fri 24 Nov"
    page = soup(organiser.get(address("release", edition, 2) + "?day=never"))
    assert page.select_one("section[aria-labelledby=load] thead th").get_text() == "Thu 23 Nov"


def test_publishing_from_the_page_takes_what_was_seen(edition, organiser):
    grown(edition, 2)
    gone = organiser.post(address("publish", edition, 2), {"seen": ""}, follow=True)
    assert "Release 1 was published in the meantime" in gone.content.decode()
    assert Release.objects.get(number=2).state == "draft"
    done = organiser.post(address("publish", edition, 2), {"seen": "1"}, follow=True)
    assert "Release 2 is public." in done.content.decode()
    assert [r.state for r in Release.objects.all()] == ["superseded", "published"]
    page = soup(organiser.get(address("release", edition, 2)))
    assert page.select_one(f'form[action="{address("publish", edition, 2)}"]') is None


def test_releases_list_names_each_state(edition, organiser):
    grown(edition, 2)
    make_release(edition, state="writing")
    rows = soup(organiser.get(address("releases", edition))).select("tbody tr")
    assert [
        [row.th.get_text(strip=True), row.select_one(".mark").get_text(strip=True)] for row in rows
    ] == [["Release 2", "waits for your decision"], ["Release 1", "public"]]


def test_pages_without_any_release_or_pavilion_say_so(edition, organiser):
    assert "No release yet" in organiser.get(address("releases", edition)).content.decode()
    assert "Nothing to walk between" in organiser.get(address("walking", edition)).content.decode()
    make_release(edition)
    assert organiser.get(address("release", edition, 1)).status_code == 200
    assert organiser.get(address("diff", edition, 1)).status_code == 404


def test_changes_page_narrows_to_one_kind(edition, organiser):
    grown(edition, 6)
    rows = soup(organiser.get(address("diff", edition, 2) + "?kind=removed")).select("tbody tr")
    assert [row.select_one(".mark").get_text(strip=True) for row in rows] == ["removed"]
    rows = soup(organiser.get(address("diff", edition, 2) + "?kind=nonsense&page=-3")).select(
        "tbody tr"
    )
    assert len(rows) == 6


def test_refusals_as_csv_are_whole_and_harmless(edition, organiser):
    guest = make_participation(edition, "buyer", name="=cmd|' /C calc'!A0")
    request = make_request(guest, make_participation(edition, name="Nordic Sleep"), weight=2500)
    make_release(edition, [], [(request, "walking")], figures=FIGURES)
    response = organiser.get(address("refusals", edition, 1) + "?format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(text))) == [
        {
            "request": request.public_id,
            "reason": "walking",
            "state": "open",
            "weight": "2.5",
            "asker": guest.public_id,
            "asker_name": "'=cmd|' /C calc'!A0",
            "counterpart": request.counterpart.public_id,
            "counterpart_name": "Nordic Sleep",
            "release": "1",
            "note": "",
        }
    ]


def test_a_draft_leads_to_no_page_of_requests_that_an_undo_took_away(edition, organiser):
    host = make_participation(edition)
    asked = [make_request(make_participation(edition, "buyer"), host) for _ in range(54)]
    why = [(each, "walking" if n < 3 else "outweighed") for n, each in enumerate(asked)]
    make_release(edition, refused=why, figures={"refusals": {"outweighed": 51, "walking": 3}})
    MeetingRequest.objects.filter(pk__in=[each.pk for each in asked[:4]]).delete()
    where = address("refusals", edition, 1)
    page = soup(organiser.get(where + "?page=2"))
    assert [pick.get_text(" ", strip=True) for pick in page.select(".picks a")] == [
        "All", "A more wanted meeting had the place 50",
    ]  # fmt: skip
    assert (len(page.select("tbody tr")), page.select(".pager")) == (50, [])
    page = soup(organiser.get(address("release", edition, 1)))
    assert [v.get_text(strip=True) for v in page.select("[aria-labelledby=refused] .bars-value")] \
        == ["50"]  # fmt: skip


def test_refusals_are_read_while_the_file_flows(edition):
    hosts = [make_participation(edition) for _ in range(7)]
    guest = make_participation(edition, "buyer")
    requests = [make_request(guest, host) for host in hosts]
    with scope(expo=edition.expo):
        release = make_release(edition, [], [(r, "walking") for r in requests], figures=FIGURES)
        with CaptureQueriesContext(connection) as captured:
            rows = refusal_rows(release, "walking", chunk=3)
        assert len(captured) == 0
    # Outside of the scope, as when a response flows.
    with CaptureQueriesContext(connection) as captured:
        assert next(rows)[0] == requests[0].public_id
        assert len(captured) == 1
        assert [row[0] for row in rows] == [r.public_id for r in requests[1:]]
    assert len(captured) == 3


def test_states_are_read_for_the_rows_shown(edition):
    hosts = [make_participation(edition) for _ in range(3)]
    guest = make_participation(edition, "buyer")
    for host in hosts:
        make_request(guest, host)
    with scope(expo=edition.expo):
        assert list(request_states(guest, [hosts[1].pk])) == [hosts[1].pk]
        assert list(request_states(hosts[0], [guest.pk])) == [guest.pk]
        assert request_states(hosts[0], [hosts[1].pk]) == {}


def test_unserved_are_those_who_asked_and_meet_nobody(edition, organiser):
    hosts = [make_participation(edition) for _ in range(2)]
    lucky, sad = (make_participation(edition, "buyer", name=n) for n in ("Lucky", "Sad"))
    slot = make_slots(edition)[0]
    make_release(
        edition,
        [(make_request(lucky, hosts[0]), slot)],
        [(make_request(lucky, hosts[1]), "outweighed"), (make_request(sad, hosts[0]), "walking")],
        figures={**FIGURES, "unserved": 1, "unserved_first": [sad.pk]},
    )
    page = soup(organiser.get(address("unserved", edition, 1)))
    assert [row.bdi.get_text() for row in page.select(".rows .row")] == ["Sad"]


@pytest.mark.parametrize("name", ["releases", "release", "diff", "refusals", "unserved"])
def test_statements_do_not_grow_with_rows(edition, organiser, name):
    counts = []
    for pairs in (3, 9):
        _, second = grown(edition, pairs)
        words = [] if name == "releases" else [second.number]
        where = address(name, edition, *words)
        organiser.get(where)
        with CaptureQueriesContext(connection) as captured:
            assert organiser.get(where).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 16


def test_walking_form_keeps_a_whole_table(edition, organiser):
    make_pavilions(edition, "ABC", minutes=None)
    where = address("walking", edition)
    data = dict.fromkeys(("B-A", "B-C", "C-A"), "")
    data |= {"A-B": "4", "A-C": "7", "C-B": "5", "both_ways": "on"}
    assert organiser.post(where, data)["Location"] == where
    assert walking_minutes(edition) == {
        ("A", "B"): 4,
        ("B", "A"): 4,
        ("A", "C"): 7,
        ("C", "A"): 7,
        ("B", "C"): 5,
        ("C", "B"): 5,
    }
    page = soup(organiser.get(where))
    assert page.select_one("#id_A-C")["value"] == "7"
    assert "complete" in page.get_text()
    organiser.post(where, dict.fromkeys(data, "") | {"A-B": "4", "B-A": "9", "less": "on"})
    assert walking_minutes(edition) == {("A", "B"): 4, ("B", "A"): 9}
    assert "4 pairs missing" in soup(organiser.get(where)).get_text()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"A-B": "-1"}, "greater than or equal to 0"),
        ({"A-B": "999"}, "less than or equal to 240"),
        ({"A-B": "four"}, "whole number"),
        ({"A-B": "4", "B-A": "5", "both_ways": "on"}, "5 min, but the other direction takes 4"),
    ],
)
def test_walking_form_refuses_and_keeps_what_was(edition, organiser, data, why):
    make_pavilions(edition, "AB", minutes=6)
    response = organiser.post(address("walking", edition), data)
    assert why in response.content.decode()
    assert walking_minutes(edition) == {("A", "B"): 6, ("B", "A"): 6}


@pytest.mark.parametrize("language", ["zh-hans", "ar"])
def test_release_page_opens_in_every_language(edition, organiser, language):
    grown(edition, 3)
    where = address("release", edition, 2).replace("/en/", f"/{language}/")
    page = soup(organiser.get(where))
    assert page.html["lang"] == language
    assert page.html["dir"] == ("rtl" if language == "ar" else "ltr")


def test_dates_before_the_first_release_do_not_matter(edition, organiser):
    release = make_release(edition, state="superseded", published_at=None)
    Release.objects.filter(pk=release.pk).update(computed_at=dt.datetime(2023, 1, 1, tzinfo=dt.UTC))
    make_release(edition, state="published")
    assert organiser.get(address("release", edition, 1)).status_code == 200


def test_a_draft_says_what_changed_since_it_was_computed(edition, organiser):
    slots = make_slots(edition)
    guest = make_participation(edition, "buyer")
    requests = [make_request(guest, make_participation(edition), "accepted") for _ in range(3)]
    make_release(edition, list(zip(requests, slots[:3], strict=True)))
    where = address("release", edition, 1)
    assert soup(organiser.get(where)).select(".since") == []
    later = timezone.now() + dt.timedelta(minutes=1)
    MeetingRequest.objects.filter(pk=requests[0].pk).update(state="withdrawn", answered_at=later)
    make_request(guest, make_participation(edition))
    MeetingRequest.objects.filter(state="open").update(asked_at=later)
    assert soup(organiser.get(where)).select_one(".since").get_text(" ", strip=True) == (
        "changed since 2 requests were asked, answered or withdrawn since it was computed. 1 of "
        "its meetings is declined or withdrawn by now and would be public as cancelled; compute "
        "again to use the place."
    )


def test_a_draft_counts_nobody_whom_an_undo_took_away(edition, organiser):
    gone, there = make_participation(edition, "buyer"), make_participation(edition, "buyer")
    make_release(edition, figures={"unserved": 2, "unserved_first": [gone.pk, there.pk]})
    gone.delete()
    page = soup(organiser.get(address("unserved", edition, 1)))
    assert "1 participant asked and has no meeting" in page.select_one(".lead").get_text()
    assert len(page.select(".rows .row")) == 1


def test_a_release_says_how_many_meetings_it_holds(edition, organiser):
    asked = [make_request(make_participation(edition, "buyer"), make_participation(edition))
             for _ in range(2)]  # fmt: skip
    slots = make_slots(edition, 2)
    make_release(edition, list(zip(asked, slots, strict=False)))
    page = soup(organiser.get(address("release", edition, 1)))
    assert page.select_one(".release-count").get_text(strip=True) == "2 meetings for 2 requests"
    assert "no public release to compare" in page.select_one("[aria-labelledby=change]").get_text()
