"""What people choose about messages: kinds, ways, hours, language, and the end by a link."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emporion.core import outbox
from emporion.core.models import JournalEntry, OutboxRow
from emporion.messaging.domain import choosing, sending, templates
from emporion.messaging.models import Choice, Receipt
from emporion.registry.models import Person
from tests import factories
from tests.messaging import fakes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_templates", {})

    def fill(person: Any, about: Any) -> dict[str, str]:
        return {"link": "https://l"}

    templates.template("news", subject=_("My day"), text="news", title="News")(fill)
    templates.template("must", subject="must", text="must", necessary=True)(fill)


@pytest.fixture
def person(edition: Any) -> Person:
    made = factories.make_participation(edition).delegates.get().person
    made.email, made.phone = "li@example.org", "+86 571 0000 0001"
    made.save()
    return made


def send(person: Person, *kinds: str) -> None:
    with transaction.atomic():
        for kind in kinds:
            sending.send(person, kind, {})
    outbox.drain()


def stop_link(mail: fakes.Post) -> str:
    address = mail.taken[-1]["List-Unsubscribe"]
    return address.strip(" <>").removeprefix("https://fair.example.org")


def test_mail_carries_its_end_and_one_post_stops_the_kind_by_every_way(
    person: Person, mail: fakes.Post, sms: fakes.Web
) -> None:
    """RFC 8058: a POST by the mail program, without cookies, session or page."""
    send(person, "news", "must")
    link = stop_link(fakes.Post(taken=mail.taken[:1]))
    assert mail.taken[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.taken[0].get_content()
    assert mail.taken[1]["List-Unsubscribe"] is None
    program = Client(enforce_csrf_checks=True)
    assert program.get(link).status_code == 200
    assert Choice.objects.count() == 0
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    send(person, "news", "must")
    assert [taken["Subject"] for taken in mail.taken] == ["My day", "must", "must"]
    assert (sms.asked, OutboxRow.objects.filter(state="dead").count()) == ([], 0)
    entry = JournalEntry.objects.get(action="message.stop")
    assert (entry.actor, entry.object_id, entry.tenant) == (
        f"person:{person.public_id}", person.public_id, person.expo.public_id,
    )  # fmt: skip


def test_end_by_link_can_be_taken_back(person: Person, mail: fakes.Post, client: Client) -> None:
    send(person, "news")
    link = stop_link(mail)
    for act, refused in (("stop", ["news"]), ("stop", ["news"]), ("again", [])):
        client.post(link, {"act": act})
        assert Choice.objects.get().refused == refused
    assert JournalEntry.objects.filter(action__startswith="message.").count() == 2


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: "nothing"])
def test_link_that_was_never_made_stops_nothing(
    person: Person, carriers: Any, client: Client, change: Any
) -> None:
    token = choosing.stop_address(person, "news").rstrip("/").rpartition("/")[2]
    assert client.post(f"/en/messages/stop/{change(token)}/").status_code == 404
    assert Choice.objects.count() == 0


def test_way_that_is_refused_gives_way_to_the_next(
    person: Person, mail: fakes.Post, sms: fakes.Web
) -> None:
    choosing.choose(person, refused=["news:mail"])
    send(person, "news")
    assert (mail.taken, [r.carrier for r in Receipt.objects.all()]) == ([], ["sms"])
    choosing.choose(person, refused=["news:mail", "news:sms"])
    send(person, "news")
    assert (len(sms.asked), OutboxRow.objects.filter(state="dead").count()) == (1, 0)


def test_own_hours_and_language_count_instead_of_the_fairs(
    person: Person, mail: fakes.Post, carriers: dict[str, Any]
) -> None:
    now = timezone.now().astimezone(ZoneInfo("UTC"))
    around = f"{now - dt.timedelta(hours=2):%H:%M}-{now + dt.timedelta(hours=2):%H:%M}"
    choosing.choose(person, refused=[], quiet=around, language="zh-hans")
    send(person, "news")
    assert OutboxRow.objects.get().state == "waiting"
    carriers["quiet"] = around
    choosing.choose(person, refused=[], quiet="-", language="zh-hans")
    OutboxRow.objects.update(next_at=now)
    outbox.drain()
    assert [taken["Content-Language"] for taken in mail.taken] == ["zh-hans"]


@pytest.mark.parametrize(
    "wrong",
    [{"refused": ["must"]}, {"refused": ["news:post"]}, {"refused": [], "quiet": "night"},
     {"refused": [], "language": "xx"}],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused_and_nothing_is_kept(
    person: Person, wrong: dict[str, Any]
) -> None:
    with pytest.raises(choosing.ChoiceError):
        choosing.choose(person, **wrong)
    assert Choice.objects.count() == 0
