"""Messages: by the first carrier that reaches the person, in their language, not at night, once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emporion.core import outbox
from emporion.core.models import OutboxRow
from emporion.messaging.domain import sending, templates
from emporion.messaging.domain.carriers import Envelope, Rejected
from emporion.messaging.domain.carriers.mail import Mail
from emporion.messaging.models import Address, Receipt
from emporion.messaging.rules import hours, quiet_until
from emporion.project.mail import mail_server
from emporion.registry.models import Person
from tests import factories
from tests.messaging import fakes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "_templates", {})
    templates.template("test", subject=_("My day"), text="%(n)s for you")(
        lambda person, about: None if about.get("over") else {"n": about["n"], "link": "https://l"}
    )


@pytest.fixture
def person(edition: Any) -> Person:
    made = factories.make_participation(edition).delegates.get().person
    made.email, made.phone = "li@example.org", "+86 571 0000 0001"
    made.save()
    return made


def send(person: Person, **values: Any) -> None:
    with transaction.atomic():
        sending.send(person, "test", {"n": 3}, **values)


def receipts() -> list[tuple[str, str, str]]:
    return list(Receipt.objects.order_by("pk").values_list("carrier", "outcome", "reason"))


def states() -> list[tuple[str, str]]:
    return list(OutboxRow.objects.order_by("pk").values_list("state", "cause"))


def test_message_goes_by_mail_with_its_key_and_link(person: Person, mail: fakes.Post) -> None:
    send(person)
    outbox.drain()
    (taken,) = mail.taken
    key = OutboxRow.objects.get().key
    assert (taken["To"], taken["From"], taken["Subject"], taken["Message-ID"]) == (
        "li@example.org", "Fair <fair@example.org>", "My day", f"<{key}@example.org>",
    )  # fmt: skip
    stop = taken["List-Unsubscribe"].strip(" <>")
    words = "3 for you https://l To stop messages of this kind:"
    assert taken.get_content().split() == [*words.split(), stop]
    assert (receipts(), states()) == ([("mail", "taken", "")], [("done", "")])


def test_line_breaks_in_a_subject_or_an_address_make_no_headers(mail: fakes.Post) -> None:
    hostile = "Fair\r\nBcc: all@example.org"
    letter = Envelope(to="li@example.org", key="k", language="en", subject=hostile, text=hostile)
    Mail().send(letter)
    with pytest.raises(Rejected):
        Mail().send(replace(letter, to="li@example.org\nBcc: all@example.org"))
    (taken,) = mail.taken
    assert (taken["Subject"], taken["Bcc"]) == ("Fair Bcc: all@example.org", None)


def test_message_is_in_the_language_of_who_gets_it(person: Person, mail: fakes.Post) -> None:
    for language in ("zh-hans", "ar", "xx"):
        Person.objects.filter(pk=person.pk).update(language=language)
        send(person)
        outbox.drain()
    assert [(m["Content-Language"], m["Subject"] == "My day") for m in mail.taken] == [
        ("zh-hans", False), ("ar", False), ("en", True),
    ]  # fmt: skip


def test_refused_address_gives_way_to_the_next_carrier(
    person: Person, mail: fakes.Post, sms: fakes.Web
) -> None:
    mail.refused["li@example.org"] = 550
    send(person)
    outbox.drain()
    assert [c[:2] for c in receipts()] == [("mail", "refused"), ("sms", "taken")]
    (asked,) = sms.asked
    key = OutboxRow.objects.get().key
    assert asked.json == {
        "id": key, "from": "Fair", "to": "+8657100000001", "text": "3 for you https://l",
    }  # fmt: skip
    assert (asked.headers["authorization"], asked.headers["idempotency-key"]) == (
        "Bearer word", key,
    )  # fmt: skip


def test_failing_carrier_is_tried_three_times_with_one_key_before_the_next(
    person: Person, mail: fakes.Post, sms: fakes.Web
) -> None:
    mail.refused["li@example.org"] = 451
    send(person)
    outbox.drain()
    assert [c[:2] for c in receipts()] == 3 * [("mail", "failed")] + [("sms", "taken")]
    assert OutboxRow.objects.get().attempt == 4


def test_carrier_that_failed_three_times_brings_the_message_when_it_is_well_again(
    person: Person, mail: fakes.Post, sms: fakes.Web
) -> None:
    mail.refused["li@example.org"] = 451

    def well_again(asked: fakes.Asked) -> tuple[int, Any]:
        if len(sms.asked) == 3:
            mail.refused.clear()
        return 500, {}

    sms.answer = well_again
    send(person)
    outbox.drain()
    assert [c[:2] for c in receipts()] == [
        *3 * [("mail", "failed")], *3 * [("sms", "failed")], ("mail", "taken"),
    ]  # fmt: skip
    assert states() == [("done", "")]


def test_only_carrier_is_tried_as_often_as_the_outbox_tries(person: Person, sms: fakes.Web) -> None:
    sms.answer = lambda asked: (500, {})
    send(person)
    outbox.drain()
    assert [c[:2] for c in receipts()] == 8 * [("sms", "failed")]
    assert states() == [("dead", "CarrierDown")]


def test_page_of_who_signs_in_ends_no_message_that_a_failing_carrier_may_bring(
    edition: Any, sms: fakes.Web
) -> None:
    user = factories.make_user(email=None, phone=None)
    person = factories.make_participation(edition, user=user).delegates.get().person
    Person.objects.filter(pk=person.pk).update(phone="+8657100000001")
    answers = iter([500] * 5 + [200])
    sms.answer = lambda asked: (next(answers), {})
    send(person)
    outbox.drain()
    assert [c[:2] for c in receipts()] == 5 * [("sms", "failed")] + [("sms", "taken")]


def test_message_that_is_tried_again_begins_with_the_first_carrier(
    person: Person, mail: fakes.Post, sms: fakes.Web
) -> None:
    mail.refused["li@example.org"] = 451
    sms.answer = lambda asked: (500, {})
    send(person)
    outbox.drain()
    row = OutboxRow.objects.get()
    assert ([c[0] for c in receipts()], row.state) == (
        [*3 * ["mail"], *3 * ["sms"], *2 * ["mail"]], "dead",
    )  # fmt: skip
    mail.refused.clear()
    assert outbox.replay(row)
    outbox.drain()
    assert (receipts()[-1][:2], states()) == (("mail", "taken"), [("done", "")])


def test_answer_that_was_lost_brings_the_message_again_with_its_key(
    person: Person, sms: fakes.Web
) -> None:
    answers = iter([(500, {}), (200, {"id": "b"})])
    sms.answer = lambda asked: next(answers)
    send(person)
    outbox.drain()
    assert {asked.json["id"] for asked in sms.asked} == {OutboxRow.objects.get().key}
    assert len(sms.asked) == 2


def test_person_without_an_address_is_not_reached_and_one_who_signs_in_is(
    edition: Any, sms: fakes.Web
) -> None:
    nobody = factories.make_participation(edition).delegates.get().person
    user = factories.make_user(email=None, phone=None)
    signs_in = factories.make_participation(edition, user=user).delegates.get().person
    send(nobody)
    send(signs_in)
    outbox.drain()
    assert states() == [("dead", "no carrier reaches this person"), ("done", "")]
    assert receipts() == [("site", "taken", "")]


def test_nothing_is_written_for_the_made_up_or_where_no_carrier_is_set_up(
    person: Person, carriers: dict[str, Any]
) -> None:
    send(person)
    carriers["sms"] = {"url": "http://127.0.0.1:1/"}
    person.is_made_up = True
    send(person)
    assert OutboxRow.objects.count() == 0


def test_message_that_has_nothing_to_say_any_more_is_not_brought(
    person: Person, mail: fakes.Post
) -> None:
    with transaction.atomic():
        sending.send(person, "test", {"over": True})
    outbox.drain()
    assert (mail.taken, states(), receipts()) == ([], [("done", "")], [])


def test_several_about_one_thing_are_one_message(person: Person, mail: fakes.Post) -> None:
    send(person, merge="m")
    send(person, merge="m")
    outbox.drain()
    assert len(mail.taken) == 1


@pytest.mark.parametrize(
    ("now", "until"),
    [("20:59", None), ("21:00", "08:00"), ("23:30", "08:00"), ("07:59", "08:00"), ("08:00", None)],
)
def test_quiet_hours_are_those_of_the_fair(now: str, until: str | None) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at = dt.datetime.combine(dt.date(2023, 11, 23), dt.time.fromisoformat(now), zone)
    found = quiet_until(at.astimezone(dt.UTC), zone, hours("21:00-08:00"))
    assert (found and found.strftime("%H:%M")) == until
    assert found is None or found > at
    assert quiet_until(at, zone, hours("")) is None


def test_message_waits_for_the_morning_unless_it_is_urgent(
    person: Person, mail: fakes.Post, carriers: dict[str, Any]
) -> None:
    here = timezone.now().astimezone(ZoneInfo("Asia/Shanghai"))
    ends = here + dt.timedelta(hours=2)
    carriers["quiet"] = f"{here - dt.timedelta(hours=2):%H:%M}-{ends:%H:%M}"
    send(person, zone="Asia/Shanghai")
    send(person, zone="Asia/Shanghai", urgent=True)
    outbox.drain()
    assert (states(), len(mail.taken)) == ([("waiting", ""), ("done", "")], 1)
    waiting = OutboxRow.objects.get(state="waiting")
    assert f"{waiting.next_at.astimezone(here.tzinfo):%H:%M}" == f"{ends:%H:%M}"


def test_message_that_waited_for_days_is_news_no_more(person: Person, mail: fakes.Post) -> None:
    send(person)
    OutboxRow.objects.update(made_at=timezone.now() - dt.timedelta(days=4))
    outbox.drain()
    assert (mail.taken, states()) == ([], [("dead", "it waited for too long")])


def test_wechat_gets_a_token_once_and_asks_for_a_new_one_when_it_is_stale(
    person: Person, carriers: dict[str, Any]
) -> None:
    Address.objects.create(person=person, carrier="wechat", value="openid-1")
    codes = iter([0, 42001, 0, 43004])

    with fakes.web() as fake:

        def answer(asked: fakes.Asked) -> tuple[int, Any]:
            if asked.path == "/cgi-bin/stable_token":
                return 200, {"access_token": f"t{len(fake.asked)}", "expires_in": 7200}
            return 200, {"errcode": next(codes), "msgid": 9}

        fake.answer = answer
        carriers["wechat"] = {
            "url": fake.url, "app": "app", "secret": "hush", "template": "T",
            "fields": ["thing1", "thing2"],
        }  # fmt: skip
        for _number in range(3):
            send(person)
            outbox.drain()
        paths = [asked.path for asked in fake.asked]
        sent = fake.asked[1].json
    keys = OutboxRow.objects.order_by("pk").values_list("key", flat=True)
    assert paths == [
        "/cgi-bin/stable_token", "/cgi-bin/message/template/send?access_token=t1",
        "/cgi-bin/message/template/send?access_token=t1",
        "/cgi-bin/stable_token", "/cgi-bin/message/template/send?access_token=t4",
        "/cgi-bin/message/template/send?access_token=t4",
    ]  # fmt: skip
    assert sent == {
        "touser": "openid-1", "template_id": "T", "url": "https://l", "client_msg_id": keys[0],
        "data": {"thing1": {"value": "My day"}, "thing2": {"value": "3 for you"}},
    }  # fmt: skip
    # Who left the account is not reached there; this person signs in nowhere.
    assert [r[:2] for r in receipts()] == [
        ("wechat", "taken"), ("wechat", "failed"), ("wechat", "taken"), ("wechat", "refused"),
    ]  # fmt: skip


def test_whatsapp_brings_a_template_and_says_who_is_not_there(
    person: Person, carriers: dict[str, Any]
) -> None:
    answers = iter([(200, {"messages": [{"id": "wamid.1"}]}), (400, {"error": {"code": 131026}})])
    with fakes.web() as fake:
        fake.answer = lambda asked: next(answers)
        carriers["whatsapp"] = {
            "url": fake.url, "phone_id": "77", "token": "word", "template": "notice",
        }  # fmt: skip
        send(person)
        send(person)
        outbox.drain()
        first = fake.asked[0]
    assert (first.path, first.headers["authorization"]) == ("/77/messages", "Bearer word")
    assert (first.json["to"], first.json["template"]["language"]) == (
        "8657100000001", {"code": "en"},
    )  # fmt: skip
    assert first.json["template"]["components"][0]["parameters"] == [
        {"type": "text", "text": "3 for you"},
        {"type": "text", "text": "https://l"},
    ]
    assert list(Receipt.objects.order_by("pk").values_list("outcome", "remote")) == [
        ("taken", "wamid.1"),
        ("refused", ""),
    ]


def test_secrets_and_addresses_stand_in_no_log(
    person: Person, carriers: dict[str, Any], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with fakes.web() as fake:
        fake.answer = lambda asked: (500, {})
        carriers["sms"] = {"url": f"{fake.url}/?key=hush1", "token": "hush2"}
        settings.MAIL_URL = "smtp://user:hush3@127.0.0.1:1"
        settings.MAIL = mail_server(settings.MAIL_URL)
        send(person)
        outbox.drain()
    assert "outbox.failed" in caplog.text
    # Not a part of the number alone: four noughts may stand in a moment.
    for secret in ("hush", "li@example.org", "57100000001", "0000 0001"):
        assert secret not in caplog.text
        assert secret not in str(list(Receipt.objects.values()) + list(OutboxRow.objects.values()))


def test_code_to_sign_in_goes_by_the_gateway_where_one_is_set_up(
    carriers: dict[str, Any],
) -> None:
    from emporion.accounts.domain import carriers as codes

    assert "phone" not in codes.kinds()
    with fakes.web() as fake:
        carriers["sms"] = {"url": fake.url}
        assert "phone" in codes.kinds()
        codes.send("phone", "+8657100000001", "", "123456 is your code", "k1")
    (asked,) = fake.asked
    assert asked.json == {
        "id": "k1",
        "from": "",
        "to": "+8657100000001",
        "text": "123456 is your code",
    }
