"""What carriers say afterwards: signed, heard once, and a message that was lost goes another way."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import io
import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from emporion.cli import main
from emporion.core import outbox
from emporion.core.models import JournalEntry, OutboxRow
from emporion.messaging.domain import linking, sending, templates, webhooks
from emporion.messaging.domain.carriers import Envelope, wechat_calls
from emporion.messaging.domain.carriers.sms import Sms
from emporion.messaging.models import Address, Choice, LinkCode, Receipt
from emporion.registry.models import Person
from tests import factories
from tests.messaging import fakes

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture(autouse=True)
def _messages(monkeypatch: pytest.MonkeyPatch, carriers: dict[str, Any]) -> None:
    monkeypatch.setattr(templates, "_templates", {})
    templates.template("news", subject="news", text="news", title="News")(lambda p, a: {})
    carriers["mail"] = {"callback": SECRET}


@pytest.fixture
def person(edition: Any) -> Person:
    made = factories.make_participation(edition).delegates.get().person
    made.email, made.phone = "li@example.org", "+86 571 0000 0001"
    made.save()
    return made


def send(person: Person, key: str = "") -> str:
    with transaction.atomic():
        sending.send(person, "news", {}, key=key)
    outbox.drain()
    return OutboxRow.objects.latest("pk").key


def call(carrier: str, told: Any, call_id: str = "c1", age: int = 0, secret: str = SECRET) -> int:
    """Call as a gateway does; return the status."""
    body, now = json.dumps(told).encode(), int(time.time()) - age
    headers = {
        "webhook-id": call_id,
        "webhook-timestamp": str(now),
        "webhook-signature": webhooks.signature(secret, call_id, now, body),
    }
    client = Client(enforce_csrf_checks=True)
    return client.post(
        f"/carriers/{carrier}/", body, content_type="application/json", headers=headers
    ).status_code


def outcomes() -> list[tuple[str, str]]:
    return list(Receipt.objects.order_by("pk").values_list("carrier", "outcome"))


def test_text_message_that_was_lost_and_called_about_twice_goes_by_the_next_way_once(
    person: Person, mail: fakes.Post, sms: fakes.Web, carriers: dict[str, Any]
) -> None:
    carriers["order"], carriers["sms"]["callback"] = ["sms", "mail"], SECRET
    key = send(person)
    told = {"id": key, "state": "failed", "reason": "no such number"}
    assert [call("sms", told), call("sms", told), call("sms", told, "c2")] == [204, 204, 204]
    outbox.drain()
    assert outcomes() == [("sms", "lost"), ("mail", "taken")]
    assert (len(sms.asked), len(mail.taken)) == (1, 1)
    assert mail.taken[0]["Message-ID"] == f"<{key}@example.org>"


@pytest.mark.django_db(transaction=True)
def test_gateway_calls_back_over_a_socket(
    person: Person, sms: fakes.Web, carriers: dict[str, Any], live_server: Any
) -> None:
    """Both ways as they are outside: it is asked over a socket, and calls over another."""
    carriers["order"], carriers["sms"]["callback"] = ["sms"], SECRET
    key = send(person)
    assert [asked.json["id"] for asked in sms.asked] == [key]
    body, now = json.dumps({"id": key, "state": "delivered"}).encode(), int(time.time())
    headers = {
        "webhook-id": "c", "webhook-timestamp": str(now),
        "webhook-signature": webhooks.signature(SECRET, "c", now, body),
    }  # fmt: skip
    line = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=10)
    line.request("POST", "/carriers/sms/", body, headers)
    assert (line.getresponse().status, outcomes()) == (204, [("sms", "delivered")])


def test_calls_with_long_names_that_begin_alike_are_both_heard(
    person: Person, mail: fakes.Post
) -> None:
    send(person)
    remote = Receipt.objects.get().remote
    for state, call_id in (("delivered", "c" * 100 + "1"), ("read", "c" * 100 + "2")):
        assert call("mail", [{"id": remote, "state": state}], call_id) == 204
    assert outcomes() == [("mail", "read")]


def test_later_word_counts_and_an_earlier_one_sent_again_changes_nothing(
    person: Person, mail: fakes.Post
) -> None:
    send(person)
    remote = Receipt.objects.get().remote
    for state, call_id in (("delivered", "a"), ("bounced", "b"), ("delivered", "a")):
        assert call("mail", [{"id": remote, "state": state}], call_id) == 204
        assert outcomes() == [("mail", "delivered")]


@pytest.mark.parametrize(
    "wrong", [{"age": 400}, {"age": -400}, {"secret": "whsec_AAAA"}, {"call_id": ""}]
)
def test_call_that_is_not_the_carriers_or_is_old_is_refused(
    person: Person, mail: fakes.Post, wrong: dict[str, Any]
) -> None:
    send(person)
    assert call("mail", {"id": Receipt.objects.get().remote, "state": "bounced"}, **wrong) == 401
    assert outcomes() == [("mail", "taken")]


def test_carrier_without_a_secret_has_no_address_and_one_too_quick_calls_again(
    person: Person, mail: fakes.Post
) -> None:
    assert call("sms", {}) == 404
    assert call("mail", {"id": "<not.yet@example.org>", "state": "delivered"}) == 404


def test_complaint_of_spam_stops_the_kind(person: Person, mail: fakes.Post) -> None:
    send(person)
    call("mail", {"id": Receipt.objects.get().remote, "state": "complained"})
    assert (Choice.objects.get().refused, outcomes()) == (["news"], [("mail", "taken")])


def came_back(monkeypatch: pytest.MonkeyPatch, headers: str, action: str = "failed") -> int:
    """Give the command a mail that came back, with the headers of ours."""
    raw = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; li@example.org\nAction: {action}\nStatus: 5.1.1\n\n"
        f"--b\n{headers}\nSubject: news\n\n--b--\n"
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw.encode())))
    return main(["bounce"])


@pytest.mark.parametrize(
    ("action", "key", "outcome"),
    [
        ("failed", "", "lost"),
        ("delayed", "", "taken"),
        # What a release tells has such a key.
        ("failed", "meetings.published:model:1:ab12", "lost"),
    ],
)
@pytest.mark.parametrize(
    "how", ["text/rfc822-headers\n\nMessage-ID", "message/rfc822\n\nmessage-id"]
)
def test_mail_that_came_back_is_noted_by_the_command(
    person: Person,
    mail: fakes.Post,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    key: str,
    outcome: str,
    how: str,
) -> None:
    send(person, key)
    remote = mail.taken[0]["Message-ID"]
    assert came_back(monkeypatch, f"Content-Type: {how}: {remote}", action) == 0
    assert outcomes() == [("mail", outcome)]


def test_mail_that_left_under_a_name_with_colons_is_known_when_it_comes_back(
    person: Person, mail: fakes.Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(person)
    remote = "<meetings.published:model:1:ab12@example.org>"
    Receipt.objects.update(remote=remote)
    came_back(monkeypatch, f"Content-Type: text/rfc822-headers\n\nMessage-ID: {remote}")
    assert outcomes() == [("mail", "lost")]


def test_report_of_nobody_s_message_leaves_the_others_of_its_call_alone(
    person: Person, mail: fakes.Post
) -> None:
    send(person)
    known = {"id": Receipt.objects.get().remote, "state": "delivered"}
    unknown = {"id": "<somebody@else.example>", "state": "bounced"}
    assert call("mail", [unknown, known], "both") == 204
    assert outcomes() == [("mail", "delivered")]
    assert call("mail", [unknown], "alone") == 404


@pytest.mark.parametrize(
    ("state", "expected"),
    [("delivered", [("sms", "delivered")]), ("failed", [("sms", "lost"), ("mail", "taken")])],
)
def test_report_that_is_quicker_than_our_note_counts(
    person: Person,
    mail: fakes.Post,
    sms: fakes.Web,
    carriers: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    expected: list[tuple[str, str]],
) -> None:
    carriers["order"], carriers["sms"]["callback"] = ["sms", "mail"], SECRET
    real, answers = Sms.send, []

    def send_and_be_called(self: Sms, envelope: Envelope) -> str:
        remote = real(self, envelope)
        answers.append(call("sms", {"id": envelope.key, "state": state}))
        return remote

    monkeypatch.setattr(Sms, "send", send_and_be_called)
    send(person)
    assert (answers, outcomes()) == ([204], expected)


def test_receipt_of_an_attempt_whose_process_died_is_that_of_the_next(
    person: Person, sms: fakes.Web, carriers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(self: Sms, envelope: Envelope) -> str:
        raise Killed

    carriers["order"] = ["sms"]
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Sms, "send", die)
        send(person)
    assert outcomes() == [("sms", "sending")]
    OutboxRow.objects.update(lease_until=timezone.now())
    outbox.drain()
    assert outcomes() == [("sms", "taken")]


@pytest.mark.parametrize(
    ("noted", "named"), [("wamid.1", {}), ("", {"biz_opaque_callback_data": "k"})]
)
def test_whatsapp_proves_its_address_and_brings_statuses(
    person: Person,
    carriers: dict[str, Any],
    client: Client,
    noted: str,
    named: dict[str, str],
) -> None:
    carriers["whatsapp"] = {"callback": "app-secret", "callback_word": "word"}
    Receipt.objects.create(
        person=person, key="k", template="news", carrier="whatsapp", outcome="taken",
        remote=noted, at=timezone.now(),
    )  # fmt: skip
    ask = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": "word"}
    assert client.get("/carriers/whatsapp/", ask).content == b"1158"
    assert client.get("/carriers/whatsapp/", {**ask, "hub.verify_token": "w"}).status_code == 403

    def status(state: str, secret: str = "app-secret") -> int:
        one = {"id": "wamid.1", "status": state, "errors": [{"code": 131026}], **named}
        told = {"entry": [{"changes": [{"value": {"statuses": [one]}}]}]}
        body = json.dumps(told).encode()
        made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={made}"}
        answer = client.post(
            "/carriers/whatsapp/", body, content_type="application/json", headers=headers
        )
        return answer.status_code

    assert (status("read", "guess"), outcomes()) == (401, [("whatsapp", "taken")])
    assert (status("failed"), outcomes()) == (200, [("whatsapp", "lost")])
    assert Receipt.objects.get().reason == "WhatsApp answered 131026"
    assert (status("read"), status("failed"), outcomes()) == (200, 200, [("whatsapp", "read")])


@pytest.fixture
def wechat(carriers: dict[str, Any]) -> Any:
    """A function that calls as WeChat's server does, in its safe mode; it gives the status."""
    carriers["wechat"] = {"app": "wxapp", "callback": "token", "callback_key": KEY}

    def tell(nonce: str = "n1", token: str = "token", app: str = "wxapp", **told: str) -> int:
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in told.items())
        sealed = wechat_calls.seal(f"<xml>{inner}</xml>", KEY, app, bytes(16))
        stamp = str(int(time.time()))
        made = wechat_calls.signature(token, stamp, nonce, sealed)
        body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        where = f"/carriers/wechat/?timestamp={stamp}&nonce={nonce}&msg_signature={made}"
        client = Client(enforce_csrf_checks=True)
        return client.post(where, body, content_type="text/xml").status_code

    return tell


