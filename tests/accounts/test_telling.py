"""Every change of what somebody signs in with is told to all their addresses."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.translation import override

from emporion.accounts import domain
from emporion.accounts.domain import carriers, joining, losing, second_factor, telling, tokens, totp
from emporion.accounts.domain.outside import Proof
from emporion.accounts.models import OutsideAccount, Passkey, User
from emporion.core import outbox
from emporion.core.models import JournalEntry
from tests.accounts.soft_key import SoftKey
from tests.accounts.test_codes import Sent, sent
from tests.accounts.test_second_factor import ADD, APP, WORDS, asked, set_up

__all__ = ["sent"]
pytestmark = pytest.mark.django_db
NEW = "lantern gravel otter seven"
TO = [("aino@example.org", True), ("+358401234567", False)]


@pytest.fixture
def aino(sent: Sent) -> User:
    return domain.create_user(
        email="aino@example.org", phone="+358 40 1234567", name="Aino", password=WORDS
    )


@pytest.fixture
def inside(client: Client, aino: User) -> Client:
    """Signed in a moment ago by a code, as one who may change all."""
    client.force_login(aino)
    session = client.session
    session.update({"way": "code", "proved": int(time.time())})
    session.save()
    return client


def set_password(client: Client, aino: User) -> None:
    client.post("/en/account/password/", {"new": NEW})


def add_passkey(client: Client, aino: User) -> None:
    client.post(ADD, {"answer": SoftKey().made(asked(client, ADD))})


def remove_passkey(client: Client, aino: User) -> None:
    row = Passkey.objects.create(
        user=aino, credential_id="x", data="x", name="x", made_at=aino.date_joined
    )
    session = client.session
    session["both"] = True
    session.save()
    client.post("/en/account/passkeys/remove/", {"passkey": row.public_id})


def set_app(client: Client, aino: User) -> None:
    set_up(client)


def remove_app(client: Client, aino: User) -> None:
    set_up(client)
    client.post("/en/account/app/remove/")


def new_paper(client: Client, aino: User) -> None:
    set_up(client)
    client.post("/en/account/recovery/")


def use_paper(client: Client, aino: User) -> None:
    _secret, paper = set_up(client)
    assert second_factor.try_second(aino, paper[0], "192.0.2.1")


def join(client: Client, aino: User) -> None:
    joining.join(aino, Proof("openid", "https://id.example.org", "a1"))


def part(client: Client, aino: User) -> None:
    join(client, aino)
    joining.part(aino, OutsideAccount.objects.get().public_id)


def make_token(client: Client, aino: User) -> None:
    client.post("/en/access/", {"name": "x", "scopes": "read", "days": "1"})


def guess(client: Client, aino: User) -> None:
    set_up(client)
    for _ in range(10):
        second_factor.try_second(aino, "000000", "192.0.2.66")


def lose_factors(client: Client, aino: User) -> None:
    set_up(client)
    losing.forget_factors(aino)


CHANGES: dict[str, Callable[[Client, User], None]] = {
    "user.set_password": set_password,
    "user.set_factor:app": set_app,
    "user.set_factor:passkey": add_passkey,
    "user.set_factor:recovery": new_paper,
    "user.remove_factor:app": remove_app,
    "user.remove_factor:passkey": remove_passkey,
    "user.lose_factors": lose_factors,
    "user.use_recovery": use_paper,
    "user.join": join,
    "user.part": part,
    "token.make": make_token,
    "user.guessed": guess,
}


@pytest.mark.parametrize("what", telling.WORDS)
def test_change_is_told_to_every_address_of_its_user(
    inside: Client, aino: User, sent: Sent, what: str
) -> None:
    CHANGES[what](inside, aino)
    outbox.drain()
    said = str(telling.WORDS[what])
    told = [(to, bool(subject)) for to, subject, text in sent if said in text]
    assert sorted(told) == sorted(TO)
    assert all("If it was not you" in text for _to, _subject, text in sent)


def test_every_change_in_the_journal_has_its_words(inside: Client, aino: User) -> None:
    """Whatever the journal says of what one signs in with is told; signing in and out are not."""
    for change in CHANGES.values():
        OutsideAccount.objects.all().delete()
        change(inside, aino)
    quiet = {"user.create", "user.sign_in", "user.end_session", "token.end"}
    noted = JournalEntry.objects.exclude(action__in=quiet).values_list("action", "fields")
    told = {a if a in telling.WORDS else f"{a}:{fields[0]}" for a, fields in noted}
    assert told == set(telling.WORDS) - {"user.guessed"}


def test_nothing_is_told_of_a_change_that_did_not_come_to_be(inside: Client, aino: User) -> None:
    inside.get(APP)
    inside.post(APP, {"code": "12"})
    inside.post("/en/account/password/", {"new": "short"})
    assert outbox.OutboxRow.objects.count() == 0


def test_who_has_no_address_that_is_reached_is_told_nothing(
    aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriers, "_carriers", {})
    tokens.make_token(aino, "x", ["read"], 1)
    assert outbox.OutboxRow.objects.count() == 0


def test_row_names_nobody_and_is_given_up_where_the_address_is_unknown(
    aino: User, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(to: str, subject: str, text: str, key: str) -> None:
        raise carriers.NotReached("the mail server does not know the address")

    taken = carriers._carriers["phone"]
    monkeypatch.setattr(carriers, "_carriers", {"mail": (refuse, lambda: True), "phone": taken})
    tokens.make_token(aino, "x", ["read"], 1)
    assert "aino" not in str(list(outbox.OutboxRow.objects.values()))
    outbox.drain()
    states = outbox.OutboxRow.objects.order_by("lane").values_list("state", "cause")
    assert list(states) == [("dead", "the mail server does not know the address"), ("done", "")]
    assert [to for to, _subject, _text in sent] == ["+358401234567"]


def test_account_that_was_closed_meanwhile_is_told_nothing(aino: User, sent: Sent) -> None:
    tokens.make_token(aino, "x", ["read"], 1)
    domain.close_account(aino)
    outbox.drain()
    assert (sent, outbox.OutboxRow.objects.filter(state="done").count()) == ([], 2)


@pytest.mark.parametrize("language", ["zh-hans", "ar"])
def test_notice_is_in_the_language_of_the_account(aino: User, sent: Sent, language: str) -> None:
    User.objects.update(language=language)
    tokens.make_token(aino, "x", ["read"], 1)
    outbox.drain()
    with override(language):
        said = str(telling.WORDS["token.make"])
    assert [said in text for _to, _subject, text in sent] == [True, True]
    assert "which a program" not in said


def test_first_factor_of_a_thief_would_be_told(inside: Client, aino: User, sent: Sent) -> None:
    secret, _paper = set_up(inside)
    outbox.drain()
    assert secret not in str(sent)
    assert totp.code_at(secret, int(time.time()) // 30) not in str(sent)
