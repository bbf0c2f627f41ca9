"""Sign in by an account elsewhere: OpenID Connect, Weixin, DingTalk, Feishu."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.apps import apps
from django.db import connection
from django.test import Client
from jwt.algorithms import ECAlgorithm

from emporion.accounts import domain
from emporion.accounts.domain import openid, second_factor, totp
from emporion.accounts.models import OutsideAccount, User
from emporion.core.models import JournalEntry
from tests.accounts import fake_accounts
from tests.accounts.fake_accounts import ACCESS, ID, SECRET, Chinese, Server

LEAVE, BACK = "/en/signin/with/openid/", "/signin/back/openid/"
ACCOUNT, CONNECT = "/en/account/", "/en/account/outside/{}/connect/"
REFUSED = "You did not come in. Try once more, or sign in another way."
UNKNOWN = (
    "No account here knows this one. Sign in another way; in your account you can then connect it."
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with fake_accounts.running(Server()) as fake:
        told = {"id": ID, "secret": SECRET, "issuer": fake.url, "name": "Chamber"}
        settings.OUTSIDE_ACCOUNTS = {"openid": told}
        settings.OUTGOING_PRIVATE = ["127.0.0.1"]
        yield fake


@pytest.fixture
def chinese(settings: Any) -> Iterator[Chinese]:
    with fake_accounts.running(Chinese()) as fake:
        told = {"id": "app", "secret": "word", "page": "https://there.example", "url": fake.url}
        settings.OUTSIDE_ACCOUNTS = dict.fromkeys(("weixin", "dingtalk", "feishu"), told)
        settings.OUTGOING_PRIVATE = ["127.0.0.1"]
        yield fake


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password="correct horse")


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def said(client: Client, answer: Any) -> list[str]:
    """What the page says to which the answer leads."""
    page = client.get(answer["Location"])
    return [str(one) for one in page.context["messages"]]


def travel(server: Server, client: Client, subject: str = "s1", **claims: Any) -> Any:
    """Sign in there and come back."""
    page = client.get(LEAVE, {"next": "/en/model/"})["Location"]
    return client.get(BACK, server.let_in(page, subject, **claims))


VERIFIED = {"email": "Aino@example.org", "email_verified": True}


def test_checked_address_joins_once_and_then_the_account_elsewhere_lets_in(
    client: Client, server: Server, aino: User
) -> None:
    answer = travel(server, client, **VERIFIED)
    assert (answer["Location"], who(client)) == ("/en/model/", str(aino.pk))
    row = OutsideAccount.objects.get()
    assert (row.user, row.issuer, row.subject) == (aino, server.url, "s1")
    # From now on the address says nothing: neither another one there nor the same of another.
    other = Client()
    travel(server, other, email="gone@example.org", email_verified=True)
    assert who(other) == str(aino.pk)
    third = Client()
    assert said(third, travel(server, third, "s2", **VERIFIED)) == [UNKNOWN]
    assert who(third) is None
    actions = (
        JournalEntry.objects.filter(action__startswith="user.")
        .order_by("pk")
        .values_list("action", "fields")
    )
    assert list(actions)[1:] == [
        ("user.join", ["openid"]), ("user.sign_in", ["openid"]), ("user.sign_in", ["openid"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "aino@example.org"},
        {"email": "aino@example.org", "email_verified": False},
        {"email": "aino@example.org", "email_verified": "false"},
        {"email": "aino@example.org", "email_verified": 1.5},
        {"email": "nobody@example.org", "email_verified": True},
        {"email": ["aino@example.org"], "email_verified": True},
    ],
    ids=str,
)
def test_address_that_nobody_checked_or_has_lets_nobody_in(
    client: Client, server: Server, aino: User, claims: dict[str, Any]
) -> None:
    assert said(client, travel(server, client, **claims)) == [UNKNOWN]
    assert (who(client), OutsideAccount.objects.count(), User.objects.count()) == (None, 0, 1)


def test_address_is_asked_for_where_the_token_holds_none(
    client: Client, server: Server, aino: User
) -> None:
    server.userinfo = {"sub": "somebody else", **VERIFIED}
    assert said(client, travel(server, client)) == [REFUSED]
    server.userinfo = {"sub": "s1", **VERIFIED}
    travel(server, client)
    assert who(client) == str(aino.pk)


def test_answer_counts_once_and_in_its_own_browser(
    client: Client, server: Server, aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get(LEAVE)["Location"]
    answer = server.let_in(page, "s1", **VERIFIED)
    other = Client()
    assert said(other, other.get(BACK, answer)) == [REFUSED]
    assert said(client, client.get(BACK, {**answer, "state": "another"})) == [REFUSED]
    # The trip is over with the first answer, even a wrong one.
    assert said(client, client.get(BACK, answer)) == [REFUSED]
    page = client.get(LEAVE)["Location"]
    declined = {"error": "access_denied", "state": server.let_in(page, "s1")["state"]}
    assert said(client, client.get(BACK, declined)) == [REFUSED]
    page = client.get(LEAVE)["Location"]
    answer, now = server.let_in(page, "s1", **VERIFIED), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert said(client, client.get(BACK, answer)) == [REFUSED]
    assert (who(client), OutsideAccount.objects.count()) == (None, 0)


FOREIGN = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another app"},
        {"aud": [ID, "another app"]},
        {"aud": [ID, "another app"], "azp": "another app"},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"exp": 1},
        {"iat": int(time.time()) + 3600},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "line\nbreak"},
    ],
    ids=str,
)
def test_token_with_a_wrong_claim_lets_nobody_in(
    client: Client, server: Server, aino: User, claims: dict[str, Any]
) -> None:
    assert said(client, travel(server, client, **{"subject": "s1", **VERIFIED, **claims})) == [
        REFUSED
    ]
    assert who(client) is None


@pytest.mark.parametrize(
    "kind", ["none", "shared", "foreign", "brings a key", "says where", "text", "nameless"]
)
def test_token_that_is_not_signed_by_the_server_lets_nobody_in(
    client: Client, server: Server, aino: User, kind: str
) -> None:
    now = int(time.time())
    page = client.get(LEAVE)["Location"]
    answer = server.let_in(page, "s1")
    nonce = server.given[answer["code"]]["nonce"]
    claims = {
        "iss": server.url, "aud": ID, "iat": now, "exp": now + 60, "nonce": nonce, "sub": "s1",
        **VERIFIED,
    }  # fmt: skip
    server.keys["two"], known = ec.generate_private_key(ec.SECP256R1()), FOREIGN.public_key()
    server.token = {
        "none": lambda: jwt.encode(claims, None, "none", {"kid": "one"}),
        "shared": lambda: jwt.encode(claims, SECRET * 4, "HS256", {"kid": "one"}),
        "foreign": lambda: jwt.encode(claims, FOREIGN, "ES256", {"kid": "one"}),
        "brings a key": lambda: jwt.encode(
            claims, FOREIGN, "ES256", {"kid": "one", "jwk": ECAlgorithm.to_jwk(known, as_dict=True)}
        ),
        "says where": lambda: jwt.encode(
            claims, FOREIGN, "ES256", {"kid": "own", "jku": f"{server.url}/elsewhere"}
        ),
        "text": lambda: "no token",
        "nameless": lambda: jwt.encode(claims, server.keys["one"], "ES256"),
    }[kind]()
    assert said(client, client.get(BACK, answer)) == [REFUSED]
    assert "/elsewhere" not in server.asked
    server.token = jwt.encode(claims, server.keys["one"], "ES256", {"kid": "one"})
    travel(server, client)
    assert who(client) is None  # That nonce was of the first sign-in.


def test_new_key_of_the_server_is_found_and_not_asked_for_at_every_token(
    client: Client, server: Server, aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(server, client, **VERIFIED)
    server.keys["two"], server.signs = FOREIGN, "two"
    monkeypatch.setattr(openid, "AT_MOST_EVERY", 0)
    other = Client()
    travel(server, other)
    assert who(other) == str(aino.pk)
    monkeypatch.setattr(openid, "AT_MOST_EVERY", 30)
    server.signs, before = "three", server.asked.count("/keys")
    server.keys["three"] = FOREIGN
    for _ in range(3):
        travel(server, Client())
    assert server.asked.count("/keys") == before
    assert server.asked.count("/.well-known/openid-configuration") == 1


def test_another_server_is_not_taken_for_this_one(client: Client, server: Server) -> None:
    page = client.get(LEAVE)["Location"]
    answer = {**server.let_in(page, "s1", **VERIFIED), "iss": "https://other.example"}
    assert said(client, client.get(BACK, answer)) == [REFUSED]
    openid._known.clear()
    server.discovery = {"issuer": "https://other.example"}
    answer = client.get(LEAVE)
    assert said(client, answer) == [
        "There is no answer from Chamber now. Try again later, or sign in another way."
    ]


def test_account_is_connected_by_a_wish_and_disconnected(
    client: Client, server: Server, aino: User
) -> None:
    client.post("/en/signin/", {"identifier": "aino@example.org", "password": "correct horse"})
    page = client.post(CONNECT.format("openid"))
    answer = client.get(BACK, server.let_in(page.context["page"], "s9"))
    assert (answer["Location"], said(client, answer)) == (
        ACCOUNT, ["From now on Chamber lets you in."],
    )  # fmt: skip
    other = Client()
    travel(server, other, "s9")
    assert who(other) == str(aino.pk)
    # Somebody else's stays theirs.
    bela = domain.create_user(email="bela@example.org", password="correct horse")
    third = Client()
    third.post("/en/signin/", {"identifier": "bela@example.org", "password": "correct horse"})
    page = third.post(CONNECT.format("openid"))
    answer = third.get(BACK, server.let_in(page.context["page"], "s9"))
    assert said(third, answer) == [
        "It is connected already, with this account or another. Nothing was changed."
    ]
    row = OutsideAccount.objects.get()
    third.post("/en/account/outside/disconnect/", {"account": row.public_id})
    assert OutsideAccount.objects.get().user == aino
    client.post("/en/account/outside/disconnect/", {"account": row.public_id})
    assert said(third, travel(server, third, "s9")) == [UNKNOWN]
    assert (OutsideAccount.objects.count(), who(third)) == (0, str(bela.pk))


def test_wish_of_one_never_connects_the_account_of_another(
    client: Client, server: Server, aino: User
) -> None:
    domain.create_user(email="bela@example.org", password="correct horse")
    client.post("/en/signin/", {"identifier": "aino@example.org", "password": "correct horse"})
    page = client.post(CONNECT.format("openid")).context["page"]
    client.post("/en/signin/", {"identifier": "bela@example.org", "password": "correct horse"})
    answer = client.get(BACK, server.let_in(page, "s1"))
    assert (said(client, answer), OutsideAccount.objects.count()) == ([REFUSED], 0)
    assert client.get(CONNECT.format("openid")).status_code == 405


@pytest.mark.usefixtures("clock_early_in_a_step")
def test_account_elsewhere_is_one_factor(client: Client, server: Server, aino: User) -> None:
    client.post("/en/signin/", {"identifier": "aino@example.org", "password": "correct horse"})
    secret = totp.new_secret()
    second_factor.set_up(
        client.get("/en/account/").wsgi_request, aino, secret,
        totp.code_at(secret, int(time.time()) // 30 - 1), "192.0.2.1",
    )  # fmt: skip
    other = Client()
    assert travel(server, other, **VERIFIED)["Location"] == "/en/signin/second/"
    assert who(other) is None
    code = totp.code_at(secret, int(time.time()) // 30)
    assert other.post("/en/signin/second/", {"code": code})["Location"] == "/en/model/"


def test_closed_account_and_roles_of_the_demonstration_stay_shut(
    client: Client, server: Server, aino: User, settings: Any
) -> None:
    settings.DEMO_SIGNIN = True
    travel(server, client, **VERIFIED)
    domain.close_account(aino)
    other = Client()
    assert said(other, travel(server, other, **VERIFIED)) == [UNKNOWN]
    shown = domain.demonstration_user("buyer", "Buyer", public_id="demo1")
    other.force_login(shown)
    assert other.post(CONNECT.format("openid")).status_code == 403


def test_trips_from_one_address_are_counted(
    client: Client, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emporion.accounts.interfaces.outside_pages.LIMIT", 3)
    answers = [client.get(BACK).status_code for _ in range(3)] + [client.get(LEAVE).status_code]
    assert answers == [302, 302, 302, 429]
    assert int(client.get(BACK)["Retry-After"]) > 800


def test_nothing_is_offered_that_is_not_set_up(client: Client, settings: Any, aino: User) -> None:
    assert client.get("/en/signin/").context["outside"] == []
    client.force_login(aino)
    found = [
        client.get(LEAVE).status_code,
        client.get(BACK).status_code,
        client.post(CONNECT.format("openid")).status_code,
    ]
    # Not signed in lately, so the last leads to the sign-in first.
    assert found == [404, 404, 302]


@pytest.mark.parametrize(
    ("key", "subject", "sent"),
    [
        ("weixin", "o_weixin", {"appid": "app", "scope": "snsapi_login"}),
        ("dingtalk", "d_dingtalk", {"client_id": "app", "scope": "openid"}),
        ("feishu", "ou_feishu", {"app_id": "app"}),
    ],
)
def test_each_of_the_chinese_three_lets_in_who_connected_it(
    client: Client, chinese: Chinese, aino: User, key: str, subject: str, sent: dict[str, str]
) -> None:
    li = domain.create_user(email="li@example.org", password="correct horse")
    code = "authCode" if key == "dingtalk" else "code"

    def go(browser: Client, page: str) -> Any:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert asked["redirect_uri"] == f"http://testserver/signin/back/{key}/"
        assert sent.items() <= asked.items()
        return browser.get(f"/signin/back/{key}/", {code: "c1", "state": asked["state"]})

    def enter() -> Client:
        browser = Client()
        go(browser, browser.get(f"/zh-hans/signin/with/{key}/")["Location"])
        return browser

    # An address that nobody says was checked joins nobody: Li has the one that it tells.
    assert who(enter()) is None
    client.post("/en/signin/", {"identifier": "li@example.org", "password": "correct horse"})
    go(client, client.post(CONNECT.format(key)).context["page"])
    row = OutsideAccount.objects.get()
    assert (row.user, row.provider, row.issuer, row.subject) == (li, key, "app", subject)
    assert who(enter()) == str(li.pk)
    chinese.wrong = True
    assert who(enter()) is None
    # Secrets travel in bodies and heads, where no log of addresses keeps them.
    assert [path for _method, path, _headers, _form in chinese.asked if "word" in path] == []


def test_token_of_the_other_side_is_kept_nowhere(
    client: Client, server: Server, aino: User
) -> None:
    """It is shown to that side once more, for the address, and forgotten with the request."""
    answer = travel(server, client, **VERIFIED)
    assert who(client) == str(aino.pk)
    kept = [str(answer.headers), str(answer.cookies), str(dict(client.session))]
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            kept.append(str(cursor.fetchall()))
    assert [text for text in kept if ACCESS in text or server.sent in text] == []
    assert len(server.sent) > 100
