"""Support sees what a participant sees: with a reason, for a while, and changes nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from emporion.accounts.models import User
from emporion.core.models import JournalEntry, JournalValue
from emporion.edition.domain import seeing
from emporion.edition.interfaces import middleware
from emporion.edition.models import Edition, Participation
from emporion.meetings.models import MeetingRequest
from emporion.registry.models import Organiser
from tests import factories

REASON = "She cannot find her meeting, call of 10:40"


@pytest.fixture
def buyer(edition: Edition) -> Participation:
    return factories.make_participation(edition, "buyer", user=factories.make_user(name="Bo"))


def staff(edition: Edition, role: str = "support") -> tuple[Client, User]:
    user = factories.make_user(name=f"{role} Sam")
    Organiser.objects.create(expo=edition.expo, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client, user


def look(client: Client, seen: Participation, reason: str = REASON) -> Any:
    address = reverse("portal:see", args=[seen.edition.slug, seen.public_id])
    return client.post(address, {"reason": reason})


def page(client: Client, name: str, edition: Edition, *more: Any) -> Any:
    return client.get(reverse(name, args=[edition.slug, *more]))


def test_support_sees_the_participants_pages_and_the_journal_names_both(
    edition: Edition, buyer: Participation
) -> None:
    exhibitor = factories.make_participation(edition, "exhibitor")
    factories.make_request(exhibitor, buyer, "open", message="For Bo alone")
    client, sam = staff(edition)
    assert "For Bo alone" not in client.get("/en/account/").content.decode()
    assert look(client, buyer)["Location"] == reverse("meetings:requests", args=[edition.slug])
    requests = page(client, "meetings:requests", edition)
    assert ("For Bo alone" in requests.content.decode(), requests["Cache-Control"]) == (
        True, "no-store, private",
    )  # fmt: skip
    # The line is on every page, and the account stays one's own.
    for address in (
        "/en/account/",
        "/en/signin/?again=1",
        reverse("meetings:day", args=[edition.slug]),
    ):
        assert "data-seeing" in client.get(address).content.decode()
    assert client.get("/en/account/").context["person"] == sam
    client.post(reverse("portal:stop_seeing", args=[edition.slug]))
    assert page(client, "meetings:requests", edition).status_code == 403
    entries = JournalEntry.objects.filter(action__startswith="support.").order_by("pk")
    both = (sam.actor, f"participation:{buyer.public_id}")
    assert list(entries.values_list("action", "actor", "on_behalf")) == [
        ("support.begin", *both), ("support.end", *both),
    ]  # fmt: skip
    assert JournalValue.objects.get(entry=entries[0]).text == f'{{"reason":"{REASON}"}}'


def test_whoever_sees_changes_nothing_and_has_no_desk(
    edition: Edition, buyer: Participation
) -> None:
    exhibitor = factories.make_participation(edition, "exhibitor")
    request = factories.make_request(exhibitor, buyer, "open")
    client, _sam = staff(edition, "owner")
    look(client, buyer)
    answer = reverse("meetings:answer", args=[edition.slug, request.public_id])
    assert client.post(answer, {"answer": "accept"}).status_code == 403
    ask = reverse("meetings:ask", args=[edition.slug, exhibitor.public_id])
    assert client.post(ask, {"message": "Hello"}).status_code == 403
    assert list(MeetingRequest.objects.values_list("state", flat=True)) == ["open"]
    assert page(client, "portal:overview", edition).status_code == 403
    assert page(client, "portal:find_people", edition).status_code == 403
    # What opens pages later is not shown: the personal link, the calendar's address.
    assert page(client, "meetings:link", edition).status_code == 403
    assert page(client, "meetings:day", edition).context["feed"] == ""


def test_what_a_page_notes_of_its_reader_is_not_kept(
    edition: Edition, buyer: Participation, rf: Any
) -> None:
    def noting(request: HttpRequest) -> HttpResponse:
        factories.make_user(name="Noted")
        return HttpResponse("read")

    request = rf.get("/")
    request.seeing = buyer
    assert middleware._shown(request, noting, (), {}).content == b"read"
    assert not User.objects.filter(name="Noted").exists()
    request.seeing = None
    middleware._shown(request, noting, (), {})
    assert User.objects.filter(name="Noted").exists()


def test_it_ends_by_time_and_with_the_role(
    edition: Edition, buyer: Participation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, sam = staff(edition)
    look(client, buyer)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 29 * 60)
    assert page(client, "meetings:requests", edition).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 31 * 60)
    assert page(client, "meetings:requests", edition).status_code == 403
    assert "data-seeing" not in client.get("/en/account/").content.decode()
    monkeypatch.undo()
    look(client, buyer)
    Organiser.objects.filter(user=sam).update(role="analyst")
    assert page(client, "meetings:requests", edition).status_code == 403
    assert page(client, "portal:overview", edition).status_code == 200


def test_nobody_sees_without_a_reason_or_what_is_not_theirs_to_see(
    edition: Edition, buyer: Participation
) -> None:
    for role, status in {"reviewer": 403, "analyst": 403, "gate_chief": 403, "owner": 302}.items():
        assert look(staff(edition, role)[0], buyer).status_code == status, role
    client, _sam = staff(edition)
    assert [look(client, buyer, reason).status_code for reason in ("", "help")] == [422, 422]
    # Staff of whatever expo, and participants of another fair.
    other = factories.make_edition()
    colleague = factories.make_organiser(other)
    acted = factories.make_participation(edition, "buyer", user=colleague)
    foreign = factories.make_participation(other, "buyer", user=factories.make_user())
    assert look(client, acted).status_code == 422
    address = reverse("portal:see", args=[edition.slug, foreign.public_id])
    assert client.post(address, {"reason": REASON}).status_code == 404
    assert "seeing" not in client.session
    assert page(client, "meetings:requests", edition).status_code == 403


def test_nobody_looks_at_everybody(
    edition: Edition, buyer: Participation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeing, "LIMIT", 2)
    client, _sam = staff(edition)
    found = []
    for _ in range(3):
        found.append(look(client, buyer).status_code)
        client.post(reverse("portal:stop_seeing", args=[edition.slug]))
    assert found == [302, 302, 429]
