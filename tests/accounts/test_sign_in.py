"""Sign in by e-mail or phone; nobody learns who exists, and guessing ends soon."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from emporion.accounts import domain
from emporion.accounts.domain import sign_in, tries
from emporion.accounts.interfaces import places
from emporion.accounts.models import SignInTries, User, UserSession
from emporion.accounts.rules import as_source
from emporion.core.models import JournalEntry

PAGE = "/en/signin/"
WORDS = "correct horse battery"

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(
        email="Aino@Example.org", phone="+358 40 123-4567", name="Aino", password=WORDS
    )


def send(client: Client, identifier: str, password: str = WORDS, **values: Any) -> Any:
    return client.post(PAGE, {"identifier": identifier, "password": password, **values})


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize(
    "typed",
    [
        "aino@example.org",
        " AINO@example.ORG ",
        "+358401234567",
        "00358 40 123 4567",
        "+358/40-1234567",
    ],
)
def test_right_password_opens_a_session(client: Client, aino: User, typed: str) -> None:
    response = send(client, typed)
    assert (response.status_code, response["Location"]) == (302, "/en/")
    assert who(client) == str(aino.pk)
    entry = JournalEntry.objects.get(action="user.sign_in")
    assert (entry.actor, entry.object_ids) == (f"user:{aino.public_id}", [aino.public_id])


def test_session_key_changes_at_sign_in(client: Client, aino: User) -> None:
    client.session.save()
    before = client.session.session_key
    send(client, "aino@example.org")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("typed", "password"),
    [
        ("aino@example.org", "wrong"),
        ("nobody@example.org", WORDS),
        ("+86571000000", WORDS),
        ("0401234567", WORDS),
        ("sleeping@example.org", WORDS),
        ("no-password@example.org", ""),
    ],
)
def test_refusal_is_one_and_the_same_for_everybody(
    client: Client, aino: User, typed: str, password: str
) -> None:
    asleep = domain.create_user(email="sleeping@example.org", password=WORDS)
    User.objects.filter(pk=asleep.pk).update(is_active=False)
    domain.create_user(email="no-password@example.org")
    answers = [send(client, typed, password or "x"), send(client, "somebody@else.org", "else")]
    pages = [
        a.content.decode()
        .replace(str(a.context["csrf_token"]), "")
        .replace(typed, "T")
        .replace("somebody@else.org", "T")
        for a in answers
    ]
    assert [a.status_code for a in answers] == [422, 422]
    assert "No account fits these two." in pages[0]
    assert pages[0] == pages[1]
    assert who(client) is None


def test_password_is_hashed_also_for_nobody(
    aino: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    request = RequestFactory().post(PAGE)
    for typed in ("aino@example.org", "nobody@example.org"):
        domain.try_password(request, typed, "wrong", "192.0.2.1")
    assert hashed == ["wrong", "wrong"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"identifier": "a@b.c"},
        {"password": "x"},
        {"identifier": "a\x00b", "password": "x"},
        {"identifier": "a" * 300, "password": "x"},
    ],
)
def test_form_that_is_not_filled_in_counts_no_try(client: Client, values: dict[str, str]) -> None:
    assert client.post(PAGE, values).status_code == 422
    assert SignInTries.objects.count() == 0


def test_eleventh_try_under_a_name_is_refused_even_with_the_right_password(
    client: Client, aino: User
) -> None:
    # Two spellings of one name.
    for n in range(10):
        name = "aino@example.org" if n % 2 else " AINO@EXAMPLE.ORG"
        assert send(client, name, "wrong").status_code == 422
    refused = send(client, "aino@example.org")
    assert refused.status_code == 429
    assert 890 <= int(refused["Retry-After"]) <= 900
    assert "Wait 15 minutes" in refused.content.decode()
    assert who(client) is None
    # Another name from the same address is not concerned.
    domain.create_user(email="sita@example.org", password=WORDS)
    assert send(client, "sita@example.org").status_code == 302


def test_guesses_from_elsewhere_do_not_lock_the_owner_out(client: Client, aino: User) -> None:
    def guess(source: str, password: str = "wrong") -> int:
        told = {"identifier": "aino@example.org", "password": password}
        return Client().post(PAGE, told, REMOTE_ADDR=source).status_code

    assert [guess("192.0.2.1") for _ in range(11)] == [422] * 10 + [429]
    assert [guess(f"192.0.2.{2 + n // 10}") for n in range(20)] == [422] * 20
    # By now each source has fewer, and the owner still gets in.
    assert [guess("192.0.2.9") for _ in range(4)] == [422] * 3 + [429]
    assert guess("198.51.100.7", WORDS) == 302
    assert [guess("192.0.2.10") for _ in range(11)] == [422] * 10 + [429]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        # Some proxies tell the port as well.
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("192.0.2.1:x", "192.0.2.1:x"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_network_of_ipv6_counts_as_one(address: str, source: str) -> None:
    assert as_source(address) == source


def test_networks_of_one_site_have_four_times_the_tries_of_one(client: Client, aino: User) -> None:
    told = {"identifier": "aino@example.org", "password": "wrong"}
    sources = [f"2001:db8:1:{n:x}::7" for n in range(41)]
    statuses = [client.post(PAGE, told, REMOTE_ADDR=one).status_code for one in sources]
    # Once 30 came from everywhere each network has three, and their site twelve.
    assert statuses == [422] * 30 + [429] * 11
    told["password"] = WORDS
    assert client.post(PAGE, told, REMOTE_ADDR="2001:db8:2::7").status_code == 302


def test_new_addresses_of_one_network_of_ipv6_bring_no_new_tries(
    client: Client, aino: User
) -> None:
    told = {"identifier": "aino@example.org", "password": "wrong"}
    statuses = [
        client.post(PAGE, told, REMOTE_ADDR=f"2001:db8::{n:x}").status_code for n in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_name_that_nobody_has_is_limited_alike(client: Client) -> None:
    statuses = [
        client.post(
            PAGE, {"identifier": "no@body.org", "password": "x"}, REMOTE_ADDR="192.0.2.1"
        ).status_code
        for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_people_who_mistype_do_not_lock_out_their_hall(client: Client, aino: User) -> None:
    assert [send(client, f"guess{n}@example.org").status_code for n in range(40)] == [422] * 40
    assert send(client, "aino@example.org").status_code == 302
    assert sign_in.ADDRESS_LIMIT >= 300


def test_address_with_hundreds_of_wrong_tries_is_refused(
    client: Client, aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "ADDRESS_LIMIT", 12)
    statuses = [send(client, f"guess{n}@example.org").status_code for n in range(13)]
    assert statuses == [422] * 12 + [429]
    other = client.post(
        PAGE, {"identifier": "aino@example.org", "password": WORDS}, REMOTE_ADDR="192.0.2.7"
    )
    assert other.status_code == 302


def test_people_who_share_an_address_all_get_in(client: Client) -> None:
    for n in range(15):
        domain.create_user(email=f"buyer{n}@example.org", password=WORDS)
    assert [send(client, f"buyer{n}@example.org").status_code for n in range(15)] == [302] * 15


def test_right_password_forgets_earlier_tries_under_the_name(client: Client, aino: User) -> None:
    request = RequestFactory().post(PAGE)
    for round_ in range(3):
        for n in range(9):
            assert domain.try_password(request, "aino@example.org", "x", f"{round_}.{n}") is None
        assert domain.try_password(request, "aino@example.org", WORDS, f"{round_}.ok") == aino


def test_window_slides(aino: User, monkeypatch: pytest.MonkeyPatch) -> None:
    request, start = RequestFactory().post(PAGE), timezone.now()
    clock = [start]
    monkeypatch.setattr(sign_in.timezone, "now", lambda: clock[0])
    for n in range(10):
        clock[0] = start + dt.timedelta(minutes=n)
        domain.try_password(request, "aino@example.org", "x", "192.0.2.50")
    clock[0] = start + dt.timedelta(minutes=14, seconds=30)
    with pytest.raises(domain.TooManyTries) as refused:
        domain.try_password(request, "aino@example.org", WORDS, "192.0.2.50")
    assert refused.value.seconds == 30
    clock[0] = start + dt.timedelta(minutes=15, seconds=1)
    assert domain.try_password(request, "aino@example.org", WORDS, "192.0.2.50") == aino


def test_old_tries_are_dropped(aino: User, monkeypatch: pytest.MonkeyPatch) -> None:
    request, start = RequestFactory().post(PAGE), timezone.now()
    for n in range(5):
        domain.try_password(request, f"guess{n}", "x", f"192.0.2.{n}")
    monkeypatch.setattr(sign_in.timezone, "now", lambda: start + dt.timedelta(days=1, minutes=1))
    domain.try_password(request, "aino@example.org", WORDS, "192.0.2.50")
    assert SignInTries.objects.count() == 1
    assert SignInTries.objects.get().times == []


def test_tries_keep_neither_name_nor_address(aino: User) -> None:
    domain.try_password(RequestFactory().post(PAGE), "aino@example.org", "x", "192.0.2.1")
    keys = list(SignInTries.objects.values_list("key", flat=True))
    assert [len(key) for key in keys] == [64, 64, 64]
    assert not any(set(key) - set("0123456789abcdef") for key in keys)


def test_address_behind_a_proxy_is_the_one_the_proxy_saw(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "ADDRESS_LIMIT", 10)
    settings.BEHIND_PROXY = True
    statuses = [
        client.post(
            PAGE,
            {"identifier": f"a{n}@b.c", "password": "x"},
            headers={"X-Forwarded-For": f"10.0.0.{n}, 192.0.2.1"},
        ).status_code
        for n in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_proxy_that_was_not_announced_is_told_once(client: Client, caplog: Any) -> None:
    places.warn_of_a_proxy.cache_clear()
    for n in range(3):
        client.post(
            PAGE,
            {"identifier": f"a{n}@b.c", "password": "x"},
            headers={"X-Forwarded-For": "192.0.2.1"},
        )
    told = [r.getMessage() for r in caplog.records if "EMPORION_BEHIND_PROXY=1" in r.getMessage()]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/ar/fair/day/?date=2023-11-24", "/ar/fair/day/?date=2023-11-24"),
        ("https://elsewhere.example/", "/en/"),
        ("//elsewhere.example/x", "/en/"),
        ("\\\\elsewhere.example", "/en/"),
        ("javascript:alert(1)", "/en/"),
        ("", "/en/"),
        ("http://testserver/zh-hans/", "http://testserver/zh-hans/"),
    ],
)
def test_next_page_is_one_of_ours(client: Client, aino: User, wanted: str, goes_to: str) -> None:
    response = send(client, "aino@example.org", next=wanted)
    assert (response.status_code, response["Location"]) == (302, goes_to)
    # Who is in already is sent on at once.
    again = client.get(PAGE, {"next": wanted})
    assert (again.status_code, again["Location"]) == (302, goes_to)


def test_page_is_not_kept_and_carries_next(client: Client) -> None:
    response = client.get(PAGE, {"next": "/en/fair/day/"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert '<input type="hidden" name="next" value="/en/fair/day/">' in response.content.decode()


def test_sign_in_needs_the_csrf_token(aino: User) -> None:
    assert send(Client(enforce_csrf_checks=True), "aino@example.org").status_code == 403


def test_sign_out_is_a_post(client: Client, aino: User) -> None:
    client.force_login(aino)
    assert client.get("/en/signout/").status_code == 405
    assert who(client) == str(aino.pk)
    assert client.post("/en/signout/")["Location"] == "/en/"
    assert who(client) is None


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_page_is_there_in_every_language(client: Client, language: str) -> None:
    page = client.get(f"/{language}/signin/").content.decode()
    assert page.count('dir="ltr"') >= 2
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page


@pytest.mark.django_db(transaction=True)
def test_guesses_side_by_side_are_counted_exactly() -> None:
    def guess(number: int) -> bool:
        try:
            limits = {tries.key("name", "aino"): 10, f"{number:064}": 500}
            tries.count(limits, timezone.now())
        except domain.TooManyTries:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        let_through = list(pool.map(guess, range(24)))
    assert (let_through.count(True), let_through.count(False)) == (10, 14)


def test_who_is_in_signs_in_once_more_under_a_new_key(client: Client, aino: User) -> None:
    """As somebody does who is led there before they change what they sign in with."""
    for _ in range(2):
        form = {"identifier": "aino@example.org", "password": WORDS}
        assert client.post("/en/signin/?again=1", form).status_code == 302
    assert client.get("/en/account/").status_code == 200
    assert UserSession.objects.values_list("session_key", flat=True).get() == (
        client.session.session_key
    )
