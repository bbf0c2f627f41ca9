"""One exhibitor's page: what each reader sees of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from emporion.core.limits import Allowance
from emporion.edition.models import Need, Offer
from emporion.portal import queries
from emporion.portal.interfaces import pages
from tests.factories import (
    make_edition,
    make_organiser,
    make_participation,
    make_pavilions,
    make_request,
    make_user,
)
from tests.portal.fairs import address, page, rank, statements, user_of


@contextmanager
def any_order() -> Iterator[None]:
    """Have SQLite read rows backwards where no order is asked for; PostgreSQL moves changed rows."""

    def ask(word: str) -> None:
        if connection.vendor == "sqlite":
            connection.cursor().execute(f"PRAGMA reverse_unordered_selects = {word}")

    ask("ON")
    try:
        yield
    finally:
        ask("OFF")


def where(edition: Any, participation: Any) -> str:
    return address("portal:exhibitor", edition, participation.public_id)


@pytest.fixture
def host(edition: Any) -> Any:
    return make_participation(
        edition,
        name="Aava Oy",
        pavilion=make_pavilions(edition)["A"],
        stand="A 214",
        languages=["en", "zh-hans"],
        user=make_user(),
    )


def test_only_exhibitors_of_this_edition_have_a_page(edition, host):
    assert Client().get(where(edition, host)).status_code == 200
    buyer = make_participation(edition, "buyer")
    elsewhere = make_edition(edition.expo)
    for other in (buyer, make_participation(elsewhere), make_participation(make_edition())):
        assert Client().get(where(edition, other)).status_code == 404
    assert Client().get(address("portal:exhibitor", edition, "nothing")).status_code == 404


def test_people_are_shown_to_those_who_take_part_or_run_the_fair(edition, host, signed_in):
    name = host.delegates.get().person.name

    def sees(client):
        return name in client.get(where(edition, host)).content.decode()

    assert not sees(Client()) and not sees(signed_in(make_user()))
    buyer = make_participation(edition, "buyer", user=make_user())
    elsewhere = make_participation(make_edition(edition.expo), "buyer", user=make_user())
    assert sees(signed_in(user_of(buyer))) and not sees(signed_in(user_of(elsewhere)))
    assert sees(signed_in(make_organiser(edition)))


def test_who_opens_very_many_pages_sees_no_names_for_a_while(edition, host, signed_in, monkeypatch):
    monkeypatch.setattr(pages, "NAMES", Allowance(2, 600))
    client = signed_in(user_of(make_participation(edition, "buyer", user=make_user())))
    name = host.delegates.get().person.name
    shown = [client.get(where(edition, host)).content.decode() for _ in range(3)]
    assert [name in text for text in shown] == [True, True, False]
    assert "Names of people are shown again" in shown[2]


def test_contact_data_of_people_stands_on_no_page_of_an_exhibitor(edition, host, signed_in):
    person = host.delegates.get().person
    person.email, person.phone = "leak@example.org", "+8613977777777"
    person.save()
    for client in (
        Client(),
        signed_in(user_of(make_participation(edition, "buyer", user=make_user()))),
        signed_in(make_organiser(edition)),
    ):
        for place in (where(edition, host), f"/en/{edition.slug}/search/?q=leak",
                      f"/en/{edition.slug}/exhibitors/", f"/en/{edition.slug}/who-to-meet/"):  # fmt: skip
            text = client.get(place).content.decode()
            assert "leak@example.org" not in text and "13977777777" not in text


def test_visitor_is_led_to_the_sign_in_and_back(edition, host):
    link = page(Client().get(where(edition, host))).select_one(".exhibitor-acts a")
    assert link["href"] == f"/en/signin/?next={where(edition, host)}"


def test_buyer_asks_and_sees_what_was_asked(edition, host, signed_in):
    buyer = make_participation(edition, "buyer", user=make_user())
    client = signed_in(user_of(buyer))
    acts = page(client.get(where(edition, host))).select(".exhibitor-acts form")
    assert [form["action"] for form in acts] == [
        address("meetings:ask", edition, host.public_id),
        address("matchmaking:wish", edition, host.public_id),
    ]
    make_request(buyer, host)
    done = page(client.get(where(edition, host))).select_one(".exhibitor-acts a")
    assert done.get_text() == "Requested"


def test_exhibitor_and_organiser_can_ask_nothing_of_the_page(edition, host, signed_in):
    for user in (user_of(host), make_organiser(edition)):
        assert page(signed_in(user).get(where(edition, host))).select(".exhibitor-acts") == []


def test_reasons_for_and_against_are_shown_alike(edition, host, signed_in):
    buyer = make_participation(edition, "buyer", user=make_user())
    rank(
        edition,
        buyer,
        [host],
        [
            {"code": "need_offer", "detail": {"code": "ai.models"}},
            {"code": "market_outside", "detail": {"country": "NP"}},
            {"code": "never heard of", "detail": {}},
        ],
    )
    found = page(signed_in(user_of(buyer)).get(where(edition, host)))
    assert [
        row.get_text(" ", strip=True) for row in found.select(".exhibitor-fit .facts > div")
    ] == ["You need Large models", "Against Nepal is not among your markets"]
    assert found.select_one(".fit-both").get_text(strip=True).startswith("40")
    # A visitor has no fit.
    assert page(Client().get(where(edition, host))).select(".fit") == []


def test_offers_stand_in_their_words_with_trade_codes(edition, host):
    Offer.objects.create(
        participation=host, code="ai.models", text={"zh-hans": "大模型"}, deal_type="licensing"
    )
    Offer.objects.create(participation=host, text={"en": "Something"})
    Need.objects.create(participation=host, code="vr", text={"en": "A partner"})
    found = page(Client().get(where(edition, host)))
    rows = found.select(".exhibitor-offers tbody tr")
    assert rows[0].select_one("[lang=zh-hans]").get_text() == "大模型"
    assert "Large models" in rows[0].get_text() and "Licensing" in rows[0].get_text()
    assert len(rows) == 2
    assert "A partner" in found.select_one(".exhibitor-look").get_text()
    assert found.select_one(".lead").get_text() == "Large models"


def test_what_an_exhibitor_said_first_stands_first_also_after_it_is_changed(edition, host):
    for kind in (Need, Offer):
        for text in ("One", "Two", "Three"):
            kind.objects.create(participation=host, text={"en": text})
    for name in ("Zeta Oy", "Beta Oy"):
        make_participation(edition, "co_exhibitor", name, main_exhibitor=host)
    with any_order():
        for row in (*host.needs.order_by("pk")[:1], *host.offers.order_by("pk")[:1]):
            row.save()
        shown = queries.exhibitor(edition, host.public_id)
        assert [
            [str(one) for one in rows.all()]
            for rows in (shown.needs, shown.offers, shown.co_exhibitors)
        ] == [["One", "Two", "Three"], ["One", "Two", "Three"], ["Beta Oy", "Zeta Oy"]]


def test_a_poor_profile_says_what_is_missing(edition):
    bare = make_participation(edition)
    text = page(Client().get(where(edition, bare))).get_text()
    assert "No products are listed yet" in text and "Nothing is said here yet" in text


def test_hostile_profile_is_text(edition):
    evil = "<img src=x onerror=alert(1)>"
    made = make_participation(edition, name=evil, about={"en": evil}, stand=evil, markets=[evil])
    made.organisation.city = evil
    made.organisation.save()
    Offer.objects.create(participation=made, text={"en": evil})
    text = Client().get(where(edition, made)).content.decode()
    assert "<img" not in text


def test_statements_do_not_grow_with_what_is_said(edition, host, signed_in):
    buyer = make_participation(edition, "buyer", user=make_user())
    client = signed_in(user_of(buyer))
    counts = []
    for more in (3, 27):
        for _ in range(more):
            Offer.objects.create(participation=host, code="ai.models", text={"en": "One"})
            Need.objects.create(participation=host, code="vr")
            make_participation(edition, "co_exhibitor", main_exhibitor=host)
            make_request(buyer, make_participation(edition))
        rank(
            edition,
            buyer,
            [host, *(r.counterpart for r in buyer.requests_sent.all())]
            if hasattr(buyer, "requests_sent")
            else [host],
        )
        counts.append(statements(client, where(edition, host)))
    assert counts[0] == counts[1] <= 16
