"""One's own account: passwords that stand, and sessions seen and ended from afar."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from emporion.accounts import domain
from emporion.accounts.domain import sessions, sign_in
from emporion.accounts.domain.guessing import GuessingValidator
from emporion.accounts.interfaces import commands
from emporion.accounts.models import User, UserSession
from emporion.accounts.rules import device_name
from emporion.core.models import JournalEntry

WORDS, BETTER = "correct horse battery", "lantern gravel otter seven"
ACCOUNT, PASSWORD, END = "/en/account/", "/en/account/password/", "/en/account/sessions/end/"
CHROME = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino Virtanen", password=WORDS)


def signed_in(password: str = WORDS, agent: str = CHROME) -> Client:
    client = Client(headers={"User-Agent": agent})
    form = {"identifier": "aino@example.org", "password": password}
    assert client.post("/en/signin/", form).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password123", "a password that many use"),
        ("qwertyuiop", "that many use"),
        ("wertyuiop[]", "keys of the keyboard"),
        ("23.11.1987", "holds a date"),
        ("aaaaaaaaaaaa", "repeats the same"),
        ("virtanenaino", "your own name"),
        ("abcdefghijkl", "counts on"),
        ("emporion2026", "others know"),
    ],
)
def test_password_that_is_soon_guessed_is_refused_with_words_that_help(
    aino: User, password: str, why: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        GuessingValidator().validate(password, aino)
    (said,) = refused.value.messages
    assert "would soon be guessed" in said
    assert why in said
    assert "four or five words" in said


@pytest.mark.parametrize(("password", "status"), [("zQ7}k!x9W", 422), ("zQ7}k!x9W#", 302)])
def test_password_of_nine_characters_is_refused_however_odd(
    aino: User, password: str, status: int
) -> None:
    answer = signed_in().post(PASSWORD, {"old": WORDS, "new": password})
    assert answer.status_code == status
    aino.refresh_from_db()
    assert aino.check_password(password) == (status == 302)


@pytest.mark.parametrize("password", [WORDS, BETTER, "四月的雨落在旧城墙上", "x" * 3 + BETTER * 30])
def test_password_that_stands_is_taken_at_once(aino: User, password: str) -> None:
    started = time.process_time()
    GuessingValidator().validate(password, aino)
    assert time.process_time() - started < 1


def test_new_password_needs_the_old_one_and_ends_all_other_sessions(aino: User) -> None:
    here, phone = signed_in(), signed_in()
    wrong = here.post(PASSWORD, {"old": "wrong", "new": BETTER})
    assert (wrong.status_code, "This is not your password" in wrong.content.decode()) == (422, True)
    assert here.post(PASSWORD, {"old": WORDS, "new": "password123"}).status_code == 422
    assert is_in(phone)
    done = here.post(PASSWORD, {"old": WORDS, "new": BETTER})
    assert (done.status_code, done["Location"]) == (302, ACCOUNT)
    assert (is_in(here), is_in(phone)) == (True, False)
    assert UserSession.objects.get().session_key == here.session.session_key
    signed_in(BETTER)
    entry = JournalEntry.objects.get(action="user.set_password")
    assert (entry.actor, entry.fields) == (aino.actor, ["password"])


def test_guesses_of_the_old_password_are_counted_as_those_at_the_sign_in(
    aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "LIMIT", 2)
    here = signed_in()
    answers = [here.post(PASSWORD, {"old": "wrong", "new": BETTER}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert int(answers[2]["Retry-After"]) > 800


def test_who_came_by_a_code_sets_a_password_without_the_old_one(
    client: Client, aino: User, rf: Any
) -> None:
    here = signed_in()
    session = here.session
    session[sessions.WAY] = "code"
    session.save()
    assert 'name="old"' not in here.get(PASSWORD).content.decode()
    # A quarter of an hour later the old one is asked for again.
    session[sessions.PROVED] = int(time.time()) - sessions.FRESH - 1
    session.save()
    assert here.post(PASSWORD, {"new": BETTER}).status_code == 422
    session[sessions.PROVED] = int(time.time())
    session.save()
    assert here.post(PASSWORD, {"new": BETTER}).status_code == 302


def test_who_never_had_a_password_signs_in_anew_before_setting_one(aino: User) -> None:
    aino.set_unusable_password()
    aino.save()
    client = Client()
    client.force_login(aino)
    answer = client.post(PASSWORD, {"new": BETTER})
    assert answer["Location"] == "/en/signin/?again=1&next=/en/account/password/"
    assert client.get(answer["Location"]).status_code == 200


def test_sessions_are_listed_with_device_and_ended_singly(aino: User) -> None:
    here, phone, old = signed_in(), signed_in(agent="curl/8"), signed_in()
    assert [(s.device, s.way) for s in UserSession.objects.order_by("pk")] == [
        ("Chrome, Android", "password"), ("", "password"), ("Chrome, Android", "password"),
    ]  # fmt: skip
    page = here.get(ACCOUNT).content.decode()
    assert (page.count("last used"), page.count("this device")) == (3, 1)
    wanted = UserSession.objects.get(session_key=phone.session.session_key).public_id
    assert here.post(END, {"session": wanted}).status_code == 302
    assert (is_in(here), is_in(phone), is_in(old)) == (True, False, True)
    here.post(END)
    assert (is_in(here), is_in(old)) == (True, False)
    assert JournalEntry.objects.filter(action="user.end_session").count() == 2


def test_session_of_somebody_else_is_not_ended(aino: User) -> None:
    here = signed_in()
    other = domain.create_user(email="sita@example.org", password=WORDS)
    wanted = UserSession.objects.get().public_id
    assert not domain.end_session(other, wanted)
    assert is_in(here)


def test_session_that_was_left_is_listed_no_more(aino: User) -> None:
    here, other = signed_in(), signed_in()
    other.post("/en/signout/")
    assert here.get(ACCOUNT).content.decode().count("last used") == 1
    assert UserSession.objects.count() == 1


def test_last_use_is_noted_every_ten_minutes(
    aino: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    here = signed_in()
    long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    UserSession.objects.update(seen_at=long_ago)
    # The session, its user, an app and a passkey; nothing is written.
    with django_assert_num_queries(4):
        here.get(PASSWORD)
    assert UserSession.objects.get().seen_at == long_ago
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.EVERY + 1)
    here.get(PASSWORD)
    assert UserSession.objects.get().seen_at > long_ago


def test_role_of_the_demonstration_has_nothing_to_change(client: Client, settings: Any) -> None:
    settings.DEMO_SIGNIN = True
    client.force_login(domain.demonstration_user("buyer", "Sita", public_id="sssssss222"))
    page = client.get(ACCOUNT)
    assert (page.status_code, b"Everybody shares it" in page.content) == (200, True)
    assert client.get(PASSWORD).status_code == 403
    assert client.post(END).status_code == 403


def test_account_needs_a_sign_in(client: Client) -> None:
    for page in (ACCOUNT, PASSWORD):
        assert client.get(page)["Location"] == f"/en/signin/?next={page}"
    assert client.post(END).status_code == 302


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_pages_are_there_in_every_language(aino: User, language: str) -> None:
    here = signed_in()
    for page in ("", "password/"):
        assert here.get(f"/{language}/account/{page}").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0",
            "WeChat, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) Version/17.0 Safari/605", "Safari, macOS"),
        ("", ""),
    ],
)
def test_device_is_named_as_people_call_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_nobody_keeps_what_somebody_signed_in_was_shown(client: Client, aino: User) -> None:
    visitor = client.get("/en/")
    assert "no-store" not in visitor.get("Cache-Control", "")
    assert signed_in().get("/en/")["Cache-Control"] == "no-store, private"


def test_command_ends_the_sessions_of_one_or_of_all(
    aino: User, capsys: pytest.CaptureFixture[str]
) -> None:
    domain.create_user(email="li@example.org", name="Li", password=WORDS)
    first, second, other = signed_in(), signed_in(), Client()
    other.post("/en/signin/", {"identifier": "li@example.org", "password": WORDS})
    assert commands.sessions(["end", "--user", "AINO@example.org"]) == 0
    assert capsys.readouterr().out == "2 ended.\n"
    assert [is_in(one) for one in (first, second, other)] == [False, False, True]
    assert commands.sessions(["end", "--user", "nobody@example.org"]) == 1
    again = signed_in()
    assert commands.sessions(["end", "--all"]) == 0
    assert [is_in(one) for one in (again, other)] == [False, False]
    assert UserSession.objects.count() == 0
    ended = JournalEntry.objects.filter(action__startswith="user.end_").order_by("pk")
    assert [(entry.action, entry.actor) for entry in ended] == [
        ("user.end_session", "command:sessions"),
        ("user.end_all_sessions", "command:sessions"),
    ]
