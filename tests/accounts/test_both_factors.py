"""Who knew the password before the second factor was set up gets nowhere by that afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from emporion.accounts import domain
from emporion.accounts.domain import second_factor, tokens, totp
from emporion.accounts.models import AccessToken, Authenticator, Passkey, RecoveryCode, User
from emporion.accounts.rules import SCOPES
from emporion.registry.domain import make_organiser
from tests.accounts.soft_key import SoftKey
from tests.accounts.test_second_factor import ADD, APP, SECOND, WORDS, asked, set_up, sign_in, who

pytestmark = pytest.mark.django_db
# What is changed on pages of the account, with what a form would send.
CHANGES: dict[str, dict[str, str]] = {
    APP: {"code": "000000"},
    ADD: {"answer": "{}"},
    "/en/account/app/remove/": {},
    "/en/account/recovery/": {},
    "/en/account/passkeys/remove/": {"passkey": "x"},
    "/en/account/outside/openid/connect/": {},
    "/en/account/outside/disconnect/": {"account": "x"},
    "/en/account/password/": {"old": WORDS, "new": "four other words together"},
    "/en/account/sessions/end/": {},
    "/en/account/data/": {"act": "close", "sure": "yes"},
    "/en/access/": {"name": "x", "scopes": "read", "days": "1"},
}


@pytest.fixture
def aino() -> User:
    return domain.create_user(email="aino@example.org", name="Aino", password=WORDS)


def add_key(client: Client) -> SoftKey:
    """Make a passkey as a reader does."""
    key = SoftKey()
    client.post(ADD, {"answer": key.made(asked(client, ADD))})
    assert Passkey.objects.count() == 1
    return key


@pytest.mark.parametrize("begin", [set_up, add_key])
def test_first_second_factor_ends_all_that_the_password_alone_let_in(
    client: Client, aino: User, edition: Any, settings: Any, begin: Callable[[Client], Any]
) -> None:
    settings.SECOND_FACTOR = "staff"
    make_organiser(edition.expo, aino)
    thief = Client()
    sign_in(thief)
    page = thief.post("/en/access/", {"name": "x", "scopes": list(SCOPES), "days": "366"})
    found = re.search(r"emp_[\w-]{43}", page.content.decode())
    assert found
    programs = reverse("portal:front", args=[edition.slug]).replace("/en/", "/api/v1/editions/")
    call = {"headers": {"Authorization": f"Bearer {found.group()}"}}
    assert Client().get(f"{programs}participations", **call).status_code == 403
    sign_in(client)
    begin(client)
    assert Client().get(f"{programs}participations", **call).status_code == 401
    assert (AccessToken.objects.filter(revoked_at=None).count(), who(thief)) == (0, None)
    assert client.get("/en/account/").status_code == 200
    # One more factor ends nothing: this session had both.
    tokens.make_token(aino, "own", ["read"], 1, both=True)
    set_up(client)
    assert AccessToken.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("page", CHANGES)
def test_session_of_one_factor_changes_nothing_of_an_account_that_has_two(
    client: Client, aino: User, page: str
) -> None:
    sign_in(client)
    set_up(client)
    app, papers = Authenticator.objects.get().secret, set(RecoveryCode.objects.values_list("pk"))
    session = client.session
    session["both"] = False
    session.save()
    stood_on = {"referer": f"http://testserver{page}"}
    answer = client.post(page, CHANGES[page], headers=stood_on)
    assert answer.status_code == 302
    assert answer["Location"] == f"/en/signin/?again=1&next={page.replace('/', '%2F')}"
    assert Authenticator.objects.get().secret == app
    assert set(RecoveryCode.objects.values_list("pk")) == papers
    aino.refresh_from_db()
    assert aino.check_password(WORDS)
    assert AccessToken.objects.count() == 0


def test_app_is_not_replaced_by_who_was_looked_at_before_it_was_there(
    client: Client, aino: User, rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page looks first; what was set up meanwhile is seen under the lock."""
    thief = Client()
    sign_in(thief)
    sign_in(client)
    mine, _paper = set_up(client)
    request = rf.post(APP)
    request.user, request.session = aino, {}
    theirs = totp.new_secret()
    code = totp.code_at(theirs, int(time.time()) // 30)
    with pytest.raises(domain.NotOpen):
        second_factor.set_up(request, aino, theirs, code, "192.0.2.1")
    with pytest.raises(domain.NotOpen):
        second_factor.remove_app(request, aino)
    with pytest.raises(domain.NotOpen):
        second_factor.new_recovery_codes(request, aino)
    assert second_factor.try_second(aino, totp.code_at(mine, int(time.time()) // 30), "192.0.2.1")


@pytest.mark.parametrize(("both", "status"), [(True, 200), (False, 403)])
def test_program_acts_in_a_post_only_by_a_token_that_both_factors_made(
    client: Client, aino: User, edition: Any, settings: Any, both: bool, status: int
) -> None:
    settings.SECOND_FACTOR = "staff"
    make_organiser(edition.expo, aino)
    sign_in(client)
    set_up(client)
    page = client.post("/en/access/", {"name": "x", "scopes": list(SCOPES), "days": "1"})
    found = re.search(r"emp_[\w-]{43}", page.content.decode())
    assert found
    assert AccessToken.objects.get().both
    AccessToken.objects.update(both=both)
    call = {"headers": {"Authorization": f"Bearer {found.group()}"}}
    told = Client().get(f"/api/v1/editions/{edition.slug}/participations", **call)
    assert told.status_code == status


def test_after_a_new_sign_in_with_both_the_page_is_there(client: Client, aino: User) -> None:
    sign_in(client)
    secret, _paper = set_up(client)
    session = client.session
    session["both"] = False
    session.save()
    to = client.get(APP)["Location"]
    client.post(to, {"identifier": "aino@example.org", "password": WORDS, "next": APP})
    answer = client.post(SECOND, {"code": totp.code_at(secret, int(time.time()) // 30)})
    assert (answer["Location"], client.get(APP).status_code) == (APP, 200)
