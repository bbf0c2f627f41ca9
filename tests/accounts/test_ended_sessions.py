"""A session that has ended opens nothing to whoever still has its cookie, and none ends unseen."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from emporion.accounts import domain
from emporion.accounts.domain import sessions
from emporion.accounts.models import User, UserSession
from emporion.core import journal
from tests.accounts.test_second_factor import SECOND, SIGN_IN, WORDS, set_up, sign_in

ACCOUNT, END = "/en/account/", "/en/account/sessions/end/"
OWNER = {"identifier": "aino@example.org", "password": WORDS}
THIEF = {"identifier": "thief@example.org", "password": WORDS}

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that moves all clocks on by some seconds."""
    now, passed = timezone.now(), [0.0]
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=passed[0]))
    monkeypatch.setattr(time, "time", lambda: now.timestamp() + passed[0])

    def move(seconds: float) -> None:
        passed[0] += seconds

    return move


def owner() -> Client:
    client = Client()
    assert sign_in(client).status_code == 302
    return client


def copy_of(client: Client) -> Client:
    """Another browser with the cookie of this one."""
    other = Client()
    name = settings.SESSION_COOKIE_NAME
    other.cookies[name] = client.cookies[name].value
    return other


def reads(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def end_one(here: Client, there: Client) -> None:
    row = UserSession.objects.get(session_key=there.session.session_key)
    here.post(END, {"session": row.public_id})


@pytest.mark.parametrize(
    "end",
    [
        lambda _here, there: there.post("/en/signout/"),
        end_one,
        lambda here, _there: here.post(END),
        lambda _here, there: sign_in(there),
    ],
    ids=["left", "ended singly", "ended with all others", "begun anew"],
)
def test_cookie_of_an_ended_session_opens_nothing(
    aino: User, end: Callable[[Client, Client], Any]
) -> None:
    here, there = owner(), owner()
    kept = copy_of(there)
    assert reads(kept)
    end(here, there)
    assert (reads(here), reads(kept)) == (True, False)
    # Each that is listed is one that can be used, and the other way round.
    listed = set(UserSession.objects.values_list("session_key", flat=True))
    assert listed == {one.session.session_key for one in (here, there) if reads(one)}


def test_session_of_an_account_that_was_closed_opens_nothing(aino: User) -> None:
    there = owner()
    kept = copy_of(there)
    with journal.acting("command:test"):
        domain.close_account(aino)
    assert (reads(there), reads(kept)) == (False, False)
    # Nor one that is only switched off, by a column.
    sita = domain.create_user(email="sita@example.org", name="Sita", password=WORDS)
    client = Client()
    client.force_login(sita)
    assert reads(client)
    User.objects.filter(pk=sita.pk).update(is_active=False)
    assert not reads(client)


@pytest.mark.parametrize("used_every", [settings.SESSION_COOKIE_AGE + 1, 86_400])
def test_cookie_of_a_session_that_expired_opens_nothing(
    aino: User, clock: Callable[[float], None], used_every: int
) -> None:
    """Left alone it ends after its time; used each day it ends with its longest one."""
    kept = copy_of(owner())
    passed = 0
    while passed + used_every <= sessions.LONGEST:
        clock(used_every)
        passed += used_every
        if not reads(kept):
            break
    assert passed == used_every or passed == sessions.LONGEST
    clock(1)
    assert not reads(kept)


@pytest.mark.parametrize("theirs", [True, False], ids=["of the thief", "of the owner"])
def test_session_that_is_used_to_sign_in_anew_does_not_slip_out_of_the_list(
    aino: User, theirs: bool
) -> None:
    """Whoever has a cookie signs in over it, to an account with a second factor."""
    here, phone = owner(), owner()
    if theirs:
        domain.create_user(email=THIEF["identifier"], name="M", password=WORDS)
        own = Client()
        own.post(SIGN_IN, THIEF)
        set_up(own)
    else:
        set_up(here)
        phone = owner()
        code = set_up(here)[1][0]
        assert phone.post(SECOND, {"code": code}).status_code == 302
    thief = copy_of(phone)
    assert reads(thief)
    answer = thief.post(SIGN_IN, THIEF) if theirs else sign_in(thief)
    assert answer["Location"] == SECOND
    assert not reads(thief)
    assert [row.session_key for row in UserSession.objects.filter(user=aino)] == [
        here.session.session_key
    ]


@pytest.mark.parametrize("wanted", ["one", "all others"])
def test_session_of_long_ago_ends_no_other_before_its_user_signed_in_anew(
    aino: User, wanted: str
) -> None:
    here, there = owner(), owner()
    row = UserSession.objects.get(session_key=there.session.session_key)
    form = {"session": row.public_id} if wanted == "one" else {}
    session = here.session
    session[sessions.PROVED] = int(time.time()) - sessions.FRESH - 1
    session.save()
    led = here.post(END, form)
    assert led["Location"] == f"{SIGN_IN}?again=1&next=%2Fen%2Faccount%2F"
    assert reads(there)
    # Back on the page of the button, which works now.
    assert here.post(led["Location"], OWNER)["Location"] == ACCOUNT
    here.post(END, form)
    assert (reads(here), reads(there)) == (True, False)
