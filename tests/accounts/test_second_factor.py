"""The second factor: an app, codes on paper, passkeys; needed by those who run an expo."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emporion.accounts import domain
from emporion.accounts.domain import second_factor, tokens, totp
from emporion.accounts.models import Authenticator, Passkey, RecoveryCode, User
from emporion.accounts.rules import SCOPES
from emporion.core.models import JournalEntry
from emporion.edition.domain import officers
from emporion.edition.models import Delegation
from emporion.registry.domain import make_organiser, remove_organiser
from emporion.registry.domain.roles import ROLES
from emporion.registry.models import Body
from tests import factories
from tests.accounts.soft_key import FLAG, SoftKey

WORDS, HERE = "correct horse battery", "192.0.2.1"
SIGN_IN, SECOND, APP = "/en/signin/", "/en/signin/second/", "/en/account/app/"
ADD, USE = "/en/account/passkeys/add/", "/en/signin/passkey/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


def sign_in(client: Client, **values: str) -> Any:
    return client.post(SIGN_IN, {"identifier": "aino@example.org", "password": WORDS, **values})


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set up an app as a reader does; return its secret and the codes for paper."""
    page = client.get(APP).content.decode()
    found = re.search(r"secret=([A-Z2-7]{32})", page)
    assert found
    secret = found.group(1)
    done = client.post(APP, {"code": totp.code_at(secret, int(time.time()) // 30 - 1)})
    assert done.status_code == 200
    return secret, re.findall(r"<li>([a-z0-9-]{14})</li>", done.content.decode())


def asked(client: Client, page: str) -> dict[str, Any]:
    found = re.search(r'data-asked="([^"]+)"', client.get(page).content.decode())
    assert found
    told: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return told


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"),
        (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.code_at(secret, at // 30) == code
    assert [totp.step_of(secret, code, at + off) for off in (-60, -30, 0, 30, 60)] == [
        None, at // 30, at // 30, at // 30, None,
    ]  # fmt: skip
    assert totp.step_of(secret, code, at, after=at // 30) is None


def test_app_is_asked_for_before_the_session_begins(client: Client, aino: User) -> None:
    sign_in(client)
    secret, paper = set_up(client)
    assert (len(set(paper)), RecoveryCode.objects.count()) == (10, 10)
    other = Client()
    answer = sign_in(other, next="/en/model/")
    assert (answer["Location"], who(other)) == (SECOND, None)
    wrong = other.post(SECOND, {"code": "000000"})
    assert (wrong.status_code, who(other)) == (422, None)
    code = totp.code_at(secret, int(time.time()) // 30)
    right = other.post(SECOND, {"code": code})
    assert (right["Location"], who(other)) == ("/en/model/", str(aino.pk))
    # No code is taken twice.
    third = Client()
    sign_in(third)
    assert third.post(SECOND, {"code": code}).status_code == 422
    actions = JournalEntry.objects.filter(action__startswith="user.set_f")
    assert list(actions.values_list("fields", flat=True)) == [["app"]]


def test_code_on_paper_lets_in_once_and_new_ones_replace_all(client: Client, aino: User) -> None:
    sign_in(client)
    _secret, paper = set_up(client)
    for n, (code, status) in enumerate([(paper[0].upper(), 302), (paper[0], 422), (paper[1], 302)]):
        other = Client()
        sign_in(other)
        assert other.post(SECOND, {"code": code}).status_code == status, n
    assert second_factor.recovery_left(aino) == 8
    client.post("/en/account/recovery/")
    assert not second_factor.try_second(aino, paper[2], HERE)
    assert second_factor.recovery_left(aino) == 10
    assert JournalEntry.objects.filter(action="user.use_recovery").count() == 2


def test_second_page_is_for_whoever_has_just_proved_the_first_factor(
    client: Client, aino: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(SECOND)["Location"] == SIGN_IN
    sign_in(client)
    secret, _paper = set_up(client)
    other = Client()
    sign_in(other)
    assert other.get(SECOND).status_code == 200
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    code = totp.code_at(secret, int(now + 601) // 30)
    assert other.post(SECOND, {"code": code})["Location"].startswith(SIGN_IN)
    assert who(other) is None


def test_database_alone_gives_no_codes(client: Client, aino: User, settings: Any) -> None:
    sign_in(client)
    secret, _paper = set_up(client)
    assert secret not in Authenticator.objects.get().secret
    code = totp.code_at(secret, int(time.time()) // 30)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    assert not second_factor.try_second(aino, code, HERE)
    settings.SECRET_KEY_FALLBACKS = [before]
    assert second_factor.try_second(aino, code, HERE)


def test_wrong_codes_of_an_app_are_forgotten_with_it(client: Client, aino: User) -> None:
    """A new app begins anew: its owner would else wait for a month, by no fault of the new one."""
    sign_in(client)
    set_up(client)
    lately = time.time() - 3600
    Authenticator.objects.update(wrong=[[lately, "somewhere"]] * 300)
    with pytest.raises(domain.TooManyTries):
        second_factor.try_second(aino, "000000", HERE)
    secret, _paper = set_up(client)
    assert Authenticator.objects.get().wrong == []
    assert second_factor.try_second(aino, totp.code_at(secret, int(time.time()) // 30), HERE)


def test_wrong_code_sets_up_nothing(client: Client, aino: User) -> None:
    sign_in(client)
    client.get(APP)
    assert client.post(APP, {"code": "12"}).status_code == 422
    assert not second_factor.has_one(aino)


def test_what_one_signs_in_with_is_changed_after_a_new_sign_in_only(
    client: Client, aino: User
) -> None:
    sign_in(client)
    session = client.session
    session["proved"] = int(time.time()) - 901
    session.save()
    for page in (APP, ADD):
        assert (
            client.get(page)["Location"] == f"/en/signin/?again=1&next={page.replace('/', '%2F')}"
        )
    for page in (
        "/en/account/app/remove/",
        "/en/account/recovery/",
        "/en/account/passkeys/remove/",
    ):
        assert "again=1" in client.post(page)["Location"]


def test_forgotten_app_is_asked_for_no_more(client: Client, aino: User) -> None:
    sign_in(client)
    set_up(client)
    client.post("/en/account/app/remove/")
    assert (RecoveryCode.objects.count(), second_factor.has_one(aino)) == (0, False)
    other = Client()
    sign_in(other)
    assert who(other) == str(aino.pk)


def test_passkey_signs_in_without_password_and_without_a_second_step(
    client: Client, aino: User
) -> None:
    key = SoftKey()
    sign_in(client)
    made = client.post(ADD, {"answer": key.made(asked(client, ADD)), "name": "My phone"})
    assert made["Location"] == "/en/account/"
    assert b"My phone" in client.get("/en/account/").content
    other = Client()
    answer = other.post(USE, {"answer": key.answer(asked(other, USE)), "next": "/en/model/"})
    assert (answer["Location"], who(other)) == ("/en/model/", str(aino.pk))
    # With the password alone nobody gets in any more.
    third = Client()
    assert (sign_in(third)["Location"], who(third)) == (SECOND, None)
    client.post("/en/account/passkeys/remove/", {"passkey": Passkey.objects.get().public_id})
    fourth = Client()
    fourth.post(USE, {"answer": key.answer(asked(fourth, USE))})
    assert who(fourth) is None


def test_answer_that_is_not_the_one_asked_for_is_refused(client: Client, aino: User) -> None:
    key = SoftKey()
    sign_in(client)
    client.post(ADD, {"answer": key.made(asked(client, ADD))})

    def opens(answer: str, other: Client | None = None) -> bool:
        other = other or Client()
        if not other.cookies.get("passkey"):
            asked(other, USE)
        other.post(USE, {"answer": answer})
        return who(other) is not None

    other = Client()
    good = key.answer(asked(other, USE))
    assert not opens(good)  # Asked of another browser.
    assert opens(good, other)
    assert not opens(good, Client())
    for change in ({"origin": "http://evil.example"}, {"host": "evil.example"}, {"flags": FLAG.UP}):
        bad, other = SoftKey(), Client()
        bad.__dict__.update({**key.__dict__, **change, "counter": 50})
        assert not opens(bad.answer(asked(other, USE)), other), change
    # A key that counts backwards was copied.
    other = Client()
    key.counter = 0
    assert not opens(key.answer(asked(other, USE)), other)
    for rubbish in (
        "",
        "[]",
        "{}",
        "null",
        "x" * 30_000,
        '{"id": 1}',
        '{"rawId":"a","response":{}}',
    ):
        assert not opens(rubbish), rubbish
    stranger, other = SoftKey(), Client()
    assert not opens(stranger.answer(asked(other, USE)), other)


@pytest.mark.parametrize("change", [{"origin": "http://evil.example"}, {"flags": FLAG.UP}])
def test_passkey_is_kept_only_if_it_was_made_here_and_asks_its_user(
    client: Client, aino: User, change: dict[str, Any]
) -> None:
    sign_in(client)
    key = SoftKey()
    key.__dict__.update(change)
    client.post(ADD, {"answer": key.made(asked(client, ADD))})
    # Nor twice from one question, nor for somebody else.
    assert Passkey.objects.count() == 0
    good = SoftKey()
    answer = good.made(asked(client, ADD))
    client.post(ADD, {"answer": answer})
    client.post(ADD, {"answer": answer})
    assert Passkey.objects.count() == 1


def test_sealed_secret_that_was_changed_opens_nothing(client: Client, aino: User) -> None:
    sign_in(client)
    secret, _paper = set_up(client)
    app = Authenticator.objects.get()
    assert secret not in app.secret
    for at in (20, len(app.secret) // 2, len(app.secret) - 20):
        other = "A" if app.secret[at] != "A" else "B"
        Authenticator.objects.update(secret=app.secret[:at] + other + app.secret[at + 1 :])
        assert not second_factor.try_second(
            aino, totp.code_at(secret, int(time.time()) // 30), HERE
        )
    Authenticator.objects.update(secret=app.secret)
    assert second_factor.try_second(aino, totp.code_at(secret, int(time.time()) // 30), HERE)


def test_app_works_on_under_another_key_of_the_server_that_names_the_old_one(
    client: Client, aino: User, settings: Any
) -> None:
    sign_in(client)
    secret, _paper = set_up(client)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key " * 5
    code = totp.code_at(secret, int(time.time()) // 30)
    assert not second_factor.try_second(aino, code, HERE)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert second_factor.try_second(aino, code, HERE)


@pytest.fixture
def asked_of_staff(settings: Any) -> None:
    settings.SECOND_FACTOR = "staff"


def test_it_is_asked_for_unless_somebody_says_otherwise() -> None:
    from emporion.project import settings as real

    assert (real.SECOND_FACTOR, real.SECOND_FACTOR_GRACE_DAYS) == ("staff", 0)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_the_staff_is_led_to_set_one_up_and_does_nothing_before(
    client: Client, aino: User, edition: Any, asked_of_staff: None, role: str
) -> None:
    make_organiser(edition.expo, aino, role, ["A"])
    desk = reverse("portal:overview", args=[edition.slug])
    assert sign_in(client, next=desk)["Location"] == "/en/account/"
    page = client.get("/en/account/").content.decode()
    assert "Your post needs a second factor" in page and "needed from" in page
    for _ in range(2):
        assert client.get(desk)["Location"] == "/en/account/"
    _made, secret = tokens.make_token(aino, "desk", SCOPES, 1)
    told = client.get(
        f"/api/v1/editions/{edition.slug}/slots", headers={"Authorization": f"Bearer {secret}"}
    )
    assert told.status_code == 403
    assert "lacks the second factor" in told.json()["detail"]
    # As everybody they go on, and as staff once it is there.
    assert client.get(reverse("portal:front", args=[edition.slug])).status_code == 200
    set_up(client)
    assert client.get(desk).status_code == 200


def test_staff_of_before_is_led_there_by_the_first_page_of_the_desk(
    client: Client, aino: User, edition: Any, asked_of_staff: None
) -> None:
    factories.make_organiser(edition, aino)
    assert sign_in(client)["Location"] == "/en/"
    assert client.get(reverse("portal:overview", args=[edition.slug]))["Location"] == "/en/account/"
    assert sign_in(Client())["Location"] == "/en/account/"
    # A session that proved the password alone is led to the second factor.
    set_up(client)
    session = client.session
    session["both"] = False
    session.save()
    assert "again=1" in client.get(reverse("portal:overview", args=[edition.slug]))["Location"]
    # Others are not concerned.
    other = Client()
    other.force_login(factories.make_user())
    assert other.get(reverse("portal:overview", args=[edition.slug])).status_code == 403


def test_officer_acts_for_nobody_before(
    client: Client, aino: User, edition: Any, asked_of_staff: None
) -> None:
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    member = factories.make_participation(edition, "buyer", delegation=delegation)
    officers.appoint_officer(delegation, aino)
    assert sign_in(client)["Location"] == "/en/account/"
    page = reverse("portal:delegation", args=[edition.slug])
    act = reverse("portal:act_for", args=[edition.slug, member.public_id])
    assert [client.get(page)["Location"], client.post(act)["Location"]] == ["/en/account/"] * 2
    session = client.session
    session["acting"] = {edition.public_id: member.public_id}
    session.save()
    agenda = reverse("meetings:requests", args=[edition.slug])
    assert client.get(agenda).status_code == 403
    set_up(client)
    assert [client.get(page).status_code, client.get(agenda).status_code] == [200, 200]


def test_days_of_grace_begin_with_the_post(
    client: Client, aino: User, edition: Any, asked_of_staff: None, settings: Any
) -> None:
    settings.SECOND_FACTOR_GRACE_DAYS = 14
    make_organiser(edition.expo, aino)
    sign_in(client)
    assert client.get(reverse("portal:overview", args=[edition.slug])).status_code == 200
    aino.refresh_from_db()
    assert aino.factor_due_at is not None
    assert dt.timedelta(days=13) < aino.factor_due_at - timezone.now() < dt.timedelta(days=14)


def test_who_has_left_the_staff_is_led_nowhere(
    client: Client, aino: User, edition: Any, asked_of_staff: None
) -> None:
    factories.make_organiser(edition)
    make_organiser(edition.expo, aino)
    remove_organiser(edition.expo, aino.public_id)
    assert sign_in(client)["Location"] == "/en/"


def test_session_proves_one_factor_again_when_the_last_one_is_removed(
    client: Client, aino: User, edition: Any, asked_of_staff: None
) -> None:
    make_organiser(edition.expo, aino)
    desk = reverse("portal:overview", args=[edition.slug])
    sign_in(client)
    secret, _paper = set_up(client)
    other = Client()
    sign_in(other)
    other.post(SECOND, {"code": totp.code_at(secret, int(time.time()) // 30)})
    assert [one.get(desk).status_code for one in (client, other)] == [200, 200]
    client.post("/en/account/app/remove/")
    assert client.get(desk)["Location"] == "/en/account/"
    assert who(other) is None


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_pages_are_there_in_every_language(client: Client, aino: User, language: str) -> None:
    sign_in(client)
    for page in ("account/", "account/app/", "account/passkeys/add/", "signin/passkey/"):
        assert client.get(f"/{language}/{page}").status_code == 200
    set_up(client)
    assert client.get(f"/{language}/account/").content.count(b"/account/recovery/") == 1
    other = Client()
    sign_in(other)
    assert other.get(f"/{language}/signin/second/").status_code == 200
