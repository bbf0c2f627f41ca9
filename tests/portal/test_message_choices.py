"""The page on which somebody chooses their messages, and the question where a use begins."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.messaging.domain import linking
from emporion.messaging.models import Address, Choice
from emporion.registry.models import Consent
from tests.factories import make_participation, make_request, make_user
from tests.portal.fairs import address, page, statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def ways(settings: Any) -> None:
    settings.MAIL_URL = "smtp://127.0.0.1:1"
    sms = {"url": "https://gateway.example.org"}
    settings.MESSAGING = {"order": ["mail", "sms", "site"], "quiet": "21:00-08:00", "sms": sms}


def test_page_keeps_kinds_by_way_hours_and_language(
    edition: Any, signed_in: Any, ways: None
) -> None:
    me = make_user()
    make_participation(edition, "buyer", user=me)
    client, where = signed_in(me), address("portal:message_choices", edition)
    boxes = page(client.get(where)).select("input[name=want]")
    assert [box.has_attr("checked") for box in boxes] == [True] * len(boxes)
    told = {"want": ["meetings.changed:mail"], "hours": "own", "from": "22:30", "until": "07:00"}
    client.post(where, {**told, "language": "ar"})
    choice = Choice.objects.get()
    assert ("meetings.changed:sms" in choice.refused, "meetings.published" in choice.refused) == (
        True, True,
    )  # fmt: skip
    assert (choice.quiet, choice.language) == ("22:30-07:00", "ar")
    shown = page(client.get(where))
    assert [box["value"] for box in shown.select("input[name=want][checked]")] == [
        "meetings.changed:mail"
    ]
    assert "cannot be stopped" in shown.select_one("[aria-labelledby=necessary]").get_text()
    assert client.post(where, {**told, "until": "late"}).status_code == 422
    assert statements(client, where) <= 12


def test_page_is_for_people_of_the_expo(edition: Any, signed_in: Any, client: Any) -> None:
    where = address("portal:message_choices", edition)
    assert client.get(where).status_code == 302
    assert signed_in(make_user()).post(where).status_code == 403
    assert Choice.objects.count() == 0


def test_exhibitor_is_asked_about_contact_data_once_somebody_may_see_it(
    edition: Any, signed_in: Any
) -> None:
    me = make_user()
    host = make_participation(edition, "exhibitor", user=me)
    client, where = signed_in(me), address("meetings:requests", edition)
    asked = make_request(make_participation(edition, "buyer"), host, "open")
    assert page(client.get(where)).select(".ask-use") == []
    asked.state = "accepted"
    asked.save()
    form = page(client.get(where)).select_one(".ask-use form")
    told = {box["name"]: box["value"] for box in form.select("input") if box["name"] != "csrf"}
    answer = client.post(form["action"], {**told, "say": "no"})
    assert (answer.status_code, answer["Location"]) == (302, where)
    assert [(one.purpose, one.is_given) for one in Consent.objects.all()] == [("contact", False)]
    assert page(client.get(where)).select(".ask-use") == []


def test_wechat_is_joined_and_forgotten_from_the_page(
    edition: Any, signed_in: Any, settings: Any
) -> None:
    names = ("app", "secret", "template", "callback", "callback_key")
    settings.MESSAGING = {
        "order": ["wechat"], "quiet": "", "wechat": dict.fromkeys(names, "x"),
    }  # fmt: skip
    me = make_user()
    make_participation(edition, "buyer", user=me)
    client, where = signed_in(me), address("portal:message_choices", edition)
    answer = client.post(where, {"act": "link"})
    code = page(answer).select_one("code.copy").get_text()
    assert (answer.status_code, linking.link("wechat", "openid", code)) == (201, True)
    assert code not in client.get(where).content.decode()
    client.post(where, {"act": "unlink"})
    assert Address.objects.count() == 0
