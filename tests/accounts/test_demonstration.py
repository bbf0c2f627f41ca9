"""Roles of the demonstration are entered without a password, and nobody else ever is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from emporion.accounts import domain, queries
from emporion.accounts.models import User

ENTER = "/en/signin/demonstration/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def switched_on(settings: Any) -> None:
    settings.DEMO_SIGNIN = True


@pytest.fixture
def aino() -> User:
    return domain.demonstration_user("exhibitor", "Aino", public_id="ahj3kq9mzc")


def enter(client: Client, user: User) -> Any:
    return client.post(ENTER, {"user": user.public_id, "next": "/en/model/"})


def test_role_is_entered_with_one_press(client: Client, switched_on: None, aino: User) -> None:
    page = client.get("/en/signin/").content.decode()
    assert f'name="user" value="{aino.public_id}"' in page
    assert "Exhibitor" in page and "Organiser" not in page
    response = enter(client, aino)
    assert (response.status_code, response["Location"]) == (302, "/en/model/")
    assert client.session["_auth_user_id"] == str(aino.pk)


def test_nobody_is_entered_while_it_is_switched_off(client: Client, aino: User) -> None:
    assert aino.public_id not in client.get("/en/signin/").content.decode()
    assert enter(client, aino).status_code == 404
    assert "_auth_user_id" not in client.session


def test_session_ends_with_the_switch(client: Client, settings: Any, aino: User) -> None:
    settings.DEMO_SIGNIN = True
    enter(client, aino)
    assert client.get("/en/account/").status_code == 200
    settings.DEMO_SIGNIN = False
    assert client.get("/en/account/").status_code == 302


@pytest.mark.parametrize(
    "change",
    [{"is_demonstration": False}, {"is_active": False}, {"is_staff": True}, {"is_superuser": True}],
)
def test_nobody_else_is_entered(
    client: Client, switched_on: None, aino: User, change: dict[str, bool]
) -> None:
    User.objects.filter(pk=aino.pk).update(**change)
    assert aino.public_id not in client.get("/en/signin/").content.decode()
    assert enter(client, aino).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("user", ["", "nobody", "1", "\x00", "' OR 1=1 --"])
def test_unknown_user_is_not_found(
    client: Client, switched_on: None, aino: User, user: str
) -> None:
    assert client.post(ENTER, {"user": user}).status_code == 404


def test_entering_is_a_post_with_the_csrf_token(switched_on: None, aino: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get(ENTER).status_code == 405
    assert enter(client, aino).status_code == 403


def test_no_password_opens_a_demonstration_user(client: Client, aino: User) -> None:
    User.objects.filter(pk=aino.pk).update(email="aino@example.org")
    for password in ("", "!", aino.password):
        client.post("/en/signin/", {"identifier": "aino@example.org", "password": password})
        assert "_auth_user_id" not in client.session


def test_switch_is_off_unless_the_environment_says_so() -> None:
    from emporion.project import settings

    assert settings.DEMO_SIGNIN is False


def test_demonstration_user_is_made_once_and_never_of_a_real_one() -> None:
    first = domain.demonstration_user("buyer", "Sita", public_id="sssssss222")
    assert domain.demonstration_user("buyer", "Sita", public_id="sssssss222") == first
    real = domain.create_user(email="real@example.org", password="a long enough one")
    with pytest.raises(ValueError, match="is a real one"):
        domain.demonstration_user("buyer", "Sita", public_id=real.public_id)
    assert [u.public_id for u in queries.demonstration_users()] == ["sssssss222"]
