"""Setting up an edition: the steps and their state, and each small page with its refusals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from emporion.core.translated import best
from emporion.edition.models import Edition, Pavilion
from emporion.meetings.models import Slot
from tests.factories import (
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
)
from tests.portal.fairs import address, page, statements

BASICS = {
    "title_en": "Fair",
    "title_zh-hans": "博览会",
    "place_en": "Hangzhou",
    "starts": "2023-11-23",
    "ends": "2023-11-24",
    "zone": "Asia/Shanghai",
    "languages": ["en", "zh-hans"],
}
SLOTS = {
    "starts": "09:00",
    "ends": "17:20",
    "break_starts": "12:10",
    "break_ends": "13:30",
    "minutes": "30",
    "gap": "10",
}


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


def post(client: Client, edition: Any, name: str, told: dict[str, Any], *words: str) -> Any:
    return client.post(address(f"portal:{name}", edition, *words), told, follow=True)


def errors(response: Any) -> str:
    found = page(response).select_one(".form-errors")
    return found.get_text(" ", strip=True) if found else ""


def marks(client: Client, edition: Any) -> dict[str, str]:
    shown = page(client.get(address("portal:setup", edition)))
    return {
        row["id"].removeprefix("step-"): row.select_one(".mark").get_text(strip=True)
        for row in shown.select(".desk-steps > li")
    }


def test_steps_are_done_one_after_the_other(edition: Any, organiser: Client) -> None:
    steps = ["basics", "pavilions", "walking", "slots", "lists", "match", "schedule", "publish"]
    assert marks(organiser, edition) == {
        **dict.fromkeys(steps, "open"),
        "basics": "done",
        "pavilions": "next",
    }
    a = make_pavilions(edition, "A")["A"]
    assert marks(organiser, edition)["slots"] == "next"
    slot = make_slots(edition, 1)[0]
    seller = make_participation(edition, pavilion=a)
    assert marks(organiser, edition)["lists"] == "next"
    asked = make_request(make_participation(edition, "buyer"), seller, "accepted")
    make_release(edition, [(asked, slot)])
    now = marks(organiser, edition)
    assert (now["lists"], now["match"], now["schedule"], now["publish"]) == (
        "done",
        "next",
        "done",
        "open",
    )
    make_release(edition, [], state="published")
    assert marks(organiser, edition)["publish"] == "done"


def test_main_button_leads_to_the_next_step(edition: Any, organiser: Client) -> None:
    shown = page(organiser.get(address("portal:setup", edition)))
    (main,) = shown.select("main .button-main")
    assert main["href"] == address("portal:setup_pavilions", edition)


def test_basics_are_kept(edition: Any, organiser: Client) -> None:
    where = address("portal:setup_basics", edition)
    form = page(organiser.get(where))
    assert form.select_one("[name=title_en]")["value"] == best(edition.title, "en")[1]
    post(organiser, edition, "setup_basics", BASICS)
    edition.refresh_from_db()
    assert edition.title.data == {"en": "Fair", "zh-hans": "博览会"}
    assert (edition.languages, edition.place.data) == (["en", "zh-hans"], {"en": "Hangzhou"})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title_en": "", "title_zh-hans": ""}, "needs a name in at least one language"),
        ({"title_en": "a\u202eb"}, "Name (English)"),
        ({"title_en": "x" * 201}, "Name (English)"),
        ({"ends": "2023-11-22"}, "The last day lies before the first day."),
        ({"ends": "2024-11-22"}, "At most 60 days are possible."),
        ({"starts": "soon"}, "First day"),
        ({"zone": "Mars/Base"}, "Time zone"),
        ({"languages": []}, "Languages of the pages"),
        ({"starts": "2023-11-24"}, "There is a slot on 2023-11-23"),
    ],
)
def test_basics_that_cannot_be_are_named_and_nothing_is_kept(
    edition: Any, organiser: Client, wrong: dict[str, Any], says: str
) -> None:
    make_slots(edition, 1)
    before = Edition.objects.values().get()
    told = {**BASICS, **wrong}
    assert says in errors(post(organiser, edition, "setup_basics", told))
    assert Edition.objects.values().get() == before


def test_dates_of_a_public_schedule_stay(edition: Any, organiser: Client) -> None:
    make_release(edition, [], state="published")
    told = {**BASICS, "ends": "2023-11-25"}
    assert "A schedule is public" in errors(post(organiser, edition, "setup_basics", told))
    assert errors(post(organiser, edition, "setup_basics", BASICS)) == ""


def test_pavilions_are_entered_changed_and_removed(edition: Any, organiser: Client) -> None:
    told = {"letter": "B", "name_en": "Silk Road", "gate_minutes": "4", "act": "add"}
    post(organiser, edition, "setup_pavilions", told)
    assert Pavilion.objects.get().name.data == {"en": "Silk Road"}
    again = post(organiser, edition, "setup_pavilions", told)
    assert "Letter" in errors(again) and Pavilion.objects.count() == 1
    nameless = {"letter": "C", "gate_minutes": "900", "act": "add"}
    assert "Minutes on foot" in errors(post(organiser, edition, "setup_pavilions", nameless))
    new = {"letter": "B", "name_en": "New", "name_ar": "جديد", "gate_minutes": "5"}
    post(organiser, edition, "setup_pavilion", new, "B")
    made = Pavilion.objects.get()
    assert (made.name.data, made.gate_minutes) == ({"en": "New", "ar": "جديد"}, 5)
    stands = make_participation(edition, pavilion=made)
    kept = post(organiser, edition, "setup_pavilions", {"act": "remove", "letter": "B"})
    assert "Somebody stands in this pavilion" in kept.content.decode()
    stands.delete()
    post(organiser, edition, "setup_pavilions", {"act": "remove", "letter": "B"})
    assert Pavilion.objects.count() == 0
    assert organiser.get(address("portal:setup_pavilion", edition, "Z")).status_code == 404


def test_slots_are_set_for_every_day_and_read_back(edition: Any, organiser: Client) -> None:
    post(organiser, edition, "setup_slots", SLOTS)
    rows = Slot.objects.order_by("number").values_list("date", "starts", "minutes")
    assert len(rows) == 2 * 11
    assert rows[4] == (dt.date(2023, 11, 23), dt.time(11, 40), 30)
    assert rows[5] == (dt.date(2023, 11, 23), dt.time(13, 30), 30)
    post(organiser, edition, "setup_slots", {**SLOTS, "minutes": "45", "gap": "15"})
    form = page(organiser.get(address("portal:setup_slots", edition)))
    shown = {name: form.select_one(f"[name={name}]").get("value") for name in SLOTS}
    assert (shown["starts"], shown["minutes"], shown["gap"]) == ("09:00", "45", "15")
    assert (shown["break_starts"], shown["break_ends"]) == ("11:45", "13:30")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"break_ends": ""}, "A break has a beginning and an end, or neither."),
        ({"break_starts": "08:00"}, "The break must lie between"),
        ({"ends": "09:10", "break_starts": "", "break_ends": ""}, "No meeting fits"),
        ({"minutes": "2"}, "Minutes of a meeting"),
        ({"starts": "9 o'clock"}, "First meeting at"),
    ],
)
def test_slots_that_cannot_be_are_named(
    edition: Any, organiser: Client, wrong: dict[str, str], says: str
) -> None:
    assert says in errors(post(organiser, edition, "setup_slots", {**SLOTS, **wrong}))
    assert Slot.objects.count() == 0


def test_slots_with_meetings_stay(edition: Any, organiser: Client) -> None:
    asked = make_request(make_participation(edition, "buyer"), make_participation(edition))
    make_release(edition, [(asked, make_slots(edition, 1)[0])])
    assert "cannot change any more" in errors(post(organiser, edition, "setup_slots", SLOTS))


def test_new_edition_of_the_same_expo_is_made_once(edition: Any, organiser: Client) -> None:
    told = {**BASICS, "slug": "fair-next"}
    post(organiser, edition, "new_edition", told)
    made = Edition.objects.get(slug="fair-next")
    assert made.expo == edition.expo
    assert marks(organiser, made)["pavilions"] == "next"
    assert "There is an edition" in errors(post(organiser, edition, "new_edition", told))
    bad = {**told, "slug": "No Good"}
    assert "cannot be the name" in errors(post(organiser, edition, "new_edition", bad))
    assert Edition.objects.count() == 2


def test_steps_take_as_many_statements_for_many_rows(edition: Any, organiser: Client) -> None:
    where = address("portal:setup", edition)
    make_pavilions(edition, "AB")
    few = statements(organiser, where)
    make_pavilions(edition, "CDEF")
    make_slots(edition, 8)
    for _ in range(10):
        make_participation(edition)
    assert statements(organiser, where) == few <= 15
