"""An account takes its data along and is closed by its user, also one that no fair knows."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emporion.accounts import domain as accounts
from emporion.accounts.domain import tokens
from emporion.accounts.models import AccessToken, User
from emporion.core.models import JournalEntry
from emporion.edition.models import Delegation, Officer
from emporion.registry.models import Body
from tests import factories

PAGE = "/en/account/data/"
CLOSE = {"act": "close", "sure": "yes"}


@pytest.fixture
def aino(db: None) -> User:
    return accounts.create_user(
        email="aino@example.org", phone="+358401234567", name="Aino V", password="lantern gravel 7"
    )


def of(user: User, proved: float | None = None) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["proved"] = int(time.time() if proved is None else proved)
    session.save()
    return client


def test_account_that_no_fair_knows_takes_its_data_along(aino: User) -> None:
    tokens.make_token(aino, "My CRM", ["read"], 30)
    answer = of(aino).post(PAGE, {"act": "file"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        data = json.loads(book.read("data.json"))
    (row,) = data["tables"]["accounts.User"]["rows"]
    assert (row["email"], row["name"], "password" in row) == ("aino@example.org", "Aino V", False)
    assert data["tables"]["accounts.AccessToken"]["rows"][0]["name"] == "My CRM"
    assert {entry["action"] for entry in data["journal"]} == {
        "user.create", "token.make", "user.export",
    }  # fmt: skip


def test_account_that_no_fair_knows_is_closed_and_forgotten(edition: Any, aino: User) -> None:
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    Officer.objects.create(delegation=delegation, user=aino, appointed_at=timezone.now())
    tokens.make_token(aino, "My CRM", ["read"], 30)
    here, elsewhere = of(aino), of(aino)
    here.post(PAGE, {"act": "close"})
    aino.refresh_from_db()
    assert aino.is_active
    assert here.post(PAGE, CLOSE)["Location"] == "/en/"
    aino.refresh_from_db()
    assert (aino.is_active, aino.email, aino.phone, aino.name) == (False, None, None, "")
    assert (AccessToken.objects.count(), Officer.objects.count()) == (0, 0)
    assert [one.get(PAGE).status_code for one in (here, elsewhere)] == [302, 302]
    assert JournalEntry.objects.filter(action="user.close").count() == 1


def test_account_of_somebody_who_is_known_or_runs_an_expo_stays(edition: Any, aino: User) -> None:
    factories.make_participation(edition, "buyer", user=aino)
    runs = factories.make_organiser(edition)
    page = of(aino).get(PAGE).content.decode()
    assert edition.expo.name["en"] in page and 'value="close"' not in page
    for user in (aino, runs):
        assert of(user).post(PAGE, CLOSE)["Location"] == PAGE
        user.refresh_from_db()
        assert user.is_active


def test_session_of_long_ago_and_roles_of_the_demonstration_do_neither(
    aino: User, settings: Any
) -> None:
    settings.DEMO_SIGNIN = True
    late = of(aino, proved=time.time() - 3600)
    for act in (CLOSE, {"act": "file"}):
        assert "again=1" in late.post(PAGE, act)["Location"]
    shared = of(accounts.demonstration_user("buyer", "Sita", public_id="sssssss222"))
    assert [shared.get(PAGE).status_code, shared.post(PAGE, CLOSE).status_code] == [403, 403]
