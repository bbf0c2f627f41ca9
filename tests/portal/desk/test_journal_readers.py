"""What the journal tells to whom: quiet deeds to nobody, names to those who may know them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from emporion.core import history, journal
from emporion.core.models import ImportBatch, JournalEntry
from emporion.matchmaking.domain import quiet, wishes
from emporion.meetings.domain import notices, ratings, standing
from emporion.meetings.models import StandingRule
from emporion.registry import domain as registry
from emporion.registry.domain import roles
from emporion.registry.models import Person
from tests.factories import (
    make_organiser,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page

READERS = [role for role in roles.ROLES if role != roles.PAVILION_MANAGER]


def told(client: Client, edition: Any, **query: str) -> list[str]:
    """The entries of the journal's page, as they read."""
    shown = page(client.get(address("portal:journal", edition), query))
    return [row.get_text(" ", strip=True) for row in shown.select(".desk-entry > div")]


def news(client: Client, edition: Any) -> list[str]:
    """The last changes of the overview."""
    shown = page(client.get(address("portal:overview", edition)))
    return [row.get_text(" ", strip=True) for row in shown.select(".overview-change")]


def of_staff(edition: Any, role: str, signed_in: Any) -> Client:
    user = make_user(name="who reads")
    registry.make_organiser(edition.expo, user, role, [])
    JournalEntry.objects.all().delete()
    return signed_in(user)


@pytest.mark.parametrize("role", READERS)
def test_quiet_deeds_are_told_to_no_role(edition: Any, signed_in: Any, role: str) -> None:
    client = of_staff(edition, role, signed_in)
    buyer = make_participation(edition, "buyer", "Himal")
    seller = make_participation(edition, "exhibitor", "Aava")
    asked = make_request(buyer, seller, "accepted")
    make_release(edition, [(asked, make_slots(edition, 1)[0])], state="published")
    lead = make_user(name="Sita Gurung")
    with journal.acting(lead.actor, tenant=edition.expo.public_id):
        wishes.wish(buyer, seller, "veto", "known")
        wishes.take_back(buyer, seller)
        quiet.turn_off(buyer)
        notices.mark_read(buyer, lead, timezone.now())
        ratings.rate(buyer, asked, 1)
        standing.set_rule(seller, StandingRule.Source.values[0], 3, waiting=False)
    assert JournalEntry.objects.count() == 6
    assert (told(client, edition), news(client, edition)) == ([], [])
    for one in (buyer, seller):
        assert told(client, edition, kind="participation", id=one.public_id) == []
    assert told(client, edition, actor=lead.actor) == []
    assert history.entries(edition.expo.public_id, history.Wanted(noun="wish")) == []


def test_wish_names_nobody_but_whose_it_is(edition: Any) -> None:
    """Whom somebody does not want is in no row that outlives the wish."""
    buyer, seller = make_participation(edition, "buyer"), make_participation(edition, "exhibitor")
    with journal.acting("user:x", tenant=edition.expo.public_id):
        wishes.wish(buyer, seller, "veto")
        wishes.take_back(buyer, seller)
    rows = JournalEntry.objects.order_by("pk").values_list("action", "object_ids")
    assert list(rows) == [("wish.veto", [buyer.public_id]), ("wish.undo", [buyer.public_id])]


@pytest.mark.parametrize("role", READERS)
def test_people_and_users_are_named_to_those_who_may_look_them_up(
    edition: Any, signed_in: Any, role: str
) -> None:
    client = of_staff(edition, role, signed_in)
    registry.add_people(edition.expo, [registry.NewPerson("Person Hidden")])
    person = Person.objects.get(name="Person Hidden")
    JournalEntry.objects.all().delete()
    user = make_user(name="Elina Korhonen")
    with (
        transaction.atomic(),
        journal.acting(
            user.actor, tenant=edition.expo.public_id, on_behalf=f"person:{person.public_id}"
        ),
    ):
        journal.record("person.change", "person", person.public_id)
        journal.record("user.join", "user", user.public_id)
    names = roles.may(role, roles.CONTACTS)
    who = "Elina Korhonen" if names else f"user {user.public_id}"
    whom = "Person Hidden" if names else f"person {person.public_id}"
    by = f"{who} , on behalf of {whom}, on a page"
    assert told(client, edition) == [
        f"An account elsewhere was connected : {who} {by}",
        f"People were changed : {whom} {by}",
    ]
    for shown in (
        client.get(address("portal:overview", edition)).content.decode(),
        client.get(
            address("portal:journal", edition), {"kind": "person", "id": person.public_id}
        ).content.decode(),
    ):
        assert [("Person Hidden" in shown), ("Elina Korhonen" in shown)] == [names, names]


def test_no_address_stands_for_a_name(edition: Any, signed_in: Any) -> None:
    client = signed_in(make_organiser(edition))
    JournalEntry.objects.all().delete()
    user = make_user(name="", email="secret.address@example.org", phone="+8613900000123")
    with transaction.atomic(), journal.acting(user.actor, tenant=edition.expo.public_id):
        journal.record("user.join", "user", user.public_id)
    for name in ("portal:journal", "portal:overview"):
        shown = client.get(address(name, edition)).content.decode()
        assert f"user {user.public_id}" in shown
        assert ("secret.address" in shown, "13900000123" in shown) == (False, False)


@pytest.mark.parametrize("role", READERS)
def test_files_of_lists_are_named_to_those_who_take_lists_in(
    edition: Any, signed_in: Any, role: str
) -> None:
    """The name of a file can be somebody's."""
    client = of_staff(edition, role, signed_in)
    at, tenant = timezone.now(), edition.expo.public_id
    batch = ImportBatch.objects.create(
        tenant=tenant, subject="buyers", place=edition.slug, source="list", state="done",
        file_name="anna-hidden.csv", file_digest="0" * 64, started_at=at, ended_at=at,
    )  # fmt: skip
    with transaction.atomic(), journal.acting("command:x", tenant=tenant):
        journal.record("import.finish", "import", batch.public_id)
    for shown in (
        client.get(address("portal:journal", edition)).content.decode(),
        client.get(address("portal:overview", edition)).content.decode(),
    ):
        assert ("anna-hidden" in shown) == roles.may(role, roles.IMPORT)
