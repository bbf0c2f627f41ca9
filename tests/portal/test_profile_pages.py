"""The first minute, the profile and the hours as pages, with hostile text in every field."""

from __future__ import annotations

import pytest
from django.test import Client

from emporion.edition.domain import profile as domain
from emporion.edition.models import Need, Offer
from tests.factories import make_organiser, make_participation, make_slots, make_user
from tests.portal.fairs import address, list_exhibitor, page, statements, user_of

EVIL = '<script>alert("x")</script>\'"&{{ 7|add:7 }}'


@pytest.fixture
def buyer(edition):
    return make_participation(edition, "buyer", user=make_user())


@pytest.fixture
def client(buyer, signed_in):
    return signed_in(user_of(buyer))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("portal:start", ()),
        ("portal:profile", ()),
        ("portal:profile_about", ()),
        ("portal:profile_hours", ()),
        ("portal:add_interest", ("needs",)),
    ],
)
def test_pages_are_for_those_who_take_part(edition, signed_in, client, name, words):
    where = address(name, edition, *words)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 403
    assert client.get(where).status_code == 200


def test_words_survive_the_sign_in(edition):
    where = address("portal:start", edition)
    there = Client().get(where, {"text": "VR & AI"})["Location"]
    assert there == f"/en/signin/?next={where}%3Ftext%3DVR%2B%2526%2BAI"


def test_first_minute_ends_with_who_to_meet(edition, buyer, client):
    host = list_exhibitor(edition, "Lingjing", offers=["vr"])
    where = address("portal:start", edition)
    shown = page(client.get(where, {"text": "VR glasses for schools"}))
    ticked = [box["value"] for box in shown.select("input[name=code][checked]")]
    assert ticked == ["vr"]
    assert Need.objects.count() == 0
    done = client.post(
        where, {"text": "VR glasses for schools", "side": "needs", "code": ticked}, follow=True
    )
    assert done.redirect_chain[0][0] == address("portal:who", edition)
    assert [row["id"] for row in page(done).select(".who-row")] == [host.public_id]
    need = Need.objects.get()
    assert (need.participation, need.code, need.text.data) == (
        buyer, "vr", {"en": "VR glasses for schools"})  # fmt: skip


def test_a_script_tells_the_language_of_the_words(edition, client):
    where = address("portal:start", edition)
    for text in ("我们需要虚拟现实", "نبحث عن برامج"):
        client.post(where, {"text": text, "side": "needs"})
    assert [need.text.data for need in Need.objects.order_by("pk")] == [
        {"zh-hans": "我们需要虚拟现实"}, {"ar": "نبحث عن برامج"}]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"text": ""}, "Choose a code"),
        ({"text": "x" * 5000}, "5000 characters"),
        ({"text": "a\u202eb"}, "reading direction"),
        ({"text": "a\x00b"}, "control character"),
        ({"text": "VR", "code": ["no.such"]}, "no code"),
        ({"text": "VR", "code": [EVIL]}, "no code"),
    ],
)
def test_what_cannot_be_read_says_why(edition, client, data, why):
    done = client.post(address("portal:start", edition), data)
    assert done.status_code == 422
    assert why in page(done).select_one(".form-errors").get_text()
    assert "<script>" not in done.content.decode()
    assert Need.objects.count() == 0


def test_hostile_words_are_shown_as_words(edition, buyer, client):
    buyer.display_name = {"en": EVIL}
    buyer.about = {"en": EVIL}
    buyer.save()
    client.post(address("portal:start", edition), {"text": EVIL, "side": "needs"})
    long = "w" * 1000
    client.post(address("portal:start", edition), {"text": long, "side": "offers"})
    assert (Need.objects.count(), Offer.objects.count()) == (1, 1)
    for name in ("profile", "start", "who", "profile_about"):
        html = client.get(address(f"portal:{name}", edition), {"text": EVIL}).content.decode()
        assert "<script>alert" not in html
        assert "{{ 7|add:7 }}" in html or name == "who"
    (key, _row), = domain.interests_of(buyer, "needs")  # fmt: skip
    form = client.get(address("portal:interest", edition, "needs", key))
    assert page(form).select_one("textarea[name=text_en]").get_text().strip() == EVIL


