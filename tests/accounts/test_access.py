"""Access for programs: tokens made and ended on a page and by command."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from emporion import cli
from emporion.accounts import domain
from emporion.accounts.domain import tokens
from emporion.accounts.models import AccessToken
from emporion.core.models import JournalEntry
from tests import factories

PAGE = "/en/access/"
GOOD = {"name": "Our CRM", "scopes": ["read", "write"], "days": "30"}
WORDS, BETTER = "correct horse battery", "lantern gravel otter seven"


def test_page_makes_no_token_long_after_the_sign_in(db, fresh, signed_in) -> None:
    user = factories.make_user()
    late = signed_in(user)
    led = late.post(PAGE, GOOD, headers={"referer": f"http://testserver{PAGE}"})
    assert led["Location"] == "/en/signin/?again=1&next=%2Fen%2Faccess%2F"
    page = late.get(PAGE).content.decode()
    assert 'name="scopes"' not in page and "/en/signin/?again=1" in page
    assert AccessToken.objects.count() == 0
    assert 'name="scopes"' in fresh(user).get(PAGE).content.decode()


def test_demonstration_role_gets_no_token(db, fresh, settings) -> None:
    settings.DEMO_SIGNIN = True
    client = fresh(domain.demonstration_user("buyer", "Sita", public_id="sssssss222"))
    assert client.post(PAGE, GOOD).status_code == 403
    assert 'name="scopes"' not in client.get(PAGE).content.decode()
    assert AccessToken.objects.count() == 0


def test_token_of_a_demonstration_role_opens_nothing_without_the_switch(db, settings) -> None:
    user = factories.make_user()
    _made, secret = tokens.make_token(user, "old", ["read"], 30)
    type(user).objects.update(is_demonstration=True)
    settings.DEMO_SIGNIN = True
    assert tokens.token_of(secret) is None


def test_new_password_ends_every_token(db) -> None:
    aino = domain.create_user(email="aino@example.org", password=WORDS)
    _made, secret = tokens.make_token(aino, "CRM", ["read"], 30)
    client = Client()
    client.post("/en/signin/", {"identifier": "aino@example.org", "password": WORDS})
    assert tokens.token_of(secret) is not None
    client.post("/en/account/password/", {"old": WORDS, "new": BETTER})
    assert tokens.token_of(secret) is None
    assert JournalEntry.objects.filter(action="token.end").count() == 1


def test_page_shows_a_new_secret_once_and_keeps_its_digest(db, fresh) -> None:
    user = factories.make_user()
    client = fresh(user)
    made = client.post(PAGE, GOOD)
    (secret,) = set(re.findall(r"emp_[\w-]{43}", made.content.decode()))
    token = AccessToken.objects.get()
    assert (made.status_code, token.user, token.scopes) == (201, user, ["read", "write"])
    assert secret.startswith(token.prefix) and secret not in str(vars(token))
    again = client.get(PAGE).content.decode()
    assert secret not in again and token.prefix in again and "Never used" in again
    assert list(JournalEntry.objects.values_list("action", flat=True)) == ["token.make"]


def test_page_is_not_kept_by_anybody(db, signed_in) -> None:
    assert "no-store" in signed_in(factories.make_user()).get(PAGE)["Cache-Control"]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"days": "0"}, {"days": "400"}]
)
def test_page_refuses_what_makes_no_token(db, fresh, wrong) -> None:
    refused = fresh(factories.make_user()).post(PAGE, {**GOOD, **wrong})
    assert (refused.status_code, AccessToken.objects.count()) == (422, 0)


def test_user_ends_own_tokens_only(db, fresh, signed_in) -> None:
    mine, other = fresh(factories.make_user()), signed_in(factories.make_user())
    mine.post(PAGE, GOOD)
    token = AccessToken.objects.get()
    end = f"{PAGE}{token.public_id}/end/"
    other.post(end)
    token.refresh_from_db()
    assert token.revoked_at is None
    assert mine.post(end)["Location"] == PAGE
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert JournalEntry.objects.filter(action="token.end").count() == 1


def test_page_leads_to_the_sign_in(client, db) -> None:
    assert client.get(PAGE)["Location"] == f"/en/signin/?next={PAGE}"


def test_command_makes_lists_and_ends(db, capsys) -> None:
    user = factories.make_user(email="crm@example.org")
    words = ["token", "make", "--user", "crm@example.org", "--name", "CRM", "--scope", "read"]
    assert cli.main(words) == 0
    secret = capsys.readouterr().out.splitlines()[-1]
    token = AccessToken.objects.get(user=user)
    assert secret.startswith(token.prefix)
    assert cli.main(["token", "list", "--user", "crm@example.org"]) == 0
    assert token.public_id in capsys.readouterr().out
    assert cli.main(["token", "end", "--user", "crm@example.org", "--id", token.public_id]) == 0
    assert cli.main(["token", "end", "--user", "crm@example.org", "--id", "none"]) == 1
    assert cli.main(["token", "make", "--user", "nobody@example.org"]) == 1
    assert "There is no user" in capsys.readouterr().err
