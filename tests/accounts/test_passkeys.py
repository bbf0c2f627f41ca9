"""What the page for a passkey asks: nothing is stored of it, and it is answered once."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from emporion.accounts import domain
from emporion.accounts.models import Passkey, SignInTries, User
from tests.accounts.soft_key import SoftKey
from tests.accounts.test_second_factor import ADD, USE, WORDS, asked, sign_in, who

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


def test_what_a_passkey_answers_counts_once_and_for_ten_minutes(
    client: Client, aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the key does not count, and whoever has the answer has the browser's cookie."""
    key = SoftKey()
    sign_in(client)
    client.post(ADD, {"answer": key.made(asked(client, ADD))})

    def opens(answer: str, cookie: str) -> bool:
        other = Client()
        other.cookies["passkey"] = cookie
        other.post(USE, {"answer": answer})
        return who(other) is not None

    first = Client()
    answer, cookie = key.answer(asked(first, USE)), first.cookies["passkey"].value
    assert [opens(answer, cookie[:-1] + "x"), opens(answer, cookie), opens(answer, cookie)] == [
        False, True, False,
    ]  # fmt: skip
    Passkey.objects.update(counter=0)
    assert not opens(answer, cookie)
    late = Client()
    answer, cookie = key.answer(asked(late, USE)), late.cookies["passkey"].value
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert not opens(answer, cookie)


def test_page_for_a_passkey_leaves_no_session(client: Client) -> None:
    for _ in range(5):
        told = Client().get(USE).cookies
        assert [name for name in told if name != "csrftoken"] == ["passkey"]
        kept = told["passkey"]
        assert (kept["max-age"], kept["httponly"], kept["samesite"]) == (600, True, "Strict")
    assert Session.objects.count() == 0
    assert SignInTries.objects.count() == 0
