"""Guesses of the second factor by whoever has the first: few, and never at the owner's cost."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.conf import settings as given
from django.test import Client
from django.utils import timezone

from emporion.accounts import domain
from emporion.accounts.domain import devices, guesses, second_factor, totp
from emporion.accounts.models import Authenticator, User
from tests.accounts.test_second_factor import APP, SECOND, WORDS, set_up, sign_in, who

THIEF, HOTEL = "192.0.2.66", "198.51.100.7"
DEVICE = given.DEVICE_COOKIE_NAME

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


@pytest.fixture
def app(client: Client, aino: User) -> tuple[str, list[str]]:
    """The secret of Aino's app, and her codes on paper."""
    sign_in(client)
    return set_up(client)


class Clock:
    """A clock that is moved on by hand."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def on(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(second_factor.timezone, "now", lambda: made.now)
    return made


def code(secret: str) -> str:
    return totp.code_at(secret, int(time.time()) // 30)


def guess(client: Client, typed: str, address: str) -> Any:
    return client.post(SECOND, {"code": typed}, REMOTE_ADDR=address)


def wrong(aino: User, source: str, device: str = "") -> bool:
    """Type a wrong code; say whether it was taken as a try."""
    try:
        assert not second_factor.try_second(aino, "000000", source, device)
    except domain.TooManyTries as full:
        assert 0 < full.seconds <= 30 * 86400
        return False
    return True


def test_guesses_of_one_place_end_soon_and_no_others_wait_for_it(
    client: Client, aino: User, app: tuple[str, list[str]]
) -> None:
    """The owner has the app, and is in another place: nobody shuts them out."""
    thief, owner = Client(), Client()
    sign_in(thief)
    tried = [guess(thief, "000000", THIEF) for _ in range(11)]
    assert [answer.status_code for answer in tried] == [422] * 10 + [429]
    assert int(tried[-1]["Retry-After"]) > 800
    sign_in(owner)
    assert guess(owner, code(app[0]), HOTEL).status_code == 302
    assert who(owner) == str(aino.pk)


def test_guesses_of_others_leave_the_codes_on_paper_to_the_owner(
    client: Client, aino: User, app: tuple[str, list[str]]
) -> None:
    thief, owner = Client(), Client()
    sign_in(thief)
    tried = [guess(thief, "aaaa-bbbb-cccc", THIEF).status_code for _ in range(11)]
    assert tried == [422] * 10 + [429]
    sign_in(owner)
    assert guess(owner, app[1][0], HOTEL).status_code == 302


def test_patient_thief_in_one_place_leaves_the_app_to_the_owner(
    aino: User, app: tuple[str, list[str]], clock: Clock
) -> None:
    by_day = []
    for _day in range(5):
        clock.on(days=1)
        by_day.append(0)
        for _try in range(25):
            clock.on(minutes=2)
            by_day[-1] += wrong(aino, THIEF)
    assert by_day == [20, 20, 0, 0, 0]
    assert second_factor.try_second(aino, code(app[0]), HOTEL)
    # The right code of the owner gives nobody new tries, not even in the owner's own network.
    assert not wrong(aino, THIEF)
    assert wrong(aino, HOTEL)
    code_of_later = totp.code_at(app[0], int(time.time()) // 30 + 1)
    assert second_factor.try_second(aino, code_of_later, HOTEL)
    assert len(Authenticator.objects.get().wrong) == 41


def test_all_strangers_together_have_few_guesses_in_a_month(
    client: Client, aino: User, app: tuple[str, list[str]], clock: Clock
) -> None:
    by_day = []
    for day in range(5):
        clock.on(days=1, seconds=1)
        by_day.append(sum(wrong(aino, f"203.0.113.{n}") for n in range(day, day + 70)))
    assert by_day == [60, 60, 60, 20, 0]
    # A browser that proved both before goes on, and so do codes on paper; the month ends, too.
    assert not wrong(aino, HOTEL)
    known = client.cookies[DEVICE].value
    assert second_factor.try_second(aino, code(app[0]), HOTEL, known)
    assert second_factor.try_second(aino, app[1][0], HOTEL)
    clock.on(days=31)
    assert wrong(aino, HOTEL)


def test_networks_of_one_site_are_one_place(
    aino: User, app: tuple[str, list[str]], clock: Clock
) -> None:
    tried = 0
    for n in range(80):
        clock.on(minutes=10)
        tried += wrong(aino, f"2001:db8:1:{n:x}::/64")
    assert tried == 20


def test_browser_that_proved_both_is_counted_by_itself(
    client: Client, aino: User, app: tuple[str, list[str]]
) -> None:
    owner = Client()
    owner.cookies[DEVICE] = client.cookies[DEVICE].value
    thief = Client()
    sign_in(thief)
    # In the owner's own network.
    assert guess(thief, "000000", HOTEL).status_code == 422
    for _ in range(10):
        guess(thief, "000000", HOTEL)
    sign_in(owner)
    assert guess(owner, code(app[0]), HOTEL).status_code == 302


def test_guesses_in_a_browser_that_was_taken_with_the_password_end_too(
    client: Client, aino: User, app: tuple[str, list[str]], clock: Clock
) -> None:
    known = client.cookies[DEVICE].value
    tried = 0
    for n in range(96):
        clock.on(minutes=14)
        tried += wrong(aino, f"203.0.113.{n}", known)
    assert tried == second_factor.DAILY


def test_cookie_of_another_user_another_app_or_nobody_makes_a_stranger(
    client: Client, aino: User, app: tuple[str, list[str]]
) -> None:
    known = client.cookies[DEVICE].value
    assert devices.known(aino, known)
    other = domain.create_user(email="li@example.org", name="Li", password=WORDS)
    assert [devices.known(other, known), devices.known(aino, known[:-1] + "x")] == ["", ""]
    assert [devices.known(aino, text) for text in ("", "x", "[]", "1:2:3")] == [""] * 4
    Authenticator.objects.update(made_at=timezone.now() + dt.timedelta(hours=1))
    assert devices.known(aino, known) == ""


def test_cookie_is_for_this_site_alone_and_opens_nothing(
    client: Client, aino: User, app: tuple[str, list[str]]
) -> None:
    kept = client.cookies[DEVICE]
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Strict", "/")
    assert aino.public_id not in kept.value
    other = Client()
    other.cookies[DEVICE] = kept.value
    assert other.get("/en/account/").status_code == 302
    assert sign_in(other)["Location"] == SECOND


def test_what_an_older_version_noted_still_counts(
    aino: User, app: tuple[str, list[str]], clock: Clock
) -> None:
    old = [(clock.now - dt.timedelta(minutes=n)).timestamp() for n in range(60)]
    Authenticator.objects.update(wrong=old)
    assert not wrong(aino, HOTEL)
    clock.on(days=1, seconds=1)
    assert wrong(aino, HOTEL)


def test_place_is_written_down_for_nobody_to_read(aino: User, app: tuple[str, list[str]]) -> None:
    assert wrong(aino, HOTEL)
    noted = str(Authenticator.objects.get().wrong)
    assert HOTEL not in noted
    other = domain.create_user(email="li@example.org", name="Li", password=WORDS)
    assert guesses.place_of(aino, HOTEL) != guesses.place_of(other, HOTEL)


def test_setting_up_another_app_forgets_what_was_guessed_of_the_old_one(
    client: Client, aino: User, app: tuple[str, list[str]]
) -> None:
    for _ in range(5):
        wrong(aino, THIEF)
    assert client.get(APP).status_code == 200
    set_up(client)
    assert Authenticator.objects.get().wrong == []
