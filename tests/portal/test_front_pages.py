"""Home, front page, progress and the data page: for anybody, and never more than is known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from emporion.core.models import Progress
from emporion.edition.models import Fact, Pavilion
from emporion.portal.interfaces.figures import in_words
from emporion.registry.models import Body
from tests.factories import (
    make_edition,
    make_organiser,
    make_participation,
    make_pavilions,
    make_user,
)
from tests.portal.fairs import address, list_exhibitor, page, statements

PAGES = ("portal:front", "portal:about_data", "portal:search", "portal:two_people")


def make_fact(edition: Any, key: str, value: str, **given: Any) -> Fact:
    return Fact.objects.create(
        edition=edition,
        key=key,
        value=value,
        label={"en": f"label of {key}"},
        source="example.org",
        source_date=dt.date(2023, 11, 16),
        **given,
    )


@pytest.mark.parametrize("name", PAGES)
def test_public_pages_are_for_anybody(edition, signed_in, name):
    where = address(name, edition)
    assert Client().get(where).status_code == 200
    assert signed_in(make_user()).get(where).status_code == 200
    member = make_user()
    make_participation(edition, "buyer", user=member)
    assert signed_in(member).get(where).status_code == 200


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "search/",
        "about-the-data/",
        "two-people/",
        "exhibitors/abc/",
        "who-to-meet/",
        "day/",
        "day.ics",
    ],
)
def test_unknown_edition_is_not_found(db, rest):
    assert Client().get(f"/en/nowhere/{rest}").status_code == 404


def test_home_leads_to_the_only_edition_and_lists_several(db):
    assert "Nothing is here yet" in Client().get("/en/").content.decode()
    one = make_edition()
    assert Client().get("/en/")["Location"] == f"/en/{one.slug}/"
    other = make_edition(starts=dt.date(2025, 1, 1), ends=dt.date(2025, 1, 2))
    found = page(Client().get("/en/")).select("main li a")
    assert [a["href"] for a in found] == [f"/en/{other.slug}/", f"/en/{one.slug}/"]


def test_front_shows_at_most_six_figures_each_with_its_source(edition):
    for position, key in enumerate(("area", "enterprises", "buyers", "bodies", "models", "x")):
        make_fact(edition, key, "1,000", position=position)
    figures = page(Client().get(address("portal:front", edition))).select(".figure")
    assert [f.select_one(".figure-label").get_text() for f in figures] == [
        "label of area",
        "label of buyers",
        "label of bodies",
        "label of models",
        "exhibitors with a profile here",
        "meetings set",
    ]
    source = figures[0].get_text().replace("\xa0", " ")
    assert "example.org, 16 November 2023" in source
    assert figures[0].select_one(".rule-quoted") and figures[4].select_one(".rule-recomputed")


def test_front_marks_counts_of_a_demonstration(db):
    edition = make_edition(is_demonstration=True)
    found = page(Client().get(address("portal:front", edition)))
    assert found.select(".rule-recomputed") == found.select(".proof-key .rule-recomputed")
    assert found.select_one(".band") is not None


def test_front_counts_only_exhibitors_in_pavilions(edition):
    halls = make_pavilions(edition)
    for _ in range(2):
        make_participation(edition, pavilion=halls["A"])
    make_participation(edition, "buyer", pavilion=halls["A"])
    counts = page(Client().get(address("portal:front", edition))).select(".pavilion-count")
    assert [count.get_text() for count in counts] == ["2 exhibitors", "0 exhibitors"]


def test_front_takes_the_same_statements_for_3_and_30_pavilion_members(edition):
    halls = make_pavilions(edition)
    where = address("portal:front", edition)
    body = Body.objects.create(
        kind="guest_country", name={"en": "Finland"}, country="FI", expo=edition.expo
    )
    delegation = edition.delegations.create(body=body)
    counts = []
    for more in (3, 27):
        for number in range(more):
            make_participation(edition, pavilion=halls["A"], delegation=delegation, country="FI")
            make_fact(edition, f"f{more}-{number}", "1", position=number)
        counts.append(statements(Client(), where))
    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("100,000", "100,000"),
        ("15000", "15,000"),
        ("800+", "800+"),
        ("about 3", "about 3"),
        ("1,00", "1,00"),
        ("", ""),
        ("2.5", "2.5"),
    ],
)
def test_published_values_keep_their_meaning(value, shown):
    assert in_words(value) == shown


def test_published_values_take_the_digits_of_the_reader(edition):
    make_fact(edition, "area", "15,000+", unit="m²")
    text = Client().get(f"/ar/{edition.slug}/about-the-data/").content.decode()
    assert "١٥٬٠٠٠+" in text and "15,000" not in text


def test_dates_of_sources_are_written_as_the_reader_writes_them(edition):
    make_fact(edition, "area", "5", source_url="https://example.org/")
    where = address("portal:about_data", edition)
    assert "16 November 2023" in Client().get(where).content.decode()
    assert "2023年11月16日" in Client().get(where.replace("/en/", "/zh-hans/")).content.decode()


def test_hostile_texts_are_escaped(db):
    evil = "<script>alert(1)</script>"
    edition = make_edition(title={"en": evil}, subtitle={"en": evil}, place={"en": evil})
    make_fact(edition, "area", evil, unit="<b>")
    for name in PAGES:
        text = Client().get(address(name, edition)).content.decode()
        assert evil not in text


def test_progress_tells_steps_in_words_and_stops_asking_when_done(db):
    for position, (step, state) in enumerate(
        [("profiles", "done"), ("buyers", "running"), ("own step", "waiting")]
    ):
        Progress.objects.create(
            job="demo",
            step=step,
            position=position,
            state=state,
            done=5 if state == "running" else 0,
            total=20 if position else 0,
        )
    found = page(Client().get("/en/progress/"))
    assert [j.get_text() for j in found.select(".job-name")] == ["Profiles", "Buyers", "own step"]
    assert "5 of 20" in found.get_text()
    assert found.select_one("[role=progressbar]")["aria-valuenow"] == "25"
    assert found.select_one("meta[http-equiv=refresh]") is not None
    Progress.objects.update(state="done")
    done = page(Client().get("/en/progress/"))
    assert done.select_one("meta[http-equiv=refresh]") is None
    assert "less than a second" in done.get_text()


def test_progress_says_why_it_stopped(db):
    Progress.objects.create(
        job="demo", step="schedule", state="stopped", done=3, total=30, message="no <slots>"
    )
    text = Client().get("/en/progress/").content.decode()
    assert "Building has stopped" in text and "no &lt;slots&gt;" in text


def test_two_people_of_an_edition_without_them(edition):
    assert "no such story" in Client().get(address("portal:two_people", edition)).content.decode()


def test_a_guest_country_stands_where_most_of_its_firms_do(edition):
    halls = make_pavilions(edition)
    body = Body.objects.create(
        kind="guest_country", name={"en": "Finland"}, country="FI", expo=edition.expo
    )
    delegation = edition.delegations.create(body=body)
    for letter in "ABB":
        make_participation(edition, pavilion=halls[letter], delegation=delegation)
    for _ in range(5):
        make_participation(edition, "buyer", delegation=delegation)
    guest = page(Client().get(address("portal:front", edition))).select_one(".front-guest")
    assert "3 companies take part" in guest.get_text()
    assert guest.select_one(".sign-letter").get_text() == "B"


def doors(edition: Any, client: Client) -> list[str]:
    html = page(client.get(f"/en/{edition.slug}/"))
    return [a["href"].removeprefix(f"/en/{edition.slug}/") for a in html.select(".doors a")]


@pytest.mark.parametrize("role", ["", "organiser", "buyer", "exhibitor", "stranger"])
def test_every_door_of_the_front_page_opens(edition, signed_in, role):
    user = make_organiser(edition) if role == "organiser" else make_user()
    if role in ("buyer", "exhibitor"):
        make_participation(edition, role, user=user)
    client = signed_in(user) if role else Client()
    shown = doors(edition, client)
    assert (
        shown
        == {
            "": ["who-to-meet/", "requests/", "day/"],
            "organiser": ["organise/releases/", "organise/walking/"],
            "buyer": ["who-to-meet/", "requests/", "day/"],
            "exhibitor": ["requests/", "who-to-meet/", "day/"],
            "stranger": ["search/"],
        }[role]
    )
    status = 200 if role else 302
    for door in shown:
        assert client.get(f"/en/{edition.slug}/{door}").status_code == status, door


def test_whoever_runs_the_only_edition_lands_on_its_overview(edition, signed_in):
    assert (
        signed_in(make_organiser(edition)).get("/en/")["Location"].endswith("/organise/overview/")
    )
    assert signed_in(make_user()).get("/en/")["Location"] == f"/en/{edition.slug}/"


def test_pages_are_silent_about_a_walk_that_nobody_has_told(edition):
    pavilion = make_pavilions(edition, "A")["A"]
    made = list_exhibitor(edition, "Far Away Ltd", pavilion=pavilion, stand="A 1")
    places = [
        address("portal:front", edition),
        address("portal:search", edition) + "?q=far",
        address("portal:exhibitor", edition, made.public_id),
    ]
    for minutes, said in ((0, [False] * 3), (4, [True] * 3)):
        Pavilion.objects.filter(pk=pavilion.pk).update(gate_minutes=minutes)
        texts = [page(Client().get(where)).get_text() for where in places]
        assert [f"{minutes} min" in " ".join(text.split()) for text in texts] == said
        assert ["Gate 1" in text for text in texts] == said


def test_two_people_are_shown_in_a_demonstration_only(edition):
    told = [made_demonstration(edition, whether) for whether in (True, False)]
    assert told == [True, False]


def made_demonstration(edition: Any, whether: bool) -> bool:
    type(edition).objects.filter(pk=edition.pk).update(is_demonstration=whether)
    shown = page(Client().get(address("portal:front", edition)))
    return bool(shown.select(f'header a[href="{address("portal:two_people", edition)}"]'))
