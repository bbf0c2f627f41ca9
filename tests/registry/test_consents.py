"""A use of people's data asks first: nothing by consent goes without a word."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from emporion.core import outbox
from emporion.core.models import JournalEntry
from emporion.matchmaking.domain.told import told
from emporion.messaging.domain.sending import deliver
from emporion.portal.interfaces.privacy.words import USES
from emporion.registry import domain as registry
from emporion.registry import rules
from emporion.registry.models import Consent
from emporion.registry.queries import allowing
from tests.factories import make_participation, make_request, make_user

pytestmark = pytest.mark.django_db


def person_of(participation: Any) -> Any:
    return participation.delegates.get().person


def test_without_a_word_nothing_by_consent_is_allowed(edition: Any) -> None:
    person = person_of(make_participation(edition))
    allowed = {use: bool(allowing([person.pk], use)) for use in rules.PURPOSES}
    assert allowed == {"matching": True, "messages": True, "contact": False, "leads": False}


def test_each_word_is_kept_and_the_last_one_counts(edition: Any) -> None:
    person = person_of(make_participation(edition))
    for given in (True, True, False, True):
        registry.say(person, "contact", given, language="ar")
    rows = Consent.objects.order_by("pk").values_list(
        "is_given", "version", "language", "is_current"
    )
    assert list(rows) == [(True, 1, "ar", False), (False, 1, "ar", False), (True, 1, "ar", True)]
    assert allowing([person.pk], "contact") == {person.pk}
    actions = JournalEntry.objects.filter(object_id=person.public_id).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "consent.give", "consent.withdraw", "consent.give",
    ]  # fmt: skip


def test_new_wording_asks_anew_where_consent_is_the_ground(edition: Any, monkeypatch: Any) -> None:
    person = person_of(make_participation(edition))
    registry.say(person, "contact", True)
    registry.say(person, "messages", True)
    for use in ("contact", "messages"):
        monkeypatch.setitem(rules.PURPOSES, use, rules.PURPOSES[use]._replace(version=2))
    assert allowing([person.pk], "contact") == set()
    assert allowing([person.pk], "messages") == {person.pk}


def test_every_use_has_its_words_on_the_page() -> None:
    assert set(USES) == set(rules.PURPOSES)


def test_matching_learns_nothing_from_somebody_who_objects(edition: Any) -> None:
    buyer, host = make_participation(edition, "buyer"), make_participation(edition)
    make_request(buyer, host, "accepted")
    assert {deed.sender for deed in told(edition).deeds} == {buyer.pk, host.pk}
    registry.say(person_of(buyer), "matching", False)
    assert {deed.sender for deed in told(edition).deeds} == {host.pk}


def test_message_is_not_brought_to_somebody_who_wants_none(edition: Any) -> None:
    person = person_of(make_participation(edition))
    registry.say(person, "messages", False)
    about = {"person": person.public_id, "template": "requests.received", "about": {}, "zone": "UTC",
             "urgent": True}  # fmt: skip
    with transaction.atomic():
        row = outbox.put("message", about, lane="l")
    with pytest.raises(outbox.Undeliverable, match="wants no messages"):
        deliver(row)


def test_contact_data_is_shown_to_those_one_meets_and_only_when_allowed(
    edition: Any, signed_in: Any
) -> None:
    host = make_participation(edition)
    person = person_of(host)
    person.email = "aino@example.org"
    person.save()
    meets, asks = (make_participation(edition, "buyer", user=make_user()) for _ in range(2))
    make_request(meets, host, "accepted")
    make_request(asks, host, "open")
    page = f"/en/{edition.slug}/exhibitors/{host.public_id}/"

    def sees(buyer: Any) -> bool:
        return "aino@example.org" in signed_in(person_of(buyer).user).get(page).content.decode()

    assert (sees(meets), sees(asks)) == (False, False)
    registry.say(person, "contact", True)
    assert (sees(meets), sees(asks)) == (True, False)
    registry.say(person, "contact", False)
    assert (sees(meets), sees(asks)) == (False, False)


def test_page_lists_uses_and_keeps_what_is_said(edition: Any, signed_in: Any) -> None:
    user = make_user()
    person = person_of(make_participation(edition, user=user))
    client, page = signed_in(user), f"/en/{edition.slug}/your-data/"
    assert client.get(page).content.decode().count('name="purpose"') == len(rules.PURPOSES)
    client.post(f"{page}uses/", {"purpose": "contact", "say": "yes"})
    client.post(f"{page}uses/", {"purpose": "matching", "say": "no"})
    assert client.post(f"{page}uses/", {"purpose": "x", "say": "yes"}).status_code == 404
    said = Consent.objects.filter(person=person).order_by("pk")
    assert list(said.values_list("purpose", "is_given")) == [("contact", True), ("matching", False)]