def test_wechat_account_is_joined_by_the_code_of_the_page_once(person: Person, wechat: Any) -> None:
    code = linking.make_code(person, "wechat")
    text = {"MsgType": "text", "Content": f" {code[:4]} {code[4:]} "}
    assert wechat(token="guess", FromUserName="o1", **text) == 401
    assert wechat(app="other", FromUserName="o1", **text) == 401
    assert Address.objects.count() == 0
    assert wechat(FromUserName="o1", **text) == 200
    assert wechat("n2", FromUserName="o2", **text) == 200
    assert list(Address.objects.values_list("person", "value")) == [(person.pk, "o1")]
    assert (LinkCode.objects.count(), code in str(JournalEntry.objects.values())) == (0, False)
    wechat("n3", FromUserName="o1", MsgType="event", Event="unsubscribe")
    assert Address.objects.count() == 0
    assert list(
        JournalEntry.objects.filter(object_kind="person").order_by("pk").values_list("action")
    ) == [("address.link",), ("address.unlink",)]


def test_wechat_account_that_guesses_is_not_listened_to(person: Person, wechat: Any) -> None:
    code = linking.make_code(person, "wechat")
    for number in range(linking.GUESSES):
        wechat(f"g{number}", FromUserName="o1", MsgType="text", Content=f"{number:08}")
    wechat("last", FromUserName="o1", MsgType="text", Content=code)
    assert Address.objects.count() == 0


def test_wechat_says_whether_a_message_arrived(person: Person, wechat: Any) -> None:
    Receipt.objects.create(
        person=person, key="k", template="news", carrier="wechat", outcome="taken", remote="9",
        at=timezone.now(),
    )  # fmt: skip
    told = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "Status": "failed:user block"}
    # One that is not noted yet is called about again.
    assert wechat(MsgID="8", **told) == 404
    assert wechat(MsgID="9", **told) == 200
    assert outcomes() == [("wechat", "lost")]
