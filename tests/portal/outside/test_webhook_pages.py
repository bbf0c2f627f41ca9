"""Other systems on the desk: added with a secret that is shown once, tested, paused, told again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from emporion.core import outbox
from emporion.core.models import JournalEntry, OutboxRow
from emporion.core.outbox import handing
from emporion.messaging.domain import webhooks
from emporion.messaging.models import Delivery, Endpoint
from emporion.registry.models import Organiser
from tests.factories import make_edition, make_organiser
from tests.messaging import fakes
from tests.portal.fairs import address, page, statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


def test_secret_is_shown_once_and_stands_in_no_journal(
    edition: Any, organiser: Client, system: fakes.Web
) -> None:
    where = address("portal:webhooks", edition)
    answer = organiser.post(where, {"url": f"{system.url}/a", "events": ["request.asked"]})
    made = Endpoint.objects.get()
    assert (answer.status_code, made.events) == (201, ["request.asked"])
    assert page(answer).select_one("code.copy").get_text() == made.secret
    for later in (where, address("portal:webhook", edition, made.public_id)):
        assert made.secret not in organiser.get(later).content.decode()
    assert made.secret not in str(list(JournalEntry.objects.values()))


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://example.org/", "Only https"), ("https://10.0.0.1/", "Only https"), ("", "required")],
)
def test_address_that_is_never_called_is_refused(
    edition: Any, organiser: Client, url: str, why: str
) -> None:
    answer = organiser.post(address("portal:webhooks", edition), {"url": url})
    assert (answer.status_code, Endpoint.objects.count()) == (422, 0)
    assert why in page(answer).select_one(".field-error").get_text()


def test_one_that_was_switched_off_by_itself_says_so_on_the_desk_and_its_pages(
    edition: Any, organiser: Client, system: fakes.Web
) -> None:
    system.answer = lambda asked: (410, {})
    made = webhooks.register(edition.expo, f"{system.url}/a")
    webhooks.call_to_test(made)
    outbox.drain()
    desk = page(organiser.get(address("portal:overview", edition)))
    where = address("portal:webhooks", edition)
    # The count leads there; the other link is that of the whole desk.
    assert [row.get_text() for row in desk.select(f"main a[href='{where}']")] == [
        "1",
        "Other systems",
    ]
    assert "Other systems that were switched off" in desk.get_text()
    said = "by itself: nothing was taken since"
    pages = (where, address("portal:webhook", edition, made.public_id))
    assert [said in organiser.get(one).content.decode() for one in pages] == [True, True]
    organiser.post(address("portal:webhook_act", edition, made.public_id), {"act": "resume"})
    assert [said in organiser.get(one).content.decode() for one in pages] == [False, False]


def test_acts_test_tell_again_pause_and_delete_and_are_written_down(
    edition: Any, organiser: Client, system: fakes.Web
) -> None:
    made = webhooks.register(edition.expo, f"{system.url}/a")
    act = address("portal:webhook_act", edition, made.public_id)
    organiser.post(act, {"act": "test"})
    outbox.drain()
    key = OutboxRow.objects.get().key
    organiser.post(act, {"act": "again", "key": key})
    outbox.drain()
    assert [(one.json["type"], one.headers["webhook-id"]) for one in system.asked] == [
        ("webhook.test", key), ("webhook.test", key),
    ]  # fmt: skip
    organiser.post(act, {"act": "pause"})
    assert "It is paused" in organiser.post(act, {"act": "test"}, follow=True).content.decode()
    organiser.post(act, {"act": "delete"})
    assert (Endpoint.objects.count(), Delivery.objects.count()) == (0, 0)
    actions = JournalEntry.objects.filter(object_kind="webhook").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "webhook.register", "webhook.test", "webhook.replay", "webhook.change", "webhook.remove",
    ]  # fmt: skip


def test_call_to_test_does_not_wait_behind_a_failing_event(
    edition: Any, system: fakes.Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "PAUSES", (3600,) * 7)
    made = webhooks.register(edition.expo, f"{system.url}/a")
    system.answer = lambda asked: (500, {})
    with transaction.atomic():
        webhooks.emit(edition.expo, "request.asked", dict)
    outbox.drain()
    webhooks.call_to_test(made)
    outbox.drain()
    assert [one.json["type"] for one in system.asked] == ["request.asked", "webhook.test"]


def test_log_names_each_attempt_and_the_page_does_not_grow_in_statements(
    edition: Any, organiser: Client, system: fakes.Web
) -> None:
    made = webhooks.register(edition.expo, f"{system.url}/a")
    answers = iter([500, 200, 200, 200, 200])
    system.answer = lambda asked: (next(answers), {})
    where = address("portal:webhook", edition, made.public_id)
    counts = []
    for number in (1, 3):
        for _n in range(number):
            webhooks.call_to_test(made)
        outbox.drain()
        counts.append((statements(organiser, where), statements(organiser, where[:-11])))
    assert counts[0] == counts[1]
    rows = page(organiser.get(where)).select("tbody tr")
    assert [row.select("td")[1].get_text(" ", strip=True) for row in rows] == [
        "taken 200", "taken 200", "taken 200", "taken 200", "not taken 500",
    ]  # fmt: skip
    assert len(page(organiser.get(where)).select("tbody button")) == 4


@pytest.mark.parametrize("role", ["support", "reviewer", "analyst"])
def test_addresses_are_for_owners_only(
    edition: Any, organiser: Client, system: fakes.Web, role: str
) -> None:
    made = webhooks.register(edition.expo, f"{system.url}/a")
    Organiser.objects.update(role=role)
    for name, words in (("webhooks", ()), ("webhook", (made.public_id,))):
        assert organiser.get(address(f"portal:{name}", edition, *words)).status_code == 403
    act = address("portal:webhook_act", edition, made.public_id)
    assert organiser.post(act, {"act": "delete"}).status_code == 403
    assert Endpoint.objects.count() == 1


def test_address_of_another_expo_is_not_there(
    edition: Any, organiser: Client, system: fakes.Web
) -> None:
    other = webhooks.register(make_edition().expo, f"{system.url}/a")
    assert organiser.get(address("portal:webhook", edition, other.public_id)).status_code == 404
    act = address("portal:webhook_act", edition, other.public_id)
    assert organiser.post(act, {"act": "delete"}).status_code == 404