def test_adding_changing_and_removing_a_need(edition, buyer, client):
    where = address("portal:add_interest", edition, "needs")
    wrong = client.post(where, {"code": "no.such"})
    assert (wrong.status_code, Need.objects.count()) == (422, 0)
    assert page(wrong).select_one(".form-errors a")["href"] == "#id_code"
    assert client.post(where, {}).status_code == 422
    client.post(where, {"code": "vr", "text_ar": "نظارات", "markets": ["africa"],
                        "country": "FI", "deal_type": "sourcing"})  # fmt: skip
    need = Need.objects.get()
    assert (need.code, need.text.data, need.markets, need.deal_type) == (
        "vr", {"ar": "نظارات"}, ["africa", "FI"], "sourcing")  # fmt: skip
    (key, _row), = domain.interests_of(buyer, "needs")  # fmt: skip
    here = address("portal:interest", edition, "needs", key)
    client.post(here, {"code": "ai", "markets": ["FI"]})
    assert [(n.code, n.markets) for n in Need.objects.all()] == [("ai", ["FI"])]
    stale = client.post(here, {"code": "software"}, follow=True)
    assert "in the meantime" in stale.content.decode()
    (key, _row), = domain.interests_of(buyer, "needs")  # fmt: skip
    remove = address("portal:remove_interest", edition, "needs", key)
    assert client.get(remove).status_code == 405
    client.post(remove)
    assert Need.objects.count() == 0
    assert client.get(address("portal:add_interest", edition, "wants")).status_code == 404


def test_about_keeps_what_is_right_and_says_what_is_not(edition, buyer, client):
    where = address("portal:profile_about", edition)
    wrong = client.post(where, {"max_meetings": "many"})
    assert wrong.status_code == 422
    client.post(where, {"about_en": "We heal", "languages": ["en", "fi"], "markets": ["nordic"],
                        "max_meetings": "9"})  # fmt: skip
    buyer.refresh_from_db()
    assert (buyer.about.data, buyer.languages, buyer.markets, buyer.max_meetings) == (
        {"en": "We heal"}, ["en", "fi"], ["nordic"], 9)  # fmt: skip
    lacks = page(client.get(address("portal:profile", edition))).select(".profile-lacks li")
    assert [line.get_text(strip=True) for line in lacks] == ["what you need"]


def hours_form(client, where):
    """What a browser would send of the hours as they are shown."""
    form = page(client.get(where)).select_one("form:has(.hours-days)")
    return {
        "shown": form.select_one("input[name=shown]")["value"],
        "open": [box["value"] for box in form.select("input[name=open][checked]")],
    }


def open_hours(client, where):
    return hours_form(client, where)["open"]


def test_hours_that_others_changed_meanwhile_stay_as_they_made_them(edition, buyer, client):
    make_slots(edition, 2)
    where = address("portal:profile_hours", edition)
    client.post(where, {**hours_form(client, where), "open": ["1", "2", "3"]})
    mine, other = hours_form(client, where), hours_form(client, where)
    # The other closes 1 and opens 4; I close 2 in a page that shows neither.
    client.post(where, {**other, "open": ["2", "3", "4"]})
    client.post(where, {**mine, "open": ["1", "3"]})
    assert open_hours(client, where) == ["3", "4"]
    before = buyer.delegates.get().blocked
    client.post(where, mine)
    client.post(where, {})
    assert buyer.delegates.get().blocked == before


def test_hours_close_and_open(edition, buyer, client):
    slots = make_slots(edition, 2)
    where = address("portal:profile_hours", edition)
    assert len(page(client.get(where)).select("input[name=open][checked]")) == 4
    shown = hours_form(client, where)["shown"]
    client.post(where, {"shown": shown, "open": [str(slots[0].number), "99", "x"]})
    found = page(client.get(where)).select("input[name=open][checked]")
    assert [box["value"] for box in found] == ["1"]
    assert buyer.delegates.get().blocked == [
        ["2023-11-23", "09:40", "10:10"],
        ["2023-11-24", "09:00", "09:30"],
        ["2023-11-24", "09:40", "10:10"],
    ]


def test_number_of_statements_is_fixed(edition, buyer, client):
    make_slots(edition, 2)
    where = address("portal:profile", edition)
    counts = []
    for start in (0, 5):
        for n in range(start, start + 5):
            Need.objects.create(participation=buyer, code="vr", text={"en": f"thing {n}"})
            Offer.objects.create(participation=buyer, code="ai", text={"en": f"thing {n}"})
        counts.append(statements(client, where))
    assert counts == [13, 13]
