"""Who knows only the password sets up no first second factor: the owner's address has to agree."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.test import Client

from emporion.accounts import domain
from emporion.accounts.domain import carriers, second_factor, totp
from emporion.accounts.models import Passkey, User
from emporion.registry.domain import make_organiser
from tests.accounts.soft_key import SoftKey
from tests.accounts.test_codes import ASK, ENTER, Sent, digits, sent, work
from tests.accounts.test_second_factor import ADD, APP, SECOND, WORDS, asked, set_up, sign_in, who

__all__ = ["sent"]
pytestmark = pytest.mark.django_db
TO_CODE = {page: f"{ASK}?next={page.replace('/', '%2F')}" for page in (APP, ADD)}


@pytest.fixture
def aino(sent: Sent) -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


@pytest.fixture
def reviewer(aino: User, edition: Any, settings: Any) -> User:
    settings.SECOND_FACTOR = "staff"
    make_organiser(edition.expo, aino, "reviewer")
    return aino


def come_in_by_code(client: Client, sent: Sent, to: str) -> Any:
    """Sign in by a code that was sent, as its owner does."""
    client.post(ASK, {"identifier": "aino@example.org", "next": to})
    work()
    return client.post(ENTER, {"code": digits(sent[-1][2]), "next": to})


@pytest.mark.parametrize("page", [APP, ADD])
def test_password_alone_sets_up_no_first_factor(client: Client, reviewer: User, page: str) -> None:
    sign_in(client)
    form = {"code": "000000", "answer": "{}"}
    answers = [client.get(page), client.post(page, form)]
    assert [answer["Location"] for answer in answers] == [TO_CODE[page]] * 2
    assert "aino@example.org" in client.get(TO_CODE[page]).content.decode()
    assert not second_factor.has_one(reviewer)


def test_password_alone_sets_up_none_behind_the_pages(
    client: Client, reviewer: User, rf: Any
) -> None:
    """What the page looked at may be over by now: it is looked at again under the lock."""
    request = rf.post(APP)
    request.user = reviewer
    request.session = {"way": "password", "proved": int(time.time())}
    secret = totp.new_secret()
    code = totp.code_at(secret, int(time.time()) // 30)
    with pytest.raises(domain.NotOpen):
        second_factor.set_up(request, reviewer, secret, code, "192.0.2.1")
    # Nor a code that let somebody in long ago.
    request.session = {"way": "code", "proved": int(time.time()) - 901}
    with pytest.raises(domain.NotOpen):
        second_factor.set_up(request, reviewer, secret, code, "192.0.2.1")
    assert not second_factor.has_one(reviewer)


def test_code_sent_to_the_owner_leads_to_the_first_factor(
    client: Client, reviewer: User, sent: Sent
) -> None:
    sign_in(client)
    assert come_in_by_code(client, sent, APP)["Location"] == APP
    set_up(client)
    assert second_factor.has_app(reviewer)
    # Another one needs no code: this session has both.
    assert client.get(ADD).status_code == 200


def test_passkey_is_a_first_factor_as_well(client: Client, reviewer: User, sent: Sent) -> None:
    assert come_in_by_code(client, sent, ADD)["Location"] == ADD
    client.post(ADD, {"answer": SoftKey().made(asked(client, ADD))})
    assert Passkey.objects.filter(user=reviewer).count() == 1


def test_thief_with_the_password_is_out_once_the_owner_has_one(
    client: Client, reviewer: User, sent: Sent
) -> None:
    thief = Client()
    sign_in(thief)
    come_in_by_code(client, sent, APP)
    set_up(client)
    assert who(thief) is None
    assert sign_in(thief)["Location"] == SECOND


def test_password_does_where_no_code_reaches_the_user(
    client: Client, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, ready = carriers._carriers["phone"]
    monkeypatch.setattr(carriers, "_carriers", {"phone": (take, ready)})
    sign_in(client)
    set_up(client)
    assert second_factor.has_app(reviewer)


def test_account_without_a_post_is_guarded_as_well(client: Client, aino: User) -> None:
    """A post may come later, and would find the thief's factor there."""
    sign_in(client)
    assert client.get(APP)["Location"] == TO_CODE[APP]


@pytest.mark.parametrize("language", ["zh-hans", "ar"])
def test_way_to_the_code_is_said_in_every_language(
    client: Client, aino: User, language: str
) -> None:
    sign_in(client)
    page = client.get(f"/{language}/account/app/", follow=True).content.decode()
    assert "First show" not in page
    assert re.search(r'value="aino@example.org"', page)
