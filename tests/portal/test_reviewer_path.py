"""The whole way of a reviewer where a second factor is needed, as the product has it by default."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from emporion.accounts import domain
from emporion.accounts.domain import second_factor, totp
from emporion.accounts.interfaces.commands import factors
from emporion.accounts.models import Authenticator, User
from emporion.core import outbox
from emporion.core.models import JournalEntry
from emporion.project import settings as product
from emporion.registry.domain import make_organiser
from emporion.registry.models import Organiser
from tests.accounts.test_codes import ASK, ENTER, Sent, digits, sent, work
from tests.accounts.test_second_factor import SECOND, set_up, who

__all__ = ["sent"]
pytestmark = pytest.mark.django_db
OWNER, REVIEWER = "owner@example.org", "reviewer@example.org"
ACCOUNT = "/en/account/"


@pytest.fixture(autouse=True)
def by_default(settings: Any, sent: Sent, clock_early_in_a_step: None) -> None:
    """What the product says where nobody says otherwise."""
    settings.SECOND_FACTOR = product.SECOND_FACTOR
    settings.SECOND_FACTOR_GRACE_DAYS = product.SECOND_FACTOR_GRACE_DAYS
    assert settings.SECOND_FACTOR == "staff"


def desk(edition: Any, name: str = "overview") -> str:
    return reverse(f"portal:{name}", args=[edition.slug])


def by_code(address: str, sent: Sent, to: str = "/en/") -> tuple[Client, str]:
    """Sign in on a new device by a code that is sent; return the device and where it is led."""
    client = Client()
    client.post(ASK, {"identifier": address, "next": to})
    work()
    told = next(text for to_whom, _subject, text in reversed(sent) if to_whom == address)
    return client, client.post(ENTER, {"code": digits(told), "next": to})["Location"]


def now(secret: str) -> str:
    return totp.code_at(secret, int(time.time()) // 30)


@pytest.fixture
def owner(edition: Any, sent: Sent) -> Client:
    """An owner who has set up a second factor, at the desk."""
    user = domain.create_user(email=OWNER, name="Olu")
    make_organiser(edition.expo, user)
    client, led = by_code(OWNER, sent)
    assert led == ACCOUNT
    set_up(client)
    assert client.get(desk(edition)).status_code == 200
    return client


def invite(owner: Client, edition: Any) -> None:
    form = {"identifier": REVIEWER, "name": "Rui", "role": "reviewer"}
    assert owner.post(desk(edition, "staff"), form).status_code == 302


def take_post(client: Client, edition: Any) -> str:
    """Take what is offered; return where that leads."""
    page = client.get(desk(edition, "posts")).content.decode()
    found = re.search(r'name="offer" value="([\w-]+)"', page)
    assert found
    form = {"offer": found.group(1), "act": "take"}
    assert client.post(desk(edition, "posts"), form)["Location"] == desk(edition)
    led: str = client.get(desk(edition))["Location"]
    return led


def test_reviewer_from_the_invitation_to_a_lost_phone_and_back(
    owner: Client, edition: Any, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    invite(owner, edition)
    # The invitation is taken after a sign-in by a code; the desk then leads to the second factor.
    phone, led = by_code(REVIEWER, sent, desk(edition, "posts"))
    assert led == desk(edition, "posts")
    assert take_post(phone, edition) == ACCOUNT
    page = phone.get(ACCOUNT).content.decode()
    assert "needed from" in page
    secret, paper = set_up(phone)
    # The reviewer works: what their role may, and nothing more.
    assert phone.get(desk(edition, "participants")).status_code == 200
    assert phone.get(desk(edition, "staff")).status_code == 403
    # The phone is lost: another device, a code by mail, and one of the codes on paper.
    other, led = by_code(REVIEWER, sent, desk(edition))
    assert (led, other.get(desk(edition)).status_code) == (SECOND, 302)
    assert other.post(SECOND, {"code": paper[0]})["Location"] == desk(edition)
    assert other.get(desk(edition)).status_code == 200
    # Whoever found the phone is signed out from afar; the new phone takes the place of the old one.
    other.post("/en/account/sessions/end/")
    assert who(phone) is None
    newer, _newer_paper = set_up(other)
    reviewer = User.objects.get(email=REVIEWER)
    assert not second_factor.try_second(reviewer, now(secret), "192.0.2.1")
    assert not second_factor.try_second(reviewer, paper[1], "192.0.2.1")
    third, _led = by_code(REVIEWER, sent, desk(edition))
    assert third.post(SECOND, {"code": now(newer)})["Location"] == desk(edition)
    # The paper is lost as well. The owner may take the post back, and not touch the account.
    assert Organiser._base_manager.filter(user=reviewer).count() == 1
    owner.post(desk(edition, "staff"), {"remove": reviewer.public_id})
    assert third.get(desk(edition)).status_code == 403
    assert second_factor.has_app(reviewer)
    # Who keeps the machine forgets the factors; all devices are out, and nothing opens by them.
    assert factors(["forget", "--user", REVIEWER]) == 0
    assert "1 forgotten" in capsys.readouterr().out
    assert (who(third), Authenticator.objects.filter(user=reviewer).count()) == (None, 0)
    assert factors(["forget", "--user", REVIEWER]) == 1
    assert factors(["forget", "--user", "nobody@example.org"]) == 1
    # Named again, the reviewer begins anew: led to set one up before anything of the post.
    invite(owner, edition)
    again, led = by_code(REVIEWER, sent, desk(edition, "posts"))
    assert led == desk(edition, "posts")
    assert take_post(again, edition) == ACCOUNT
    set_up(again)
    assert again.get(desk(edition)).status_code == 200
    assert JournalEntry.objects.filter(action="user.lose_factors").count() == 1
    # Every step was told to the reviewer, whoever did it.
    outbox.drain()
    notices = [text for to, _subject, text in sent if to == REVIEWER and "If it was not" in text]
    assert sum("app was set up" in text for text in notices) == 3
    assert sum("code on paper" in text for text in notices) == 1
    assert sum("as somebody asked who had lost them" in text for text in notices) == 1


def test_thief_with_the_password_of_a_reviewer_does_nothing_of_the_post(
    owner: Client, edition: Any, sent: Sent
) -> None:
    """The reviewer has not set up a second factor yet, and the thief is first."""
    words = "correct horse battery"
    user = domain.create_user(email=REVIEWER, name="Rui", password=words)
    make_organiser(edition.expo, user, "reviewer")
    thief = Client()
    form = {"identifier": REVIEWER, "password": words}
    assert thief.post("/en/signin/", form)["Location"] == ACCOUNT
    for page in ("app/", "passkeys/add/"):
        assert thief.get(f"{ACCOUNT}{page}")["Location"].startswith(ASK)
    assert thief.get(desk(edition))["Location"] == ACCOUNT
    # A password that the thief sets is told, and the owner of the account comes in by a code.
    thief.post("/en/account/password/", {"old": words, "new": "lantern gravel otter seven"})
    outbox.drain()
    assert any(to == REVIEWER and "new password" in text for to, _subject, text in sent)
    mine, led = by_code(REVIEWER, sent)
    assert led == ACCOUNT
    set_up(mine)
    assert (mine.get(desk(edition)).status_code, who(thief)) == (200, None)
