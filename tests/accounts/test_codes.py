"""Sign in by a code or link that is sent: used once, soon over, and nobody learns who exists."""

from __future__ import annotations

import datetime as dt
import re
import socketserver
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from emporion.accounts import domain
from emporion.accounts.domain import carriers, codes
from emporion.accounts.models import SignInCode, User
from emporion.core.jobs import JobRecord, lease, running
from emporion.core.models import JournalEntry
from emporion.project.mail import mail_server

ASK, ENTER = "/en/signin/code/", "/en/signin/code/enter/"

pytestmark = pytest.mark.django_db
Sent = list[tuple[str, str, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the carriers of mail and phone were given: (to, subject, text)."""
    kept: Sent = []

    def take(to: str, subject: str, text: str, key: str) -> None:
        kept.append((to, subject, text))

    monkeypatch.setattr(
        carriers, "_carriers", {kind: (take, lambda: True) for kind in ("mail", "phone")}
    )
    return kept


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", phone="+358 40 1234567", name="Aino")


def ask(client: Client, identifier: str, **values: Any) -> Any:
    return client.post(ASK, {"identifier": identifier, **values})


def work() -> None:
    """Send what was asked for, as the worker does."""
    for job in JobRecord.objects.filter(kind=codes.SEND, state="waiting").order_by("pk"):
        codes.send_code(job.arguments["code"], lambda token: f"http://fair/{token}")
        JobRecord.objects.filter(pk=job.pk).update(state="done")


def digits(text: str) -> str:
    found = re.search(r"\d{4} ?\d{4}", text)
    assert found
    return found.group()


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("identifier", ["AINO@example.org ", "00358 40 123-4567"])
def test_right_code_opens_a_session_once(
    client: Client, aino: User, sent: Sent, identifier: str
) -> None:
    answer = ask(client, identifier, next="/en/model/")
    assert (answer.status_code, answer["Location"]) == (302, f"{ENTER}?next=%2Fen%2Fmodel%2F")
    work()
    code = digits(sent[0][2])
    let_in = client.post(ENTER, {"code": f" {code} ", "next": "/en/model/"})
    assert (let_in.status_code, let_in["Location"]) == (302, "/en/model/")
    assert who(client) == str(aino.pk)
    assert list(JournalEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "user.create", "user.send_code", "user.sign_in",
    ]  # fmt: skip
    other = Client()
    ask(other, identifier)
    session = other.session
    session["code"] = {"id": SignInCode.objects.earliest("pk").public_id, "kind": "mail"}
    session.save()
    assert "used up or too old" in other.post(ENTER, {"code": code}).content.decode()
    assert who(other) is None


def statements(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without its values."""
    return [re.sub("'[^']*'|[0-9]+", "", query["sql"]) for query in queries]


def test_answers_for_somebody_and_nobody_are_one_and_the_same(aino: User, sent: Sent) -> None:
    told = []
    for identifier in ("aino@example.org", "nobody@example.org"):
        client = Client()
        client.session.save()
        with CaptureQueriesContext(connection) as queries:
            asked = ask(client, identifier)
        asking = statements(queries)
        work()
        page = client.get(ENTER).content.count(b"on its way")
        with CaptureQueriesContext(connection) as queries:
            tries = [client.post(ENTER, {"code": "0000 0000"}) for _ in range(6)]
        trying = statements(queries)
        over = ["used up or too old" in answer.content.decode() for answer in tries]
        told.append((asked.status_code, asked["Location"], page, over, asking, trying))
    assert told[0] == told[1]
    assert told[0][3] == [False] * 5 + [True]
    assert len(sent) == 1


def test_code_that_was_tried_too_often_opens_nothing(
    client: Client, aino: User, sent: Sent
) -> None:
    ask(client, "aino@example.org")
    work()
    for _ in range(codes.WRONG):
        client.post(ENTER, {"code": "1"})
    client.post(ENTER, {"code": digits(sent[0][2])})
    assert who(client) is None


def test_code_expires(client: Client, aino: User, sent: Sent) -> None:
    ask(client, "aino@example.org")
    work()
    SignInCode.objects.update(expires_at=codes.timezone.now() - dt.timedelta(seconds=1))
    assert "used up" in client.post(ENTER, {"code": digits(sent[0][2])}).content.decode()
    # One that waited too long for the worker is not sent any more.
    ask(client, "aino@example.org")
    SignInCode.objects.update(expires_at=codes.timezone.now() - dt.timedelta(seconds=1))
    work()
    assert len(sent) == 1


def test_code_opens_nothing_in_a_browser_that_did_not_ask(aino: User, sent: Sent) -> None:
    ask(Client(), "aino@example.org")
    work()
    other = Client()
    assert other.post(ENTER, {"code": digits(sent[0][2])})["Location"].startswith(ASK)
    ask(other, "nobody@example.org")
    other.post(ENTER, {"code": digits(sent[0][2])})
    assert who(other) is None


def test_link_of_a_mail_opens_with_a_press_in_any_browser_and_once(aino: User, sent: Sent) -> None:
    ask(Client(), "aino@example.org")
    work()
    token = sent[0][2].split("http://fair/")[1].split()[0]
    page, client = f"/en/signin/link/{token}/", Client()
    assert client.get(page).status_code == 200
    assert who(client) is None
    assert client.post(page).status_code == 302
    assert who(client) == str(aino.pk)
    again = Client()
    assert (again.post(page).status_code, who(again)) == (422, None)
    for bad in (token.split(".")[0], f"{token}x", "nothing", f"{token.split('.')[0]}."):
        assert again.post(f"/en/signin/link/{bad}/").status_code == 422
    assert who(again) is None


def test_fifth_code_for_an_address_is_refused_and_names_the_wait(sent: Sent, aino: User) -> None:
    statuses = []
    for _ in range(5):
        for identifier in ("aino@example.org", "nobody@example.org"):
            answer = Client().post(ASK, {"identifier": identifier}, REMOTE_ADDR="192.0.2.1")
            statuses.append(answer.status_code)
    assert statuses == [302] * 8 + [429] * 2
    assert 890 <= int(answer["Retry-After"]) <= 900
    work()
    assert len(sent) == 4


def test_codes_asked_for_elsewhere_do_not_keep_the_owner_from_one(sent: Sent, aino: User) -> None:
    def ask_from(source: str) -> int:
        told = {"identifier": "aino@example.org"}
        return Client().post(ASK, told, REMOTE_ADDR=source).status_code

    assert [ask_from(f"192.0.2.{n // 4}") for n in range(12)] == [302] * 12
    # By now each source has one.
    assert [ask_from("192.0.2.9"), ask_from("192.0.2.9"), ask_from("198.51.100.7")] == [
        302, 429, 302,
    ]  # fmt: skip


@pytest.mark.parametrize("identifier", ["aino@example.org", "+358401234567", "nobody@example.org"])
def test_one_address_gets_a_bounded_number_of_codes_from_everywhere(
    sent: Sent, aino: User, monkeypatch: pytest.MonkeyPatch, identifier: str
) -> None:
    """However many places ask: then the password is still there."""
    clock = [codes.timezone.now()]
    monkeypatch.setattr(codes.timezone, "now", lambda: clock[0])

    def asked(begin: int) -> int:
        statuses = [
            Client().post(ASK, {"identifier": identifier}, REMOTE_ADDR=f"10.{begin}.{n}.1")
            for n in range(40)
        ]
        return sum(one.status_code == 302 for one in statuses)

    many = []
    for quarter in range(4):
        many.append(asked(quarter))
        clock[0] += dt.timedelta(minutes=15, seconds=1)
    assert many == [codes.TOTAL, codes.DAILY - codes.TOTAL, 0, 0]
    refused = Client().post(ASK, {"identifier": identifier}, REMOTE_ADDR="10.9.0.1")
    assert 80_000 < int(refused["Retry-After"]) <= 86_400
    other = Client().post(ASK, {"identifier": "bela@example.org"}, REMOTE_ADDR="10.9.0.1")
    assert other.status_code == 302
    clock[0] += dt.timedelta(days=1)
    assert asked(10) == codes.TOTAL


@pytest.mark.parametrize("place", ["192.0.2.66", "2001:db8:1::7"])
def test_one_place_uses_up_a_part_of_the_day_and_leaves_the_rest_to_the_owner(
    sent: Sent, aino: User, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    clock = [codes.timezone.now()]
    monkeypatch.setattr(codes.timezone, "now", lambda: clock[0])

    def asked(source: str, times: int = 5) -> int:
        told = {"identifier": "aino@example.org"}
        answers = [Client().post(ASK, told, REMOTE_ADDR=source) for _time in range(times)]
        return sum(one.status_code == 302 for one in answers)

    def by_quarters(source: str) -> list[int]:
        many = []
        for _quarter in range(5):
            many.append(asked(source))
            clock[0] += dt.timedelta(minutes=15, seconds=1)
        return many

    assert by_quarters(place) == [4, 4, 4, 0, 0]
    assert asked(place, 1) == 0
    # Nor do three places slow the owner down by what they are refused.
    for other in ("192.0.2.67", "192.0.2.68"):
        assert by_quarters(other) == [4, 4, 4, 0, 0]
    assert [asked(one) for one in (place, "192.0.2.67", "192.0.2.68")] == [0, 0, 0]
    assert asked("198.51.100.7") == 4
    clock[0] += dt.timedelta(days=1)
    assert asked(place) == 4


def test_networks_of_one_site_share_what_they_may_ask_for(sent: Sent, aino: User) -> None:
    def ask_from(source: str) -> int:
        told = {"identifier": "aino@example.org"}
        return Client().post(ASK, told, REMOTE_ADDR=source).status_code

    sources = [f"2001:db8:1:{n:x}::7" for n in range(16)]
    assert [ask_from(one) for one in sources] == [302] * 12 + [429] * 4
    assert ask_from("2001:db8:2::7") == 302


def test_address_that_asks_for_hundreds_is_refused(
    client: Client, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "ADDRESS_ASKED", 3)
    statuses = [ask(client, f"guess{n}@example.org").status_code for n in range(4)]
    assert statuses == [302] * 3 + [429]
    monkeypatch.setattr(codes, "ADDRESS_TRIED", 2)
    tried = [client.post(ENTER, {"code": "1"}).status_code for n in range(3)]
    assert tried == [422, 422, 429]


def test_row_keeps_neither_address_nor_code(sent: Sent, aino: User) -> None:
    for identifier in ("aino@example.org", "nobody@example.org"):
        ask(Client(), identifier)
    work()
    code = digits(sent[0][2]).replace(" ", "")
    for row in SignInCode.objects.values():
        assert row["to"] == ""
        assert code not in str(row.values())
    assert "aino" not in str(list(JobRecord.objects.values_list("arguments", "result")))


def test_closed_account_gets_no_code(client: Client, aino: User, sent: Sent) -> None:
    ask(client, "aino@example.org")
    work()
    User.objects.update(is_active=False)
    client.post(ENTER, {"code": digits(sent[0][2])})
    ask(client, "aino@example.org")
    work()
    assert (who(client), len(sent)) == (None, 1)


@pytest.mark.parametrize(
    ("language", "subject"),
    [("zh-hans", "您的登录验证码"), ("ar", "رمز تسجيل دخولك"), ("xx", "Your code to sign in")],
)
def test_code_speaks_the_language_of_its_user(sent: Sent, language: str, subject: str) -> None:
    domain.create_user(email="a@example.org", phone="+97714123456", language=language)
    ask(Client(), "a@example.org")
    ask(Client(), "+977 1 4123456")
    work()
    assert [(to, about) for to, about, _text in sent] == [
        ("a@example.org", subject), ("+97714123456", ""),
    ]  # fmt: skip


def test_without_a_carrier_nothing_is_offered(client: Client, aino: User, settings: Any) -> None:
    assert settings.MAIL_URL == ""
    assert ASK not in client.get("/en/signin/").content.decode()
    refused = ask(client, "aino@example.org")
    assert refused.status_code == 422
    assert "No codes are sent here." in refused.content.decode()
    assert SignInCode.objects.count() == 0


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_pages_are_there_in_every_language(client: Client, sent: Sent, language: str) -> None:
    assert ASK.replace("en", language, 1) in client.get(f"/{language}/signin/").content.decode()
    client.post(f"/{language}/signin/code/", {"identifier": "a@b.org"})
    for page in ("code/", "code/enter/", "link/a.b/"):
        answer = client.get(f"/{language}/signin/{page}")
        assert (answer.status_code, answer["Cache-Control"]) == (
            200, "max-age=0, no-cache, no-store, must-revalidate, private",
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_a_code_at_once_one_gets_in(aino: User, sent: Sent) -> None:
    row = domain.ask_for_code("aino@example.org", "192.0.2.1", "")
    work()
    code = digits(sent[0][2])

    def enter(number: int) -> bool:
        try:
            return domain.try_code(row.public_id, code, f"192.0.2.{number}") is not None
        except domain.CodeOver:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, range(8))) == [False] * 7 + [True]


class _Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one mail needs; the first DATA is answered with 451."""

    mails: list[bytes]
    refuse: list[bool]

    def handle(self) -> None:
        self.wfile.write(b"220 fake\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                if self.refuse:
                    self.refuse.pop()
                    self.wfile.write(b"451 not now\r\n")
                    continue
                self.mails.append(body)
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mail_server_here(settings: Any) -> Iterator[type[_Smtp]]:
    class Here(_Smtp):
        mails: list[bytes] = []
        refuse: list[bool] = []

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Here) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.MAIL_URL = f"smtp://127.0.0.1:{server.server_address[1]}"
        settings.MAIL = mail_server(settings.MAIL_URL)
        settings.MAIL_FROM = "fair@example.org"
        yield Here
        server.shutdown()


def test_mail_goes_out_over_smtp_and_again_after_a_refusal(
    client: Client, aino: User, mail_server_here: type[_Smtp]
) -> None:
    mail_server_here.refuse.append(True)
    ask(client, "aino@example.org")
    first = lease.take()
    assert first
    running.carry_out(first)
    assert mail_server_here.mails == []
    JobRecord.objects.update(next_at=None)
    second = lease.take()
    assert second
    running.carry_out(second)
    (raw,) = mail_server_here.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["To"], mail["From"], mail["Subject"], mail["Auto-Submitted"]) == (
        "aino@example.org", "fair@example.org", "Your code to sign in", "auto-generated",
    )  # fmt: skip
    text = mail.get_content()
    assert "http://testserver/en/signin/link/" in text
    client.post(ENTER, {"code": digits(text)})
    assert who(client) == str(aino.pk)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://a%40b:p%3Aw@mail.example:2525?tls", "mail.example", 2525, True, False),
        ("smtps://a%40b:p%3Aw@mail.example", "mail.example", 465, False, True),
    ],
)
def test_mail_url_is_read(url: str, host: str, port: int, tls: bool, ssl: bool) -> None:
    assert mail_server(url) == {
        "host": host, "port": port, "username": "a@b", "password": "p:w",
        "use_tls": tls, "use_ssl": ssl, "timeout": 20,
    }  # fmt: skip


@pytest.mark.parametrize(
    "url", ["mail.example", "http://x", "smtp://", "smtp://x?ssl", "smtp://x:a"]
)
def test_mail_url_that_is_none_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="smtp://user:password") as refused:
        mail_server(url)
    assert url == "smtp://" or url not in str(refused.value)
